-- Every statement of the journal, by name. `:name` is a parameter; a list is passed as JSON text.

-- name: meta
SELECT value FROM meta WHERE name = :name

-- name: set_meta
INSERT INTO meta (name, value) VALUES (:name, :value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value

-- name: begin_run
INSERT INTO runs (id, command, campaign, sheet, results, started_at, who, machine, finished_at, exit_code,
    stopped, counts, money)
VALUES (:id, :command, :campaign, :sheet, :results, :started_at, :who, :machine, :finished_at, :exit_code,
    :stopped, :counts, :money)

-- name: end_run
UPDATE runs SET campaign = :campaign, sheet = :sheet, results = :results, finished_at = :finished_at,
    exit_code = :exit_code, stopped = :stopped, counts = :counts, money = :money
WHERE id = :id

-- name: runs
SELECT id, command, campaign, sheet, results, started_at, who, machine, finished_at, exit_code, stopped,
    counts, money
FROM runs
WHERE (:command IS NULL OR command = :command)
    AND (:campaign IS NULL OR campaign = :campaign OR instr(', ' || campaign || ', ', ', ' || :campaign || ', ') > 0)
ORDER BY seq DESC LIMIT :limit

-- name: campaign
SELECT id, sheet, first_run, created_at FROM campaigns WHERE id = :id

-- name: remember_campaign
INSERT INTO campaigns (id, sheet, first_run, created_at) VALUES (:id, :sheet, :first_run, :created_at)
ON CONFLICT (id) DO UPDATE SET sheet = excluded.sheet

-- name: key_mark
SELECT mark FROM accounts WHERE account = :account

-- name: remember_key_mark
INSERT INTO accounts (account, mark, confirmed_at) VALUES (:account, :mark, :at)
ON CONFLICT (account) DO UPDATE SET mark = excluded.mark, confirmed_at = excluded.confirmed_at

-- name: note
INSERT INTO events (at, key, kind, state_before, state_after, run, facts)
VALUES (:at, :key, :kind, :before, :after, :run, :facts)

-- name: events
SELECT seq, at, key, kind, state_before, state_after, run, facts
FROM events WHERE seq > :after ORDER BY seq LIMIT :limit

-- name: events_of_order
SELECT seq, at, key, kind, state_before, state_after, run, facts
FROM events WHERE key = :key AND seq > :after ORDER BY seq LIMIT :limit

-- name: intents
SELECT key, state, sheet_row, fingerprint, service, link, quantity, parameters, reference, service_name, rate,
    basis, estimate, currency, refill, client
FROM orders WHERE key IN (SELECT value FROM json_each(:keys))

-- name: insert_order
INSERT INTO orders (key, account, campaign, state, sheet_row, fingerprint, service, link, quantity,
    parameters, reference, service_name, rate, basis, estimate, currency, refill, client)
VALUES (:key, :account, :campaign, 'ready', :sheet_row, :fingerprint, :service, :link, :quantity,
    :parameters, :reference, :service_name, :rate, :basis, :estimate, :currency, :refill, :client)

-- name: change_order
UPDATE orders SET state = 'ready', sheet_row = :sheet_row, fingerprint = :fingerprint, service = :service,
    link = :link, quantity = :quantity, parameters = :parameters, reference = :reference,
    service_name = :service_name, rate = :rate, basis = :basis, estimate = :estimate, currency = :currency,
    refill = :refill, client = :client
WHERE key = :key

-- name: move_row
UPDATE orders SET sheet_row = :sheet_row WHERE key = :key

-- name: states
SELECT key, state FROM orders WHERE key IN (SELECT value FROM json_each(:keys)) ORDER BY seq

-- name: set_state
UPDATE orders SET state = :state WHERE key = :key

-- name: submissions
SELECT key, account, campaign, fingerprint, service, link, quantity, parameters, state, sheet_row, reference,
    service_name, rate, basis, estimate, currency, order_ids, message, answer, charge, status, start_count,
    remains, refill, placed_at, checked_at, sent_at, error, client
FROM orders

-- name: submission
SELECT key, account, campaign, fingerprint, service, link, quantity, parameters, state, sheet_row, reference,
    service_name, rate, basis, estimate, currency, order_ids, message, answer, charge, status, start_count,
    remains, refill, placed_at, checked_at, sent_at, error, client
FROM orders WHERE key = :key

-- name: where_campaign
campaign = :campaign

-- name: where_keys
key IN (SELECT value FROM json_each(:keys))

-- name: where_order_ids
key IN (SELECT key FROM placed WHERE order_id IN (SELECT value FROM json_each(:order_ids)))

-- name: where_accounts
account IN (SELECT value FROM json_each(:accounts))

-- name: where_states
state IN (SELECT value FROM json_each(:states))

-- name: where_open
state = 'placed' AND final = 0

-- name: alike
SELECT key, account, campaign, fingerprint, service, link, quantity, parameters, state, sheet_row, reference,
    service_name, rate, basis, estimate, currency, order_ids, message, answer, charge, status, start_count,
    remains, refill, placed_at, checked_at, sent_at, error, client
FROM orders
WHERE fingerprint IN (SELECT value FROM json_each(:fingerprints)) AND sent_at >= :since
    AND state IN ('sending', 'placed', 'in_doubt')
ORDER BY sent_at, seq

-- name: state
SELECT state, account FROM orders WHERE key = :key

-- name: insert_attempt
INSERT INTO attempts (id, key, run, claimed_at) VALUES (:id, :key, :run, :at)

-- name: claim_orders
UPDATE orders SET state = :state, sent_at = :at WHERE key IN (SELECT value FROM json_each(:keys))

-- name: standings
SELECT a.id, a.number, a.outcome, a.run, a.claimed_at, a.kind,
    o.key, o.account, o.campaign, o.fingerprint, o.service, o.link, o.quantity, o.parameters, o.state, o.sheet_row,
    o.reference, o.service_name, o.rate, o.basis, o.estimate, o.currency, o.order_ids, o.message, o.answer,
    o.charge, o.status, o.start_count, o.remains, o.refill, o.placed_at, o.checked_at, o.sent_at, o.error, o.client
FROM attempts a JOIN orders o ON o.key = a.key
WHERE a.id IN (SELECT value FROM json_each(:ids))

-- name: live_attempt
SELECT id FROM attempts
WHERE key = :key AND (outcome IS NULL OR outcome IN ('accepted', 'in_doubt'))

-- name: last_attempt
SELECT id FROM attempts WHERE key = :key ORDER BY number DESC LIMIT 1

-- name: ruled_out_before
SELECT id FROM attempts WHERE key = :key AND outcome = 'ruled_out' AND number < :number LIMIT 1

-- name: known_attempt
SELECT number, outcome FROM attempts WHERE id = :id

-- name: dangling
SELECT id FROM attempts WHERE outcome IS NULL ORDER BY number

-- name: highest_attempt
SELECT coalesce(max(number), 0) FROM attempts

-- name: settle_attempts
UPDATE attempts SET outcome = now.outcome, finished_at = now.at, http_status = now.http_status, kind = now.kind,
    message = now.message, answer = now.answer, order_ids = now.order_ids
FROM (
    SELECT json_extract(value, '$.id') AS id, json_extract(value, '$.outcome') AS outcome, json_extract(value, '$.at') AS at,
        json_extract(value, '$.http_status') AS http_status, json_extract(value, '$.kind') AS kind, json_extract(value, '$.message') AS message,
        json_extract(value, '$.answer') AS answer, json_extract(value, '$.order_ids') AS order_ids
    FROM json_each(:rows)
) AS now
WHERE attempts.id = now.id

-- name: set_outcome
UPDATE attempts SET outcome = :outcome, kind = coalesce(:kind, kind) WHERE id = :id

-- name: find_attempt
UPDATE attempts SET outcome = 'accepted', order_ids = :order_ids WHERE id = :id

-- name: find_order
UPDATE orders SET state = 'placed', order_ids = :order_ids, placed_at = :at WHERE key = :key

-- name: unsend_order
UPDATE orders SET state = :state, sent_at = NULL WHERE key = :key

-- name: settle_orders
UPDATE orders SET state = now.state, order_ids = now.order_ids, message = now.message, answer = now.answer,
    charge = now.charge, placed_at = now.placed_at, sent_at = now.sent_at
FROM (
    SELECT json_extract(value, '$.key') AS key, json_extract(value, '$.state') AS state, json_extract(value, '$.order_ids') AS order_ids,
        json_extract(value, '$.message') AS message, json_extract(value, '$.answer') AS answer, json_extract(value, '$.charge') AS charge,
        json_extract(value, '$.placed_at') AS placed_at, json_extract(value, '$.sent_at') AS sent_at
    FROM json_each(:rows)
) AS now
WHERE orders.key = now.key

-- name: attempts
SELECT id, key, number, run, claimed_at, outcome, finished_at, http_status, kind, message, answer, order_ids
FROM attempts WHERE key = :key ORDER BY number

-- name: owners
SELECT order_id, key FROM placed
WHERE account = :account AND order_id IN (SELECT value FROM json_each(:order_ids))

-- name: insert_placed
INSERT INTO placed (account, order_id, key) VALUES (:account, :order_id, :key)

-- name: deliveries
SELECT key, state, status, charge, currency, start_count, remains, error
FROM orders WHERE key IN (SELECT value FROM json_each(:keys))

-- name: deliver
UPDATE orders SET status = :status, charge = :charge, currency = :currency, start_count = :start_count,
    remains = :remains, error = :error, final = :final, checked_at = :checked_at
WHERE key = :key

-- name: checked
UPDATE orders SET checked_at = :checked_at WHERE key IN (SELECT value FROM json_each(:keys))

-- name: due
SELECT seq, key, campaign, service, order_ids, placed_at, parameters FROM orders

-- name: due_count
SELECT count(*) FROM orders

-- name: where_due
account = :account AND seq > :after AND state = 'placed'
    AND (final = 0 OR :final = 1
        OR (refill = 'auto' AND status = 'Completed' AND placed_at >= :auto_since)
        OR key IN (SELECT key FROM requests WHERE state = 'accepted' AND (kind = 'cancel'
            OR (request_id IS NOT NULL AND asked_at >= :refills_since)) OR state = 'in_doubt' AND kind = 'cancel'))
    AND (CAST(:unchecked_since AS TEXT) IS NULL OR checked_at IS NULL OR checked_at < :unchecked_since)

-- name: open_since
SELECT seq, key, campaign, service, order_ids, placed_at, parameters FROM orders
WHERE account = :account AND service = :service AND state = 'placed' AND final = 0 AND placed_at < :before
    AND json_extract(parameters, '$.posts') IS NULL AND json_extract(parameters, '$.old_posts') IS NULL
    AND json_extract(parameters, '$.min') IS NULL
ORDER BY seq

-- name: open_accounts
SELECT DISTINCT account FROM orders WHERE state = 'placed' AND final = 0 ORDER BY account

-- name: open_services
SELECT DISTINCT service FROM orders WHERE account = :account AND state = 'placed' AND final = 0 ORDER BY service

-- name: durations
SELECT o.service, o.placed_at, (
    SELECT min(e.at) FROM events e
    WHERE e.key = o.key AND e.kind = 'delivery' AND json_extract(e.facts, '$.status[1]') = 'Completed'
) AS completed_at
FROM orders o
WHERE o.account = :account AND o.status = 'Completed' AND o.placed_at IS NOT NULL AND completed_at IS NOT NULL
    AND json_extract(o.parameters, '$.runs') IS NULL AND json_extract(o.parameters, '$.min') IS NULL
ORDER BY o.seq DESC LIMIT :limit

-- name: where_dropped
account = :account AND state = 'placed' AND refill = 'auto' AND status = 'Completed' AND remains > 0
    AND placed_at >= :since

-- name: where_named
(key IN (SELECT key FROM placed WHERE order_id = :name) OR reference = :name
    OR (length(:name) >= :letters AND substr(key, 1, length(:name)) = lower(:name)))

-- name: last_event
SELECT coalesce(max(seq), 0) FROM events

-- name: changed_since
SELECT o.campaign FROM events e JOIN orders o ON o.key = e.key
WHERE e.seq > :after GROUP BY o.campaign ORDER BY min(e.seq)

-- name: request
SELECT id, key, order_id, kind, state, asked_at, request_id, status, message FROM requests WHERE id = :id

-- name: any_order
SELECT 1 FROM orders LIMIT 1

-- name: any_request
SELECT 1 FROM requests LIMIT 1

-- name: requests
SELECT id, key, order_id, kind, state, asked_at, request_id, status, message FROM requests

-- name: where_kind
kind = :kind

-- name: where_request_account
EXISTS (SELECT 1 FROM orders o WHERE o.key = requests.key AND o.account = :request_account)

-- name: where_request_open
state IN ('asking', 'accepted', 'in_doubt')

-- name: live_request
SELECT id FROM requests
WHERE key = :key AND order_id = :order_id AND kind = :kind AND state IN ('asking', 'in_doubt')

-- name: insert_request
INSERT INTO requests (id, key, order_id, kind, state, asked_at, request_id, status, message)
VALUES (:id, :key, :order_id, :kind, :state, :asked_at, :request_id, :status, :message)

-- name: change_request
UPDATE requests SET state = :state, request_id = :request_id, status = :status, message = :message
WHERE id = :id

-- name: still_asked
SELECT id, key, order_id, kind, state, asked_at, request_id, status, message
FROM requests WHERE state = 'asking' ORDER BY seq

-- name: insert_balance
INSERT INTO balances (account, amount, currency, at, run, moment, quiet)
VALUES (:account, :amount, :currency, :at, :run, :moment, :quiet)

-- name: balances
SELECT account, amount, currency, at, run, moment, quiet
FROM balances WHERE account = :account AND at >= :since ORDER BY at, seq

-- name: readings
SELECT account, amount, currency, at, run, moment, quiet FROM balances ORDER BY at, seq

-- name: insert_entered
INSERT INTO entered (id, account, amount, currency, at, kind, note, entered_at, run)
VALUES (:id, :account, :amount, :currency, :at, :kind, :note, :entered_at, :run)

-- name: entered
SELECT id, account, amount, currency, at, kind, note, entered_at, run FROM entered ORDER BY seq

-- name: turned_up
SELECT DISTINCT a.key, a.order_ids
FROM events e JOIN attempts a ON a.id = json_extract(e.facts, '$.attempt')
WHERE e.kind = 'rule out' AND (a.outcome = 'accepted' OR a.outcome = 'ruled_out' AND EXISTS (
    SELECT 1 FROM json_each(a.order_ids) seen JOIN placed p ON p.order_id = seen.value WHERE p.key = a.key))

-- name: ruled_out
SELECT DISTINCT key FROM attempts WHERE outcome = 'ruled_out'

-- name: insert_export
INSERT INTO exports (scope, upto, at, run, file) VALUES (:scope, :upto, :at, :run, :file)

-- name: last_export
SELECT upto FROM exports WHERE scope = :scope ORDER BY seq DESC LIMIT 1
