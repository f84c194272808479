"""The canonical dialect of the family: lists for several refills and cancels, an object for several states."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from bulkorders.sandbox.api import Dialect, Params
from bulkorders.sandbox.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bulkorders.sandbox.catalogue import Service
    from bulkorders.sandbox.fate import Delivery
    from bulkorders.sandbox.orders import Order
    from bulkorders.sandbox.shop import Shop


class PerfectPanel(Dialect):
    """`{"order":23501}`, charges with five decimals, refusals of `add` as codes."""

    words: ClassVar[Mapping[str, str]] = {
        "service": "neworder.error.service_not_found",
        "link": "neworder.error.link",
        "field": "neworder.error.{name}",
        "quantity": "Incorrect quantity",
        "low": "neworder.error.min_quantity",
        "high": "neworder.error.max_quantity",
        "funds": "neworder.error.not_enough_funds",
        "active_link": "neworder.error.link_duplicate",
        "rate": "neworder.error.too_many_orders",
        "no_cancel": "Incorrect order ID",
        "no_refill": "Incorrect order ID",
    }

    def service(self, service: Service) -> dict[str, Any]:
        """Return one line of the catalogue, `cancel` and `dripfeed` in it."""
        return super().service(service) | {"cancel": service.cancel, "dripfeed": service.dripfeed}

    def balance(self, shop: Shop, _params: Params) -> Any:
        """Return what is left to spend."""
        return {"balance": format(shop.terms.rounded(shop.balance), "f"), "currency": shop.currency}

    def added(self, order_id: str) -> Any:
        """Return the value that says an order was sold."""
        return {"order": self.number(order_id)}

    def told_alone(self, shop: Shop, order: Order, told: Delivery) -> dict[str, Any]:
        """Return what is told of an order, its currency last."""
        fields = super().told_alone(shop, order, told)
        left = shop.terms.rounded(order.told_charge)
        return fields | {"charge": format(left, "f"), "currency": shop.currency}

    def told_within(self, shop: Shop, order_id: str) -> Any:
        """Return one order's part of what is told of several: as when it is alone."""
        try:
            return self.told_alone(shop, *shop.status(order_id))
        except Refused as refusal:
            return {"error": self.text(refusal)}

    def refill_status(self, shop: Shop, params: Params) -> Any:
        """Return the word for a refill, or a list of several."""
        if "refills" not in params:
            return {"status": shop.refill_status(params.get("refill", ""))}
        ids = self.batch(shop, params["refills"])
        return [{"refill": self.number(id_), "status": self.refill_word(shop, id_)} for id_ in ids]

    def canceled_together(self, shop: Shop, ids: Sequence[str]) -> Any:
        """Return a list, a refusal where the number would be."""
        return [
            {"order": self.number(id_), "cancel": 1 if (no := self.not_canceled(shop, id_)) is None else no}
            for id_ in ids
        ]
