"""Asks for a lost answer again, within the same attempt, where the panel promises to sell once for one value.

Only a panel whose profile names an idempotency parameter is asked again, with the value that was saved with
the claim. Only an order id settles it: a refusal to the second request says nothing of the first.
"""

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import replace

from bulkorders.model.outcomes import Consequence, Outcome, Verdict
from bulkorders.model.pace import backoff
from bulkorders.panel.client import Panel
from bulkorders.panel.wire import Sending

MOST = 4
"""Times a lost answer is asked for again."""

WINDOW = 120.0
"""Seconds since the claim, by a clock that counts sleep, after which it is not.

The panel may have forgotten the value; and before others may say what became of the attempt (`lost_after`).
"""

FIRST_PAUSE = 2.0


def may_ask_again(panel: Panel, outcome: Outcome) -> bool:
    """Whether this outcome is a lost answer, and the panel one that may be asked for it again."""
    lost = outcome.verdict is Verdict.IN_DOUBT and outcome.consequence is not Consequence.STOP
    return lost and panel.profile.idempotency is not None and not outcome.order_ids


async def ask_again(
    panel: Panel,
    parameters: Mapping[str, str],
    token: str,
    lost: Outcome,
    age: Callable[[], float],
) -> Outcome:
    """Return the outcome of the attempt whose answer was lost: accepted with its id, else in doubt as before.

    `token` is what the first request carried, `age` the seconds since the claim.
    """
    evidence = [lost.answer]
    for tries in range(1, MOST + 1):
        pause = backoff(tries, random.random(), first=FIRST_PAUSE)  # noqa: S311 - jitter, no secret
        await asyncio.sleep(pause)
        if age() > WINDOW:
            break
        outcome = await panel.add(parameters, Sending(lambda: age() > WINDOW), token)
        if outcome.verdict is Verdict.ACCEPTED:
            return outcome
        evidence.append(outcome.answer or outcome.message)
        if outcome.verdict is Verdict.REJECTED or outcome.consequence is Consequence.STOP:
            break
        if outcome.wait:
            await asyncio.sleep(min(outcome.wait, WINDOW))
    return replace(lost, answer=" || ".join(filter(None, evidence)))
