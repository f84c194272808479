"""Claims of orders, each for one attempt, durable before the first byte leaves: all of a group at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bulkorders.errors import JournalError
from bulkorders.journal.relational.rows import as_json
from bulkorders.journal.relational.transaction import Transaction
from bulkorders.model.lifecycle import State, after

SENDING = after(State.READY, "claim")


@dataclass(frozen=True, slots=True)
class Claim:
    """Who wants to send an order: the attempt that would, and its run."""

    key: str
    attempt: str
    run: str


def claim(tx: Transaction, claims: Sequence[Claim]) -> list[bool | JournalError]:
    """Claim READY orders; say of each claim, in turn, whether it has its order, or what is wrong with it.

    It has not where the order isn't READY or has a live attempt. One that is wrong changes nothing. Where two
    are about one order, or under one attempt, each is decided by what those before it have left.
    """
    if any(len(set(named)) < len(claims) for named in zip(*map(_names, claims), strict=True)):
        return [_alone(tx, each) for each in claims]
    states = dict(tx.all("states", keys=as_json([each.key for each in claims])))
    ready = [each for each in claims if states.get(each.key) == State.READY]
    numbers = tx.number("insert_attempt", [_attempt(tx, each) for each in ready])
    won = {each.attempt: number for each, number in zip(ready, numbers, strict=True) if number is not None}
    if won:
        held = [each for each in ready if each.attempt in won]
        tx.do("claim_orders", keys=as_json([each.key for each in held]), state=SENDING.value, at=tx.at)
        tx.many("note", [_event(tx, each, won[each.attempt]) for each in held])
    return [each.attempt in won or _lost(tx, each, states) for each in claims]


def _names(claim: Claim) -> tuple[str, str]:
    return claim.key, claim.attempt


def _alone(tx: Transaction, one: Claim) -> bool | JournalError:
    return claim(tx, [one])[0]


def _attempt(tx: Transaction, claim: Claim) -> dict[str, Any]:
    return {"id": claim.attempt, "key": claim.key, "run": claim.run, "at": tx.at}


def _event(tx: Transaction, claim: Claim, number: int) -> dict[str, Any]:
    tx.run = claim.run
    facts = {"attempt": claim.attempt, "number": number}
    return tx.event(claim.key, "claim", State.READY.value, SENDING.value, facts)


def _lost(tx: Transaction, claim: Claim, states: dict[str, str]) -> bool | JournalError:
    """Return False where somebody else has the order, or an error where it, or the attempt, can't be meant."""
    if claim.key not in states:
        return JournalError("journal.unknown_order", key=claim.key)
    if states[claim.key] == State.READY and tx.one("known_attempt", id=claim.attempt) is not None:
        return JournalError("journal.attempt_known", attempt=claim.attempt, key=claim.key)
    return False
