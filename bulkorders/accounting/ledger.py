"""The journal's events read as money: each order's estimate, doubts, charges and refunds as dated entries.

Built from what is append-only alone: the events' facts and times, and what persons entered. An order's later
state never changes an earlier line, so that yesterday's export stays what it was.

    claim                          ESTIMATE
    miss, reject, refuse, rule out ESTIMATE taken back: nothing was bought
    lose, suspect                  IN_DOUBT
    find, refuse, rule out         IN_DOUBT taken back: the doubt is settled
    a charge is told first         CHARGE
    more is told later             CHANGE
    less is told, or the status    REFUND   (see `model.refunds`)
    says that money comes back
    0 is told first, of an order   CHARGE at the estimate, and REFUND of all of it
    all of which came back

Lines are dated when they were told (`at`), as an accountant books them: by the voucher. When the money itself
left the account is another question, which `closing` answers.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from bulkorders.journal.protocol import Event, Journal
from bulkorders.model import money
from bulkorders.model.entries import Entered, EnteredKind, EntryKind, LedgerEntry
from bulkorders.model.lifecycle import RequestKind, State
from bulkorders.model.orders import Submission, digest
from bulkorders.model.refunds import MOVED_BACK, cost_of, refund_due

PAGE = 20_000
"""Events read at once: a year's journal is not held in memory."""

PAIRED = ("charge", "currency", "status", "remains")
"""Facts that stand as [before, after]."""

REQUESTS = frozenset(kind.value for kind in RequestKind)
EXPECTED = frozenset({State.SENDING, State.IN_DOUBT, State.PLACED})
"""States in which an order is expected to cost what was estimated."""

ENTERED_KINDS = {EnteredKind.TOP_UP: EntryKind.TOP_UP, EnteredKind.OTHER: EntryKind.OTHER}


@dataclass(slots=True)
class _Order:
    """One order as the events so far have told of it, and what is booked of it."""

    account: str
    campaign: str
    service: str = ""
    service_name: str = ""
    link: str = ""
    quantity: int | None = None
    reference: str | None = None
    client: str = ""
    currency: str | None = None
    estimate: Decimal | None = None
    state: str = State.READY.value
    order_ids: tuple[str, ...] = ()
    status: str | None = None
    remains: int | None = None
    charge: Decimal | None = None
    full: Decimal | None = None
    estimated: tuple[Decimal, str | None] | None = None
    held: tuple[Decimal, str | None] | None = None
    booked: tuple[Decimal, str | None] | None = None


