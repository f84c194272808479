"""What came of attempts, written down in time or late: the answers of a whole group at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bulkorders.errors import JournalError
from bulkorders.journal.relational.reading import with_requests
from bulkorders.journal.relational.rows import SUBMISSION, as_json, clean, ids_of, whole
from bulkorders.journal.relational.transaction import Transaction
from bulkorders.journal.settling import DUPLICATE, LIVE, SUSPECTED, Settlement, Standing, settle
from bulkorders.model import money
from bulkorders.model.lifecycle import State
from bulkorders.model.orders import Submission
from bulkorders.model.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an attempt, and the run under which it is told (None: the attempt's own)."""

    attempt: str
    outcome: Outcome
    run: str | None = None


@dataclass(frozen=True, slots=True)
class _Stand:
    """One attempt, and its order's columns, as a row of the statement `standings` tells."""

    order: dict[str, Any]
    attempt: str
    number: int
    was: str | None
    run: str
    claimed_at: str
    kind: str

    @property
    def key(self) -> str:
        return str(self.order["key"])

    @property
    def account(self) -> str:
        return str(self.order["account"])

    @property
    def state(self) -> State:
        return State(self.order["state"])


Owners = dict[tuple[str, str], str]
"""By account and order id: the key of the order that has it."""


def record(tx: Transaction, answers: Sequence[Answer]) -> list[Submission | JournalError]:
    """Record what came of these attempts (see `settling`); return, in turn, each order as it then stands.

    An answer to an attempt that is not known changes nothing: an error tells of it. The second answer about
    one order is settled by what the first has left.
    """
    stands = _stands(tx, answers)
    known = [each for each in answers if each.attempt in stands]
    keys = {stands[each.attempt].key for each in known}
    if len(keys) < len(known):
        return [_alone(tx, each) for each in answers]
    changes = _Changes(tx, _owners(tx, known, stands))
    for each in known:
        changes.settle(each, stands[each.attempt])
    changes.write()
    orders = with_requests(tx, [tuple(stands[each.attempt].order.values()) for each in known])
    now = {each.attempt: order for each, order in zip(known, orders, strict=True)}
    return [now.get(each.attempt) or _unknown(each) for each in answers]


def _alone(tx: Transaction, answer: Answer) -> Submission | JournalError:
    return record(tx, [answer])[0]


def _unknown(answer: Answer) -> JournalError:
    order_ids = list(answer.outcome.order_ids)
    return JournalError("journal.unknown_attempt", attempt=answer.attempt, order_ids=order_ids)


def _stands(tx: Transaction, answers: Sequence[Answer]) -> dict[str, _Stand]:
    """Return, by attempt, how the attempts that are known stand."""
    rows = tx.all("standings", ids=as_json([each.attempt for each in answers]))
    return {row[0]: _Stand(dict(zip(SUBMISSION, row[6:], strict=True)), *row[:6]) for row in rows}


def _owners(tx: Transaction, answers: Sequence[Answer], stands: Mapping[str, _Stand]) -> Owners:
    """Return which of the orders have the ids that these answers give."""
    asked: dict[str, list[str]] = {}
    for each in answers:
        if each.outcome.order_ids:
            asked.setdefault(stands[each.attempt].account, []).extend(map(clean, each.outcome.order_ids))
    return {
        (account, order_id): key
        for account, order_ids in asked.items()
        for order_id, key in tx.all("owners", account=account, order_ids=as_json(order_ids))
    }


def _taken(owners: Owners, stand: _Stand, order_ids: Sequence[str]) -> list[str]:
    """Return which of these ids belong to another order of the account."""
    return [each for each in order_ids if owners.get((stand.account, each), stand.key) != stand.key]


