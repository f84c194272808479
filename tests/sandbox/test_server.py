"""The server: connections, many at once, its start and its end."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from bulkorders.sandbox import (
    BadSettingError,
    CannotListenError,
    Fault,
    PortTakenError,
    Sandbox,
    Shop,
    run,
    running,
    serve,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

BODY = b"key=sandbox-key&action=add&service=1&link=https%3A%2F%2Fexample.com%2Fp&quantity=500"
HEAD = b"POST /api/v2 HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"


def exchange(sandbox: Sandbox, *parts: bytes) -> bytes:
    """Send raw bytes, end the sending side, and return all that comes back."""
    with socket.create_connection((sandbox.host, sandbox.port), timeout=5) as connection:
        for part in parts:
            connection.sendall(part)
            time.sleep(0.01)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while chunk := connection.recv(65_536):
            answer += chunk
        return answer


def whole(body: bytes = BODY, *more: bytes) -> bytes:
    """Return one request as bytes."""
    return HEAD + b"".join(line + b"\r\n" for line in more) + b"Content-Length: %d\r\n\r\n" % len(body) + body


def test_a_connection_is_kept_for_the_next_request(sandbox: Sandbox, post: Callable[..., httpx.Response]):
    """Requests of one client share a connection, unless it says close."""
    for _ in range(5):
        post("balance")
    assert sandbox.shop.stats.connections == 1
    answer = exchange(sandbox, whole(BODY, b"Connection: close"))
    assert b"connection: close" in answer.lower()


def test_requests_in_pieces_and_in_a_row(sandbox: Sandbox):
    """Bytes may come one by one, and two requests in one piece; each is answered in turn."""
    data = whole()
    assert exchange(sandbox, data[:30], data[30:200], data[200:]).count(b'"success"') == 1
    assert exchange(sandbox, data + data).count(b'"success"') == 2
    chunked = HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)
    assert exchange(sandbox, chunked).count(b'"success"') == 1
    assert len(sandbox.shop.orders) == 4


def test_a_cut_request_sells_nothing(sandbox: Sandbox):
    """A request that stops half-way is counted as incomplete, and no order comes of it."""
    assert exchange(sandbox, whole()[:-5]) == b""
    assert exchange(sandbox, HEAD[:20]) == b""
    assert sandbox.shop.requests == []
    assert sandbox.shop.stats.incomplete_requests == 2


def test_no_http_is_answered_400(sandbox: Sandbox):
    """What is no HTTP, or too large, gets an error and a closed connection."""
    assert b" 400 " in exchange(sandbox, b"HELLO\r\n\r\n").split(b"\r\n")[0]
    assert b" 413 " in exchange(sandbox, whole(b"x" * 4_000_001)).split(b"\r\n")[0]


def test_a_client_that_waits_for_100_continue(sandbox: Sandbox):
    """The body of a careful client is asked for."""
    data = whole(BODY, b"Expect: 100-continue")
    head, _, body = data.partition(b"\r\n\r\n")
    answer = exchange(sandbox, head + b"\r\n\r\n", body)
    assert answer.startswith(b"HTTP/1.1 100")
    assert answer.count(b'"success"') == 1


def test_a_client_that_leaves_has_bought(sandbox: Sandbox):
    """Once a request is complete it is sold, whether the client waits for the answer or not."""
    sandbox.latency = "100ms"
    with socket.create_connection((sandbox.host, sandbox.port)) as connection:
        connection.sendall(whole())
    deadline = time.monotonic() + 5
    while not sandbox.shop.orders:
        assert time.monotonic() < deadline
        time.sleep(0.01)


async def buy(sandbox: Sandbox) -> bytes:
    """Buy once on a connection of its own."""
    reader, writer = await asyncio.open_connection(sandbox.host, sandbox.port)
    writer.write(whole(BODY, b"Connection: close"))
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


def test_five_hundred_at_once():
    """Five hundred connections are served side by side, each with an order of its own."""

    async def all_at_once(sandbox: Sandbox) -> list[bytes]:
        """Buy five hundred times side by side."""
        return await asyncio.gather(*(buy(sandbox) for _ in range(500)))

    with running(latency="3s") as sandbox:
        answers = asyncio.run(all_at_once(sandbox))
        ids = {re.search(rb'"order":(\d+)', answer)[1].decode() for answer in answers}  # type: ignore[index]
        assert ids == {order.id for order in sandbox.shop.orders}
        assert len(ids) == 500
        assert sandbox.shop.stats.peak_adds_in_flight == 500
        assert sandbox.shop.stats.adds_in_flight == 0


def test_latency_is_waited_for(sandbox: Sandbox, post: Callable[..., httpx.Response]):
    """No answer comes before the latency is over."""
    sandbox.latency = "50-60ms"
    began = time.monotonic()
    post("balance")
    assert time.monotonic() - began >= 0.05


def test_it_serves_in_a_running_loop():
    """A shop can be served within the caller's own event loop."""

    async def within() -> bytes:
        """Serve and buy in one loop."""
        shop = Shop()
        async with serve(shop) as sandbox:
            return await buy(sandbox)

    assert b'"success"' in asyncio.run(within())


def test_a_taken_port_is_named():
    """A port that is in use, or none at all, is refused by an exception that names it."""
    with running() as sandbox:
        with (
            pytest.raises(PortTakenError, match=f"127.0.0.1:{sandbox.port}") as raised,
            running(port=sandbox.port),
        ):
            pass
        assert raised.value.port == sandbox.port
    with pytest.raises(CannotListenError), running(port=70_000):
        pass
    with pytest.raises(CannotListenError), running(host="203.0.113.7"):
        pass
    with pytest.raises(BadSettingError), running(latency="soon"):
        pass


