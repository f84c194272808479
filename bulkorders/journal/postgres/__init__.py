"""The journal on PostgreSQL: one database, and as many processes on as many machines as like to write."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

from bulkorders.errors import JournalError
from bulkorders.journal.address import Address
from bulkorders.journal.postgres.session import Session, Waits
from bulkorders.journal.postgres.transaction import PostgresTransaction
from bulkorders.journal.postgres.writer import PostgresWriter
from bulkorders.journal.protocol import Carrying
from bulkorders.journal.relational import RelationalJournal, Shared, attempts
from bulkorders.journal.relational.grouping import GROUP_LIMIT, Work, lone
from bulkorders.journal.relational.rows import balance_values
from bulkorders.journal.relational.transaction import Transaction
from bulkorders.journal.seat import SeatMark
from bulkorders.model.books import BalanceReading
from bulkorders.model.orders import Submission, ValidatedOrder

CLOCK_OFF = timedelta(seconds=0.1)
"""How far this machine's clock may be from the database's and still be believed: no more than an answer takes."""

ADDED_AT_ONCE = 1_000
"""Orders that are added in one transaction."""


class PostgresJournal(RelationalJournal):
    """The record of all orders of a team in one database; see `protocol.Journal` for what each method promises.

    Made by `open`. Events have the database's time, so that no machine's clock counts; `clock` replaces it.
    """

    def __init__(self, address: Address, *, read_only: bool, clock: Callable[[], str] | None) -> None:
        self.address = address
        self._beside = Path(address.stem)
        self._read_only = read_only
        self._clock = clock
        self._release: Callable[[], None] | None = None
        self._mark: SeatMark | None = None
        self._works: dict[Shared, Work[Session]] = {}
        self._session: Session
        self._writer: PostgresWriter

    @classmethod
    async def open(
        cls,
        address: Address,
        *,
        read_only: bool = False,
        mark: SeatMark | None = None,
        accept_rollback: bool = False,
        beside: Path | None = None,
        release: Callable[[], None] | None = None,
        clock: Callable[[], str] | None = None,
        who: str = "",
        waits: Waits | None = None,
        group_limit: int = GROUP_LIMIT,
    ) -> Self:
        """Connect, and bring the schema to the newest version unless it is only read.

        Raise JournalError where the database can't be reached, forgets commits, is newer than this program,
        was restored or moved, or is behind this machine's mark.
        """
        journal = cls(address, read_only=read_only, clock=clock)
        journal._mark = mark
        journal._beside = beside or journal._beside
        journal._release = release
        journal._session = Session(address, who=who, waits=waits or Waits(), read_only=read_only)

        def connect() -> Session:
            journal._session.open(mark, accept_rollback=accept_rollback)
            return journal._session

        journal._writer = PostgresWriter(
            connect,
            withdraw=journal._withdraw,
            rise=mark.rise if mark is not None else None,
            place=address.shown,
            group_limit=group_limit,
            beat=None if read_only else journal._session.waits.beat,
        )
        try:
            await journal._writer.start()
        except asyncio.CancelledError:
            await journal._writer.stop()
            raise
        return journal

    @property
    def id(self) -> str:
        """The journal's own id, made once."""
        return self._session.journal_id

    @property
    def beside(self) -> Path:
        """The path of this process's seat on this machine."""
        return self._beside

    @property
    def commits(self) -> int:
        """How many transactions this journal has committed since it was opened."""
        return self._writer.commits

    def _transaction(self, session: Session, run: str | None = None) -> PostgresTransaction:
        at = self._clock() if self._clock is not None else session.at
        return PostgresTransaction(session.connection, at, run)

    def _withdraw(self, session: Session, attempt: str) -> None:
        attempts.withdraw(self._transaction(session), attempt)

    async def _write(self, change: Callable[[Transaction], Any], *, run: str | None = None) -> Any:
        def work(session: Session) -> Any:
            return change(self._transaction(session, run))

        self._must_write()
        return await self._writer.submit(lone(work), writes=True)

    async def _share(
        self, change: Shared, item: Any, *, attempt: str | None = None, patient: bool = False
    ) -> Any:
        def work(session: Session, items: Sequence[Any]) -> Sequence[Any]:
            return change(self._transaction(session), items)

        self._must_write()
        shared = self._works.setdefault(change, work)
        return await self._writer.submit(shared, writes=True, attempt=attempt, item=item, patient=patient)

    def _must_write(self) -> None:
        if self._read_only:
            raise JournalError("journal.read_only", path=self.address.shown)

    async def _read(self, question: Callable[[Transaction], Any]) -> Any:
        def work(session: Session) -> Any:
            return question(PostgresTransaction(session.connection, ""))

        return await self._writer.submit(lone(work), writes=False)

    async def add(
        self, orders: Sequence[ValidatedOrder], run: str, *, carrying: Carrying | None = None
    ) -> list[Submission]:
        """Make these orders READY, so many at a time that nobody else waits long for a turn.

        What is carried is told of each part, and written with it.
        """
        found: list[Submission] = []
        for start in range(0, max(len(orders), 1), ADDED_AT_ONCE):
            found += await super().add(orders[start : start + ADDED_AT_ONCE], run, carrying=carrying)
        return found

    async def keep_balance(self, found: BalanceReading) -> None:
        """Keep what an account held, at the database's time: evidence stands beside orders that have it as well."""

        def work(session: Session) -> None:
            at = found.at
            if self._clock is None and abs(session.ahead) > CLOCK_OFF:
                at = (datetime.fromisoformat(at) + session.ahead).isoformat(timespec="milliseconds")
            self._transaction(session).do("insert_balance", **balance_values(replace(found, at=at)))

        await self._writer.submit(lone(work), writes=True)

    async def close(self) -> None:
        """Write what is waiting, say goodbye, and disconnect. May be called again."""
        await self._writer.stop()
        if self._mark is not None:
            self._mark.close()
        release, self._release = self._release, None
        if release is not None:
            release()
