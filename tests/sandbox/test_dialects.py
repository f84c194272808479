"""What each dialect answers in each situation, over real sockets."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from bulkorders.sandbox import BadSettingError, Fault, Shop, running
from bulkorders.sandbox.dialects import DIALECTS
from bulkorders.sandbox.terms import TERMS

ANSWERS = json.loads((Path(__file__).parent / "dialects.json").read_text(encoding="utf-8"))
"""By dialect and situation: the HTTP status and the JSON value, "nothing" where there is no body."""

OTHERS = [name for name in DIALECTS if name != "documented"]
LINK = "https://example.com/a"
Speaking = Callable[[str], Any]


def several(*ids: str) -> str:
    """Return a list of ids with one that is nobody's."""
    return ",".join((*ids, "5"))


def refilled(panel: Any) -> str:
    """Ask for a refill and return its id, or that of the first there would be."""
    panel.ask("refill", order=panel.bought()[0])
    return next(iter(panel.shop.refill_ids), "1")


SITUATIONS: dict[str, Callable[[Any], httpx.Response]] = {
    "add": lambda panel: panel.ask("add", service="1", link=LINK, quantity="500"),
    "add without a link": lambda panel: panel.ask("add", service="1", quantity="500"),
    "add of an unknown service": lambda panel: panel.ask("add", service="999", link=LINK, quantity="500"),
    "add of too few": lambda panel: panel.ask("add", service="1", link=LINK, quantity="5"),
    "add of too many": lambda panel: panel.ask("add", service="1", link=LINK, quantity="50000"),
    "add without comments": lambda panel: panel.ask("add", service="4", link=LINK, quantity="5"),
    "add without funds": lambda panel: panel.ask("add", service="7", link=LINK, quantity="100000"),
    "status": lambda panel: panel.ask("status", order=panel.bought()[0]),
    "status of a strange order": lambda panel: panel.ask("status", order="5"),
    "status of several": lambda panel: panel.ask("status", orders=several(*panel.bought())),
    "status of several strange orders": lambda panel: panel.ask("status", orders="5,6"),
    "balance": lambda panel: panel.ask("balance"),
    "refill": lambda panel: panel.ask("refill", order=panel.bought()[0]),
    "refill of a strange order": lambda panel: panel.ask("refill", order="5"),
    "refill of several": lambda panel: panel.ask("refill", orders=several(*panel.bought())),
    "refill_status": lambda panel: panel.ask("refill_status", refill=refilled(panel)),
    "refill_status of several": lambda panel: panel.ask("refill_status", refills=several(refilled(panel))),
    "refill_status of a strange refill": lambda panel: panel.ask("refill_status", refill="77"),
    "cancel": lambda panel: panel.ask("cancel", order=panel.bought()[1]),
    "cancel of several": lambda panel: panel.ask("cancel", orders=several(*panel.bought())),
    "wrong key": lambda panel: panel.ask("balance", key="wrong"),
    "unknown action": lambda panel: panel.ask("dance"),
}


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("dialect", OTHERS)
def test_what_is_answered(speaking: Speaking, dialect: str, situation: str):
    """Each dialect answers each situation in its own shape and words, under its own HTTP status."""
    said = SITUATIONS[situation](speaking(dialect))
    expected = ANSWERS[dialect][situation]
    value = said.json() if said.content else "nothing"
    assert (said.status_code, value) == (expected["status"], expected["json"])


def test_every_dialect_can_be_served(speaking: Speaking):
    """There are terms for each dialect, and each documented parameter of the sandbox's start takes its name."""
    assert list(DIALECTS) == list(TERMS)
    assert [speaking(name).name for name in DIALECTS] == list(DIALECTS)
    with pytest.raises(BadSettingError, match="there is no dialect 'latin'; there are documented, perfect"):
        Shop(dialect="latin")


@pytest.mark.parametrize("dialect", OTHERS)
def test_nothing_is_sold_with_a_wrong_key(speaking: Speaking, dialect: str):
    """A wrong key is refused for every action and sells nothing, and the `add` is on record without it."""
    panel = speaking(dialect)
    for action in ("services", "status", "cancel", "add"):
        said = panel.ask(action, key="wrong", service="1", link=LINK, quantity="500", order="1")
        assert said.status_code in {200, 401, 403}
        assert "wrong" not in said.text
    assert panel.shop.orders == []
    assert [request.params for request in panel.shop.requests] == [
        {"service": "1", "link": LINK, "quantity": "500", "order": "1"}
    ]


@pytest.mark.parametrize("dialect", OTHERS)
def test_what_was_sold_is_told_under_the_documented_names(speaking: Speaking, dialect: str):
    """Whatever a dialect calls its parameters, the record of a sale has the documented ones."""
    panel = speaking(dialect)
    panel.buy()
    (sold,) = panel.client.get(f"{panel.sandbox.root}/sandbox/sold").json()
    assert sold["params"] == {"service": "1", "link": LINK, "quantity": "500"}
    assert sold["order"] == panel.shop.orders[0].id


@pytest.mark.parametrize(
    "kind", ["bad_key", "suspended", "no_funds", "too_many", "unknown_error", "echo_key"]
)
@pytest.mark.parametrize("dialect", OTHERS)
def test_a_fault_refuses_in_the_words_of_the_dialect(speaking: Speaking, dialect: str, kind: str):
    """A refusal that a fault makes has the shape of the dialect's own, and sells nothing."""
    panel = speaking(dialect)
    own = panel.ask("add", service="999", link=LINK, quantity="500").json()
    panel.sandbox.faults.set([Fault(kind)])
    said = panel.ask("add", service="1", link=LINK, quantity="500")
    told = {name.lower() for name in said.json()}
    assert told == {name.lower() for name in own}
    assert panel.shop.orders == []


@pytest.mark.parametrize("kind", ["created", "twice", "repeated_id", "cut", "html", "empty", "close"])
@pytest.mark.parametrize("dialect", OTHERS)
def test_a_fault_after_the_sale_sells(speaking: Speaking, dialect: str, kind: str):
    """The faults that strike after a sale do so in every dialect; `twice` sells two."""
    panel = speaking(dialect)
    first = panel.buy()
    panel.sandbox.faults.set([Fault(kind)])
    try:
        said = panel.ask("add", service="1", link="https://example.com/b", quantity="500")
    except httpx.TransportError:
        assert kind in {"cut", "close"}
    else:
        assert said.status_code == (201 if kind == "created" or said.status_code == 201 else 200)
        assert (first in said.text) == (kind == "repeated_id")
    assert len(panel.shop.orders) == (3 if kind == "twice" else 2)


@pytest.mark.parametrize("dialect", OTHERS)
def test_the_state_file_keeps_its_dialect(tmp_path: Path, dialect: str):
    """A shop that is opened again speaks as it did, goes on with its ids, and can't be made to speak otherwise."""
    path = tmp_path / "state"
    with running(dialect=dialect, state=path, speed=0) as served:
        first = served.shop.add(
            {"service": "49", "link": LINK, "quantity": "20", "runs": "2", "interval": "5"}
        )
    with running(state=path) as served:
        assert served.shop.terms.name == dialect
        assert served.shop.orders == [first]
        number = served.shop.terms.order_number
        second = served.shop.add({"service": "1", "link": LINK, "quantity": "500"})
        assert number(second.id) > number(first.id)
    with pytest.raises(BadSettingError, match=f"began with dialect {dialect}, not documented"):
        Shop(dialect="documented", state=path)
