"""One request, one answer over real sockets: whether anything was sent is told by an event, whatever happens."""

import asyncio
import gc
import gzip
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bulkorders.errors import PanelRefused
from bulkorders.model.outcomes import Consequence, Verdict
from bulkorders.panel.client import Panel
from bulkorders.panel.wire import LARGEST_PAID, LARGEST_READ, Sending, Timeouts, Wire
from bulkorders.sandbox import Fault, broken_tls, running

ORDER = {"service": "1", "link": "https://example.com/p", "quantity": "500"}
SHORT = Timeouts(connect=0.3, read=0.3, add=0.3, write=0.3)
PLACED = '{"status":"success","order":99999,"message":"OK"}'


def add(panel: Panel) -> Any:
    """Place one order; return the outcome, and whether its first byte may have left."""

    async def talk() -> Any:
        sending = Sending()
        async with panel:
            return await panel.add(ORDER, sending), sending.begun

    return asyncio.run(talk())


@pytest.fixture
def not_sent(replay: Any) -> Any:
    """Return a function that claims an address to be one to which nothing was sent."""

    def claim(url: str, timeouts: Timeouts = SHORT) -> Any:
        came, begun = add(Panel(replace(replay.profile(), url=url, timeouts=timeouts)))
        assert not begun
        assert (came.verdict, came.kind) == (Verdict.NOT_SENT, "unreached")
        assert came.consequence is Consequence.WAIT
        assert came.message
        assert came.http_status is None

    return claim


