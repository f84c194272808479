"""One request, one answer, and whether anything was sent: the only module that talks through httpx.

Whether a paid request left is told by an event, not by an exception's class: the transport says when
the first byte is about to be written. An exception without that event proves that nothing was
sent; with it, nothing is proven. Each paid POST has a fresh connection, so that no server can close an
idle one under it, and no redirect, proxy, retry or second protocol lies between us and the panel.
"""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, cached_property
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import version
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

import httpx

from bulkorders.panel.oneshot import SENT_EVENT, OneShotTransport

AGENT = f"bulkorders/{version('bulkorders')}"
HEADERS = {"User-Agent": AGENT, "Accept": "application/json", "Accept-Encoding": "gzip, deflate"}
PAID_HEADERS = {**HEADERS, "Connection": "close", "Accept-Encoding": "identity"}
"""A compressed answer that is cut short loses even the part that came."""

LARGEST_PAID = 1 << 20
LARGEST_READ = 64 << 20

_talking: ContextVar[bool] = ContextVar("talking", default=False)


def _quiet(_record: logging.LogRecord) -> bool:
    """Let the HTTP library log nothing of our requests: addresses and headers may hold the key."""
    return not _talking.get()


for _name in ("httpx", "httpcore.connection", "httpcore.http11"):
    logging.getLogger(_name).addFilter(_quiet)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. `add` is the wait for the answer to a paid request: a longer wait means fewer doubts."""

    connect: float = 10.0
    read: float = 30.0
    add: float = 60.0
    write: float = 30.0

    @property
    def longest_answer(self) -> float:
        """Seconds after which nobody waits for the answer to a paid request any more."""
        return self.connect + self.write + 2 * self.add


@dataclass(frozen=True, slots=True)
class Exchange:
    """What one request came to.

    `sent` says that the first byte may have left. `status` is None where no answer began. `complete` is
    False where the answer was cut, too large or unreadable; `body` then holds what came of it.
    `failure` names what went wrong, for the evidence.
    """

    sent: bool
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    complete: bool = False
    failure: str = field(default="", repr=False)


@cache
def _tls(*, verify: bool) -> ssl.SSLContext:
    """Return the context of every connection; loading the certificates takes longer than many a request."""
    return httpx.create_ssl_context(verify=verify, trust_env=False)


class Wire:
    """The two ways to a panel: `pay`, once and on a fresh connection, and `read`, over kept connections."""

    def __init__(
        self, url: str, timeouts: Timeouts, *, method: str = "POST", verify: bool = True, at_once: int = 8
    ) -> None:
        self._url = url
        self._method = method
        self._timeouts = timeouts
        context = _tls(verify=verify)
        self._paid_wait = httpx.Timeout(
            connect=timeouts.connect, read=timeouts.add, write=timeouts.write, pool=None
        ).as_dict()
        self._read_wait = httpx.Timeout(
            connect=timeouts.connect, read=timeouts.read, write=timeouts.write, pool=None
        ).as_dict()
        # httpcore counts every connection as idle when it trims its pool: keep as many as are allowed.
        limits = httpx.Limits(max_connections=at_once, max_keepalive_connections=at_once)
        # A session that a panel opens by cookie may let its requests through only one after the other.
        no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        self._paid = OneShotTransport(context)
        self._reads = httpx.AsyncClient(
            transport=httpx.AsyncHTTPTransport(verify=context, limits=limits, trust_env=False, retries=0),
            trust_env=False,
            follow_redirects=False,
            cookies=no_cookies,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._reads.aclose()

    async def pay(self, form: Mapping[str, str], sending: "Sending") -> Exchange:
        """Send a paid request once. Never raises for what the panel or the network does.

        `sending.begun` turns true when the first byte may leave, so that a caller whose task is cancelled
        still knows. Cancellation itself passes through.
        """
        longest = self._timeouts.longest_answer

        def ask() -> Awaitable[httpx.Response]:
            request = self._request(form, sending, PAID_HEADERS, {"timeout": self._paid_wait})
            return self._paid.handle_async_request(request)

        return await _exchange(ask, sending, longest, LARGEST_PAID)

    async def read(self, form: Mapping[str, str]) -> Exchange:
        """Send a request that changes nothing at the panel; it may be repeated freely."""
        longest = self._timeouts.connect + self._timeouts.write + 4 * self._timeouts.read
        sending = Sending()

        def ask() -> Awaitable[httpx.Response]:
            request = self._request(form, sending, HEADERS, {"timeout": self._read_wait})
            return self._reads.send(request, stream=True)

        return await _exchange(ask, sending, longest, LARGEST_READ)

    @cached_property
    def _address(self) -> httpx.URL:
        return httpx.URL(self._url)

    def _request(
        self,
        form: Mapping[str, str],
        sending: "Sending",
        headers: Mapping[str, str],
        extensions: Mapping[str, Any],
    ) -> httpx.Request:
        told = urlencode(form, encoding="utf-8", errors="replace")
        extensions = {**extensions, "trace": sending.trace}
        if self._method == "GET":
            url = f"{self._url}{'&' if '?' in self._url else '?'}{told}"
            return httpx.Request("GET", url, headers=headers, extensions=extensions)
        headers = {**headers, "Content-Type": "application/x-www-form-urlencoded"}
        body = told.encode("ascii")
        return httpx.Request("POST", self._address, content=body, headers=headers, extensions=extensions)


async def _exchange(
    ask: Callable[[], Awaitable[httpx.Response]], sending: "Sending", longest: float, largest: int
) -> Exchange:
    arrived = _Arrived()
    talking = _talking.set(True)
    try:
        async with asyncio.timeout(longest):
            await _receive(ask(), arrived, largest)
    except Exception as error:  # noqa: BLE001 - whatever it is, the event says if anything was sent
        return arrived.exchange(sent=sending.begun, failure=_told(error))
    finally:
        _talking.reset(talking)
    return arrived.exchange(sent=True, failure=arrived.trouble)


class Sending:
    """Whether the first byte of one request may have left."""

    def __init__(self) -> None:
        self.begun = False

    async def trace(self, event: str, _info: Mapping[str, Any]) -> None:
        """Take in an event of the transport."""
        if event == SENT_EVENT:
            self.begun = True


class _Arrived:
    """What has come of an answer so far."""

    def __init__(self) -> None:
        self.status: int | None = None
        self.headers: Mapping[str, str] = {}
        self.parts: list[bytes] = []
        self.size = 0
        self.whole = False
        self.trouble = ""

    def exchange(self, *, sent: bool, failure: str) -> Exchange:
        """Return it as an Exchange. An answer that came whole stays whole, whatever closing it met with."""
        return Exchange(sent, self.status, self.headers, b"".join(self.parts), self.whole, failure)


async def _receive(answering: Awaitable[httpx.Response], arrived: _Arrived, largest: int) -> None:
    response = await answering
    try:
        arrived.status, arrived.headers = response.status_code, response.headers
        async for part in response.aiter_bytes():
            arrived.parts.append(part)
            arrived.size += len(part)
            if arrived.size > largest:
                arrived.trouble = f"answer larger than {largest} bytes"
                return
        arrived.whole = True
    finally:
        await response.aclose()


def _told(error: Exception) -> str:
    """Name an exception for the evidence: its class, its words, and what lay below it."""
    below = error.__cause__
    words = [f"{type(error).__name__}: {error}".rstrip(": ")]
    if below is not None and str(below) and str(below) not in words[0]:
        words.append(f"{type(below).__name__}: {below}")
    return "; ".join(words)
