"""What an answer makes of an order, in time and late."""

import itertools

import pytest

from bulkorders.journal.settling import LIVE, RULED_OUT, Settlement, Standing, settle
from bulkorders.model.lifecycle import State
from bulkorders.model.outcomes import Outcome, Verdict

OUTCOMES = (None, *(verdict.value for verdict in Verdict), RULED_OUT)


def standings() -> list[Standing]:
    """Return every standing, possible or not."""
    return [
        Standing(state, was, known=("1",) if state is State.PLACED else (), taken=taken, contested=contested)
        for state, was, taken, contested in itertools.product(State, OUTCOMES, ((), ("2",)), (False, True))
    ]


def possible(standing: Standing) -> bool:
    """Whether the journal can be in this standing: order and attempt move together."""
    if standing.was in LIVE and standing.contested:
        return False
    if standing.state is State.PLACED:
        return True
    live = {State.SENDING: (None,), State.IN_DOUBT: ("in_doubt",)}.get(standing.state, ())
    return standing.contested == bool(live) if standing.was not in LIVE else standing.was in live


@pytest.mark.parametrize("verdict", list(Verdict))
@pytest.mark.parametrize("ids", [(), ("2",), ("2", "3")])
def test_every_answer_can_be_taken_in(verdict: Verdict, ids: tuple[str, ...]) -> None:
    """Whatever comes whenever: the lifecycle allows what is made of it, and placed stays placed."""
    for standing in filter(possible, standings()):
        settlement = settle(standing, Outcome(verdict, order_ids=ids))
        steps = settlement.states(standing.state)
        final = steps[-1][2] if steps else standing.state
        if standing.state is State.PLACED:
            assert final is State.PLACED
        if final is State.READY and standing.state is not State.READY:
            assert verdict is Verdict.NOT_SENT
        if standing.contested:
            assert settlement.outcome not in LIVE
        if verdict is Verdict.ACCEPTED and ids and not standing.taken:
            assert final is State.PLACED
            assert set(settlement.new_ids) == set(ids) - set(standing.known)


@pytest.mark.parametrize(
    ("state", "was", "outcome", "expected"),
    [
        (State.SENDING, None, Outcome(Verdict.REJECTED), (("reject",), "rejected")),
        (State.SENDING, None, Outcome(Verdict.NOT_SENT), (("miss",), "not_sent")),
        (State.SENDING, None, Outcome(Verdict.IN_DOUBT, order_ids=("2",)), (("lose",), "in_doubt")),
        (State.IN_DOUBT, "in_doubt", Outcome(Verdict.IN_DOUBT), ((), "in_doubt")),
        (State.READY, RULED_OUT, Outcome(Verdict.IN_DOUBT), ((), RULED_OUT)),
        (
            State.READY,
            RULED_OUT,
            Outcome(Verdict.IN_DOUBT, order_ids=("2",)),
            (("claim", "lose"), "in_doubt"),
        ),
        (State.READY, RULED_OUT, Outcome(Verdict.REJECTED), ((), RULED_OUT)),
        (
            State.REJECTED,
            "rejected",
            Outcome(Verdict.ACCEPTED, order_ids=("2",)),
            (("suspect", "find"), "accepted"),
        ),
        (
            State.DROPPED,
            RULED_OUT,
            Outcome(Verdict.ACCEPTED, order_ids=("2",)),
            (("return", "late"), "accepted"),
        ),
        (State.PLACED, "accepted", Outcome(Verdict.REJECTED), ((), "accepted")),
    ],
)
def test_what_an_answer_makes_of_the_order(
    state: State, was: str | None, outcome: Outcome, expected: tuple[tuple[str, ...], str]
) -> None:
    """An order id counts more than what was decided without it; a mere doubt changes nothing settled."""
    settlement = settle(Standing(state, was), outcome)
    assert (settlement.steps, settlement.outcome) == expected


def test_what_is_known_already_is_not_told_again() -> None:
    """The same answer a second time is nothing new."""
    again = Standing(State.PLACED, "accepted", known=("2",))
    assert settle(again, Outcome(Verdict.ACCEPTED, order_ids=("2",))) == Settlement(
        (), "accepted", "", told=False
    )
