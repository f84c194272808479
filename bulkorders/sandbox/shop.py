"""The shop behind the pretend panel: what a customer may ask of it, and a record of every `add` it received.

All methods may be called from any thread.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from bulkorders.sandbox import checks
from bulkorders.sandbox.clock import Clock
from bulkorders.sandbox.errors import Refused
from bulkorders.sandbox.fate import COMPLETED, FINAL, Delivery
from bulkorders.sandbox.money import amount, plain
from bulkorders.sandbox.orders import PENDING_REFILL, AddRequest, Order, Refill, aim_of
from bulkorders.sandbox.records import Records
from bulkorders.sandbox.rehearsal import Rehearsal

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping
    from decimal import Decimal

    from bulkorders.sandbox.catalogue import Service
    from bulkorders.sandbox.terms import Terms

DEFAULT_KEY: Final = "sandbox-key"
FIRST_ORDER: Final = 99_999
_MINUTE: Final = 60.0


@dataclass(slots=True)
class Stats:
    """What was counted since the shop was opened: `requests` are complete ones, by action."""

    requests: Counter[str] = field(default_factory=Counter)
    adds_in_flight: int = 0
    peak_adds_in_flight: int = 0
    largest_status_batch: int = 0
    largest_cancel_batch: int = 0
    oversized_batches: int = 0
    bad_keys: int = 0
    connections: int = 0
    incomplete_requests: int = 0
    faults: Counter[str] = field(default_factory=Counter)


class Shop(Rehearsal):
    """One account on the pretend panel.

    `seed`, `services` (how many) and `balance` left out: those of the state file, else 1, 48 and 343423 VND.
    `speed`: seconds of the shop in one of the wall (86,400: every order is final within a second).
    `cancel_delay`: seconds of the shop until an accepted cancel takes effect.
    `idempotency`: the parameter whose value makes a repeated `add` answer with the first order, if any.
    `dialect`: how it speaks and on what terms it sells; left out, that of the state file, else "documented".
    `one_per_link`: refuse a second open order on the same link, as some panels do.
    Raises BadSettingError, and for the state file SandboxError or StateDamagedError.
    """

    def __init__(
        self,
        *,
        key: str = DEFAULT_KEY,
        seed: int | None = None,
        services: int | None = None,
        balance: Decimal | str | int | None = None,
        speed: float | None = None,
        state: str | os.PathLike[str] | None = None,
        cancel_delay: float = 5 * _MINUTE,
        dialect: str | None = None,
        idempotency: str | None = None,
        one_per_link: bool = False,
        clock: Clock | None = None,
    ) -> None:
        given = None if balance is None else plain(amount(balance))
        beginning = {"seed": seed, "services": services, "balance": given, "dialect": dialect}
        super().__init__(Records(state, clock or Clock(), beginning))
        self.key, self.cancel_delay = key, cancel_delay
        self.idempotency, self.one_per_link = idempotency or self.terms.idempotency, one_per_link
        self.stats = Stats()
        self._ids = random.Random(f"{self._records.seed}:ids")  # noqa: S311 - gaps between ids, not a secret
        try:
            if given is not None and plain(self.balance) != given:
                self.set_balance(given)
            if speed is not None and speed != self._records.clock.speed:
                self.set_speed(speed)
        except BaseException:
            self.close()
            raise

    @property
    def seed(self) -> int:
        """What all draws of the shop begin from."""
        return self._records.seed

    @property
    def terms(self) -> Terms:
        """On what terms it sells; their name is its dialect's."""
        return self._records.terms

    @property
    def currency(self) -> str:
        """The currency of its prices."""
        return self.terms.currency

    @property
    def now(self) -> float:
        """The time of the shop, in seconds."""
        return self._records.clock.now()

    def close(self) -> None:
        """Close the state file; what is in memory can still be read."""
        self._records.close()

    # What a customer asks.

    def services(self) -> list[Service]:
        """Return the catalogue, in the order of ids."""
        with self._records.lock:
            return list(self._records.catalogue.values())

    @property
    def balance(self) -> Decimal:
        """What is left to spend, refunds of orders that ended included."""
        with self._records.lock:
            self._records.settled()
            return self._records.balance

    def add(self, params: Mapping[str, str], request: AddRequest | None = None) -> Order:
        """Sell one order and note it in `request`. Raises Refused in the words of a panel."""
        with self._records.lock:
            request = self.received(params) if request is None else request
            try:
                return self._sell(request)
            except Refused as refusal:
                request.error = str(refusal)
                raise

    def _sell(self, request: AddRequest) -> Order:
        records, params = self._records, request.params
        token = params.get(self.idempotency) if self.idempotency else None
        if token in records.tokens:
            request.repeated = records.tokens[token]
            return records.orders[request.repeated]
        now = records.settled()
        service = records.catalogue.get(params.get("service", "").strip())
        if service is None:
            raise Refused("service")
        quantity = checks.checked_quantity(service, params, self.terms)
        if self.one_per_link and self._link_is_open(aim_of(params), now):
            raise Refused("active_link")
        unit_price = self.terms.unit_price(service) * (1 + records.tax)
        charge = self.terms.rounded(unit_price * quantity)
        if charge > records.balance:
            raise Refused("funds")
        order_id = self._next_id()
        sale = {"event": "sale", "at": now, "time": request.time, "request": request.number, "token": token}
        sale |= {"order": order_id, "service": service.id, "params": params, "charge": plain(charge)}
        sale["unit_price"] = plain(unit_price)
        records.happen(sale | {"fate": self.fate_of(service.id, aim_of(params), quantity).as_json()})
        return records.orders[order_id]

    def _next_id(self) -> str:
        """Leave gaps: between two of our orders other customers ordered too."""
        terms, orders = self.terms, self._records.orders
        if not orders:
            return terms.order_id(FIRST_ORDER)
        gap = min(int(self._ids.expovariate(0.5)), 9)
        return terms.order_id(terms.order_number(next(reversed(orders))) + 1 + gap)

    def _link_is_open(self, link: str, now: float) -> bool:
        same = (order for order in self._records.orders.values() if aim_of(order.params) == link)
        return any(order.delivery(now).status not in FINAL for order in same)

    def status(self, order_id: str) -> tuple[Order, Delivery]:
        """Return the order and what is told of it now. Raises Refused when it isn't ours."""
        with self._records.lock:
            now = self._records.settled()
            order = self._records.orders.get(order_id.strip())
            if order is None:
                raise Refused("order")
            return order, order.delivery(now)

    def cancel(self, order_id: str) -> None:
        """Accept a request to cancel; it takes effect `cancel_delay` later. Raises Refused."""
        with self._records.lock:
            order, told = self.status(order_id)
            if not self._supports(order, "cancel"):
                raise Refused("no_cancel")
            if told.status in FINAL or order.stops_at is not None:
                raise Refused("not_cancelable")
            now = self._records.clock.now()
            stops_at = now + self.cancel_delay
            self._records.happen({"event": "cancel", "at": now, "order": order.id, "stops_at": stops_at})

    def refill(self, order_id: str) -> Refill:
        """Accept a request to refill a completed order; one in eight is rejected later. Raises Refused."""
        with self._records.lock:
            order, told = self.status(order_id)
            if not self._supports(order, "refill"):
                raise Refused("no_refill")
            if told.status != COMPLETED:
                raise Refused("not_completed")
            now, refills = self._records.clock.now(), self._records.refills
            asked = [refill for refill in refills.values() if refill.order == order.id]
            if any(refill.status(now) == PENDING_REFILL for refill in asked):
                raise Refused("refill_open")
            draw = random.Random(f"{self._records.seed}:{order.id}:{len(asked)}")  # noqa: S311 - not a secret
            outcome = "Rejected" if draw.random() < 1 / 8 else COMPLETED
            ends = now + draw.uniform(10, 600) * _MINUTE
            numbered = f"{self.terms.refill_prefix}{len(refills) + 1}"
            refill_id = order.id if self.terms.refill_is_order else numbered
            event = {"event": "refill", "at": now, "refill": refill_id, "order": order.id}
            self._records.happen(event | {"ends": ends, "outcome": outcome})
            return refills[refill_id]

    def _supports(self, order: Order, what: str) -> bool:
        service = self._records.catalogue.get(order.service)
        return service is not None and bool(getattr(service, what))

    def refill_status(self, refill_id: str) -> str:
        """Return the word for a refill. Raises Refused when there is none of this id."""
        with self._records.lock:
            found = self._records.refills.get(refill_id.strip())
            if found is None:
                raise Refused("refill")
            return found.status(self._records.clock.now())

    def type_of(self, order: Order) -> str:
        """Return the type of the service an order is for; nothing once that is no longer sold."""
        with self._records.lock:
            service = self._records.catalogue.get(order.service)
            return "" if service is None else service.type

    # What was recorded.

    def received(self, params: Mapping[str, str]) -> AddRequest:
        """Record one complete `add` request, before anything is done about it."""
        with self._records.lock:
            kept = {name: value for name, value in params.items() if name not in ("key", "action")}
            time = datetime.now(UTC).isoformat(timespec="milliseconds")
            request = AddRequest(self._records.last_request + 1, time, kept)
            self._records.remember(request)
            return request

    def note(self, request: AddRequest) -> None:
        """Keep the record of an `add` that sold nothing in the state file too."""
        self._records.note(request)

    @property
    def requests(self) -> list[AddRequest]:
        """Every complete `add` request, in the order received."""
        with self._records.lock:
            return [self._records.requests[number] for number in sorted(self._records.requests)]

    @property
    def orders(self) -> list[Order]:
        """Every sold order, in the order of sale."""
        with self._records.lock:
            self._records.settled()
            return list(self._records.orders.values())

    @property
    def refill_ids(self) -> list[str]:
        """The id of every refill that was taken, in the order they were asked for."""
        with self._records.lock:
            return list(self._records.refills)

    def earlier_order(self) -> str | None:
        """Return the id of the order sold last, if any."""
        with self._records.lock:
            return next(reversed(self._records.orders), None)