@dataclass(slots=True)
class Ledger:
    """The fold over events, in their order: `take` returns the lines that one event makes.

    `orders` are asked only for what journals before version 3 did not write into their events.
    """

    journal_id: str
    orders: Mapping[str, Submission] = field(default_factory=dict)
    _known: dict[str, _Order] = field(default_factory=dict)
    _scales: dict[str, int] = field(default_factory=dict)

    def take(self, event: Event) -> list[LedgerEntry]:
        """Return the lines this event makes, none for most."""
        if event.kind in REQUESTS:
            return []
        order = self._known.get(event.key)
        if order is None:
            order = self._known[event.key] = _Order(event.facts["account"], event.facts["campaign"])
        self._tell(order, event)
        order.state = event.after or order.state
        lines = _Lines(self.journal_id, event, order)
        _expect(lines, order)
        _doubt(lines, order)
        self._charge(lines, order)
        return lines.made

    def _tell(self, order: _Order, event: Event) -> None:
        """Take in what the event says of the order itself."""
        facts = event.facts
        if "parameters" in facts:
            _intend(order, facts, self.orders.get(event.key))
        order.order_ids += tuple(each for each in facts.get("order_ids", ()) if each not in order.order_ids)
        told = {name: facts[name][1] for name in PAIRED if isinstance(facts.get(name), list)}
        order.currency = told.get("currency", order.currency) or order.currency
        order.status = told.get("status", order.status)
        order.remains = told.get("remains", order.remains)
        if told.get("charge") is not None:
            order.charge = Decimal(told["charge"])
            scale = -int(order.charge.as_tuple().exponent)
            self._scales[order.account] = max(self._scales.get(order.account, 0), scale)
        if order.status not in MOVED_BACK:
            order.full = order.charge

    def _charge(self, lines: "_Lines", order: _Order) -> None:
        """Book what the order has cost by now, as the difference from what is booked of it."""
        if order.state != State.PLACED or order.charge is None:
            return
        booked = order.booked
        first = order.charge or _whole_refund(order)
        if booked is None and not first:
            return
        if booked is not None and booked[1] not in (None, order.currency):
            lines.add(EntryKind.CHANGE, booked[0].copy_negate(), booked[1])
            booked = (Decimal(0), order.currency)
        if booked is None:
            lines.add(EntryKind.CHARGE, first, order.currency)
            booked = (first, order.currency)
        before = order.estimate if order.full is None else order.full
        scale = self._scales.get(order.account, 0)
        cost = cost_of(order.charge, order.status, order.remains, order.quantity, before=before, scale=scale)
        difference = money.total((cost, booked[0].copy_negate()))
        kind = EntryKind.CHANGE if difference > 0 else EntryKind.REFUND
        lines.add(kind, difference, order.currency, note=(order.status or "") if difference < 0 else "")
        order.booked = (cost, order.currency)


def _whole_refund(order: _Order) -> Decimal:
    """Return what an order must have cost of which the panel tells 0 after it paid all back; else 0.

    So it is with an order whose answer was lost: by the time its id is known, it may be canceled.
    """
    full = order.estimate or Decimal(0)
    return full if full == refund_due(full, order.status, order.remains, order.quantity) else Decimal(0)


def _intend(order: _Order, facts: Mapping[str, Any], kept: Submission | None) -> None:
    """Take in what is wanted: an order may take other values until it is sent."""
    sent = facts["parameters"]
    quantity = facts.get("quantity", sent.get("quantity"))
    if quantity is None and kept is not None:
        quantity = kept.quantity
    order.quantity = int(quantity) if str(quantity).isdecimal() else None
    order.service = sent.get("service", kept.service if kept else "")
    order.link = sent.get("link", kept.link if kept else "")
    order.service_name = facts.get("service_name", "")
    order.reference = facts.get("reference")
    order.client = facts.get("client") or ""
    order.currency = facts.get("currency") or order.currency
    order.estimate = None if facts.get("estimate") is None else Decimal(facts["estimate"])


def _expect(lines: "_Lines", order: _Order) -> None:
    """Book what a sale is expected to cost, or take it back where there was none."""
    if order.state in EXPECTED and order.estimated is None and order.estimate is not None:
        order.estimated = (order.estimate, order.currency)
        lines.add(EntryKind.ESTIMATE, *order.estimated)
    elif order.state not in EXPECTED and order.estimated is not None:
        lines.add(EntryKind.ESTIMATE, order.estimated[0].copy_negate(), order.estimated[1])
        order.estimated = None


def _doubt(lines: "_Lines", order: _Order) -> None:
    """Book what may have been spent, or take it back where that is settled."""
    if order.state == State.IN_DOUBT and order.held is None:
        order.held = (order.estimate or Decimal(0), order.currency)
        lines.add(EntryKind.IN_DOUBT, *order.held, always=True)
    elif order.state != State.IN_DOUBT and order.held is not None:
        lines.add(EntryKind.IN_DOUBT, order.held[0].copy_negate(), order.held[1], always=True)
        order.held = None


