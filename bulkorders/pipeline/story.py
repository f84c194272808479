"""Two runs over a sheet, told from end to end: check, which spends nothing, and submit."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from bulkorders.errors import Declined
from bulkorders.journal.opening import open_journal
from bulkorders.model.lifecycle import State
from bulkorders.model.orders import Submission
from bulkorders.model.progress import Review
from bulkorders.model.report import Report
from bulkorders.pipeline import accounts, checking, ending, guards, readings, recording, reporting
from bulkorders.pipeline.checking import Checking
from bulkorders.pipeline.options import Front, Options
from bulkorders.pipeline.placing import place
from bulkorders.pipeline.polling import poll
from bulkorders.pipeline.recording import Record
from bulkorders.settings import Settings
from bulkorders.sheet.results import writable
from bulkorders.submission import resuming
from bulkorders.submission.resuming import Plan


async def check(options: Options, settings: Settings, front: Front) -> Report:
    """Validate all rows against the live catalogue; spend and record nothing."""
    run = await checking.read(options, settings)
    async with accounts.opened(settings, options, run.panel_names()) as opened:
        await accounts.ask_all(opened.values())
        journal = await open_journal(settings.journal_url, read_only=True)
        try:
            await checking.check(run, opened, journal)
        finally:
            await journal.close()
    run.tell_notes(front)
    return _rehearsed(run)


async def submit(options: Options, settings: Settings, front: Front) -> Report:
    """Check, review, confirm, place, ask what became of it, and write the results workbook.

    Raises what ends a run before the first cent; what stops it later is in the report.
    """
    run = await checking.read(options, settings)
    async with (
        accounts.opened(settings, options, run.panel_names()) as opened,
        recording.recording(settings, "submit", run.run, front) as record,
    ):
        await accounts.ask_all(opened.values())
        for account in _distinct(opened.values()):
            await accounts.confirm_key(record.journal, account, front)
        await checking.check(run, opened, record.journal)
        plan = _plan(run)
        run.tell_notes(front)
        await guards.campaign_meant(run, record.journal, front, plan.send)
        results = run.results_file()
        writable(results, rows=len(run.sheet.rows))
        guards.same_journal(run, record.journal, front, results)
        guards.total_cap(run, plan.send)
        guards.funds(run, plan.send)
        if options.dry_run:
            return _rehearsed(run)
        if plan.send and not front.confirm(_review(run, plan)):
            raise Declined("guard.declined")
        return await _carry_out(run, record, front, plan, results)


async def _carry_out(run: Checking, record: Record, front: Front, plan: Plan, results: Path) -> Report:
    """Do what was reviewed, and leave the journal and the workbook saying so."""
    journal = record.journal
    begun = await recording.begin(
        journal, run.run, "submit", campaign=run.campaign, sheet=run.options.sheet, results=results
    )
    await readings.keep_start(journal, run.distinct_accounts(), run.run)
    await guards.remember_campaigns(run, journal)
    if plan.again:
        await journal.again(plan.again, run.run)
    if plan.drop:
        await journal.drop(plan.drop, run.run)
    ready = await journal.add(plan.send, run.run) if plan.send else []
    stopped = await place(run, record, front, [each for each in ready if each.state is State.READY])
    keys = [each.key for each in ready]
    if stopped is None or stopped.code != "interrupted":
        await _status_pass(run, record, front, keys)
    return await ending.finish(run, journal, front, begun, results, stopped=stopped, placed_now=keys)


async def _status_pass(run: Checking, record: Record, front: Front, keys: Sequence[str]) -> None:
    """Ask once about the orders just placed: the documented `add` tells no charge, `status` does."""
    placed = await record.journal.submissions(keys=keys, states=[State.PLACED]) if keys else []
    if placed:
        failed = await poll(run.distinct_accounts(), record.journal, front, placed, run=run.run)
        if failed is not None:
            front.tell(failed.message)


def _rehearsed(run: Checking) -> Report:
    lines = reporting.lines_of(run, _known_as_sent(run))
    return reporting.report_of(run, lines, reporting.money_of(run, lines))


def _distinct(opened: Iterable[accounts.Account]) -> list[accounts.Account]:
    return list({account.id: account for account in opened}.values())


def _plan(run: Checking) -> Plan:
    """Return what this submit will do: rejected orders are tried again when asked for, or when edited."""
    rejected = [
        each.known.key
        for each in run.checked.values()
        if each.known is not None and each.known.state is State.REJECTED and each.validated is not None
    ]
    return resuming.plan(run.valid(), rejected, run.memory.campaign)


def _review(run: Checking, plan: Plan) -> Review:
    lines = reporting.lines_of(run, _known_as_sent(run))
    counts = reporting.counts_of(lines)
    return Review(
        campaign=run.campaign,
        orders=len(plan.send),
        money=reporting.money_of(run, [line for line in lines if line.state == "ready"]),
        invalid=counts.invalid,
        duplicate=counts.duplicate,
        placed=counts.placed,
        rejected=counts.rejected,
        in_doubt=counts.in_doubt,
        dropped=len(plan.drop),
    )


def _known_as_sent(run: Checking) -> dict[str, Submission]:
    """Return what the journal knows, without the orders that would be sent afresh: those show what they would be."""
    fresh = {each.key for each in run.valid()}
    return {key: each for key, each in run.known().items() if key not in fresh}
