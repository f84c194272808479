"""Places the reviewed orders on their panels side by side, shows how far it is, and drains when asked to."""

import asyncio
import gc
from collections.abc import Awaitable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal

from bulkorders import wording
from bulkorders.errors import BulkordersError
from bulkorders.model import money
from bulkorders.model.catalogue import Balance
from bulkorders.model.lifecycle import State
from bulkorders.model.orders import Submission
from bulkorders.model.outcomes import Outcome
from bulkorders.model.progress import Progress
from bulkorders.model.report import Stop
from bulkorders.pipeline.accounts import Account
from bulkorders.pipeline.books import readings
from bulkorders.pipeline.intake.checking import Checking
from bulkorders.pipeline.options import Front
from bulkorders.pipeline.placement.planning import RUN_AGE, Watchman
from bulkorders.pipeline.recording import Record
from bulkorders.submission.attempt import Attempts
from bulkorders.submission.dispatch import Dispatch, Stopped
from bulkorders.submission.draining import draining

TICK = 0.5
"""Seconds between two looks at what is in flight, for the progress shown."""


async def place(run: Checking, record: Record, front: Front, ready: Sequence[Submission]) -> Stop | None:
    """Place these orders, each at most once. Return why it ended early, or None."""
    if not ready:
        return None
    gauge = _Gauge(front, ready)
    dispatches = {
        account.id: (
            _dispatch(run, record, account, gauge),
            [each for each in ready if each.account == account.id],
        )
        for account in run.distinct_accounts()
    }
    gauge.dispatches = [dispatch for dispatch, _ in dispatches.values()]
    gauge.longest = max(account.panel.profile.timeouts.longest_answer for account in run.distinct_accounts())

    def stop() -> None:
        for dispatch in gauge.dispatches:
            dispatch.stop("interrupted")
        gauge.show()

    def abandon() -> None:
        for dispatch in gauge.dispatches:
            dispatch.abandon()

    def pause(on: bool) -> None:  # noqa: FBT001 - held or not is all there is to say
        for dispatch in gauge.dispatches:
            dispatch.pause(on)
        gauge.show()

    ticking = asyncio.create_task(gauge.tick())
    try:
        with draining(stop, abandon, pause=pause), _set_aside():
            ends = await _all(dispatch.place(orders) for dispatch, orders in dispatches.values())
    finally:
        ticking.cancel()
    gauge.show()
    return _stop(ends)


@contextmanager
def _set_aside() -> Iterator[None]:
    """Keep the collector from searching all that was read and checked for circles, again and again, meanwhile."""
    if gc.get_freeze_count():  # somebody has set it aside for as long as this process lives
        yield
        return
    thresholds = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(10_000, 20, 1_000)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()


def _dispatch(run: Checking, record: Record, account: Account, gauge: "_Gauge") -> Dispatch:
    attempts = Attempts(account.panel, record.journal, record.spool, run.run, still=account.pace.still)
    at_once = run.options.concurrency or run.settings.concurrency
    reviewed = Watchman(account, RUN_AGE if run.options.recheck is None else run.options.recheck)

    async def read(held: Balance, idle: bool) -> None:  # noqa: FBT001 - told, and not asked for
        await readings.keep(record.journal, account, held, run.run, "pause", quiet=idle)

    return Dispatch(
        account.panel,
        attempts,
        account.pace,
        at_once=at_once,
        watch=gauge.take,
        reviewed=reviewed,
        read=read,
    )


async def _all(placing: Iterable[Awaitable[Stopped | None]]) -> list[Stopped | None]:
    """Wait for every panel's orders; raise what one of them failed with once the others are done as well."""
    ends = await asyncio.gather(*placing, return_exceptions=True)
    for end in ends:
        if isinstance(end, BaseException):
            raise end
    return [end for end in ends if not isinstance(end, BaseException)]


def _stop(ends: Sequence[Stopped | None]) -> Stop | None:
    """Return the first reason in words; being interrupted goes before any other."""
    reasons = sorted((end for end in ends if end is not None), key=lambda end: end.code != "interrupted")
    if not reasons:
        return None
    told = wording.explain(
        BulkordersError(f"run.stopped.{reasons[0].code}", said=reasons[0].said or "no reason given")
    )
    return Stop(code=reasons[0].code, message=told.message or "", next=told.next or "")


class _Gauge:
    """Counts outcomes and money as they come, and shows them to the front."""

    def __init__(self, front: Front, ready: Sequence[Submission]) -> None:
        self._front = front
        currency = next((each.currency for each in ready if each.currency), None)
        self._progress = Progress(total=len(ready), currency=currency, stage="placing")
        self.dispatches: list[Dispatch] = []
        self.longest = 0.0

    def take(self, submission: Submission, _outcome: Outcome) -> None:
        """Count one order as it now stands."""
        before, cost = self._progress, submission.estimate or Decimal(0)
        if submission.state is State.PLACED:
            spent = money.total((before.spent, submission.charge if submission.charge is not None else cost))
            self._progress = replace(before, placed=before.placed + 1, spent=spent)
        elif submission.state is State.REJECTED:
            self._progress = replace(before, rejected=before.rejected + 1)
        elif submission.state is State.IN_DOUBT:
            risk = money.total((before.at_risk, cost))
            self._progress = replace(before, in_doubt=before.in_doubt + 1, at_risk=risk)
        self.show()

    def show(self) -> None:
        """Show how far it is, with what is in flight."""
        awaited = sum(dispatch.in_flight for dispatch in self.dispatches)
        stopping = any(dispatch.stopped is not None for dispatch in self.dispatches)
        paused = any(dispatch.paused for dispatch in self.dispatches)
        self._progress = replace(
            self._progress, awaited=awaited, stopping=stopping, paused=paused, longest=self.longest
        )
        self._front.progress(self._progress)

    async def tick(self) -> None:
        """Show it now and again while nothing comes."""
        while True:
            await asyncio.sleep(TICK)
            self.show()
