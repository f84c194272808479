"""A month's lines grouped: by campaign, by service, by day."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bulkorders.accounting.months import Month
from bulkorders.model import money
from bulkorders.model.entries import EntryKind, LedgerEntry

CHARGES = frozenset({EntryKind.CHARGE, EntryKind.CHANGE})


@dataclass(frozen=True, slots=True)
class Group:
    """The lines of one campaign or service (`id`, and its `name`), in one currency.

    `orders` are those first charged in the month, `charges` and `refunds` above zero, `net` what is left.
    `estimated` is what the orders sent in the month were expected to cost, `in_doubt` what doubts arose in it,
    less those that were settled.
    """

    id: str
    name: str
    orders: int
    charges: Decimal
    refunds: Decimal
    net: Decimal
    estimated: Decimal
    in_doubt: Decimal


@dataclass(frozen=True, slots=True)
class Spent:
    """What was charged and paid back on one day, both above zero."""

    day: date
    charges: Decimal
    refunds: Decimal


def by_campaign(lines: Sequence[LedgerEntry]) -> list[Group]:
    """Return the lines by campaign, the dearest first."""
    return _grouped(lines, lambda line: (line.campaign, line.campaign))


def by_service(lines: Sequence[LedgerEntry]) -> list[Group]:
    """Return the lines by service, the dearest first; the name is the one it had last."""
    return _grouped(lines, lambda line: (line.service, line.service_name))


def _grouped(lines: Sequence[LedgerEntry], named: Callable[[LedgerEntry], tuple[str, str]]) -> list[Group]:
    groups: defaultdict[str, list[LedgerEntry]] = defaultdict(list)
    names: dict[str, str] = {}
    for line in lines:
        if line.key:  # what a person entered belongs to none
            key, name = named(line)
            groups[key].append(line)
            names[key] = name or names.get(key, "")
    found = [_group(key, names[key], own) for key, own in groups.items()]
    return sorted(found, key=lambda each: (each.net.copy_negate(), each.id))


def _group(key: str, name: str, lines: Sequence[LedgerEntry]) -> Group:
    charges, refunds = spent(lines)
    return Group(
        id=key,
        name=name,
        orders=len({line.key for line in lines if line.kind is EntryKind.CHARGE}),
        charges=charges,
        refunds=refunds,
        net=money.plain(money.total((charges, refunds.copy_negate()))),
        estimated=_sum(lines, {EntryKind.ESTIMATE}),
        in_doubt=_sum(lines, {EntryKind.IN_DOUBT}),
    )


def by_day(lines: Sequence[LedgerEntry], month: Month) -> list[Spent]:
    """Return what was charged and paid back on each day that had either, on the clock of the month's zone."""
    days: defaultdict[date, list[LedgerEntry]] = defaultdict(list)
    for line in lines:
        if line.kind in CHARGES or line.kind is EntryKind.REFUND:
            days[month.day(line.at)].append(line)
    return [Spent(day, *spent(own)) for day, own in sorted(days.items())]


def spent(lines: Iterable[LedgerEntry]) -> tuple[Decimal, Decimal]:
    """Return what these lines charged and what they paid back, both above zero."""
    lines = list(lines)
    return _sum(lines, CHARGES), money.plain(_sum(lines, {EntryKind.REFUND}).copy_negate())


def _sum(lines: Iterable[LedgerEntry], kinds: Iterable[EntryKind]) -> Decimal:
    return money.plain(money.total(line.amount for line in lines if line.kind in kinds))
