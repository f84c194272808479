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

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from bulkorders.journal.protocol import Carried
from bulkorders.journal.relational.rows import as_json
from bulkorders.journal.relational.statements import statements


class Transaction(ABC):
    """One operation inside the transaction its group shares. `at` is its time, an ISO text in UTC.

    The connection is of the backend's own driver: what is used of it is alike in both.
    """

    __slots__ = ("_connection", "_sql", "at", "run")

    backend: ClassVar[str]

    def __init__(self, connection: Any, at: str, run: str | None = None) -> None:
        self._connection = connection
        self._sql = statements(self.backend)
        self.at = at
        self.run = run

    def one(self, name: str, /, **values: Any) -> tuple[Any, ...] | None:
        """Return the first row of the named statement, or None."""
        row: tuple[Any, ...] | None = self._connection.execute(self._sql[name], values).fetchone()
        return row

    def all(self, name: str, /, **values: Any) -> list[tuple[Any, ...]]:
        """Return all rows of the named statement."""
        rows: list[tuple[Any, ...]] = self._connection.execute(self._sql[name], values).fetchall()
        return rows

    def where(
        self, name: str, conditions: Sequence[str], order: str, values: Mapping[str, Any]
    ) -> list[tuple[Any, ...]]:
        """Return the rows of the named statement that meet all the named conditions."""
        met = " AND ".join(self._sql[condition] for condition in conditions) or "1 = 1"
        text = f"{self._sql[name]} WHERE {met} ORDER BY {order}"
        rows: list[tuple[Any, ...]] = self._connection.execute(text, values).fetchall()
        return rows

    def do(self, name: str, /, **values: Any) -> None:
        """Run the named statement."""
        self._connection.execute(self._sql[name], values)

    @abstractmethod
    def insert(self, name: str, /, **values: Any) -> int | None:
        """Run the named statement; return the number of the new row, None where a unique index refuses it."""

    @abstractmethod
    def number(self, name: str, values: Sequence[Mapping[str, Any]]) -> list[int | None]:
        """Run the named statement for each set of values; return the numbers of the new rows, as `insert` does.

        Where several are given, a backend may raise what its driver does instead of returning None.
        """

    @abstractmethod
    def many(self, name: str, values: Sequence[Mapping[str, Any]]) -> None:
        """Run the named statement once for each set of values."""

    def carry(self, statement: Carried) -> None:
        """Run a caller's own statement, written for this backend."""
        self._connection.execute(statement.sql, statement.values)

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
