"""Whether to try again, when, and whether to stop: decides, and never sleeps or sends."""

from dataclasses import dataclass

from bulkorders.model.outcomes import Consequence, Outcome, Verdict
from bulkorders.model.pace import LONGEST_WAIT, backoff

MOST_TRIES = 3
"""Tries of an order that was not sent, without any other order getting through in between."""

DOUBTS_IN_A_ROW = 3
"""Doubts in a row after which the panel is paused: an outage costs the orders in flight and these."""


BUSY_WAIT = 1.0
"""Seconds in which nobody begins where a panel says that it was asked too often, and not how long to wait."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows from an outcome.

    `again`: this order is tried again. `hold`: seconds in which nobody begins. `stop`: the code of why the
    run ends, with the rest left ready. `pause`: probe the panel before the next order.
    """

    again: bool = False
    hold: float = 0.0
    stop: str | None = None
    pause: bool = False


def decide(outcome: Outcome, tries: int, doubts: int, draw: float) -> Decision:
    """Return what follows.

    `tries` counts this order's tries since anything got through (this one too), `doubts` those in a row
    (this one too). `draw` is a random number from 0 to 1: waits are spread, so that many do not come
    back at once.
    """
    if outcome.consequence is Consequence.STOP:
        return Decision(stop=outcome.kind)
    if outcome.verdict is Verdict.NOT_SENT:
        return _not_sent(outcome, tries, draw)
    if outcome.verdict is Verdict.IN_DOUBT and doubts >= DOUBTS_IN_A_ROW:
        return Decision(pause=True)
    return Decision()


def _not_sent(outcome: Outcome, tries: int, draw: float) -> Decision:
    if tries >= MOST_TRIES or (outcome.wait or 0.0) > LONGEST_WAIT:
        return Decision(stop=outcome.kind)
    asked = outcome.wait or (BUSY_WAIT if outcome.kind == "rate" else 0.0)
    return Decision(again=True, hold=max(asked, backoff(tries, draw, first=1.0)))


def resume_after_probes(good: int, placed_since_last_pause: int, pauses: int) -> bool:
    """Whether to go on after a pause: the panel answered every probe, and orders get through between pauses."""
    return good > 0 and (pauses == 1 or placed_since_last_pause > 0)
