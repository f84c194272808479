"""A run's time cut at quiet balance readings: what went in each section, and which orders in doubt fall in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from itertools import pairwise

from bulkorders.model import money
from bulkorders.model.books import BalanceReading
from bulkorders.model.combinations import Ways, sums, ways
from bulkorders.model.evidence import Evidence, Refused, Sending, at


@dataclass(frozen=True)
class Section:
    """The time between two quiet readings. `rest` is what the balance fell by beyond the charges.

    `others` are refused or ruled out, and may have been charged all the same.
    """

    rest: Decimal
    doubts: tuple[Sending, ...]
    others: tuple[Refused, ...] = ()

    @cached_property
    def amounts(self) -> list[Decimal]:
        """What the orders of this section that may have been charged would cost."""
        found = [each.estimate for each in self.doubts] + [each.estimate for each in self.others]
        return [estimate for estimate in found if estimate]

    @cached_property
    def elsewhere(self) -> frozenset[Decimal]:
        """The prices of the refused ones."""
        return frozenset(money.plain(each.estimate) for each in self.others if each.estimate)

    @cached_property
    def ways(self) -> Ways:
        """How some of its own orders can come to the rest. Raises TooMany."""
        return ways(self.rest, self.amounts)

    def may_hold(self, price: Decimal) -> bool:
        """Whether an order of this price from before, sold late, could be in the rest, beside some of its own."""
        left = self.rest - price
        return left >= 0 and left in sums(self.amounts, left)

    def may_lack(self, price: Decimal) -> bool:
        """Whether an order of this price, sent in this section, may not have been sold in it."""
        there_are = sum(money.plain(amount) == price for amount in self.amounts)
        return there_are > 0 and not self.ways.all_of(price, there_are)


def section(evidence: Evidence, start: BalanceReading, end: BalanceReading) -> Section:
    """Return what went between these two readings, and the orders that were sent then and may be in it."""

    def within(sent_at: datetime | None) -> bool:
        return sent_at is None or at(start) <= sent_at <= at(end)

    charges = (each.charge.copy_negate() for each in evidence.sold if each.charge and within(each.sent_at))
    rest = money.total((start.amount, end.amount.copy_negate(), *charges))
    doubts = tuple(each for each in evidence.doubts if within(each.sent_at))
    return Section(rest, doubts, tuple(each for each in evidence.others if within(each.sent_at)))


def sections(evidence: Evidence, window: Sequence[BalanceReading]) -> list[Section]:
    """Return the sections between the quiet readings of a window while no order of ours was under way."""
    cuts = [
        reading
        for reading in window
        if reading.quiet and not any(each.sent_at <= at(reading) < each.placed_at for each in evidence.sold)
    ]
    return [section(evidence, start, end) for start, end in pairwise(cuts)]
