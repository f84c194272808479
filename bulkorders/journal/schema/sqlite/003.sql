-- The journal on SQLite, version 3: what accountants need besides the orders themselves.

-- For whom an order is, where the sheet has a column that says so: bills are made by it.
ALTER TABLE orders ADD COLUMN client TEXT NOT NULL DEFAULT '';

-- Append-only: money that moved without an order of ours, as a person entered it. A mistake is corrected by
-- a further row with the opposite amount. `amount` above zero was paid in.
CREATE TABLE entered (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL,
    amount TEXT NOT NULL,
    currency TEXT,
    at TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('top_up', 'opening', 'other')),
    note TEXT NOT NULL,
    entered_at TEXT NOT NULL,
    run TEXT NOT NULL
) STRICT;

CREATE INDEX entered_of_account ON entered (account, at);

CREATE TRIGGER entered_is_not_changed BEFORE UPDATE ON entered
BEGIN
    SELECT RAISE(ABORT, 'what was entered is append-only');
END;

CREATE TRIGGER entered_is_kept BEFORE DELETE ON entered
BEGIN
    SELECT RAISE(ABORT, 'what was entered is append-only');
END;

-- Append-only: up to which event each export went, so that the next one can go on from there.
CREATE TABLE exports (
    seq INTEGER PRIMARY KEY,
    scope TEXT NOT NULL,
    upto INTEGER NOT NULL,
    at TEXT NOT NULL,
    run TEXT NOT NULL,
    file TEXT NOT NULL
) STRICT;

CREATE INDEX exports_of_scope ON exports (scope, seq);
