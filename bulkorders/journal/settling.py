"""Decides what an answer makes of an order and of its attempt, whenever it comes. Pure: no database.

An answer in time finds its attempt under way. A late one finds it turned in doubt, ruled out or settled
otherwise; then an order id counts more than anything that was decided without it: the order becomes
PLACED by the shortest way the lifecycle allows. An attempt is *live* while its outcome is unknown,
accepted or in doubt; an order never has two of them, so an attempt that was ruled out stays so where
the order was sent again since (`contested`).
"""

from collections.abc import Collection
from dataclasses import dataclass

from bulkorders.model.lifecycle import State, after
from bulkorders.model.outcomes import Outcome, Verdict

SUSPECTED = "suspected"
"""The kind of an attempt that was refused, and then put in doubt."""

DUPLICATE = "duplicate"
"""The kind of a refusal because the panel holds such an order already."""

RULED_OUT = "ruled_out"
"""The outcome of an attempt that a person, or evidence, declared not to have been placed."""

LIVE = frozenset({None, Verdict.ACCEPTED.value, Verdict.IN_DOUBT.value})
"""Outcomes of attempts that spent money, or may have: at most one an order."""

TO_PLACED = {
    State.SENDING: ("accept",),
    State.IN_DOUBT: ("find",),
    State.READY: ("late",),
    State.DROPPED: ("return", "late"),
    State.REJECTED: ("suspect", "find"),
    State.PLACED: (),
}
TO_DOUBT = {
    State.SENDING: ("lose",),
    State.READY: ("claim", "lose"),
    State.DROPPED: ("return", "claim", "lose"),
    State.REJECTED: ("suspect",),
    State.IN_DOUBT: (),
    State.PLACED: (),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How an order and one of its attempts stand when an answer comes.

    `was` is the attempt's outcome so far, `known` the order's ids, `taken` which of the answer's ids
    belong to another order of the account, `contested` whether another attempt of this order is live.
    `suspected`: the attempt was refused, and is in doubt because the books show a charge. `ruled_out`: an
    earlier attempt of this order was, by a person's word or evidence.
    """

    state: State
    was: str | None
    known: Collection[str] = ()
    taken: Collection[str] = ()
    contested: bool = False
    suspected: bool = False
    ruled_out: bool = False


@dataclass(frozen=True, slots=True)
class Settlement:
    """What an answer changes: lifecycle events in order, the attempt's outcome, new order ids.

    `told` says that the answer is to be written down even though nothing else changes.
    """

    steps: tuple[str, ...]
    outcome: str | None
    kind: str
    new_ids: tuple[str, ...] = ()
    told: bool = True

    def states(self, state: State) -> list[tuple[str, State, State]]:
        """Return (event, before, after) for each step from this state."""
        found = []
        for step in self.steps:
            found.append((step, state, after(state, step)))
            state = found[-1][2]
        return found


def settle(standing: Standing, outcome: Outcome) -> Settlement:
    """Return what this answer makes of the order and the attempt."""
    verdict, kind = outcome.verdict, outcome.kind
    if verdict is Verdict.ACCEPTED and standing.taken:
        verdict, kind = Verdict.IN_DOUBT, "duplicate_id"
    elif verdict is Verdict.ACCEPTED and not outcome.order_ids:
        verdict, kind = Verdict.IN_DOUBT, "no_id"
    elif verdict is Verdict.REJECTED and kind == DUPLICATE and standing.ruled_out:
        # "You have an active order with this link": it may be the one that was ruled out.
        verdict = Verdict.IN_DOUBT
    if verdict is Verdict.ACCEPTED:
        return _accepted(standing, outcome, kind)
    if verdict is Verdict.IN_DOUBT:
        return _in_doubt(standing, outcome, kind)
    return _not_placed(standing, verdict, kind)


def _accepted(standing: Standing, outcome: Outcome, kind: str) -> Settlement:
    new_ids = tuple(dict.fromkeys(found for found in outcome.order_ids if found not in standing.known))
    settled = standing.was if standing.contested else Verdict.ACCEPTED.value
    again = standing.state is State.PLACED and not new_ids and standing.was == settled
    return Settlement(TO_PLACED[standing.state], settled, kind, new_ids, told=not again)


def _in_doubt(standing: Standing, outcome: Outcome, kind: str) -> Settlement:
    if standing.was is None:
        return Settlement(TO_DOUBT[standing.state], Verdict.IN_DOUBT.value, kind)
    # Only an order id takes back what has been settled since; a mere "unclear" says nothing new.
    reopens = (
        bool(outcome.order_ids)
        and standing.was not in LIVE
        and not standing.contested
        and standing.state is not State.PLACED
    )
    if reopens:
        return Settlement(TO_DOUBT[standing.state], Verdict.IN_DOUBT.value, kind)
    told = standing.was != Verdict.IN_DOUBT.value or bool(outcome.order_ids)
    return Settlement((), standing.was, kind, told=told)


def _not_placed(standing: Standing, verdict: Verdict, kind: str) -> Settlement:
    """Settle by the attempt's own word (rejected, not sent), while it is under way or in doubt.

    Where the books contradict that word, it counts no more: a person settles it.
    """
    refused = verdict is Verdict.REJECTED
    if standing.suspected or standing.was not in (None, Verdict.IN_DOUBT.value):
        return Settlement((), standing.was, kind, told=standing.was != verdict.value)
    if standing.state is State.SENDING:
        return Settlement(("reject" if refused else "miss",), verdict.value, kind)
    if standing.state is State.IN_DOUBT:
        return Settlement(("refuse" if refused else "rule out",), verdict.value, kind)
    return Settlement((), verdict.value, kind)
