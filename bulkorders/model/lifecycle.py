"""The state machines: what may become of an order's submission, and of a refill or cancel asked for.

An order starts READY. SENDING is on disk before the request leaves. From there the answer decides:
an order id makes it PLACED, a refusal REJECTED, proof that nothing left (or a panel that refused
everybody) READY again, and anything else IN_DOUBT. PLACED is for ever: no row of either table leaves
it. IN_DOUBT never becomes sendable by itself: `find` and `rule out` need a person or evidence, and
`refuse` needs the panel's own late answer. A READY order that is no longer in the sheet is DROPPED.

    READY ─claim→ SENDING ─accept→ PLACED             READY ─drop→ DROPPED ─return→ READY
                  SENDING ─reject→ REJECTED           REJECTED ─again→ READY
                  SENDING ─miss→  READY               REJECTED ─suspect→ IN_DOUBT
                  SENDING ─lose→  IN_DOUBT ─find→ PLACED
                                  IN_DOUBT ─rule out→ READY
                                  IN_DOUBT ─refuse→ REJECTED
    READY ─late→ PLACED

    Request: ASKING ─accept→ ACCEPTED ─done→ DONE, ACCEPTED ─fail→ FAILED,
             ASKING ─refuse→ REFUSED, ASKING ─lose→ IN_DOUBT, IN_DOUBT ─accept→ ACCEPTED,
             IN_DOUBT ─refuse→ REFUSED, ASKING ─miss→ REFUSED
"""

from enum import StrEnum


class State(StrEnum):
    """Where an order's submission stands. The delivery status of a placed order is another axis."""

    READY = "ready"
    SENDING = "sending"
    PLACED = "placed"
    REJECTED = "rejected"
    IN_DOUBT = "in_doubt"
    DROPPED = "dropped"


class RequestState(StrEnum):
    """Where a refill or cancel that was asked for stands."""

    ASKING = "asking"
    ACCEPTED = "accepted"
    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"
    IN_DOUBT = "in_doubt"


class RequestKind(StrEnum):
    """What was asked of the panel for a placed order."""

    REFILL = "refill"
    CANCEL = "cancel"


TRANSITIONS: dict[tuple[State, str], State] = {
    (State.READY, "claim"): State.SENDING,
    (State.READY, "drop"): State.DROPPED,
    (State.READY, "late"): State.PLACED,
    (State.SENDING, "accept"): State.PLACED,
    (State.SENDING, "reject"): State.REJECTED,
    (State.SENDING, "miss"): State.READY,
    (State.SENDING, "lose"): State.IN_DOUBT,
    (State.IN_DOUBT, "find"): State.PLACED,
    (State.IN_DOUBT, "rule out"): State.READY,
    (State.IN_DOUBT, "refuse"): State.REJECTED,
    (State.REJECTED, "again"): State.READY,
    (State.REJECTED, "suspect"): State.IN_DOUBT,
    (State.DROPPED, "return"): State.READY,
}

REQUEST_TRANSITIONS: dict[tuple[RequestState, str], RequestState] = {
    (RequestState.ASKING, "accept"): RequestState.ACCEPTED,
    (RequestState.ASKING, "refuse"): RequestState.REFUSED,
    (RequestState.ASKING, "miss"): RequestState.REFUSED,
    (RequestState.ASKING, "lose"): RequestState.IN_DOUBT,
    (RequestState.IN_DOUBT, "accept"): RequestState.ACCEPTED,
    (RequestState.IN_DOUBT, "refuse"): RequestState.REFUSED,
    (RequestState.ACCEPTED, "done"): RequestState.DONE,
    (RequestState.ACCEPTED, "fail"): RequestState.FAILED,
}

COMMITTED = frozenset({State.SENDING, State.PLACED, State.IN_DOUBT})
"""States in which money is, or may be, spent: such an order is never sent again by itself."""


class IllegalTransition(ValueError):
    """The event is not possible in this state: a mistake of ours, never of a user's."""


def after(state: State, event: str) -> State:
    """Return the state that follows; raise IllegalTransition where the table has none."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise IllegalTransition(f"{event!r} is not possible in state {state.value!r}") from None


def request_after(state: RequestState, event: str) -> RequestState:
    """Return the state that follows for a refill or cancel; raise IllegalTransition where there is none."""
    try:
        return REQUEST_TRANSITIONS[state, event]
    except KeyError:
        raise IllegalTransition(f"{event!r} is not possible in request state {state.value!r}") from None
