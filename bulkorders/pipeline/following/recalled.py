"""A past run's report as it stands today, from the journal alone: its sheet need not be there any more."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bulkorders import wording
from bulkorders.errors import BulkordersError
from bulkorders.journal.opening import open_journal
from bulkorders.journal.protocol import Journal, Run
from bulkorders.model.orders import Row, Sheet, Submission
from bulkorders.model.report import Line, MoneyPart, Report, Stop
from bulkorders.pipeline import reporting
from bulkorders.pipeline.ending import RUNS
from bulkorders.pipeline.intake.checking import Checking
from bulkorders.pipeline.options import Options
from bulkorders.settings import Settings


@dataclass(frozen=True, slots=True)
class Recalled:
    """A run with its report. `orders` are as the journal has them, `seq` is its last event that was read."""

    run: Run
    report: Report
    orders: Sequence[Submission]
    seq: int


async def recall(settings: Settings, wanted: str, known: Recalled | None = None) -> Recalled | None:
    """Return what is known of the run of this id, or None where there is none; `known` where nothing has changed.

    Counts and money are those the run ended with, where it did; the orders are as they are now.
    """
    journal = await open_journal(settings.journal_url, read_only=True)
    try:
        run = next((each for each in await journal.runs(RUNS) if each.id == wanted), None)
        if run is None:
            return None
        if known is not None and known.run == run and not await journal.events(after=known.seq, limit=1):
            return known
        seq = await _last_event(journal, known.seq if known else 0)
        orders = [
            order
            for name in (run.campaign or "").split(", ")
            for order in (await journal.submissions(campaign=name) if name else ())
        ]
    finally:
        await journal.close()
    orders.sort(key=lambda order: order.row)
    return Recalled(run, _report(run, orders, settings), orders, seq)


async def _last_event(journal: Journal, after: int) -> int:
    """Return the number of the last event, found by halving: there may be a million."""
    step = 1 << 20
    while step:
        if await journal.events(after=after + step - 1, limit=1):
            after += step
        else:
            step >>= 1
    return after


def _report(run: Run, orders: Sequence[Submission], settings: Settings) -> Report:
    lines = [_line(order) for order in orders]
    path = Path(run.sheet or "")
    no_rows = Sheet(path=str(path), header=(), columns={}, rows=())
    empty = Checking(run.id, Options(sheet=path), settings, no_rows, [], run.campaign or "", ())
    report = reporting.report_of(empty, lines, [], results=run.results, stopped=_stop(run))
    counted = report.counts.model_copy(
        update={name: run.counts[name] for name in ("rows", "invalid", "duplicate") if name in run.counts}
    )
    money = tuple(MoneyPart.model_validate(dict(part)) for part in run.money)
    whole = {"counts": counted, "money": money, "orders": tuple(report.orders)}
    return report.model_copy(update=whole)


def _line(order: Submission) -> Line:
    return replace(reporting.line_of(order), row=Row(order.row, ()))


def _stop(run: Run) -> Stop | None:
    if run.stopped is None:
        return None
    left = run.stopped == "interrupted" and run.command.endswith("--queue")  # only the waiting for it
    told = wording.explain(BulkordersError("cluster.left" if left else f"run.stopped.{run.stopped}", said=""))
    return Stop(code=run.stopped, message=told.message or "", next=told.next or "")