@dataclass(slots=True)
class _Lines:
    """The lines of one event of one order."""

    journal_id: str
    event: Event
    order: _Order
    made: list[LedgerEntry] = field(default_factory=list)

    def add(
        self, kind: EntryKind, amount: Decimal, currency: str | None, *, note: str = "", always: bool = False
    ) -> None:
        """Add a line; one of nothing only where it says something (`always`)."""
        if not amount and not always:
            return
        event, order = self.event, self.order
        self.made.append(
            LedgerEntry(
                id=digest("entry", self.journal_id, event.seq, len(self.made)),
                seq=event.seq,
                at=event.at,
                kind=kind,
                amount=money.plain(amount),
                currency=currency,
                account=order.account,
                panel=panel_of(order.account),
                campaign=order.campaign,
                service=order.service,
                service_name=order.service_name,
                quantity=order.quantity,
                link=order.link,
                key=event.key,
                order_id=", ".join(order.order_ids) or None,
                reference=order.reference,
                client=order.client,
                run=event.run,
                note=note or str(event.facts.get("reason") or ""),
            )
        )


def panel_of(account: str) -> str:
    """Return an account's address without its path and label."""
    return account.partition("#")[0].partition("/")[0]


def entry_of(found: Entered, journal_id: str) -> LedgerEntry | None:
    """Return the line of what a person entered; None for an opening balance, which is no movement."""
    kind = ENTERED_KINDS.get(found.kind)
    if kind is None:
        return None
    return LedgerEntry(
        id=digest("entered", journal_id, found.id),
        seq=0,
        at=found.at,
        kind=kind,
        amount=money.plain(found.amount.copy_negate()),
        currency=found.currency,
        account=found.account,
        panel=panel_of(found.account),
        campaign="",
        run=found.run,
        note=found.note,
    )


def entries(
    events: Iterable[Event],
    orders: Mapping[str, Submission],
    journal_id: str,
    entered: Iterable[Entered] = (),
) -> Iterator[LedgerEntry]:
    """Yield the ledger's lines in the order in which they were written down.

    `events` are the journal's from its first on, `orders` its orders by key (asked only for what old journals
    did not tell in their events; may be empty), `entered` what persons entered, in the order it was.
    Raises KeyError where the events begin in the middle.
    """
    ledger = Ledger(journal_id, orders)
    waiting = sorted(entered, key=lambda found: found.entered_at)
    for event in events:
        while waiting and waiting[0].entered_at < event.at:
            yield from _of_person(waiting.pop(0), journal_id)
        yield from ledger.take(event)
    for found in waiting:
        yield from _of_person(found, journal_id)


def _of_person(found: Entered, journal_id: str) -> Iterator[LedgerEntry]:
    line = entry_of(found, journal_id)
    if line is not None:
        yield line


async def read_ledger(journal: Journal, *, after: int = 0, entered_since: str = "") -> list[LedgerEntry]:
    """Return the ledger's lines in the order in which they were written down.

    Only those of events with a number above `after`, and those that persons entered after `entered_since`
    (ISO text in UTC): what an earlier export went up to.
    """
    ledger = Ledger(journal.id)
    waiting = [found for found in await journal.entered() if found.entered_at > entered_since]
    made: list[LedgerEntry] = []
    read = 0
    while events := await journal.events(after=read, limit=PAGE):
        read = events[-1].seq
        ledger.orders = await _untold(journal, events)
        for event in events:
            while waiting and waiting[0].entered_at < event.at:
                made += _of_person(waiting.pop(0), journal.id)
            lines = ledger.take(event)
            if event.seq > after:
                made += lines
    for found in waiting:
        made += _of_person(found, journal.id)
    return made


async def _untold(journal: Journal, events: Iterable[Event]) -> Mapping[str, Submission]:
    """Return the orders of whose quantity these events do not tell: in old journals, those sold by lines."""
    keys = [
        event.key
        for event in events
        if "parameters" in event.facts and not {"quantity"} & (event.facts.keys() | event.facts["parameters"])
    ]
    found = await journal.submissions(keys=keys) if keys else []
    return {order.key: order for order in found}
