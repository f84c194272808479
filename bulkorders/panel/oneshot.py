"""The way of paid requests: a fresh connection for each, closed after it, with nothing pooled or retried."""

import ssl
from collections.abc import AsyncIterator, Iterable

import httpcore
import httpx


class _Dialling(httpcore.AnyIOBackend):
    """Remembers the socket it opened: httpcore forgets it where its task is cancelled during a handshake."""

    def __init__(self) -> None:
        self._opened: httpcore.AsyncNetworkStream | None = None

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's own signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self._opened = await super().connect_tcp(host, port, timeout, local_address, socket_options)
        return self._opened

    async def aclose(self) -> None:
        """Close the socket, if there is one."""
        if self._opened is not None:
            await self._opened.aclose()


class OneShotTransport(httpx.AsyncBaseTransport):
    """A fresh connection for each request, closed after it: nothing pooled, nothing retried."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request on a connection of its own."""
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        dialling = _Dialling()
        connection = httpcore.AsyncHTTPConnection(
            origin=url.origin,
            ssl_context=self._context,
            http1=True,
            http2=False,
            retries=0,
            network_backend=dialling,
        )
        sending = httpcore.Request(
            request.method,
            url,
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        try:
            answer = await connection.handle_async_request(sending)
        except BaseException:
            await connection.aclose()
            await dialling.aclose()
            raise
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_ClosingStream(answer, connection),
            extensions=answer.extensions,
        )


class _ClosingStream(httpx.AsyncByteStream):
    """The answer's bytes; closing it closes the connection."""

    def __init__(self, answer: httpcore.Response, connection: httpcore.AsyncHTTPConnection) -> None:
        self._answer = answer
        self._connection = connection

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._answer.aiter_stream():
            yield part

    async def aclose(self) -> None:
        await self._answer.aclose()
        await self._connection.aclose()
