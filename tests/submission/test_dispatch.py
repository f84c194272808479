"""Many orders at once: a slot is held for as long as the panel is at work, and by what others must hear of first."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from bulkorders.journal.opening import open_journal, spool_path
from bulkorders.journal.protocol import Run
from bulkorders.journal.spool import Spool
from bulkorders.model.lifecycle import State
from bulkorders.model.orders import Order, ValidatedOrder, fingerprint, order_key
from bulkorders.panel.client import Panel
from bulkorders.panel.pace import LocalPace
from bulkorders.panel.profiles import Profile
from bulkorders.sandbox import Fault, running
from bulkorders.submission.attempt import Attempts
from bulkorders.submission.dispatch import Dispatch

ACCOUNT = "panel.example.com/api/v2"


def order_for(number):
    """Return the validated order of a row."""
    order = Order(row=number, service="1", link=f"https://example.com/post/{number}", quantity=500)
    sent = order.parameters()
    key, alike = order_key(ACCOUNT, "may", sent, 1), fingerprint(ACCOUNT, sent)
    return ValidatedOrder(order, ACCOUNT, "may", key, alike, sent, "Views", None, 1000, None, None)


@asynccontextmanager
async def placed(sandbox, folder, count, at_once, prepare=lambda _journal: None):
    """Place so many orders, and give the journal and why it ended."""
    path = folder / "journal.sqlite"
    journal = await open_journal(path, who="a test")
    spool = Spool.open(spool_path(path))
    try:
        async with Panel(Profile("main", sandbox.url, sandbox.key, ACCOUNT), at_once=at_once) as panel:
            await journal.begin_run(Run("run", "submit", "may", None, None, "2026-01-01T00:00:00+00:00"))
            ready = await journal.add([order_for(number) for number in range(2, count + 2)], "run")
            prepare(journal)
            attempts = Attempts(panel, journal, spool, "run")
            dispatch = Dispatch(panel, attempts, LocalPace(at_once + 12), at_once=at_once)
            yield journal, await dispatch.place(ready)
    finally:
        spool.close()
        await journal.close()


async def kinds(journal):
    """Return the kinds of what happened to orders after they were added, in its order."""
    return [event.kind for event in await journal.events() if event.kind != "add"]


@pytest.mark.parametrize("at_once", [1, 4])
def test_no_more_orders_are_at_the_panel_than_there_are_slots(tmp_path, at_once):
    """However many are at work in the journal, whatever the pace allows, the panel sees as many as were asked for."""

    async def go():
        async with placed(sandbox, tmp_path, 40, at_once) as (journal, stopped):
            assert stopped is None
            return {order.state for order in await journal.submissions()}

    with running(latency="10-20ms") as sandbox:
        assert asyncio.run(go()) == {State.PLACED}
        assert sandbox.shop.stats.peak_adds_in_flight == at_once


def test_with_several_slots_an_order_is_sent_while_the_answer_before_it_goes_to_the_disk(tmp_path):
    """The slot is given back with the answer: with two slots, a third order is sold before any answer is recorded."""

    def slowed(journal):
        record = journal.record

        async def when_three_are_sold(*given):
            while len(sandbox.shop.orders) < 3:
                await asyncio.sleep(0.005)
            return await record(*given)

        journal.record = when_three_are_sold

    async def go():
        async with placed(sandbox, tmp_path, 6, 2, slowed) as (journal, _):
            return {order.state for order in await journal.submissions()}

    with running() as sandbox:
        assert asyncio.run(go()) == {State.PLACED}


def test_with_one_slot_each_order_is_recorded_before_the_next_is_claimed(tmp_path):
    """One at a time means one at a time, to the disk and back."""

    async def go():
        async with placed(sandbox, tmp_path, 10, 1) as (journal, _):
            return await kinds(journal)

    with running() as sandbox:
        assert asyncio.run(go()) == ["claim", "accept"] * 10


def test_an_order_in_doubt_keeps_its_slot_until_it_was_followed(tmp_path):
    """Where every answer is lost, those in flight and no further ones are in doubt when the panel is paused."""

    async def go():
        async with placed(sandbox, tmp_path, 40, 3) as (journal, stopped):
            assert stopped.code == "doubts"
            return sum(order.state is State.IN_DOUBT for order in await journal.submissions())

    with running() as sandbox:
        sandbox.faults.set(
            [Fault("reset", when="after", chance=1), Fault("reset", action="balance", chance=1)]
        )
        assert asyncio.run(go()) <= 3 + 3
