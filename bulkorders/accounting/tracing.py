"""When each line's money is expected to have moved, from what the journal knows of its order and its run."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from bulkorders.accounting.movements import SHIFTING, Movement
from bulkorders.model import money
from bulkorders.model.books import BalanceReading
from bulkorders.model.entries import MEMORANDA, Entered, EnteredKind, EntryKind, LedgerEntry
from bulkorders.model.lifecycle import State
from bulkorders.model.orders import Submission
from bulkorders.model.refunds import MOVED_BACK, refund_due

EARLIER = timedelta(days=3)
LATER = timedelta(days=7)
"""How long before or after the time that was entered a payment may reach the account."""

UNSURE = frozenset({State.IN_DOUBT, State.SENDING})


@dataclass(frozen=True, slots=True)
class Known:
    """The journal's orders by key as they stand now, and the keys of those once ruled not placed."""

    orders: Mapping[str, Submission]
    ruled_out: AbstractSet[str] = frozenset()


def movements_of(
    lines: Sequence[LedgerEntry],
    readings: Sequence[BalanceReading],
    entered: Sequence[Entered],
    known: Known,
) -> Iterator[Movement]:
    """Yield what moved one account's balance, or may have: its orders' lines, what was entered, what is untold.

    `lines` are those of its orders alone; `known` holds no other account's orders.
    """
    told_with = {reading.run: reading.at for reading in reversed(readings)}
    moved = [line for line in lines if line.kind not in MEMORANDA]
    net: defaultdict[str, Decimal] = defaultdict(Decimal)
    for line in moved:
        net[line.key] = money.EXACT.add(net[line.key], line.amount)
    for line in moved:
        order = known.orders.get(line.key)
        movement = _of_line(line, order, told_with, net[line.key])
        yield from (movement,) if order is None else _in_two(movement, order, told_with.get(line.run or ""))
    yield from _of_persons(entered)
    for order in known.orders.values():
        if order.sent_at and order.estimate:
            yield from _untold(order, order.sent_at, order.estimate)


def _of_line(
    line: LedgerEntry, order: Submission | None, told_with: Mapping[str, str], net: Decimal
) -> Movement:
    """Return when the money of an order's line moved.

    A charge is taken when the order is sent. What changes later has changed before the run that told it began,
    and read the balance.
    """
    sent = order.sent_at if order and order.sent_at and order.sent_at < line.at else line.at
    expected = sent
    if line.kind in SHIFTING:
        begun = told_with.get(line.run or "", line.at)
        expected = begun if sent < begun < line.at else line.at
    promised = (
        line.kind is EntryKind.REFUND
        and order is not None
        and order.charge is not None
        and order.charge > net
    )
    return Movement(line.amount, line.kind, line.at, expected, sent, key=line.key, promised=promised)


def _in_two(movement: Movement, order: Submission, begun: str | None) -> Iterator[Movement]:
    """Yield a charge that was first told with a refund taken off as what it was: all of it gone, a part come back.

    So it is with an order whose answer was lost: by the time its id is known, a part of it may be paid back.
    """
    full = order.estimate
    if movement.kind is not EntryKind.CHARGE or full is None or order.status not in MOVED_BACK:
        yield movement
        return
    due = refund_due(full, order.status, order.remains, order.quantity, scale=_decimals(movement.amount))
    if not due or money.total((full, due.copy_negate())) != movement.amount:
        yield movement
        return
    told = movement.booked or movement.expected
    came = begun if begun is not None and movement.expected < begun < told else told
    yield replace(movement, amount=full)
    yield replace(movement, amount=due.copy_negate(), kind=EntryKind.REFUND, expected=came)


def _decimals(amount: Decimal) -> int:
    exponent = amount.as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def _of_persons(entered: Sequence[Entered]) -> Iterator[Movement]:
    """Yield what persons entered; a row and its correction move nothing."""
    kinds = {EnteredKind.TOP_UP: EntryKind.TOP_UP, EnteredKind.OTHER: EntryKind.OTHER}
    rows = Counter((each.kind, each.at, each.amount) for each in entered)
    for each in entered:
        this = (each.kind, each.at, each.amount)
        corrections = rows[each.kind, each.at, each.amount.copy_negate()]
        if each.kind not in kinds or rows[this] <= corrections:
            continue
        rows[this] -= 1
        yield Movement(
            each.amount.copy_negate(),
            kinds[each.kind],
            each.at,
            each.at,
            _shifted(each.at, -EARLIER),
            _shifted(each.at, LATER),
        )


def _untold(order: Submission, sent: str, estimate: Decimal) -> Iterator[Movement]:
    """Yield what an order has cost, or may have, of which the panel has told nothing."""
    if order.state is State.PLACED and order.charge is None:
        yield Movement(estimate, EntryKind.CHARGE, None, sent, sent, key=order.key)
    elif order.state in UNSURE:
        yield Movement(estimate, EntryKind.CHARGE, None, sent, sent, key=order.key, doubtful=True)


def _shifted(at: str, by: timedelta) -> str:
    return (datetime.fromisoformat(at) + by).isoformat(timespec="microseconds")


def corrected(entered: Sequence[Entered]) -> list[Entered]:
    """Return what was entered without opening balances that were taken back; a correction takes its row's date.

    A correction is a later row of the same kind with the opposite amount.
    """
    found: list[Entered] = []
    for each in entered:
        row = next(
            (
                one
                for one in found
                if one.kind is each.kind and one.amount == each.amount.copy_negate() and one.amount > 0
            ),
            None,
        )
        if row is None:
            found.append(each)
        elif each.kind is EnteredKind.OPENING:
            found.remove(row)
        else:
            found.append(replace(each, at=row.at))
    return found
