"""What an account's balance proves of orders in doubt: placed, not placed, how many of them, or nothing.

Nothing is said unless the whole window closes to the smallest unit: from a reading before the first of
the sendings in doubt to one long after the last, every charge told and as estimated, no refund, and not a
movement between readings but for our own orders. What would be wrong where that only looks so is said
least readily: that an order was not placed, since it is then sent again.
"""

import contextlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from bulkorders.model import money
from bulkorders.model.books import BalanceReading
from bulkorders.model.combinations import TooMany, sums
from bulkorders.model.evidence import Evidence, Sending, Sold, at
from bulkorders.model.sections import Section, section, sections

SETTLING = timedelta(minutes=15)
"""How long after the last sending the balance must have stood still."""

PROMPT = timedelta(minutes=5)
"""How soon after they were placed the charges of other orders must have shown in the balance."""

AROUND = timedelta(hours=1)
"""How near to a sending in doubt those other orders must have been placed."""

WITNESSES = 3
"""How many such orders there must be, so that a panel that charges late is known."""

CLEAN_RUNS = 2
"""How many earlier runs must have closed with nothing unexplained, where a stranger could look like an order."""

TOP_UP_SHARE = Decimal("0.01")
TOP_UP_DIGITS = 2
"""Round amounts of so many digits, and at least this share of the balance, may be a top-up."""

STRANGER_PRICES = 300
"""Different prices of ours up to which a stranger's buying twice is reckoned with, and not only once."""


