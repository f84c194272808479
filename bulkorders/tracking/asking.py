"""Asks the panel for refills and cancels: on disk before it is asked, and a lost answer is not asked again."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import uuid4

from bulkorders.journal.protocol import Journal
from bulkorders.model.lifecycle import RequestKind, RequestState, request_after
from bulkorders.model.orders import Request
from bulkorders.panel.client import Panel
from bulkorders.panel.requests import RequestAnswer, Said
from bulkorders.tracking.eligibility import Target

EVENTS = {Said.ACCEPTED: "accept", Said.REFUSED: "refuse", Said.NOT_SENT: "miss", Said.NOTHING: "lose"}

MOST_SILENT = 3
"""Requests in a row without an answer, after which a panel is not asked for more: each is one more in doubt."""


@dataclass(slots=True)
class Asked:
    """What came of asking, as it comes. `stopped` says why the rest was not asked for, with the panel's words."""

    requests: list[Request] = field(default_factory=list)
    stopped: tuple[str, str] | None = None


async def ask(
    kind: RequestKind,
    panel: Panel,
    journal: Journal,
    wanted: Sequence[Target],
    asked: Asked,
    *,
    run: str,
    now: Callable[[], str],
    go_on: Callable[[], bool] = lambda: True,
) -> None:
    """Ask for a refill or cancel of these orders, a batch at a time; put what each came to into `asked`.

    No further one is sent after MOST_SILENT in a row that never left or to which nothing was answered, nor
    once `go_on` says no. Raises JournalError where an order has an unanswered request of this kind already:
    it is not asked twice.
    """
    size, silent = panel.profile.batch_of(kind.value), 0
    for start in range(0, len(wanted), size):
        if not go_on():
            asked.stopped = ("interrupted", "")
            return
        batch = [_request(kind, target, now()) for target in wanted[start : start + size]]
        said: dict[str, RequestAnswer] = {}
        await journal.ask(batch, run)
        try:
            await panel.requests(kind.value, [request.order_id for request in batch], said)
        except BaseException:
            # Whatever was answered by then stays answered; of the rest nobody can say if it was taken.
            await asyncio.shield(journal.answer([_answered(each, said) for each in batch], run))
            raise
        answered = [_answered(each, said) for each in batch]
        await journal.answer(answered, run)
        asked.requests.extend(answered)
        silence = _silence(batch, said)
        silent = silent + len(batch) if silence else 0
        if silent >= MOST_SILENT:
            asked.stopped = silence
            return


def _request(kind: RequestKind, target: Target, at: str) -> Request:
    return Request(uuid4().hex, target.order.key, target.order_id, kind, RequestState.ASKING, at)


UNREAD = RequestAnswer(Said.NOTHING, message="interrupted before the answer was read")


def _answered(request: Request, said: Mapping[str, RequestAnswer]) -> Request:
    answer = said.get(request.order_id, UNREAD)
    state = request_after(request.state, EVENTS[answer.said])
    return replace(request, state=state, request_id=answer.request_id, message=answer.message)


def _silence(batch: Sequence[Request], said: Mapping[str, RequestAnswer]) -> tuple[str, str] | None:
    """Return why no further batch is sent: none of this one left, or nothing was answered to any of it."""
    answers = [said.get(each.order_id, UNREAD) for each in batch]
    kinds = {answer.said for answer in answers}
    if kinds == {Said.NOT_SENT}:
        return "unreached", answers[0].message
    return ("unanswered", answers[0].message) if kinds == {Said.NOTHING} else None
