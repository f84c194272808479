"""One chunk placed: the pipeline's own attempts, held to what was reviewed and to what all machines know."""

import asyncio
from collections.abc import Sequence

from bulkorders import wording
from bulkorders.cluster import chunks, panels, slots
from bulkorders.cluster.bench import Bench
from bulkorders.cluster.chunks import Chunk
from bulkorders.model.lifecycle import State
from bulkorders.model.orders import Submission
from bulkorders.model.outcomes import Outcome
from bulkorders.pipeline.accounts import Account
from bulkorders.pipeline.following.polling import poll
from bulkorders.submission.attempt import Attempts
from bulkorders.submission.dispatch import Dispatch, Stopped

OURS = frozenset({"interrupted", "journal", "paused", "frozen", "expired", "plan_changed"})
"""Why a chunk ended early without its panel being to blame: the rest goes on elsewhere, or later."""


LOOK = 0.5
"""Seconds between two looks whether a paused panel goes on."""


class Gate:
    """Asked before each claim (`submission.dispatch.Reviewed`): whether an order may still go as it was reviewed."""

    def __init__(self, bench: Bench, account: Account) -> None:
        self._bench = bench
        self._account = account
        self._pace = bench.paces[account.id]

    async def look(self) -> None:
        """Look at nothing: the worker asks for the catalogue by itself, and is told of everything else."""

    def changed(self, order: Submission) -> Stopped | None:
        """Return why this order must not go now, or None."""
        if self._bench.stopping:
            return Stopped("interrupted")
        if self._pace.paused is not None:
            return Stopped("paused", self._pace.paused[1])
        if not self._bench.alive:
            return Stopped("frozen")
        if self._bench.catalogue_age(self._account.id) > self._bench.settings.cluster.catalogue_age:
            return Stopped("unchecked", wording.note("cluster.catalogue_old", {"account": self._account.id}))
        said = differs(self._account, order)
        return Stopped("plan_changed", said) if said else None


def differs(account: Account, order: Submission) -> str:
    """Return in what an order's service is another one now than when it was reviewed, or nothing."""
    found = account.catalogue.get(order.service)
    number, name = order.service, order.service_name
    if found is None:
        return wording.note("plan.service_gone", {"service": number, "name": name})
    if found.name != name:
        return wording.note(
            "plan.other_service",
            {"service": number, "name": name, "what": "name", "before": name, "now": found.name},
        )
    if found.rate != order.rate or found.basis != order.basis:
        return wording.note(
            "plan.service",
            {"service": number, "name": name, "what": "rate", "before": order.rate, "now": found.rate},
        )
    return ""


async def place(bench: Bench, number: int) -> None:
    """Place what is ready of a chunk, ask what became of it, and close it where nothing is left to send.

    While the panel is paused the chunk waits here; its lane is the panel's own, and keeps nobody else.
    """
    again = True
    while again:
        chunk = await chunks.find(bench.engine, number)
        if chunk is None or chunk.account not in bench.accounts:
            return
        pace = bench.paces[chunk.account]
        while pace.paused is not None and not bench.stopping:
            await asyncio.sleep(LOOK)
        if bench.stopping:
            return
        stopped = await _placed(bench, chunk)
        again = stopped is not None and stopped.code == "paused"


async def _placed(bench: Bench, chunk: Chunk) -> Stopped | None:
    account = bench.accounts[chunk.account]
    ready = await bench.record.journal.submissions(keys=chunk.keys, states=[State.READY])
    said = {order.key: told for order in ready if (told := differs(account, order))}
    fit = [order for order in ready if order.key not in said]
    stopped = await _place(bench, account, fit) if fit else None
    if fit:
        await _ask_of(bench, account, [order.key for order in fit])
    await chunks.settle(bench.engine, chunk.id, tuple(said), next(iter(said.values()), ""))
    return stopped


async def _place(bench: Bench, account: Account, fit: Sequence[Submission]) -> Stopped | None:
    pace = bench.paces[account.id]
    panel = bench.settings.all_panels().get(account.panel.profile.name)

    def go_on() -> bool:
        return not bench.stopping and pace.paused is None

    async with slots.taken(
        bench.engine,
        account.id,
        worker=bench.worker,
        of=panel.at_once if panel else None,
        wanted=bench.settings.concurrency,
        silent_after=bench.settings.cluster.silent_after,
        go_on=go_on,
    ) as at_once:
        if not at_once or not go_on():
            return Stopped("paused")
        dispatch = _dispatch(bench, account, at_once)
        await bench.enter(dispatch, account.id)
        try:
            stopped = await dispatch.place(fit)
        finally:
            bench.leave(dispatch)
    if stopped is not None and stopped.code not in OURS:
        await panels.pause(bench.engine, account.id, stopped.code, stopped.said, by=bench.name)
        await bench.hear()
    return stopped


def _dispatch(bench: Bench, account: Account, at_once: int) -> Dispatch:
    record, pace = bench.record, bench.paces[account.id]
    attempts = Attempts(account.panel, record.journal, record.spool, bench.run, still=pace.still)

    def watch(_order: Submission, outcome: Outcome) -> None:
        bench.came(account.id, outcome)

    return Dispatch(
        account.panel, attempts, pace, at_once=at_once, watch=watch, reviewed=Gate(bench, account)
    )


async def _ask_of(bench: Bench, account: Account, keys: Sequence[str]) -> None:
    """Ask once what became of the orders just placed: most panels tell the charge only then."""
    if bench.stopping or bench.paces[account.id].paused is not None:
        return
    placed = await bench.record.journal.submissions(keys=keys, states=[State.PLACED])
    if placed:
        await poll([account], bench.record.journal, bench.front, placed, run=bench.run)
