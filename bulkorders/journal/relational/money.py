"""The part of the journal that keeps money without orders: balances, what persons entered, exports."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from bulkorders.journal.relational import reading
from bulkorders.journal.relational.rows import balance_values, entered_values
from bulkorders.journal.relational.transaction import Transaction
from bulkorders.model.books import BalanceReading
from bulkorders.model.entries import Entered


class MoneyJournal(ABC):
    """See `protocol.Journal` for what each method promises."""

    @abstractmethod
    async def _write(self, change: Callable[[Transaction], Any], *, run: str | None = None) -> Any: ...

    @abstractmethod
    async def _read(self, question: Callable[[Transaction], Any]) -> Any: ...

    async def keep_balance(self, found: BalanceReading) -> None:
        """Keep what an account held."""
        await self._write(lambda tx: tx.do("insert_balance", **balance_values(found)))

    async def balances(self, account: str, since: str = "") -> list[BalanceReading]:
        """Return what the account held at or after `since`, oldest first."""
        question = partial(reading.balances, account=account, since=since)
        found: list[BalanceReading] = await self._read(question)
        return found

    async def readings(self) -> list[BalanceReading]:
        """Return what all accounts held whenever they were read, oldest first."""
        found: list[BalanceReading] = await self._read(reading.readings)
        return found

    async def enter(self, found: Entered) -> None:
        """Keep money that a person entered."""
        await self._write(lambda tx: tx.do("insert_entered", **entered_values(found)))

    async def entered(self) -> list[Entered]:
        """Return what persons entered, in the order in which it was."""
        found: list[Entered] = await self._read(reading.entered)
        return found

    async def keep_export(self, went_to: Mapping[str, int], at: str, run: str, file: str) -> None:
        """Keep up to where an export went, by scope."""

        def change(tx: Transaction) -> None:
            kept = {"at": at, "run": run, "file": file}
            tx.many(
                "insert_export", [{"scope": scope, "upto": upto, **kept} for scope, upto in went_to.items()]
            )

        await self._write(change)

    async def exported(self, scope: str) -> int:
        """Return up to where the last export of this scope went, 0 where there was none."""
        found: int = await self._read(partial(reading.exported, scope=scope))
        return found
