"""One attempt: claim, send once, record. Ten lines whose order is the whole of it.

The claim is durable before the first byte leaves, so nobody can send the order a second time, whatever
happens to this process. The answer is recorded before anything else is done with it; where the journal
can't be written, it goes into the spool.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from secrets import token_hex

from bulkorders import wording
from bulkorders.errors import JournalError
from bulkorders.journal.protocol import Journal
from bulkorders.journal.spool import Spool
from bulkorders.model.lifecycle import State
from bulkorders.model.orders import Submission
from bulkorders.model.outcomes import Consequence, Outcome, Verdict
from bulkorders.panel.client import Panel
from bulkorders.panel.wire import Sending
from bulkorders.submission.asking_again import ask_again, may_ask_again

DEADLINE = 10.0
"""Seconds between claim and first byte beyond which nothing is sent: the machine slept, or was frozen."""

Clock = Callable[[], float]
Answered = Callable[[Outcome], Awaitable[None]]


def sleep_counting_clock() -> float:
    """Return seconds by a clock that goes on while the machine sleeps.

    Linux has CLOCK_BOOTTIME for it; on macOS CLOCK_MONOTONIC counts sleep although `time.monotonic` does
    not; on Windows `time.monotonic` does.
    """
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    if sys.platform == "darwin":
        return time.clock_gettime(time.CLOCK_MONOTONIC)
    return time.monotonic()


@dataclass(frozen=True, slots=True)
class Came:
    """What an attempt came to: the outcome, and the order as it now stands (None: it could only be spooled)."""

    outcome: Outcome
    submission: Submission | None


class Attempts:
    """Makes attempts for one panel in one run.

    `still` is awaited right before the first byte: where the turn that was taken before the claim is too old by
    then, it takes another.
    """

    def __init__(
        self,
        panel: Panel,
        journal: Journal,
        spool: Spool,
        run: str,
        clock: Clock = sleep_counting_clock,
        *,
        still: Callable[[], Awaitable[bool]] | None = None,
    ) -> None:
        self._panel = panel
        self._journal = journal
        self._spool = spool
        self._run = run
        self._clock = clock
        self._still = still

    async def make(self, order: Submission, answered: Answered | None = None) -> Came | None:
        """Claim, send once, record. Return None where somebody else owns the order.

        `answered` is told of the answer while that is being recorded: the panel is done with the order by then.
        Raises JournalError where the claim can't be written (then nothing was sent).
        """
        attempt, began = _new_id(), self._clock()
        sending = Sending(lambda: self._clock() - began > DEADLINE, self._still)
        # Cancelled here, the journal takes back a claim nobody was told of: nothing was sent.
        if not await self._journal.claim(order.key, attempt, self._run):
            return None
        try:
            if self._clock() - began > DEADLINE:
                return await self._record(order, attempt, EXPIRED)
            outcome = await self._panel.add(order.parameters, sending, attempt)
            if sending.late:
                return await self._record(order, attempt, EXPIRED)
            if may_ask_again(self._panel, outcome):
                outcome = await ask_again(
                    self._panel, order.parameters, attempt, outcome, lambda: self._clock() - began
                )
        except JournalError:
            raise
        except BaseException:
            # Cancelled, or a mistake of ours: the event alone says whether anything was sent.
            await asyncio.shield(self._record(order, attempt, self._panel.interrupted(sending)))
            raise
        recording = asyncio.ensure_future(self._record(order, attempt, outcome))
        if answered is not None:
            await answered(outcome)
        return await asyncio.shield(recording)

    async def _record(self, order: Submission, attempt: str, outcome: Outcome) -> Came:
        message = wording.outcome(outcome)
        if message != outcome.message:
            outcome = replace(outcome, message=message)
        try:
            return Came(outcome, await self._journal.record(attempt, outcome))
        except JournalError:
            await asyncio.to_thread(self._spool.append, attempt, order.key, outcome)
            return Came(outcome, None)


def _new_id() -> str:
    """Return an id for an attempt that no other has: the time in nanoseconds, and 64 random bits.

    Ids of the same time lie side by side in the journal's index, so that a commit touches fewer of its pages.
    """
    return f"{time.time_ns():016x}{token_hex(8)}"


EXPIRED = Outcome(
    Verdict.NOT_SENT,
    kind="expired",
    message=f"more than {DEADLINE:.0f} s passed between claim and sending",
    consequence=Consequence.WAIT,
)


def in_doubt(came: Came) -> bool:
    """Whether the order now stands in doubt."""
    return came.submission is not None and came.submission.state is State.IN_DOUBT
