"""One run of the pipeline in a thread and an event loop of its own: pages come and go, the run goes on."""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4

from bulkorders import wording
from bulkorders.errors import BulkordersError
from bulkorders.pipeline.recording import WHO
from bulkorders.submission.reins import REINS, Reins
from bulkorders.web.front import PageFront

Story = Callable[[PageFront], Awaitable[Any]]
"""What a job does: a story of the pipeline, given its front."""

LOG = logging.getLogger(__name__)


class Stand(StrEnum):
    """Where a job stands."""

    WORKING = "working"
    ASKING = "asking"
    DONE = "done"
    FAILED = "failed"


@dataclass(slots=True)
class Job:
    """One story under way, or at its end. `then` is where its page leads when it went well.

    `kind` is the command it does ("check", "submit", "refresh", …), `about` the sheet or campaign it is about.
    """

    kind: str
    title: str
    who: str
    then: str | Callable[[Any], str]
    about: str = ""
    exclusive: bool = True
    id: str = field(default_factory=lambda: uuid4().hex[:12])
    began: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    front: PageFront = field(default_factory=PageFront)
    reins: Reins = field(default_factory=Reins)
    result: Any = None
    error: BulkordersError | None = None
    _over: threading.Event = field(default_factory=threading.Event)
    _loop: asyncio.AbstractEventLoop | None = None
    _task: asyncio.Task[Any] | None = None

    @property
    def over(self) -> bool:
        """Whether it has ended, well or not."""
        return self._over.is_set()

    @property
    def stand(self) -> Stand:
        """Where it stands."""
        if self.over:
            return Stand.FAILED if self.error is not None else Stand.DONE
        return Stand.ASKING if self.front.question is not None else Stand.WORKING

    @property
    def leads_to(self) -> str:
        """Where its page leads when it went well."""
        return self.then if isinstance(self.then, str) else self.then(self.result)

    @property
    def begun_spending(self) -> bool:
        """Whether orders are being placed just now, so that it can be stopped and held."""
        return self.reins.taken

    def start(self, story: Story) -> None:
        """Begin, in a thread that keeps this context's language."""
        context = copy_context()
        thread = threading.Thread(
            target=context.run, args=(self._run, story), name=f"bulkorders-{self.kind}", daemon=True
        )
        thread.start()

    def stop(self) -> None:
        """Stop: what is in flight is waited for; what only looks is left off; what is asked is answered no."""
        self.front.give_up()
        if self.exclusive:
            self.reins.stop()
        elif self._loop is not None and self._task is not None:
            self._loop.call_soon_threadsafe(self._task.cancel)

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for its end; return whether it came."""
        return self._over.wait(seconds)

    def _run(self, story: Story) -> None:
        WHO.set(self.who)
        REINS.set(self.reins)
        try:
            self.result = asyncio.run(self._told(story))
        except BulkordersError as error:
            self.error = self._plain(wording.explain(error))
        except asyncio.CancelledError:
            self.error = wording.explain(BulkordersError("page.left_off"))
        except Exception as error:  # the one place where a job's errors end
            LOG.exception("a job failed: %s", self.kind)
            self.error = wording.explain(BulkordersError("crash", kind=type(error).__name__))
        finally:
            self._over.set()
            self.front.version += 1

    def _plain(self, error: BulkordersError) -> BulkordersError:
        """Return an error whose sentences name files without where they are kept."""
        error.message, error.next = self.front.plain(error.message or ""), self.front.plain(error.next or "")
        return error

    async def _told(self, story: Story) -> Any:
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        return await story(self.front)
