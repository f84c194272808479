"""What became of refills and cancels that the panel took: only its own word settles them."""

from collections.abc import Sequence
from dataclasses import replace

from bulkorders.journal.protocol import Journal
from bulkorders.model.lifecycle import RequestKind, RequestState, request_after
from bulkorders.model.orders import Request, Submission
from bulkorders.model.outcomes import Delivery
from bulkorders.panel.client import Panel

DONE = frozenset({Delivery.COMPLETED.value})
FAILED = frozenset({Delivery.FAILED.value, Delivery.CANCELED.value, "Not found"})


async def follow_refills(panel: Panel, journal: Journal, requests: Sequence[Request], run: str) -> None:
    """Ask what became of refills that have an id, and record what the panel says. Raises PanelError.

    An id that the panel gave for several orders is a constant and no id; nothing is asked about it.
    """
    given: dict[str, list[Request]] = {}
    for each in requests:
        if each.kind is RequestKind.REFILL and each.request_id:
            given.setdefault(each.request_id, []).append(each)
    open_ones = {
        id_: several[0]
        for id_, several in given.items()
        if len({each.order_id for each in several}) == 1 and several[0].state is RequestState.ACCEPTED
    }
    words = await panel.refill_words(list(open_ones)) if open_ones else {}
    told = [(open_ones[id_], _settled(open_ones[id_], word)) for id_, word in words.items()]
    changed = [after for before, after in told if after != before]
    if changed:
        await journal.answer(changed, run)


async def settle_cancels(journal: Journal, orders: Sequence[Submission], run: str) -> None:
    """Record cancels as done where the order's own status now proves it, as failed where it ended otherwise."""
    settled = []
    for order in orders:
        for request in order.requests:
            if request.kind is RequestKind.CANCEL and request.state is RequestState.ACCEPTED:
                event = _cancel_event(order)
                if event is not None:
                    state = request_after(request.state, event)
                    settled.append(replace(request, state=state, status=order.status))
    if settled:
        await journal.answer(settled, run)


def _cancel_event(order: Submission) -> str | None:
    if order.status in (Delivery.CANCELED.value, Delivery.REFUNDED.value, Delivery.PARTIAL.value):
        return "done"
    return "fail" if order.status == Delivery.COMPLETED.value else None


def _settled(request: Request, word: str) -> Request:
    if word in DONE:
        return replace(request, status=word, state=request_after(request.state, "done"))
    if word in FAILED:
        return replace(request, status=word, state=request_after(request.state, "fail"))
    return replace(request, status=word)