def test_a_refused_connection_sent_nothing(not_sent: Any) -> None:
    """Where nobody listens, nothing was sent."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    not_sent(f"http://127.0.0.1:{port}/api")


def test_an_unknown_host_was_sent_nothing(not_sent: Any) -> None:
    """Where the name leads nowhere, nothing was sent."""
    not_sent("http://panel.invalid/api", Timeouts(connect=5))


@pytest.mark.parametrize("mode", ["garbage", "close", "silent"])
def test_a_failed_handshake_sent_nothing(not_sent: Any, mode: str) -> None:
    """Where TLS fails or never comes about, nothing was sent."""
    with broken_tls(mode) as broken:
        not_sent(broken.url)
        assert broken.hellos == 1


def test_plain_http_on_a_tls_address_sent_nothing(not_sent: Any, replay: Any) -> None:
    """A server without TLS behind https never sees the order."""
    not_sent(replay.url.replace("http:", "https:"))
    assert replay.asked == []


@pytest.mark.parametrize(
    "url", ["http://[broken/api", "http://", "http://127.0.0.1:99999/api", "http://\x00/"]
)
def test_an_address_that_is_none_was_sent_nothing(not_sent: Any, url: str) -> None:
    """A broken address is an outcome like any other, not an exception."""
    not_sent(url)


DOUBTS = {
    "silent": {"raw": b"", "then": "silent"},
    "reset before it is read": {"raw": b"", "then": "reset", "unread": True},
    "closed before it is read": {"raw": b"", "then": "close", "unread": True},
    "reset after it is read": {"raw": b"", "then": "reset"},
    "closed after it is read": {"raw": b"", "then": "close"},
    "reset within the answer": {"body": PLACED[:20], "declared": 49, "then": "reset"},
    "cut": {"body": PLACED[:20], "declared": 49, "then": "close"},
    "cut within the id": {"body": '{"order":2350', "declared": 20, "then": "close"},
    "stops within the answer": {"body": PLACED[:20], "declared": 49, "then": "silent"},
    "a length too small": {"body": PLACED, "declared": 29, "then": "close"},
    "a length too large": {"body": PLACED, "declared": 60, "then": "close"},
    "trickles for ever": {"body": " ", "declared": 1_000_000, "then": "trickle"},
    "trickles its head": {"raw": b"HTTP/1.1 200 OK\r\nX: ", "then": "trickle"},
    "not HTTP": {"raw": b"\x00\x01\x02 no such thing\r\n\r\n", "then": "close"},
    "half a head": {"raw": b"HTTP/1.1 200 OK\r\nContent-Le", "then": "close"},
    "a bad length": {"raw": b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}", "then": "close"},
    "a huge head": {"raw": b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000 + b"\r\n\r\n{}", "then": "close"},
    "bad chunks": {"raw": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}", "then": "close"},
    "bad gzip": {"body": b"\x1f\x8b\x00garbage", "headers": (("Content-Encoding", "gzip"),)},
    "cut gzip": {"body": gzip.compress(PLACED.encode())[:-12], "headers": (("Content-Encoding", "gzip"),)},
    "too large": {"body": b" " * (LARGEST_PAID + 1) + PLACED.encode()},
    "upgraded": {"body": "", "status": 101},
    "empty": {"body": ""},
    "a server's error": {"body": "<h1>502</h1>", "status": 502},
    "an id with a server's error": {"body": PLACED, "status": 500},
}


@pytest.mark.parametrize("told", DOUBTS.values(), ids=DOUBTS)
def test_whatever_happens_after_the_first_byte_is_in_doubt(
    replay: Any, said: Any, told: dict[str, Any]
) -> None:
    """Once the request has begun, only a whole answer settles it; it is sent once, on one connection."""
    replay.says(said(**told))
    came, begun = add(replay.panel(timeouts=SHORT))
    assert begun
    assert came.verdict is Verdict.IN_DOUBT
    assert replay.connections == 1
    assert len(replay.asked) == (0 if told.get("unread") else 1)


def test_an_id_in_a_cut_answer_is_kept_but_not_believed(replay: Any, said: Any) -> None:
    """An answer whose JSON came whole although more was announced is in doubt, with its id as evidence."""
    replay.says(said(**DOUBTS["a length too large"]))
    came, _ = add(replay.panel(timeouts=SHORT))
    assert (came.kind, came.order_ids) == ("cut", ("99999",))


def test_a_packed_answer_is_read_whatever_else_its_head_says(replay: Any, said: Any) -> None:
    """Packed although nothing packed was asked for, beside a header in another script: the id is read all the same."""
    head = (("Content-Encoding", "gzip"), ("X-Note", "Đặt hàng"))
    replay.says(said(gzip.compress(PLACED.encode()), headers=head))
    came, begun = add(replay.panel(timeouts=SHORT))
    assert begun
    assert (came.verdict, came.order_ids) == (Verdict.ACCEPTED, ("99999",))


def test_a_number_cut_short_is_no_id(replay: Any, said: Any) -> None:
    """Half an id is not an id."""
    replay.says(said(**DOUBTS["cut within the id"]))
    came, _ = add(replay.panel(timeouts=SHORT))
    assert came.order_ids == ()
    assert '{"order":2350' in came.answer


FAULTS = [
    (kind, when)
    for kind in (
        "silent",
        "reset",
        "close",
        "cut",
        "too_long",
        "too_short",
        "not_http",
        "bad_gzip",
        "html",
        "empty",
    )
    for when in ("before", "after")
]


@pytest.mark.parametrize(("kind", "when"), FAULTS)
def test_the_pretend_panels_faults_are_in_doubt_sold_or_not(replay: Any, kind: str, when: str) -> None:
    """What a fault hides can't be told apart: sold and not sold alike are in doubt, and nothing sells twice."""
    with running() as sandbox:
        sandbox.faults.add(Fault(kind, when=when))
        profile = replace(replay.profile(timeouts=SHORT), url=sandbox.url, key=sandbox.key)
        came, _ = add(Panel(profile))
        assert came.verdict is Verdict.IN_DOUBT
        assert len(sandbox.shop.orders) == (1 if when == "after" else 0)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed(replay: Any, another: Any, said: Any, status: int) -> None:
    """A redirect of an order is in doubt and stops; that of a read is refused; neither is followed."""
    another.says(said(PLACED))
    replay.says(said("", status, headers=(("Location", another.url),)))
    came, _ = add(replay.panel())
    assert (came.verdict, came.kind, came.consequence) == (Verdict.IN_DOUBT, "redirect", Consequence.STOP)

    async def ask() -> Any:
        async with replay.panel() as panel:
            await panel.balance()

    with pytest.raises(PanelRefused) as caught:
        asyncio.run(ask())
    assert caught.value.code == "panel.redirect"
    assert (len(replay.asked), another.connections) == (2, 0)


