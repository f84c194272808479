"""The journal on SQLite: one file, one writer, for one person or team on one machine."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from bulkorders.errors import JournalError
from bulkorders.journal.mark import Mark
from bulkorders.journal.relational import RelationalJournal, Shared, attempts
from bulkorders.journal.relational.grouping import Work, lone
from bulkorders.journal.relational.transaction import Transaction
from bulkorders.journal.sqlite.connection import connect, connect_to_read
from bulkorders.journal.sqlite.transaction import SqliteTransaction
from bulkorders.journal.sqlite.writer import SqliteWriter

TOGETHER = 16
"""Operations in one commit at most: orders that were claimed in one are sent, answered and recorded together, and each
of many would wait for all of them, again and again."""


def utc_now() -> str:
    """Return the time as an ISO text in UTC with offset."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


class SqliteJournal(RelationalJournal):
    """The record of all orders in one SQLite file; see `protocol.Journal` for what each method promises.

    Made by `open`. `clock` gives the time of events. `release` is called at the very end of `close`.
    """

    def __init__(self, path: Path, *, read_only: bool = False, clock: Callable[[], str] = utc_now) -> None:
        self.path = path
        self._read_only = read_only
        self._clock = clock
        self._id = ""
        self._mark: Mark | None = None
        self._accept_rollback = False
        self._release: Callable[[], None] | None = None
        self._works: dict[Shared, Work[sqlite3.Connection]] = {}
        self._writer: SqliteWriter

    @classmethod
    async def open(
        cls,
        path: Path,
        *,
        read_only: bool = False,
        mark: Mark | None = None,
        accept_rollback: bool = False,
        release: Callable[[], None] | None = None,
        clock: Callable[[], str] = utc_now,
        group_limit: int = TOGETHER,
    ) -> Self:
        """Open the file, making it where there is none (`read_only`: an empty journal in memory instead).

        Raise JournalError where it is damaged, newer than this program, not ours, or behind its mark.
        """
        journal = cls(path, read_only=read_only, clock=clock)
        journal._mark = mark
        journal._accept_rollback = accept_rollback
        journal._release = release
        journal._writer = SqliteWriter(
            journal._connect,
            withdraw=journal._withdraw,
            claimed=journal._claimed,
            place=str(path),
            group_limit=group_limit,
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
        return self._id

    @property
    def beside(self) -> Path:
        """The journal's file: what stands beside it is this process's own while the lock is held."""
        return self.path

    @property
    def commits(self) -> int:
        """How many transactions this journal has committed since it was opened."""
        return self._writer.commits

    # in the writer's thread

    def _connect(self) -> sqlite3.Connection:
        connection = connect_to_read(self.path) if self._read_only else connect(self.path)
        try:
            tx = SqliteTransaction(connection, self._clock())
            self._id = str((tx.one("meta", name="journal_id") or ("",))[0])
            if self._mark is not None:
                highest = (tx.one("highest_attempt") or (0,))[0]
                self._mark.agree(self._id, highest, accept_rollback=self._accept_rollback, path=self.path)
        except BaseException:
            connection.close()
            raise
        return connection

    def _withdraw(self, connection: sqlite3.Connection, attempt: str) -> None:
        attempts.withdraw(SqliteTransaction(connection, self._clock()), attempt)

    def _claimed(self, connection: sqlite3.Connection) -> None:
        if self._mark is not None:
            highest = SqliteTransaction(connection, "").one("highest_attempt")
            self._mark.rise(highest[0] if highest else 0)

    # from the event loop

    async def _write(self, change: Callable[[Transaction], Any], *, run: str | None = None) -> Any:
        def work(connection: sqlite3.Connection) -> Any:
            return change(SqliteTransaction(connection, self._clock(), run))

        self._must_write()
        return await self._writer.submit(lone(work), writes=True)

    async def _share(
        self, change: Shared, item: Any, *, attempt: str | None = None, patient: bool = False
    ) -> Any:
        def work(connection: sqlite3.Connection, items: Sequence[Any]) -> Sequence[Any]:
            return change(SqliteTransaction(connection, self._clock()), items)

        self._must_write()
        shared = self._works.setdefault(change, work)
        return await self._writer.submit(shared, writes=True, attempt=attempt, item=item, patient=patient)

    def _must_write(self) -> None:
        if self._read_only:
            raise JournalError("journal.read_only", path=str(self.path))

    async def _read(self, question: Callable[[Transaction], Any]) -> Any:
        def work(connection: sqlite3.Connection) -> Any:
            return question(SqliteTransaction(connection, ""))

        return await self._writer.submit(lone(work), writes=False)

    async def close(self) -> None:
        """Write what is waiting, close the file, and release the lock. May be called again."""
        await self._writer.stop()
        if self._mark is not None:
            self._mark.close()
        release, self._release = self._release, None
        if release is not None:
            release()
