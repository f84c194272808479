"""Two runs over a sheet, told from end to end: check, which spends nothing, and submit."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bulkorders import wording
from bulkorders.errors import Declined, GuardError
from bulkorders.journal.opening import open_journal
from bulkorders.journal.protocol import Journal
from bulkorders.model.lifecycle import State
from bulkorders.model.orders import Submission, ValidatedOrder
from bulkorders.model.report import Report, Stop
from bulkorders.panel.pace import LocalPace
from bulkorders.pipeline import accounts, ending, recording, reporting
from bulkorders.pipeline.books import readings
from bulkorders.pipeline.following.polling import poll
from bulkorders.pipeline.intake import checking, guards, likeness
from bulkorders.pipeline.intake.checking import Checking
from bulkorders.pipeline.looked import Looked
from bulkorders.pipeline.options import Front, Listening, Options
from bulkorders.pipeline.placement import canary, limits, planning, reviewing
from bulkorders.pipeline.placement.placing import place
from bulkorders.pipeline.recording import Record
from bulkorders.settings import Settings
from bulkorders.sheet.results import writable
from bulkorders.sheet.results.replacing import lock_file
from bulkorders.submission import resuming
from bulkorders.submission.resuming import Plan
from bulkorders.validation.batch import Checked
from bulkorders.validation.busy import CODES
from bulkorders.wording import repairs


async def check(options: Options, settings: Settings, front: Front) -> Report:
    """Validate all rows against the live catalogue; spend and record nothing."""
    return (await look(options, settings, front)).report


async def look(
    options: Options,
    settings: Settings,
    front: Front,
    stage: Callable[[str], None] | None = None,
    *,
    opening: accounts.Opening = accounts.asked,
) -> Looked:
    """Check as `check` does, and keep all that was found; `stage` is told what is being done, in a word.

    `opening` gives the accounts that rows are checked against.
    """
    heard, tell = Listening(front), stage or (lambda _: None)
    tell("reading")
    run = await checking.read(options, settings, heard)
    tell("catalogue")
    async with opening(settings, options, run.panel_names(), heard) as opened:
        tell("checking")
        journal = await open_journal(settings.journal_url, read_only=True)
        try:
            await checking.check(run, opened, journal)
            unmeant = await _unmeant(run, journal, heard)
        finally:
            await journal.close()
    run.tell_notes(heard)
    lines = reporting.lines_of(run, reviewing.known_as_sent(run))
    report = heard.noted(reporting.report_of(run, lines, reporting.money_of(run, lines)))
    to_spend = reporting.money_of(run, [line for line in lines if line.state == "ready"])
    return Looked(
        run, lines, report, journal.id, accounts.now(), to_spend, repairs.groups(report), unmeant=unmeant
    )


async def _unmeant(run: Checking, journal: Journal, front: Front) -> GuardError | None:
    """Return the guard that would stop a submit since nobody can say which campaign is meant, or None."""
    try:
        sent = (each for each in run.checked.values() if each.sendable and not _waits(run, each))
        new = Counter(each.identified.target.campaign for each in sent)
        await guards.campaign_meant(run, journal, front, new)
    except GuardError as error:
        wording.explain(error)
        return error
    return None


async def submit(
    options: Options, settings: Settings, front: Front, *, paced: accounts.Paced | None = None
) -> Report:
    """Check, review, confirm, place, ask what became of it, and write the results workbook.

    `paced` makes the pace of a panel where it is not this process's own. Raises what ends a run before the
    first cent; what stops it later is in the report.
    """
    heard = Listening(front)
    return heard.noted(await _submit(options, settings, heard, paced))


async def _submit(options: Options, settings: Settings, front: Front, paced: accounts.Paced | None) -> Report:
    run = await checking.read(options, settings, front)
    async with (
        accounts.opened(settings, options, run.panel_names(), paced) as opened,
        recording.recording(settings, "submit", run.run, front) as record,
    ):
        await accounts.ask_all(opened.values())
        return await over(run, opened, record, front)


async def over(
    run: Checking,
    opened: Mapping[str | None, accounts.Account],
    record: Record,
    front: Front,
    command: str = "submit",
) -> Report:
    """Do the whole of a submit over a sheet that was read, on accounts that were just asked.

    Raises what ends a run before the first cent; what stops it later is in the report.
    """
    if run.settings.shared and any(isinstance(each.pace, LocalPace) for each in opened.values()):
        front.tell(wording.note("cluster.own_pace", {}))
    for account in _distinct(opened.values()):
        await accounts.confirm_key(record.journal, account, front)
    agreed = await agreed_on(run, opened, record, front)
    if agreed is None:
        return rehearsed(run)
    plan, results = agreed
    return await _carry_out(run, record, front, plan, results, command=command)


Costed = Callable[[Checking, Journal, Sequence[ValidatedOrder]], Awaitable[list[limits.Cost]]]


async def agreed_on(
    run: Checking,
    opened: Mapping[str | None, accounts.Account],
    record: Record,
    front: Front,
    costed: Costed = limits.costs,
) -> tuple[Plan, Path] | None:
    """Check, hold every guard against the plan, review it, and ask; return the plan and where its results go.

    None where it is only rehearsed. `costed` says what the orders come to. Raises what ends a run before the
    first cent.
    """
    options = run.options
    await checking.check(run, opened, record.journal)
    if options.one_per_link:
        await _ask_of_busy_links(run, opened, record, front)
    plan, waiting = plan_of(run)
    results = run.results_file()
    await _guarded(run, record, front, plan, results)
    costs = await costed(run, record.journal, plan.send)
    limits.hold(run, costs)
    if waiting:
        front.tell(wording.note("link.waiting", {"count": waiting}))
    if options.dry_run:
        return None
    if plan.send:
        if not front.confirm(reviewing.review(run, plan, costs, results, waiting=waiting)):
            raise Declined("guard.declined")
        await planning.still_stands(run, plan.send, front)
        limits.hold(run, await costed(run, record.journal, plan.send))
    return plan, results


async def _guarded(run: Checking, record: Record, front: Front, plan: Plan, results: Path) -> None:
    """Hold every guard against the plan that needs no money counted. Raises GuardError."""
    run.tell_notes(front)
    lock = lock_file(run.options.sheet)
    if lock is not None and run.options.sheet != results:
        front.tell(wording.note("sheet.open", {"sheet": str(run.options.sheet), "lock": lock.name}))
    new = Counter(order.campaign for order in plan.send)
    await guards.campaign_meant(run, record.journal, front, new)
    await likeness.same_file(run, record.journal, front)
    await likeness.panel_moved(run, record.journal, plan.send, front)
    writable(results, rows=len(run.sheet.rows))
    guards.same_journal(run, record.journal, front, results)
    limits.space(run.settings, len(plan.send))


async def _carry_out(
    run: Checking, record: Record, front: Front, plan: Plan, results: Path, *, command: str
) -> Report:
    """Do what was reviewed, and leave the journal and the workbook saying so."""
    journal = record.journal
    begun = await recording.begin(
        journal, run.run, command, campaign=run.campaign, sheet=run.options.sheet, results=results
    )
    await readings.keep_start(journal, run.distinct_accounts(), run.run)
    await guards.remember_campaigns(run, journal)
    if plan.again:
        await journal.again(plan.again, run.run)
    if plan.drop:
        await journal.drop(plan.drop, run.run)
    added = await journal.add(plan.send, run.run) if plan.send else []
    keys = [each.key for each in added]
    ready = [each for each in added if each.state is State.READY]
    del added
    stopped = await _place(run, record, front, ready)
    del ready  # what became of them is read anew for the results: each would be held twice
    if stopped is None or stopped.code != "interrupted":
        await _status_pass(run, record, front, keys)
    return await ending.finish(run, journal, front, begun, results, stopped=stopped, placed_now=keys)


async def _place(run: Checking, record: Record, front: Front, ready: Sequence[Submission]) -> Stop | None:
    """Place these orders, a canary before the others where it was asked for; return why it ended early."""
    stopped, rest = None, list(ready)
    if run.options.canary:
        stopped, rest = await canary.first(run, record, front, rest)
    return stopped or await place(run, record, front, rest)


async def _status_pass(run: Checking, record: Record, front: Front, keys: Sequence[str]) -> None:
    """Ask once about the orders just placed: the documented `add` tells no charge, `status` does."""
    placed = await record.journal.submissions(keys=keys, states=[State.PLACED]) if keys else []
    if placed:
        failed = await poll(run.distinct_accounts(), record.journal, front, placed, run=run.run)
        if failed is not None:
            front.tell(failed.message)


async def _ask_of_busy_links(
    run: Checking, opened: Mapping[str | None, accounts.Account], record: Record, front: Front
) -> None:
    """Ask what became of orders that rows would wait for, and check again: what is done frees its link."""
    named = {
        str(problem.facts["order_id"])
        for each in run.checked.values()
        for problem in each.problems
        if problem.code in CODES and problem.facts.get("order_id")
    }
    if not named:
        return
    own = [account.id for account in run.distinct_accounts()]
    orders = await record.journal.submissions(order_ids=sorted(named), accounts=own)
    await poll(run.distinct_accounts(), record.journal, front, orders, run=run.run)
    await checking.check(run, opened, record.journal)


def rehearsed(run: Checking) -> Report:
    """Return the report of a run that sends nothing."""
    lines = reporting.lines_of(run, reviewing.known_as_sent(run))
    return reporting.report_of(run, lines, reporting.money_of(run, lines))


def _distinct(opened: Iterable[accounts.Account]) -> list[accounts.Account]:
    return list({account.id: account for account in opened}.values())


def plan_of(run: Checking) -> tuple[Plan, int]:
    """Return what this submit will do, and how many rows wait for an open order on their link.

    Rejected orders are tried again when asked for, or when edited.
    """
    rejected = [
        each.known.key
        for each in run.checked.values()
        if each.known is not None and each.known.state is State.REJECTED and each.sendable
    ]
    plan = resuming.plan(run.valid(), rejected, run.memory.campaign)
    if not run.options.one_per_link:
        return plan, 0
    busy = {each.identified.key for each in run.checked.values() if each.sendable and _waits(run, each)}
    send = tuple(order for order in plan.send if order.key not in busy)
    again = tuple(key for key in plan.again if key not in busy)
    return replace(plan, send=send, again=again), len(plan.send) - len(send)


def _waits(run: Checking, checked: Checked) -> bool:
    """Whether a row waits for an open order on its link."""
    return run.options.one_per_link and any(problem.code in CODES for problem in checked.problems)