def test_the_environment_is_ignored(
    replay: Any, another: Any, said: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Orders and reads go straight to the panel, whatever proxy or password file the environment names."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n", "utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{another.port}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    replay.says(said(PLACED), said('{"balance":"1"}'))

    async def both() -> Any:
        async with replay.panel() as panel:
            return await panel.add(ORDER, Sending()), await panel.balance()

    came, _ = asyncio.run(both())
    assert came.verdict is Verdict.ACCEPTED
    assert (len(replay.asked), another.connections) == (2, 0)
    assert not any("authorization" in head.lower() for head in replay.heads)


def test_each_order_has_a_connection_of_its_own(replay: Any, said: Any) -> None:
    """Orders share no connection, not even where the server would keep it open."""
    replay.says(said(PLACED))

    async def five() -> Any:
        async with replay.panel() as panel:
            return [await panel.add(ORDER, Sending()) for _ in range(5)]

    assert all(came.verdict is Verdict.ACCEPTED for came in asyncio.run(five()))
    assert replay.on == [1, 2, 3, 4, 5]
    assert all("connection: close" in head.lower() for head in replay.heads)


def test_reads_share_a_connection(replay: Any, said: Any) -> None:
    """Reads one after the other keep the connection they have."""
    replay.says(said('{"balance":"1"}'))

    async def five() -> Any:
        async with replay.panel() as panel:
            for _ in range(5):
                await panel.balance()

    asyncio.run(five())
    assert replay.on == [1, 1, 1, 1, 1]


def test_reads_outlive_a_connection_that_the_server_closes(replay: Any, said: Any) -> None:
    """A server that closes after each answer without a word loses no read."""
    replay.says(said('{"balance":"1"}', then="close"))

    async def five() -> Any:
        async with replay.panel() as panel:
            return [(await panel.balance()).amount for _ in range(5)]

    assert asyncio.run(five()) == [1, 1, 1, 1, 1]


def test_many_orders_at_once_are_sent_once_each(replay: Any, said: Any) -> None:
    """Of forty orders at once the server sees each exactly once, whatever it answers."""
    odd = [said(PLACED), said("", then="reset", raw=b""), said("", 502), said(PLACED[:9]), said("", 302)]
    replay.says(*(odd * 8))

    async def forty() -> Any:
        async with replay.panel(at_once=40) as panel:
            orders = [panel.add({**ORDER, "link": f"https://example.com/{n}"}, Sending()) for n in range(40)]
            return await asyncio.gather(*orders)

    came = asyncio.run(forty())
    assert len(came) == 40
    assert sorted(form["link"] for form in replay.asked) == sorted(
        f"https://example.com/{n}" for n in range(40)
    )


def test_what_is_sent_arrives_to_the_letter(replay: Any, said: Any) -> None:
    """Line breaks, ampersands and any script arrive as they were, in the documented form."""
    replay.says(said(PLACED))
    order = {
        "service": "2",
        "link": "https://example.com/?a=1&b=2#c",
        "comments": "một\nhai + ba\r\n100 % 😀",
    }

    async def one() -> Any:
        async with replay.panel() as panel:
            await panel.add(order, Sending())

    asyncio.run(one())
    assert replay.asked == [{"key": replay.profile().key, "action": "add", **order}]
    assert "content-type: application/x-www-form-urlencoded" in replay.heads[0].lower()


async def until(true: Callable[[], object]) -> Any:
    """Wait until a condition holds; pytest's own timeout ends what never does."""
    while not true():
        await asyncio.sleep(0.005)


def test_an_order_cancelled_after_it_was_sent_is_in_doubt(replay: Any, said: Any) -> None:
    """Cancelling passes through, and the event still says that the request had begun."""
    replay.says(said(raw=b"", then="silent"))

    async def cancelled() -> Any:
        sending = Sending()
        async with replay.panel() as panel:
            task = asyncio.create_task(panel.add(ORDER, sending))
            await until(lambda: replay.asked)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return sending.begun, panel.interrupted(sending)

    begun, came = asyncio.run(cancelled())
    assert begun
    assert came.verdict is Verdict.IN_DOUBT


def test_an_order_cancelled_before_it_was_sent_is_not_sent(replay: Any) -> None:
    """Cancelling during the handshake leaves proof that nothing was sent."""

    async def cancelled(broken: Any) -> Any:
        sending = Sending()
        async with Panel(replace(replay.profile(), url=broken.url)) as panel:
            task = asyncio.create_task(panel.add(ORDER, sending))
            await until(lambda: broken.hellos)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return sending.begun, panel.interrupted(sending)

    with broken_tls("silent") as broken:
        begun, came = asyncio.run(cancelled(broken))
    gc.collect()  # a socket left open would be warned of here, and warnings are errors
    assert not begun
    assert came.verdict is Verdict.NOT_SENT


def test_a_catalogue_that_never_ends_is_given_up(replay: Any, said: Any) -> None:
    """A small packed answer that unpacks beyond the limit is not read to its end."""
    packed = gzip.compress(b" " * (LARGEST_READ + 1), compresslevel=1)
    replay.says(said(packed, headers=(("Content-Encoding", "gzip"),)))

    async def one() -> Any:
        async with Wire(replay.url, Timeouts()) as wire:
            return await wire.read({"action": "services"})

    exchange = asyncio.run(one())
    assert not exchange.complete
    assert "larger than" in exchange.failure


def test_a_packed_answer_is_read(replay: Any, said: Any) -> None:
    """A gzip answer that is whole is read as such, for orders too."""
    replay.says(said(gzip.compress(PLACED.encode()), headers=(("Content-Encoding", "gzip"),)))
    came, _ = add(replay.panel())
    assert came.order_ids == ("99999",)


def test_no_session_is_kept(replay: Any, said: Any) -> None:
    """A panel's cookie is not sent back: a session would let requests through one by one only."""
    replay.says(said('{"balance":"1"}', headers=(("Set-Cookie", "PHPSESSID=1; path=/"),)))

    async def both() -> Any:
        async with replay.panel() as panel:
            await panel.balance()
            await panel.balance()
            await panel.add(ORDER, Sending())

    asyncio.run(both())
    assert not any("cookie" in head.lower() for head in replay.heads)
