"""What became of refills and cancels that the panel took: only its own word settles them."""

from collections.abc import Sequence
from dataclasses import replace

from bulkorders.journal.protocol import Journal
from bulkorders.model.lifecycle import RequestKind, RequestState, request_after
from bulkorders.model.orders import Request, Submission
from bulkorders.model.outcomes import Delivery
from bulkorders.panel.client import Panel
from bulkorders.panel.requests import read_refill_statuses

DONE = frozenset({Delivery.COMPLETED.value})
FAILED = frozenset({Delivery.FAILED.value, Delivery.CANCELED.value, "Not found"})


async def follow_refills(panel: Panel, journal: Journal, requests: Sequence[Request], run: str) -> None:
    """Ask what became of refills that have an id, and record what the panel says. Raises PanelError."""
    open_ones = {
        each.request_id: each
        for each in requests
        if each.kind is RequestKind.REFILL and each.state is RequestState.ACCEPTED and each.request_id
    }
    ids = list(open_ones)
    for start in range(0, len(ids), panel.profile.batch):
        batch = ids[start : start + panel.profile.batch]
        words = read_refill_statuses(await panel.refill_statuses(batch), batch)
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
