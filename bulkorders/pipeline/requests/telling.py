"""What refills and cancels came to, for people and programs: each with what was said, and the exit code."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from bulkorders import wording
from bulkorders.model.lifecycle import RequestKind, RequestState
from bulkorders.model.orders import Request, Submission
from bulkorders.model.report import Stop
from bulkorders.model.requesting import LeftOutPart, RequestCounts, Requested
from bulkorders.pipeline import reporting
from bulkorders.tracking.eligibility import LeftOut


def requested(
    run: str,
    kind: RequestKind,
    *,
    asked: Sequence[Request],
    left: Sequence[LeftOut],
    orders: Mapping[str, Submission],
    results: Sequence[str] = (),
    stopped: Stop | None = None,
    named: bool = False,
) -> Requested:
    """Return what was asked for and what was left out, with what was said; `orders` are by key."""
    states = Counter(each.state for each in asked)
    counts = RequestCounts(
        asked=len(asked),
        accepted=states[RequestState.ACCEPTED],
        refused=states[RequestState.REFUSED],
        in_doubt=states[RequestState.IN_DOUBT],
        left_out=len(left),
    )
    return Requested(
        run=run,
        kind=kind.value,
        counts=counts,
        requests=tuple(_part(each, orders[each.key]) for each in asked),
        left_out=tuple(_left_part(each) for each in left),
        results=tuple(results),
        stopped=stopped,
        named=named,
    )


def _part(request: Request, order: Submission) -> dict[str, object]:
    fields = ("campaign", "row", "reference", "service", "account")
    return {**asdict(request), **{name: getattr(order, name) for name in fields}}


def _left_part(found: LeftOut) -> LeftOutPart:
    order = found.target.order
    facts = {
        name: wording.moment(value) if name in ("asked_at", "when") else value
        for name, value in found.facts.items()
    }
    return LeftOutPart(
        key=order.key,
        order_id=found.target.order_id,
        campaign=order.campaign,
        row=order.row,
        reference=order.reference,
        service=order.service,
        status=order.status,
        code=found.code,
        message=wording.note(found.code, {"order_id": found.target.order_id, **facts}),
    )


def exit_code_of(requested: Requested) -> int:
    """Return the exit code: 5 where an answer was lost, 6 where the panel or a rule said no to what was named."""
    codes = {reporting.STOPPED_EXIT.get(requested.stopped.code, 3)} if requested.stopped else set()
    if requested.counts.in_doubt:
        codes.add(5)
    if requested.counts.refused or (requested.named and requested.left_out):
        codes.add(6)
    return next((code for code in (130, 2, 5, 3, 4, 6) if code in codes), 0)
