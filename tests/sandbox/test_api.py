"""The seven actions over real sockets, held against the documented answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx

    from bulkorders.sandbox import Sandbox

ANSWERS = Path(__file__).parents[2] / "samples" / "answers"
Ask = Callable[..., Any]
Buy = Callable[..., str]


def documented(name: str) -> Any:
    """Return a documented answer."""
    return json.loads((ANSWERS / f"{name}.json").read_text(encoding="utf-8"))


def shape(value: Any) -> Any:
    """Return keys and JSON types of a value; ids used as keys count as one kind of key."""
    if isinstance(value, dict):
        if all(key.isdigit() for key in value):
            return {"ID": sorted({json.dumps(shape(inner)) for inner in value.values()})}
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return sorted({json.dumps(shape(inner)) for inner in value})
    return type(value).__name__


def test_services_is_the_documented_list(ask: Ask):
    """The catalogue begins with the two documented services, and every line has their keys and types."""
    services = ask("services")
    assert services[:2] == documented("services")
    assert shape(services) == shape(documented("services"))
    assert len(services) == 48


def test_add_is_the_documented_success(ask: Ask):
    """A good order is answered exactly as documented, number and Vietnamese words included."""
    assert ask("add", service="1", link="https://example.com/a", quantity="500") == documented("add")


def test_status_of_one_has_no_currency(ask: Ask, buy: Buy):
    """One order is told of with the four documented strings."""
    told = ask("status", order=buy())
    assert shape(told) == shape(documented("status"))
    assert told == {"charge": "1.25", "start_count": "0", "status": "Pending", "remains": "500"}


def test_status_of_many_is_keyed_by_id(ask: Ask, buy: Buy):
    """Several orders are told of by id, each with the five documented strings."""
    first, second = buy(), buy()
    told = ask("status", orders=f"{first},{second}")
    assert list(told) == [first, second]
    assert shape(told) == shape(documented("status-many"))


def test_status_of_many_answers_a_strange_id_inside(ask: Ask, buy: Buy):
    """An id that isn't ours is an error beside the others, as other customers' ids are."""
    mine = buy()
    told = ask("status", orders=f"{mine},{int(mine) + 1}")
    assert told[str(int(mine) + 1)] == {"error": "Incorrect order ID"}
    assert shape(told) == shape(documented("status-many-unknown"))
    assert ask("status", order="7") == {"error": "Incorrect order ID"}


def test_balance_is_the_documented_one(ask: Ask):
    """The balance is a string, the documented one at first."""
    assert ask("balance") == documented("balance")


def test_charge_leaves_the_balance_exactly(sandbox: Sandbox, ask: Ask, buy: Buy):
    """What is sold is charged at once: rate times quantity by a thousand, to the last digit."""
    buy(quantity="333")
    assert ask("balance")["balance"] == "343422.1675"
    buy(service="8", quantity="101")
    assert sandbox.shop.orders[-1].charge.as_tuple().exponent == -5
    assert ask("balance")["balance"] == "341806.16851"


def test_refill_of_one(sandbox: Sandbox, ask: Ask, buy: Buy):
    """A completed order with refill gets a refill id."""
    sandbox.shop.plan("Completed")
    order = buy()
    assert ask("refill", order=order) == {"error": "Order is not completed"}
    sandbox.shop.advance()
    assert ask("refill", order=order) == documented("refill")
    assert ask("refill", order=order) == {"error": "Refill already requested"}


def test_refill_of_many(sandbox: Sandbox, ask: Ask, buy: Buy):
    """Several refills are answered as the family's list, a refusal inside."""
    sandbox.shop.plan("Completed")
    orders = [buy(), buy(service="2", quantity="100")]
    sandbox.shop.advance()
    said = ask("refill", orders=",".join([*orders, "5"]))
    assert shape(said) == shape(documented("refill-many"))
    assert said[1] == {"order": int(orders[1]), "refill": {"error": "Service not support refill!"}}
    assert said[2] == {"order": 5, "refill": {"error": "Incorrect order ID"}}


def test_refill_status_is_a_word_by_id(sandbox: Sandbox, ask: Ask, buy: Buy):
    """Refills are told of as words by id, pending first, one answered alone as a single word."""
    sandbox.shop.plan("Completed")
    first, second = buy(), buy()
    sandbox.shop.advance()
    ask("refill", orders=f"{first},{second}")
    assert ask("refill_status", refills="1,2") == {"1": "Pending", "2": "Pending"}
    sandbox.shop.pin_refill("1", "Completed")
    sandbox.shop.pin_refill("2", "Rejected")
    assert ask("refill_status", refills="1,2") == documented("refill_status")
    assert ask("refill_status", refill="1") == documented("refill_status-one")
    assert ask("refill_status", refills="9") == {"9": {"error": "Refill not found"}}


def test_refills_end_by_themselves(sandbox: Sandbox, ask: Ask, buy: Buy):
    """After a day a refill is completed or rejected."""
    sandbox.shop.plan("Completed")
    order = buy()
    sandbox.shop.advance()
    ask("refill", order=order)
    sandbox.shop.advance()
    assert ask("refill_status", refills="1")["1"] in {"Completed", "Rejected"}


