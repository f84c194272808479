"""Requests asked for in batches: on disk first, and a silent panel is left alone."""

import asyncio
from decimal import Decimal

import pytest

from bulkorders.journal.sqlite import SqliteJournal
from bulkorders.model.lifecycle import RequestKind, RequestState
from bulkorders.model.orders import Order, Request, ValidatedOrder, fingerprint, order_key
from bulkorders.model.outcomes import DeliveryReport, Outcome, Verdict
from bulkorders.panel.client import Panel
from bulkorders.panel.profiles import Profile
from bulkorders.pipeline.accounts import now
from bulkorders.sandbox import Fault, running
from bulkorders.tracking.asking import Asked, ask
from bulkorders.tracking.eligibility import targets
from bulkorders.tracking.refills import follow_refills, settle_cancels

LONG_AGO = "2000-01-01T00:00:00+00:00"


@pytest.fixture
def panel_there():
    """Yield a pretend panel that delivers when told to."""
    with running(balance="1000000", speed=0) as sandbox:
        yield sandbox


def profile_of(sandbox, **changes):
    """Return the profile of the pretend panel."""
    return Profile("own", sandbox.url, sandbox.key, "panel.example.com", **changes)


async def sold(journal, sandbox, count):
    """Sell so many completed orders, and return them as the journal has them."""
    keys = []
    for number in range(count):
        order = Order(row=number + 2, service="1", link=f"https://example.com/{number}", quantity=500)
        sent = order.parameters()
        key = order_key("panel.example.com", "may", sent, 1)
        wanted = ValidatedOrder(
            order=order,
            account="panel.example.com",
            campaign="may",
            key=key,
            fingerprint=fingerprint("panel.example.com", sent),
            parameters=sent,
            service_name="Views",
            rate=Decimal("2.5"),
            basis=1000,
            estimate=Decimal("1.25"),
        )
        await journal.add([wanted], "r")
        assert await journal.claim(key, f"a{number}", "r")
        id_ = sandbox.shop.add(sent).id
        sandbox.shop.pin(id_, "Completed")
        await journal.record(f"a{number}", Outcome(Verdict.ACCEPTED, order_ids=(id_,)))
        await journal.deliver([(key, DeliveryReport(id_, status="Completed"))], now(), "r")
        keys.append(key)
    return await journal.submissions(keys=keys)


def run(tmp_path, sandbox, count, work, **changes):
    """Run `work(journal, panel, orders)` over so many completed orders."""

    async def body():
        journal = await SqliteJournal.open(tmp_path / "journal.sqlite")
        try:
            orders = await sold(journal, sandbox, count)
            async with Panel(profile_of(sandbox, **changes)) as panel:
                return await work(journal, panel, orders)
        finally:
            await journal.close()

    return asyncio.run(body())


def test_three_silent_calls_of_one_order_each_end_the_asking(tmp_path, panel_there):
    """Where a call takes one order, the fourth is not sent: two more would be two more in doubt."""
    panel_there.faults.set([Fault(kind="close", when="after", action="refill", times=9)])

    async def work(journal, panel, orders):
        asked = Asked()
        await ask(RequestKind.REFILL, panel, journal, targets(orders), asked, run="r", now=now)
        return asked, await journal.requests()

    asked, kept = run(tmp_path, panel_there, 5, work, batches={"refill": 1})
    assert [each.state for each in kept] == [RequestState.IN_DOUBT] * 3
    assert asked.stopped is not None
    assert asked.stopped[0] == "unanswered"
    assert panel_there.shop.stats.requests["refill"] == 3


def test_one_lost_answer_between_good_ones_stops_nothing(tmp_path, panel_there):
    """The count begins anew with each answer."""
    lost = Fault(kind="close", when="after", action="refill")
    panel_there.faults.set([lost, Fault(kind="none", action="refill"), lost])

    async def work(journal, panel, orders):
        asked = Asked()
        await ask(RequestKind.REFILL, panel, journal, targets(orders), asked, run="r", now=now)
        return asked

    asked = run(tmp_path, panel_there, 4, work, batches={"refill": 1})
    assert [each.state.value for each in asked.requests] == ["in_doubt", "accepted", "in_doubt", "accepted"]
    assert asked.stopped is None


def test_a_panel_that_can_not_be_reached_takes_no_request(tmp_path, panel_there):
    """What never left is refused, not in doubt, and nothing further is sent."""

    async def work(journal, _panel, orders):
        asked = Asked()
        profile = Profile("own", "http://127.0.0.1:9/api", "k", "panel.example.com", batches={"refill": 2})
        async with Panel(profile) as nobody:
            await ask(RequestKind.REFILL, nobody, journal, targets(orders), asked, run="r", now=now)
        return asked

    asked = run(tmp_path, panel_there, 9, work)
    assert {each.state for each in asked.requests} == {RequestState.REFUSED}
    assert len(asked.requests) == 4
    assert asked.stopped is not None
    assert asked.stopped[0] == "unreached"


