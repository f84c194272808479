"""A day under way, and what it came to: its sheets, its stops, its news."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bulkorders import wording
from bulkorders.errors import BulkordersError
from bulkorders.journal.protocol import Run
from bulkorders.model.report import Report, Stop
from bulkorders.pipeline.apart import Apart
from bulkorders.pipeline.days import news, told
from bulkorders.pipeline.days.news import Fact
from bulkorders.pipeline.following.everything import Runs
from bulkorders.pipeline.following.lateness import Late
from bulkorders.pipeline.following.pages import Followed
from bulkorders.pipeline.intake.checking import Checking
from bulkorders.pipeline.options import Front, Options
from bulkorders.pipeline.recording import Record
from bulkorders.settings import Settings

INTERRUPTED = "interrupted"


@dataclass(slots=True)
class Named:
    """One sheet of the day: `placed` are the keys of orders it got placed today; `code` is a stop's exit code."""

    path: Path
    run: Checking | None = None
    report: Report | None = None
    stop: Stop | None = None
    code: int = 0
    placed: frozenset[str] = frozenset()

    def stopped_by(self, error: BulkordersError) -> None:
        """Take in what ended this sheet's part of the day."""
        self.stop, self.code = stop_of(error), error.exit_code


@dataclass(slots=True)
class Today:
    """A day under way.

    `closed` are the accounts on which a run stopped, with why: nothing more is sent there today. `followed`
    is what asking about each account's open orders came to, after the event `event`. `others` are the reports
    of campaigns whose sheets were not named, `late` the orders that are past their usual time.
    """

    settings: Settings
    options: Options
    front: Front
    record: Record
    panels: Apart
    begun: Run
    sheets: list[Named]
    closed: dict[str, tuple[Stop, int]] = field(default_factory=dict)
    event: int = 0
    followed: list[Followed] = field(default_factory=list)
    others: list[Report] = field(default_factory=list)
    other_runs: list[Checking] = field(default_factory=list)
    late: list[Late] = field(default_factory=list)
    stopped: Stop | None = None
    codes: set[int] = field(default_factory=set)

    @property
    def interrupted(self) -> bool:
        """Whether the day was asked to end."""
        return self.stopped is not None and self.stopped.code == INTERRUPTED

    def stop(self, stop: Stop, code: int) -> None:
        """Keep why the whole day ended early, or a part that concerns no one sheet; the first is told."""
        self.stopped = self.stopped or stop
        self.codes.add(code)

    def reports(self) -> tuple[Report, ...]:
        """Return the reports of the named sheets in their order, then those of other campaigns."""
        return (*(each.report for each in self.sheets if each.report is not None), *self.others)


@dataclass(frozen=True, slots=True)
class Day:
    """What a day came to. `facts` need a person, `fresh` are those not told before.

    `marks` are what to remember once they have been told, `exit_code` speaks of what is new. `named`,
    `asked` and `placed` count sheets, open orders asked about, and orders placed today. `queued`: what is ready
    is in the hands of workers.
    """

    runs: Runs
    exit_code: int
    journal_id: str
    named: int
    asked: int
    placed: int
    facts: Sequence[Fact]
    fresh: Sequence[Fact]
    marks: news.Marks
    queued: bool = False

    def remember(self, settings: Settings) -> None:
        """Keep what was told, so that tomorrow it is no news. Raises OSError."""
        told.remember(settings.home, self.journal_id, self.marks)

    def stops(self) -> list[Stop]:
        """Return what stopped the day or a part of it, each once."""
        found = [self.runs.stopped, *(report.stopped for report in self.runs.runs)]
        return list({(each.code, each.message): each for each in found if each is not None}.values())


def stop_of(error: BulkordersError) -> Stop:
    """Return an error as a report tells it."""
    explained = wording.explain(error)
    return Stop(code=error.code, message=explained.message or "", next=explained.next or "")
