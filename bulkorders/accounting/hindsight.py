"""Where refunds came that were told later: in what earlier intervals left unexplained, or took for a payment.

A payment and a refund that nobody had told of yet raise the balance together; and a refund hides a part of what
somebody else spent. Where there are several ways, the one that leaves the roundest amounts is taken: people pay
and spend round ones.
"""

from collections.abc import Sequence
from decimal import Decimal
from itertools import product
from math import prod

from bulkorders.accounting.movements import Followed, Gap, Movement
from bulkorders.model import money

MOST_WAYS = 5_000
"""Ways that are looked at; with more of them nothing is said."""

Open = Gap | Movement
"""A gap, or a payment that was deduced."""


def placed_before(
    followed: Followed, came: Sequence[Movement], place: int, times: Sequence[str]
) -> list[int]:
    """Return by which readings these refunds had come, and take them out of what those left open.

    Empty where no interval before `place` was left open that may hold them.
    """
    open_: list[tuple[int, Open]] = [(gap.after, gap) for gap in followed.gaps if gap.after < place]
    open_ += [(each.moved_by, each) for each in followed.movements if each.deduced and each.moved_by < place]
    fitting = [[each for each in open_ if movement.earliest < times[each[0]]] for movement in came]
    if not came or prod(len(each) for each in fitting) > MOST_WAYS:
        return []
    ways = [way for way in product(*fitting) if _possible(way, came)]
    if not ways:
        return []
    best = min(ways, key=lambda way: (_roughness(way, came), [-found for found, _ in way]))
    for left, amount in _amounts(best, came):
        _set(followed, left, amount)
    return [found for found, _ in best]


def _amounts(way: Sequence[tuple[int, Open]], came: Sequence[Movement]) -> list[tuple[Open, Decimal]]:
    """Return what each of these would come to without the refunds that this way puts into it."""
    found: dict[int, tuple[Open, Decimal]] = {}
    for (_, left), movement in zip(way, came, strict=True):
        amount = found.get(id(left), (left, left.amount))[1]
        found[id(left)] = (left, money.plain(money.total((amount, movement.amount.copy_negate()))))
    return list(found.values())


def _possible(way: Sequence[tuple[int, Open]], came: Sequence[Movement]) -> bool:
    """Whether no payment turns into its opposite."""
    return all(isinstance(left, Gap) or amount <= 0 for left, amount in _amounts(way, came))


def _roughness(way: Sequence[tuple[int, Open]], came: Sequence[Movement]) -> int:
    """Return how many decimals all amounts lose by this way, less being better."""
    return sum(decimals(amount) - decimals(left.amount) for left, amount in _amounts(way, came))


def decimals(amount: Decimal) -> int:
    """Return how many digits an amount has after the point, and one where it is anything at all."""
    exponent = money.plain(amount).as_tuple().exponent
    return (-exponent if isinstance(exponent, int) else 0) + bool(amount)


def _set(followed: Followed, left: Open, amount: Decimal) -> None:
    if isinstance(left, Movement):
        left.amount = amount
        return
    index = followed.gaps.index(left)
    followed.gaps[index : index + 1] = [Gap(left.before, left.after, amount)] if amount else []
