"""One operation's hold on the SQLite file."""

import re
import sqlite3
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, ClassVar

from bulkorders.journal.relational.transaction import Transaction

ROWS_AT_ONCE = 32
"""Rows of one INSERT at most: each statement hands the interpreter over once, however many rows it has."""

_ROW = re.compile(r"(?<=VALUES )\(.*\)$", re.DOTALL)
_PARAMETER = re.compile(r":(\w+)")


@cache
def _rowed(statement: str, rows: int) -> tuple[str, tuple[str, ...]] | None:
    """Return this INSERT for so many rows, and the names of the values of each; None where it is another statement."""
    row = _ROW.search(statement)
    if row is None:
        return None
    several = ", ".join([_PARAMETER.sub("?", row[0])] * rows)
    return statement[: row.start()] + several, tuple(_PARAMETER.findall(row[0]))


class SqliteTransaction(Transaction):
    """The named statements as SQLite runs them."""

    __slots__ = ()

    backend: ClassVar[str] = "sqlite"

    def insert(self, name: str, /, **values: Any) -> int | None:
        """Run the named statement; return the number of the new row, None where a unique index refuses it."""
        try:
            return int(self._connection.execute(self._sql[name], values).lastrowid)
        except sqlite3.IntegrityError as error:
            if error.sqlite_errorname != "SQLITE_CONSTRAINT_UNIQUE":
                raise
            return None

    def number(self, name: str, values: Sequence[Mapping[str, Any]]) -> list[int | None]:
        """Run the named INSERT for all of these; sqlite3.IntegrityError where one of several is refused."""
        if len(values) == 1:
            return [self.insert(name, **values[0])]
        found: list[int | None] = []
        for start in range(0, len(values), ROWS_AT_ONCE):
            rows = values[start : start + ROWS_AT_ONCE]
            # rows of one INSERT are numbered one after the other, and nobody else writes meanwhile
            last = self._insert(self._sql[name], rows)
            found += range(last - len(rows) + 1, last + 1)
        return found

    def many(self, name: str, values: Sequence[Mapping[str, Any]]) -> None:
        """Run the named statement once for each set of values."""
        statement = self._sql[name]
        if _rowed(statement, 1) is None:
            self._connection.executemany(statement, values)
            return
        for start in range(0, len(values), ROWS_AT_ONCE):
            self._insert(statement, values[start : start + ROWS_AT_ONCE])

    def _insert(self, statement: str, rows: Sequence[Mapping[str, Any]]) -> int:
        """Insert these rows in one statement; return the number of the last."""
        found = _rowed(statement, len(rows))
        assert found is not None  # noqa: S101 - its callers know that it is an INSERT
        text, names = found
        return int(self._connection.execute(text, [row[name] for row in rows for name in names]).lastrowid)
