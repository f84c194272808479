"""The balance read in the middle of a run, right after an order came in doubt and once nothing is under way.

An order in doubt that is alone between two such readings is settled later by what they differ by, whatever
else was placed, and with few others that could explain the money. It costs a pause of a second or two.
"""

import asyncio
from collections.abc import Awaitable, Callable

from bulkorders.errors import PanelError
from bulkorders.model.catalogue import Balance

MOST = 12
"""Readings of this kind in one run: a panel with more doubts than that is not to be waited for each time."""

PATIENCE = 5.0
"""Seconds to wait for what is in flight; where it takes longer, the orders in doubt share the next reading."""

APART = 1.0
"""Seconds between the two readings that must be equal."""

LONGEST = 15.0
"""Seconds all of it may take: a panel that answers slowly, or allows few calls, is not waited for."""

LOOK = 0.02
"""Seconds between two looks at what is in flight."""

Read = Callable[[Balance, bool], Awaitable[None]]
"""Is told what the account held at a pause, and whether nothing was under way then."""


class Stocktaking:
    """Reads the balance of one panel at quiet moments of one run, a few times at most.

    `balance` asks the panel. `under_way` says how many orders are in flight, `begun` how many attempts were
    begun so far: a reading counts only where none was begun meanwhile.
    """

    def __init__(
        self,
        balance: Callable[[], Awaitable[Balance]],
        read: Read,
        under_way: Callable[[], int],
        begun: Callable[[], int],
    ) -> None:
        self._balance = balance
        self._read = read
        self._under_way = under_way
        self._begun = begun
        self._left = MOST

    @property
    def due(self) -> bool:
        """Whether the balance would be read once more in this run."""
        return self._left > 0

    async def take(self) -> None:
        """Read the balance twice, and keep it where it stood still. The caller lets nobody begin meanwhile."""
        self._left -= 1
        if not await self._idle():
            return
        begun = self._begun()
        try:
            async with asyncio.timeout(LONGEST):
                first = await self._balance()
                await asyncio.sleep(APART)
                second = await self._balance()
        except (PanelError, TimeoutError):
            return
        if begun == self._begun():
            await self._read(second, first.amount == second.amount)

    async def _idle(self) -> bool:
        """Wait until nothing is in flight; return whether that came to be."""
        for _ in range(round(PATIENCE / LOOK)):
            if not self._under_way():
                return True
            await asyncio.sleep(LOOK)
        return not self._under_way()