def test_once_told_to_stop_the_batch_in_flight_is_the_last(tmp_path, panel_there):
    """What was not begun leaves no trace in the journal."""

    async def work(journal, panel, orders):
        asked = Asked()
        going = iter([True, False])
        await ask(
            RequestKind.REFILL,
            panel,
            journal,
            targets(orders),
            asked,
            run="r",
            now=now,
            go_on=lambda: next(going),
        )
        return asked, await journal.requests()

    asked, kept = run(tmp_path, panel_there, 4, work, batches={"refill": 2})
    assert [each.state for each in kept] == [RequestState.ACCEPTED] * 2
    assert asked.stopped == ("interrupted", "")


def refill(id_, key, order_id, state, refill_id, at=LONG_AGO):
    """Return a refill as the journal may have it."""
    return Request(id_, key, order_id, RequestKind.REFILL, state, at, request_id=refill_id)


async def put(journal, *requests):
    """Put refills into the journal, each in its state."""
    for each in requests:
        await journal.ask([each], "r")
        states = [RequestState.ACCEPTED, each.state] if each.state is RequestState.DONE else [each.state]
        for state in states:
            told = refill(each.id, each.key, each.order_id, state, each.request_id, each.asked_at)
            await journal.answer([told], "r")


def test_where_the_refill_has_the_id_of_its_order_the_latest_is_meant(tmp_path, panel_there):
    """A refill that is done does not keep the next one of the same order from being followed."""

    async def work(journal, panel, orders):
        order = orders[0]
        made = panel_there.shop.refill(order.order_ids[0])
        panel_there.shop.pin_refill(made.id, "Completed")
        first = refill("q1", order.key, order.order_ids[0], RequestState.DONE, made.id)
        second = refill("q2", order.key, order.order_ids[0], RequestState.ACCEPTED, made.id)
        await put(journal, first, second)
        await follow_refills(panel, journal, "r", since=LONG_AGO)
        return await journal.requests()

    assert [each.state for each in run(tmp_path, panel_there, 1, work)] == [RequestState.DONE] * 2


def test_an_id_that_an_earlier_order_had_too_is_a_constant(tmp_path, panel_there):
    """It is not asked about, though that order's refill is long done."""

    async def work(journal, panel, orders):
        earlier = refill("q1", orders[0].key, orders[0].order_ids[0], RequestState.DONE, "1")
        later = refill("q2", orders[1].key, orders[1].order_ids[0], RequestState.ACCEPTED, "1")
        await put(journal, earlier, later)
        await follow_refills(panel, journal, "r", since=LONG_AGO, keys=[orders[1].key])
        return (await journal.requests())[1]

    assert run(tmp_path, panel_there, 2, work).state is RequestState.ACCEPTED
    assert panel_there.shop.stats.requests["refill_status"] == 0


@pytest.mark.parametrize(
    ("status", "before", "expected"),
    [
        ("Canceled", RequestState.ACCEPTED, RequestState.DONE),
        ("Refunded", RequestState.ACCEPTED, RequestState.DONE),
        ("Partial", RequestState.IN_DOUBT, RequestState.DONE),
        ("Completed", RequestState.ACCEPTED, RequestState.FAILED),
        ("Failed", RequestState.ACCEPTED, RequestState.FAILED),
        ("Completed", RequestState.IN_DOUBT, RequestState.REFUSED),
        ("In progress", RequestState.ACCEPTED, RequestState.ACCEPTED),
        ("In progress", RequestState.IN_DOUBT, RequestState.IN_DOUBT),
    ],
)
def test_a_cancel_is_settled_by_how_its_order_ended(tmp_path, panel_there, status, before, expected):
    """Taken or in doubt, it is done where the order was canceled, and came to nothing where it was not."""

    async def work(journal, _panel, orders):
        order = orders[0]
        cancel = Request("q", order.key, order.order_ids[0], RequestKind.CANCEL, before, now())
        await journal.ask([cancel], "r")
        await journal.answer([cancel], "r")
        await journal.deliver([(order.key, DeliveryReport("1", status=status))], now(), "r")
        await settle_cancels(journal, await journal.submissions(keys=[order.key]), "r")
        return (await journal.requests())[0]

    assert run(tmp_path, panel_there, 1, work).state is expected
