"""The state machines are those of their drawing."""

import re
from itertools import product
from typing import Any

import pytest

from bulkorders.model import lifecycle
from bulkorders.model.lifecycle import (
    COMMITTED,
    REQUEST_TRANSITIONS,
    TRANSITIONS,
    IllegalTransition,
    RequestState,
    State,
    after,
    request_after,
)

ARROW = re.compile(r"([A-Z_]+) ─([a-z ]+)→ +([A-Z_]+)")
OF_AN_ORDER, _, OF_A_REQUEST = str(lifecycle.__doc__).partition("Request:")


def drawn(drawing: str) -> set[tuple[str, str, str]]:
    """Return the arrows of a drawing; one arrow may begin where another ends."""
    found: set[tuple[str, str, str]] = set()
    for line in drawing.splitlines():
        place = 0
        while arrow := ARROW.search(line, place):
            found.add((arrow[1], arrow[2], arrow[3]))
            place = arrow.start(3)
    return found


def listed(table: dict[tuple[Any, str], Any]) -> set[tuple[str, str, str]]:
    """Return the rows of a table as the drawing has them."""
    return {(before.name, event, then.name) for (before, event), then in table.items()}


def test_the_table_of_orders_is_its_drawing() -> None:
    """Every arrow of the module's drawing is a transition, and every transition is drawn."""
    assert drawn(OF_AN_ORDER) == listed(TRANSITIONS)
    assert len(TRANSITIONS) == 13


def test_the_table_of_requests_is_its_drawing() -> None:
    """The same holds for refills and cancels."""
    assert drawn(OF_A_REQUEST) == listed(REQUEST_TRANSITIONS)
    assert len(REQUEST_TRANSITIONS) == 8


def test_a_placed_order_stays_placed() -> None:
    """No event leads out of PLACED."""
    assert not [event for (before, event) in TRANSITIONS if before is State.PLACED]


def test_doubt_ends_only_by_a_person_evidence_or_the_panels_own_answer() -> None:
    """Out of IN_DOUBT lead find, rule out and refuse, and no fourth way."""
    ways = {event: then for (before, event), then in TRANSITIONS.items() if before is State.IN_DOUBT}
    assert ways == {"find": State.PLACED, "rule out": State.READY, "refuse": State.REJECTED}


def test_only_a_claim_leads_to_sending() -> None:
    """Nothing but a claim of a READY order puts it on its way."""
    ways = [key for key, then in TRANSITIONS.items() if then is State.SENDING]
    assert ways == [(State.READY, "claim")]


def test_what_may_have_cost_money_is_committed() -> None:
    """Sending, placed and in doubt are committed; the others can be sent or were refused."""
    assert {State.SENDING, State.PLACED, State.IN_DOUBT} == COMMITTED


def test_a_rejected_order_needs_a_word_before_it_is_sent() -> None:
    """A rejection leads back to READY by `again` alone."""
    ways = {
        event
        for (before, event), then in TRANSITIONS.items()
        if before is State.REJECTED and then is State.READY
    }
    assert ways == {"again"}


def test_every_state_can_be_reached() -> None:
    """Each state of an order lies on some way from READY, each of a request on one from ASKING."""
    for table, start, states in (
        (TRANSITIONS, State.READY, State),
        (REQUEST_TRANSITIONS, RequestState.ASKING, RequestState),
    ):
        reached = {start}
        for _ in states:
            reached |= {then for (before, _), then in table.items() if before in reached}
        assert reached == set(states)


@pytest.mark.parametrize("state", State)
def test_what_is_not_drawn_is_refused(state: State) -> None:
    """An event that the table lacks raises, with the event and the state; one that it has is followed."""
    events = {event for (_, event) in (*TRANSITIONS, *REQUEST_TRANSITIONS)} | {"", "PLACED"}
    for event in events:
        if (state, event) in TRANSITIONS:
            assert after(state, event) is TRANSITIONS[state, event]
        else:
            with pytest.raises(IllegalTransition, match=state.value):
                after(state, event)


def test_requests_follow_their_own_table() -> None:
    """A refill or cancel goes where its table says, and nowhere else."""
    events = {event for (_, event) in (*TRANSITIONS, *REQUEST_TRANSITIONS)}
    for state, event in product(RequestState, events):
        if (state, event) in REQUEST_TRANSITIONS:
            assert request_after(state, event) is REQUEST_TRANSITIONS[state, event]
        else:
            with pytest.raises(IllegalTransition, match=state.value):
                request_after(state, event)
