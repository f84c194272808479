"""The way of paid requests: a fresh connection for each, closed after it, with nothing pooled or retried."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import h11
import httpx

SENT_EVENT = "http11.send_request_headers.started"
"""The event that is told just before the first byte may leave, under the name that httpcore has for it."""

READ_AT_ONCE = 1 << 16
NEXT_ADDRESS = 0.25
"""Seconds after which a further address of the same name is tried beside the first (RFC 8305)."""


class OneShotTransport(httpx.AsyncBaseTransport):
    """A fresh connection for each request, closed after it: nothing pooled, nothing retried.

    Raises httpx's exceptions. What was sent is told by the request's `trace` extension, not by their classes.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        context.set_alpn_protocols(["http/1.1"])

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request on a connection of its own."""
        waits = request.extensions.get("timeout", {})
        content = _serialised(request, talk := h11.Connection(h11.CLIENT), await request.aread())
        reader, writer = await self._connected(request.url, waits.get("connect"))
        answer = _Answer(talk, reader, writer, waits.get("read"))
        try:
            await request.extensions["trace"](SENT_EVENT, {})
            async with _told_as(httpx.WriteTimeout, httpx.WriteError, waits.get("write")):
                writer.write(content)
                await writer.drain()
            status, headers = await answer.head()
        except BaseException:
            await answer.aclose()
            raise
        return httpx.Response(status, headers=headers, stream=answer)

    async def _connected(
        self, url: httpx.URL, wait: float | None
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Open the connection, TLS and all, within `wait` seconds."""
        secure = url.scheme == "https"
        async with _told_as(httpx.ConnectTimeout, httpx.ConnectError, wait):
            return await asyncio.open_connection(
                url.raw_host.decode("ascii"),
                url.port or (443 if secure else 80),
                ssl=self._context if secure else None,
                happy_eyeballs_delay=NEXT_ADDRESS,
                limit=READ_AT_ONCE,
            )


def _serialised(request: httpx.Request, talk: h11.Connection, body: bytes) -> bytes:
    """Return the bytes of the whole request, so that they leave in one piece."""
    begun = h11.Request(method=request.method, target=request.url.raw_path, headers=request.headers.raw)
    parts = (begun, *([h11.Data(data=body)] if body else []), h11.EndOfMessage())
    return b"".join(talk.send(part) or b"" for part in parts)


@asynccontextmanager
async def _told_as(
    late: type[httpx.TimeoutException], failed: type[httpx.TransportError], wait: float | None
) -> AsyncIterator[None]:
    """Raise as `late` what takes more than `wait` seconds, and as `failed` what the network refuses."""
    try:
        async with asyncio.timeout(wait):
            yield
    except TimeoutError as error:
        raise late(str(error)) from error
    except (OSError, ssl.SSLError) as error:
        raise failed(str(error)) from error


class _Answer(httpx.AsyncByteStream):
    """The answer, read as it comes; closing it closes the connection."""

    def __init__(
        self,
        talk: h11.Connection,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        wait: float | None,
    ) -> None:
        self._talk = talk
        self._reader = reader
        self._writer = writer
        self._wait = wait

    async def head(self) -> tuple[int, list[tuple[bytes, bytes]]]:
        """Return status and headers; answers that only announce another one (1xx) are passed over."""
        while True:
            event = await self._next()
            if isinstance(event, h11.Response):
                return event.status_code, list(event.headers.raw_items())

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while not isinstance(event := await self._next(), h11.EndOfMessage):
            if isinstance(event, h11.Data):
                yield bytes(event.data)

    async def _next(self) -> Any:
        """Return the answer's next event. Raises RemoteProtocolError where it is cut, or is no HTTP."""
        try:
            while (event := self._talk.next_event()) is h11.NEED_DATA:
                async with _told_as(httpx.ReadTimeout, httpx.ReadError, self._wait):
                    self._talk.receive_data(await self._reader.read(READ_AT_ONCE))
        except h11.RemoteProtocolError as error:
            raise httpx.RemoteProtocolError(str(error)) from error
        if isinstance(event, h11.ConnectionClosed):
            raise httpx.RemoteProtocolError("the connection was closed without an answer")
        return event

    async def aclose(self) -> None:
        """Close the connection at once: a panel that is slow to say goodbye holds nobody up."""
        self._writer.transport.abort()
