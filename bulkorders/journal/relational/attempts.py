"""Attempts settled otherwise than by their answer: withdrawn, left dangling, or by a person's word or evidence."""

from collections.abc import Sequence
from typing import Any

from bulkorders.errors import JournalError
from bulkorders.journal.relational import recording
from bulkorders.journal.relational.reading import submission
from bulkorders.journal.relational.rows import as_json, clean
from bulkorders.journal.relational.transaction import Transaction
from bulkorders.journal.settling import RULED_OUT, SUSPECTED
from bulkorders.model.lifecycle import IllegalTransition, State, after
from bulkorders.model.orders import Submission
from bulkorders.model.outcomes import Outcome, Verdict


def withdraw(tx: Transaction, attempt: str) -> None:
    """Take back a claim whose caller was never told of it, and so has sent nothing."""
    found = tx.one("known_attempt", id=attempt)
    if found is not None and found[1] is None:
        record(tx, attempt, Outcome(Verdict.NOT_SENT, kind="unacknowledged"))


def record(tx: Transaction, attempt: str, outcome: Outcome, run: str | None = None) -> Submission:
    """Record what came of one attempt, under `run` or the attempt's own; see `recording`."""
    (found,) = recording.record(tx, [recording.Answer(attempt, outcome, run)])
    if isinstance(found, JournalError):
        raise found
    return found


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
