"""The jobs of the queue: each takes ids alone, and does with them what the pipeline does."""

import asyncio
import logging
from datetime import UTC, datetime
from pathlib import Path

from procrastinate import App

from bulkorders import wording
from bulkorders.cluster import asks, cards, panels, placing, queues, sweep
from bulkorders.cluster.bench import Bench
from bulkorders.errors import BulkordersError, PanelError
from bulkorders.pipeline.accounts import Account, ask_all, now
from bulkorders.pipeline.books import closing, exporting, readings
from bulkorders.pipeline.following.pages import follow_account
from bulkorders.pipeline.following.polling import wanted
from bulkorders.pipeline.placement.limits import zone_of

APART = 2.0
"""Seconds between two probes of a panel that was paused for its own trouble."""

log = logging.getLogger(__name__)


def register(app: App, bench: Bench) -> None:
    """Let this worker do the jobs. The queue itself tries nothing again: what is left, the journal says."""

    @app.task(name=queues.SUBMIT)
    async def submit(chunk: int) -> None:
        await placing.place(bench, chunk)

    @app.task(name=queues.SWEEP)
    async def sweep_all() -> None:
        await sweep.sweep(bench)

    @app.task(name=queues.LOOK)
    async def look(account: str) -> None:
        await look_at(bench, bench.accounts[account])

    @app.task(name=queues.REFRESH)
    async def refresh(account: str) -> None:
        await refresh_open(bench, bench.accounts[account])

    @app.task(name=queues.REQUEST)
    async def request(ask: int) -> None:
        await asks.answer(bench, ask)

    @app.task(name=queues.CLOSE)
    async def close() -> None:
        await close_month(bench)

    @app.task(name=queues.EXPORT)
    async def export(format: str) -> None:  # noqa: A002 - the name of the setting
        await export_new(bench, format)


async def look_at(bench: Bench, account: Account) -> None:
    """Ask a panel for its catalogue and balance, and tell everybody; one that is well again is resumed."""
    try:
        await ask_all([account])
        bench.asked(account.id)
        await cards.publish(bench.engine, account, bench.name)
        paused = bench.paces[account.id].paused
        if paused is None or paused[0] not in panels.PASSING:
            return
        await asyncio.sleep(APART)
        account.balance = await account.panel.balance()
    except PanelError as error:
        log.warning("%s", wording.explain(error).message)
        return
    await panels.resume(bench.engine, account.id, by=bench.name, code=paused[0])
    await bench.hear()


async def refresh_open(bench: Bench, account: Account) -> None:
    """Ask what became of the account's open orders, refills and cancels, and keep what it holds."""
    if bench.paces[account.id].paused is not None:
        return
    journal, which = bench.record.journal, wanted(bench.settings, datetime.now(UTC))
    found = await follow_account(
        account, journal, bench.front, settings=bench.settings, which=which, run=bench.run
    )
    if found.failure is not None:
        log.warning("%s", wording.explain(found.failure).message)
        return
    busy = bench.in_flight > 0
    try:
        account.balance = await account.panel.balance()
    except PanelError as error:
        log.warning("%s", wording.explain(error).message)
        return
    account.asked_at = now()
    await readings.keep(
        journal, account, account.balance, bench.run, "pause", quiet=not busy and not bench.in_flight
    )


async def close_month(bench: Bench) -> None:
    """Write the statement of the last month into the folder of the settings."""
    at = datetime.now(zone_of(bench.settings))
    year, month = (at.year - 1, 12) if at.month == 1 else (at.year, at.month - 1)
    name = f"{year:04d}-{month:02d}"
    out = Path(bench.settings.cluster.folder) / f"statement-{name}.xlsx"
    try:
        closed = await closing.close(closing.Wanted(month=name, out=out), bench.settings, bench.front)
    except BulkordersError as error:
        log.warning("%s", wording.explain(error).message)
    else:
        log.info("%s is closed: %s", name, closed.statement or "no account moved in it")


async def export_new(bench: Bench, form: str) -> None:
    """Export what is new in the ledger in this format into the folder of the settings."""
    folder = Path(bench.settings.cluster.folder)
    try:
        await exporting.export(exporting.Asked(format=form, out=folder, since_last=True), bench.settings)
    except BulkordersError as error:
        log.warning("%s", wording.explain(error).message)
