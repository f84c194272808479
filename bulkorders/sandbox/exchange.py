"""One request and its reply: recorded, delayed, spoiled by a fault if one is due, answered by the panel."""

from __future__ import annotations

import asyncio
import random
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bulkorders.sandbox import control
from bulkorders.sandbox.api import ACTIONS
from bulkorders.sandbox.damage import AFTER, BEFORE, Situation, spoiled
from bulkorders.sandbox.dialects import DIALECTS
from bulkorders.sandbox.faults import Fault
from bulkorders.sandbox.replies import Reply, Request, page

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from bulkorders.sandbox.faults import Faults
    from bulkorders.sandbox.latency import Latency
    from bulkorders.sandbox.orders import AddRequest
    from bulkorders.sandbox.shop import Shop

_NO_FAULT: Final = Fault("none")
_NOT_SOLD: Final = 10_000_001
"""The number of an order that a fault speaks of and nobody bought."""


class Exchange:
    """Answers the requests of all connections; `latency` and `faults` may be changed at any time."""

    def __init__(self, shop: Shop, faults: Faults, latency: Latency, seed: int) -> None:
        self.shop: Shop = shop
        self.faults: Faults = faults
        self.latency: Latency = latency
        self.dialect = DIALECTS[shop.terms.name]()
        self._draw = random.Random(f"{seed}:latency")  # noqa: S311 - a rehearsal, not a secret

    async def answer(self, request: Request, send: Callable[[Reply], Awaitable[None]]) -> None:
        """Answer one complete request through `send`."""
        path = request.path.partition("?")[0].rstrip("/")
        if path in self.dialect.paths:
            await self._panel(request, send)
        elif path.startswith(control.PATH):
            await send(control.answer(self, path, request))
        else:
            await send(page("404 Not Found", 404))

    def struck_at_accept(self, fault: Fault) -> Reply:
        """Return what becomes of a connection that a fault strikes as it opens."""
        self.shop.stats.faults[fault.kind] += 1
        return spoiled(fault, self._situation())

    def _situation(self) -> Situation:
        made_up = self.shop.terms.order_id(_NOT_SOLD)
        return Situation(self.dialect, self.shop.key, made_up, earlier=self.shop.earlier_order())

    async def _panel(self, request: Request, send: Callable[[Reply], Awaitable[None]]) -> None:
        if request.method not in self.dialect.methods:
            await send(self.dialect.says("method"))
            return
        params = self.dialect.read(request)
        action = params.get("action", "")
        self.shop.stats.requests[action if action in ACTIONS else "unknown"] += 1
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
        situation = self._situation()
        await _pause(wait / 2 + (fault.seconds if fault.moment == BEFORE else 0))
        if fault.sells:
            honest = self.dialect.answer(self.shop, params, record)
            refused = record is not None and record.error is not None
            situation = replace(situation, honest=honest, refused=refused)
            if fault.kind == "twice":
                self.dialect.again(self.shop, params, record)
        if record is not None:
            self.shop.note(record)
        await _pause(wait / 2 + (fault.seconds if fault.moment == AFTER else 0))
        return spoiled(fault, situation)

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
