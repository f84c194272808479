"""Asks the panels what became of placed orders, and records it. Nothing here can place an order."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from bulkorders import wording
from bulkorders.errors import PanelError
from bulkorders.journal.protocol import Journal
from bulkorders.model.lifecycle import State
from bulkorders.model.orders import Submission
from bulkorders.model.outcomes import FINAL
from bulkorders.model.progress import Progress
from bulkorders.model.report import Stop
from bulkorders.pipeline.accounts import Account, now
from bulkorders.pipeline.options import Front
from bulkorders.tracking import refills, statuses

SHOWN = 10
"""Order ids named in a sentence; all of them stand in the workbook and in `--json`."""


def is_open(order: Submission) -> bool:
    """Whether there is anything to ask about this order: it is placed, and not final or with an open request."""
    if order.state is not State.PLACED:
        return False
    return order.status not in FINAL or any(each.state.value == "accepted" for each in order.requests)


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
        failure = await _poll_account(account, journal, front, own, run) if own else None
        if failure is not None:
            told = wording.explain(failure)
            stop = stop or Stop(code=failure.code, message=told.message or "", next=told.next or "")
    return stop


def _tell_unknown(front: Front, unknown: Sequence[Submission], said: Mapping[str, str]) -> None:
    """Tell of orders the panel does not know: calmly of those just placed, loudly of the others."""
    at = datetime.now(UTC)
    missing = [order for order in unknown if statuses.overdue(order, at)]
    if len(unknown) > len(missing):
        front.tell(wording.note("status.not_yet", {"count": len(unknown) - len(missing)}))
    if missing:
        ids = [order.order_id for order in missing[:SHOWN]]
        facts = {"count": len(missing), "ids": ids, "said": said[missing[0].key]}
        front.tell(wording.note("status.missing", facts))


async def _poll_account(
    account: Account, journal: Journal, front: Front, orders: Sequence[Submission], run: str
) -> PanelError | None:
    done = 0

    def watch(count: int) -> None:
        nonlocal done
        done += count
        front.progress(Progress(total=len(orders), placed=done, stage="asking", currency=account.currency))

    result = await statuses.refresh(
        account.panel, journal, orders, account.pace, run=run, now=now, watch=watch
    )
    _tell_unknown(front, [order for order in orders if order.key in result.unknown], result.unknown)
    if result.failure is not None:
        return result.failure
    try:
        requests = [request for order in orders for request in order.requests]
        await refills.follow_refills(account.panel, journal, requests, run)
    except PanelError as error:
        return error
    current = await journal.submissions(keys=[order.key for order in orders if order.requests])
    await refills.settle_cancels(journal, current, run)
    return None
