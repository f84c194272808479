"""What sets single dialects apart beside the shape of their answers, over real sockets."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from bulkorders.sandbox import Fault

LINK = "https://example.com/a"
JSON = "application/json"
PAGE = "text/html; charset=UTF-8"
Speaking = Callable[[str], Any]


def listed(panel: Any) -> list[dict[str, Any]]:
    """Return the catalogue's lines, whatever they stand in."""
    told = panel.ask("services").json()
    return told if isinstance(told, list) else told.get("data", told.get("services"))


FIRST = {
    "perfectpanel": {
        "service": 1, "name": "Facebook views", "type": "Default", "category": "Facebook", "rate": "2.5",
        "min": "200", "max": "10000", "refill": True, "cancel": True, "dripfeed": False,
    },
    "smartpanel": {
        "service": "1", "name": "Facebook views", "type": "default", "category": "Facebook", "rate": "2.5",
        "min": "200", "max": "10000", "desc": "", "dripfeed": "0",
    },
    "cmsnt2": {
        "service": 1, "name": "Facebook views", "type": "Default", "category": "Facebook", "rate": "2.5",
        "min": 200, "max": 10000, "refill": 1, "cancel": 1, "dripfeed": 0, "desc": None, "platform": "Facebook",
    },
    "cmsnt1": {
        "service": 1, "name": "Facebook views", "type": "Default", "category": "Facebook", "rate": 2.5,
        "min": 200, "max": 10000, "refill": 1, "cancel": 1, "dripfeed": 0,
    },
    "asap": {
        "service": 1, "name": "Facebook views", "type": "default", "category": "Facebook", "rate": "2.5",
        "min": "200", "max": "10000",
    },
    "socpanel": {
        "service": 1, "name": "Facebook views", "type": "subscribe", "category": "Facebook", "rate": "2.5",
        "min": "200", "max": "10000", "refill": True, "cancel": True, "dripfeed": False, "desc": "",
    },
    "indonesian": {
        "id": 1, "name": "Facebook views", "type": "Default", "category": "Facebook", "price": "2.5",
        "min": 200, "max": 10000, "refill": 1, "note": "",
    },
    "homemade": {
        "Service": "1", "Name": "Facebook views", "Type": "Default", "Category": "Facebook", "Rate": "2.5",
        "Min": 200, "Max": 10000, "Refill": "true", "Cancel": "true", "Dripfeed": False,
    },
}  # fmt: skip
"""The first line of each catalogue."""


@pytest.mark.parametrize("dialect", FIRST)
def test_a_line_of_the_catalogue(speaking: Speaking, dialect: str):
    """Each dialect lists a service with its own fields, flags and kinds of number."""
    assert listed(speaking(dialect))[0] == FIRST[dialect]


@pytest.mark.parametrize(
    ("dialect", "content_type"),
    [("smartpanel", PAGE), ("cmsnt2", PAGE), ("cmsnt1", JSON), ("socpanel", JSON), ("homemade", JSON)],
)
def test_what_the_answer_calls_itself(speaking: Speaking, dialect: str, content_type: str):
    """Panels that print JSON without a header call it a page, errors and faults included."""
    panel = speaking(dialect)
    panel.sandbox.faults.set([Fault("no_funds")])
    for action in ("balance", "add", "status"):
        assert panel.ask(action).headers["content-type"] == content_type


def test_php_escapes_what_it_prints(speaking: Speaking):
    """SmartPanel prints indented and with every slash and foreign letter escaped, SMMPANEL2 on one line."""
    smart = speaking("smartpanel")
    smart.shop.change_service("1", category="Việt / Nam")
    assert '        "category": "Vi\\u1ec7t \\/ Nam",\n' in smart.ask("services").text
    assert smart.ask("services").json()[0]["category"] == "Việt / Nam"
    assert speaking("cmsnt2").ask("dance").text.startswith('{"status":"error","msg":"H\\u00e0nh')


@pytest.mark.parametrize("dialect", ["smartpanel", "socpanel", "cmsnt2"])
def test_some_take_a_get(speaking: Speaking, dialect: str):
    """Servers of these families act on a GET as on a POST; the others answer it with 405."""
    panel = speaking(dialect)
    query = {"key": panel.sandbox.key, "action": "add", "service": "1", "link": LINK, "quantity": "500"}
    assert panel.client.get(panel.sandbox.url, params=query).status_code == 200
    assert len(panel.shop.orders) == 1
    refused = speaking("cmsnt1")
    assert refused.client.get(refused.sandbox.url, params=query).status_code == 405


def test_smartpanel_listens_at_two_addresses(speaking: Speaking):
    """It is announced at /api/v1 and answers at /api/v2 too."""
    panel = speaking("smartpanel")
    form = {"key": panel.sandbox.key, "action": "balance"}
    assert panel.sandbox.url == panel.sandbox.root + "/api/v1"
    assert panel.client.post(panel.sandbox.root + "/api/v2", data=form).json()["status"] == "success"


