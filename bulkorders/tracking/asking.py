"""Asks the panel for refills and cancels: on disk before it is asked, and a lost answer is not asked again."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import uuid4

from bulkorders.journal.protocol import Journal
from bulkorders.model.lifecycle import RequestKind, RequestState, request_after
from bulkorders.model.orders import Request, Submission
from bulkorders.panel.client import Panel
from bulkorders.panel.requests import RequestAnswer, Said, read_requests
from bulkorders.panel.wire import Sending

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
    for start in range(0, len(orders), panel.profile.batch):
        batch = [_request(kind, order, now()) for order in orders[start : start + panel.profile.batch]]
        asked.extend(await _ask_batch(kind, panel, journal, batch, run))
    return asked


def _request(kind: RequestKind, order: Submission, at: str) -> Request:
    return Request(uuid4().hex, order.key, order.order_id or "", kind, RequestState.ASKING, at)


async def _ask_batch(
    kind: RequestKind, panel: Panel, journal: Journal, batch: list[Request], run: str
) -> list[Request]:
    await journal.ask(batch, run)
    ids = [request.order_id for request in batch]
    try:
        reply = await panel.ask(kind.value, ids, Sending())
        said = read_requests(reply, kind.value, ids)
    except BaseException:
        lost = dict.fromkeys(
            ids, RequestAnswer(Said.NOTHING, message="interrupted before the answer was read")
        )
        await asyncio.shield(journal.answer([_answered(each, lost[each.order_id]) for each in batch], run))
        raise
    answered = [_answered(each, said[each.order_id]) for each in batch]
    await journal.answer(answered, run)
    return answered


def _answered(request: Request, answer: RequestAnswer) -> Request:
    state = request_after(request.state, EVENTS[answer.said])
    return replace(request, state=state, request_id=answer.request_id, message=answer.message)
