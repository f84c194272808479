"""What became of orders, where no key is: workers ask the panels, results are written from the journal."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import uuid4

from bulkorders import wording
from bulkorders.cluster import cards, engine, panels, queues, sweep
from bulkorders.cluster.engine import Engine
from bulkorders.cluster_settings import ClusterSettings
from bulkorders.errors import SheetError
from bulkorders.journal.protocol import Journal
from bulkorders.model.lifecycle import State
from bulkorders.model.report import Report
from bulkorders.pipeline import ending, recording
from bulkorders.pipeline.accounts import now
from bulkorders.pipeline.following.everything import Runs
from bulkorders.pipeline.intake import checking
from bulkorders.pipeline.options import Front, Listening, Options
from bulkorders.settings import Settings

COMMAND = "refresh --queue"
LOOK = 0.25
PATIENCE = 60.0
"""Seconds that workers are waited for who ask the panels; what is written then is what the journal has."""

UNDER_WAY = f"""
SELECT args->>'account' AS account FROM procrastinate_jobs
WHERE task_name = '{queues.REFRESH}' AND status IN ('todo', 'doing') AND args->>'account' = ANY (%(accounts)s::text[])
"""

WORKING = """
SELECT DISTINCT unnest(panels) AS account FROM workers
WHERE closed_at IS NULL AND seen_at > clock_timestamp() - make_interval(secs => %(silent)s)
"""

OPEN = """
SELECT count(*) AS orders FROM bulkorders.orders
WHERE state = 'placed' AND final = 0 AND account = ANY (%(accounts)s::text[])
"""

CHANGED = """
SELECT count(DISTINCT e.key) AS orders FROM bulkorders.events e JOIN bulkorders.orders o ON o.key = e.key
WHERE e.seq > %(event)s AND e.kind IN ('delivery', 'refill', 'cancel') AND o.account = ANY (%(accounts)s::text[])
"""


async def refresh(options: Options, settings: Settings, front: Front) -> Report:
    """Let workers ask what became of a sheet's open orders, and write its results workbook. Has no way to spend."""
    heard = Listening(front)
    return heard.noted(await _refresh(options, settings, heard))


async def _refresh(options: Options, settings: Settings, front: Front) -> Report:
    engine.address_for(settings)
    run = await checking.read(options, settings, front)
    longest = settings.cluster.catalogue_age
    async with (
        recording.recording(settings, COMMAND, run.run, front) as record,
        engine.opened(settings) as found,
        cards.accounts(found, run.panel_names(), options.panel, front, longest) as opened,
    ):
        await cards.ask_all(opened.values())
        await checking.check(run, opened, record.journal)
        if not run.known():
            raise SheetError("sheet.unknown_campaign", sheet=str(options.sheet))
        results = run.results_file()
        begun = await recording.begin(
            record.journal, run.run, COMMAND, campaign=run.campaign, sheet=options.sheet, results=results
        )
        await ask(found, [account.id for account in run.distinct_accounts()], front, settings.cluster)
        await checking.check(run, opened, record.journal)
        return await ending.finish(
            run, record.journal, front, begun, results, stopped=None, ask_balance=False, queued=True
        )


async def refresh_all(settings: Settings, front: Front, *, panel: str | None = None) -> Runs:
    """Let workers ask about all open orders, and tell what that came to; no workbook is written."""
    heard = Listening(front)
    return heard.noted(await _refresh_all(settings, heard, panel))


async def _refresh_all(settings: Settings, front: Front, panel: str | None) -> Runs:
    engine.address_for(settings)
    run = uuid4().hex[:12]
    async with (
        recording.recording(settings, COMMAND, run, front) as record,
        engine.opened(settings) as found,
    ):
        begun = await recording.begin_over_all(record.journal, run, COMMAND, {})
        names = await cards.names(found, panel)
        longest = settings.cluster.catalogue_age
        async with cards.accounts(found, names, panel, front, longest) as opened:
            own = [account.id for account in opened.values()]
        open_ = await _counted(found, OPEN, accounts=own)
        event = await record.journal.last_event()
        left = await ask(found, own, front, settings.cluster)
        changed = await _counted(found, CHANGED, accounts=own, event=event)
        doubts = await _doubts(record.journal, own)
        asked = 0 if left else open_
        counts = {"asked": asked, "changed": changed}
        await record.journal.end_run(replace(begun, finished_at=now(), exit_code=0, counts=counts))
    unasked = open_ - asked
    return Runs(
        runs=(), stopped=None, run=run, asked=asked, changed=changed, unasked=unasked, in_doubt=doubts
    )


async def _counted(found: Engine, statement: str, **values: object) -> int:
    row = await found.one(statement, **values)
    return int(row["orders"]) if row is not None else 0


async def _doubts(journal: Journal, accounts: Sequence[str]) -> int:
    return len(await journal.submissions(accounts=accounts, states=[State.IN_DOUBT]))


async def ask(found: Engine, accounts: Iterable[str], front: Front, settings: ClusterSettings) -> set[str]:
    """Let workers ask about the open orders of these accounts, and wait; return those nobody has come to.

    A refresh that waits in the queue already is as good; one under way may be past an order, and is followed by
    another.
    """
    states = await panels.states(found, list(accounts))
    for state in states:
        if state.paused is not None:  # who is left alone is not asked either
            facts = {"account": state.account, "code": state.paused, "said": state.said}
            front.tell(wording.note("cluster.is_paused", facts))
    wanted = {state.account for state in states if state.paused is None}
    for account in sorted(wanted):
        name = f"refresh {account}"
        await sweep.once(
            found, queues.care_of(account), queues.REFRESH, name, {"account": account}, urgent=True
        )
    rows = await found.all(WORKING, silent=settings.silent_after)
    idle = wanted - {str(row["account"]) for row in rows}
    late = await _waited(found, wanted - idle)
    for account in sorted(idle):
        front.tell(wording.note("cluster.nobody_asks", {"account": account}))
    for account in sorted(late):
        front.tell(wording.note("cluster.not_refreshed", {"account": account, "seconds": round(PATIENCE)}))
    return idle | late


async def _waited(found: Engine, accounts: set[str]) -> set[str]:
    """Return the accounts of which a refresh is still under way when patience is over."""
    clock = asyncio.get_running_loop().time
    end, left = clock() + PATIENCE, accounts
    while left and clock() < end:
        await asyncio.sleep(LOOK)
        rows = await found.all(UNDER_WAY, accounts=sorted(left))
        left = {str(row["account"]) for row in rows}
    return left