def test_smartpanel_tells_a_failure_as_pending(speaking: Speaking):
    """An order that failed is Pending for ever; another dialect says so."""
    for dialect, word in (("smartpanel", "Pending"), ("perfectpanel", "Fail")):
        panel = speaking(dialect)
        order = panel.buy()
        panel.shop.pin(order, "Fail")
        panel.shop.advance(100_000)
        assert panel.ask("status", order=order).json()["status"] == word


def test_smartpanel_tells_drip_feeds_and_subscriptions_otherwise(speaking: Speaking):
    """They have runs, or posts and expiry, and the ids of inner orders in place of charge and remains."""
    panel = speaking("smartpanel")
    drip = panel.buy("49", "20", runs="3", interval="30")
    followed = panel.buy("61", username="@someone", min="10", max="20", posts="5", delay="0")
    panel.shop.pin(drip, "In progress")
    inner = int(drip) * 10 + 1
    assert panel.ask("status", order=drip).json() == {"status": "In progress", "runs": "3", "orders": [inner]}
    assert panel.ask("status", order=followed).json() == {
        "status": "Active", "expiry": False, "posts": "5", "orders": [],
    }  # fmt: skip
    late = panel.ask("add", service="49", link=LINK, quantity="20", runs="3", interval="7").json()
    assert late == {"status": "error", "message": "Invalid interval in minutes"}


def test_cmsnt2_blocks_after_five_wrong_keys(speaking: Speaking):
    """After five wrong keys the right one is refused too."""
    panel = speaking("cmsnt2")
    for _ in range(5):
        assert panel.ask("balance", key="wrong").json()["error"] == "Invalid API key"
    assert panel.ask("balance").json()["msg"] == "Too many failed attempts. Please retry later."


def test_cmsnt2_cuts_long_batches_without_a_word(speaking: Speaking):
    """Of 101 ids the last is not spoken of, the hundredth is, and the stats say so."""
    panel = speaking("cmsnt2")
    order = panel.buy()
    strange = [f"K{number}" for number in range(100)]
    assert panel.ask("status", orders=",".join([*strange, order])).json() == []
    assert len(panel.ask("status", orders=",".join([*strange[:99], order, "K1"])).json()) == 1
    assert panel.shop.stats.oversized_batches == 2


