"""How a run ends: the balance once more, the results workbook, the report, the run's record."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from bulkorders import wording
from bulkorders.errors import GuardError
from bulkorders.journal.protocol import Journal, Run
from bulkorders.model.lifecycle import State
from bulkorders.model.orders import Submission
from bulkorders.model.report import Line, PastRun, Report, RunSummary, Stop
from bulkorders.pipeline import recording, reporting
from bulkorders.pipeline.accounts import now
from bulkorders.pipeline.books import bookkeeping, readings
from bulkorders.pipeline.following import lateness
from bulkorders.pipeline.intake.checking import Checking
from bulkorders.pipeline.options import Front
from bulkorders.sheet.saving import Saved, save_results

RUNS = 1_000
"""Runs of the journal that are looked through for those of a campaign."""


async def finish(
    run: Checking,
    journal: Journal,
    front: Front,
    record: Run,
    results: Path,
    *,
    stopped: Stop | None,
    placed_now: Sequence[str] = (),
    ask_balance: bool = True,
    queued: bool = False,
) -> Report:
    """Write the workbook, close the run's record, and return the report.

    `queued`: what is being sent at this moment is in the hands of workers, and no more in doubt than what waits.
    """
    known = await as_it_stands(run, journal)
    if queued:
        sending = (each for each in known.values() if each.state is State.SENDING)
        known |= {each.key: replace(each, state=State.READY) for each in sending}
    if ask_balance:
        doubtful = {each.account for each in known.values() if each.state is State.IN_DOUBT}
        await readings.ask_end(journal, run.distinct_accounts(), front, record.id, doubtful)
    kept = await bookkeeping.close(
        journal,
        run.distinct_accounts(),
        front,
        record.id,
        placed_now=placed_now,
        known=known,
        before=run.known(),
    )
    if kept.suspected:
        known = await as_it_stands(run, journal)
    lines = reporting.marked(reporting.lines_of(run, known), kept.held, await journal.turned_up())
    lines = await lateness.marked(lines, run.distinct_accounts(), journal, run.settings)
    account_money = reporting.money_of(run, lines, kept.closings)
    notices = [*(wording.note(code, facts) for code, facts in run.sheet.notes), *kept.notices]
    summary = RunSummary(
        run=run.run,
        command=record.command,
        campaign=run.campaign,
        journal_id=journal.id,
        sheet=record.sheet or "",
        started_at=record.started_at,
        finished_at=now(),
        money=account_money,
        stopped=f"{stopped.message} {stopped.next}".strip() if stopped else "",
        notices=notices,
        rates=rates_of(run),
        runs=await past_runs(run, journal),
    )
    saved, unwritten = await asyncio.to_thread(write_workbook, results, run, lines, summary)
    written = saved.path if saved else None
    if saved is not None and saved.code is not None:
        front.tell(wording.note(saved.code, saved.facts or {}))
    report = reporting.report_of(
        run, lines, account_money, results=str(written) if written else None, stopped=stopped or unwritten
    )
    await recording.end(journal, record, report, reporting.exit_code_of(report))
    return report


async def as_it_stands(run: Checking, journal: Journal) -> dict[str, Submission]:
    """Return the orders of the sheet and of its campaigns as the journal has them now, by key."""
    own = {account.id for account in run.distinct_accounts()}
    campaigns = [await journal.submissions(campaign=name) for name in run.campaigns]
    found = {each.key: each for campaign in campaigns for each in campaign if each.account in own}
    keys = {each.identified.key for each in run.checked.values()}
    # Most rows are of these campaigns: they are not read twice.
    elsewhere = await journal.submissions(keys=sorted(keys - found.keys())) if keys - found.keys() else []
    return found | {each.key: each for each in elsewhere}


def rates_of(run: Checking) -> dict[tuple[str, str], Decimal]:
    """Return the rates as the accounts' catalogues have them now, by account and service."""
    return {
        (account.id, service.id): service.rate
        for account in run.distinct_accounts()
        for service in account.catalogue.services.values()
        if service.rate is not None
    }


async def past_runs(run: Checking, journal: Journal) -> list[PastRun]:
    """Return the earlier runs over these campaigns, newest first."""
    own = set(run.campaigns)
    return [
        PastRun(
            each.id,
            each.command,
            each.started_at,
            each.finished_at,
            stopped=each.stopped,
            counts=each.counts,
            money=[_past_money(part) for part in each.money],
        )
        for each in await journal.runs(limit=RUNS)
        if each.campaign is not None and own & set(each.campaign.split(", ")) and each.id != run.run
    ]


def _past_money(part: Mapping[str, Any]) -> tuple[Decimal, Decimal | None, str | None]:
    """Return charge, what is unexplained, and currency of an account in an earlier run."""
    unexplained = part.get("unexplained")
    return (
        Decimal(part.get("charged") or 0),
        None if unexplained is None else Decimal(unexplained),
        part.get("currency"),
    )


def write_workbook(
    path: Path, run: Checking, lines: Sequence[Line], summary: RunSummary
) -> tuple[Saved | None, Stop | None]:
    """Write the workbook; return where it is, or why it could not be written. The journal has everything."""
    try:
        saved = save_results(
            path, run.sheet, lines, summary, describe=wording.problem_text, read_digest=run.digest
        )
    except GuardError as error:
        told = wording.explain(error)
        return None, Stop(code=error.code, message=told.message or "", next=told.next or "")
    return saved, None
