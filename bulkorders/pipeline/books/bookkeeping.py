"""The books of a run, closed for each account: what the balance says of its orders."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from bulkorders import wording
from bulkorders.journal.protocol import Journal, Run
from bulkorders.model import books, money
from bulkorders.model.books import BalanceReading, Closing, Entry, Standing
from bulkorders.model.lifecycle import State
from bulkorders.model.orders import Submission
from bulkorders.model.refunds import refund_due
from bulkorders.pipeline.accounts import Account
from bulkorders.pipeline.options import Front

STANDINGS = {
    State.PLACED: Standing.PLACED,
    State.IN_DOUBT: Standing.IN_DOUBT,
    State.SENDING: Standing.IN_DOUBT,
    State.REJECTED: Standing.REJECTED,
}
RUNS_LOOKED_AT = 500


@dataclass(slots=True)
class Kept:
    """The books of a run: each account's closing, and the keys of refused orders whose books are still open."""

    closings: dict[str, Closing] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)
    suspected: bool = False
    notices: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Account:
    account: Account
    before: Decimal
    after: Decimal
    orders: Sequence[Submission]
    ruled_out: set[str]

    def entries(self) -> list[Entry]:
        return entries_of(self.orders, self.ruled_out)


async def close(
    journal: Journal,
    accounts: Iterable[Account],
    front: Front,
    run: str,
    *,
    placed_now: Sequence[str],
    known: Mapping[str, Submission],
    before: Mapping[str, Submission],
) -> Kept:
    """Close the books of each account whose balance was read before and after, and tell what they show.

    `placed_now` are the keys of the orders this run sent, `before` the orders as they stood when it began.
    Refused orders that were paid all the same are put in doubt.
    """
    kept, hand, sent = Kept(), _Hand(journal, front, run), set(placed_now)
    ruled_out = await journal.ruled_out()
    for account in accounts:
        own = account.id
        earlier = [each for key, each in known.items() if key not in sent and each.account == own]
        kept.suspected |= await _reopened(hand, account, earlier, kept)
        if account.balance is None or account.balance_after is None:
            continue
        now = account.balance_after.amount
        orders = [known[key] for key in placed_now if key in known and known[key].account == own]
        found = _Account(account, account.balance.amount, now, orders, ruled_out)
        entries = found.entries() if placed_now else _paid_back(before, known, own)
        suspects = books.suspects(found.before, found.after, entries)
        await hand.suspect(account, suspects, found.before - found.after)
        kept.suspected = kept.suspected or bool(suspects)
        closing = books.close(found.before, found.after, _in_doubt(entries, set(suspects)))
        kept.closings[own] = closing
        if closing.unexplained is not None and closing.unexplained < 0:
            kept.held |= {entry.key for entry in entries if entry.standing is Standing.REJECTED}
        last = await _last_reading(journal, account, run)
        kept.notices += [
            *_told(account, closing, known),
            *_dearer(account, orders),
            *_told_between(account, last),
        ]
    for notice in kept.notices:
        front.tell(notice)
    return kept


def entries_of(orders: Iterable[Submission], ruled_out: Iterable[str] = ()) -> list[Entry]:
    """Return these orders as the books see them; one ruled out stands in them besides what became of it."""
    out = set(ruled_out)
    entries = []
    for order in orders:
        standing = STANDINGS.get(order.state)
        if standing is not None:
            charge = order.charge if standing is Standing.PLACED else None
            entries.append(Entry(order.key, standing, order.estimate, charge, refund_of(order)))
        if order.key in out:
            entries.append(Entry(order.key, Standing.RULED_OUT, order.estimate))
    return entries


def refund_of(order: Submission) -> Decimal:
    """Return what a panel owes back by the order's status, where it tells the charge as it was."""
    return refund_due(order.charge, order.status, order.remains, order.quantity)


def _paid_back(
    before: Mapping[str, Submission], known: Mapping[str, Submission], account: str
) -> list[Entry]:
    """Return what may have been paid back while a run only asked: of orders whose charge or status changed."""
    found = []
    for key, order in known.items():
        was = before.get(key)
        if order.account != account or was is None or order.state is not State.PLACED:
            continue
        less = (was.charge or Decimal(0)) - (order.charge or Decimal(0))
        owed = less if less > 0 else refund_of(order) if order.status != was.status else Decimal(0)
        if owed > 0:
            found.append(Entry(key, Standing.PLACED, order.estimate, Decimal(0), owed))
    return found


def _in_doubt(entries: Sequence[Entry], keys: Collection[str]) -> list[Entry]:
    """Return the entries with these refused orders in doubt."""
    return [
        Entry(each.key, Standing.IN_DOUBT, each.estimate)
        if each.key in keys and each.standing is Standing.REJECTED
        else each
        for each in entries
    ]


