"""One request, one answer, and whether anything was sent: the only module that talks through httpx.

Whether a paid request left is told by an event, not by an exception's class: its way says when
the first byte is about to be written. An exception without that event proves that nothing was
sent; with it, nothing is proven. Each paid POST has a fresh connection, so that no server can close an
idle one under it, and no redirect, proxy, retry or second protocol lies between us and the panel.
"""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, cached_property
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import version
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

import httpx

from bulkorders.panel.arriving import Arriving, Exchange
from bulkorders.panel.oneshot import OneShot, PaidRequest, Waits

AGENT = f"bulkorders/{version('bulkorders')}"
HEADERS = {"User-Agent": AGENT, "Accept": "application/json", "Accept-Encoding": "gzip, deflate"}
PAID_HEADERS = {**HEADERS, "Connection": "close", "Accept-Encoding": "identity"}
"""A compressed answer that is cut short loses even the part that came."""

FORM_HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}

SENT_EVENT = "http11.send_request_headers.started"
"""The event that httpcore tells just before the first byte of a read may leave."""

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
        self._read_wait = httpx.Timeout(
            connect=timeouts.connect, read=timeouts.read, write=timeouts.write, pool=None
        ).as_dict()
        # httpcore counts every connection as idle when it trims its pool: keep as many as are allowed.
        limits = httpx.Limits(max_connections=at_once, max_keepalive_connections=at_once)
        # A session that a panel opens by cookie may let its requests through only one after the other.
        no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        self._paid = OneShot(context, Waits(timeouts.connect, timeouts.write, timeouts.add))
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
        arriving, failure = Arriving(LARGEST_PAID), ""
        try:
            async with asyncio.timeout(self._timeouts.longest_answer):
                await self._paid.send(self._paid_request(form), sending.leave, arriving)
        except Exception as error:  # noqa: BLE001 - whatever it is, `sending` says if anything was sent
            failure = _told(error)
        try:
            arriving.unpack()
        except Exception as error:  # noqa: BLE001 - as above
            failure = failure or _told(error)
        return arriving.exchange(sent=sending.begun, failure=failure or arriving.trouble)

    async def read(self, form: Mapping[str, str]) -> Exchange:
        """Send a request that changes nothing at the panel; it may be repeated freely."""
        longest = self._timeouts.connect + self._timeouts.write + 4 * self._timeouts.read
        sending, arriving, failure = Sending(), Arriving(LARGEST_READ), ""
        try:
            await _read(
                lambda: self._reads.send(self._request(form, sending), stream=True), longest, arriving
            )
        except Exception as error:  # noqa: BLE001 - as above
            failure = _told(error)
        return arriving.exchange(sent=sending.begun, failure=failure or arriving.trouble)

    @cached_property
    def _address(self) -> httpx.URL:
        return httpx.URL(self._url)

    def _addressed(self, form: Mapping[str, str]) -> tuple[httpx.URL, bytes, Mapping[str, str]]:
        """Return where this form goes, as which body, and what the headers say of it."""
        told = urlencode(form, encoding="utf-8", errors="replace")
        if self._method == "GET":
            return httpx.URL(f"{self._url}{'&' if '?' in self._url else '?'}{told}"), b"", {}
        return self._address, told.encode("ascii"), FORM_HEADERS

    def _request(self, form: Mapping[str, str], sending: "Sending") -> httpx.Request:
        url, body, further = self._addressed(form)
        return httpx.Request(
            self._method,
            url,
            content=body or None,
            headers={**HEADERS, **further},
            extensions={"timeout": self._read_wait, "trace": sending.trace},
        )

    def _paid_request(self, form: Mapping[str, str]) -> PaidRequest:
        url, body, further = self._addressed(form)
        length = {"Content-Length": str(len(body))} if body else {}
        headers = {"Host": url.netloc.decode("ascii"), **PAID_HEADERS, **further, **length}
        return PaidRequest(self._method, url, headers, body)


async def _read(ask: Callable[[], Awaitable[httpx.Response]], longest: float, arriving: Arriving) -> None:
    talking = _talking.set(True)
    try:
        async with asyncio.timeout(longest):
            await _receive(ask(), arriving)
    finally:
        _talking.reset(talking)


class TooLateError(Exception):
    """The request may not be sent any more; nothing of it was."""


class Sending:
    """Whether the first byte of one request may have left; `too_late` is asked right before it would.

    A machine that slept, or a process that was frozen while it connected, finds out here. `still` is awaited
    before that: where the turn that was taken for this request is too old by now, it takes another; it says False
    where nothing may be sent to the panel any more.
    """

    def __init__(
        self,
        too_late: Callable[[], bool] | None = None,
        still: Callable[[], Awaitable[bool]] | None = None,
    ) -> None:
        self.begun = False
        self.late = False
        self._too_late = too_late
        self._still = still

    async def trace(self, event: str, _info: Mapping[str, Any]) -> None:
        """Take in an event of httpcore's; raise TooLateError where nothing may be sent any more."""
        if event == SENT_EVENT:
            await self.leave()

    async def leave(self) -> None:
        """Say that the first byte leaves now; raise TooLateError where nothing may be sent any more."""
        may = self._still is None or await self._still()
        self.late = not may or (self._too_late is not None and self._too_late())
        if self.late:
            raise TooLateError
        self.begun = True


async def _receive(answering: Awaitable[httpx.Response], arriving: Arriving) -> None:
    response = await answering
    try:
        arriving.status, arriving.headers = response.status_code, response.headers
        async for part in response.aiter_bytes():
            if not arriving.take(part):
                return
        arriving.whole = True
    finally:
        await response.aclose()


def _told(error: Exception) -> str:
    """Name an exception for the evidence: its class, its words, and what lay below it."""
    below = error.__cause__
    words = [f"{type(error).__name__}: {error}".rstrip(": ")]
    if below is not None and str(below) and str(below) not in words[0]:
        words.append(f"{type(below).__name__}: {below}")
    return "; ".join(words)
