-- What PostgreSQL words otherwise than `statements.sql`, and what only it needs: several processes write.

-- name: turn
SELECT pg_advisory_xact_lock(:place, :journal)

-- name: end_frozen
SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND l.classid = :place::bigint::oid AND l.objid = mod(:journal::bigint + 4294967296, 4294967296)::oid
    AND a.wait_event = 'ClientRead' AND a.query_start < clock_timestamp() - make_interval(secs => :idle::float)

-- name: begin_group
UPDATE writers SET last_group = :number, seen_at = clock_timestamp() WHERE id = :writer AND last_group = :number - 1
RETURNING to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')

-- name: last_group
SELECT last_group FROM writers WHERE id = :writer

-- name: join
INSERT INTO writers (machine, pid, who) VALUES (:machine, :pid, :who) RETURNING id

-- name: beat
UPDATE writers SET seen_at = clock_timestamp() WHERE id = :writer

-- name: leave
UPDATE writers SET seen_at = clock_timestamp(), closed_at = clock_timestamp() WHERE id = :writer

-- name: home
SELECT c.system_identifier || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8) || '/' || :journal::bigint
FROM pg_control_system() c

-- name: dangling
SELECT a.id FROM attempts a LEFT JOIN writers w ON w.id = a.writer
WHERE a.outcome IS NULL AND a.taken_at < clock_timestamp() - make_interval(secs => current_setting('bulkorders.lost_after')::float)
    AND (w.id IS NULL OR w.closed_at IS NOT NULL
        OR w.seen_at < clock_timestamp() - make_interval(secs => current_setting('bulkorders.silent_after')::float))
ORDER BY a.number

-- name: still_asked
SELECT r.id, r.key, r.order_id, r.kind, r.state, r.asked_at, r.request_id, r.status, r.message
FROM requests r LEFT JOIN writers w ON w.id = r.writer
WHERE r.state = 'asking' AND r.taken_at < clock_timestamp() - make_interval(secs => current_setting('bulkorders.lost_after')::float)
    AND (w.id IS NULL OR w.closed_at IS NOT NULL
        OR w.seen_at < clock_timestamp() - make_interval(secs => current_setting('bulkorders.silent_after')::float))
ORDER BY r.seq

-- name: runs
SELECT id, command, campaign, sheet, results, started_at, who, machine, finished_at, exit_code, stopped,
    counts, money
FROM runs
WHERE (:command::text IS NULL OR command = :command)
    AND (:campaign::text IS NULL OR campaign = :campaign
        OR strpos(', ' || campaign || ', ', ', ' || :campaign || ', ') > 0)
ORDER BY seq DESC LIMIT :limit

-- name: note
INSERT INTO events (seq, at, key, kind, state_before, state_after, run, facts)
SELECT coalesce(max(seq), 0) + 1, :at, :key, :kind, :before, :after, :run, :facts FROM events

-- name: events
SELECT seq, at, key, kind, state_before, state_after, run, facts
FROM events WHERE seq > :after ORDER BY seq LIMIT nullif(:limit::bigint, -1)

-- name: events_of_order
SELECT seq, at, key, kind, state_before, state_after, run, facts
FROM events WHERE key = :key AND seq > :after ORDER BY seq LIMIT nullif(:limit::bigint, -1)

-- name: note_all
INSERT INTO events (seq, at, key, kind, state_before, state_after, run, facts)
SELECT last.seq + told.place, event ->> 'at', event ->> 'key', event ->> 'kind', event ->> 'before', event ->> 'after',
    event ->> 'run', event ->> 'facts'
FROM jsonb_array_elements(:rows::jsonb) WITH ORDINALITY AS told (event, place),
    (SELECT coalesce(max(seq), 0) AS seq FROM events) AS last

-- name: insert_placed_all
INSERT INTO placed (account, order_id, key)
SELECT account, order_id, key FROM jsonb_to_recordset(:rows::jsonb) AS found (account text, order_id text, key text)

-- name: insert_attempt
INSERT INTO attempts (number, id, key, run, claimed_at)
SELECT coalesce(max(number), 0) + 1, :id, :key, :run, :at FROM attempts
ON CONFLICT DO NOTHING
RETURNING number

-- name: settle_attempts
UPDATE attempts SET outcome = now.outcome, finished_at = now.at, http_status = now.http_status, kind = now.kind,
    message = now.message, answer = now.answer, order_ids = now.order_ids
FROM jsonb_to_recordset(:rows::jsonb) AS now (
    id text, outcome text, at text, http_status bigint, kind text, message text, answer text, order_ids text
)
WHERE attempts.id = now.id

-- name: settle_orders
UPDATE orders SET state = now.state, order_ids = now.order_ids, message = now.message, answer = now.answer,
    charge = now.charge, placed_at = now.placed_at, sent_at = now.sent_at
FROM jsonb_to_recordset(:rows::jsonb) AS now (
    key text, state text, order_ids text, message text, answer text, charge text, placed_at text, sent_at text
)
WHERE orders.key = now.key

-- name: open_since
SELECT seq, key, campaign, service, order_ids, placed_at, parameters FROM orders
WHERE account = :account AND service = :service AND state = 'placed' AND final = 0 AND placed_at < :before
    AND parameters::json ->> 'posts' IS NULL AND parameters::json ->> 'old_posts' IS NULL
    AND parameters::json ->> 'min' IS NULL
ORDER BY seq

-- name: durations
SELECT service, placed_at, completed_at FROM (
    SELECT o.seq, o.service, o.placed_at, (
        SELECT min(e.at) FROM events e
        WHERE e.key = o.key AND e.kind = 'delivery' AND e.facts::json -> 'status' ->> 1 = 'Completed'
    ) AS completed_at
    FROM orders o
    WHERE o.account = :account AND o.status = 'Completed' AND o.placed_at IS NOT NULL
        AND o.parameters::json ->> 'runs' IS NULL AND o.parameters::json ->> 'min' IS NULL
) took
WHERE completed_at IS NOT NULL
ORDER BY seq DESC LIMIT :limit

-- name: turned_up
SELECT DISTINCT a.key, a.order_ids
FROM events e JOIN attempts a ON a.id = e.facts::json ->> 'attempt'
WHERE e.kind = 'rule out' AND (a.outcome = 'accepted' OR a.outcome = 'ruled_out' AND EXISTS (
    SELECT 1 FROM json_array_elements_text(a.order_ids::json) seen (id) JOIN placed p ON p.order_id = seen.id
    WHERE p.key = a.key))
