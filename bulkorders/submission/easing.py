"""How many orders may be under way after a doubt: one at first, one more for each that gets through.

A panel that loses one answer often loses the next: whoever goes on gently has fewer orders in doubt, and each
of them alone between two readings of the balance.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Easing:
    """The number of orders that may be under way at once, at most `at_once`."""

    def __init__(self, at_once: int) -> None:
        self._at_once = self._allowed = at_once
        self._under_way = 0
        self._changed = asyncio.Event()

    @property
    def free(self) -> bool:
        """Whether one more may be under way."""
        return self._under_way < self._allowed

    async def wait(self) -> None:
        """Wait until one more may be under way. Whoever begins says so before it awaits anything else."""
        while not self.free:
            self._changed.clear()
            await self._changed.wait()

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Count one more that is under way, until all that follows from it is done."""
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1
            self._changed.set()

    def doubt(self) -> None:
        """An answer was lost: one at a time from here on."""
        self._allowed = 1

    def through(self) -> None:
        """An order got through: one more at a time."""
        self._allowed = min(self._at_once, self._allowed + 1)
        self._changed.set()
