"""`submit --queue`: the same check, review and confirmation, and then the workers do it; this machine needs no key."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

from bulkorders import wording
from bulkorders.cluster import cards, chunks, engine
from bulkorders.cluster.engine import Engine
from bulkorders.errors import BulkordersError, CallError
from bulkorders.journal.protocol import Journal
from bulkorders.model import money
from bulkorders.model.lifecycle import State
from bulkorders.model.orders import ValidatedOrder
from bulkorders.model.progress import Progress
from bulkorders.model.report import Report, Stop
from bulkorders.pipeline import ending, recording, story
from bulkorders.pipeline.accounts import Account
from bulkorders.pipeline.intake import checking, guards
from bulkorders.pipeline.intake.checking import Checking
from bulkorders.pipeline.options import Front, Listening, Options
from bulkorders.pipeline.placement import limits
from bulkorders.pipeline.placement.limits import Cost
from bulkorders.pipeline.recording import Record
from bulkorders.settings import Settings
from bulkorders.submission.draining import draining
from bulkorders.submission.resuming import Plan

COMMAND = "submit --queue"
LOOK = 0.5
"""Seconds between two looks at how far the workers are."""

PLANNING = """
INSERT INTO timers (name, at, mark) VALUES (%(name)s, clock_timestamp() + interval '2 minutes', %(mark)s)
ON CONFLICT (name) DO UPDATE SET at = excluded.at, mark = excluded.mark
WHERE timers.at < clock_timestamp() OR timers.mark = '' OR timers.mark = excluded.mark RETURNING name
"""

PLANNED = "UPDATE timers SET mark = '' WHERE name = %(name)s AND mark = %(mark)s RETURNING name"

QUEUED = """
SELECT o.account, o.campaign, o.estimate FROM (SELECT DISTINCT unnest(keys) AS key FROM chunks WHERE state = 'open'
    AND account = ANY (%(accounts)s::text[])) c
JOIN bulkorders.orders o ON o.key = c.key WHERE o.state = 'ready' AND NOT o.key = ANY (%(own)s::text[])
"""

FAR = """
SELECT o.state, count(*) AS orders, coalesce(sum(coalesce(o.charge, o.estimate)::numeric), 0)::text AS cost
FROM (SELECT DISTINCT unnest(keys) AS key FROM chunks WHERE run = %(run)s) c
JOIN bulkorders.orders o ON o.key = c.key GROUP BY o.state
"""

OPEN = """
SELECT count(*) FILTER (WHERE c.state = 'open') AS open, count(*) FILTER (WHERE c.state = 'held') AS held,
    max(c.said) FILTER (WHERE c.state = 'held') AS said,
    max(p.paused) AS paused, max(p.said) AS why, max(c.account) FILTER (WHERE p.paused IS NOT NULL) AS account
FROM chunks c LEFT JOIN panels p ON p.account = c.account AND c.state = 'open'
WHERE c.run = %(run)s
"""


async def queueing(options: Options, settings: Settings, front: Front) -> Report:
    """Check, review, confirm, and queue the orders for the workers. Raises what ends a run before the first cent."""
    heard = Listening(front)
    return heard.noted(await _submit(options, settings, heard, wait=False))


async def waiting(options: Options, settings: Settings, front: Front) -> Report:
    """Do the same, and wait until the workers are done."""
    heard = Listening(front)
    return heard.noted(await _submit(options, settings, heard, wait=True))


async def _submit(options: Options, settings: Settings, front: Front, *, wait: bool) -> Report:
    if options.canary:
        raise CallError("cluster.no_canary")
    engine.address_for(settings)
    run = await checking.read(options, settings, front)
    longest = settings.cluster.catalogue_age
    async with (
        recording.recording(settings, COMMAND, run.run, front) as record,
        engine.opened(settings) as found,
        cards.accounts(found, run.panel_names(), options.panel, front, longest) as opened,
    ):
        return await over(found, run, opened, record, front, wait=wait)


async def over(
    found: Engine,
    run: Checking,
    opened: Mapping[str | None, Account],
    record: Record,
    front: Front,
    *,
    wait: bool,
    command: str = COMMAND,
) -> Report:
    """Do the whole of a `submit --queue` over a sheet that was read. Raises what ends it before the first cent."""
    async with _alone(found, sorted({account.id for account in opened.values()}), run.run) as alone:
        await cards.ask_all(opened.values())

        async def costed(asked: Checking, journal: Journal, send: Sequence[ValidatedOrder]) -> list[Cost]:
            await alone.take()  # again after the review: a person may have looked at it for long
            return await costs(found, asked, journal, send)

        agreed = await story.agreed_on(run, opened, record, front, costed)
        if agreed is None:
            return story.rehearsed(run)
        plan, results = agreed
        begun = await recording.begin(
            record.journal,
            run.run,
            command,
            campaign=run.campaign,
            sheet=run.options.sheet,
            results=results,
        )
        keys = await _queue(found, run, record, plan)
    stopped = None
    if keys and wait:
        stopped = await _waited(found, run, front, len(keys))
    elif keys:
        front.tell(wording.note("cluster.queued", {"count": len(keys)}))
    return await ending.finish(
        run,
        record.journal,
        front,
        begun,
        results,
        stopped=stopped,
        placed_now=keys,
        ask_balance=False,
        queued=True,
    )


@asynccontextmanager
async def _alone(found: Engine, accounts: Sequence[str], run: str) -> AsyncIterator["_Alone"]:
    """Be the only one who plans for these accounts: caps and funds are everybody's."""
    alone = _Alone(found, accounts, run)
    try:
        await alone.take()
        yield alone
    finally:
        with contextlib.suppress(BulkordersError):
            await alone.let_go()


