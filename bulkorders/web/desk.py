"""What all pages look at: the settings, the sheets that were given, and the runs that are under way."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from bulkorders.errors import GuardError
from bulkorders.web.front import PageFront
from bulkorders.web.hands import hands_of
from bulkorders.web.jobs import Job, Story
from bulkorders.web.keeping import Shelf

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from bulkorders.pipeline.following.recalled import Recalled
    from bulkorders.pipeline.looked import Looked
    from bulkorders.settings import Settings
    from bulkorders.web.errands import Errand

MOST_JOBS = 60
"""Jobs that are remembered; of those that are over, the oldest give way."""

MOST_LOOKED = 4
"""Checked sheets, and runs, that are kept with all their rows; others are looked at again."""

LOOKING = frozenset({"check"})
"""Kinds of jobs that change nothing, and need the journal for nobody else."""


Thing = TypeVar("Thing")


class Remembered(OrderedDict[str, Thing]):
    """The things put in last, by name."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def __setitem__(self, name: str, value: Thing) -> None:
        super().__setitem__(name, value)
        self.move_to_end(name)
        while len(self) > self._most:
            self.popitem(last=False)


class Busy(GuardError):
    """Another run of this page is under way: one at a time may change the journal."""


class Desk:
    """The state of one server. All methods may be called from its event loop only, `drain` from anywhere."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.hands = hands_of(settings)
        self.shelf = Shelf(settings.home)
        self.closing = False
        self.leaving = False
        self.panel_names: list[str] = []
        self.looked: Remembered[Looked] = Remembered(MOST_LOOKED)
        self.recalled: Remembered[Recalled] = Remembered(MOST_LOOKED)
        self.last_runs: dict[str, str | None] = {}
        self.errands: dict[str, Errand] = {}
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._lock = Lock()

    def start(
        self,
        request: Request,
        kind: str,
        story: Story,
        *,
        title: str,
        then: str | Callable[[Any], str] = "/",
        about: str = "",
        front: PageFront | None = None,
    ) -> Job:
        """Begin a job for whoever asks, and return it; `then` is where it leads when it went well.

        Raises Busy where one that changes the journal is under way already; where workers do it, one
        that is about the same sheet.
        """
        who = str(request.state.who)
        job = Job(
            kind,
            title,
            who,
            then,
            about,
            kind not in LOOKING,
            front=front or PageFront(plain=self.shelf.named),
        )
        with self._lock:
            if self.closing:
                raise Busy("page.closing")
            other = self._exclusive(about if self.hands.queued else None)
            if job.exclusive and other is not None:
                raise Busy("page.busy", title=other.title, who=other.who, job=other.id)
            self._jobs[job.id] = job
            self._forget()
        job.start(story)
        return job

    def job(self, wanted: str) -> Job | None:
        """Return a job by its id."""
        return self._jobs.get(wanted)

    def jobs(self, *, about: str | None = None, kind: str | None = None) -> list[Job]:
        """Return the jobs, newest first; those about one sheet, or of one kind, where it is given."""
        return [
            job
            for job in reversed(list(self._jobs.values()))
            if (about is None or job.about == about) and (kind is None or job.kind == kind)
        ]

    def under_way(self) -> Job | None:
        """Return the run that changes the journal just now, or None."""
        return self._exclusive()

    def _exclusive(self, about: str | None = None) -> Job | None:
        under_way = (job for job in self._jobs.values() if job.exclusive and not job.over)
        return next((job for job in under_way if about is None or job.about == about), None)

    def _forget(self) -> None:
        ended = [job.id for job in self._jobs.values() if job.over]
        for wanted in ended[: max(len(self._jobs) - MOST_JOBS, 0)]:
            del self._jobs[wanted]

    def close(self) -> None:
        """Begin nothing further, and stop what is under way."""
        with self._lock:
            self.closing = True
        for each in self.left():
            each.stop() if isinstance(each, Job) else each.reins.stop()

    def left(self) -> list[Job | Errand]:
        """Return what has not ended yet."""
        everything: list[Job | Errand] = [*self._jobs.values(), *self.errands.values()]
        return [each for each in everything if not each.over]
