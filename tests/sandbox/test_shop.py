"""What the shop does with money, time and ids, without a server before it."""

from __future__ import annotations

import threading
from collections import Counter
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from bulkorders.sandbox import BadSettingError, Refused, Shop
from bulkorders.sandbox.clock import Clock
from bulkorders.sandbox.fate import FINAL, STATUSES, draw_fate

if TYPE_CHECKING:
    from collections.abc import Iterator

GOOD = {"service": "1", "link": "https://example.com/p", "quantity": "500"}


@pytest.fixture
def shop() -> Iterator[Shop]:
    """Yield a rich shop whose time stands still until it is moved."""
    opened = Shop(balance="1000000", clock=Clock(wall=lambda: 1_000_000_000.0))
    yield opened
    opened.close()


def test_ids_leave_gaps_for_other_customers(shop: Shop):
    """Ids grow, never twice the same, with others' orders between, alike for the same seed."""
    ids = [int(shop.add(GOOD).id) for _ in range(200)]
    steps = {after - before for before, after in pairwise(ids)}
    assert min(steps) == 1
    assert max(steps) > 3
    twin = Shop(balance="1000000")
    assert [int(twin.add(GOOD).id) for _ in range(200)] == ids


def test_outcomes_are_mostly_good_and_repeatable(shop: Shop):
    """Most orders are completed, some over-delivered, a few partial, a few canceled, alike for a seed."""
    orders = [shop.add(GOOD | {"link": f"https://example.com/{n}"}) for n in range(300)]
    shop.advance()
    told = [shop.status(order.id)[1] for order in orders]
    count = Counter(delivery.status for delivery in told)
    assert set(count) == FINAL
    assert count["Completed"] > 240
    assert count["Partial"] > 3
    assert count["Canceled"] > 3
    assert any(delivery.remains < 0 for delivery in told)
    twin = Shop(balance="1000000")
    again = [twin.add(GOOD | {"link": f"https://example.com/{n}"}).fate for n in reversed(range(300))]
    assert [order.fate for order in orders] == again[::-1]


def test_an_order_goes_through_the_documented_statuses(shop: Shop):
    """Pending, Processing, In progress, Completed: the count at the start appears with the work."""
    shop.plan("Completed", share=1.0)
    order = shop.add(GOOD)
    seen = []
    for _ in range(400):
        seen.append(shop.status(order.id)[1])
        shop.advance(216)
    assert list(dict.fromkeys(delivery.status for delivery in seen)) == [
        "Pending",
        "Processing",
        "In progress",
        "Completed",
    ]
    assert {delivery.start_count for delivery in seen if delivery.status in {"Pending", "Processing"}} == {0}
    assert len({delivery.start_count for delivery in seen if delivery.start_count}) == 1
    remains = [delivery.remains for delivery in seen]
    assert remains == sorted(remains, reverse=True)
    assert (remains[0], remains[-1]) == (500, 0)


@pytest.mark.parametrize("status", sorted(FINAL))
def test_every_fate_ends_within_a_day(status: str):
    """Whatever is drawn, it is final after 86,400 seconds of the shop and says only documented words."""
    for number in range(500):
        fate = draw_fate(f"{number}", 1_000, status=status)
        assert fate.ends < 86_400
        assert fate.at(86_400).status == status
        assert {fate.at(second).status for second in range(0, 86_400, 600)} <= STATUSES


def test_partial_pays_back_the_undelivered_share(shop: Shop):
    """Of a partial order exactly the remains are paid back, and the charge shown is what is left."""
    shop.plan("Partial", share=0.4)
    order = shop.add(GOOD)
    assert shop.balance == Decimal("999998.75")
    shop.advance()
    told, delivery = shop.status(order.id)
    assert (delivery.status, delivery.remains) == ("Partial", 300)
    assert shop.balance == Decimal("999999.5")
    assert told.charge - told.refunded == Decimal("0.5")


def test_a_partial_order_lacks_something(shop: Shop):
    """However large the share asked for, a partial order has a unit that was not delivered."""
    shop.plan("Partial", share=1.0)
    order = shop.add(GOOD)
    shop.advance()
    assert shop.status(order.id)[1].remains == 1


def test_canceled_pays_back_all(shop: Shop):
    """A canceled order costs nothing in the end, a package too."""
    shop.plan("Canceled")
    shop.add(GOOD)
    shop.add({"service": "3", "link": "x"})
    assert shop.balance == Decimal("954998.75")
    shop.advance()
    assert shop.balance == Decimal(1_000_000)


def test_balance_is_paid_back_when_told_of_the_end_and_not_before(shop: Shop):
    """At each moment the balance and the charges told add up to the money there was."""
    orders = [shop.add(GOOD | {"link": f"https://example.com/{n}"}) for n in range(150)]
    for _ in range(50):
        shop.advance(86_400 / 49)
        told = [shop.status(order.id) for order in orders]
        charges = sum((order.charge - order.refunded for order, _ in told), start=Decimal(0))
        owed = [order.refund_due(shop._records.clock.now()) for order, _ in told]  # noqa: SLF001 - the shop's own time
        assert owed == [order.refunded for order, _ in told]
        assert shop.balance + charges == Decimal(1_000_000)


