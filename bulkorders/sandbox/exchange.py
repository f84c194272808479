"""One request and its reply: recorded, delayed, spoiled by a fault if one is due, answered by the panel."""

from __future__ import annotations

import asyncio
import random
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from bulkorders.sandbox import api, control
from bulkorders.sandbox.damage import AFTER, BEFORE, Situation, spoiled
from bulkorders.sandbox.faults import Fault
from bulkorders.sandbox.replies import Reply, Request, json_reply, page

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from bulkorders.sandbox.faults import Faults
    from bulkorders.sandbox.latency import Latency
    from bulkorders.sandbox.orders import AddRequest
    from bulkorders.sandbox.shop import Shop

API_PATH: Final = "/api/v2"
_NO_FAULT: Final = Fault("none")


class Exchange:
    """Answers the requests of all connections; `latency` and `faults` may be changed at any time."""

    def __init__(self, shop: Shop, faults: Faults, latency: Latency, seed: int) -> None:
        self.shop: Shop = shop
        self.faults: Faults = faults
        self.latency: Latency = latency
        self._draw = random.Random(f"{seed}:latency")  # noqa: S311 - a rehearsal, not a secret

    async def answer(self, request: Request, send: Callable[[Reply], Awaitable[None]]) -> None:
        """Answer one complete request through `send`."""
        path = request.path.partition("?")[0].rstrip("/")
        if path == API_PATH:
            await self._panel(request, send)
        elif path.startswith(control.PATH):
            await send(control.answer(self, path, request))
        else:
            await send(page("404 Not Found", 404))

    def struck_at_accept(self, fault: Fault) -> Reply:
        """Return what becomes of a connection that a fault strikes as it opens."""
        self.shop.stats.faults[fault.kind] += 1
        return spoiled(fault, Situation(None, self.shop.key, None))

    async def _panel(self, request: Request, send: Callable[[Reply], Awaitable[None]]) -> None:
        if request.method != "POST":
            await send(json_reply({"error": "Method Not Allowed"}, 405))
            return
        params = _form(request)
        action = params.get("action", "")
        self.shop.stats.requests[action if action in api.ACTIONS else "unknown"] += 1
        fault = self.faults.for_action(action)
        if fault is not None:
            self.shop.stats.faults[fault.kind] += 1
        if action != "add":
            await send(await self._outcome(params, fault or _NO_FAULT, None))
            return
        record = self.shop.received(params)
        record.fault = None if fault is None else fault.kind
        with self._in_flight():
            await send(await self._outcome(params, fault or _NO_FAULT, record))

    async def _outcome(self, params: dict[str, str], fault: Fault, record: AddRequest | None) -> Reply:
        """Answer in the middle of the latency, so that a client that dies finds some sold and some not."""
        wait = self.latency.draw(self._draw)
        earlier = self.shop.earlier_order()
        await _pause(wait / 2 + (fault.seconds if fault.moment == BEFORE else 0))
        honest = None
        if fault.sells:
            honest = json_reply(api.answer(self.shop, params, record))
            if fault.kind == "twice":
                api.answer(self.shop, params, record)
        if record is not None:
            self.shop.note(record)
        await _pause(wait / 2 + (fault.seconds if fault.moment == AFTER else 0))
        return spoiled(fault, Situation(honest, self.shop.key, earlier))

    @contextmanager
    def _in_flight(self) -> Iterator[None]:
        stats = self.shop.stats
        stats.adds_in_flight += 1
        stats.peak_adds_in_flight = max(stats.peak_adds_in_flight, stats.adds_in_flight)
        try:
            yield
        finally:
            stats.adds_in_flight -= 1


async def _pause(seconds: float) -> None:
    if seconds > 0:
        await asyncio.sleep(seconds)


def _form(request: Request) -> dict[str, str]:
    """Return the form's fields, the last of a repeated name; nothing for another kind of body."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        return {}
    return dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
