"""Asks the panels what became of placed orders, and records it. Nothing here can place an order."""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, datetime, timedelta

from bulkorders import wording
from bulkorders.errors import PanelError
from bulkorders.journal.following import Wanted
from bulkorders.journal.protocol import Journal
from bulkorders.model.lifecycle import RequestKind, RequestState, State
from bulkorders.model.orders import Request, Submission
from bulkorders.model.outcomes import FINAL, Delivery
from bulkorders.model.progress import Progress
from bulkorders.model.report import Stop
from bulkorders.pipeline.accounts import Account, now
from bulkorders.pipeline.options import Front
from bulkorders.settings import Settings
from bulkorders.tracking import refills, statuses
from bulkorders.tracking.statuses import Order, Placed, Refreshed

SHOWN = 10
"""Order ids named in a sentence; all of them stand in the workbook and in `--json`."""


REFILL_WAITS = timedelta(days=30)
"""How long a refill is asked about: some panels never say that one is done."""


def wanted(
    settings: Settings, at: datetime, *, final: bool = False, unchecked_since: str | None = None
) -> Wanted:
    """Return which placed orders are asked about at this time: `final` for all of them."""
    auto_since = (at - timedelta(days=settings.refill_days)).isoformat(timespec="milliseconds")
    refills_since = (at - REFILL_WAITS).isoformat(timespec="milliseconds")
    return Wanted(auto_since, refills_since, unchecked_since, final)


def is_open(order: Submission, which: Wanted | None = None) -> bool:
    """Whether there is anything to ask about this order: it is placed, and not final.

    Or it is completed with an automatic refill, has a refill or cancel under way, or all are wanted.
    """
    if which is None:
        lately = (datetime.now(UTC) - REFILL_WAITS).isoformat(timespec="milliseconds")
        which = Wanted(lately, lately)
    if order.state is not State.PLACED:
        return False
    if which.final or order.status not in FINAL:
        return True
    if order.refill == "auto" and order.status == Delivery.COMPLETED:
        return order.placed_at is not None and order.placed_at >= which.auto_since
    return any(_under_way(each, which) for each in order.requests)


def _under_way(request: Request, which: Wanted) -> bool:
    if request.kind is RequestKind.CANCEL:
        return request.state in (RequestState.ACCEPTED, RequestState.IN_DOUBT)
    followed = request.request_id is not None and request.asked_at >= which.refills_since
    return request.state is RequestState.ACCEPTED and followed


async def poll(
    accounts: Iterable[Account],
    journal: Journal,
    front: Front,
    orders: Sequence[Submission],
    *,
    run: str,
) -> Stop | None:
    """Ask about these orders; return why it ended early, or None. What was known before is kept then."""
    stop: Stop | None = None
    for account in accounts:
        own = [order for order in orders if order.account == account.id]
        if not own:
            continue
        result = await ask_statuses(account, journal, front, _pages([own]), run=run, total=len(own))
        failure = result.failure
        if failure is None:
            asked = [order.key for order in own if order.requests]
            failure = await follow_requests(account, journal, run, keys=asked) if asked else None
        stop = stop or (stop_of(failure) if failure is not None else None)
    return stop


def stop_of(failure: PanelError) -> Stop:
    """Return this failure as what stopped a run."""
    told = wording.explain(failure)
    return Stop(code=failure.code, message=told.message or "", next=told.next or "")


async def _pages(pages: Iterable[Sequence[Submission]]) -> AsyncIterator[Sequence[Submission]]:
    for page in pages:
        yield page


def _tell_unknown(front: Front, unknown: Sequence[tuple[Placed, str]]) -> int:
    """Tell of orders the panel does not know: calmly of those just placed, loudly of the others; count these."""
    at = datetime.now(UTC)
    missing = [(order, said) for order, said in unknown if statuses.overdue(order, at)]
    if len(unknown) > len(missing):
        front.tell(wording.note("status.not_yet", {"count": len(unknown) - len(missing)}))
    if missing:
        ids = [order.order_id for order, _ in missing[:SHOWN]]
        front.tell(wording.note("status.missing", {"count": len(missing), "ids": ids, "said": missing[0][1]}))
    return len(missing)


async def ask_statuses(
    account: Account,
    journal: Journal,
    front: Front,
    pages: AsyncIterator[Sequence[Order]],
    *,
    run: str,
    total: int,
) -> Refreshed[Order]:
    """Ask about these orders of one account, `total` in all, and tell what is amiss.

    The next page is fetched when the last group of the one before is on its way: no call waits for a whole page.
    """
    done, size = 0, account.panel.profile.batch_of("status")

    def watch(count: int) -> None:
        nonlocal done
        done += count
        front.progress(Progress(total=total, placed=done, stage="asking", currency=account.currency))

    groups = (group async for page in pages for group in statuses.batches(page, size))
    result = await statuses.refresh(
        account.panel, journal, groups, account.pace, run=run, now=now, watch=watch
    )
    result.missing = _tell_unknown(front, result.unknown)
    return result


async def follow_requests(
    account: Account, journal: Journal, run: str, *, keys: Sequence[str] | None = None
) -> PanelError | None:
    """Ask what became of the account's refills, and hold its cancels against the orders; of `keys` alone, if given."""
    since = (datetime.now(UTC) - REFILL_WAITS).isoformat(timespec="milliseconds")
    try:
        await refills.follow_refills(account.panel, journal, run, since=since, keys=keys)
    except PanelError as error:
        return error
    cancels = await journal.requests(kind=RequestKind.CANCEL, keys=keys, account=account.id, open_only=True)
    if cancels:
        current = await journal.submissions(keys=sorted({each.key for each in cancels}))
        await refills.settle_cancels(journal, current, run)
    return None
