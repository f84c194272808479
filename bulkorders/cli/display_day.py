"""Shows what a day came to: one line a sheet, one for everything, and what is new."""

from collections import Counter
from typing import TYPE_CHECKING

from bulkorders import wording
from bulkorders.cli.display import console, print_json
from bulkorders.wording import days, summaries

if TYPE_CHECKING:
    from bulkorders.pipeline.days.day import Day

SHOWN = 12
"""News of one campaign or account shown one by one."""


def show_day(day: "Day", *, as_json: bool) -> list[str]:
    """Show the day, and return its lines, for the log."""
    lines = _lines(day)
    if as_json:
        print_json(day.runs.to_json())
        return lines
    screen = console()
    for line in lines:
        screen.print(line, markup=False)
    return lines


def _lines(day: "Day") -> list[str]:
    lines = []
    for report in day.runs.runs:
        lines.append(
            summaries.summary_line(report) if report.orders or report.stopped is None else report.sheet
        )
        if report.stopped is not None:
            facts = {"message": report.stopped.message, "next": report.stopped.next}
            lines.append("  " + wording.note("daily.stopped", facts).strip())
        if report.counts.ready and report.stopped is None:
            note = "daily.queued" if day.queued else "daily.ready"
            lines.append("  " + wording.note(note, {"rows": summaries.rows(report.counts.ready)}))
        lines += _news(day, report.campaign)
    known = {report.campaign for report in day.runs.runs}
    for scope in dict.fromkeys(fact.scope for fact in day.fresh if fact.scope not in known):
        lines += _news(day, scope)
    if day.runs.stopped is not None and day.runs.stopped not in [each.stopped for each in day.runs.runs]:
        facts = {"message": day.runs.stopped.message, "next": day.runs.stopped.next}
        lines.append(wording.note("daily.stopped", facts).strip())
    return [*lines, _everything(day)]


def _news(day: "Day", scope: str) -> list[str]:
    told = [fact.told for fact in day.fresh if fact.scope == scope]
    shown = [f"  {each}" for each in told[:SHOWN]]
    return [*shown, f"  {summaries.more(len(told) - SHOWN)}"] if len(told) > SHOWN else shown


def _everything(day: "Day") -> str:
    kinds = Counter(fact.kind.value for fact in day.fresh)
    kinds["stopped"] = len(day.stops())
    return days.whole_day(day.named, len(day.runs.runs), day.asked, day.placed, kinds)
