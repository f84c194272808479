"""The worksheet Runs: every run over this campaign, the latest first."""

from collections import Counter
from collections.abc import Sequence

from bulkorders.model import money
from bulkorders.model.report import Line, PastRun, RunSummary
from bulkorders.sheet.results.row_xml import RowWorksheet
from bulkorders.sheet.results.rows import Setting
from bulkorders.sheet.results.tables import Entry, Heading, write_table

_COUNTED = (
    ("rows", "Rows"),
    ("placed", "Placed"),
    ("completed", "Completed"),
    ("in_doubt", "In doubt"),
    ("rejected", "Rejected"),
    ("invalid", "Invalid"),
    ("duplicate", "Duplicate"),
)
HEADINGS = (
    Heading("Started", 17, "time"),
    Heading("Finished", 17, "time"),
    Heading("Command", 12),
    *(Heading(title, 11, "count") for _, title in _COUNTED),
    Heading("Charged", 15, "amount"),
    Heading("Unexplained", 13, "amount"),
    Heading("Currency", 10),
    Heading("Ended early", 34),
    Heading("Run", 16),
)


def write_runs(worksheet: RowWorksheet, setting: Setting, lines: Sequence[Line], summary: RunSummary) -> None:
    """Write the worksheet: this run, then the earlier ones; charges are all of the campaign's so far."""
    runs = [_this(lines, summary), *(run for run in summary.runs if run.run != summary.run)]
    write_table(worksheet, setting, HEADINGS, (_entry(run) for run in runs))


def _this(lines: Sequence[Line], summary: RunSummary) -> PastRun:
    """Return the run that is being told of."""
    counts = Counter(str(line.state) for line in lines)
    counts["rows"] = sum(line.row is not None for line in lines)
    counts["completed"] = sum(
        line.state == "placed" and line.submission is not None and line.submission.status == "Completed"
        for line in lines
    )
    return PastRun(
        summary.run,
        summary.command,
        summary.started_at,
        summary.finished_at,
        stopped=summary.stopped or None,
        counts=counts,
        money=[(each.charged, each.unexplained, each.currency) for each in summary.money],
    )


def _entry(run: PastRun) -> Entry:
    """Return one row; amounts in several currencies have no sum."""
    currencies = {currency for _, _, currency in run.money}
    one = len(currencies) == 1
    charged = money.total(charge for charge, _, _ in run.money) if one else None
    known = [unexplained for _, unexplained, _ in run.money if unexplained is not None]
    code = next(iter(currencies)) if one else None
    counts = [run.counts.get(name, 0) for name, _ in _COUNTED]
    shown = (
        run.started_at, run.finished_at, run.command, *counts, charged, money.total(known) if one and known else None,
        code or (f"{len(currencies)} currencies" if currencies and not one else ""), run.stopped or "", run.run,
    )  # fmt: skip
    return Entry(shown, code)
