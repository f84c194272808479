"""What all pages look at: the settings, the sheets that were given, and the runs that are under way."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any

from bulkorders.errors import BulkordersError
from bulkorders.settings import Settings
from bulkorders.web.jobs import Job, Story
from bulkorders.web.keeping import Shelf

MOST_JOBS = 60
"""Jobs that are remembered; of those that are over, the oldest give way."""

LOOKING = frozenset({"check"})
"""Kinds of jobs that change nothing, and need the journal for nobody else."""


class Busy(BulkordersError):
    """Another run of this page is under way: one at a time may change the journal."""

    exit_code = 4


class Desk:
    """The state of one server. All methods may be called from its event loop only, `drain` from anywhere."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.shelf = Shelf(settings.home)
        self.closing = False
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._lock = Lock()

    def start(
        self,
        who: str,
        kind: str,
        story: Story,
        *,
        title: str,
        back: str | Callable[[Any], str] = "/",
        about: str = "",
    ) -> Job:
        """Begin a job and return it. Raises Busy where one that changes the journal is under way already."""
        job = Job(kind, title, who, back, about=about, exclusive=kind not in LOOKING)
        with self._lock:
            if self.closing:
                raise Busy("page.closing")
            other = self._exclusive()
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

    def _exclusive(self) -> Job | None:
        return next((job for job in self._jobs.values() if job.exclusive and not job.over), None)

    def _forget(self) -> None:
        ended = [job.id for job in self._jobs.values() if job.over]
        for wanted in ended[: max(len(self._jobs) - MOST_JOBS, 0)]:
            del self._jobs[wanted]

    def close(self) -> list[Job]:
        """Begin nothing further and stop what is under way; return it, to be waited for."""
        with self._lock:
            self.closing = True
            left = [job for job in self._jobs.values() if not job.over]
        for job in left:
            job.stop()
        return left
