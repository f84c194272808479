"""A month's books, closed for each account: what it held, what moved, and what nothing explains.

By the books, opening + top-ups + other - charges + refunds - closing = unexplained, to the smallest unit. Lines
belong to the month in which they were told. The panel's own balance counts money when it moves, so the balance
by the books is a reading of the panel's nearest the month's border, together with what was gone by it and told
later, and what was told by it and came later: the items of `Held`. A month's closing is the next one's opening.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from bulkorders.accounting.borders import Held, borders, held
from bulkorders.accounting.drilldown import Group, Spent, by_campaign, by_day, by_service, spent
from bulkorders.accounting.following import follow
from bulkorders.accounting.ledger import entry_of, panel_of
from bulkorders.accounting.months import Month
from bulkorders.accounting.movements import Followed
from bulkorders.accounting.naming import Unexplained, named
from bulkorders.accounting.tracing import Known, corrected, movements_of
from bulkorders.model import money
from bulkorders.model.books import BalanceReading
from bulkorders.model.entries import Entered, EnteredKind, EntryKind, LedgerEntry
from bulkorders.model.orders import Submission

Owned = LedgerEntry | BalanceReading | Entered | Submission
"""What belongs to an account, in a currency."""


@dataclass(frozen=True, slots=True)
class TopUp:
    """Money paid in: when, how much, and whether it was deduced from a rise or entered by a person."""

    at: str
    amount: Decimal
    deduced: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class AccountClosing:
    """One account in one currency, closed. Amounts are exact; None is what can't be said without a reading.

    `charges` are above zero, `refunds` too; `other` is above zero where it was paid in. `in_doubt` is what
    orders in doubt at the month's end may have cost, `estimated` what the orders sent in it were expected to.
    """

    account: str
    panel: str
    currency: str | None
    opening: Held | None
    top_ups: Decimal
    charges: Decimal
    refunds: Decimal
    other: Decimal
    closing: Held | None
    unexplained: Decimal | None
    in_doubt: Decimal
    estimated: Decimal
    orders: int
    paid_in: tuple[TopUp, ...]
    gaps: tuple[Unexplained, ...]
    campaigns: tuple[Group, ...]
    services: tuple[Group, ...]
    days: tuple[Spent, ...]
    lines: tuple[LedgerEntry, ...]


@dataclass(frozen=True, slots=True)
class Closing:
    """A month closed. `so_far`: the month is not over, and `until` is when this was made."""

    month: Month
    until: str
    so_far: bool
    accounts: tuple[AccountClosing, ...]

    @property
    def unexplained(self) -> bool:
        """Whether any account's books do not come out."""
        return any(each.unexplained for each in self.accounts)


@dataclass(frozen=True, slots=True)
class Material:
    """All that books are made of: the whole ledger, all readings, what was entered, and the orders by key."""

    journal_id: str
    lines: Sequence[LedgerEntry]
    readings: Sequence[BalanceReading]
    entered: Sequence[Entered]
    known: Known


def close(month: Month, material: Material, *, now: str, accounts: Iterable[str] | None = None) -> Closing:
    """Return the month's books; `accounts` leaves out all others. `now` is an ISO text in UTC."""
    so_far = now < month.end
    until = min(now, month.end)
    wanted = None if accounts is None else set(accounts)
    found = []
    for account, currency in _accounts(material):
        if wanted is None or account in wanted:
            own = _own(material, account, currency)
            closed = _close(month, own, account, currency)
            if closed is not None:
                found.append(closed)
    return Closing(month, until, so_far, tuple(found))


def _accounts(material: Material) -> list[tuple[str, str | None]]:
    """Return each account with each of its currencies; what is told without one is in the account's main one."""
    found: dict[tuple[str, str | None], None] = {}
    main = _main_currencies(material)
    for line in material.lines:
        found[line.account, line.currency or main.get(line.account)] = None
    for account, currency in main.items():
        found[account, currency] = None
    for reading in material.readings:
        found[reading.account, reading.currency or main.get(reading.account)] = None
    return sorted(found, key=lambda each: (each[0], each[1] or ""))


