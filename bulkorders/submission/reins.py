"""The reins of what runs in a thread of a server: buttons stop it and hold it, as signals do at a terminal."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock

Pause = Callable[[bool], None]


class Reins:
    """Held by whoever started a run in another thread. All methods may be called from any thread.

    What is asked while there is nothing to stop or to hold is done as soon as there is.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._hear: Callable[[], None] | None = None
        self._pause: Pause | None = None
        self._stops = 0
        self._paused = False

    @property
    def taken(self) -> bool:
        """Whether there is something to stop just now."""
        return self._loop is not None

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop."""
        return self._stops > 0

    @property
    def paused(self) -> bool:
        """Whether it is held."""
        return self._paused

    def stop(self) -> None:
        """Begin nothing further, and wait for what is in flight. Asked again, it changes nothing."""
        with self._lock:
            if not self._stops:
                self._again()

    def abandon(self) -> None:
        """Wait for nothing either: what is in flight becomes in doubt."""
        with self._lock:
            while self._stops < 2:  # noqa: PLR2004 - the first drains, the second stops at once
                self._again()

    def _again(self) -> None:
        self._stops += 1
        if self._loop is not None and self._hear is not None:
            self._loop.call_soon_threadsafe(self._hear)

    def pause(self, on: bool) -> None:  # noqa: FBT001 - held or not is all there is to say
        """Begin nothing further until it is let go on; what is in flight goes on."""
        with self._lock:
            self._paused = on
            if self._loop is not None and self._pause is not None:
                self._loop.call_soon_threadsafe(self._pause, on)

    def take(self, loop: asyncio.AbstractEventLoop, hear: Callable[[], None], pause: Pause | None) -> None:
        """Put something into these hands that runs in this loop."""
        with self._lock:
            self._loop, self._hear, self._pause = loop, hear, pause
            for _ in range(self._stops):
                loop.call_soon(hear)
            if self._paused and pause is not None:
                pause(True)  # noqa: FBT003 - as above

    def leave(self) -> None:
        """It is over."""
        with self._lock:
            self._loop = self._hear = self._pause = None


REINS: ContextVar[Reins | None] = ContextVar("reins", default=None)
"""The reins of what runs in this context, where somebody holds them."""


@contextmanager
def steered(loop: asyncio.AbstractEventLoop, hear: Callable[[], None], pause: Pause | None) -> Iterator[None]:
    """Give the reins of this context, if somebody holds them, to what runs meanwhile."""
    reins = REINS.get()
    if reins is None:
        yield
        return
    reins.take(loop, hear, pause)
    try:
        yield
    finally:
        reins.leave()
