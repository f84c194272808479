"""One day: what is new is submitted, every open order asked about, each results workbook written, news told."""

from collections.abc import Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from bulkorders import wording
from bulkorders.errors import BulkordersError, JournalError
from bulkorders.model.lifecycle import State
from bulkorders.model.report import Report
from bulkorders.pipeline import recording, reporting, story
from bulkorders.pipeline.accounts import Account, now
from bulkorders.pipeline.books import readings
from bulkorders.pipeline.days import day_ending, gathering
from bulkorders.pipeline.days.day import INTERRUPTED, Day, Named, Today, stop_of
from bulkorders.pipeline.days.hands import PANEL_STOP, Hands
from bulkorders.pipeline.following import rewriting
from bulkorders.pipeline.intake import checking
from bulkorders.pipeline.intake.checking import Checking
from bulkorders.pipeline.options import Front, Listening, Options
from bulkorders.settings import Settings


async def daily(
    sheets: Iterable[Path], options: Options, settings: Settings, front: Front, hands: Hands | None = None
) -> Day:
    """Do one day's work over these sheets and folders; `options.sheet` is passed over.

    With `yes` what is new is submitted; without, it is checked only. A sheet that fails keeps none of the
    others from their day. A journal in a file is held from beginning to end: two days never overlap. `hands`
    do the work where that is not this machine. Raises JournalHeld where another run has it, JournalError,
    SettingsError.
    """
    heard = Listening(front)
    day = await _lived(sheets, options, settings, heard, hands or Hands())
    return replace(day, runs=heard.noted(day.runs))


async def _lived(
    sheets: Iterable[Path], options: Options, settings: Settings, front: Front, hands: Hands
) -> Day:
    settings.all_panels()
    run = uuid4().hex[:12]
    async with recording.recording(settings, hands.command, run, front) as record, AsyncExitStack() as stack:
        begun = await recording.begin_over_all(record.journal, run, hands.command, {})
        named = await _named(sheets, options, settings, front)

        async def read(account: Account) -> None:
            # What the panel tells today, but for today's orders, moved money before this reading.
            await readings.keep_start(record.journal, [account], run)

        panels = await hands.panels(settings, options, front, stack, read)
        day = Today(settings, options, front, record, panels, begun, named)
        for each in day.sheets:
            await _submit(day, each, hands)
        if not day.interrupted:
            await hands.ask(day)
            await _rewrite(day, others=not hands.queued)
        return replace(await day_ending.end(day), queued=hands.queued and options.yes)


async def _named(sheets: Iterable[Path], options: Options, settings: Settings, front: Front) -> list[Named]:
    """Return the sheets of the day, read; what can't be read says why, and the others go on."""
    paths, failed = gathering.sheets_of(sheets)
    named = [Named(path) for path in paths]
    for each in named:
        try:
            each.run = await checking.read(replace(options, sheet=each.path), settings)
        except BulkordersError as error:
            each.stopped_by(error)
    for path, reason in failed:
        named.append(Named(path))
        named[-1].stopped_by(reason)
    if not named:
        front.tell(wording.note("daily.no_sheets", {}))
    return named


async def _submit(day: Today, each: Named, hands: Hands) -> None:
    """Submit what is new in one sheet, where that is allowed; else only look what is."""
    if each.run is None or day.interrupted:
        return
    try:
        opened = await day.panels.of_rows(each.run.panel_names())
        await checking.check(each.run, opened, day.record.journal)
        plan, _ = story.plan_of(each.run)
        if day.options.yes and (plan.send or plan.again or plan.drop):
            await _send(day, each, each.run, opened, hands)
    except JournalError:
        raise
    except BulkordersError as error:
        each.stopped_by(error)


async def _send(
    day: Today, each: Named, run: Checking, opened: Mapping[str | None, Account], hands: Hands
) -> None:
    own = {account.id: account for account in opened.values()}
    for name in own.keys() & day.closed.keys():
        each.stop, each.code = day.closed[name]
        return
    for account in own.values():
        if account.balance_after is not None:  # a sheet before this one has spent
            account.balance, account.balance_after = await account.panel.balance(), None
            account.asked_at = now()
    before = {key for key, order in run.known().items() if order.state is State.PLACED}
    report = await hands.over(run, opened, day.record, day.front)
    each.report = report
    each.placed = frozenset(
        order.key
        for order in report.orders
        if order.state == "placed" and order.key and order.key not in before
    )
    _take_stop(day, each, report, own)


def _take_stop(day: Today, each: Named, report: Report, own: Mapping[str, Account]) -> None:
    """Where the run stopped, send nothing more on its accounts today: an outage must not cost doubts by the sheet."""
    if report.stopped is None:
        return
    each.stop, each.code = report.stopped, reporting.STOPPED_EXIT.get(report.stopped.code, PANEL_STOP)
    if report.stopped.code == INTERRUPTED:
        day.stop(report.stopped, each.code)
    elif each.code == PANEL_STOP:
        day.closed |= dict.fromkeys(own, (each.stop, each.code))


async def _rewrite(day: Today, *, others: bool) -> None:
    """Write the results of the named sheets, and of every other campaign in which something changed.

    Not of `others` where those are other people's, on machines of their own.
    """
    amiss = {name for followed in day.followed for name in followed.amiss}
    changed = amiss | set(await day.record.journal.changed_since(day.event))
    for each in day.sheets:
        if each.report is None or (each.run is not None and changed & set(each.run.campaigns)):
            each.report = await _rewritten(day, each)
    covered = {name for each in day.sheets if each.run is not None for name in each.run.campaigns}
    done: set[str] = set()
    for name in sorted(changed - covered) if others else ():
        if name not in done:
            done |= await _other(day, name)


async def _rewritten(day: Today, each: Named) -> Report:
    if each.run is None:
        return rewriting.unread(each.path, each.stop)
    try:
        report = await rewriting.with_sheet(
            each.run, day.panels, day.record, day.front, day.begun, stopped=each.stop
        )
    except JournalError:
        raise
    except BulkordersError as error:
        each.stopped_by(error)
        return rewriting.unread(each.path, stop_of(error))
    return rewriting.joined(each.report, report) if each.report is not None else report


async def _other(day: Today, name: str) -> set[str]:
    """Take in the report of a campaign that was not named; return the campaigns it is about."""
    known = await day.record.journal.campaign(name)
    path = Path(known.sheet) if known else None
    if path is not None and path.exists():
        try:
            run = await rewriting.read_again(path, name, day.options, day.settings)
            report = await rewriting.with_sheet(run, day.panels, day.record, day.front, day.begun)
        except JournalError:
            raise
        except BulkordersError as error:
            day.front.tell(f"{name}: {wording.explain(error).message}")
        else:
            day.others.append(report)
            day.other_runs.append(run)
            return set(run.campaigns)
    asked = day.panels.asked()
    day.others.append(await rewriting.without_sheet(name, path, asked, day.record, day.settings))
    return {name}