def _main_currencies(material: Material) -> dict[str, str | None]:
    """Return each account's currency: that of its readings, else of its lines."""
    main: dict[str, str | None] = {}
    told: list[Owned] = [*material.readings, *material.entered, *material.lines]
    for each in told:
        if main.get(each.account) is None:
            main[each.account] = each.currency
    return main


def _own(material: Material, account: str, currency: str | None) -> Material:
    """Return the material of one account in one currency, opening balances among its readings."""
    main = _main_currencies(material).get(account)

    def is_own(each: Owned) -> bool:
        return each.account == account and (each.currency or main) == currency

    entered = corrected([each for each in material.entered if is_own(each)])
    lines = [each for each in material.lines if each.seq and is_own(each)]
    readings = [each for each in material.readings if is_own(each)]
    readings += [
        BalanceReading(account, each.amount, currency, each.at, each.run, "opening")
        for each in entered
        if each.kind is EnteredKind.OPENING
    ]
    readings.sort(key=lambda each: each.at)
    orders = {key: each for key, each in material.known.orders.items() if is_own(each)}
    known = replace(material.known, orders=orders)
    return replace(material, lines=lines, readings=readings, entered=entered, known=known)


def _close(month: Month, own: Material, account: str, currency: str | None) -> AccountClosing | None:
    """Return the books of one account, None where it did not exist by then."""
    followed = follow(own.readings, movements_of(own.lines, own.readings, own.entered, own.known))
    entered = [entry_of(each, own.journal_id) for each in own.entered]
    every = [*own.lines, *(each for each in entered if each is not None)]
    lines = tuple(each for each in every if month.begin <= each.at < month.end)
    if not lines and not any(reading.at < month.end for reading in own.readings):
        return None
    paid_in = _paid_in(month, followed, lines)
    sums = {
        "top_ups": money.total(each.amount for each in paid_in),
        "charges": spent(lines)[0],
        "refunds": spent(lines)[1],
        "other": _sum_of(lines, EntryKind.OTHER).copy_negate(),
    }
    first, last = borders(month, own.readings)
    opening = None if first is None else held(followed, first, month.begin)
    closing = None if last is None else held(followed, last, month.end)
    gaps = [
        each
        for each in followed.gaps
        if first is not None and last is not None and first < each.after <= last
    ]
    return AccountClosing(
        account=account,
        panel=panel_of(account),
        currency=currency,
        opening=opening,
        closing=closing,
        unexplained=unexplained(opening, closing, sums),
        in_doubt=_sum_of([each for each in own.lines if each.at < month.end], EntryKind.IN_DOUBT),
        estimated=_sum_of(lines, EntryKind.ESTIMATE),
        orders=len({each.key for each in lines if each.kind is EntryKind.CHARGE}),
        paid_in=tuple(paid_in),
        gaps=tuple(named(each, own.readings, own.known, own.lines) for each in gaps),
        campaigns=tuple(by_campaign(lines)),
        services=tuple(by_service(lines)),
        days=tuple(by_day(lines, month)),
        lines=lines,
        **{name: money.plain(amount) for name, amount in sums.items()},
    )


def unexplained(opening: Held | None, closing: Held | None, sums: Mapping[str, Decimal]) -> Decimal | None:
    """Return what the equation leaves: above zero more is gone than the lines say. None without both balances."""
    if opening is None or closing is None:
        return None
    parts = (opening.balance, sums["top_ups"], sums["other"], sums["refunds"])
    return money.plain(money.total((*parts, sums["charges"].copy_negate(), closing.balance.copy_negate())))


def _sum_of(lines: Iterable[LedgerEntry], kind: EntryKind) -> Decimal:
    return money.plain(money.total(each.amount for each in lines if each.kind is kind))


def _paid_in(month: Month, followed: Followed, lines: Iterable[LedgerEntry]) -> list[TopUp]:
    """Return the month's payments, entered and deduced, by time."""
    found = [
        TopUp(each.at, each.amount.copy_negate(), deduced=False, note=each.note)
        for each in lines
        if each.kind is EntryKind.TOP_UP
    ]
    found += [
        TopUp(each.expected, each.amount.copy_negate(), deduced=True)
        for each in followed.movements
        if each.deduced and each.amount and month.begin <= each.expected < month.end
    ]
    return sorted(found, key=lambda each: each.at)
