"""The dialect of SMMPANEL2: text transaction ids, a sentence and a code for every refusal, lists throughout."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar, Final

from bulkorders.sandbox.api import LARGEST_BATCH, Dialect, Params
from bulkorders.sandbox.errors import Refused
from bulkorders.sandbox.replies import HTML, Reply

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bulkorders.sandbox.catalogue import Service
    from bulkorders.sandbox.fate import Delivery
    from bulkorders.sandbox.orders import Order
    from bulkorders.sandbox.shop import Shop

BAD_KEYS: Final = 5
"""So many wrong keys block the address."""
NO_REFILL: Final = 3
_REFILLS: Final = (0, 1, 2)
"""By hand, by itself, or passed on upstream."""
_CODES: Final = {
    "key": "Invalid API key",
    "service": "neworder.error.service_not_found",
    "link": "neworder.error.link",
    "quantity": "neworder.error.quantity",
    "low": "neworder.error.min_quantity",
    "high": "neworder.error.max_quantity",
    "funds": "neworder.error.insufficient_balance",
    "active_link": "neworder.error.link_duplicate",
    "order": "Incorrect order ID",
}
_CODELESS: Final = frozenset({"request", "method"})


class Cmsnt2(Dialect):
    """No JSON header; more than 100 ids are cut without a word, strange ones left out."""

    methods: ClassVar[frozenset[str]] = frozenset({"POST", "GET"})
    content_type: ClassVar[str] = HTML
    words: ClassVar[Mapping[str, str]] = {
        "key": "API Key không hợp lệ",
        "request": "Hành động không hợp lệ",
        "service": "Dịch vụ không tồn tại",
        "link": "Vui lòng nhập liên kết",
        "field": "Vui lòng nhập {name}",
        "wrong": "{name} không hợp lệ",
        "drip_feed": "Dịch vụ này không hỗ trợ Dripfeed",
        "quantity": "Vui lòng nhập số lượng",
        "low": "Số lượng tối thiểu là {least}",
        "high": "Số lượng tối đa là {most}",
        "funds": "Số dư không đủ, vui lòng nạp thêm",
        "active_link": "Liên kết này đang có đơn chưa hoàn thành",
        "order": "Đơn hàng không tồn tại",
        "no_cancel": "Dịch vụ này không hỗ trợ hủy",
        "not_cancelable": "Đơn hàng này đang trong quá trình hủy",
        "no_refill": "Dịch vụ này không hỗ trợ bảo hành",
        "not_completed": "Đơn hàng chưa hoàn thành",
        "refill_open": "Đơn hàng này đang được bảo hành",
    }

    def written(self, value: Any) -> bytes:
        """Return a value as PHP prints it: every letter beyond ASCII and every slash escaped."""
        return json.dumps(value, separators=(",", ":")).replace("/", "\\/").encode()

    def error(self, code: str, text: str) -> Any:
        """Return a sentence and, mostly, a code."""
        said = {"status": "error", "msg": text}
        return said if code in _CODELESS else said | {"error": _CODES.get(code, text)}

    def admit(self, shop: Shop, params: Params) -> None:
        """Let a request in, unless its address is blocked or its key wrong. Raises Refused."""
        if shop.stats.bad_keys >= BAD_KEYS:
            raise Refused("blocked")
        super().admit(shop, params)

    def unknown(self, _action: str) -> Reply:
        """Answer what is none of its actions. Raises Refused."""
        raise Refused("request")

    def batch(self, shop: Shop, text: str) -> list[str]:
        """Return the ids of a list, each once, those behind the hundredth dropped. Raises Refused for none."""
        ids = [one.strip() for one in text.split(",") if one.strip()]
        shop.stats.oversized_batches += len(ids) > LARGEST_BATCH
        return super().batch(shop, ",".join(ids[:LARGEST_BATCH]))

    def service(self, service: Service) -> dict[str, Any]:
        """Return one line of the catalogue; `refill` says how, and 3 that there is none."""
        refill = _REFILLS[int(service.id) % len(_REFILLS)] if service.refill else NO_REFILL
        return super().service(service) | {
            "min": service.least,
            "max": service.most,
            "desc": None,
            "platform": service.category,
            "dripfeed": int(service.dripfeed),
            "refill": refill,
            "cancel": int(service.cancel),
        }

    def added(self, order_id: str) -> Any:
        """Return the value that says an order was sold."""
        return {"status": "success", "msg": "Đặt hàng thành công!", "order": order_id}

    def told_alone(self, shop: Shop, order: Order, told: Delivery) -> dict[str, Any]:
        """Return what is told of an order."""
        fields = {"order": order.id} | super().told_alone(shop, order, told)
        return fields | {"currency": shop.currency}

    def told_together(self, shop: Shop, ids: Sequence[str]) -> Any:
        """Return a list of those there are."""
        return [told for id_ in ids if (told := self.told_within(shop, id_)) is not None]

    def told_within(self, shop: Shop, order_id: str) -> Any:
        """Return one order's part of what is told of several, or None."""
        try:
            return self.told_alone(shop, *shop.status(order_id))
        except Refused:
            return None

    def refill(self, shop: Shop, params: Params) -> Any:
        """Return the refill's id, which is the order's; a refusal stands in its place."""
        if "orders" not in params:
            return {"refill": self.refilled(shop, params.get("order", ""))}
        ids = self.batch(shop, params["orders"])
        return [{"order": id_, "refill": self.refilled(shop, id_)} for id_ in ids]

    def refill_status(self, shop: Shop, params: Params) -> Any:
        """Return a list, of one too, of the refills there are; null where there is none."""
        ids = self.batch(shop, params.get("refills", params.get("refill", "")))
        told = [{"refill": id_, "status": self.refill_word(shop, id_)} for id_ in ids]
        return [each for each in told if each["status"] is not None] or None

    def refill_word(self, shop: Shop, refill_id: str) -> Any:
        """Return the word for a refill, or None."""
        try:
            return shop.refill_status(refill_id)
        except Refused:
            return None

    def canceled_together(self, shop: Shop, ids: Sequence[str]) -> Any:
        """Return a list, a refusal where the number would be."""
        return [
            {"order": id_, "cancel": 1 if (no := self.not_canceled(shop, id_)) is None else no} for id_ in ids
        ]