def test_cancel_in_progress_is_partial(shop: Shop):
    """An order stopped half-way is partial: what was delivered is paid, the rest is back."""
    shop.plan("Completed", share=1.0)
    order = shop.add(GOOD)
    fate = order.fate
    shop.advance(fate.pending + fate.processing + fate.progress / 2)
    shop.cancel(order.id)
    shop.advance(shop.cancel_delay)
    _, delivery = shop.status(order.id)
    assert delivery.status == "Partial"
    assert 0 < delivery.remains <= 250
    assert shop.balance == Decimal(1_000_000) - Decimal("0.0025") * (500 - delivery.remains)
    shop.advance()
    assert shop.status(order.id)[1] == delivery


def test_pin_fixes_what_is_told_and_settles_the_money(shop: Shop):
    """A pinned delivery is told as given; pinning anew takes the earlier refund back first."""
    order = shop.add(GOOD)
    shop.pin(order.id, "Canceled")
    assert shop.balance == Decimal(1_000_000)
    shop.pin(order.id, "Partial", remains=100, start_count=168)
    assert shop.balance == Decimal(999999)
    _, delivery = shop.status(order.id)
    assert (delivery.start_count, delivery.remains) == (168, 100)
    shop.pin(order.id, "Completed", remains=-2)
    assert shop.balance == Decimal("999998.75")
    shop.pin(order.id, "In progress")
    shop.advance()
    assert shop.status(order.id)[1].status == "In progress"


def test_plans_are_consumed(shop: Shop):
    """A plan strikes the links it names, as often as it says."""
    shop.plan("Canceled", link="/bad/", times=1)
    shop.plan("Completed")
    orders = [shop.add(GOOD | {"link": link}) for link in ("/good/", "/bad/1", "/bad/2")]
    assert [order.fate.status == "Canceled" for order in orders] == [False, True, False]


def test_a_changed_rate_counts_from_then_on(shop: Shop):
    """A new rate is shown and charged for new orders; a service taken out is unknown."""
    before = shop.add(GOOD)
    shop.change_service("1", rate="3.3", most=400)
    assert shop.services()[0].rate == Decimal("3.3")
    after = shop.add(GOOD | {"quantity": "400"})
    assert (before.charge, after.charge) == (Decimal("1.25"), Decimal("1.32"))
    shop.remove_service("1")
    with pytest.raises(Refused, match="Incorrect service ID"):
        shop.add(GOOD)
    assert shop.status(before.id)[0] is before


def test_an_idempotency_value_sells_once():
    """Where the panel has such a parameter, the same value answers with the first order."""
    shop = Shop(idempotency="request_id")
    first = shop.add(GOOD | {"request_id": "a"})
    assert shop.add(GOOD | {"request_id": "a"}) is first
    assert shop.add(GOOD | {"request_id": "b"}) is not first
    assert shop.add(GOOD) is not shop.add(GOOD)
    assert [request.repeated for request in shop.requests] == [None, first.id, None, None, None]


def test_one_open_order_per_link_where_the_panel_wants_it():
    """A second open order on a link is refused until the first is final."""
    shop = Shop(one_per_link=True)
    shop.add(GOOD)
    with pytest.raises(Refused, match="You have active order with this link"):
        shop.add(GOOD)
    shop.advance()
    shop.add(GOOD)


def test_sales_from_many_threads_add_up(shop: Shop):
    """Threads that buy at once get ids of their own, and the money is exact."""
    sold: list[str] = []

    def buyer() -> None:
        sold.extend(shop.add(GOOD).id for _ in range(50))

    threads = [threading.Thread(target=buyer) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(sold)) == 400
    assert shop.balance == Decimal(1_000_000) - 400 * Decimal("1.25")


@pytest.mark.parametrize(
    "wrong",
    [
        lambda shop: shop.set_balance("much"),
        lambda shop: shop.set_balance("NaN"),
        lambda shop: shop.set_speed(-1),
        lambda shop: shop.advance(-1),
        lambda shop: shop.pin("7", "Completed"),
        lambda shop: shop.pin("7", "Done"),
        lambda shop: shop.plan("Pending"),
        lambda shop: shop.change_service("999", rate="1"),
        lambda shop: shop.change_service("1", colour="red"),
        lambda shop: shop.pin_refill("1", "Completed"),
        lambda _shop: Shop(services=0),
        lambda _shop: Shop(services=10_001),
        lambda _shop: Shop(balance="x"),
        lambda _shop: Shop(speed=-2),
    ],
)
def test_wrong_settings_are_refused(shop: Shop, wrong: object):
    """What can't be set is refused with a clear error and changes nothing."""
    with pytest.raises(BadSettingError):
        wrong(shop)  # type: ignore[operator]
    assert shop.balance == Decimal(1_000_000)


def test_speed_makes_a_day_pass_in_a_moment():
    """At a high speed orders are final at once by the wall's clock."""
    wall = [1_000.0]
    shop = Shop(speed=86_400, clock=Clock(wall=lambda: wall[0]))
    order = shop.add(GOOD)
    assert shop.status(order.id)[1].status == "Pending"
    wall[0] += 1
    assert shop.status(order.id)[1].status in FINAL
    shop.set_speed(0)
    second = shop.add(GOOD)
    wall[0] += 1_000
    assert shop.status(second.id)[1].status == "Pending"
