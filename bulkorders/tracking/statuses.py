"""The statuses of placed orders: polled a hundred at a time, kept where the panel does not answer."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Generic, Protocol, TypeVar

from bulkorders.errors import PanelError
from bulkorders.journal.protocol import Journal
from bulkorders.model import money
from bulkorders.model.outcomes import FINAL, DeliveryReport
from bulkorders.model.pace import Pace
from bulkorders.panel.client import Panel

NOT_YET = timedelta(hours=1)
"""How long a panel may not know an order it has just sold, before that calls for a person (seen on panels
that pass orders on from time to time)."""

AT_ONCE = 8
"""Status calls in flight at once, where the pace has as many slots: twenty a second take six of 0.3 s."""


class Placed(Protocol):
    """As much of a placed order as it takes to ask about it."""

    @property
    def key(self) -> str:
        """Its key."""
        ...

    @property
    def order_ids(self) -> tuple[str, ...]:
        """The panel's ids for it."""
        ...

    @property
    def order_id(self) -> str | None:
        """The first of them."""
        ...

    @property
    def placed_at(self) -> str | None:
        """When it was placed, an ISO text in UTC with offset."""
        ...


Order = TypeVar("Order", bound=Placed)


@dataclass(slots=True)
class Refreshed(Generic[Order]):
    """What a pass over open orders came to: orders asked about, changed, and why it ended early if it did.

    `unknown` are those that the panel does not know, with what it said; `missing` how many of them it should.
    """

    asked: int = 0
    changed: int = 0
    failure: PanelError | None = None
    unknown: list[tuple[Order, str]] = field(default_factory=list)
    missing: int = 0


async def refresh(
    panel: Panel,
    journal: Journal,
    groups: AsyncIterator[Sequence[Order]],
    pace: Pace,
    *,
    run: str,
    now: Callable[[], str],
    watch: Callable[[int], None] | None = None,
) -> Refreshed[Order]:
    """Ask the panel what became of these placed orders, a call for each group, and record what it says.

    A call that fails ends the pass; what came before it is recorded, and of the rest what was known is
    kept. `now` gives the time as an ISO text in UTC; `watch` is told how many orders each answer was about.
    """
    result: Refreshed[Order] = Refreshed()
    one_by_one = asyncio.Lock()

    async def following() -> Sequence[Order] | None:
        async with one_by_one:
            return await anext(groups, None) if result.failure is None else None

    async def work() -> None:
        while (group := await following()) is not None:
            told: dict[str, DeliveryReport] = {}
            try:
                async with pace.slot():
                    await panel.statuses([id_ for order in group for id_ in order.order_ids], told)
            except PanelError as error:
                result.failure = error
            answered = [order for order in group if all(id_ in told for id_ in order.order_ids)]
            reports = [(order, combined(order, told)) for order in answered]
            # Added when it is there: a sum that is read before the wait loses what others add meanwhile.
            changed = await journal.deliver([(order.key, report) for order, report in reports], now(), run)
            result.changed += changed
            result.asked += len(answered)
            result.unknown += [(order, report.error) for order, report in reports if report.error is not None]
            if watch is not None:
                watch(len(answered))

    await _all(asyncio.create_task(work()) for _ in range(AT_ONCE))
    return result


async def _all(works: Iterable[asyncio.Task[None]]) -> None:
    """Wait for all of them; where one fails, end the others before its error is raised: none goes on unseen."""
    tasks = list(works)
    try:
        await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise


def overdue(order: Placed, at: datetime) -> bool:
    """Whether the panel should know this placed order by now."""
    return order.placed_at is None or at - datetime.fromisoformat(order.placed_at) >= NOT_YET


def batches(orders: Iterable[Order], size: int) -> Iterable[list[Order]]:
    """Yield the orders in groups whose ids together are at most `size`; an order's own ids stay together."""
    group: list[Order] = []
    ids = 0
    for order in orders:
        if group and ids + len(order.order_ids) > size:
            yield group
            group, ids = [], 0
        group.append(order)
        ids += len(order.order_ids)
    if group:
        yield group


def combined(order: Placed, told: dict[str, DeliveryReport]) -> DeliveryReport:
    """Return what the panel says of an order; of one with several ids, the sums and the least final status."""
    reports = [told[id_] for id_ in order.order_ids if id_ in told]
    if len(reports) == 1:
        return reports[0]
    failed = next((report for report in reports if report.error is not None), None)
    if failed is not None or len(reports) < len(order.order_ids):
        return failed or DeliveryReport(order.order_id or "", error="not in the panel's answer")
    unfinished = next((report for report in reports if report.status not in FINAL), reports[0])
    return DeliveryReport(
        order.order_id or "",
        status=unfinished.status,
        charge=_summed([report.charge for report in reports]),
        currency=reports[0].currency,
        start_count=reports[0].start_count,
        remains=_whole_sum([report.remains for report in reports]),
    )


def _summed(amounts: Sequence[Decimal | None]) -> Decimal | None:
    return None if None in amounts else money.total(amounts)


def _whole_sum(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None
