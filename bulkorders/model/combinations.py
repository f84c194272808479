"""Which of some amounts come to a sum, exactly: what all the ways to do it agree on."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bulkorders.model import money

MOST_SUMS = 1 << 16
"""Different sums that are looked at; with more of them nothing is said (16 amounts, all different)."""


class TooMany(ValueError):
    """There are more combinations than are looked at: nothing can be said."""


@dataclass(frozen=True, slots=True)
class Ways:
    """All the ways in which some of these amounts come to the sum.

    `counts` gives by amount the fewest and the most of that amount that any of the ways takes; empty where
    there is no way.
    """

    counts: Mapping[Decimal, tuple[int, int]]
    possible: bool

    def all_of(self, amount: Decimal, there_are: int) -> bool:
        """Whether every way takes all there are of this amount."""
        return self.possible and self.counts[amount][0] == there_are

    def none_of(self, amount: Decimal) -> bool:
        """Whether no way takes any of this amount."""
        return self.possible and self.counts[amount][1] == 0


def ways(target: Decimal, amounts: Sequence[Decimal]) -> Ways:
    """Return how some of these amounts (each above zero) can come to the target. Raises TooMany."""
    groups = Counter(money.plain(amount) for amount in amounts)
    if target < 0:
        return Ways({}, possible=False)
    prices = sorted(groups, reverse=True)
    before = [{Decimal(0)}]
    for price in prices:
        before.append(_reached(before[-1], price, groups[price], target))
    if target not in before[-1]:
        return Ways({}, possible=False)
    counts = {}
    # Backwards from the target: what the amounts up to here must come to, so that the rest can make it up.
    wanted = {target}
    for index in range(len(prices) - 1, -1, -1):
        price, found, earlier = prices[index], set(), set()
        for sum_ in wanted:
            for count in range(groups[price] + 1):
                rest = money.EXACT.subtract(sum_, price * count)
                if rest in before[index]:
                    found.add(count)
                    earlier.add(rest)
        counts[price] = (min(found), max(found))
        wanted = earlier
    return Ways(counts, possible=True)


def _reached(sums: set[Decimal], price: Decimal, times: int, target: Decimal) -> set[Decimal]:
    """Return what can be come to, at most the target, by adding this price to one of these sums up to so often."""
    found = set(sums)
    for count in range(1, times + 1):
        step = price * count
        found.update(sum_ for base in sums if (sum_ := money.EXACT.add(base, step)) <= target)
        if len(found) > MOST_SUMS:
            raise TooMany(f"more than {MOST_SUMS} sums")
    return found


def sums(amounts: Sequence[Decimal], limit: Decimal) -> set[Decimal]:
    """Return every sum that some of these amounts come to, at most the limit. Raises TooMany."""
    sums = {Decimal(0)}
    for amount in amounts:
        sums |= {found for base in sums if (found := money.EXACT.add(base, amount)) <= limit}
        if len(sums) > MOST_SUMS:
            raise TooMany("too many sums")
    return sums
