"""One operation's hold on the SQLite file."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from bulkorders.journal.relational.transaction import Transaction


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

    def many(self, name: str, values: Sequence[Mapping[str, Any]]) -> None:
        """Run the named statement once for each set of values."""
        self._connection.executemany(self._sql[name], values)
