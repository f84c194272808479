"""How many requests at once, how fast, and how long to wait when told to: the Pace protocol."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

LONGEST_WAIT = 60.0
"""Seconds; a panel that asks for a longer wait ends the run instead, with the rest left ready."""

EVERYTHING = "all"
"""Under which name a limit counts every action."""


@dataclass(frozen=True, slots=True)
class Limit:
    """So many requests within so many seconds."""

    count: int
    seconds: float


class Pace(Protocol):
    """The pace of one panel. An attempt takes its slot and its turn *before* it claims an order.

    Claiming first would turn every order that waits for its turn in doubt when the process dies.
    """

    def slot(self) -> AbstractAsyncContextManager[None]:
        """Wait for one of the slots, and hold it until the block ends: when the panel has answered."""
        ...

    @property
    def paused(self) -> tuple[str, str] | None:
        """Why nobody on any machine may begin, as a code and the words for it; None where they may."""
        ...

    async def turn(self, action: str) -> None:
        """Wait until one more call of this action is within the rate and the panel's limits.

        Where the panel is paused it may return at once: who takes a turn asks `paused`.
        """
        ...

    async def still(self) -> bool:
        """Wait, right before the first byte, until the turn that was taken has come; False: send nothing any more."""
        ...

    async def slow_down(self) -> None:
        """Take the panel's word that orders came too fast: let them begin further apart, for a while."""
        ...

    async def hold(self, seconds: float) -> None:
        """Let nobody begin for so many seconds: the panel asked for it."""
        ...


def backoff(tries: int, draw: float, *, first: float = 0.5, longest: float = 20.0) -> float:
    """Return how many seconds to wait after so many failed tries (from 1): exponential, with full jitter.

    `draw` is a random number from 0 to 1, passed in so that the decision itself stays pure.
    """
    ceiling = min(longest, first * float(2 ** (tries - 1)))
    return ceiling * draw
