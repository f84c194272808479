"""One operation's hold on the PostgreSQL connection."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from bulkorders.journal.relational.rows import as_json
from bulkorders.journal.relational.statements import for_postgres
from bulkorders.journal.relational.transaction import Transaction

FEW = 20
"""Up to so many times a statement is sent by itself: the server sees then at once when we say no more."""


class PostgresTransaction(Transaction):
    """The named statements as PostgreSQL runs them."""

    __slots__ = ()

    backend: ClassVar[str] = "postgres"

    def insert(self, name: str, /, **values: Any) -> int | None:
        """Run the named statement; return the number of the new row, None where a unique index refuses it."""
        row = self.one(name, **values)
        return None if row is None else int(row[0])

    def number(self, name: str, values: Sequence[Mapping[str, Any]]) -> list[int | None]:
        """Run the named statement for each; return the numbers of the new rows, None where one is refused."""
        return [self.insert(name, **each) for each in values]

    def where(
        self, name: str, conditions: Sequence[str], order: str, values: Mapping[str, Any]
    ) -> list[tuple[Any, ...]]:
        """Return the rows of the named statement that meet all the named conditions."""
        return super().where(name, conditions, for_postgres(order), values)

    def many(self, name: str, values: Sequence[Mapping[str, Any]]) -> None:
        """Run the named statement once for each set of values, or the one that takes them all, where there is one."""
        if values and f"{name}_all" in self._sql:
            self.do(f"{name}_all", rows=as_json(values))
        elif len(values) <= FEW:
            for each in values:
                self._connection.execute(self._sql[name], each)
        else:
            with self._connection.cursor() as cursor:
                cursor.executemany(self._sql[name], values)
