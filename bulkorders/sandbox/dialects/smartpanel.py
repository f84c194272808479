"""The dialect of SmartPanel: pretty-printed JSON as text/html, bare-string errors, no cancel."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from bulkorders.sandbox.api import Dialect, Params
from bulkorders.sandbox.errors import Refused
from bulkorders.sandbox.fate import FAILED, FINAL, PENDING, PROCESSING
from bulkorders.sandbox.needs import NEEDS
from bulkorders.sandbox.replies import HTML, Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bulkorders.sandbox.catalogue import Service
    from bulkorders.sandbox.fate import Delivery
    from bulkorders.sandbox.orders import Order
    from bulkorders.sandbox.shop import Shop

_BY_MESSAGE = frozenset({"wrong", "drip_feed"})
"""Refusals that come without an `error`."""


class SmartPanel(Dialect):
    """`{"status":"success","order":32}`; the currency is always told as USD, and a failure as Pending."""

    paths: ClassVar[tuple[str, ...]] = ("/api/v1", "/api/v2")
    methods: ClassVar[frozenset[str]] = frozenset({"POST", "GET"})
    content_type: ClassVar[str] = HTML
    missing: ClassVar[frozenset[str]] = frozenset({"cancel"})
    states: ClassVar[Mapping[str, str]] = {FAILED: PENDING}
    words: ClassVar[Mapping[str, str]] = {
        "key": "API is Disable for this user or User Not Found! Contact the Support",
        "service": "Service ID does not exists",
        "link": "Bad link",
        "field": "There are missing required parameters. Please check your API Manual",
        "wrong": "Invalid {name} in minutes",
        "drip_feed": "This services does not support Dripfeed feature!",
        "low": "Quantity must to be greater than or equal to minimum amount {least}",
        "high": "Quantity must to be less than or equal to maximum amount {most}",
        "funds": "Not enough funds on balance",
        "active_link": "you have already an active order for this link on this service id, wait until it is"
        " completed or cancelled",
    }

    def written(self, value: Any) -> bytes:
        """Return a value as PHP prints it prettily: every letter beyond ASCII and every slash escaped."""
        return json.dumps(value, indent=4).replace("/", "\\/").encode()

    def error(self, code: str, text: str) -> Any:
        """Return the value that says no, for some refusals without an `error`."""
        return {"status": "error", "message": text} if code in _BY_MESSAGE else {"error": text}

    def unknown(self, _action: str) -> Reply:
        """Answer nothing at all: the switch over the actions has no default."""
        return Reply(200, b"", self.content_type)

    def service(self, service: Service) -> dict[str, Any]:
        """Return one line of the catalogue: numbers as text, types in small letters, no word of refills."""
        line = super().service(service)
        del line["refill"]
        return line | {
            "service": service.id,
            "type": service.type.lower().replace(" ", "_"),
            "desc": "",
            "dripfeed": "1" if service.dripfeed else "0",
        }

    def balance(self, shop: Shop, params: Params) -> Any:
        """Return what is left to spend, called USD whatever it is."""
        return {"status": "success"} | super().balance(shop, params) | {"currency": "USD"}

    def added(self, order_id: str) -> Any:
        """Return the value that says an order was sold."""
        return {"status": "success", "order": self.number(order_id)}

    def told_alone(self, shop: Shop, order: Order, told: Delivery) -> dict[str, Any]:
        """Return what is told of an order; of a drip-feed or a subscription it is something else."""
        if _is_subscription(shop, order):
            return _told_of_posts(order, told)
        if order.params.get("runs", "").strip():
            parts = [] if told.status in (PENDING, PROCESSING) else [self.part(order)]
            return {"status": self.state(told), "runs": order.params["runs"], "orders": parts}
        begun = told.status not in (PENDING, PROCESSING, FAILED)
        return {
            "order": order.id,
            "status": self.state(told),
            "charge": format(shop.terms.rounded(order.told_charge), "f"),
            "start_count": str(told.start_count),
            "remains": str(told.remains) if begun else "0",
            "currency": "USD",
        }

    @staticmethod
    def part(order: Order) -> int:
        """Return the id of the order within an order; it is none of the customer's."""
        return int(order.id) * 10 + 1

    def told_within(self, shop: Shop, order_id: str) -> Any:
        """Return one order's part of what is told of several; an error is a bare text."""
        try:
            return self.told_alone(shop, *shop.status(order_id))
        except Refused as refusal:
            return self.text(refusal)

    def refill(self, shop: Shop, params: Params) -> Any:
        """Return what is said to the wish for a refill; the orders come as `refill` or `refills` too."""
        several = params.get("orders", params.get("refills"))
        if several is None:
            order = params.get("order", params.get("refill", ""))
            return {"status": "success", "refill": self.number(shop.refill(order).id)}
        return [self._refilled(shop, id_) for id_ in self.batch(shop, several)]

    def _refilled(self, shop: Shop, order_id: str) -> dict[str, Any]:
        said = self.refilled(shop, order_id)
        return {"refill": self.number(order_id), "status": said if isinstance(said, dict) else "success"}

    def refill_status(self, shop: Shop, params: Params) -> Any:
        """Return the word for a refill, or a list of several."""
        if "refills" not in params:
            return {"status": shop.refill_status(params.get("refill", ""))}
        ids = self.batch(shop, params["refills"])
        return [{"refill": self.number(id_), "status": self.refill_word(shop, id_)} for id_ in ids]


def _is_subscription(shop: Shop, order: Order) -> bool:
    needs = NEEDS.get(shop.type_of(order), None)
    return needs is not None and needs.posts


def _told_of_posts(order: Order, told: Delivery) -> dict[str, Any]:
    return {
        "status": told.status if told.status in FINAL else "Active",
        "expiry": False,
        "posts": order.params.get("posts", "0"),
        "orders": [] if told.status in (PENDING, PROCESSING) else [SmartPanel.part(order)],
    }
