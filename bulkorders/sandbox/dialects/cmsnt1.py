"""The dialect of SMMPANEL V1: refusals under 400, 401 and 429, numbers as numbers, `start_counter`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from bulkorders.sandbox.api import Dialect, Params
from bulkorders.sandbox.errors import WORDS, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from bulkorders.sandbox.catalogue import Service
    from bulkorders.sandbox.fate import Delivery
    from bulkorders.sandbox.orders import AddRequest, Order
    from bulkorders.sandbox.replies import Reply
    from bulkorders.sandbox.shop import Shop

BETWEEN_ADDS: Final = 1.0
"""Seconds of the shop between two orders."""


class Cmsnt1(Dialect):
    """Strange ids are left out, or all refused where none is known; an order a second, and no refills."""

    statuses: ClassVar[Mapping[str, int]] = dict.fromkeys(WORDS, 400) | {
        "key": 401, "suspended": 401, "method": 405, "rate": 429, "no_refill": 500,
    }  # fmt: skip
    words: ClassVar[Mapping[str, str]] = {
        "key": "Invalid API Key",
        "suspended": "Account suspended",
        "service": "Invalid Service Id",
        "link": "The link field is required.",
        "field": "The {name} field is required.",
        "quantity": "The quantity field is required.",
        "low": "Quantity must be between the minimum {least} and the maximum",
        "high": "Quantity must be between the minimum and the maximum {most}",
        "funds": "Insufficient balance",
        "order": "Invalid Order Id",
        "orders": "Invalid Order Ids",
        "request": "Invalid action",
        "no_refill": "Server Error",
    }

    def __init__(self) -> None:
        """Begin without any order."""
        self._last_add: float | None = None

    def act(self, shop: Shop, params: Params, request: AddRequest | None) -> Reply:
        """Do what was asked and answer it. Raises Refused, for refills always."""
        if params.get("action") in ("refill", "refill_status"):
            raise Refused("no_refill")
        return super().act(shop, params, request)

    def admit(self, shop: Shop, params: Params) -> None:
        """Let a request in, unless its key is wrong or it orders too soon. Raises Refused."""
        super().admit(shop, params)
        if params.get("action") != "add":
            return
        now = shop.now
        if self._last_add is not None and now - self._last_add < BETWEEN_ADDS:
            raise Refused("rate")
        self._last_add = now

    def service(self, service: Service) -> dict[str, Any]:
        """Return one line of the catalogue, numbers as numbers and flags as 0 or 1."""
        return super().service(service) | {
            "rate": _number(service.rate),
            "min": service.least,
            "max": service.most,
            "refill": int(service.refill),
            "cancel": int(service.cancel),
            "dripfeed": int(service.dripfeed),
        }

    def balance(self, shop: Shop, _params: Params) -> Any:
        """Return what is left to spend, and as a person would write it."""
        left = shop.balance
        return {"balance": _number(left), "balancef": f"{left:,.0f}", "currency": shop.currency}

    def added(self, order_id: str) -> Any:
        """Return the value that says an order was sold."""
        return {"order": self.number(order_id)}

    def told_alone(self, shop: Shop, order: Order, told: Delivery) -> dict[str, Any]:
        """Return what is told of an order."""
        return {
            "charge": _number(order.told_charge),
            "status": self.state(told),
            "remains": told.remains,
            "currency": shop.currency,
            "start_counter": told.start_count,
        }

    def told_together(self, shop: Shop, ids: Sequence[str]) -> Any:
        """Return those there are, by id. Raises Refused where there is none."""
        known = {order.id for order in shop.orders}
        told = {id_: self.told_alone(shop, *shop.status(id_)) for id_ in ids if id_ in known}
        if not told:
            raise Refused("orders")
        return told

    def canceled_together(self, shop: Shop, ids: Sequence[str]) -> Any:
        """Return a list, a refusal where the number would be."""
        return [
            {"order": self.number(id_), "cancel": 1 if (no := self.not_canceled(shop, id_)) is None else no}
            for id_ in ids
        ]


def _number(amount: Decimal) -> int | float:
    """Return an amount as a number of JSON."""
    return int(amount) if amount == amount.to_integral_value() else float(amount)
