"""Each fault over real sockets: what the client sees, and what the shop sold."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from bulkorders.sandbox import KINDS, BadSettingError, Fault, Sandbox, broken_tls

Post = Callable[..., httpx.Response]
ORDER = {"service": "1", "link": "https://example.com/p", "quantity": "500"}
BROKEN = {
    "silent": httpx.ReadTimeout,
    "reset": httpx.ReadError,
    "close": httpx.RemoteProtocolError,
    "cut": httpx.RemoteProtocolError,
    "too_long": httpx.RemoteProtocolError,
    "not_http": httpx.RemoteProtocolError,
    "bad_gzip": httpx.DecodingError,
}
BOTH = ("before", "after")
WRONG = [
    ("too_short", (200, '{"status":"success","order":')),
    ("garbage", (200, "\x00")),
    ("html", (200, "<!DOCTYPE html>")),
    ("challenge", (403, "Just a moment...")),
    ("status", (502, "<h1>Error 502</h1>")),
    ("too_many", (429, '{"error":"Too many requests"}')),
    ("redirect", (302, "Found")),
    ("empty", (200, "")),
    ("null", (200, "null")),
    ("error", (200, '{"error":"The stars do not favour this order"}')),
    ("unknown_error", (200, '{"error":"The stars do not favour this order"}')),
    ("bad_key", (200, '{"error":"Invalid API key"}')),
    ("suspended", (200, '{"error":"Your account has been suspended."}')),
    ("no_funds", (200, '{"error":"Not enough funds on balance"}')),
    ("echo_key", (200, '{"error":"Request with key sandbox-key was refused"}')),
]


def sold(sandbox: Sandbox) -> list[str]:
    """Return the ids sold so far."""
    return [order.id for order in sandbox.shop.orders]


@pytest.fixture
def struck(sandbox: Sandbox, client: httpx.Client) -> Callable[..., httpx.Response]:
    """Return a function that sets one fault and sends one `add` on a fresh connection, waiting so many seconds."""

    def send(fault: Fault, patience: float = 5) -> httpx.Response:
        sandbox.faults.add(fault)
        params = {"key": sandbox.key, "action": "add", **ORDER}
        return client.post(sandbox.url, data=params, headers={"Connection": "close"}, timeout=patience)

    return send


@pytest.mark.parametrize("when", BOTH)
@pytest.mark.parametrize("kind", BROKEN)
def test_broken_answers_break(sandbox: Sandbox, struck: Callable[..., Any], kind: str, when: str):
    """No answer can be read; struck before the sale nothing is sold, after it one order is."""
    with pytest.raises(BROKEN[kind]):
        struck(Fault(kind, when=when), 0.5 if kind == "silent" else 5)
    assert len(sold(sandbox)) == (when == "after")
    (request,) = sandbox.shop.requests
    assert (request.fault, request.params) == (kind, ORDER)
    assert request.orders == sold(sandbox)


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        # A client that is still writing learns of either in one of several ways.
        ("reset", (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)),
        ("close", (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)),
        ("silent", httpx.ReadTimeout),
        ("not_http", httpx.RemoteProtocolError),
    ],
)
def test_a_connection_struck_as_it_opens(
    sandbox: Sandbox, struck: Callable[..., Any], kind: str, error: type[Exception]
):
    """Struck at accept, the request is never read: nothing is on record, nothing sold."""
    with pytest.raises(error):
        struck(Fault(kind, when="accept"), 0.5 if kind == "silent" else 5)
    assert sandbox.shop.requests == []
    assert sandbox.shop.stats.connections == 1


def test_a_fault_at_accept_waits_for_the_first_byte(sandbox: Sandbox):
    """A connection is struck once the client has begun to write, never while it connects."""
    sandbox.faults.add(Fault("close", when="accept"))
    with socket.create_connection((sandbox.host, sandbox.port), timeout=0.2) as connection:
        with pytest.raises(TimeoutError):
            connection.recv(1)
        connection.sendall(b"P")
        assert connection.recv(1) == b""


@pytest.mark.parametrize("when", BOTH)
@pytest.mark.parametrize(
    ("kind", "status_and_text"),
    WRONG,
)
def test_wrong_answers(
    sandbox: Sandbox,
    struck: Callable[..., httpx.Response],
    kind: str,
    status_and_text: tuple[int, str],
    when: str,
):
    """An answer comes that isn't the honest one; after the sale the order is sold nevertheless."""
    response = struck(Fault(kind, when=when))
    assert response.status_code == status_and_text[0]
    assert status_and_text[1] in response.text
    assert len(sold(sandbox)) == (when == "after")