def test_it_stops_with_connections_open(client: httpx.Client):
    """Leaving the context ends silent and idle connections, and the port is free again."""
    with running() as sandbox:
        sandbox.faults.add(Fault("silent"))
        client.post(sandbox.url, data={"key": sandbox.key, "action": "balance"})
        waiting = threading.Thread(target=_expect_an_end, args=(sandbox.url,))
        waiting.start()
        deadline = time.monotonic() + 5
        while not sandbox.shop.requests:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    waiting.join(5)
    assert not waiting.is_alive()
    with running(port=sandbox.port) as again:
        assert again.port == sandbox.port


def _expect_an_end(url: str) -> None:
    """Buy, and be disappointed."""
    with pytest.raises(httpx.TransportError):
        httpx.post(
            url, content=BODY, headers={"Content-Type": "application/x-www-form-urlencoded"}, trust_env=False
        )


def test_a_shop_outlives_its_server(client: httpx.Client, tmp_path: Path):
    """A shop that was given stays open and can be served again with its orders."""
    shop = Shop(state=tmp_path / "state")
    for _ in range(2):
        with running(shop=shop) as sandbox:
            client.post(
                sandbox.url, content=BODY, headers={"Content-Type": "application/x-www-form-urlencoded"}
            )
    assert len(shop.orders) == 2
    shop.close()


def test_a_failure_of_the_sandbox_is_not_hidden(tmp_path: Path):
    """When the state can't be written no answer leaves, and the end of the context says why."""
    shop = Shop(state=tmp_path / "state")
    shop.close()
    storage = shop._records._storage  # noqa: SLF001 - a disk that fails, without a disk
    storage._file = (tmp_path / "state").open("rb", buffering=0)  # noqa: SLF001
    with pytest.raises(OSError, match=r"not open for writing|Bad file"):
        _serve_and_buy(shop)
    assert shop.orders == []
    shop.close()


def _serve_and_buy(shop: Shop) -> None:
    """Buy from a shop that cannot answer."""
    with running(shop=shop) as sandbox:
        assert exchange(sandbox, whole()) == b""


SERVED = (
    "from bulkorders.sandbox import run; run(announce=lambda lines: print(*lines, sep='\\n', flush=True), {})"
)


@pytest.fixture
def served() -> Any:
    """Return a function that serves a sandbox in a process of its own."""
    processes: list[subprocess.Popen[str]] = []

    def start(settings: str = "") -> tuple[subprocess.Popen[str], list[str]]:
        command = [sys.executable, "-W", "error", "-c", SERVED.format(settings)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        processes.append(process)
        assert process.stdout is not None
        return process, [process.stdout.readline().strip() for _ in range(4)]

    yield start
    for process in processes:
        process.kill()
        process.communicate()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM that a process can answer")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(served: Any, client: httpx.Client, number: signal.Signals):
    """SIGTERM and Ctrl-C end a served sandbox with 0, an idle connection open and nothing on stderr."""
    process, lines = served("services=12, key='k-1'")
    url = re.search(r"http://127\.0\.0\.1:\d+/api/v2", lines[0])[0]  # type: ignore[index]
    assert lines[1] == f"BULKORDERS_PANEL_URL={url} BULKORDERS_PANEL_KEY=k-1"
    assert len(client.post(url, data={"key": "k-1", "action": "services"}).json()) == 12
    process.send_signal(number)
    _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (0, "")


def test_after_kill_9_it_goes_on(served: Any, client: httpx.Client, tmp_path: Path):
    """Killed at any moment and served again, it has every order whose answer left, and sells on."""
    settings = f"state={str(tmp_path / 'state')!r}"
    answered: list[str] = []
    for turn in range(3):
        process, lines = served(settings)
        url = re.search(r"http://127\.0\.0\.1:\d+/api/v2", lines[0])[0]  # type: ignore[index]
        threading.Timer(0.3 + turn / 10, process.kill).start()
        with pytest.raises(httpx.TransportError):
            answered.extend(_buying(client, url))
        process.wait()
    shop = Shop(state=tmp_path / "state")
    orders = [order.id for order in shop.orders]
    shop.close()
    assert len(answered) > 20
    assert set(answered) <= set(orders)
    assert len(set(orders)) == len(orders) <= len(answered) + 3


def _buying(client: httpx.Client, url: str) -> Iterator[str]:
    """Yield the id of one purchase after the other, without end."""
    params = {"key": "sandbox-key", "action": "add", "service": "1", "link": "x", "quantity": "500"}
    while True:
        yield str(client.post(url, data=params).json()["order"])


def test_run_outside_the_main_thread_needs_no_signals(tmp_path: Path):
    """A bad state file stops `run` before it serves, in any thread."""
    (tmp_path / "state").write_text("nonsense\n", encoding="utf-8")
    failures: list[BaseException] = []

    def body() -> None:
        try:
            run(announce=print, state=tmp_path / "state")
        except Exception as reason:  # noqa: BLE001 - shown by the assertion below
            failures.append(reason)

    thread = threading.Thread(target=body)
    thread.start()
    thread.join(10)
    assert [type(failure).__name__ for failure in failures] == ["StateDamagedError"]
