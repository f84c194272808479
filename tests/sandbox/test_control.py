"""What another process may ask and set over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from bulkorders.sandbox import Fault, Sandbox

Get = Callable[[str], Any]
Set = Callable[..., httpx.Response]
ORDER = {"service": "1", "link": "https://example.com/p", "quantity": "500"}


@pytest.fixture
def get(sandbox: Sandbox, client: httpx.Client) -> Get:
    """Return a function that reads one of the sandbox's own pages."""
    return lambda name: client.get(f"{sandbox.root}/sandbox/{name}").json()


@pytest.fixture
def put(sandbox: Sandbox, client: httpx.Client) -> Set:
    """Return a function that posts JSON to one of the sandbox's own pages."""
    return lambda name, value, **more: client.post(f"{sandbox.root}/sandbox/{name}", json=value, **more)


def test_sold_tells_everything(ask: Callable[..., Any], get: Get):
    """Each sold order is there with all its parameters, its money and what is told of it."""
    ask("add", **ORDER)
    ask("add", **ORDER | {"quantity": "1"})
    (order,) = get("sold")
    assert order.pop("time").endswith("+00:00")
    assert order == {
        "order": "99999",
        "service": "1",
        "params": ORDER,
        "quantity": 500,
        "charge": "1.25",
        "refunded": "0",
        "status": "Pending",
        "start_count": 0,
        "remains": 500,
    }


def test_requests_are_on_record_in_order(ask: Callable[..., Any], get: Get):
    """Every complete `add` is there, sold or refused, and never the key."""
    ask("add", **ORDER)
    ask("add", **ORDER | {"quantity": "1"})
    first, second = get("requests")
    assert (first["number"], first["orders"], first["error"]) == (1, ["99999"], None)
    assert (second["orders"], second["error"]) == ([], "Quantity less than minimal 200")
    assert "sandbox-key" not in str(get("requests"))
    assert "sandbox-key" not in str(get("sold"))


def test_stats_count(ask: Callable[..., Any], get: Get):
    """Requests by action, the largest batch, the orders sold and the money they cost are counted."""
    ask("add", **ORDER)
    ask("status", orders="99999,1,2")
    ask("nonsense")
    stats = get("stats")
    assert stats["requests"] == {"add": 1, "status": 1, "unknown": 1}
    assert stats["peak_adds_in_flight"] == 1
    assert stats["largest_status_batch"] == 3
    assert (stats["sold"], stats["charged"], stats["balance"]) == (1, "1.25", "343421.75")


def test_faults_are_set_over_http(sandbox: Sandbox, post: Callable[..., httpx.Response], get: Get, put: Set):
    """A list puts rules in place of all, an `add` behind those there are."""
    assert put("faults", [{"kind": "null"}]).json() == [{"kind": "null", "action": "add", "times": 1}]
    put("faults", {"add": [{"kind": "status", "status": 503, "when": "before"}]})
    assert [post("add", **ORDER).status_code for _ in range(3)] == [200, 503, 200]
    assert len(sandbox.shop.orders) == 2
    assert get("faults") == []


def test_settings_are_changed_over_http(sandbox: Sandbox, ask: Callable[..., Any], put: Set):
    """Balance, time, latency, services and outcomes can be set from another process."""
    done = put(
        "set",
        {
            "balance": "100.5",
            "speed": 0,
            "latency": "1-2ms",
            "services": {"1": {"rate": "3", "least": 5}, "2": None},
            "outcomes": [{"status": "Partial", "link": "/half", "share": 0.5}],
        },
    )
    assert done.json() == {"set": ["balance", "latency", "outcomes", "services", "speed"]}
    ask("add", **ORDER | {"link": "https://example.com/half"})
    assert ask("balance")["balance"] == "99"
    assert [line["service"] for line in ask("services")][:2] == [1, 3]
    assert sandbox.latency.high == pytest.approx(0.002)
    put("set", {"advance": 86_400})
    assert ask("status", order="99999")["remains"] == "250"
    put("set", {"orders": {"99999": {"status": "Completed", "remains": -2, "start_count": 168}}})
    told = {"charge": "1.5", "start_count": "168", "status": "Completed", "remains": "-2"}
    assert ask("status", order="99999") == told
    ask("refill", order="99999")
    put("set", {"refills": {"1": "Rejected"}})
    assert ask("refill_status", refills="1") == {"1": "Rejected"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("set", {"colour": "red"}),
        ("set", []),
        ("set", {"balance": "much"}),
        ("set", {"latency": "fast"}),
        ("set", {"services": ["1"]}),
        ("set", {"orders": {"1": {"status": "Completed"}}}),
        ("set", {"outcomes": [{"colour": "red"}]}),
        ("set", {"speed": "fast"}),
        ("faults", {"kind": "null"}),
        ("faults", [{"kind": "earthquake"}]),
        ("faults", [{"when": "before"}]),
        ("faults", [{"kind": "slow", "seconds": "long"}]),
        ("faults", ["null"]),
    ],
)
def test_what_makes_no_sense_is_answered_400(sandbox: Sandbox, put: Set, name: str, value: Any):
    """A request that can't be understood is answered with an error and sets no fault."""
    response = put(name, value)
    assert response.status_code == 400
    assert response.json()["error"]
    assert sandbox.faults.left == []


def test_what_is_no_json_and_no_page(sandbox: Sandbox, client: httpx.Client):
    """A body that is no JSON is 400; a page there isn't is 404 and names those there are."""
    assert client.post(f"{sandbox.root}/sandbox/set", content=b"{").status_code == 400
    missing = client.get(f"{sandbox.root}/sandbox/secrets")
    assert missing.status_code == 404
    assert "/sandbox/sold" in missing.json()["error"]


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"Host": "localhost:8000"}, True),
        ({"Host": "127.0.0.1"}, True),
        ({"Host": "[::1]:80"}, True),
        ({"Host": "example.com"}, False),
        ({"Host": "127.0.0.1.example.com"}, False),
        ({"Host": "localhost.example.com:80"}, False),
        ({"Host": "127.0.0.1", "Origin": "http://localhost:8000"}, True),
        ({"Host": "127.0.0.1", "Origin": "https://example.com"}, False),
        ({"Host": "127.0.0.1", "Origin": "null"}, False),
    ],
)
def test_only_this_machine_is_answered(
    sandbox: Sandbox, client: httpx.Client, put: Set, headers: dict[str, str], *, allowed: bool
):
    """A request whose Host or Origin isn't loopback is refused, reading and setting alike."""
    sandbox.faults.add(Fault("null"))
    wanted = 200 if allowed else 403
    assert client.get(f"{sandbox.root}/sandbox/sold", headers=headers).status_code == wanted
    assert put("faults", [], headers=headers).status_code == wanted
    assert (sandbox.faults.left == []) is allowed
