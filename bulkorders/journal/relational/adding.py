"""Orders come into the journal, change before they are sent, drop out of their sheet and return to it."""

from collections.abc import Sequence
from typing import Any

from bulkorders.journal.relational.reading import submissions
from bulkorders.journal.relational.rows import as_json, intent_of
from bulkorders.journal.relational.transaction import Transaction
from bulkorders.model.lifecycle import State, after
from bulkorders.model.orders import Submission, ValidatedOrder


class _Changes:
    """What an `add` writes, gathered so that each statement runs once over many orders."""

    def __init__(self) -> None:
        self.inserted: list[dict[str, Any]] = []
        self.changed: list[dict[str, Any]] = []
        self.moved: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []

    def write(self, tx: Transaction) -> None:
        """Write them all."""
        tx.many("insert_order", self.inserted)
        tx.many("change_order", self.changed)
        tx.many("move_row", self.moved)
        tx.many("note", self.events)


def add(tx: Transaction, orders: Sequence[ValidatedOrder]) -> list[Submission]:
    """Make these orders READY where their state allows it; return them as they stand, in the order given."""
    keys = as_json([order.key for order in orders])
    known = {row[0]: row[1:] for row in tx.all("intents", keys=keys)}
    changes = _Changes()
    for order in {order.key: order for order in orders}.values():
        if order.key not in known:
            _insert(tx, changes, order)
        elif known[order.key][0] in (State.READY, State.DROPPED):
            _change(tx, changes, order, known[order.key])
        elif known[order.key][1] != order.order.row:
            changes.moved.append({"key": order.key, "sheet_row": order.order.row})
    changes.write(tx)
    found = {one.key: one for one in submissions(tx, keys=[order.key for order in orders])}
    return [found[order.key] for order in orders]


def _insert(tx: Transaction, changes: _Changes, order: ValidatedOrder) -> None:
    intent = intent_of(order)
    place = {"key": order.key, "account": order.account, "campaign": order.campaign}
    changes.inserted.append({**place, "sheet_row": order.order.row, **intent})
    facts = {
        "account": order.account,
        "campaign": order.campaign,
        "row": order.order.row,
        **_told(order, intent),
    }
    changes.events.append(tx.event(order.key, "add", None, State.READY.value, facts))


def _change(tx: Transaction, changes: _Changes, order: ValidatedOrder, known: tuple[Any, ...]) -> None:
    """Give a READY order the new values; a DROPPED one returns with them. A new row alone is no event."""
    state, sheet_row, *values = known
    before = State(state)
    intent = intent_of(order)
    differs = dict(zip(intent, values, strict=True)) != intent
    ready = after(before, "return") if before is State.DROPPED else before
    if not differs and before is ready:
        if sheet_row != order.order.row:
            changes.moved.append({"key": order.key, "sheet_row": order.order.row})
        return
    changes.changed.append({"key": order.key, "sheet_row": order.order.row, **intent})
    kind = "change" if before is ready else "return"
    facts = _told(order, intent) if differs else {}
    changes.events.append(tx.event(order.key, kind, before.value, ready.value, facts))


def _told(order: ValidatedOrder, intent: dict[str, Any]) -> dict[str, Any]:
    """Return an intent as events tell it: the parameters once, as a map; what is empty is left out."""
    facts = {name: intent[name] for name in _TOLD if intent[name] is not None}
    if intent["client"]:
        facts["client"] = intent["client"]
    facts["parameters"] = dict(order.parameters)
    if "quantity" not in facts["parameters"] and intent["quantity"] is not None:
        facts["quantity"] = intent["quantity"]  # of one sold by its lines: the ledger tells it
    return facts


_TOLD = ("reference", "service_name", "rate", "basis", "estimate", "currency", "refill")


def drop(tx: Transaction, keys: Sequence[str]) -> None:
    """Drop those of these orders that are READY."""
    ready = [
        (key, state) for key, state in tx.all("states", keys=as_json(list(keys))) if state == State.READY
    ]
    _move(tx, ready, "drop")


def again(tx: Transaction, keys: Sequence[str]) -> None:
    """Make REJECTED orders READY; IllegalTransition where one of them is not REJECTED."""
    _move(tx, tx.all("states", keys=as_json(list(keys))), "again")


def _move(tx: Transaction, standing: Sequence[tuple[Any, ...]], event: str) -> None:
    moves = [(key, State(state), after(State(state), event)) for key, state in standing]
    statement = "unsend_order" if event == "again" else "set_state"
    tx.many(statement, [{"key": key, "state": then.value} for key, _, then in moves])
    tx.many("note", [tx.event(key, event, before.value, then.value, {}) for key, before, then in moves])