def test_cmsnt2_adds_tax_and_prices_by_the_piece(speaking: Speaking):
    """A tenth comes on top; packages, comment packages and subscriptions cost their rate for each one."""
    panel = speaking("cmsnt2")
    panel.shop.set_balance("100000000")
    panel.buy(quantity="1000")
    panel.buy("3", "1")
    panel.buy("50", "1", comments="one\ntwo")
    panel.buy("61", "1", username="@someone", min="10", max="20", posts="2", delay="0")
    assert [order.charge for order in panel.shop.orders] == [
        Decimal("2.75"), Decimal(49_500), Decimal(57_200), Decimal(9_900 * 40) * Decimal("1.1"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("dialect", "status", "text"),
    [("cmsnt2", 200, "Vui lòng nhập số lượng"), ("cmsnt1", 400, "The quantity field is required.")],
)
def test_these_demand_a_quantity_that_they_count(speaking: Speaking, dialect: str, status: int, text: str):
    """Comments and packages are refused without a quantity; with any, the lines count, and one package."""
    panel = speaking(dialect)
    comments = "\n".join("abcde")
    for service in ("3", "4"):
        said = panel.ask("add", service=service, link=LINK, comments=comments)
        assert (said.status_code, text in said.json().values()) == (status, True)
    panel.buy("3", "7")
    panel.buy("4", "99", comments=comments)
    assert [order.quantity for order in panel.shop.orders] == [1, 5]


def test_cmsnt1_sells_one_in_a_second(speaking: Speaking):
    """A second order within the same second is refused with 429, and taken a second later."""
    panel = speaking("cmsnt1")
    panel.buy()
    form = {"key": panel.sandbox.key, "action": "add", "service": "1", "link": LINK, "quantity": "500"}
    said = panel.client.post(panel.sandbox.url, data=form)
    assert (said.status_code, said.json()) == (429, {"error": "Too many requests"})
    assert len(panel.shop.orders) == 1
    panel.buy()
    assert len(panel.shop.orders) == 2


def test_cmsnt1_refuses_long_batches(speaking: Speaking):
    """More than a hundred ids are answered with 400."""
    said = speaking("cmsnt1").ask("status", orders=",".join(map(str, range(101))))
    assert (said.status_code, said.json()) == (400, {"error": "Maximum 100 orders"})


def test_indonesian_needs_who_asks(speaking: Speaking):
    """Without `api_id`, or with another's, the key is wrong."""
    panel = speaking("indonesian")
    for extra in ({}, {"api_id": "8"}):
        form = {"api_key": panel.sandbox.key, "action": "balance"} | extra
        said = panel.client.post(panel.sandbox.url, data=form)
        assert said.json() == {"status": False, "data": {"msg": "API Key salah"}}


def test_indonesian_has_many_words_for_one_state(speaking: Speaking):
    """States are told in Indonesian or English, and some that are not final as numbers."""
    panel = speaking("indonesian")
    orders = [panel.buy(quantity=str(200 + number)) for number in range(24)]
    found = {}
    for state in ("Pending", "Processing", "In progress", "Completed", "Partial", "Canceled", "Fail"):
        for order in orders:
            panel.shop.pin(order, state)
        told = [panel.ask("status", order=order).json()["data"]["status"] for order in orders]
        found[state] = set(told)
    assert found == {
        "Pending": {"Menunggu", "Pending"},
        "Processing": {1, "Diproses"},
        "In progress": {"Berjalan", 2, "Proses"},
        "Completed": {"Success", "Selesai", "Sukses"},
        "Partial": {"Sebagian", "Partial"},
        "Canceled": {"Dibatalkan", "Batal"},
        "Fail": {"Gagal", "Error"},
    }


def test_homemade_gives_the_earlier_order_for_the_same_request(speaking: Speaking):
    """The same `request_id` is answered 200 with the order it made, and sells nothing more."""
    panel = speaking("homemade")
    said = [
        panel.ask("add", service="1", link=LINK, quantity="500", request_id=token)
        for token in ("a", "a", "b")
    ]
    assert [each.status_code for each in said] == [201, 200, 201]
    assert said[0].json() == said[1].json() == {"orderId": panel.shop.orders[0].id}
    assert len(panel.shop.orders) == 2


def test_a_fault_may_repeat_an_id_of_letters(speaking: Speaking):
    """An order id that a fault gives again may be one of this dialect."""
    panel = speaking("homemade")
    panel.sandbox.faults.set([Fault("repeated_id", when="before", order="ord_4711")])
    said = panel.ask("add", service="1", link=LINK, quantity="500")
    assert (said.status_code, said.json()) == (201, {"orderId": "ord_4711"})
    assert panel.shop.orders == []


def test_homemade_says_too_many_with_200(speaking: Speaking):
    """The eleventh order in a second is refused with 200 and another key than other errors have."""
    panel = speaking("homemade")
    form = {"key": panel.sandbox.key, "action": "add", "service": "1", "link": LINK, "quantity": "500"}
    said = [panel.client.post(panel.sandbox.url, data=form) for _ in range(11)]
    assert [each.status_code for each in said] == [201] * 10 + [200]
    assert said[-1].json() == {"error": "Rate limit exceeded"}
    assert len(panel.shop.orders) == 10


def test_homemade_answers_many_in_any_order(speaking: Speaking):
    """A list of states names no order, leaves out strange ones, and is not in the order asked for."""
    panel = speaking("homemade")
    orders = [panel.buy(quantity=str(quantity)) for quantity in range(200, 230)]
    told = panel.ask("status", orders=",".join([*orders, "ord_5"])).json()
    remains = [each["Remains"] for each in told]
    assert sorted(remains) == list(range(200, 230))
    assert remains != sorted(remains)


def test_homemade_lists_what_no_list_should_hold(speaking: Speaking):
    """Swapped and endless limits, a rate of nothing, marks, no category, odd figures, doubles, no services."""
    lines = listed(speaking("homemade"))
    by_name = {line["Name"]: line for line in lines if isinstance(line, dict)}
    swapped = by_name["Story views, limits swapped"]
    assert swapped["Min"] > swapped["Max"]
    assert by_name["Likes without end"]["Max"] == 2_147_483_647
    assert by_name["Free test"]["Rate"] == "0"
    assert by_name["Shares, decimal comma"]["Rate"] == "2,5"
    assert by_name["Reach, with a sign"]["Rate"] == "1$"
    assert by_name["Saves of no category"]["Category"] is None
    assert "<b>Likes</b> &amp; more <i>fast</i>" in by_name
    assert "🔥 Views 🚀 instant ⚡" in by_name
    assert by_name["Followers, an id of letters"]["Service"] == "64f0c2a1b7e9d3000a1b2c3d"
    assert "-- new --" in lines
    assert by_name["Coming soon"] == {"Service": None, "Name": "Coming soon"}
    ids = [line.get("Service") for line in lines if isinstance(line, dict)]
    assert (ids.count("7"), ids.count("8")) == (2, 2)
    assert (
        len({json.dumps(line) for line in lines if isinstance(line, dict) and line.get("Service") == "8"})
        == 2
    )


def test_a_changed_rate_is_written_plainly(speaking: Speaking):
    """Once a tester sets its rate, an oddly written one is a plain figure."""
    panel = speaking("homemade")
    comma = next(line for line in listed(panel) if isinstance(line, dict) and line.get("Rate") == "2,5")
    panel.shop.change_service(comma["Service"], rate="3.5")
    assert next(line for line in listed(panel) if line["Service"] == comma["Service"])["Rate"] == "3.5"
