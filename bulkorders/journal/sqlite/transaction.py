"""One operation's hold on the database: statements by name, the time, the run, and its events.

An event is written in the transaction of the change it tells of. Its `kind` is the word of
`model.lifecycle` that led from `before` to `after`, or one of these:

    add        a new READY order; facts: account, campaign, parameters, rate, estimate, …
    change     a READY order took other values; facts: the new values
    answer     an answer came that changed no state (too late, or a second id); facts: the answer
    delivery   what the panel tells of a placed order changed; facts: pairs [before, after]
    refill     a refill was asked for, or its state changed; `before` and `after` are request states
    cancel     a cancel likewise

Facts that change a value of the order stand as pairs [before, after]: `charge`, `status`, `currency`,
`start_count`, `remains`, `error`. Money is text in digits.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bulkorders.journal.sqlite.rows import as_json
from bulkorders.journal.sqlite.statements import statements


class Transaction:
    """One operation inside the transaction its group shares. `at` is its time, an ISO text in UTC."""

    __slots__ = ("_connection", "_sql", "at", "run")

    def __init__(self, connection: sqlite3.Connection, at: str, run: str | None = None) -> None:
        self._connection = connection
        self._sql = statements()
        self.at = at
        self.run = run

    def one(self, name: str, /, **values: Any) -> tuple[Any, ...] | None:
        """Return the first row of the named statement, or None."""
        row: tuple[Any, ...] | None = self._connection.execute(self._sql[name], values).fetchone()
        return row

    def all(self, name: str, /, **values: Any) -> list[tuple[Any, ...]]:
        """Return all rows of the named statement."""
        return self._connection.execute(self._sql[name], values).fetchall()

    def where(
        self, name: str, conditions: Sequence[str], order: str, values: Mapping[str, Any]
    ) -> list[tuple[Any, ...]]:
        """Return the rows of the named statement that meet all the named conditions."""
        met = " AND ".join(self._sql[condition] for condition in conditions) or "1 = 1"
        return self._connection.execute(f"{self._sql[name]} WHERE {met} ORDER BY {order}", values).fetchall()

    def do(self, name: str, /, **values: Any) -> int:
        """Run the named statement, and return the number of the row it inserted, if it did."""
        return self._connection.execute(self._sql[name], values).lastrowid or 0

    def many(self, name: str, values: Iterable[Mapping[str, Any]]) -> None:
        """Run the named statement once for each set of values."""
        self._connection.executemany(self._sql[name], values)

    def note(
        self, key: str, kind: str, before: str | None, after: str | None, facts: Mapping[str, Any]
    ) -> None:
        """Append one event."""
        self._connection.execute(self._sql["note"], self.event(key, kind, before, after, facts))

    def event(
        self, key: str, kind: str, before: str | None, after: str | None, facts: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return the values of one event, to be appended with others by `many("note", …)`."""
        return {
            "at": self.at,
            "key": key,
            "kind": kind,
            "before": before,
            "after": after,
            "run": self.run,
            "facts": as_json(facts),
        }
