"""What the events say each order became: the journal's state told again from its record alone.

The state tables and the events are written together; this is the proof that they agree, and the way
back where a table is damaged.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bulkorders.journal.protocol import Event
from bulkorders.model.lifecycle import (
    REQUEST_TRANSITIONS,
    RequestKind,
    RequestState,
    State,
    after,
    request_after,
)

REQUEST_KINDS = frozenset(kind.value for kind in RequestKind)
UNCHANGING = frozenset({"change", "answer", "delivery"})
"""Kinds of order events that tell something and change no state."""

PAIRED = ("charge", "currency", "status", "start_count", "remains", "error")
"""Facts that stand as [before, after]."""


class ReplayError(ValueError):
    """The events contradict each other, or the state machine."""


@dataclass(frozen=True, slots=True)
class Told:
    """One order as its events tell of it. Money is text, as in the events; `requests` maps id to state."""

    state: State
    account: str
    campaign: str
    parameters: Mapping[str, str]
    order_ids: tuple[str, ...] = ()
    charge: str | None = None
    currency: str | None = None
    status: str | None = None
    start_count: int | None = None
    remains: int | None = None
    error: str | None = None
    sent_at: str | None = None
    placed_at: str | None = None
    requests: Mapping[str, RequestState] = field(default_factory=dict)


def replay(events: Iterable[Event]) -> dict[str, Told]:
    """Return what became of every order of these events, by key; ReplayError at a contradiction."""
    orders: dict[str, Told] = {}
    for event in events:
        known = orders.get(event.key)
        if known is None:
            orders[event.key] = _added(event)
        elif event.kind in REQUEST_KINDS:
            orders[event.key] = _requested(known, event)
        else:
            orders[event.key] = _moved(known, event)
    return orders


def _added(event: Event) -> Told:
    if event.kind != "add" or event.before is not None or event.after != State.READY:
        raise ReplayError(f"event {event.seq} tells of an order that was never added")
    facts = event.facts
    return Told(
        state=State.READY,
        account=facts["account"],
        campaign=facts["campaign"],
        parameters=facts["parameters"],
        currency=facts.get("currency"),
    )


def _moved(known: Told, event: Event) -> Told:
    """Return the order after one event of its own state machine."""
    if event.before != known.state:
        raise ReplayError(f"event {event.seq} begins at {event.before}, the order stands at {known.state}")
    state = known.state if event.kind in UNCHANGING else after(known.state, event.kind)
    if event.after != state:
        raise ReplayError(f"event {event.seq} ends at {event.after}, {event.kind} leads to {state}")
    facts = event.facts
    new_ids = tuple(facts.get("order_ids", ()))
    changes: dict[str, Any] = {name: facts[name][1] for name in PAIRED if isinstance(facts.get(name), list)}
    if "parameters" in facts:
        changes |= {"parameters": facts["parameters"], "currency": facts.get("currency")}
    if event.kind == "claim":
        changes["sent_at"] = event.at
    elif state is State.READY:
        changes["sent_at"] = None
    if "sent_at" in facts:  # an answer so late that the order was taken for unsent: its claim was the sending
        changes["sent_at"] = facts["sent_at"]
    if state is State.PLACED and known.state is not State.PLACED:
        changes["placed_at"] = event.at
    return replace(known, state=state, order_ids=known.order_ids + new_ids, **changes)


def _requested(known: Told, event: Event) -> Told:
    """Return the order after one event of one of its requests."""
    name = event.facts["request"]
    before = known.requests.get(name)
    if event.after is None or event.before != before:
        raise ReplayError(f"event {event.seq} begins at {event.before}, the request stands at {before}")
    state = RequestState(event.after)
    if before is None and state is not RequestState.ASKING:
        raise ReplayError(f"event {event.seq} tells of a request that was never asked")
    if before is not None and state is not before and state not in _following(before):
        raise ReplayError(f"event {event.seq}: {state} can't follow {before}")
    return replace(known, requests={**known.requests, name: state})


def _following(before: RequestState) -> set[RequestState]:
    return {request_after(state, event) for state, event in REQUEST_TRANSITIONS if state is before}
