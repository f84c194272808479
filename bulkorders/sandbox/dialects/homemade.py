"""The dialect of a home-made panel: keys in Title-Case and camelCase, 201, text ids, lists that name nobody."""

from __future__ import annotations

import random
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

from bulkorders.sandbox.api import Dialect, Params, charge_of
from bulkorders.sandbox.errors import Refused
from bulkorders.sandbox.money import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bulkorders.sandbox.catalogue import Service
    from bulkorders.sandbox.fate import Delivery
    from bulkorders.sandbox.orders import AddRequest, Order
    from bulkorders.sandbox.replies import Reply
    from bulkorders.sandbox.shop import Shop

ADDS: Final = 10
"""So many orders in a second of the shop, and no more."""
_TWICE: Final = ("7", "8")
"""Services that are listed twice: once with the same terms, once with others."""


class Homemade(Dialect):
    """An `add` with a `request_id` seen before is answered with the earlier order; refusals are `Error`."""

    added_status: ClassVar[int] = 201
    statuses: ClassVar[Mapping[str, int]] = {"method": 405, "key": 403}
    states: ClassVar[Mapping[str, str]] = {
        "Pending": "pending",
        "Processing": "processing",
        "In progress": "in_progress",
        "Completed": "completed",
        "Partial": "PARTIALLY COMPLETED",
        "Canceled": "cancelled",
        "Fail": "failed",
    }
    words: ClassVar[Mapping[str, str]] = {
        "key": "API key invalid",
        "request": "Invalid action",
        "rate": "Rate limit exceeded",
        "service": "Service not found",
        "link": "Link is required",
        "field": "The {name} field is required",
        "quantity": "Quantity out of range",
        "low": "Quantity must be between {least} and the maximum",
        "high": "Quantity less than maximum {most}",
        "funds": "INSUFFICIENT_FUNDS",
        "order": "Order not found",
        "not_cancelable": "Order cannot be cancelled",
    }

    def __init__(self) -> None:
        """Begin without any order."""
        self._adds: deque[float] = deque(maxlen=ADDS)
        self._draw = random.Random("order of answers")  # noqa: S311 - a rehearsal, not a secret

    def error(self, code: str, text: str) -> Any:
        """Return the value that says no."""
        return {"error": text} if code == "rate" else {"Error": text}

    def admit(self, shop: Shop, params: Params) -> None:
        """Let a request in, unless its key is wrong or there were too many. Raises Refused."""
        super().admit(shop, params)
        if params.get("action") != "add":
            return
        now = shop.now
        if len(self._adds) == ADDS and now - self._adds[0] < 1:
            raise Refused("rate")
        self._adds.append(now)

    def act(self, shop: Shop, params: Params, request: AddRequest | None) -> Reply:
        """Do what was asked and answer it: an order that was there before is not made, so no 201."""
        reply = super().act(shop, params, request)
        repeated = request is not None and request.repeated is not None
        return replace(reply, status=200) if repeated else reply

    def services(self, shop: Shop, _params: Params) -> Any:
        """Return the catalogue: some lines twice, and some that are no services at all."""
        lines = [self.service(one) for one in shop.services()]
        same, other = ([line for line in lines if line["Service"] == id_] for id_ in _TWICE)
        odd = [{"Service": None, "Name": "Coming soon"}, "-- new --", {"Name": "No id", "Rate": "1"}]
        return {"services": [*lines, *same, *(line | {"Max": line["Max"] + 1} for line in other), *odd]}

    def service(self, service: Service) -> dict[str, Any]:
        """Return one line of the catalogue."""
        return {
            "Service": service.id,
            "Name": service.name,
            "Type": service.type,
            "Category": service.category or None,
            "Rate": service.spelled or plain(service.rate),
            "Min": service.least,
            "Max": service.most,
            "Refill": "true" if service.refill else "false",
            "Cancel": "true" if service.cancel else "false",
            "Dripfeed": service.dripfeed,
        }

    def balance(self, shop: Shop, _params: Params) -> Any:
        """Return what is left to spend."""
        return {"Balance": plain(shop.balance), "Currency": f" {shop.currency}"}

    def added(self, order_id: str) -> Any:
        """Return the value that says an order was sold."""
        return {"orderId": order_id}

    def told_alone(self, shop: Shop, order: Order, told: Delivery) -> dict[str, Any]:
        """Return what is told of an order."""
        return {
            "Charge": charge_of(order),
            "Start_Count": told.start_count,
            "Status": self.state(told),
            "Remains": told.remains,
            "Currency": shop.currency,
        }

    def told_together(self, shop: Shop, ids: Sequence[str]) -> Any:
        """Return what is told of those there are, in any order and without their ids."""
        known = {order.id for order in shop.orders}
        told = [self.told_alone(shop, *shop.status(id_)) for id_ in ids if id_ in known]
        self._draw.shuffle(told)
        return told

    def refill(self, shop: Shop, params: Params) -> Any:
        """Return the refill's id, or a list of several with refusals beside the orders."""
        if "orders" not in params:
            return {"refill": shop.refill(params.get("order", "")).id}
        return [
            _beside(id_, "refill", self.refilled(shop, id_)) for id_ in self.batch(shop, params["orders"])
        ]

    def refill_status(self, shop: Shop, params: Params) -> Any:
        """Return the word for a refill, or a list of several with refusals beside their ids."""
        if "refills" not in params:
            return {"refillStatus": shop.refill_status(params.get("refill", ""))}
        return [self._told_refill(shop, id_) for id_ in self.batch(shop, params["refills"])]

    def _told_refill(self, shop: Shop, refill_id: str) -> dict[str, Any]:
        said = self.refill_word(shop, refill_id)
        return {"refill": refill_id} | (said if isinstance(said, dict) else {"status": said})

    def canceled_together(self, shop: Shop, ids: Sequence[str]) -> Any:
        """Return a list with refusals beside the orders."""
        return [_beside(id_, "cancel", self.not_canceled(shop, id_) or id_) for id_ in ids]


def _beside(order_id: str, name: str, said: Any) -> dict[str, Any]:
    return {"order": order_id} | (said if isinstance(said, dict) else {name: said})