def test_cancel_is_the_documented_mapping(ask: Ask, buy: Buy):
    """Cancel says 1 for a service that supports it and the documented refusal for one that doesn't."""
    yes, no = buy(), buy(service="2", quantity="100")
    assert ask("cancel", orders=f"{yes},{no}") == {yes: {"cancel": 1}, no: documented("cancel")["456"]}
    assert ask("cancel", orders=yes) == {yes: {"error": "Order cannot be canceled"}}
    assert ask("cancel", orders="5") == {"5": {"error": "Incorrect order ID"}}


def test_cancel_is_only_a_request(sandbox: Sandbox, ask: Ask, buy: Buy):
    """A cancelled order stays pending a while; then it is canceled and all its money is back."""
    order = buy()
    sandbox.shop.cancel_delay = 1.0
    ask("cancel", orders=order)
    assert ask("status", order=order)["status"] == "Pending"
    sandbox.shop.advance(10)
    told = ask("status", order=order)
    assert told == {"charge": "0", "start_count": "0", "status": "Canceled", "remains": "500"}
    assert ask("balance")["balance"] == "343423"


@pytest.mark.parametrize("action", ["status", "cancel", "refill"])
def test_more_than_a_hundred_ids_are_refused_and_counted(sandbox: Sandbox, ask: Ask, action: str):
    """A hundred ids are answered; one more is an error, and the stats say so."""
    ids = [str(number) for number in range(101)]
    assert "error" not in ask(action, orders=",".join(ids[:100]))
    assert ask(action, orders=",".join(ids)) == {"error": "Maximum 100 orders"}
    assert sandbox.shop.stats.oversized_batches == 1


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"service": "999", "link": "x", "quantity": "500"}, "Incorrect service ID"),
        ({"service": "1", "link": " ", "quantity": "500"}, "Bad link"),
        ({"service": "1", "quantity": "500"}, "Bad link"),
        ({"service": "1", "link": "x", "quantity": "199"}, "Quantity less than minimal 200"),
        ({"service": "1", "link": "x", "quantity": "10001"}, "Quantity more than maximum 10000"),
        ({"service": "1", "link": "x", "quantity": "2e2"}, "Incorrect quantity"),
        ({"service": "1", "link": "x", "quantity": "-200"}, "Incorrect quantity"),
        ({"service": "1", "link": "x"}, "Incorrect quantity"),
        ({"service": "4", "link": "x", "quantity": "5"}, "The comments field is required"),
        ({"service": "4", "link": "x", "comments": "a\nb\n\nc\nd"}, "Quantity less than minimal 5"),
        ({"service": "5", "link": "x", "quantity": "500"}, "The list field is required"),
        ({"service": "6", "link": "x", "quantity": "500", "search": "a"}, "The suggest field is required"),
        ({"service": "6", "link": "x", "quantity": "500", "suggest": "a"}, "The search field is required"),
        ({"service": "7", "link": "x", "quantity": "100000"}, "Not enough funds on balance"),
        (
            {"service": "1", "link": "x", "quantity": "500", "runs": "2", "interval": "5"},
            "This service does not support Dripfeed feature!",
        ),
    ],
)
def test_add_refuses_as_a_panel_does(sandbox: Sandbox, ask: Ask, params: dict[str, str], text: str):
    """Each bad order is refused in a panel's words with 200, sells nothing, and is on record."""
    said = ask("add", **params)
    assert said == {"error": text}
    assert shape(said) == shape(documented("error"))
    assert sandbox.shop.orders == []
    assert [request.error for request in sandbox.shop.requests] == [text]


@pytest.mark.parametrize(
    ("params", "quantity", "charge"),
    [
        ({"service": "3"}, 1, "45000"),
        ({"service": "3", "quantity": "700"}, 1, "45000"),
        ({"service": "4", "comments": "a\r\nb\n\nc\nd\ne"}, 5, "925.0025"),
        ({"service": "5", "quantity": "100", "list": "one\ntwo"}, 100, "3250.075"),
        ({"service": "6", "quantity": "100", "suggest": "one", "search": "two"}, 100, "3690"),
    ],
)
def test_each_type_is_sold_by_its_own_rule(
    sandbox: Sandbox, ask: Ask, params: dict[str, str], quantity: int, charge: str
):
    """A package costs its rate, comments are counted by line, the special types need their lists."""
    ask("add", link="https://example.com/v", **params)
    (order,) = sandbox.shop.orders
    assert order.quantity == quantity
    assert str(order.charge) == charge
    assert order.params == {"link": "https://example.com/v"} | params


def test_a_wrong_key_is_refused_for_every_action(sandbox: Sandbox, client: httpx.Client):
    """No action works with another key, and an `add` with it is still on record, without the key."""
    for action in ("services", "balance", "status", "refill", "refill_status", "cancel", "add"):
        said = client.post(sandbox.url, data={"key": "wrong", "action": action}).json()
        assert said == {"error": "Invalid API key"}
    assert sandbox.shop.stats.bad_keys == 7
    assert [request.params for request in sandbox.shop.requests] == [{}]


def test_what_is_no_call_is_refused(sandbox: Sandbox, client: httpx.Client, ask: Ask):
    """An unknown action, another method, another kind of body and another address each get an answer."""
    assert ask("orders") == {"error": "Incorrect request"}
    assert client.get(sandbox.url).status_code == 405
    text = f"key={sandbox.key}&action=balance"
    other = client.post(sandbox.url, content=text, headers={"Content-Type": "text/plain"})
    assert other.json() == {"error": "Invalid API key"}
    missing = client.post(sandbox.root + "/api/v3")
    assert missing.status_code == 404
    assert missing.headers["content-type"].startswith("text/html")
