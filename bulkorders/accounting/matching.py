"""Which of some amounts come to a sum exactly, where amounts may be above or below zero."""

from collections.abc import Sequence
from decimal import Decimal

from bulkorders.model import money

MOST_SUMS = 1 << 14
"""Different sums that are looked at; with more of them no answer is given: it would be chance."""

MOST_AMOUNTS = 64
"""Amounts that are looked at."""


def matching(target: Decimal, amounts: Sequence[Decimal]) -> list[int] | None:
    """Return the places of some amounts whose sum is the target, or None; fewer amounts before more.

    None too where there are too many to look at.
    """
    if len(amounts) > MOST_AMOUNTS:
        return None
    for place, amount in enumerate(amounts):
        if amount == target:
            return [place]
    reached: dict[Decimal, tuple[int, ...]] = {Decimal(0): ()}
    for place, amount in enumerate(amounts):
        for total, places in list(reached.items()):
            further = money.plain(money.EXACT.add(total, amount))
            known = reached.get(further)
            if known is None or len(known) > len(places) + 1:
                reached[further] = (*places, place)
        if len(reached) > MOST_SUMS:
            return None
    found = reached.get(money.plain(target))
    return list(found) if found else None