def test_every_kind_is_tried_here():
    """No kind of fault is without its test in this file."""
    alone = {"none", "slow", "repeated_id", "twice", "created", "answer"}
    assert {*BROKEN, *(kind for kind, _ in WRONG)} | alone == set(KINDS)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408, 520, 522, 524])
def test_any_server_error(struck: Callable[..., httpx.Response], status: int):
    """Every status a proxy may answer can be had."""
    assert struck(Fault("status", status=status)).status_code == status


def test_too_short_is_not_json(struck: Callable[..., httpx.Response]):
    """A Content-Length below the body's leaves an answer that can't be read to its end."""
    with pytest.raises(ValueError, match="Unterminated"):
        struck(Fault("too_short")).json()


def test_an_answer_that_says_error_and_sells(sandbox: Sandbox, struck: Callable[..., httpx.Response]):
    """The panel may take the money and say it refused, in any words."""
    response = struck(Fault("error", when="after", text="Lỗi, vui lòng thử lại"))
    assert response.json() == {"error": "Lỗi, vui lòng thử lại"}
    assert len(sold(sandbox)) == 1


def test_slow_takes_longer(sandbox: Sandbox, struck: Callable[..., httpx.Response]):
    """A slow answer comes late but whole, and a client that gave up finds the order sold or to be sold."""
    began = time.monotonic()
    assert struck(Fault("slow", seconds=0.2)).json()["status"] == "success"
    assert time.monotonic() - began >= 0.2
    with pytest.raises(httpx.ReadTimeout):
        struck(Fault("slow", seconds=1.5), 0.5)
    assert len(sold(sandbox)) == 2
    with pytest.raises(httpx.ReadTimeout):
        struck(Fault("slow", when="before", seconds=1.5), 0.3)
    assert len(sold(sandbox)) == 2
    deadline = time.monotonic() + 5
    while len(sold(sandbox)) < 3:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_too_many_says_when(struck: Callable[..., httpx.Response]):
    """The time to wait is said in seconds, as a date, or not at all."""
    assert "retry-after" not in struck(Fault("too_many")).headers
    assert struck(Fault("too_many", retry_after="3")).headers["retry-after"] == "3"
    date = parsedate_to_datetime(struck(Fault("too_many", retry_after="date:60")).headers["retry-after"])
    assert 50 < (date - datetime.now(UTC)).total_seconds() <= 60


def test_redirect_names_another_place(struck: Callable[..., httpx.Response]):
    """The redirect leads where it is told to."""
    assert struck(Fault("redirect", location="/elsewhere")).headers["location"] == "/elsewhere"


def test_a_repeated_id(sandbox: Sandbox, struck: Callable[..., httpx.Response], post: Post):
    """The answer may carry an id that was given before, with a sale behind it or without."""
    first = post("add", **ORDER).json()["order"]
    assert struck(Fault("repeated_id")).json()["order"] == first
    assert len(sold(sandbox)) == 2
    assert struck(Fault("repeated_id", when="before", order="4711")).json()["order"] == 4711
    assert len(sold(sandbox)) == 2


