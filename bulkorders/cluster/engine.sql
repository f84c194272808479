-- What the machines of one journal share beside it: panels, their pace and slots, chunks of orders, workers.
-- The queue's own tables stand in the same schema. All times are the database's.

CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- One row an account. `paused` is the code of why nobody sends (null: open); `probe_at` is when a worker asks
-- the panel whether it is well again (null: only a person resumes it). `card` and `catalogue` are JSON, without
-- any key: what those who only submit sheets check against.
CREATE TABLE panels (
    account TEXT COLLATE "C" PRIMARY KEY,
    name TEXT NOT NULL,
    held_until TIMESTAMPTZ NOT NULL DEFAULT 'epoch',
    slowed FLOAT8 NOT NULL DEFAULT 0,
    slowed_at TIMESTAMPTZ NOT NULL DEFAULT 'epoch',
    doubts BIGINT NOT NULL DEFAULT 0,
    paused TEXT,
    said TEXT NOT NULL DEFAULT '',
    paused_at TIMESTAMPTZ,
    paused_by TEXT NOT NULL DEFAULT '',
    probe_at TIMESTAMPTZ,
    probes BIGINT NOT NULL DEFAULT 0,
    card TEXT,
    catalogue TEXT,
    catalogue_at TIMESTAMPTZ,
    balance TEXT,
    currency TEXT,
    balance_at TIMESTAMPTZ,
    told_by TEXT NOT NULL DEFAULT ''
);

-- Virtual scheduling: when the next call of this kind may begin.
CREATE TABLE pace (
    account TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    next_at TIMESTAMPTZ NOT NULL DEFAULT 'epoch',
    PRIMARY KEY (account, kind)
) WITH (fillfactor = 50);

CREATE TABLE workers (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    machine TEXT NOT NULL,
    pid BIGINT NOT NULL,
    who TEXT NOT NULL,
    version TEXT NOT NULL,
    run TEXT NOT NULL,
    panels TEXT[] NOT NULL,
    lanes BIGINT NOT NULL,
    began_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    seen_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    closed_at TIMESTAMPTZ,
    in_flight BIGINT NOT NULL DEFAULT 0,
    placed BIGINT NOT NULL DEFAULT 0,
    rejected BIGINT NOT NULL DEFAULT 0,
    in_doubt BIGINT NOT NULL DEFAULT 0,
    not_sent BIGINT NOT NULL DEFAULT 0,
    clock_off FLOAT8 NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

-- The right to have one order in flight. A worker that gives no sign of life loses it.
CREATE TABLE slots (
    account TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    worker BIGINT REFERENCES workers (id) ON DELETE SET NULL,
    holder TEXT,
    PRIMARY KEY (account, number)
) WITH (fillfactor = 50);

-- Orders of one panel that were reviewed and may be sent. It is open until none of them is ready any more;
-- `held`: those that are left must be reviewed again, `said` why.
CREATE TABLE chunks (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account TEXT COLLATE "C" NOT NULL,
    campaign TEXT COLLATE "C" NOT NULL,
    run TEXT NOT NULL,
    keys TEXT[] NOT NULL,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'held')),
    said TEXT NOT NULL DEFAULT '',
    created_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    closed_at TIMESTAMPTZ
);

CREATE INDEX chunks_of_run ON chunks (run);
CREATE INDEX chunks_open ON chunks (account, id) WHERE state = 'open';

-- Refills and cancels that were reviewed and wait for a worker: order ids of one account.
CREATE TABLE asks (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account TEXT COLLATE "C" NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('refill', 'cancel')),
    run TEXT NOT NULL,
    order_ids TEXT[] NOT NULL,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done')),
    created_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    closed_at TIMESTAMPTZ
);

CREATE INDEX asks_open ON asks (id) WHERE state = 'open';

CREATE TABLE timers (
    name TEXT PRIMARY KEY,
    at TIMESTAMPTZ NOT NULL,
    mark TEXT NOT NULL DEFAULT ''
);

-- Takes `many` turns at once: returns when the first may begin, and how far they lie apart, in seconds.
-- Each kind has the least time between two calls, and how much of it may be taken ahead.
CREATE FUNCTION take_turns(of_account TEXT, kinds TEXT[], gaps FLOAT8[], ahead FLOAT8[], many BIGINT)
RETURNS TABLE (here_at FLOAT8, begins_at FLOAT8, apart FLOAT8, paused TEXT, said TEXT, held FLOAT8)
LANGUAGE plpgsql AS $$
DECLARE
    panel RECORD;
    here TIMESTAMPTZ;
    begin_at TIMESTAMPTZ;
    step FLOAT8;
BEGIN
    INSERT INTO pace (account, kind) SELECT of_account, unnest(kinds) ON CONFLICT DO NOTHING;
    PERFORM 1 FROM pace p WHERE p.account = of_account AND p.kind = ANY (kinds) ORDER BY p.kind FOR UPDATE;
    SELECT p.* INTO panel FROM panels p WHERE p.account = of_account;
    here := clock_timestamp();
    SELECT greatest(here, panel.held_until, max(p.next_at - make_interval(secs => a.slack))), max(a.gap)
    INTO begin_at, step
    FROM unnest(kinds, gaps, ahead) AS a (kind, gap, slack)
    JOIN pace p ON p.account = of_account AND p.kind = a.kind;
    IF 'add' = ANY (kinds) AND panel.slowed > 0 THEN
        step := greatest(step, panel.slowed);
        UPDATE panels p SET slowed = CASE WHEN p.slowed < 0.025 THEN 0 ELSE p.slowed * power(0.95, many) END
        WHERE p.account = of_account;
    END IF;
    UPDATE pace p SET next_at = greatest(p.next_at, begin_at)
        + make_interval(secs => step * (many - 1) + CASE WHEN p.kind = 'add' THEN greatest(a.gap, panel.slowed) ELSE a.gap END)
    FROM unnest(kinds, gaps) AS a (kind, gap)
    WHERE p.account = of_account AND p.kind = a.kind;
    RETURN QUERY SELECT extract(epoch FROM here)::float8, extract(epoch FROM begin_at)::float8, step, panel.paused, panel.said,
        greatest(0, extract(epoch FROM panel.held_until - here))::float8;
END
$$;
