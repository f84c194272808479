"""What the pretend panel keeps of orders, refills and the requests that asked for them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from bulkorders.sandbox.fate import FINAL, PARTIAL, Delivery

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bulkorders.sandbox.fate import Fate

PENDING_REFILL = "Pending"


def aim_of(params: Mapping[str, str]) -> str:
    """Return what an order is delivered to: its link, or the user of an order that has none."""
    return params.get("link") or params.get("username", "")


@dataclass(slots=True)
class Order:
    """One sold order; `at` and `stops_at` are seconds of the shop, `unit_price` the price of one unit.

    `silent`: what was paid back is not told in its charge.
    """

    id: str
    service: str
    params: dict[str, str]
    time: str
    at: float
    charge: Decimal
    unit_price: Decimal
    fate: Fate
    stops_at: float | None = None
    pinned: Delivery | None = None
    refunded: Decimal = Decimal(0)
    settled: bool = False
    silent: bool = False

    @property
    def quantity(self) -> int:
        """The units ordered."""
        return self.fate.quantity

    @property
    def told_charge(self) -> Decimal:
        """What is told of its cost; after a refund what is left to pay. Some panels never tell a refund."""
        return self.charge if self.silent else self.charge - self.refunded

    def delivery(self, now: float) -> Delivery:
        """Return what the panel tells of the order at this time of the shop."""
        if self.pinned is not None:
            return self.pinned
        ends = self.at + self.fate.ends
        if self.stops_at is not None and self.stops_at < ends and now >= self.stops_at:
            return self.fate.stopped_at(self.stops_at - self.at)
        # A sum and a difference of floats may disagree; what is told must turn final when `final_at` says so.
        before_the_end = math.nextafter(self.fate.ends, 0)
        return self.fate.at(self.fate.ends if now >= ends else min(now - self.at, before_the_end))

    def final_at(self) -> float:
        """Return the time of the shop from which the order is final, unless it is pinned."""
        ends = self.at + self.fate.ends
        return ends if self.stops_at is None else min(ends, self.stops_at)

    def refund_due(self, now: float) -> Decimal:
        """Return what is owed back: all of a canceled order, the undelivered share of a partial one."""
        delivery = self.delivery(now)
        if delivery.status not in FINAL or delivery.remains <= 0:
            return Decimal(0)
        if delivery.status == PARTIAL:
            return min(self.charge, self.unit_price * delivery.remains)
        return self.charge if delivery.remains == self.quantity else Decimal(0)


@dataclass(slots=True)
class Refill:
    """One refill asked for: it ends as `outcome` at the time `ends` of the shop."""

    id: str
    order: str
    ends: float
    outcome: str

    def status(self, now: float) -> str:
        """Return the word the panel has for it at this time."""
        return self.outcome if now >= self.ends else PENDING_REFILL


@dataclass(slots=True)
class AddRequest:
    """One complete `add` request as it was received, without the key, and what came of it.

    `orders` are the ids sold for it (none, one, or two when a fault sold twice), `repeated` the earlier order
    it was answered with because of its idempotency value, `error` the refusal of the shop, `fault` the kind
    of fault it met.
    """

    number: int
    time: str
    params: dict[str, str]
    orders: list[str] = field(default_factory=list)
    repeated: str | None = None
    error: str | None = None
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """An outcome for orders still to come whose link contains `link`; `times` None: for all of them."""

    status: str
    link: str = ""
    share: float | None = None
    times: int | None = None
