"""The shop's own time, which may run faster than the wall's and be moved on by hand."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Clock:
    """Shop time in seconds: `speed` of them pass in one second of the wall."""

    def __init__(self, speed: float = 1.0, wall: Callable[[], float] = time.time) -> None:
        """Start at the wall's time. Raises ValueError for a speed below zero."""
        self._wall = wall
        self._base_wall = wall()
        self._base_shop = self._base_wall
        self.speed = 1.0
        self.set_speed(speed)

    def now(self) -> float:
        """Return the shop's time."""
        return self._base_shop + max(0.0, self._wall() - self._base_wall) * self.speed

    def set_speed(self, speed: float) -> None:
        """Go on from now at another speed; zero stops the shop's time."""
        if not 0 <= speed < float("inf"):
            raise ValueError(f"the speed is zero or more, not {speed}")
        self._base_shop, self._base_wall = self.now(), self._wall()
        self.speed = speed

    def advance(self, seconds: float) -> None:
        """Let so many seconds of the shop pass at once. Raises ValueError for less than zero."""
        if not 0 <= seconds < float("inf"):
            raise ValueError(f"the shop's time goes forward only, not by {seconds}")
        self._base_shop += seconds

    def mark(self) -> dict[str, float]:
        """Return what `resume` needs to go on in another process."""
        return {"shop": self.now(), "wall": self._wall(), "speed": self.speed}

    def resume(self, mark: dict[str, float]) -> None:
        """Go on from a mark: time passed for the orders while no process ran."""
        self._base_shop, self._base_wall, self.speed = mark["shop"], mark["wall"], mark["speed"]