def test_a_refusal_gets_no_id_from_a_fault(sandbox: Sandbox, post: Post):
    """What the shop refuses stays refused when the repeated id is due."""
    post("add", **ORDER)
    sandbox.faults.add(Fault("repeated_id"))
    assert "error" in post("add", **ORDER | {"quantity": "1"}).json()


def test_sold_twice(sandbox: Sandbox, struck: Callable[..., httpx.Response]):
    """One request may be sold twice: two ids on record, one answered."""
    answered = str(struck(Fault("twice")).json()["order"])
    assert len(sold(sandbox)) == 2
    assert answered == sold(sandbox)[0]
    assert sandbox.shop.requests[0].orders == sold(sandbox)


def test_created(sandbox: Sandbox, struck: Callable[..., httpx.Response]):
    """A success may come as 201."""
    response = struck(Fault("created"))
    assert (response.status_code, str(response.json()["order"])) == (201, sold(sandbox)[0])


def test_any_answer_at_all(sandbox: Sandbox, struck: Callable[..., httpx.Response]):
    """A dialect's answer can be given word by word."""
    body = json.dumps({"status": "error", "msg": ""})
    response = struck(Fault("answer", body=body, status=422, content_type="text/html"))
    assert (response.status_code, response.text, response.headers["content-type"]) == (422, body, "text/html")
    assert len(sold(sandbox)) == 1


def test_rules_are_consumed_in_order(sandbox: Sandbox, post: Post):
    """A list of rules strikes one request each, `none` lets one pass, other actions are not struck."""
    sandbox.faults.set([Fault("empty"), Fault("none"), Fault("null", times=2)])
    assert post("balance").json()["currency"] == "VND"
    texts = [post("add", **ORDER).text[:4] for _ in range(5)]
    assert texts == ["", '{"st', "null", "null", '{"st']
    assert sandbox.faults.left == []
    assert sandbox.shop.stats.faults == {"empty": 1, "none": 1, "null": 2}


def test_rules_by_action(sandbox: Sandbox, post: Post):
    """A rule may strike another action, or all of them."""
    sandbox.faults.set([Fault("null", action="balance"), Fault("empty", action="*", times=2)])
    assert post("balance").text == "null"
    assert post("services").text == ""
    assert post("add", **ORDER).text == ""
    assert post("services").text.startswith("[")


def test_rules_by_chance(sandbox: Sandbox, post: Post):
    """A chance strikes about that share of requests, for as long as it stands."""
    sandbox.faults.set([Fault("null", action="balance", chance=0.5)])
    struck = sum(post("balance").text == "null" for _ in range(200))
    assert 70 < struck < 130
    sandbox.faults.clear()
    assert post("balance").text != "null"


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "earthquake"},
        {"kind": "reset", "when": "later"},
        {"kind": "html", "when": "accept"},
        {"kind": "twice", "when": "before"},
        {"kind": "null", "action": "delete"},
        {"kind": "null", "chance": 2},
        {"kind": "slow", "seconds": -1},
        {"kind": "null", "times": -1},
        {"kind": "status", "status": 99},
        {"kind": "repeated_id", "order": "A-1"},
        {"kind": "too_many", "retry_after": "soon"},
    ],
)
def test_rules_that_make_no_sense_are_refused(wrong: dict[str, Any]):
    """A rule that could never strike as written is refused when it is made."""
    with pytest.raises(BadSettingError):
        Fault(**wrong)


@pytest.mark.parametrize(
    ("mode", "error"),
    [("garbage", httpx.ConnectError), ("close", httpx.ConnectError), ("silent", httpx.ConnectTimeout)],
)
def test_a_handshake_that_fails(mode: str, error: type[Exception]):
    """At a broken TLS port no request is ever sent."""
    with (
        broken_tls(mode) as broken,
        httpx.Client(trust_env=False, timeout=0.3 if mode == "silent" else 5) as client,
        pytest.raises(error),
    ):
        client.post(broken.url, data=ORDER)
    assert broken.hellos == 1
    with pytest.raises(BadSettingError), broken_tls("rusty"):
        pass
