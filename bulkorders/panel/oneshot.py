"""The way of paid requests: a fresh connection for each, closed after it, with nothing pooled or retried.

h11 reads and writes HTTP; the socket is asyncio's. Failures are told by httpx's exceptions, as on the way of reads.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from typing import cast

import h11
import httpx

from bulkorders.panel.arriving import Arriving

NEXT_ADDRESS = 0.25
"""Seconds after which a further address of the same name is tried beside the first (RFC 8305)."""


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds: to connect, to write, and the longest silence before and within an answer."""

    connect: float
    write: float
    read: float


@dataclass(frozen=True, slots=True)
class PaidRequest:
    """A request, and where it goes."""

    method: str
    url: httpx.URL
    headers: Mapping[str, str]
    body: bytes


class OneShot:
    """Sends requests, each on a connection of its own: nothing is pooled, followed or sent again."""

    def __init__(self, context: ssl.SSLContext, waits: Waits) -> None:
        self._context = context
        self._waits = waits
        context.set_alpn_protocols(["http/1.1"])

    async def send(
        self, request: PaidRequest, before: Callable[[], Awaitable[None]], arriving: Arriving
    ) -> None:
        """Send the request and put what comes into `arriving`; `before` is awaited just before the first byte leaves.

        Raises httpx's TransportErrors, and what `before` raises: nothing was sent then.
        """
        talk = h11.Connection(h11.CLIENT)
        content = _serialised(request, talk)
        conversation = _Conversation(talk, arriving, self._waits)
        try:
            await self._connect(request.url, conversation)
            await before()
            await conversation.hold(content)
        finally:
            conversation.close()

    async def _connect(self, url: httpx.URL, conversation: "_Conversation") -> None:
        """Open the connection, TLS and all."""
        if not url.host:
            raise httpx.UnsupportedProtocol("the address names no host")
        secure = url.scheme == "https"
        async with _told(self._waits.connect):
            await asyncio.get_running_loop().create_connection(
                lambda: conversation,
                url.raw_host.decode("ascii"),
                url.port or (443 if secure else 80),
                ssl=self._context if secure else None,
                happy_eyeballs_delay=None if _is_one_address(url.host) else NEXT_ADDRESS,
            )


def _serialised(request: PaidRequest, talk: h11.Connection) -> bytes:
    """Return the bytes of the whole request, so that they leave in one piece."""
    head = _head(request.method, request.url.raw_path, tuple(request.headers.items()))
    parts = (head, *([h11.Data(data=request.body)] if request.body else []), h11.EndOfMessage())
    return b"".join(talk.send(part) or b"" for part in parts)


@lru_cache(maxsize=64)
def _head(method: str, target: bytes, headers: tuple[tuple[str, str], ...]) -> h11.Request:
    """Return how a request begins; the orders of a run differ in their lengths alone."""
    return h11.Request(method=method, target=target, headers=list(headers))


@lru_cache(maxsize=64)
def _is_one_address(host: str) -> bool:
    """Whether a host is an address already, and no name that may have several."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


@asynccontextmanager
async def _told(wait: float) -> AsyncIterator[None]:
    """Tell by httpx's exceptions that connecting took too long, or what the network refused."""
    try:
        async with asyncio.timeout(wait):
            yield
    except TimeoutError as error:
        raise httpx.ConnectTimeout(str(error)) from error
    except (OSError, ssl.SSLError) as error:
        raise httpx.ConnectError(str(error)) from error


class _Conversation(asyncio.Protocol):
    """One connection: what is said on it, and what is heard, until the answer has ended or failed."""

    def __init__(self, talk: h11.Connection, arriving: Arriving, waits: Waits) -> None:
        self._loop = asyncio.get_running_loop()
        self._talk = talk
        self._arriving = arriving
        self._waits = waits
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._moved_at = 0.0
        self._full = False

    async def hold(self, content: bytes) -> None:
        """Say this, and wait for the end of the answer. Raises httpx's exceptions."""
        assert self._transport is not None  # noqa: S101 - it is connected
        if not self._ended.done():  # who has answered already, or is gone, is sent nothing
            self._transport.write(content)
        self._moved_at = self._loop.time()
        self._look()
        await self._ended

    def close(self) -> None:
        """Close the connection at once: a panel that is slow to say goodbye holds nobody up."""
        if self._timer is not None:
            self._timer.cancel()
        if self._transport is not None:
            self._transport.abort()
        if not self._ended.cancel() and not self._ended.cancelled():
            self._ended.exception()  # a failure nobody waited for was told by another one

    def _look(self) -> None:
        """End the conversation where nothing has moved for too long, or look again when that may be."""
        wait, late = (
            (self._waits.write, httpx.WriteTimeout) if self._full else (self._waits.read, httpx.ReadTimeout)
        )
        left = self._moved_at + wait - self._loop.time()
        if left > 0:
            self._timer = self._loop.call_later(left, self._look)
        else:
            self._fail(late(f"nothing for {wait:g} s"))

    def _fail(self, failure: httpx.TransportError) -> None:
        if not self._ended.done():
            self._ended.set_exception(failure)

    def _hear(self, data: bytes) -> None:
        """Take in what came; b"" is the end of the connection."""
        self._moved_at = self._loop.time()
        try:
            self._talk.receive_data(data)
            while not self._ended.done():
                event = self._talk.next_event()
                if event is h11.NEED_DATA or event is h11.PAUSED:
                    return
                self._take(event)
        except h11.RemoteProtocolError as error:
            self._fail(httpx.RemoteProtocolError(str(error)))

    def _take(self, event: object) -> None:
        arriving, over = self._arriving, False
        if isinstance(event, h11.Response):
            arriving.status = event.status_code
            arriving.headers = {
                name.decode("latin-1"): value.decode("latin-1") for name, value in event.headers
            }
        elif isinstance(event, h11.Data):
            over = not arriving.take(bytes(event.data))
        elif isinstance(event, h11.EndOfMessage):
            arriving.whole = over = True
        elif isinstance(event, h11.ConnectionClosed):
            self._fail(httpx.RemoteProtocolError("the connection was closed without an answer"))
        if over:
            self._ended.set_result(None)

    # told by asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep where to say what."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Take in a piece of the answer."""
        if not self._ended.done():
            self._hear(data)

    def eof_received(self) -> None:
        """Take in that nothing more will come."""
        if not self._ended.done():
            self._hear(b"")

    def connection_lost(self, error: Exception | None) -> None:
        """Take in that the connection is gone."""
        if error is not None:
            self._fail(httpx.ReadError(str(error)))
        else:
            self.eof_received()

    def pause_writing(self) -> None:
        """Wait for the panel to read on."""
        self._full = True

    def resume_writing(self) -> None:
        """The panel reads on."""
        self._full = False
        self._moved_at = self._loop.time()
