"""Attempts: claimed before the first byte leaves, recorded when the answer is there, settled after doubt."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bulkorders.errors import JournalError
from bulkorders.journal.relational.reading import submission
from bulkorders.journal.relational.rows import as_json, clean, ids_of, whole
from bulkorders.journal.relational.transaction import Transaction
from bulkorders.journal.settling import DUPLICATE, LIVE, RULED_OUT, SUSPECTED, Settlement, Standing, settle
from bulkorders.model import money
from bulkorders.model.lifecycle import IllegalTransition, State, after
from bulkorders.model.orders import Submission
from bulkorders.model.outcomes import Outcome, Verdict


def claim(tx: Transaction, key: str, attempt: str, run: str) -> bool:
    """Claim a READY order for one attempt; False where it isn't READY or has a live attempt."""
    found = tx.one("state", key=key)
    if found is None:
        raise JournalError("journal.unknown_order", key=key)
    state = State(found[0])
    if state is not State.READY:
        return False
    number = tx.insert("insert_attempt", id=attempt, key=key, run=run, at=tx.at)
    if number is None:
        if tx.one("known_attempt", id=attempt) is not None:
            raise JournalError("journal.attempt_known", attempt=attempt, key=key)
        return False
    tx.run = run
    sending = after(state, "claim")
    tx.do("claim_order", key=key, state=sending.value, at=tx.at)
    tx.note(key, "claim", state.value, sending.value, {"attempt": attempt, "number": number})
    return True


def withdraw(tx: Transaction, attempt: str) -> None:
    """Take back a claim whose caller was never told of it, and so has sent nothing."""
    found = tx.one("known_attempt", id=attempt)
    if found is not None and found[1] is None:
        record(tx, attempt, Outcome(Verdict.NOT_SENT, kind="unacknowledged"))


@dataclass(slots=True)
class _Stand:
    """One attempt and its order, as the statement `standing` tells."""

    key: str
    number: int
    was: str | None
    run: str
    account: str
    state: str
    order_ids: list[str]
    message: str
    answer: str
    charge: str | None
    placed_at: str | None
    sent_at: str | None
    claimed_at: str
    kind: str


def record(tx: Transaction, attempt: str, outcome: Outcome, run: str | None = None) -> Submission:
    """Record what came of an attempt, in time or late (see `settling`), under `run` or the attempt's own."""
    row = tx.one("standing", id=attempt)
    if row is None:
        raise JournalError("journal.unknown_attempt", attempt=attempt, order_ids=list(outcome.order_ids))
    stand = _Stand(*row)
    stand.order_ids = list(ids_of(row[6]))
    if outcome.order_ids:
        outcome = replace(outcome, order_ids=tuple(clean(found) for found in outcome.order_ids))
    tx.run = run or stand.run
    standing = Standing(
        state=State(stand.state),
        was=stand.was,
        known=stand.order_ids,
        taken=_taken(tx, stand, outcome.order_ids),
        suspected=stand.kind == SUSPECTED,
        contested=stand.was not in LIVE and tx.one("live_attempt", key=stand.key) is not None,
        ruled_out=outcome.kind == DUPLICATE
        and tx.one("ruled_out_before", key=stand.key, number=stand.number) is not None,
    )
    settlement = settle(standing, outcome)
    if settlement.told:
        _apply(tx, attempt, stand, settlement, outcome)
    return submission(tx, stand.key)


def _apply(tx: Transaction, attempt: str, stand: _Stand, settlement: Settlement, outcome: Outcome) -> None:
    steps = settlement.states(State(stand.state))
    final = steps[-1][2] if steps else State(stand.state)
    facts = _facts(attempt, settlement, outcome)
    if settlement.outcome != stand.was or settlement.new_ids:
        _settle_attempt(tx, attempt, settlement, outcome)
    tx.many(
        "insert_placed",
        [{"account": stand.account, "order_id": found, "key": stand.key} for found in settlement.new_ids],
    )
    if steps or settlement.new_ids:
        charge = money.text(outcome.charge)
        if charge is not None and charge != stand.charge:
            facts["charge"] = [stand.charge, charge]
        sent_at = _sent_at(final, stand)
        if sent_at is not None and sent_at != stand.sent_at:
            facts["sent_at"] = sent_at
        became_placed = final is State.PLACED and stand.state != State.PLACED.value
        tx.do(
            "settle_order",
            key=stand.key,
            state=final.value,
            order_ids=as_json([*stand.order_ids, *settlement.new_ids]),
            message=clean(outcome.message) or stand.message,
            answer=clean(outcome.answer) or stand.answer,
            charge=stand.charge if charge is None else charge,
            placed_at=tx.at if became_placed else stand.placed_at,
            sent_at=sent_at,
        )
    for event, before, then in steps[:-1]:
        tx.note(stand.key, event, before.value, then.value, {"attempt": attempt})
    event, before, then = steps[-1] if steps else ("answer", final, final)
    tx.note(stand.key, event, before.value, then.value, facts)


