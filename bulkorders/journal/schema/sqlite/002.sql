-- The journal on SQLite, version 2: what the accounts held when they were read.

-- Append-only: one row a reading. `quiet`: nothing of ours was under way, and two readings were equal.
CREATE TABLE balances (
    seq INTEGER PRIMARY KEY,
    account TEXT NOT NULL,
    amount TEXT NOT NULL,
    currency TEXT,
    at TEXT NOT NULL,
    run TEXT NOT NULL,
    moment TEXT NOT NULL CHECK (moment IN ('start', 'pause', 'end', 'resolve')),
    quiet INTEGER NOT NULL CHECK (quiet IN (0, 1))
) STRICT;

CREATE INDEX balances_of_account ON balances (account, at);

CREATE TRIGGER balances_are_not_changed BEFORE UPDATE ON balances
BEGIN
    SELECT RAISE(ABORT, 'balance readings are append-only');
END;

CREATE TRIGGER balances_are_kept BEFORE DELETE ON balances
BEGIN
    SELECT RAISE(ABORT, 'balance readings are append-only');
END;

CREATE INDEX attempts_ruled_out ON attempts (key) WHERE outcome = 'ruled_out';
CREATE INDEX events_ruled_out ON events (key) WHERE kind = 'rule out';
