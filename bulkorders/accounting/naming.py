"""What an unexplained amount could be: between which readings and runs it went, and the orders of that time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bulkorders.accounting import movements
from bulkorders.accounting.tracing import Known
from bulkorders.model.books import BalanceReading, Entry, Standing, could_be
from bulkorders.model.entries import EntryKind, LedgerEntry
from bulkorders.model.lifecycle import State
from bulkorders.model.orders import Submission

STANDINGS = {
    State.PLACED: Standing.PLACED,
    State.IN_DOUBT: Standing.IN_DOUBT,
    State.SENDING: Standing.IN_DOUBT,
    State.REJECTED: Standing.REJECTED,
}
MOST = 50
"""Orders that are named for one amount; beyond that it could be anything."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """An order that an unexplained amount could be."""

    key: str
    order_id: str | None
    campaign: str
    row: int
    state: str
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Unexplained:
    """Money that nothing explains: above zero too much is gone, below zero too little.

    It went between the readings at `since` and `until` (ISO texts in UTC), made by `runs`. `orders` are those
    it could be, none where no order of that time fits: somebody else spent it, or paid it in.
    """

    amount: Decimal
    since: str
    until: str
    held_before: Decimal
    held_after: Decimal
    runs: tuple[str, ...]
    orders: tuple[Suspect, ...]


def named(
    gap: movements.Gap, readings: Sequence[BalanceReading], known: Known, lines: Iterable[LedgerEntry]
) -> Unexplained:
    """Return the gap with what it could be. `lines` are the account's: its estimates tell each sending."""
    before, after = readings[gap.before], readings[gap.after]
    # An order that was ruled out has no time of sending any more; it was expected to cost when it was sent.
    claimed = {
        line.key
        for line in lines
        if line.kind is EntryKind.ESTIMATE and line.amount > 0 and before.at < line.at <= after.at
    }
    sent = [
        order
        for order in known.orders.values()
        if order.key in claimed or before.at < (order.sent_at or "") <= after.at
    ]
    by_key = {order.key: order for order in sent}
    keys = dict.fromkeys(could_be(gap.amount, list(_entries(sent, known))))
    suspects = [by_key[key] for key in keys][:MOST]
    return Unexplained(
        amount=gap.amount,
        since=before.at,
        until=after.at,
        held_before=before.amount,
        held_after=after.amount,
        runs=tuple(dict.fromkeys(run for run in (before.run, after.run) if run)),
        orders=tuple(_suspect(order) for order in suspects),
    )


def _entries(orders: Iterable[Submission], known: Known) -> Iterable[Entry]:
    for order in orders:
        standing = STANDINGS.get(order.state)
        if standing is not None:
            charge = order.charge if standing is Standing.PLACED else None
            yield Entry(order.key, standing, order.estimate, charge)
        if order.key in known.ruled_out:
            yield Entry(order.key, Standing.RULED_OUT, order.estimate)


def _suspect(order: Submission) -> Suspect:
    told = ", ".join(order.order_ids) or None
    amount = order.estimate if order.charge is None else order.charge
    return Suspect(order.key, told, order.campaign, order.row, order.state.value, amount)