class _Changes:
    """What the answers of one group change, collected and then written: each order is in it once."""

    def __init__(self, tx: Transaction, owners: Owners) -> None:
        self._tx = tx
        self._owners = owners
        self._attempts: list[dict[str, Any]] = []
        self._orders: list[dict[str, Any]] = []
        self._placed: list[dict[str, str]] = []
        self._events: list[dict[str, Any]] = []

    def write(self) -> None:
        """Write all of it."""
        if self._attempts:
            self._tx.do("settle_attempts", rows=as_json(self._attempts))
        self._tx.many("insert_placed", self._placed)
        if self._orders:
            self._tx.do("settle_orders", rows=as_json(self._orders))
        self._tx.many("note", self._events)

    def settle(self, answer: Answer, stand: _Stand) -> None:
        """Take in one answer; the order's columns in `stand` then are what will be written."""
        outcome = answer.outcome
        order_ids = tuple(map(clean, outcome.order_ids))
        if order_ids != outcome.order_ids:
            outcome = replace(outcome, order_ids=order_ids)
        settlement = settle(self._standing(stand, outcome), outcome)
        if not settlement.told:
            return
        self._tx.run = answer.run or stand.run
        if settlement.outcome != stand.was or settlement.new_ids:
            self._attempts.append(_attempt(answer.attempt, settlement, outcome, self._tx.at))
        for found in settlement.new_ids:
            self._owners[stand.account, found] = stand.key
            self._placed.append({"account": stand.account, "order_id": found, "key": stand.key})
        self._tell(stand, settlement, _facts(answer.attempt, settlement, outcome), outcome)

    def _standing(self, stand: _Stand, outcome: Outcome) -> Standing:
        tx = self._tx
        return Standing(
            state=stand.state,
            was=stand.was,
            known=ids_of(stand.order["order_ids"]),
            taken=_taken(self._owners, stand, outcome.order_ids),
            suspected=stand.kind == SUSPECTED,
            contested=stand.was not in LIVE and tx.one("live_attempt", key=stand.key) is not None,
            ruled_out=outcome.kind == DUPLICATE
            and tx.one("ruled_out_before", key=stand.key, number=stand.number) is not None,
        )

    def _tell(self, stand: _Stand, settlement: Settlement, facts: dict[str, Any], outcome: Outcome) -> None:
        """Take in what becomes of the order, and the events that tell of it."""
        steps = settlement.states(stand.state)
        final = steps[-1][2] if steps else stand.state
        if steps or settlement.new_ids:
            now = self._order(stand, final, settlement, outcome)
            facts |= {
                name: [stand.order[name], now[name]] if name == "charge" else now[name]
                for name in ("charge", "sent_at")
                if now[name] is not None and now[name] != stand.order[name]
            }
            self._orders.append({"key": stand.key, **now})
            stand.order.update(now)
        for event, before, then in steps[:-1]:
            self._note(stand.key, event, before, then, {"attempt": stand.attempt})
        self._note(stand.key, *(steps[-1] if steps else ("answer", final, final)), facts)

    def _order(self, stand: _Stand, state: State, settlement: Settlement, outcome: Outcome) -> dict[str, Any]:
        """Return the columns of the order that an answer sets."""
        before = stand.order
        became_placed = state is State.PLACED and stand.state is not State.PLACED
        return {
            "state": state.value,
            "order_ids": as_json([*ids_of(before["order_ids"]), *settlement.new_ids]),
            "message": clean(outcome.message) or before["message"],
            "answer": clean(outcome.answer) or before["answer"],
            "charge": money.text(outcome.charge) or before["charge"],
            "placed_at": self._tx.at if became_placed else before["placed_at"],
            # the claim's time, unless it is proven that nothing was sent
            "sent_at": None if state is State.READY else before["sent_at"] or stand.claimed_at,
        }

    def _note(self, key: str, kind: str, before: State, after: State, facts: Mapping[str, Any]) -> None:
        self._events.append(self._tx.event(key, kind, before.value, after.value, facts))


def _attempt(attempt: str, settlement: Settlement, outcome: Outcome, at: str) -> dict[str, Any]:
    """Return the columns of the attempt that an answer sets."""
    return {
        "id": attempt,
        "outcome": settlement.outcome,
        "at": at,
        "http_status": whole(outcome.http_status),
        "kind": clean(settlement.kind),
        "message": clean(outcome.message),
        "answer": clean(outcome.answer),
        "order_ids": as_json(outcome.order_ids),
    }


def _facts(attempt: str, settlement: Settlement, outcome: Outcome) -> dict[str, Any]:
    """Return what an answer's event tells: `order_ids` are now the order's, `ids_seen` is other evidence."""
    told: dict[str, Any] = {
        "order_ids": list(settlement.new_ids),
        "ids_seen": [found for found in outcome.order_ids if found not in settlement.new_ids],
        "kind": settlement.kind,
        "message": outcome.message,
        "http_status": outcome.http_status,
        "answer": outcome.answer,
    }
    facts = {name: value for name, value in told.items() if value}
    return {"attempt": attempt, "verdict": outcome.verdict.value, **facts}