@dataclass(frozen=True, slots=True)
class _Hand:
    """Who writes what the books show, and tells it."""

    journal: Journal
    front: Front
    run: str

    async def suspect(self, account: Account, keys: Sequence[str], fell: Decimal) -> None:
        """Put these refused orders in doubt: the balance fell by more than the charges."""
        reason = "the balance fell by more than the charges"
        for key in keys:
            await self.journal.resolve(key, "suspect", reason=reason, run=self.run)
        if keys:
            facts = {"amount": wording.amount(fell, account.currency), "account": account.id}
            self.front.tell(wording.note("books.suspect", facts))


async def _reopened(hand: _Hand, account: Account, orders: Sequence[Submission], kept: Kept) -> bool:
    """Look again at refused orders of runs whose books did not close; return whether one is in doubt now.

    Too little had gone from the balance then: charges that came later, or money paid in, could hide theirs.
    """
    rejected = [each for each in orders if each.state is State.REJECTED and each.sent_at]
    if not rejected:
        return False
    runs = {each.id: each for each in await hand.journal.runs(RUNS_LOOKED_AT)}
    starts = _by_start(rejected, await hand.journal.balances(account.id))
    still_open = {start: keys for start, keys in starts.items() if _left_open(runs.get(start.run), account)}
    every = await hand.journal.submissions(accounts=[account.id]) if still_open else []
    found = False
    for start, keys in still_open.items():
        if account.balance_after is None:
            kept.held |= keys
            continue
        since = entries_of(each for each in every if each.sent_at and each.sent_at >= start.at)
        spent = (start.amount, account.balance_after.amount)
        suspects = [key for key in books.suspects(*spent, since) if key in keys]
        await hand.suspect(account, suspects, spent[0] - spent[1])
        found = found or bool(suspects)
        if not suspects and not books.close(*spent, since).closed:
            kept.held |= keys
    return found


def _left_open(run: Run | None, account: Account) -> bool:
    """Whether too little had gone from the account when this run ended."""
    parts = [part for part in run.money if part.get("account") == account.id] if run else []
    return any(part.get("unexplained") and Decimal(part["unexplained"]) < 0 for part in parts)


def _by_start(
    orders: Iterable[Submission], readings: Sequence[BalanceReading]
) -> dict[BalanceReading, set[str]]:
    """Return the keys of these orders by the reading at the start of the run that sent them."""
    starts = [each for each in readings if each.moment == "start"]
    found: dict[BalanceReading, set[str]] = {}
    for order in orders:
        before = [each for each in starts if each.at <= (order.sent_at or "")]
        if before:
            found.setdefault(before[-1], set()).add(order.key)
    return found


async def _last_reading(journal: Journal, account: Account, run: str) -> BalanceReading | None:
    """Return what the account was last known to hold before this run."""
    earlier = [each for each in await journal.balances(account.id) if each.run != run]
    return earlier[-1] if earlier else None


def _told(account: Account, closing: Closing, known: Mapping[str, Submission]) -> list[str]:
    """Return what is unexplained, with the rows it could be, or why that can't be said yet."""
    facts = {"account": account.id, "rows": rows_of(closing, known), "count": closing.uncharged}
    if closing.unexplained is None:
        return [wording.note("books.uncharged" if closing.uncharged else "books.too_many", facts)]
    if not closing.unexplained:
        return []
    facts["amount"] = wording.amount(abs(closing.unexplained), account.currency)
    code = "books.too_much" if closing.unexplained > 0 else "books.too_little"
    return [wording.note(code if facts["rows"] else f"{code}_no_rows", facts)]


def _dearer(account: Account, orders: Iterable[Submission]) -> list[str]:
    """Return by how much the orders of this run were charged above their estimates, where they were."""
    known = [
        (order.charge, order.estimate)
        for order in orders
        if order.state is State.PLACED and order.charge is not None and order.estimate is not None
    ]
    dearer = [(charge, estimate) for charge, estimate in known if charge > estimate]
    if not dearer:
        return []
    facts = {
        "count": len(dearer),
        "account": account.id,
        "charged": wording.amount(money.total(charge for charge, _ in dearer), account.currency),
        "estimated": wording.amount(money.total(estimate for _, estimate in dearer), account.currency),
    }
    return [wording.note("books.dearer", facts)]


def rows_of(closing: Closing, known: Mapping[str, Submission]) -> list[int]:
    """Return the rows that an unexplained amount could be, in the order of the sheet."""
    return sorted({known[key].row for key in closing.rows if key in known})


def _told_between(account: Account, last: BalanceReading | None) -> list[str]:
    """Return what moved the balance between the last run and this one: nothing of which this run knows."""
    if last is None or account.balance is None or last.amount == account.balance.amount:
        return []
    fell = money.total((last.amount, -account.balance.amount))
    facts = {
        "account": account.id,
        "amount": wording.amount(abs(fell), account.currency),
        "since": wording.moment(last.at),
    }
    return [wording.note("books.between_fell" if fell > 0 else "books.between_rose", facts)]
