"""Many attempts at once on one panel, draining cleanly: stop beginning, wait for what is in flight."""

import asyncio
import random
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Protocol

from bulkorders import wording
from bulkorders.errors import JournalError, PanelError
from bulkorders.model.lifecycle import State
from bulkorders.model.orders import Submission
from bulkorders.model.outcomes import Outcome, Verdict
from bulkorders.model.pace import Pace
from bulkorders.panel.client import Panel
from bulkorders.submission import retrying
from bulkorders.submission.attempt import Attempts, Came
from bulkorders.submission.easing import Easing
from bulkorders.submission.stocktaking import Read, Stocktaking

PROBES = 2
PROBE_PAUSE = 2.0

AT_WORK = 2
"""Orders at work for each slot, where there are several: while an answer goes to the disk, another order is sent."""

APART = 0.002
"""Seconds between the first orders: sent all together, they would be answered, recorded and sent again together."""

SETTLED = (Verdict.ACCEPTED, Verdict.REJECTED)
"""What got through to the panel and back: nothing follows from it for the orders after it, unless its id is known."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """Why a run ended early: a code (`funds`, `doubts`, `interrupted`, …) and the panel's own words."""

    code: str
    said: str = ""


Watch = Callable[[Submission, Outcome], None]


class Reviewed(Protocol):
    """The plan a person reviewed, asked before each claim whether it still stands."""

    async def look(self) -> None:
        """Ask the panel again where what it said is too old. Cancelled meanwhile, nothing is lost."""
        ...

    def changed(self, order: Submission) -> Stopped | None:
        """Return why this order must not go as it was reviewed, or None. Answers at once: its claim comes next."""
        ...


@dataclass(slots=True)
class _Waiting:
    order: Submission
    tries: int = 0
    progress: int = 0


