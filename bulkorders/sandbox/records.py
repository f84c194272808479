"""What the pretend panel remembers: every change is an event, kept in the state file, then applied.

A restart applies the kept events again and so comes to the same orders, balance and time.
"""

from __future__ import annotations

import heapq
import threading
from collections import Counter
from dataclasses import asdict, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bulkorders.sandbox.assortment import further
from bulkorders.sandbox.catalogue import Service, make_catalogue
from bulkorders.sandbox.errors import BadSettingError, StateDamagedError
from bulkorders.sandbox.fate import FINAL, Delivery, Fate
from bulkorders.sandbox.orders import AddRequest, Order, Refill, aim_of
from bulkorders.sandbox.storage import Event, Storage
from bulkorders.sandbox.terms import DOCUMENTED, terms_of

if TYPE_CHECKING:
    import os

    from bulkorders.sandbox.clock import Clock


class Records:
    """Catalogue, balance, orders, refills and `add` requests, as the events so far have left them."""

    def __init__(self, state: str | os.PathLike[str] | None, clock: Clock, beginning: dict[str, Any]) -> None:
        """Begin with `beginning` (seed, services, balance, dialect) where the file holds nothing, else go on with it.

        Values of None stand for the file's, or the defaults. Raises SandboxError.
        """
        self.lock = threading.RLock()
        self.clock = clock
        self.seed = 0
        self.balance = Decimal(0)
        self.terms = DOCUMENTED
        self.catalogue: dict[str, Service] = {}
        self.orders: dict[str, Order] = {}
        self.refills: dict[str, Refill] = {}
        self.requests: dict[int, AddRequest] = {}
        self.last_request = 0
        self.tokens: dict[str, str] = {}
        self.alike: Counter[tuple[str, str, int]] = Counter()
        self.tax = Decimal(0)
        self._late = 0.0
        self._silent = False
        self._due: list[tuple[float, str]] = []
        self._owed: list[tuple[float, str]] = []
        self._storage = Storage(state)
        try:
            self._begin(beginning)
        except BaseException:
            self._storage.close()
            raise

    def _begin(self, beginning: dict[str, Any]) -> None:
        past = self._storage.load()
        if not past:
            defaults = {"seed": 1, "services": 48, "balance": "343423", "dialect": DOCUMENTED.name}
            chosen = {name: value for name, value in beginning.items() if value is not None}
            event = {"event": "open", "mark": self.clock.mark()} | defaults | chosen
            self._apply(event)
            self._storage.append(event)
            return
        if past[0]["event"] != "open":
            raise StateDamagedError(str(self._storage.path), 1, "the first line must open the shop")
        for number, event in enumerate(past, start=1):
            try:
                self._apply(event)
            except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as reason:
                raise StateDamagedError(
                    str(self._storage.path), number, f"cannot be applied: {reason!r}"
                ) from reason
        began = {"dialect": DOCUMENTED.name} | past[0]
        for name in ("seed", "services", "dialect"):
            if beginning[name] not in (None, began[name]):
                raise BadSettingError(
                    f"{self._storage.path} began with {name} {began[name]}, not {beginning[name]}"
                )

    def close(self) -> None:
        """Close the state file."""
        with self.lock:
            self._storage.close()

    def happen(self, event: Event) -> None:
        """Keep an event, durably, then apply it."""
        with self.lock:
            self._storage.append(event)
            self._apply(event)

    def settled(self) -> float:
        """Pay back what orders that ended owe, and return the time of the shop."""
        now = self.clock.now()
        self._settle(now)
        return now

    def _apply(self, event: Event) -> None:
        if "at" in event:
            self._settle(event["at"])
        getattr(self, f"_on_{event['event']}")(event)

    def _settle(self, now: float) -> None:
        while self._owed and self._owed[0][0] <= now:
            _, order_id = heapq.heappop(self._owed)
            self.balance -= self.orders[order_id].charge
        while self._due and self._due[0][0] <= now:
            _, order_id = heapq.heappop(self._due)
            self._pay_back(self.orders[order_id], now)

    def _pay_back(self, order: Order, now: float) -> None:
        if not order.settled and order.delivery(now).status in FINAL:
            order.settled, order.refunded = True, self.terms.rounded(order.refund_due(now))
            order.silent = self._silent
            self.balance += order.refunded

    def _on_open(self, event: Event) -> None:
        try:
            self.terms = terms_of(event.get("dialect", DOCUMENTED.name))
            self.catalogue = make_catalogue(event["services"], event["seed"])
        except ValueError as reason:
            raise BadSettingError(str(reason)) from reason
        self.catalogue |= further(self.terms, event["services"] + 1)
        self.seed, self.balance = event["seed"], Decimal(event["balance"])
        self.clock.resume(event["mark"])

    def _on_clock(self, event: Event) -> None:
        self.clock.resume(event["mark"])

    def _on_sale(self, event: Event) -> None:
        order = Order(
            id=event["order"],
            service=event["service"],
            params=event["params"],
            time=event["time"],
            at=event["at"],
            charge=Decimal(event["charge"]),
            unit_price=Decimal(event["unit_price"]),
            fate=Fate(**event["fate"]),
        )
        self.orders[order.id] = order
        if self._late:
            heapq.heappush(self._owed, (event["at"] + self._late, order.id))
        else:
            self.balance -= order.charge
        self.alike[order.service, aim_of(order.params), order.quantity] += 1
        if event["token"] is not None:
            self.tokens[event["token"]] = order.id
        heapq.heappush(self._due, (order.final_at(), order.id))
        request = AddRequest(event["request"], order.time, order.params)
        self.remember(request).orders.append(order.id)

    def _on_unsold(self, event: Event) -> None:
        request = AddRequest(**event["request"])
        self.remember(request)

    def _on_cancel(self, event: Event) -> None:
        order = self.orders[event["order"]]
        order.stops_at = event["stops_at"]
        heapq.heappush(self._due, (order.final_at(), order.id))

    def _on_refill(self, event: Event) -> None:
        self.refills[event["refill"]] = Refill(
            event["refill"], event["order"], event["ends"], event["outcome"]
        )

    def _on_pin(self, event: Event) -> None:
        order = self.orders[event["order"]]
        self.balance -= order.refunded
        order.settled, order.refunded = False, Decimal(0)
        order.pinned = Delivery(event["status"], event["start_count"], event["remains"])
        self._pay_back(order, event["at"])

    def _on_refill_pin(self, event: Event) -> None:
        refill = self.refills[event["refill"]]
        refill.outcome, refill.ends = event["outcome"], event["at"]

    def _on_balance(self, event: Event) -> None:
        self.balance = Decimal(event["balance"])

    def _on_movement(self, event: Event) -> None:
        self.balance += Decimal(event["amount"])

    def _on_charging(self, event: Event) -> None:
        self._late, self.tax, self._silent = event["late"], Decimal(event["tax"]), event["silent"]

    def _on_service(self, event: Event) -> None:
        changes = event["changes"]
        if changes is None:
            del self.catalogue[event["service"]]
            return
        if "rate" in changes:
            changes = changes | {"rate": Decimal(changes["rate"]), "spelled": ""}
        self.catalogue[event["service"]] = replace(self.catalogue[event["service"]], **changes)

    def remember(self, request: AddRequest) -> AddRequest:
        """Put a request on record, unless its number is; return the one on record."""
        self.last_request = max(self.last_request, request.number)
        return self.requests.setdefault(request.number, request)

    def note(self, request: AddRequest) -> None:
        """Keep the record of an `add` that sold nothing."""
        with self.lock:
            if not request.orders:
                self.happen({"event": "unsold", "request": asdict(request)})