class _Alone:
    """The right to plan for accounts. Who dies with it, or keeps it for two minutes, keeps nobody waiting."""

    def __init__(self, found: Engine, accounts: Sequence[str], run: str) -> None:
        self._found = found
        self._names = [f"plan {account}" for account in accounts]
        self._run = run

    async def take(self) -> None:
        """Wait until nobody else has it; who has it already keeps it for longer."""
        for name in self._names:
            while not await self._found.do(PLANNING, name=name, mark=self._run):
                await asyncio.sleep(LOOK)

    async def let_go(self) -> None:
        """Let others plan."""
        for name in self._names:
            await self._found.do(PLANNED, name=name, mark=self._run)


async def costs(found: Engine, run: Checking, journal: Journal, send: Sequence[ValidatedOrder]) -> list[Cost]:
    """Return what the orders come to, with what others have queued and is not sent yet: caps are everybody's."""
    own = await limits.costs(run, journal, send)
    accounts = [cost.account.id for cost in own]
    rows = await found.all(QUEUED, accounts=accounts, own=[order.key for order in send])
    told = []
    for cost in own:
        waiting = [row for row in rows if row["account"] == cost.account.id]
        reserved = _sum(waiting)
        campaign = _sum(row for row in waiting if row["campaign"] in run.campaigns)
        day = cost.day and replace(cost.day, spent=cost.day.spent + reserved)
        told.append(
            replace(
                cost,
                day=day,
                before=cost.before + campaign,
                doubtful=cost.doubtful + reserved,
                doubts=cost.doubts + len(waiting),
            )
        )
    return told


def _sum(rows: Any) -> Decimal:
    return money.total(Decimal(row["estimate"]) for row in rows if row["estimate"] is not None)


async def _queue(found: Engine, run: Checking, record: Record, plan: Plan) -> list[str]:
    """Make the orders ready, with their chunks and jobs in the same transaction; return the keys of all sent."""
    journal = record.journal
    await guards.remember_campaigns(run, journal)
    if plan.again:
        await journal.again(plan.again, run.run)
    if plan.drop:
        await journal.drop(plan.drop, run.run)
    if not plan.send:
        return []
    queued = await chunks.queued_keys(found, run.campaigns)
    added = await journal.add(plan.send, run.run, carrying=chunks.carrying(run.run, queued))
    return [each.key for each in added if each.state is State.READY]


async def _waited(found: Engine, run: Checking, front: Front, total: int) -> Stop | None:
    """Show how far the workers are until they are done; Ctrl-C ends the waiting alone."""
    waiting, told = True, ""

    def leave() -> None:
        nonlocal waiting
        waiting = False

    currency = next((account.currency for account in run.distinct_accounts() if account.currency), None)
    with draining(leave, leave):
        while waiting:
            row = await found.one(OPEN, run=run.run)
            front.progress(await _progress(found, run.run, total, currency))
            if row is None or not row["open"]:
                return _held(row["said"]) if row and row["held"] else None
            if row["paused"] and row["paused"] != told:
                told = row["paused"]
                facts = {"account": row["account"], "code": told, "said": row["why"] or ""}
                front.tell(wording.note("cluster.is_paused", facts))
            await asyncio.sleep(LOOK)
    return _stop("interrupted", "cluster.left", said="")


async def _progress(found: Engine, run: str, total: int, currency: str | None) -> Progress:
    rows = {row["state"]: row for row in await found.all(FAR, run=run)}

    def count(state: State) -> int:
        return int(rows[state.value]["orders"]) if state.value in rows else 0

    def cost(state: State) -> Decimal:
        return Decimal(rows[state.value]["cost"]) if state.value in rows else Decimal(0)

    return Progress(
        total=total,
        placed=count(State.PLACED),
        rejected=count(State.REJECTED),
        in_doubt=count(State.IN_DOUBT),
        spent=cost(State.PLACED),
        at_risk=cost(State.IN_DOUBT),
        currency=currency,
        awaited=count(State.SENDING),
        stage="placing",
    )


def _held(said: str) -> Stop:
    return _stop("plan_changed", "run.stopped.plan_changed", said=said)


def _stop(code: str, sentence: str, *, said: str) -> Stop:
    told = wording.explain(BulkordersError(sentence, said=said))
    return Stop(code=code, message=told.message or "", next=told.next or "")