class Said(StrEnum):
    """What is said of one order in doubt."""

    NOT_PLACED = "not_placed"
    PAID = "paid"
    COUNTED = "counted"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of one order in doubt, and why (a code). COUNTED: `placed` of `among` alike in price were.

    `until` is the moment before which nothing can be said, where too little time has passed.
    """

    said: Said
    why: str
    placed: int = 0
    among: int = 0
    until: datetime | None = None


TOO_MANY = Verdict(Said.CANNOT_TELL, "too_many")


class _Silent(Exception):
    """Nothing can be said of any of them, or not `until` then."""

    def __init__(self, why: str, until: datetime | None = None) -> None:
        super().__init__(why)
        self.verdict = Verdict(Said.CANNOT_TELL, why, until=until)


def reconcile(evidence: Evidence) -> dict[str, Verdict]:
    """Return a verdict on each order in doubt, by key."""
    try:
        return _verdicts(evidence)
    except _Silent as silent:
        return _each(evidence.doubts, silent.verdict)
    except TooMany:
        return _each(evidence.doubts, TOO_MANY)


def _verdicts(evidence: Evidence) -> dict[str, Verdict]:
    window = _window(evidence)
    sold = [each for each in evidence.sold if each.sent_at >= at(window[0])]
    _check_prices(evidence, sold)
    _check_movements(window, sold, evidence)
    _check_witnesses(window, sold, evidence.doubts)
    _check_history(evidence, window[0])
    largest = max(each.amount for each in evidence.readings)
    whole, parts = section(evidence, window[0], window[-1]), sections(evidence, window)
    prices = {each.charge for each in sold if each.charge} | set(whole.amounts)
    stranger = _stranger(prices) if _alone(evidence, parts) else None
    try:
        said = _judge(whole, stranger, largest)
    except TooMany:
        said = _each(evidence.doubts, TOO_MANY)
    try:
        closed = all(part.ways.possible for part in parts)
    except TooMany:
        return said
    for index, part in enumerate(parts if closed else ()):
        with contextlib.suppress(_Silent, TooMany):
            said |= _timely(_judge(part, stranger, largest), index, parts)
    return said


def _judge(part: Section, stranger: frozenset[Decimal] | None, largest: Decimal) -> dict[str, Verdict]:
    """Return what one stretch of time shows of its orders in doubt. Raises _Silent, TooMany."""
    if not part.ways.possible:
        raise _Silent("no_match")
    _check_top_up(part.rest, part.amounts, largest)
    groups: defaultdict[Decimal, list[Sending]] = defaultdict(list)
    for doubt in part.doubts:
        groups[money.plain(doubt.estimate or Decimal(0))].append(doubt)
    verdicts: dict[str, Verdict] = {}
    for price, alike in groups.items():
        verdicts |= _of_one_price(price, alike, part, stranger)
    return verdicts


def _alone(evidence: Evidence, parts: Sequence[Section]) -> bool:
    """Whether enough other runs, or stretches of this one, closed with nothing unexplained."""
    clean = sum(closing == 0 for closing in evidence.closings) + sum(not part.rest for part in parts)
    return clean >= CLEAN_RUNS


def _timely(said: Mapping[str, Verdict], index: int, parts: Sequence[Section]) -> dict[str, Verdict]:
    """Return those verdicts of one section that hold even if a panel took its time with one of the orders.

    An order that seems not to be placed may have been sold in a later section, in place of one of that, and
    one that seems to be placed may be an earlier one that was sold late: then only the whole can be judged.
    """
    prices = {doubt.key: money.plain(doubt.estimate or Decimal(0)) for doubt in parts[index].doubts}
    held: dict[str, Verdict] = {}
    for key, verdict in said.items():
        late = True
        if verdict.said is Said.PAID:
            late = any(part.may_lack(prices[key]) for part in parts[:index])
        elif verdict.said is Said.NOT_PLACED:
            late = any(part.may_hold(prices[key]) for part in parts[index + 1 :])
        if not late:
            held[key] = verdict
    return held


def _window(evidence: Evidence) -> list[BalanceReading]:
    """Return the readings from the last quiet one before the first sending in doubt to the last of all."""
    first = min(doubt.sent_at for doubt in evidence.doubts)
    active = [*(each.sent_at for each in evidence.doubts), *(each.sent_at for each in evidence.sold)]
    quiet = [index for index, each in enumerate(evidence.readings) if each.quiet and at(each) < first]
    if not quiet or not evidence.readings[-1].quiet:
        raise _Silent("no_reading")
    settled = max(active) + SETTLING
    if at(evidence.readings[-1]) < settled:
        raise _Silent("too_early", settled)
    return list(evidence.readings[quiet[-1] :])


def _check_prices(evidence: Evidence, sold: Sequence[Sold]) -> None:
    """Estimates must be what orders cost: every charge is told and as estimated, and nothing was paid back."""
    if evidence.refunds or any(each.moved_back for each in sold):
        raise _Silent("refunds")
    if any(each.charge is None for each in sold):
        raise _Silent("uncharged")
    if any(each.charge != each.estimate for each in sold):
        raise _Silent("prices")
    if not all(each.estimate for each in evidence.doubts) or not all(
        each.estimate for each in evidence.others
    ):
        raise _Silent("prices")


def _check_movements(window: Sequence[BalanceReading], sold: Sequence[Sold], evidence: Evidence) -> None:
    """Between two readings the balance moves by our own orders alone, and what is in doubt only ever adds up."""
    least = Decimal(0)
    for earlier, reading in pairwise(window):
        now, before = at(reading), at(earlier)
        fallen = money.total((window[0].amount, reading.amount.copy_negate()))
        sure = money.total(each.charge for each in sold if each.placed_at <= now)
        possible = money.total(each.charge for each in sold if each.sent_at <= now)
        unclear = [each.estimate for each in evidence.doubts if each.sent_at <= now]
        unclear += [each.estimate for each in evidence.others if each.sent_at is None or each.sent_at <= now]
        in_doubt = money.total(unclear)
        most = fallen - sure
        least = max(least, fallen - possible)
        if most < least or least > in_doubt:
            raise _Silent("moved")
        busy = any(each.sent_at <= now and each.placed_at > before for each in sold)
        busy = busy or any(before < each.sent_at <= now for each in evidence.doubts)
        if not busy and reading.amount != earlier.amount:
            raise _Silent("moved")


def _check_witnesses(
    window: Sequence[BalanceReading], sold: Sequence[Sold], doubts: Sequence[Sending]
) -> None:
    """Near each sending in doubt other orders were charged at once, and the balance stood still ever since."""
    last = max((*(each.placed_at for each in sold), *(each.sent_at for each in doubts)))
    still = [each for each in window[1:-1] if each.quiet and at(each) >= last]
    if not still:
        raise _Silent("no_reading")
    if any(each.amount != window[-1].amount for each in still):
        raise _Silent("moved")
    between = [at(reading) for reading in window[1:-1]]
    prompt = [
        each.placed_at
        for each in sold
        if any(timedelta(0) <= moment - each.placed_at <= PROMPT for moment in between)
    ]
    for doubt in doubts:
        if sum(abs(placed_at - doubt.sent_at) <= AROUND for placed_at in prompt) < WITNESSES:
            raise _Silent("few")


def _check_history(evidence: Evidence, start: BalanceReading) -> None:
    """Before the window, too, money never went by itself: a late charge, or another user of the account."""
    if any(evidence.closings):
        raise _Silent("shared")
    earlier = [each for each in evidence.readings if at(each) <= at(start)]
    for one, two in pairwise(earlier):
        between = any(at(one) < each.placed_at and each.sent_at <= at(two) for each in evidence.sold)
        if not between and two.amount < one.amount:
            raise _Silent("shared")


def _check_top_up(rest: Decimal, amounts: Sequence[Decimal], largest: Decimal) -> None:
    """A round sum paid in during the window would hide as much spent: nothing is said where that may be."""
    whole = money.total(amounts)
    for sum_ in sums(amounts, whole):
        paid_in = money.plain(sum_ - rest)
        digits = "".join(map(str, paid_in.as_tuple().digits)).rstrip("0")
        if paid_in > 0 and len(digits) <= TOP_UP_DIGITS and paid_in >= largest * TOP_UP_SHARE:
            raise _Silent("top_up")


def _stranger(prices: set[Decimal]) -> frozenset[Decimal]:
    """Return what a stranger may have spent meanwhile: one or two of our own prices, or what two differ by."""
    twice = prices if len(prices) <= STRANGER_PRICES else ()
    signed = [Decimal(0), *twice, *(-price for price in twice)]
    return frozenset(both for one in prices for two in signed if (both := one + two) > 0)


def _imitated(part: Section, stranger: frozenset[Decimal], price: Decimal, count: int) -> bool:
    """Whether so many of this price, and a stranger, could have spent the rest too."""
    others = [money.plain(amount) for amount in part.amounts]
    for _ in range(count):
        others.remove(price)
    left = part.rest - price * count
    return any(left - sum_ in stranger for sum_ in sums(others, left))


def _of_one_price(
    price: Decimal, doubts: Sequence[Sending], part: Section, stranger: frozenset[Decimal] | None
) -> Mapping[str, Verdict]:
    """Return the verdicts on orders in doubt that cost the same.

    `stranger` is None where it is not known that the account is ours alone.
    """
    least, most = part.ways.counts[price]
    said = Verdict(Said.CANNOT_TELL, "several")
    if price > part.rest:
        said = Verdict(Said.NOT_PLACED, "no_money_gone")
    elif stranger is None:
        said = Verdict(Said.CANNOT_TELL, "history")
    elif least != most or (price in part.elsewhere and most):
        said = Verdict(Said.CANNOT_TELL, "several")
    elif most == len(doubts):
        said = Verdict(Said.PAID, "exact")
    elif most and len({doubt.alike for doubt in doubts}) > 1:
        said = Verdict(Said.COUNTED, "exact", most, len(doubts))
    elif _imitated(part, stranger, price, most + 1):
        said = Verdict(Said.COUNTED if most else Said.CANNOT_TELL, "imitated", most, len(doubts))
    elif most == 0:
        said = Verdict(Said.NOT_PLACED, "exact")
    else:
        paid = Verdict(Said.PAID, "count", most, len(doubts))
        not_placed = Verdict(Said.NOT_PLACED, "count", most, len(doubts))
        return {**_each(doubts[:most], paid), **_each(doubts[most:], not_placed)}
    return _each(doubts, said)


def _each(doubts: Iterable[Sending], verdict: Verdict) -> dict[str, Verdict]:
    return {doubt.key: verdict for doubt in doubts}
