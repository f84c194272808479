"""One TCP connection: requests are read with h11, replies written whole, or broken just as a fault wants."""

from __future__ import annotations

import asyncio
import socket
import struct
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import h11

from bulkorders.sandbox.replies import Ending, Reply, Request, page

if TYPE_CHECKING:
    from bulkorders.sandbox.exchange import Exchange

LARGEST_BODY: Final = 4_000_000
_CHUNK: Final = 65_536
_LINGER_ZERO: Final = struct.pack("ii", 1, 0)


class Connection:
    """Serves one connection until it ends."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, exchange: Exchange
    ) -> None:
        self._reader, self._writer, self._exchange = reader, writer, exchange
        self._http = h11.Connection(h11.SERVER)

    async def serve(self) -> None:
        """Answer requests until either side ends the connection; always closes it."""
        self._exchange.shop.stats.connections += 1
        try:
            fault = self._exchange.faults.at_accept()
            if fault is not None:
                # Sooner, a reset may or may not reach a client that still connects: nothing to rehearse on.
                await self._reader.read(1)
                await asyncio.sleep(fault.seconds)
                await self._send(self._exchange.struck_at_accept(fault))
                return
            while (request := await self._request()) is not None:
                await self._exchange.answer(request, self._send)
                if not self._may_go_on():
                    return
        except h11.RemoteProtocolError as reason:
            await self._refuse(reason)
        except ConnectionError:
            return  # the client went away
        except asyncio.CancelledError:
            self._writer.transport.abort()
            raise
        finally:
            self._writer.close()
            with suppress(ConnectionError):
                await self._writer.wait_closed()

    def _may_go_on(self) -> bool:
        if self._writer.is_closing() or self._http.our_state is not h11.DONE:
            return False
        self._http.start_next_cycle()
        return True

    async def _request(self) -> Request | None:
        """Return the next complete request, None when the client has closed the connection."""
        head: h11.Request | None = None
        body = bytearray()
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                if self._http.they_are_waiting_for_100_continue:
                    self._write(h11.InformationalResponse(status_code=100, headers=[]))
                await self._receive(waiting=head is not None)
            elif isinstance(event, h11.Request):
                head = event
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > LARGEST_BODY:
                    raise h11.RemoteProtocolError(
                        "the body is too large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE
                    )
            elif isinstance(event, h11.EndOfMessage) and head is not None:
                return _complete(head, bytes(body))
            else:
                return None

    async def _receive(self, *, waiting: bool) -> None:
        try:
            data = await self._reader.read(_CHUNK)
        except ConnectionError:
            data = b""
        if not data and (waiting or self._http.trailing_data[0]):
            self._exchange.shop.stats.incomplete_requests += 1
            raise ConnectionResetError("the client left in the middle of a request")
        self._http.receive_data(data)

    def _write(self, *events: h11.Event) -> None:
        self._writer.write(b"".join(self._http.send(event) or b"" for event in events))

    async def _send(self, reply: Reply) -> None:
        """Write the reply, then do to the connection what it says."""
        if reply.honest:
            self._write_honest(reply)
        else:
            self._writer.write(_broken(reply))
        await self._writer.drain()
        if reply.ending is Ending.SILENT:
            while await self._reader.read(_CHUNK):
                pass
        if reply.ending is Ending.RESET:
            self._reset()
        elif reply.ending is not Ending.KEEP:
            self._writer.close()

    def _write_honest(self, reply: Reply) -> None:
        self._write(
            h11.Response(status_code=reply.status, headers=reply.head()),
            h11.Data(data=reply.body),
            h11.EndOfMessage(),
        )

    def _reset(self) -> None:
        """Close with a TCP reset instead of a clean end."""
        self._writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
        self._writer.transport.abort()

    async def _refuse(self, reason: h11.RemoteProtocolError) -> None:
        """Answer what is no HTTP with 400, as long as nothing was answered yet."""
        if self._http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            with suppress(ConnectionError):
                await self._send(page(f"Bad Request: {reason}", reason.error_status_hint))


def _complete(head: h11.Request, body: bytes) -> Request:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in head.headers}
    return Request(head.method.decode("ascii"), head.target.decode("latin-1"), headers, body)


def _broken(reply: Reply) -> bytes:
    if reply.raw is not None:
        return reply.raw
    lines = [f"HTTP/1.1 {reply.status} Broken", *(f"{name}: {value}" for name, value in reply.head())]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1") + reply.body
