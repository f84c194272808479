"""The dialect of SocPanel: its own names of types, GET as well as POST, bare strings for strange ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from bulkorders.sandbox.api import Dialect, Params
from bulkorders.sandbox.assortment import PLAIN_TYPES
from bulkorders.sandbox.errors import Refused
from bulkorders.sandbox.needs import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bulkorders.sandbox.catalogue import Service
    from bulkorders.sandbox.fate import Delivery
    from bulkorders.sandbox.orders import Order
    from bulkorders.sandbox.shop import Shop

_TAKEN: Final = 1
"""What every refill is answered with; it is no id."""


class SocPanel(Dialect):
    """`{"ok":"true"}` for a cancel, `{"refill":1}` for any refill, start_count as the only number."""

    methods: ClassVar[frozenset[str]] = frozenset({"POST", "GET"})
    words: ClassVar[Mapping[str, str]] = {
        "key": "Incorrect API key",
        "request": "Incorrect action",
        "service": "Incorrect service ID",
        "link": "Incorrect link",
        "field": "Incorrect {name}",
        "low": "Quantity less than minimum",
        "high": "Quantity more than maximum",
        "funds": "Not enough funds",
        "active_link": "error.duplicate_order",
    }

    def service(self, service: Service) -> dict[str, Any]:
        """Return one line of the catalogue; a plain service is named for what it does, a drip-feed is not."""
        plain = service.type == DEFAULT and not service.dripfeed
        does = PLAIN_TYPES[int(service.id) % len(PLAIN_TYPES)] if plain else service.type
        flags = {"refill": service.refill, "cancel": service.cancel, "dripfeed": service.dripfeed}
        return super().service(service) | {"type": does, "desc": ""} | flags

    def added(self, order_id: str) -> Any:
        """Return the value that says an order was sold."""
        return {"order": self.number(order_id)}

    def told_alone(self, shop: Shop, order: Order, told: Delivery) -> dict[str, Any]:
        """Return what is told of an order."""
        fields = super().told_alone(shop, order, told)
        return fields | {"start_count": told.start_count, "currency": shop.currency}

    def told_within(self, shop: Shop, order_id: str) -> Any:
        """Return one order's part of what is told of several; an error is a bare text."""
        try:
            return self.told_alone(shop, *shop.status(order_id))
        except Refused as refusal:
            return self.text(refusal)

    def refill(self, shop: Shop, params: Params) -> Any:
        """Return 1 for a refill, or a list for several."""
        if "orders" not in params:
            shop.refill(params.get("order", ""))
            return {"refill": _TAKEN}
        ids = self.batch(shop, params["orders"])
        return [{"order": self.number(id_), "refill": self.refilled(shop, id_)} for id_ in ids]

    def refilled(self, shop: Shop, order_id: str) -> Any:
        """Return one order's part of what is said to several refills."""
        said = super().refilled(shop, order_id)
        return said if isinstance(said, dict) else _TAKEN

    def cancel(self, shop: Shop, params: Params) -> Any:
        """Return ok. Raises Refused for several: it takes `order`."""
        if "orders" in params:
            raise Refused("request")
        shop.cancel(params.get("order", ""))
        return {"ok": "true"}
