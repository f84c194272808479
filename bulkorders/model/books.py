"""The balance equation of a run: before, after, charges, refunds, in doubt, and what they leave unexplained."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from bulkorders.model import money
from bulkorders.model.combinations import TooMany, ways


@dataclass(frozen=True, slots=True)
class BalanceReading:
    """What an account held at a moment (ISO text in UTC with offset), as the panel told it.

    `moment` is `start`, `pause` or `end` of the run, or `resolve`. `quiet`: nothing of ours was under way,
    and two readings were equal.
    """

    account: str
    amount: Decimal
    currency: str | None
    at: str
    run: str
    moment: str
    quiet: bool = False


class Standing(StrEnum):
    """How one order of the run stands, as far as money goes."""

    PLACED = "placed"
    IN_DOUBT = "in_doubt"
    REJECTED = "rejected"
    RULED_OUT = "ruled_out"


@dataclass(frozen=True, slots=True)
class Entry:
    """One order of the run in its books. Amounts are in the account's currency, exact.

    `charge` is what the panel told, None while unknown. `refund` is what the panel owes back by the order's
    status (all of a canceled one, the undelivered share of a partial one): a panel either tells a smaller
    charge then, or pays back and tells the charge as it was.
    """

    key: str
    standing: Standing
    estimate: Decimal | None
    charge: Decimal | None = None
    refund: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Closing:
    """The books of one account in one run, closed.

    `unexplained` is what neither charges nor refunds nor a combination of orders in doubt and uncharged
    ones come to: above zero too much is gone, below zero too little. None where it can't be said: charges
    are not told yet, or there are too many combinations. `rows` are the keys of the orders it could be.
    """

    charged: Decimal
    refunded: Decimal
    unexplained: Decimal | None
    rows: tuple[str, ...] = ()
    uncharged: int = 0

    @property
    def closed(self) -> bool:
        """Whether no money is left to explain."""
        return not self.unexplained


def close(before: Decimal, after: Decimal, entries: Sequence[Entry]) -> Closing:
    """Close the books: hold the fall of the balance against what the orders cost."""
    placed = [entry for entry in entries if entry.standing is Standing.PLACED]
    charged = money.total(entry.charge for entry in placed)
    rest = money.total((before, after.copy_negate(), charged.copy_negate()))
    uncharged = [entry for entry in placed if entry.charge is None]
    unsure = [*uncharged, *(entry for entry in entries if entry.standing is Standing.IN_DOUBT)]
    refunds = [entry.refund for entry in placed if entry.refund > 0]
    refunded = _refunded(rest, [entry.estimate for entry in unsure], refunds)
    if refunded is not None:
        return Closing(charged, refunded, Decimal(0), uncharged=len(uncharged))
    if uncharged or any(entry.estimate is None for entry in unsure):
        return Closing(charged, Decimal(0), None, uncharged=len(uncharged))
    return Closing(charged, Decimal(0), money.plain(rest), could_be(rest, entries))


def _refunded(rest: Decimal, unsure: Iterable[Decimal | None], refunds: Sequence[Decimal]) -> Decimal | None:
    """Return what was paid back, where unsure orders and refunds explain the rest exactly; else None.

    A refund that was not paid counts like an amount that was: all amounts are then above zero.
    """
    amounts = [estimate for estimate in unsure if estimate]
    if rest == 0:
        return Decimal(0)
    for owed in (refunds[:0], refunds):
        try:
            found = ways(money.total((rest, *owed)), [*amounts, *owed])
        except TooMany:
            continue
        if found.possible:
            unpaid = money.total(found.counts[money.plain(each)][0] * each for each in set(owed))
            return money.total((*owed, -unpaid)) if owed else Decimal(0)
    return None


def could_be(rest: Decimal, entries: Sequence[Entry]) -> tuple[str, ...]:
    """Return the keys of the orders that the rest could be: those of exactly that amount, else all it may hold.

    Too much is gone: an order refused or ruled out and yet charged, one in doubt, one sold twice. Too
    little: one whose charge comes later, or was paid back.
    """
    if rest > 0:
        suspect = (Standing.REJECTED, Standing.RULED_OUT, Standing.IN_DOUBT)
        first = [entry for entry in entries if entry.standing in suspect]
        others = [entry for entry in entries if entry.standing is Standing.PLACED]
        pools: tuple[list[Entry], ...] = (first, others)
    else:
        pools = ([entry for entry in entries if entry.standing is Standing.PLACED],)
    for pool in pools:
        exact = [entry.key for entry in pool if _cost(entry) == abs(rest)]
        if exact:
            return tuple(exact)
    every = [entry for pool in pools for entry in pool]
    return tuple(entry.key for entry in every if Decimal(0) < (_cost(entry) or abs(rest)) <= abs(rest))


def _cost(entry: Entry) -> Decimal | None:
    return entry.estimate if entry.charge is None else entry.charge


def suspects(before: Decimal, after: Decimal, entries: Sequence[Entry]) -> Sequence[str]:
    """Return the keys of refused orders that may have been charged all the same.

    Some panels take the money and answer with an error. Where the balance fell by more than charges and
    orders in doubt can explain, every refused order that costs no more than the rest may be one of them:
    in doubt is the state for that, and costs less than buying twice. Where the panel charges less than
    estimated (a discount), so may it for these.
    """
    placed = [entry for entry in entries if entry.standing is Standing.PLACED]
    doubtful = [entry.estimate for entry in entries if entry.standing is Standing.IN_DOUBT]
    costs = [_cost(entry) for entry in placed]
    spent = [cost.copy_negate() for cost in (*costs, *doubtful) if cost]
    rest = money.total((before, after.copy_negate(), *spent))
    if rest <= 0:
        return ()
    pairs = [(entry.charge, entry.estimate) for entry in placed if entry.charge and not entry.refund]
    discounts = [(charge, estimate) for charge, estimate in pairs if estimate and charge < estimate]
    return tuple(
        entry.key
        for entry in entries
        if entry.standing is Standing.REJECTED
        and (
            entry.estimate is None
            or Decimal(0) < entry.estimate <= rest
            or any(0 < entry.estimate * charge <= rest * estimate for charge, estimate in discounts)
        )
    )
