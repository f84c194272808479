"""What became of refills and cancels that were asked for: only the panel's own word settles them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from bulkorders.journal.protocol import Journal
from bulkorders.model.lifecycle import RequestKind, RequestState, request_after
from bulkorders.model.orders import Request, Submission
from bulkorders.model.outcomes import FINAL, Delivery
from bulkorders.panel.client import Panel

DONE = frozenset({Delivery.COMPLETED.value})
FAILED = frozenset({Delivery.FAILED.value, Delivery.CANCELED.value, "Not found"})
CANCELED = frozenset({Delivery.CANCELED.value, Delivery.REFUNDED.value, Delivery.PARTIAL.value})
"""Final statuses with which an order ends that was canceled; with any other the cancel came to nothing."""


async def follow_refills(
    panel: Panel, journal: Journal, run: str, *, since: str, keys: Sequence[str] | None = None
) -> None:
    """Ask what became of refills that have an id, all in as few calls as possible, and record it. Raises PanelError.

    Those asked for before `since` (ISO text in UTC) are let go, and so are ids that the panel gave for
    several orders: such an id is a constant and no id. Of these orders alone, where `keys` are given.
    """
    refills = await journal.requests(kind=RequestKind.REFILL, account=panel.account)
    own = None if keys is None else set(keys)
    waiting = {
        id_: request
        for id_, request in _identified(refills)
        if request.asked_at >= since and (own is None or request.key in own)
    }
    words = await panel.refill_words(list(waiting)) if waiting else {}
    told = [(waiting[id_], _settled(waiting[id_], word)) for id_, word in words.items()]
    changed = [after for before, after in told if after != before]
    if changed:
        await journal.answer(changed, run)


def _identified(refills: Iterable[Request]) -> Iterator[tuple[str, Request]]:
    """Give the refills under way by their id; on panels where that is the order's, the latest of an order."""
    given: dict[str, list[Request]] = {}
    for each in refills:
        if each.request_id:
            given.setdefault(each.request_id, []).append(each)
    for id_, several in given.items():
        if len({each.order_id for each in several}) == 1 and several[-1].state is RequestState.ACCEPTED:
            yield id_, several[-1]


async def settle_cancels(journal: Journal, orders: Sequence[Submission], run: str) -> None:
    """Record cancels as done where the order's own status now proves it, as failed where it ended otherwise.

    One whose answer was lost is settled likewise: it can't be asked for again once the order has ended.
    """
    settled: list[Request] = []
    for order in orders:
        if order.status in FINAL:
            for request in order.requests:
                if request.kind is RequestKind.CANCEL:
                    settled += _ended(request, order.status)
    if settled:
        await journal.answer(settled, run)


def _ended(request: Request, status: str | None) -> list[Request]:
    """Return the states through which a cancel comes to its end, now that its order has this final status."""
    canceled = status in CANCELED
    if request.state is RequestState.ACCEPTED:
        events = ["done" if canceled else "fail"]
    elif request.state is RequestState.IN_DOUBT:
        events = ["accept", "done"] if canceled else ["refuse"]
    else:
        return []
    found = []
    for event in events:
        request = replace(request, state=request_after(request.state, event), status=status)
        found.append(request)
    return found


def _settled(request: Request, word: str) -> Request:
    if word in DONE:
        return replace(request, status=word, state=request_after(request.state, "done"))
    if word in FAILED:
        return replace(request, status=word, state=request_after(request.state, "fail"))
    return replace(request, status=word)
