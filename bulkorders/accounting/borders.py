"""What an account held at a month's borders by the books, from the balance readings nearest to them."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bulkorders.accounting.months import Month
from bulkorders.accounting.movements import Followed, Movement
from bulkorders.model import money
from bulkorders.model.books import BalanceReading
from bulkorders.model.entries import EntryKind


@dataclass(frozen=True, slots=True)
class Held:
    """What an account held at a border of the month, by the books, and how that follows from a reading.

    `balance` is `reading` with the parts added: `carried`, lines between the reading and the border;
    `not_told`, gone by the reading and told later; `uncharged`, placed by then, of which the panel has told no
    charge to this day (at the estimate); `in_doubt`, gone by the reading for orders in doubt;
    `not_paid_back`, refunds told by then and paid later, or never; `paid_back`, refunds paid by the reading and
    told later; `not_arrived`, payments entered under another time than the reading shows; `timing`, money that
    the next readings give back or take.
    """

    balance: Decimal
    reading: Decimal
    at: str
    run: str
    carried: Decimal = Decimal(0)
    not_told: Decimal = Decimal(0)
    uncharged: Decimal = Decimal(0)
    in_doubt: Decimal = Decimal(0)
    not_paid_back: Decimal = Decimal(0)
    paid_back: Decimal = Decimal(0)
    not_arrived: Decimal = Decimal(0)
    timing: Decimal = Decimal(0)


PARTS = (
    *("carried", "not_told", "uncharged", "in_doubt"),
    *("not_paid_back", "paid_back", "not_arrived", "timing"),
)


def borders(month: Month, readings: Sequence[BalanceReading]) -> tuple[int | None, int | None]:
    """Return the places of the readings nearest the month's beginning and end.

    None where nothing was read before the month's end, or nothing since its beginning: what an account held then
    is not known, and what it held long before proves nothing.
    """
    if not readings:
        return None, None
    begin, end = month.begin, month.end
    first, last = nearest(readings, begin), nearest(readings, end)
    return (
        first if readings[first].at < end else None,
        last if readings[last].at >= begin else None,
    )


def nearest(readings: Sequence[BalanceReading], at: str) -> int:
    """Return the place of the reading nearest this time, the earlier of two as near."""
    place = bisect_left([each.at for each in readings], at)
    if place == 0:
        return 0
    if place == len(readings):
        return place - 1
    when = datetime.fromisoformat(at)
    before = when - datetime.fromisoformat(readings[place - 1].at)
    after = datetime.fromisoformat(readings[place].at) - when
    return place - 1 if before <= after else place


def held(followed: Followed, place: int, border: str) -> Held:
    """Return what the account held at the border, by the books, from the reading at this place."""
    reading = followed.readings[place]
    parts = {"timing": followed.held.get(place, Decimal(0))}
    for each in followed.movements:
        gone = each.moved_by <= place
        booked = each.booked is not None and each.booked < border
        if gone == booked:
            continue
        part = _part(each, reading.at, border, gone=gone)
        amount = each.amount if gone else each.amount.copy_negate()
        parts[part] = money.total((parts.get(part, Decimal(0)), amount))
    balance = money.plain(money.total((reading.amount, *parts.values())))
    told = {name: money.plain(amount) for name, amount in parts.items()}
    return Held(balance, reading.amount, reading.at, reading.run, **told)


def _part(movement: Movement, read_at: str, border: str, *, gone: bool) -> str:
    """Return which part of `Held` a movement is that is gone or booked, and not both."""
    if movement.expected >= border if gone else movement.expected > read_at:
        return "carried"
    if gone and movement.booked is None:
        return "in_doubt" if movement.doubtful else "uncharged"
    if movement.kind in (EntryKind.TOP_UP, EntryKind.OTHER):
        return "not_arrived"
    if movement.amount < 0:
        return "paid_back" if gone else "not_paid_back"
    return "not_told"
