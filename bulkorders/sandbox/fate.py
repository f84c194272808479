"""What becomes of an order as the shop's time passes.

Times are seconds of the shop. Every fate ends within an ordinary day of 86,400 of them.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Any, Final

PENDING: Final = "Pending"
PROCESSING: Final = "Processing"
IN_PROGRESS: Final = "In progress"
COMPLETED: Final = "Completed"
PARTIAL: Final = "Partial"
CANCELED: Final = "Canceled"
FAILED: Final = "Fail"
"""An order that came to grief upstream: it stays paid, and no day ends it."""
FINAL: Final = frozenset({COMPLETED, PARTIAL, CANCELED})
STATUSES: Final = frozenset({PENDING, PROCESSING, IN_PROGRESS, FAILED}) | FINAL


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the panel tells of an order now; `remains` is below zero when more was delivered than ordered."""

    status: str
    start_count: int
    remains: int


@dataclass(frozen=True, slots=True)
class Fate:
    """How an order of `quantity` will end, and how long each stage before takes."""

    status: str
    quantity: int
    delivered: int
    start_count: int
    pending: float
    processing: float
    progress: float

    @property
    def ends(self) -> float:
        """Seconds after the sale at which the order is final."""
        begun = self.pending + self.processing
        return begun if self.status == CANCELED else begun + self.progress

    def at(self, elapsed: float) -> Delivery:
        """Return the delivery so many seconds after the sale."""
        begun = self.pending + self.processing
        if elapsed < self.pending:
            return Delivery(PENDING, 0, self.quantity)
        if elapsed < begun:
            return Delivery(PROCESSING, 0, self.quantity)
        if self.status == CANCELED:
            return Delivery(CANCELED, 0, self.quantity)
        if elapsed < self.ends:
            done = int(self.delivered * (elapsed - begun) / self.progress)
            return Delivery(IN_PROGRESS, self.start_count, self.quantity - done)
        return Delivery(self.status, self.start_count, self.quantity - self.delivered)

    def stopped_at(self, elapsed: float) -> Delivery:
        """Return the delivery of an order whose cancellation took effect so many seconds after the sale."""
        before = self.at(elapsed)
        if before.status in FINAL:
            return before
        if before.status == IN_PROGRESS and before.remains < self.quantity:
            return replace(before, status=PARTIAL if before.remains > 0 else COMPLETED)
        return Delivery(CANCELED, before.start_count, self.quantity)

    def as_json(self) -> dict[str, Any]:
        """Return the fate as plain values."""
        return {name: getattr(self, name) for name in self.__slots__}


def draw_fate(seed: str, quantity: int, *, status: str | None = None, share: float | None = None) -> Fate:
    """Draw a fate, the same for the same seed; `status` and the delivered `share` may be forced.

    Of a hundred orders about ninety are completed, six partial and four canceled. An order of one unit is
    never partial by chance.
    """
    draw = random.Random(seed)  # noqa: S311 - a rehearsal that can be repeated, not a secret
    chance, over, part = draw.random(), draw.random(), draw.uniform(0.2, 0.9)
    start_count = draw.randint(20, 5_000)
    stages = draw.uniform(60, 1_800), draw.uniform(60, 1_200), draw.uniform(600, 72_000)
    if status is None:
        status = COMPLETED if chance < 0.9 or quantity == 1 else PARTIAL if chance < 0.96 else CANCELED  # noqa: PLR2004 - shares named above
    if share is None:
        share = part if status == PARTIAL else 1 + over / 10 if over < 0.25 else 1.0  # noqa: PLR2004 - a quarter gets a little more
    delivered = 0 if status == CANCELED else int(quantity * share)
    if status == PARTIAL:
        delivered = min(delivered, quantity - 1)
    elif status == COMPLETED:
        delivered = max(delivered, quantity)
    return Fate(status, quantity, delivered, start_count, *stages)
