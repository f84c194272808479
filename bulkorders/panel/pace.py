"""The Pace of one process: so many at once, so many a second, and nobody while the panel asks to wait."""

import asyncio
from bisect import insort
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from bulkorders.model.pace import EVERYTHING, Limit

ORDER = "add"
SLACK = 1.05
"""A limit's time is stretched by this: requests that leave evenly may arrive closer together."""


FIRST_GAP, WIDEST_GAP = 0.25, 5.0
"""Seconds between orders once a panel says that they come too fast, and at most."""
EASING = 0.95
"""What is left of that gap after each order that the panel did not complain of."""


class LocalPace:
    """Slots, a rate of orders, and the limits of one panel's actions within one event loop."""

    def __init__(
        self, at_once: int, per_second: float | None = None, limits: Mapping[str, Limit] | None = None
    ) -> None:
        self._slots = asyncio.Semaphore(at_once)
        self._windows: dict[str, list[_Window]] = {}
        if per_second:
            self._windows[ORDER] = [_Window(1, 1 / per_second)]
        for action, limit in (limits or {}).items():
            self._windows.setdefault(action, []).append(_Window(limit.count, limit.seconds * SLACK))
        self._held_until = 0.0
        self._gap = 0.0
        self._last_order = 0.0
        self._slowed_at = float("-inf")

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Wait for a slot, and hold it until the block ends."""
        async with self._slots:
            yield

    @property
    def paused(self) -> None:
        """Nobody pauses a panel for one process alone."""
        return

    async def still(self) -> bool:
        """Say at once that the turn holds: nobody else's turns lie beside it."""
        return True

    async def hold(self, seconds: float) -> None:
        """Let nobody begin for so many seconds."""
        self._held_until = max(self._held_until, asyncio.get_running_loop().time() + seconds)

    async def slow_down(self) -> None:
        """Let orders begin twice as far apart; what those in flight say counts once."""
        now = asyncio.get_running_loop().time()
        if now - self._slowed_at >= max(1.0, self._gap):
            self._gap = min(WIDEST_GAP, max(FIRST_GAP, 2 * self._gap))
            self._slowed_at = now

    async def turn(self, action: str) -> None:
        """Wait until one more call of this action is within every limit, and no hold is on."""
        loop = asyncio.get_running_loop()
        windows = [*self._windows.get(action, ()), *self._windows.get(EVERYTHING, ())]
        while True:
            # Each takes its place in line at once, so that two waiting ones never share a turn. Who was
            # asked to hold meanwhile takes a new place: a hold that ends must not let all begin together.
            begin = max(self._held_until, loop.time(), *(window.next() for window in windows))
            if action == ORDER:
                begin = self._after_the_last(begin)
            for window in windows:
                window.take(begin)
            wait = begin - loop.time()
            if wait > 0:
                await asyncio.sleep(wait)
            if self._held_until <= loop.time():
                return

    def _after_the_last(self, begin: float) -> float:
        """Return when this order may begin, as far from the last one as the panel made us keep."""
        if self._gap:
            begin = max(begin, self._last_order + self._gap)
            self._gap = self._gap * EASING if self._gap > FIRST_GAP / 10 else 0.0
        self._last_order = max(begin, self._last_order)
        return begin


class _Window:
    """So many turns within so many seconds: the last ones taken, those still to come included."""

    def __init__(self, count: int, seconds: float) -> None:
        self._count = count
        self._seconds = seconds
        self._taken: list[float] = []

    def next(self) -> float:
        """Return when the next turn may be."""
        return self._taken[0] + self._seconds if len(self._taken) == self._count else 0.0

    def take(self, moment: float) -> None:
        """Take a turn at this moment."""
        insort(self._taken, moment)
        del self._taken[: -self._count]
