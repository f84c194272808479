"""The journal on SQLite: one file, one writer, for one person or team on one machine."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Self

from bulkorders.errors import JournalError
from bulkorders.journal.mark import Mark
from bulkorders.journal.protocol import Attempt, Campaign, Event, Run
from bulkorders.journal.sqlite import adding, asking, attempts, reading
from bulkorders.journal.sqlite.connection import connect, connect_to_read
from bulkorders.journal.sqlite.following import FollowingOnSqlite
from bulkorders.journal.sqlite.money import MoneyJournal
from bulkorders.journal.sqlite.rows import END_OF_RUN, run_values
from bulkorders.journal.sqlite.transaction import Transaction
from bulkorders.journal.sqlite.writer import GROUP_LIMIT, GroupWriter
from bulkorders.model.lifecycle import State
from bulkorders.model.orders import Submission, ValidatedOrder
from bulkorders.model.outcomes import Outcome


def utc_now() -> str:
    """Return the time as an ISO text in UTC with offset."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


class SqliteJournal(FollowingOnSqlite, MoneyJournal):
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
        self._writer: GroupWriter

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
        group_limit: int = GROUP_LIMIT,
    ) -> Self:
        """Open the file, making it where there is none (`read_only`: an empty journal in memory instead).

        Raise JournalError where it is damaged, newer than this program, not ours, or behind its mark.
        """
        journal = cls(path, read_only=read_only, clock=clock)
        journal._mark = mark
        journal._accept_rollback = accept_rollback
        journal._release = release
        journal._writer = GroupWriter(
            journal._connect,
            withdraw=journal._withdraw,
            committed=journal._committed,
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
    def commits(self) -> int:
        """How many transactions this journal has committed since it was opened."""
        return self._writer.commits

    # in the writer's thread

    def _connect(self) -> sqlite3.Connection:
        connection = connect_to_read(self.path) if self._read_only else connect(self.path)
        try:
            tx = Transaction(connection, self._clock())
            self._id = str((tx.one("meta", name="journal_id") or ("",))[0])
            if self._mark is not None:
                highest = (tx.one("highest_attempt") or (0,))[0]
                self._mark.agree(self._id, highest, accept_rollback=self._accept_rollback, path=self.path)
        except BaseException:
            connection.close()
            raise
        return connection

    def _withdraw(self, connection: sqlite3.Connection, attempt: str) -> None:
        attempts.withdraw(Transaction(connection, self._clock()), attempt)

    def _committed(self, connection: sqlite3.Connection) -> None:
        if self._mark is not None:
            highest = Transaction(connection, "").one("highest_attempt")
            self._mark.rise(highest[0] if highest else 0)

    # from the event loop

    async def _write(
        self,
        change: Callable[[Transaction], Any],
        *,
        run: str | None = None,
        attempt: str | None = None,
    ) -> Any:
        if self._read_only:
            raise JournalError("journal.read_only", path=str(self.path))

        def work(connection: sqlite3.Connection) -> Any:
            return change(Transaction(connection, self._clock(), run))

        return await self._writer.submit(work, writes=True, attempt=attempt)

    async def _read(self, question: Callable[[Transaction], Any]) -> Any:
        def work(connection: sqlite3.Connection) -> Any:
            return question(Transaction(connection, ""))

        return await self._writer.submit(work, writes=False)

    # runs, campaigns, accounts

    async def begin_run(self, run: Run) -> None:
        """Record that a run began."""
        await self._write(lambda tx: tx.do("begin_run", **run_values(run)))

    async def end_run(self, run: Run) -> None:
        """Record how the run of this id ended."""
        values = run_values(run)
        await self._write(lambda tx: tx.do("end_run", **{name: values[name] for name in END_OF_RUN}))

    async def runs(
        self, limit: int = 50, *, command: str | None = None, campaign: str | None = None
    ) -> list[Run]:
        """Return the latest runs, newest first."""
        question = partial(reading.runs, limit=limit, command=command, campaign=campaign)
        found: list[Run] = await self._read(question)
        return found

    async def campaign(self, campaign: str) -> Campaign | None:
        """Return what is remembered of a campaign, or None."""
        found: Campaign | None = await self._read(partial(reading.campaign, name=campaign))
        return found

    async def remember_campaign(self, campaign: Campaign) -> None:
        """Remember the campaign, or its new sheet path where it is known already."""
        values = {
            "id": campaign.id,
            "sheet": campaign.sheet,
            "first_run": campaign.first_run,
            "created_at": campaign.created_at,
        }
        await self._write(lambda tx: tx.do("remember_campaign", **values))

    async def key_mark(self, account: str) -> str | None:
        """Return the mark of the API key last confirmed for this account, or None."""
        found: str | None = await self._read(partial(reading.key_mark, account=account))
        return found

    async def remember_key_mark(self, account: str, mark: str) -> None:
        """Remember the mark of the API key confirmed for this account."""
        await self._write(lambda tx: tx.do("remember_key_mark", account=account, mark=mark, at=tx.at))

    # money: more in `MoneyJournal`

    async def turned_up(self) -> dict[str, tuple[str, ...]]:
        """Return, by key, the ids of orders that had been ruled not placed, and were placed after all."""
        found: dict[str, tuple[str, ...]] = await self._read(reading.turned_up)
        return found

    async def ruled_out(self) -> set[str]:
        """Return the keys of orders with a sending that was ruled not placed."""
        found: set[str] = await self._read(reading.ruled_out)
        return found

    # orders

    async def add(self, orders: Sequence[ValidatedOrder], run: str) -> list[Submission]:
        """Make these orders READY where they may be; return them as they stand, in the order given."""
        found: list[Submission] = await self._write(partial(adding.add, orders=orders), run=run)
        return found

    async def drop(self, keys: Sequence[str], run: str) -> None:
        """Drop READY orders that are no longer in the sheet."""
        await self._write(partial(adding.drop, keys=keys), run=run)

    async def again(self, keys: Sequence[str], run: str) -> None:
        """Make REJECTED orders READY; IllegalTransition where one of them is not REJECTED."""
        await self._write(partial(adding.again, keys=keys), run=run)

    async def submissions(
        self,
        *,
        campaign: str | None = None,
        keys: Sequence[str] | None = None,
        order_ids: Sequence[str] | None = None,
        accounts: Sequence[str] | None = None,
        states: Sequence[State] | None = None,
        open_only: bool = False,
    ) -> list[Submission]:
        """Return the submissions that match all that is given, in the order they were first added."""
        question = partial(
            reading.submissions,
            campaign=campaign,
            keys=keys,
            order_ids=order_ids,
            accounts=accounts,
            states=states,
            open_only=open_only,
        )
        found: list[Submission] = await self._read(question)
        return found

    async def alike(self, fingerprints: Sequence[str], since: str) -> dict[str, Submission]:
        """Return, by fingerprint, the committed order that was sent first at or after `since`."""
        question = partial(reading.alike, fingerprints=fingerprints, since=since)
        found: dict[str, Submission] = await self._read(question)
        return found

    # attempts

    async def claim(self, key: str, attempt: str, run: str) -> bool:
        """Claim a READY order for one attempt, durably; False where somebody else owns it."""
        change = partial(attempts.claim, key=key, attempt=attempt, run=run)
        return bool(await self._write(change, attempt=attempt))

    async def record(self, attempt: str, outcome: Outcome) -> Submission:
        """Record what came of an attempt, in time or late; return the order as it now stands."""
        found: Submission = await self._write(partial(attempts.record, attempt=attempt, outcome=outcome))
        return found

    async def attempts(self, key: str) -> list[Attempt]:
        """Return the attempts of an order, first to last."""
        found: list[Attempt] = await self._read(partial(reading.attempts, key=key))
        return found

    async def lose_dangling(self, run: str) -> list[Submission]:
        """Turn every attempt without outcome in doubt, and every request still asked; return the orders."""

        def change(tx: Transaction) -> list[Submission]:
            keys = [*attempts.lose_dangling(tx, run), *asking.lose_asked(tx, run)]
            return reading.submissions(tx, keys=keys) if keys else []

        found: list[Submission] = await self._write(change, run=run)
        return found

    async def resolve(
        self, key: str, event: str, *, order_ids: Sequence[str] = (), reason: str = "", run: str
    ) -> Submission:
        """Settle an order by a person's word or evidence: `find`, `rule out`, `suspect` (a rejected one)."""
        change = partial(attempts.resolve, key=key, event=event, order_ids=order_ids, reason=reason, run=run)
        found: Submission = await self._write(change)
        return found

    # what became of them

    async def events(
        self, *, key: str | None = None, after: int = 0, limit: int | None = None
    ) -> list[Event]:
        """Return events with a number above `after`, in their order."""
        found: list[Event] = await self._read(partial(reading.events, key=key, after=after, limit=limit))
        return found

    async def close(self) -> None:
        """Write what is waiting, close the file, and release the lock. May be called again."""
        await self._writer.stop()
        if self._mark is not None:
            self._mark.close()
        release, self._release = self._release, None
        if release is not None:
            release()