def _settle_attempt(tx: Transaction, attempt: str, settlement: Settlement, outcome: Outcome) -> None:
    tx.do(
        "settle_attempt",
        id=attempt,
        outcome=settlement.outcome,
        at=tx.at,
        http_status=whole(outcome.http_status),
        kind=clean(settlement.kind),
        message=clean(outcome.message),
        answer=clean(outcome.answer),
        order_ids=as_json(outcome.order_ids),
    )


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


def _sent_at(state: State, stand: _Stand) -> str | None:
    """Return when the order was sent: the claim's time, kept unless it is proven not to have been."""
    return None if state is State.READY else stand.sent_at or stand.claimed_at


def _taken(tx: Transaction, stand: _Stand, order_ids: Sequence[str]) -> list[str]:
    """Return which of these ids belong to another order of the account."""
    if not order_ids:
        return []
    owners = tx.all("owners", account=stand.account, order_ids=as_json(list(order_ids)))
    return [order_id for order_id, key in owners if key != stand.key]


def lose_dangling(tx: Transaction, run: str) -> list[str]:
    """Turn every attempt without outcome in doubt; return the keys of their orders."""
    lost = Outcome(Verdict.IN_DOUBT, kind="dangling")
    return [record(tx, attempt, lost, run).key for (attempt,) in tx.all("dangling")]


def resolve(
    tx: Transaction, key: str, event: str, *, order_ids: Sequence[str], reason: str, run: str
) -> Submission:
    """Settle an order by a person's word or evidence: `find`, `rule out`, or `suspect` for a rejected one."""
    found = tx.one("state", key=key)
    if found is None:
        raise JournalError("journal.unknown_order", key=key)
    if event not in ("find", *BY_WORD):
        raise IllegalTransition(f"{event!r} does not settle an order")
    before, account = State(found[0]), found[1]
    if before is State.SENDING:
        raise JournalError("journal.under_way", key=key)
    then = after(before, event)
    tx.run = run
    live = tx.one("live_attempt", key=key) or tx.one("last_attempt", key=key)
    facts: dict[str, Any] = {"attempt": live[0] if live else None, "reason": reason}
    if event == "find":
        facts["order_ids"] = _find(tx, key, account, facts["attempt"], order_ids)
    else:
        tx.do(
            "set_outcome",
            id=facts["attempt"],
            outcome=BY_WORD[event],
            kind=SUSPECTED if event == "suspect" else None,
        )
        tx.do("unsend_order" if then is State.READY else "set_state", key=key, state=then.value)
    tx.note(key, event, before.value, then.value, facts)
    return submission(tx, key)


BY_WORD = {"rule out": RULED_OUT, "suspect": Verdict.IN_DOUBT.value}
"""What a person's word makes of the attempt in question: the live one, else the last."""


def _find(tx: Transaction, key: str, account: str, attempt: str, found: Sequence[str]) -> list[str]:
    """Place an order in doubt under these ids; JournalError where one of them is another order's."""
    order_ids = list(dict.fromkeys(clean(each) for each in found))
    if not order_ids:
        raise JournalError("journal.find_needs_id", key=key)
    for order_id, owner in tx.all("owners", account=account, order_ids=as_json(order_ids)):
        raise JournalError("journal.order_id_taken", key=key, order_id=order_id, owner=owner)
    tx.do("find_attempt", id=attempt, order_ids=as_json(order_ids))
    tx.many("insert_placed", [{"account": account, "order_id": each, "key": key} for each in order_ids])
    tx.do("find_order", key=key, order_ids=as_json(order_ids), at=tx.at)
    return order_ids
