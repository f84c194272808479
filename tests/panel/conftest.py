"""A server that answers as it is told, byte for byte, and the real client pointed at it."""

import asyncio
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import parse_qsl

import pytest

from bulkorders.errors import PanelError
from bulkorders.panel.answers import Reply
from bulkorders.panel.arriving import Exchange
from bulkorders.panel.client import Panel
from bulkorders.panel.masking import masking
from bulkorders.panel.profiles import Profile
from bulkorders.panel.wire import Timeouts

KEY = "canary-7f3Kx9Qm2Zt5"
QUICK = Timeouts(connect=2.0, read=2.0, add=2.0, write=2.0)


@dataclass(frozen=True)
class Said:
    """One answer: honest HTTP, or `raw` bytes in its place; then the connection is kept or treated as told.

    `then` is keep, close, reset, silent (open until the test ends) or trickle (a byte now and then, for ever).
    `declared` is a Content-Length that isn't the body's. `unread` does it as the first byte arrives, unread.
    """

    body: bytes | str = b""
    status: int = 200
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    declared: int | None = None
    raw: bytes | None = None
    then: str = "keep"
    unread: bool = False

    def written(self) -> bytes:
        """Return the bytes that go out."""
        if self.raw is not None:
            return self.raw
        body = self.body.encode("utf-8", "surrogatepass") if isinstance(self.body, str) else self.body
        length = len(body) if self.declared is None else self.declared
        head = [
            f"HTTP/1.1 {self.status} Told",
            f"Content-Type: {self.content_type}",
            f"Content-Length: {length}",
            *(f"{name}: {value}" for name, value in self.headers),
        ]
        return "\r\n".join(head).encode() + b"\r\n\r\n" + body


Told = Said | Callable[[dict[str, str]], Said]


@dataclass
class Replay:
    """The server: what it says next (the last is said for ever), what it was asked, on which connections."""

    port: int = 0
    told: list[Told] = field(default_factory=lambda: [Said("{}")])
    asked: list[dict[str, str]] = field(default_factory=list)
    on: list[int] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    connections: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    def says(self, *told: Told) -> Self:
        """Set what it says from now on."""
        self.told = list(told)
        return self

    @property
    def url(self) -> str:
        """The panel's address."""
        return f"http://127.0.0.1:{self.port}/api/v2"

    def profile(self, **changes: Any) -> Profile:
        """Return the profile of an account on it."""
        settings = {"name": "test", "url": self.url, "key": KEY, "account": "here", "timeouts": QUICK}
        return Profile(**{**settings, **changes})

    def panel(self, *, at_once: int = 8, **changes: Any) -> Panel:
        """Return the real client for it."""
        return Panel(self.profile(**changes), at_once=at_once)

    def next(self, request: dict[str, str]) -> Said:
        """Return what is said to this request."""
        told = self.told.pop(0) if len(self.told) > 1 else self.told[0]
        return told(request) if callable(told) else told


class _Serving:
    """The threads behind a Replay."""

    def __init__(self, replay: Replay) -> None:
        self.replay = replay
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.listener.settimeout(0.02)
        replay.port = self.listener.getsockname()[1]
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.accept, daemon=True)]
        self.threads[0].start()

    def stop(self) -> None:
        """End every thread, and close what is open."""
        self.replay.over.set()
        for thread in self.threads:
            thread.join(10)
        self.listener.close()

    def accept(self) -> None:
        """Give each connection a thread of its own."""
        while not self.replay.over.is_set():
            with suppress(TimeoutError):
                connection, _ = self.listener.accept()
                self.replay.connections += 1
                thread = threading.Thread(target=self.serve, args=(connection, self.replay.connections))
                thread.daemon = True
                self.threads.append(thread)
                thread.start()

    def serve(self, connection: socket.socket, number: int) -> None:
        """Answer the requests of one connection as told."""
        connection.settimeout(0.1)
        with connection, suppress(OSError):
            while not self.replay.over.is_set():
                first = self.replay.told[0]
                if isinstance(first, Said) and first.unread and self.byte_came(connection):
                    self.end(connection, self.replay.next({}))
                    return
                request = self.request(connection, number)
                if request is None:
                    return
                said = self.replay.next(request)
                connection.sendall(said.written())
                if said.then != "keep":
                    self.end(connection, said)
                    return

    def byte_came(self, connection: socket.socket) -> bool:
        """Wait for the first byte of a request, and leave it where it is."""
        while not self.replay.over.is_set():
            with suppress(TimeoutError):
                return bool(connection.recv(1, socket.MSG_PEEK))
        return False

    def request(self, connection: socket.socket, number: int) -> dict[str, str] | None:
        """Return the form of the next complete request, or None where the client has gone."""
        data = b""
        while not self.replay.over.is_set():
            head, found, body = data.partition(b"\r\n\r\n")
            if found and len(body) >= _length(head):
                form = dict(parse_qsl(body.decode(), keep_blank_values=True))
                with self.lock:
                    self.replay.asked.append(form)
                    self.replay.on.append(number)
                    self.replay.heads.append(head.decode("latin-1"))
                return form
            with suppress(TimeoutError):
                part = connection.recv(65_536)
                if not part:
                    return None
                data += part
        return None

    def end(self, connection: socket.socket, said: Said) -> None:
        """Do with the connection what was told."""
        if said.then == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        while said.then in ("silent", "trickle") and not self.replay.over.wait(0.02):
            if said.then == "trickle":
                connection.sendall(b" ")


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


@contextmanager
def replaying() -> Iterator[Replay]:
    """Serve a Replay for as long as the context lasts."""
    served = Replay()
    serving = _Serving(served)
    try:
        yield served
    finally:
        serving.stop()


@pytest.fixture
def replay() -> Iterator[Replay]:
    """Yield a server that answers `{}` until told otherwise."""
    with replaying() as served:
        yield served


@pytest.fixture
def another() -> Iterator[Replay]:
    """Yield a second such server."""
    with replaying() as served:
        yield served


@pytest.fixture
def said() -> type[Said]:
    """Return the class of what a server says."""
    return Said


@pytest.fixture
def key() -> str:
    """Return the API key that must never be seen."""
    return KEY


@pytest.fixture
def read() -> Callable[..., Reply]:
    """Return a function that reads an answer as if it had come: body, HTTP status, whatever else an Exchange has."""

    def reply(body: Any, status: int | None = 200, **more: Any) -> Reply:
        raw = body if isinstance(body, bytes) else body if isinstance(body, str) else json.dumps(body)
        sent = {"sent": True, "complete": True, **more}
        data = raw if isinstance(raw, bytes) else raw.encode("utf-8", "surrogatepass")
        return Reply.of(Exchange(status=status, body=data, **sent), masking(KEY))

    return reply


@pytest.fixture
def ask(replay: Any) -> Callable[..., Any]:
    """Return a function that makes one call of the client, its profile changed as given."""

    def run(call: Callable[[Panel], Any], **changes: Any) -> Any:
        async def talk() -> Any:
            async with replay.panel(**changes) as panel:
                return await call(panel)

        return asyncio.run(talk())

    return run


@pytest.fixture
def fails(ask: Any) -> Callable[..., PanelError]:
    """Return a function that makes one call which must fail, and returns the error."""

    def run(call: Callable[[Panel], Any], kind: type[PanelError] = PanelError, **changes: Any) -> PanelError:
        with pytest.raises(kind) as caught:
            ask(call, **changes)
        return caught.value

    return run
