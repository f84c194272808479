"""What the jobs of one worker share: the journal, the accounts it holds keys for, its signs of life, its counts."""

import asyncio
import platform
from collections import Counter
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bulkorders.cluster import cards, panels, queues
from bulkorders.cluster.engine import Engine
from bulkorders.cluster.pace import SharedPace
from bulkorders.errors import JournalError
from bulkorders.model.outcomes import Outcome, Verdict
from bulkorders.pipeline.accounts import Account
from bulkorders.pipeline.options import Front
from bulkorders.pipeline.recording import Record
from bulkorders.settings import Settings
from bulkorders.submission.attempt import sleep_counting_clock
from bulkorders.submission.dispatch import Dispatch

BEAT = """
UPDATE workers SET seen_at = clock_timestamp(), in_flight = %(in_flight)s, placed = %(placed)s,
    rejected = %(rejected)s, in_doubt = %(in_doubt)s, not_sent = %(not_sent)s,
    clock_off = extract(epoch FROM %(now)s::timestamptz - clock_timestamp())
WHERE id = %(worker)s RETURNING clock_off
"""

SWEEP_NOW = f"""
INSERT INTO procrastinate_jobs (queue_name, task_name, priority, queueing_lock)
VALUES ('{queues.SWEEPING}', '{queues.SWEEP}', {queues.URGENT}, 'sweep') ON CONFLICT DO NOTHING RETURNING id
"""

NEWER = 2.0
"""Seconds by which another worker's catalogue must be newer to be taken over."""

COUNTED = {
    Verdict.ACCEPTED: "placed",
    Verdict.REJECTED: "rejected",
    Verdict.IN_DOUBT: "in_doubt",
    Verdict.NOT_SENT: "not_sent",
}


@dataclass(slots=True)
class Bench:
    """The bench of one worker. `accounts` and `paces` are by account id; `worker` is its number in the database.

    `asked_at` is when a panel told the catalogue that is held, by the clock that counts sleep.
    """

    settings: Settings
    engine: Engine
    record: Record
    front: Front
    run: str
    accounts: Mapping[str, Account]
    paces: Mapping[str, SharedPace]
    worker: int = 0
    stopping: bool = False
    counts: Counter[str] = field(default_factory=Counter)
    dispatches: dict[Dispatch, str] = field(default_factory=dict)
    doubted: set[str] = field(default_factory=set)
    asked_at: dict[str, float] = field(default_factory=dict)
    beat_at: float = 0.0
    clock_off: float = 0.0
    _entering: asyncio.Lock = field(default_factory=asyncio.Lock)
    _telling: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def name(self) -> str:
        """What others are told of who did something."""
        return f"worker {self.worker} on {platform.node()}"

    @property
    def alive(self) -> bool:
        """Whether others still count on this worker: it gave a sign of life, by a clock that counts sleep."""
        return sleep_counting_clock() - self.beat_at < self.settings.cluster.silent_after

    @property
    def in_flight(self) -> int:
        """Orders whose answers are waited for."""
        return sum(dispatch.in_flight for dispatch in self.dispatches)

    def catalogue_age(self, account: str) -> float:
        """Return how many seconds ago the panel told the catalogue that is held."""
        return sleep_counting_clock() - self.asked_at.get(account, float("-inf"))

    def asked(self, account: str) -> None:
        """Remember that the panel has just told its catalogue."""
        self.asked_at[account] = sleep_counting_clock()

    async def enter(self, dispatch: Dispatch, account: str) -> None:
        """Begin to place orders; what waits in the spool is recorded first, while nobody can add to it."""
        async with self._entering:
            if self.record.spool.entries():
                while self.dispatches:
                    await asyncio.sleep(0.1)
                with suppress(JournalError):
                    await self.record.spool.replay(self.record.journal)
            self.dispatches[dispatch] = account

    def leave(self, dispatch: Dispatch) -> None:
        """No more orders are placed by this one."""
        self.dispatches.pop(dispatch, None)

    def stop(self) -> None:
        """Begin no further order; what is in flight is waited for."""
        self.stopping = True
        for dispatch in self.dispatches:
            dispatch.stop("interrupted")

    def abandon(self) -> None:
        """Wait for no answer any more: what is in flight comes in doubt."""
        for dispatch in self.dispatches:
            dispatch.abandon()

    def came(self, account: str, outcome: Outcome) -> None:
        """Count an outcome, and tell the others of doubts in a row."""
        self.counts[COUNTED[outcome.verdict]] += 1
        if outcome.verdict is Verdict.IN_DOUBT:
            self._tell(self._doubt(account, outcome))
        elif outcome.verdict is not Verdict.NOT_SENT and account in self.doubted:
            self.doubted.discard(account)
            self._tell(panels.well(self.engine, account))

    def _tell(self, telling: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(telling)
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _doubt(self, account: str, outcome: Outcome) -> None:
        self.doubted.add(account)
        if await panels.doubt(self.engine, account) >= panels.DOUBTS_IN_A_ROW:
            await panels.pause(self.engine, account, "doubts", outcome.message, by=self.name)
            await self.hear()

    async def hear(self) -> None:
        """Take in how the panels stand, and stop what is under way on one that is paused."""
        for state in await panels.states(self.engine, list(self.accounts)):
            if state.catalogue_age is not None:
                await self._take_catalogue(state.account, state.catalogue_age)
            was = self.paces[state.account].paused
            paused = (state.paused, state.said) if state.paused else None
            self.paces[state.account].heard(held=state.held, paused=paused)
            if state.doubts:
                self.doubted.add(state.account)
            if paused is not None:
                for dispatch, account in list(self.dispatches.items()):
                    if account == state.account:
                        dispatch.stop("paused", state.said)
            elif was is not None:
                await self.sweep_soon()

    async def _take_catalogue(self, account: str, age: float) -> None:
        """Take the catalogue that another worker has read, where it is newer than what is held."""
        if age + NEWER < self.catalogue_age(account):
            read_at = sleep_counting_clock()
            found, age = await cards.catalogue_of(self.engine, account)
            self.accounts[account].catalogue = found
            self.asked_at[account] = read_at - age

    async def beat(self) -> None:
        """Give a sign of life, and hear what is new."""
        began = sleep_counting_clock()
        names = ("placed", "rejected", "in_doubt", "not_sent")
        row = await self.engine.one(
            BEAT,
            worker=self.worker,
            in_flight=self.in_flight,
            now=datetime.now(UTC),
            **{name: self.counts[name] for name in names},
        )
        self.beat_at = began
        self.clock_off = float(row["clock_off"]) if row else 0.0
        await self.hear()

    async def sweep_soon(self) -> None:
        """Ask for a sweep; one that waits already is enough."""
        await self.engine.all(SWEEP_NOW)
