-- The journal on SQLite, version 1. Money and times are TEXT; lists and maps are JSON in TEXT.

CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE runs (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    command TEXT NOT NULL,
    campaign TEXT,
    sheet TEXT,
    results TEXT,
    started_at TEXT NOT NULL,
    who TEXT NOT NULL,
    machine TEXT NOT NULL,
    finished_at TEXT,
    exit_code INTEGER,
    stopped TEXT,
    counts TEXT NOT NULL,
    money TEXT NOT NULL
) STRICT;

CREATE TABLE campaigns (
    id TEXT PRIMARY KEY,
    sheet TEXT NOT NULL,
    first_run TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE accounts (
    account TEXT PRIMARY KEY,
    mark TEXT NOT NULL,
    confirmed_at TEXT NOT NULL
) STRICT;

-- Current state: one row an order. What led to it stands in events.
CREATE TABLE orders (
    seq INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL,
    campaign TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    service TEXT NOT NULL,
    link TEXT NOT NULL,
    quantity INTEGER,
    parameters TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('ready', 'sending', 'placed', 'rejected', 'in_doubt', 'dropped')),
    sheet_row INTEGER NOT NULL,
    reference TEXT,
    service_name TEXT NOT NULL,
    rate TEXT,
    basis INTEGER NOT NULL CHECK (basis > 0),
    estimate TEXT,
    currency TEXT,
    order_ids TEXT NOT NULL DEFAULT '[]',
    message TEXT NOT NULL DEFAULT '',
    answer TEXT NOT NULL DEFAULT '',
    charge TEXT,
    status TEXT,
    start_count INTEGER,
    remains INTEGER,
    refill TEXT,
    placed_at TEXT,
    checked_at TEXT,
    sent_at TEXT,
    error TEXT,
    final INTEGER NOT NULL DEFAULT 0 CHECK (final IN (0, 1)),
    CHECK ((state = 'placed') = (order_ids <> '[]')),
    CHECK (state NOT IN ('sending', 'placed', 'in_doubt') OR sent_at IS NOT NULL)
) STRICT;

CREATE INDEX orders_of_campaign ON orders (campaign, seq);
CREATE INDEX orders_alike ON orders (fingerprint);
CREATE INDEX orders_open ON orders (account) WHERE state = 'placed' AND final = 0;
CREATE INDEX orders_unsettled ON orders (state) WHERE state = 'sending' OR state = 'in_doubt';

CREATE TRIGGER placed_is_for_ever BEFORE UPDATE OF state ON orders
WHEN OLD.state = 'placed' AND NEW.state <> 'placed'
BEGIN
    SELECT RAISE(ABORT, 'a placed order stays placed');
END;

CREATE TRIGGER orders_are_kept BEFORE DELETE ON orders
BEGIN
    SELECT RAISE(ABORT, 'orders are never deleted');
END;

-- One row a sending. `number` counts all attempts of the journal from 1 without a gap.
CREATE TABLE attempts (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    key TEXT NOT NULL REFERENCES orders (key),
    run TEXT NOT NULL,
    claimed_at TEXT NOT NULL,
    outcome TEXT CHECK (outcome IN ('accepted', 'rejected', 'not_sent', 'in_doubt', 'ruled_out')),
    finished_at TEXT,
    http_status INTEGER,
    kind TEXT NOT NULL DEFAULT '',
    message TEXT NOT NULL DEFAULT '',
    answer TEXT NOT NULL DEFAULT '',
    order_ids TEXT NOT NULL DEFAULT '[]'
) STRICT;

CREATE INDEX attempts_of_order ON attempts (key, number);

-- The guard of everything: an order has at most one attempt that spent money, or may have.
CREATE UNIQUE INDEX attempts_live ON attempts (key)
WHERE outcome IS NULL OR outcome IN ('accepted', 'in_doubt');

CREATE INDEX attempts_under_way ON attempts (number) WHERE outcome IS NULL;

CREATE TRIGGER attempts_are_kept BEFORE DELETE ON attempts
BEGIN
    SELECT RAISE(ABORT, 'attempts are never deleted');
END;

-- The ids the panel gave: each belongs to one order of the account.
CREATE TABLE placed (
    account TEXT NOT NULL,
    order_id TEXT NOT NULL,
    key TEXT NOT NULL REFERENCES orders (key),
    PRIMARY KEY (account, order_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX placed_by_id ON placed (order_id);

CREATE TRIGGER placed_ids_are_kept BEFORE DELETE ON placed
BEGIN
    SELECT RAISE(ABORT, 'order ids are never deleted');
END;

CREATE TABLE requests (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    key TEXT NOT NULL REFERENCES orders (key),
    order_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('refill', 'cancel')),
    state TEXT NOT NULL CHECK (state IN ('asking', 'accepted', 'done', 'failed', 'refused', 'in_doubt')),
    asked_at TEXT NOT NULL,
    request_id TEXT,
    status TEXT,
    message TEXT NOT NULL
) STRICT;

CREATE INDEX requests_of_order ON requests (key, seq);
CREATE INDEX requests_open ON requests (state) WHERE state IN ('asking', 'accepted', 'in_doubt');

CREATE UNIQUE INDEX requests_live ON requests (key, order_id, kind)
WHERE state IN ('asking', 'in_doubt');

-- Append-only: what became of each order and request, in the order it happened.
CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    key TEXT NOT NULL,
    kind TEXT NOT NULL,
    state_before TEXT,
    state_after TEXT,
    run TEXT,
    facts TEXT NOT NULL
) STRICT;

CREATE INDEX events_of_order ON events (key, seq);

CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events
BEGIN
    SELECT RAISE(ABORT, 'events are append-only');
END;

CREATE TRIGGER events_are_kept BEFORE DELETE ON events
BEGIN
    SELECT RAISE(ABORT, 'events are append-only');
END;
