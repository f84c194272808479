"""Asks the panel for refills and cancels: on disk before it is asked, and a lost answer is not asked again."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from uuid import uuid4

from bulkorders.journal.protocol import Journal
from bulkorders.model.lifecycle import RequestKind, RequestState, request_after
from bulkorders.model.orders import Request, Submission
from bulkorders.panel.client import Panel
from bulkorders.panel.requests import RequestAnswer, Said

EVENTS = {Said.ACCEPTED: "accept", Said.REFUSED: "refuse", Said.NOT_SENT: "miss", Said.NOTHING: "lose"}


async def ask(
    kind: RequestKind,
    panel: Panel,
    journal: Journal,
    orders: Sequence[Submission],
    *,
    run: str,
    now: Callable[[], str],
) -> list[Request]:
    """Ask for a refill or cancel of these placed orders, a batch at a time; return what each request came to.

    Raises JournalError where an order has an unanswered request of this kind already: it is not asked twice.
    """
    asked: list[Request] = []
    size = panel.profile.batch_of(kind.value)
    named = [(order, id_) for order in orders for id_ in order.order_ids]
    for start in range(0, len(named), size):
        batch = [_request(kind, order, id_, now()) for order, id_ in named[start : start + size]]
        asked.extend(await _ask_batch(kind, panel, journal, batch, run))
    return asked


def _request(kind: RequestKind, order: Submission, order_id: str, at: str) -> Request:
    return Request(uuid4().hex, order.key, order_id, kind, RequestState.ASKING, at)


async def _ask_batch(
    kind: RequestKind, panel: Panel, journal: Journal, batch: list[Request], run: str
) -> list[Request]:
    await journal.ask(batch, run)
    said: dict[str, RequestAnswer] = {}
    try:
        await panel.requests(kind.value, [request.order_id for request in batch], said)
    except BaseException:
        # Whatever was answered by then stays answered; of the rest nobody can say if it was taken.
        await asyncio.shield(journal.answer([_answered(each, said) for each in batch], run))
        raise
    answered = [_answered(each, said) for each in batch]
    await journal.answer(answered, run)
    return answered


UNREAD = RequestAnswer(Said.NOTHING, message="interrupted before the answer was read")


def _answered(request: Request, said: Mapping[str, RequestAnswer]) -> Request:
    answer = said.get(request.order_id, UNREAD)
    state = request_after(request.state, EVENTS[answer.said])
    return replace(request, state=state, request_id=answer.request_id, message=answer.message)
