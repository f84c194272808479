"""Refills and cancels: on disk before they are asked for, then what the panel made of them."""

from collections.abc import Sequence
from dataclasses import replace

from bulkorders.errors import JournalError
from bulkorders.journal.relational.rows import request_of, request_values
from bulkorders.journal.relational.transaction import Transaction
from bulkorders.model.lifecycle import REQUEST_TRANSITIONS, IllegalTransition, RequestState, request_after
from bulkorders.model.orders import Request


def ask(tx: Transaction, requests: Sequence[Request]) -> None:
    """Record refills or cancels as ASKING; one that is recorded already is left as it is."""
    for request in requests:
        if tx.one("request", id=request.id) is not None:
            continue
        if tx.one("state", key=request.key) is None:
            raise JournalError("journal.unknown_order", key=request.key)
        kind = request.kind.value
        if tx.one("live_request", key=request.key, order_id=request.order_id, kind=kind) is not None:
            raise JournalError("journal.request_open", key=request.key, order_id=request.order_id, kind=kind)
        asking = replace(request, state=RequestState.ASKING)
        tx.do("insert_request", **request_values(asking))
        _note(tx, None, asking)


def answer(tx: Transaction, answers: Sequence[Request]) -> None:
    """Record the new state of requests, by their id, with the panel's id, status and message."""
    for told in answers:
        row = tx.one("request", id=told.id)
        if row is None:
            raise JournalError("journal.unknown_request", request=told.id, order_id=told.order_id)
        _settle(tx, request_of(row), told)


def lose_asked(tx: Transaction, run: str) -> list[str]:
    """Put every request still asked in doubt; return the keys of their orders."""
    tx.run = run
    lost = [request_of(row) for row in tx.all("still_asked")]
    for request in lost:
        _settle(tx, request, replace(request, state=RequestState.IN_DOUBT))
    return [request.key for request in lost]


def _settle(tx: Transaction, known: Request, told: Request) -> None:
    """Take in one answer: what it doesn't say keeps its value, no change is no event."""
    state = told.state if told.state is known.state else _after(known.state, told.state)
    now = replace(
        known,
        state=state,
        request_id=told.request_id or known.request_id,
        status=told.status or known.status,
        message=told.message or known.message,
    )
    if now != known:
        tx.do("change_request", **{name: request_values(now)[name] for name in _CHANGED})
        _note(tx, known.state, now)


_CHANGED = ("id", "state", "request_id", "status", "message")


def _after(before: RequestState, wanted: RequestState) -> RequestState:
    for known, event in REQUEST_TRANSITIONS:
        if known is before and request_after(known, event) is wanted:
            return wanted
    raise IllegalTransition(f"request state {wanted.value!r} can't follow {before.value!r}")


def _note(tx: Transaction, before: RequestState | None, request: Request) -> None:
    told = {
        "request": request.id,
        "order_id": request.order_id,
        "request_id": request.request_id,
        "status": request.status,
        "message": request.message,
    }
    facts = {name: value for name, value in told.items() if value}
    tx.note(
        request.key, request.kind.value, None if before is None else before.value, request.state.value, facts
    )
