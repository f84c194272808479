"""The Pace of one process: so many at once, so many a second, and nobody while the panel asks to wait."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class LocalPace:
    """Slots and a rate for one panel within one event loop."""

    def __init__(self, at_once: int, per_second: float | None = None) -> None:
        self._slots = asyncio.Semaphore(at_once)
        self._interval = 1 / per_second if per_second else 0.0
        self._next = 0.0
        self._held_until = 0.0

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Wait for a slot and for the rate; hold the slot until the block ends."""
        async with self._slots:
            await self._turn()
            yield

    async def hold(self, seconds: float) -> None:
        """Let nobody begin for so many seconds."""
        self._held_until = max(self._held_until, asyncio.get_running_loop().time() + seconds)

    async def _turn(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            # Each takes its place in line at once, so that two waiting ones never share a turn. Who was
            # asked to hold meanwhile takes a new place: a hold that ends must not let all begin together.
            begin = max(self._next, self._held_until, loop.time())
            self._next = max(self._next, begin + self._interval) if self._interval else self._next
            await asyncio.sleep(begin - loop.time())
            if self._held_until <= loop.time():
                return
