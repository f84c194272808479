"""A pass over open orders: several calls at once, and every answer counted."""

import asyncio
from contextlib import nullcontext
from dataclasses import dataclass

from bulkorders.model.outcomes import DeliveryReport
from bulkorders.tracking import statuses


@dataclass(frozen=True)
class Order:
    """As much of a placed order as a pass looks at."""

    key: str
    order_ids: tuple[str, ...]
    placed_at: str | None = None

    @property
    def order_id(self):
        """Its first id."""
        return self.order_ids[0]


class Panel:
    """Answers after all that are asked at once have asked."""

    def __init__(self):
        self.at_once = self.most = 0

    async def statuses(self, order_ids, told):
        """Tell that each is pending."""
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await asyncio.sleep(0.01)
        self.at_once -= 1
        told |= {id_: DeliveryReport(id_, status="Pending") for id_ in order_ids}


class Journal:
    """Takes its time over every writing, as a disk does."""

    async def deliver(self, reports, checked_at, run):  # noqa: ARG002 - as the journal's
        """Count them all as changed."""
        await asyncio.sleep(0.01)
        return len(reports)


class Pace:
    """Holds nobody back."""

    def slot(self):
        """Give a slot at once."""
        return nullcontext()


async def pages(count, size):
    """Yield so many orders in groups of this size."""
    for start in range(0, count, size):
        await asyncio.sleep(0)
        yield [Order(f"k{number}", (str(number),)) for number in range(start, min(start + size, count))]


def passed_over(count, size):
    """Return what a pass over so many orders came to, and the panel that was asked."""
    panel = Panel()
    result = asyncio.run(
        statuses.refresh(panel, Journal(), pages(count, size), Pace(), run="r", now=lambda: "now")
    )
    return result, panel


def test_every_change_is_counted_though_several_answers_are_recorded_at_once():
    """A count read before the journal's answer would lose what other calls add meanwhile."""
    result, _ = passed_over(count=2_000, size=100)
    assert (result.asked, result.changed) == (2_000, 2_000)


def test_calls_go_on_from_one_group_to_the_next_without_waiting_for_the_others():
    """As many calls are in flight as may be, and no more, however the groups come."""
    _, panel = passed_over(count=2_000, size=50)
    assert panel.most == statuses.AT_ONCE
