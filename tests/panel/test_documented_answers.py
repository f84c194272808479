"""The documented answers, as the samples hold them, through the real client."""

import json
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bulkorders.model.outcomes import Verdict
from bulkorders.panel.client import Panel
from bulkorders.panel.requests import Said as Told
from bulkorders.panel.wire import Sending

SAMPLES = Path(__file__).parents[2] / "samples" / "answers"
ORDER = {"service": "1", "link": "https://example.com/p", "quantity": "500"}


def sample(name: str) -> str:
    """Return a documented answer."""
    return (SAMPLES / f"{name}.json").read_text("utf-8")


def balance(panel: Panel) -> Any:
    """Ask for the balance."""
    return panel.balance()


def catalogue(panel: Panel) -> Any:
    """Ask for the services."""
    return panel.catalogue("now")


def test_the_documented_order(replay: Any, said: Any, ask: Any) -> None:
    """The documented answer to `add` is accepted with its id and message."""
    replay.says(said(sample("add")))
    came = ask(lambda panel: panel.add(ORDER, Sending()))
    assert (came.verdict, came.order_ids) == (Verdict.ACCEPTED, ("99999",))
    assert came.message == json.loads(sample("add"))["message"]


def test_the_documented_error(replay: Any, said: Any, ask: Any) -> None:
    """The documented error rejects the order in the panel's words."""
    replay.says(said(sample("error")))
    came = ask(lambda panel: panel.add(ORDER, Sending()))
    assert (came.verdict, came.kind, came.message) == (Verdict.REJECTED, "service", "Incorrect service ID")


def test_the_documented_catalogue(replay: Any, said: Any, ask: Any) -> None:
    """The documented services are read; what they do not say is unknown, not false."""
    replay.says(said(sample("services")))
    found = ask(catalogue).services
    assert list(found) == ["1", "2"]
    assert (found["1"].rate, found["1"].min, found["1"].max) == (Decimal("2.5"), 200, 10_000)
    assert (found["1"].refill, found["2"].refill, found["1"].cancel, found["1"].dripfeed) == (
        True,
        False,
        None,
        None,
    )


def test_the_documented_balance(replay: Any, said: Any, ask: Any) -> None:
    """The documented balance is read with its currency."""
    replay.says(said(sample("balance")))
    assert asdict(ask(balance)) == {"amount": Decimal(343_423), "currency": "VND"}


def test_the_documented_status_of_one(replay: Any, said: Any, ask: Any) -> None:
    """One order is asked about with `order`, and its negative remains is kept."""
    replay.says(said(sample("status")))
    report = ask(lambda panel: panel.statuses(["5"]))["5"]
    assert (report.status, report.charge, report.remains) == ("Completed", Decimal("2.5"), -2)
    assert replay.asked == [{"key": replay.profile().key, "action": "status", "order": "5"}]


@pytest.mark.parametrize(("name", "second"), [("status-many", "Processing"), ("status-many-unknown", None)])
def test_the_documented_status_of_many(
    replay: Any, said: Any, ask: Any, name: str, second: str | None
) -> None:
    """Many orders are asked about with `orders` in one request, and each has its own answer."""
    replay.says(said(sample(name)))
    told = ask(lambda panel: panel.statuses(["123", "456"]))
    assert (told["123"].status, told["123"].currency, told["456"].status) == ("Completed", "VND", second)
    assert [form.get("orders") for form in replay.asked] == ["123,456"]
    assert told["456"].error == (None if second else "Incorrect order ID")


def test_the_documented_refills(replay: Any, said: Any, ask: Any) -> None:
    """One refill is asked for with `order`, many with `orders`; ids and refusals are told apart."""
    replay.says(said(sample("refill")), said(sample("refill-many")))
    one = ask(lambda panel: panel.requests("refill", ["7"]))
    many = ask(lambda panel: panel.requests("refill", ["123", "456"]))
    assert [(form.get("order"), form.get("orders")) for form in replay.asked] == [
        ("7", None),
        (None, "123,456"),
    ]
    assert one["7"].request_id == "1"
    assert [(each.said, each.request_id) for each in many.values()] == [
        (Told.ACCEPTED, "1"),
        (Told.REFUSED, None),
    ]


def test_the_documented_refill_statuses(replay: Any, said: Any, ask: Any) -> None:
    """Refills are asked about with `refills`, and both documented shapes are read."""
    replay.says(said(sample("refill_status")), said(sample("refill_status-one")))
    many = ask(lambda panel: panel.refill_words(["1", "2"]))
    one = ask(lambda panel: panel.refill_words(["1"]))
    assert many == {"1": "Completed", "2": "Failed"}
    assert one == {"1": "Completed"}
    assert [form["refills"] for form in replay.asked] == ["1,2", "1"]


def test_the_documented_cancels(replay: Any, said: Any, ask: Any) -> None:
    """Cancels are asked for with `orders`; one is taken, the other refused in the panel's words."""
    replay.says(said(sample("cancel")))
    told = ask(lambda panel: panel.requests("cancel", ["123", "456"]))
    assert [each.said for each in told.values()] == [Told.ACCEPTED, Told.REFUSED]
    assert told["456"].message == "Service not support cancel!"
