"""How a day ends: what needs a person is gathered and held against yesterday's, its record is closed."""

from collections import Counter
from collections.abc import Sequence

from bulkorders.model.lifecycle import State
from bulkorders.model.orders import Cell
from bulkorders.model.outcomes import FINAL
from bulkorders.model.report import Counts, Report, Stop
from bulkorders.pipeline import recording, reporting
from bulkorders.pipeline.accounts import Account
from bulkorders.pipeline.days import news, noticing, told
from bulkorders.pipeline.days.day import Day, Today
from bulkorders.pipeline.days.news import Fact
from bulkorders.pipeline.following import lateness
from bulkorders.pipeline.following.everything import Runs, slow_part

ORDER = (130, 2, 5, 3, 4, 6)
"""Where several exit codes hold, the first of these is the day's."""


async def end(day: Today) -> Day:
    """Return what the day came to, and close its record in the journal."""
    journal = day.record.journal
    reports = day.reports()
    facts = [fact for report in reports for fact in news.of_report(report, _cells(day, report))]
    asked = day.panels.asked()
    for account in asked:
        facts += await _of_account(day, account)
    before = told.told_before(day.settings.home, journal.id)
    fresh = news.fresh(facts, before)
    looked_at = {report.campaign for report in reports if report.orders or not report.stopped}
    looked_at |= {noticing.scope_of(account) for account in asked}
    stops = {each.code for each in day.sheets} | day.codes | _stopped_writing(day)
    code = exit_code_of(fresh, stops)
    runs = _runs(day, reports)
    await recording.end(journal, day.begun, _whole(day, reports), code)
    return Day(
        runs=runs,
        exit_code=code,
        journal_id=journal.id,
        named=len(day.sheets),
        asked=runs.asked,
        placed=sum(len(each.placed) for each in day.sheets),
        facts=facts,
        fresh=fresh,
        marks=news.remembered(facts, before, looked_at),
    )


def _runs(day: Today, reports: tuple[Report, ...]) -> Runs:
    """Return the reports with what asking about all open orders came to."""
    doubts = sum(report.counts.in_doubt for report in reports)
    return Runs(
        runs=reports,
        stopped=day.stopped,
        run=day.begun.id,
        asked=sum(each.asked for each in day.followed),
        changed=sum(each.changed for each in day.followed),
        unasked=sum(each.unasked for each in day.followed),
        missing=sum(each.missing for each in day.followed),
        in_doubt=doubts,
        slow=tuple(slow_part(each) for each in day.late),
    )


def exit_code_of(fresh: Sequence[Fact], stops: set[int]) -> int:
    """Return the exit code of a day: its stops, and what is new; the first of 130, 2, 5, 3, 4, 6 that holds."""
    holding = stops | {news.EXIT.get(fact.kind, 0) for fact in fresh}
    return next((code for code in ORDER if code in holding), 0)


def _stopped_writing(day: Today) -> set[int]:
    """Return the exit codes of stops that a report has and its sheet has not: its results could not be written."""
    known = [each.stop for each in day.sheets]
    left = [report.stopped for report in day.reports() if report.stopped not in (None, *known)]
    return {reporting.STOPPED_EXIT.get(stop.code, 4) for stop in left if stop is not None}


def _cells(day: Today, report: Report) -> dict[int, Sequence[Cell]]:
    for each in day.sheets:
        if each.report is report and each.run is not None:
            return {row.number: row.cells for row in each.run.sheet.rows}
    return {}


async def _of_account(day: Today, account: Account) -> list[Fact]:
    """Return what the account itself shows: too little money, dearer services, orders that take too long."""
    journal = day.record.journal
    runs = [each.run for each in day.sheets if each.run is not None]
    ready = {order.key for report in day.reports() for order in report.orders if order.state == "ready"}
    waiting = [order for run in runs for order in run.valid() if order.key in ready]
    doubts = await journal.submissions(accounts=[account.id], states=[State.IN_DOUBT])
    sent = [order for run in (*runs, *day.other_runs) for order in run.memory.campaign]
    earlier = [order for order in sent if (order.sent_at or "~") < day.begun.started_at]
    used = {order.service for order in sent if order.account == account.id and order.status not in FINAL}
    used |= {order.order.service for order in waiting if order.account == account.id}
    late = await lateness.late(account, journal, day.settings)
    day.late += late
    return [
        *noticing.low_balance(account, day.settings, waiting, doubts),
        *noticing.dearer(account, noticing.rates_of(earlier), used),
        *noticing.slow(account, late),
    ]


def _whole(day: Today, reports: Sequence[Report]) -> Report:
    """Return the day as one report, for its line in the history: the counts of all its runs together."""
    counts: Counter[str] = Counter()
    for report in reports:
        counts.update(report.counts.model_dump())
    found: Stop | None = day.stopped
    return Report(
        run=day.begun.id,
        campaign="",
        sheet="",
        results=None,
        counts=Counts(**counts),
        money=(),
        orders=(),
        stopped=found,
    )
