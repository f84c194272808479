"""The dialect of the "asap" script: refills and cancels one by one, answered with a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from bulkorders.sandbox.api import Dialect, Params
from bulkorders.sandbox.errors import Refused
from bulkorders.sandbox.fate import CANCELED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bulkorders.sandbox.catalogue import Service
    from bulkorders.sandbox.fate import Delivery
    from bulkorders.sandbox.orders import Order
    from bulkorders.sandbox.shop import Shop

_REFILL = "Your order will be refill asap, please wait"
_CANCEL = "Your order will be cancelled"
_NOT_REFILLED = "Order not eligible for refill."
_NOT_CANCELED = "Order not eligible for cancel."


class Asap(Dialect):
    """`{"success":"...","refill":12345}`, charges as long floats, `Cancelled`, order ids as text."""

    states: ClassVar[Mapping[str, str]] = {CANCELED: "Cancelled"}
    words: ClassVar[Mapping[str, str]] = {
        "request": "Invalid Request",
        "key": "Invalid API Key",
        "service": "Invalid service ID",
        "link": "Incorrect link",
        "field": "Invalid {name}",
        "wrong": "Invalid {name}",
        "low": "Minimum quantity is {least}",
        "high": "Maximum quantity is {most}",
        "funds": "Insufficient balance",
        "order": "Incorrect order ID",
        "no_refill": _NOT_REFILLED,
        "not_completed": _NOT_REFILLED,
        "refill_open": _NOT_REFILLED,
        "no_cancel": _NOT_CANCELED,
        "not_cancelable": _NOT_CANCELED,
    }

    def service(self, service: Service) -> dict[str, Any]:
        """Return one line of the catalogue; it does not say what can be refilled."""
        line = super().service(service)
        del line["refill"]
        return line | {"type": service.type.lower()}

    def added(self, order_id: str) -> Any:
        """Return the value that says an order was sold."""
        return {"order": order_id}

    def told_alone(self, shop: Shop, order: Order, told: Delivery) -> dict[str, Any]:
        """Return what is told of an order, the charge as a float."""
        charge = float(order.told_charge)
        return super().told_alone(shop, order, told) | {"charge": charge, "currency": shop.currency}

    def refill(self, shop: Shop, params: Params) -> Any:
        """Return a sentence and the refill's id, which is the order's. Raises Refused for several."""
        _one_only(params)
        return {"success": _REFILL, "refill": self.number(shop.refill(params.get("order", "")).id)}

    def refill_status(self, shop: Shop, params: Params) -> Any:
        """Return the word for a refill. Raises Refused for several."""
        if "refills" in params:
            raise Refused("request")
        return {"status": shop.refill_status(params.get("refill", params.get("order", "")))}

    def cancel(self, shop: Shop, params: Params) -> Any:
        """Return a sentence. Raises Refused for several."""
        _one_only(params)
        shop.cancel(params.get("order", ""))
        return {"success": _CANCEL}


def _one_only(params: Params) -> None:
    if "orders" in params:
        raise Refused("request")
