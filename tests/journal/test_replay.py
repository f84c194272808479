"""The record told again, and contradictions in it."""

from typing import Any

import pytest

from bulkorders.journal.protocol import Event
from bulkorders.journal.replay import ReplayError, replay
from bulkorders.model.lifecycle import IllegalTransition, State

FACTS = {"account": "a", "campaign": "c", "parameters": {"service": "1"}, "currency": "VND"}


def event(seq: int, kind: str, before: str | None, after: str, **facts: Any) -> Event:
    """Return one event of the order k."""
    return Event(seq, f"2026-05-04T10:00:{seq:02d}+00:00", "k", kind, before, after, "r1", facts)


ADDED = event(1, "add", None, "ready", **FACTS)
CLAIMED = event(2, "claim", "ready", "sending")
PLACED = event(3, "accept", "sending", "placed", order_ids=["5"], charge=[None, "1.25"])
ASKED = event(4, "refill", None, "asking", request="q")


def test_a_history_is_told_again() -> None:
    """State, ids, charge and times come from the events alone."""
    delivered = event(5, "delivery", "placed", "placed", charge=["1.25", "1"], status=[None, "Partial"])
    told = replay([ADDED, CLAIMED, PLACED, ASKED, delivered])["k"]
    assert (told.state, told.order_ids, told.charge, told.status) == (State.PLACED, ("5",), "1", "Partial")
    assert (told.sent_at, told.placed_at) == (CLAIMED.at, PLACED.at)
    assert told.requests == {"q": "asking"}


@pytest.mark.parametrize(
    "history",
    [
        [CLAIMED],
        [ADDED, PLACED],
        [ADDED, event(2, "drop", "rejected", "dropped")],
        [ADDED, event(2, "claim", "ready", "placed")],
        [ADDED, event(2, "add", None, "ready", **FACTS)],
        [ADDED, CLAIMED, PLACED, event(4, "refill", "asking", "accepted", request="q")],
        [ADDED, CLAIMED, PLACED, event(4, "refill", None, "done", request="q")],
        [ADDED, CLAIMED, PLACED, ASKED, event(5, "refill", "asking", "done", request="q")],
    ],
    ids=[
        "never added",
        "a gap",
        "wrong beginning",
        "wrong end",
        "added twice",
        "never asked",
        "begun at its end",
        "a step left out",
    ],
)
def test_a_contradiction_is_told(history: list[Event]) -> None:
    """Events that don't follow from each other are not believed."""
    with pytest.raises((ReplayError, IllegalTransition)):
        replay(history)
