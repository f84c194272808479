"""Which open orders are long past the time that orders of their service usually take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil

from bulkorders.model.catalogue import Catalogue
from bulkorders.model.orders import Submission

OF_AVERAGE = 4
"""How many times a service's average time an order may take."""
OF_MOST = 2
"""How many times as long as nineteen of twenty earlier orders took."""
ENOUGH = 20
"""Finished orders of a service from which on they tell how long it takes."""
LEAST = timedelta(hours=6)
"""An order is never slow before that, however quick its service is."""
FOR_NEW_POSTS = frozenset({"posts", "old_posts", "min"})
"""Parameters of orders that last as long as posts are to come."""


class Told(StrEnum):
    """Who tells how long a service usually takes."""

    CATALOGUE = "catalogue"
    JOURNAL = "journal"
    SETTING = "setting"


@dataclass(frozen=True, slots=True)
class Allowed:
    """How long an order of a service may take, how long it usually takes, and who tells."""

    time: timedelta
    usual: timedelta
    told: Told


@dataclass(frozen=True, slots=True)
class Usual:
    """How long orders of an account may take: by service, and `otherwise`."""

    otherwise: Allowed
    services: Mapping[str, Allowed] = field(default_factory=dict)

    def of(self, service: str) -> Allowed:
        """Return how long an order of this service may take."""
        return self.services.get(service, self.otherwise)

    def slow_from(self, service: str, placed_at: str | None, dripping: int = 0) -> datetime | None:
        """Return from when on an open order is slow; `dripping` are the minutes its runs lie apart in all."""
        if placed_at is None:
            return None
        return datetime.fromisoformat(placed_at) + self.of(service).time + timedelta(minutes=dripping)


def usual(catalogue: Catalogue, durations: Mapping[str, Sequence[float]], slow_after: float) -> Usual:
    """Return how long orders may take, by the catalogue's averages, else by seconds that earlier ones took.

    `slow_after` (hours) holds where neither tells.
    """
    setting = timedelta(hours=slow_after)
    found = {
        service: _allowed(_percentile(took, 0.95) * OF_MOST, Told.JOURNAL, OF_MOST)
        for service, took in durations.items()
        if len(took) >= ENOUGH
    }
    for service in catalogue.services.values():
        if service.usual is not None:
            found[service.id] = _allowed(service.usual * 60 * OF_AVERAGE, Told.CATALOGUE, OF_AVERAGE)
    return Usual(Allowed(setting, setting, Told.SETTING), found)


def _allowed(seconds: float, told: Told, times: int) -> Allowed:
    return Allowed(max(timedelta(seconds=seconds), LEAST), timedelta(seconds=seconds / times), told)


def _percentile(values: Sequence[float], share: float) -> float:
    """Return the value that so large a share of these does not exceed."""
    return sorted(values)[ceil(len(values) * share) - 1]


def slow_from(order: Submission, found: Usual) -> datetime | None:
    """Return from when on this open order is slow; None for one that lasts as long as posts are to come."""
    if FOR_NEW_POSTS & order.parameters.keys():
        return None
    runs, interval = order.parameters.get("runs", ""), order.parameters.get("interval", "")
    dripping = (int(runs) - 1) * int(interval) if runs.isdecimal() and interval.isdecimal() else 0
    return found.slow_from(order.service, order.placed_at, dripping)