class Dispatch:
    """Places the orders of one panel in one run.

    `watch` is told of every outcome that was recorded. `reviewed` is asked before each claim, and stops
    the run where the plan does not stand any more; between claim and sending nobody is asked anything.
    """

    def __init__(
        self,
        panel: Panel,
        attempts: Attempts,
        pace: Pace,
        *,
        at_once: int,
        watch: Watch | None = None,
        reviewed: Reviewed | None = None,
        read: Read | None = None,
    ) -> None:
        self._panel = panel
        self._attempts = attempts
        self._pace = pace
        self._slots = asyncio.Semaphore(at_once)
        self._at_work = AT_WORK * at_once if at_once > 1 else 1
        self._watch = watch
        self._reviewed = reviewed
        self._read = read
        self._stock = (
            Stocktaking(panel.balance, read, lambda: self.in_flight, lambda: self._begun) if read else None
        )
        self._easing = Easing(self._at_work)
        self._begun = 0
        self._seen: set[str] = set()
        self._unanswered: Outcome | None = None
        self._queue: deque[_Waiting] = deque()
        self._workers: list[asyncio.Task[None]] = []
        self._waiting: set[asyncio.Task[None]] = set()
        self._stopped: Stopped | None = None
        self._gate = asyncio.Event()
        self._gate.set()
        self._going = asyncio.Event()
        self._going.set()
        self._progress = 0
        self._doubts = 0
        self._pauses = 0
        self._progress_at_pause = 0
        self.in_flight = 0

    @property
    def stopped(self) -> Stopped | None:
        """Why it ended early, or None."""
        return self._stopped

    def stop(self, code: str, said: str = "") -> None:
        """Begin no further order; what is in flight is waited for. The first reason stands."""
        if self._stopped is None:
            self._stopped = Stopped(code, said)
        self._gate.set()
        self._going.set()
        # Who waits for a turn has claimed nothing yet, and need not wait for it any longer.
        for worker in self._waiting:
            worker.cancel()

    def pause(self, on: bool) -> None:  # noqa: FBT001 - held or not is all there is to say
        """Begin no further order until told to go on; what is in flight goes on."""
        if on and self._stopped is None:
            self._going.clear()
        else:
            self._going.set()

    @property
    def paused(self) -> bool:
        """Whether it was told to begin no further order for now."""
        return not self._going.is_set()

    def abandon(self) -> None:
        """Stop waiting for answers: what is in flight becomes in doubt, durably, and the run ends."""
        self.stop("interrupted")
        for worker in self._workers:
            worker.cancel()

    async def place(self, orders: Sequence[Submission]) -> Stopped | None:
        """Place these orders, each at most once; return why it ended early, or None when all were tried."""
        self._queue.extend(_Waiting(order) for order in orders)
        count = min(self._at_work, len(orders))
        self._workers = [asyncio.create_task(self._work(number * APART)) for number in range(count)]
        results = await asyncio.gather(*self._workers, return_exceptions=True)
        for failure in results:
            if isinstance(failure, BaseException) and not isinstance(failure, asyncio.CancelledError):
                raise failure
        return self._stopped

    async def _work(self, after: float) -> None:
        await asyncio.sleep(after)
        while self._queue and self._stopped is None:
            async with AsyncExitStack() as turn:
                await self._turn(turn)
                if self._stopped is not None or not self._queue:
                    return
                if self._pace.paused is not None:
                    self.stop("paused", self._pace.paused[1])
                    return
                changed = self._reviewed.changed(self._queue[0].order) if self._reviewed else None
                if changed is not None:
                    self.stop(changed.code, changed.said)
                    return
                waiting = self._queue.popleft()
                with self._easing.under_way():
                    came = await self._attempt(waiting, turn)
                    if came is not None:
                        await self._follow(waiting, came)

    async def _turn(self, turn: AsyncExitStack) -> None:
        """Wait for a slot, the rate, a fresh look and the gate; cancelled meanwhile, nothing is claimed."""
        worker = asyncio.current_task()
        assert worker is not None  # noqa: S101 - only workers call this
        self._waiting.add(worker)
        try:
            await turn.enter_async_context(self._slots)
            await turn.enter_async_context(self._pace.slot())
            await self._pace.turn("add")
            while True:
                # Looked at again after every wait: a pause may last longer than the catalogue holds good.
                if self._reviewed is not None:
                    await self._reviewed.look()
                if self._gate.is_set() and self._going.is_set() and self._easing.free:
                    return
                await self._going.wait()
                await self._gate.wait()
                await self._easing.wait()
        finally:
            self._waiting.discard(worker)

    async def _attempt(self, waiting: _Waiting, turn: AsyncExitStack) -> Came | None:
        async def answered(outcome: Outcome) -> None:
            # An answer that others must hear of first, a doubt or an id for the second time, keeps its slot.
            if outcome.verdict in SETTLED and self._seen.isdisjoint(outcome.order_ids):
                await turn.aclose()
            self._seen.update(outcome.order_ids)

        self.in_flight += 1
        self._begun += 1
        try:
            return await self._attempts.make(waiting.order, answered)
        except JournalError as error:
            self.stop("journal", wording.explain(error).message or error.code)
            return None
        finally:
            self.in_flight -= 1

    async def _follow(self, waiting: _Waiting, came: Came) -> None:
        """Do what follows from an outcome: count, tell, hold, pause, queue again, or stop."""
        outcome, submission = came.outcome, came.submission
        if submission is None:
            self.stop("journal", "the answer is kept in the spool")
            return
        if self._watch is not None:
            self._watch(submission, outcome)
        self._count(outcome)
        if outcome.verdict is Verdict.ACCEPTED and submission.state is State.IN_DOUBT:
            self.stop("duplicate_id", ", ".join(outcome.order_ids))
            return
        if waiting.progress != self._progress:
            waiting.tries, waiting.progress = 0, self._progress
        waiting.tries += 1
        draw = random.random()  # noqa: S311 - jitter, no secret
        decision = retrying.decide(outcome, waiting.tries, self._doubts, draw)
        if decision.stop is not None:
            self.stop(decision.stop, outcome.message)
        if decision.hold:
            await self._pace.hold(decision.hold)
        if outcome.kind == "rate":
            await self._pace.slow_down()
        if decision.again:
            self._queue.appendleft(waiting)
        if outcome.verdict is Verdict.IN_DOUBT:
            await self._look(outcome, pause=decision.pause)

    async def _look(self, outcome: Outcome, *, pause: bool) -> None:
        """After a doubt: pause for probes where there are too many in a row, else read the balance in between.

        Who comes while the gate is closed leaves it to the one who closed it.
        """
        if pause:
            self._unanswered = outcome
        if not self._gate.is_set() or self._stopped is not None:
            return
        if not pause:
            await self._take_stock()
        if self._unanswered is not None and self._stopped is None:
            outcome, self._unanswered = self._unanswered, None
            await self._pause(outcome)

    async def _take_stock(self) -> None:
        """Let nobody begin until the balance was read; at the end of a run that is done in any case."""
        if self._stock is None or not self._stock.due or not (self._queue or self.in_flight):
            return
        self._gate.clear()
        self._easing.doubt()
        try:
            await self._stock.take()
        finally:
            if self._unanswered is None:
                self._gate.set()

    def _count(self, outcome: Outcome) -> None:
        if outcome.verdict is Verdict.IN_DOUBT:
            self._doubts += 1
        elif outcome.verdict in SETTLED:
            self._doubts = 0
            self._progress += 1
            self._easing.through()

    async def _pause(self, outcome: Outcome) -> None:
        """Let nobody begin until the panel has answered probes; stop where it does not, or nothing gets through."""
        self._gate.clear()
        self._pauses += 1
        since, self._progress_at_pause = self._progress - self._progress_at_pause, self._progress
        good = await self._probe()
        self._unanswered = None
        if retrying.resume_after_probes(good, since, self._pauses):
            self._doubts = 0
            self._gate.set()
        else:
            self.stop("doubts", outcome.message or outcome.kind)

    async def _probe(self) -> int:
        """Ask for the balance a few times, which costs nothing; return how many answers were good, 0 if one failed."""
        for _ in range(PROBES):
            await asyncio.sleep(PROBE_PAUSE)
            if self._stopped is not None:
                return 0
            try:
                held = await self._panel.balance()
            except PanelError:
                return 0
            if self._read is not None:
                await self._read(held, self.in_flight == 0)
        return PROBES
