"""What an account's balance proves of orders in doubt: placed, not placed, how many of them, or nothing.

Nothing is said unless the whole window closes to the smallest unit: from a reading before the first of
the sendings in doubt to one long after the last, every charge told and as estimated, no refund, and not a
movement between readings but for our own orders. What would be wrong where that only looks so is said
least readily: that an order was not placed, since it is then sent again.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from bulkorders.model import money
from bulkorders.model.books import BalanceReading
from bulkorders.model.combinations import MOST_SUMS, TooMany, Ways, ways

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
    """What is said of one order in doubt, and why (a code). COUNTED: `placed` of `among` alike in price were."""

    said: Said
    why: str
    placed: int = 0
    among: int = 0


@dataclass(frozen=True, slots=True)
class Sold:
    """An order of ours that was placed. Times in UTC. `moved_back`: canceled, partial or refunded."""

    sent_at: datetime
    placed_at: datetime
    estimate: Decimal | None
    charge: Decimal | None
    moved_back: bool = False


@dataclass(frozen=True, slots=True)
class Sending:
    """A sending in doubt: its order's key and estimate, when it was claimed, and what it is alike with."""

    key: str
    sent_at: datetime
    estimate: Decimal | None
    alike: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known of one account.

    `readings` are in the order of time, the last of them quiet and just taken. `sold` are all orders
    placed since the first of them, `others` the estimates of orders refused or ruled out in the window,
    which may have been charged all the same. `closings` is what earlier runs left unexplained (None where
    they could not say). `refunds`: an older order was canceled or paid back since.
    """

    readings: Sequence[BalanceReading]
    sold: Sequence[Sold]
    doubts: Sequence[Sending]
    others: Sequence[Decimal | None] = ()
    closings: Sequence[Decimal | None] = ()
    refunds: bool = False


class _Silent(Exception):
    """Nothing can be said of any of them."""


def reconcile(evidence: Evidence) -> dict[str, Verdict]:
    """Return a verdict on each order in doubt, by key."""
    try:
        return _verdicts(evidence)
    except _Silent as reason:
        why = str(reason)
    except TooMany:
        why = "too_many"
    return {doubt.key: Verdict(Said.CANNOT_TELL, why) for doubt in evidence.doubts}


def _verdicts(evidence: Evidence) -> dict[str, Verdict]:
    window = _window(evidence)
    sold = [each for each in evidence.sold if each.sent_at >= _at(window[0])]
    _check_prices(evidence, sold)
    _check_movements(window, sold, evidence)
    _check_witnesses(window, sold, evidence.doubts)
    _check_history(evidence, window[0])
    rest = money.total(
        (window[0].amount, -window[-1].amount, *(-each.charge for each in sold if each.charge))
    )
    amounts = [*_amounts(evidence.doubts), *(other for other in evidence.others if other)]
    found = ways(rest, amounts)
    if not found.possible:
        raise _Silent("no_match")
    _check_top_up(rest, amounts, max(each.amount for each in evidence.readings))
    alone = sum(closing == 0 for closing in evidence.closings) >= CLEAN_RUNS
    prices = {each.charge for each in sold if each.charge} | set(amounts)
    elsewhere = frozenset(money.plain(other) for other in evidence.others if other)
    stranger = _stranger(prices) if alone else None
    return _by_price(evidence.doubts, _Proof(rest, amounts, found, elsewhere, stranger))


def _at(reading: BalanceReading) -> datetime:
    return datetime.fromisoformat(reading.at)


def _amounts(doubts: Iterable[Sending]) -> list[Decimal]:
    return [each.estimate for each in doubts if each.estimate]


def _window(evidence: Evidence) -> list[BalanceReading]:
    """Return the readings from the last quiet one before the first sending in doubt to the last of all."""
    first = min(doubt.sent_at for doubt in evidence.doubts)
    active = [*(each.sent_at for each in evidence.doubts), *(each.sent_at for each in evidence.sold)]
    quiet = [index for index, each in enumerate(evidence.readings) if each.quiet and _at(each) < first]
    if not quiet or not evidence.readings[-1].quiet:
        raise _Silent("no_reading")
    if _at(evidence.readings[-1]) < max(active) + SETTLING:
        raise _Silent("too_early")
    return list(evidence.readings[quiet[-1] :])


def _check_prices(evidence: Evidence, sold: Sequence[Sold]) -> None:
    """Estimates must be what orders cost: every charge is told and as estimated, and nothing was paid back."""
    if evidence.refunds or any(each.moved_back for each in sold):
        raise _Silent("refunds")
    if any(each.charge is None for each in sold):
        raise _Silent("uncharged")
    if any(each.charge != each.estimate for each in sold):
        raise _Silent("prices")
    if not all(each.estimate for each in evidence.doubts) or not all(evidence.others):
        raise _Silent("prices")


def _check_movements(window: Sequence[BalanceReading], sold: Sequence[Sold], evidence: Evidence) -> None:
    """Between two readings the balance moves by our own orders alone, and what is in doubt only ever adds up."""
    least = Decimal(0)
    for earlier, reading in pairwise(window):
        at, before = _at(reading), _at(earlier)
        fallen = money.total((window[0].amount, reading.amount.copy_negate()))
        sure = money.total(each.charge for each in sold if each.placed_at <= at)
        possible = money.total(each.charge for each in sold if each.sent_at <= at)
        in_doubt = money.total(
            (*(each.estimate for each in evidence.doubts if each.sent_at <= at), *evidence.others)
        )
        most = fallen - sure
        least = max(least, fallen - possible)
        if most < least or least > in_doubt:
            raise _Silent("moved")
        busy = any(each.sent_at <= at and each.placed_at > before for each in sold)
        busy = busy or any(before < each.sent_at <= at for each in evidence.doubts)
        if not busy and reading.amount != earlier.amount:
            raise _Silent("moved")


def _check_witnesses(
    window: Sequence[BalanceReading], sold: Sequence[Sold], doubts: Sequence[Sending]
) -> None:
    """Near each sending in doubt other orders were charged at once, and the balance stood still ever since."""
    last = max((*(each.placed_at for each in sold), *(each.sent_at for each in doubts)))
    still = [each for each in window[1:-1] if each.quiet and _at(each) >= last]
    if not still:
        raise _Silent("no_reading")
    if any(each.amount != window[-1].amount for each in still):
        raise _Silent("moved")
    for doubt in doubts:
        near = [
            each
            for each in sold
            if abs(each.placed_at - doubt.sent_at) <= AROUND
            and any(timedelta(0) <= _at(reading) - each.placed_at <= PROMPT for reading in window[1:-1])
        ]
        if len(near) < WITNESSES:
            raise _Silent("few")


def _check_history(evidence: Evidence, start: BalanceReading) -> None:
    """Before the window, too, money never went by itself: a late charge, or another user of the account."""
    if any(evidence.closings):
        raise _Silent("shared")
    earlier = [each for each in evidence.readings if _at(each) <= _at(start)]
    for one, two in pairwise(earlier):
        between = any(_at(one) < each.placed_at and each.sent_at <= _at(two) for each in evidence.sold)
        if not between and two.amount < one.amount:
            raise _Silent("shared")


def _check_top_up(rest: Decimal, amounts: Sequence[Decimal], largest: Decimal) -> None:
    """A round sum paid in during the window would hide as much spent: nothing is said where that may be."""
    whole = money.total(amounts)
    for sum_ in _sums(amounts, whole):
        paid_in = money.plain(sum_ - rest)
        digits = "".join(map(str, paid_in.as_tuple().digits)).rstrip("0")
        if paid_in > 0 and len(digits) <= TOP_UP_DIGITS and paid_in >= largest * TOP_UP_SHARE:
            raise _Silent("top_up")


def _sums(amounts: Sequence[Decimal], limit: Decimal) -> set[Decimal]:
    """Return every sum that some of these amounts come to, at most the limit. Raises TooMany."""
    sums = {Decimal(0)}
    for amount in amounts:
        sums |= {found for base in sums if (found := money.EXACT.add(base, amount)) <= limit}
        if len(sums) > MOST_SUMS:
            raise TooMany("too many sums")
    return sums


def _stranger(prices: set[Decimal]) -> frozenset[Decimal]:
    """Return what a stranger who buys once or twice at our own prices meanwhile may have spent."""
    twice = prices if len(prices) <= STRANGER_PRICES else ()
    return frozenset(money.plain(one + two) for one in prices for two in (Decimal(0), *twice))


@dataclass(frozen=True, slots=True)
class _Proof:
    """What all verdicts are drawn from.

    `rest` is what the balance fell by beyond the charges, `amounts` what may have been charged besides.
    `stranger` is None where it is not known that the account is ours alone.
    """

    rest: Decimal
    amounts: Sequence[Decimal]
    found: Ways
    elsewhere: frozenset[Decimal]
    stranger: frozenset[Decimal] | None

    def imitated(self, price: Decimal, count: int) -> bool:
        """Whether so many of this price, and a stranger, could have spent the rest too."""
        others = list(self.amounts)
        for _ in range(count):
            others.remove(price)
        left = self.rest - price * count
        return any(left - sum_ in (self.stranger or ()) for sum_ in _sums(others, left))


def _by_price(doubts: Iterable[Sending], proof: _Proof) -> dict[str, Verdict]:
    groups: defaultdict[Decimal, list[Sending]] = defaultdict(list)
    for doubt in doubts:
        groups[money.plain(doubt.estimate or Decimal(0))].append(doubt)
    verdicts: dict[str, Verdict] = {}
    for price, alike in groups.items():
        verdicts |= _of_one_price(price, alike, proof)
    return verdicts


def _of_one_price(price: Decimal, doubts: Sequence[Sending], proof: _Proof) -> Mapping[str, Verdict]:
    """Return the verdicts on orders in doubt that cost the same."""
    least, most = proof.found.counts[price]
    said = Verdict(Said.CANNOT_TELL, "several")
    if price > proof.rest:
        said = Verdict(Said.NOT_PLACED, "no_money_gone")
    elif proof.stranger is None:
        said = Verdict(Said.CANNOT_TELL, "history")
    elif least != most or (price in proof.elsewhere and most):
        said = Verdict(Said.CANNOT_TELL, "several")
    elif most == len(doubts):
        said = Verdict(Said.PAID, "exact")
    elif most and len({doubt.alike for doubt in doubts}) > 1:
        said = Verdict(Said.COUNTED, "exact", most, len(doubts))
    elif proof.imitated(price, most + 1):
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
