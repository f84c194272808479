"""The seven actions of the panel API, answered in exactly the documented shapes."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any, Final

from bulkorders.sandbox.errors import Refused
from bulkorders.sandbox.money import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bulkorders.sandbox.fate import Delivery
    from bulkorders.sandbox.orders import AddRequest, Order
    from bulkorders.sandbox.shop import Shop

LARGEST_BATCH: Final = 100
ORDER_PLACED: Final = "Đã tạo đơn hàng thành công"
BAD_KEY: Final = "Invalid API key"
SUSPENDED: Final = "Your account has been suspended."

Answer = dict[str, Any] | list[dict[str, Any]]


def answer(shop: Shop, params: Mapping[str, str], request: AddRequest | None = None) -> Answer:
    """Return what the panel answers to these parameters; a refusal is `{"error": text}`.

    `request` is the record of an `add` already received; what came of it is noted there.
    """
    try:
        return _answered(shop, params, request)
    except Refused as refusal:
        if request is not None:
            request.error = refusal.text
        return {"error": refusal.text}


def _answered(shop: Shop, params: Mapping[str, str], request: AddRequest | None) -> Answer:
    if not hmac.compare_digest(params.get("key", "").encode(), shop.key.encode()):
        shop.stats.bad_keys += 1
        raise Refused(BAD_KEY)
    action = _ACTIONS.get(params.get("action", ""))
    if action is None:
        raise Refused("Incorrect request")
    return _add(shop, params, request) if action is _add else action(shop, params)


def _services(shop: Shop, _params: Mapping[str, str]) -> Answer:
    return [
        {
            "service": int(service.id),
            "name": service.name,
            "type": service.type,
            "category": service.category,
            "rate": plain(service.rate),
            "min": str(service.least),
            "max": str(service.most),
            "refill": service.refill,
        }
        for service in shop.services()
    ]


def _balance(shop: Shop, _params: Mapping[str, str]) -> Answer:
    return {"balance": plain(shop.balance), "currency": shop.currency}


def _add(shop: Shop, params: Mapping[str, str], request: AddRequest | None = None) -> Answer:
    order = shop.add(params, request)
    return {"status": "success", "order": int(order.id), "message": ORDER_PLACED}


def _status(shop: Shop, params: Mapping[str, str]) -> Answer:
    if "orders" not in params:
        order, told = shop.status(params.get("order", ""))
        return {"charge": _charge(order)} | _told(told)
    ids = _batch(shop, params["orders"])
    shop.stats.largest_status_batch = max(shop.stats.largest_status_batch, len(ids))
    return {order_id: _in_batch(shop, order_id) for order_id in ids}


def _in_batch(shop: Shop, order_id: str) -> dict[str, str]:
    try:
        order, told = shop.status(order_id)
    except Refused as refusal:
        return {"error": refusal.text}
    fields = _told(told)
    return {
        "charge": _charge(order),
        "start_count": fields["start_count"],
        "currency": shop.currency,
        "status": fields["status"],
        "remains": fields["remains"],
    }


def _charge(order: Order) -> str:
    """After a refund the charge is what is left to pay: nothing for a canceled order."""
    return plain(order.charge - order.refunded)


def _told(told: Delivery) -> dict[str, str]:
    return {"start_count": str(told.start_count), "status": told.status, "remains": str(told.remains)}


def _refill(shop: Shop, params: Mapping[str, str]) -> Answer:
    if "orders" not in params:
        return {"refill": shop.refill(params.get("order", "")).id}
    return [{"order": _number(one), "refill": _refilled(shop, one)} for one in _batch(shop, params["orders"])]


def _refilled(shop: Shop, order_id: str) -> int | dict[str, str]:
    try:
        return int(shop.refill(order_id).id)
    except Refused as refusal:
        return {"error": refusal.text}


def _refill_status(shop: Shop, params: Mapping[str, str]) -> Answer:
    if "refills" not in params:
        return {"status": shop.refill_status(params.get("refill", ""))}
    return {one: _refill_word(shop, one) for one in _batch(shop, params["refills"])}


def _refill_word(shop: Shop, refill_id: str) -> str | dict[str, str]:
    try:
        return shop.refill_status(refill_id)
    except Refused as refusal:
        return {"error": refusal.text}


def _cancel(shop: Shop, params: Mapping[str, str]) -> Answer:
    ids = _batch(shop, params.get("orders", params.get("order", "")))
    shop.stats.largest_cancel_batch = max(shop.stats.largest_cancel_batch, len(ids))
    return {order_id: _canceled(shop, order_id) for order_id in ids}


def _canceled(shop: Shop, order_id: str) -> dict[str, Any]:
    try:
        shop.cancel(order_id)
    except Refused as refusal:
        return {"error": refusal.text}
    return {"cancel": 1}


def _batch(shop: Shop, text: str) -> list[str]:
    """Return the ids of a list, each once. Raises Refused for none, or more than the documented limit."""
    ids = [one.strip() for one in text.split(",") if one.strip()]
    if len(ids) > LARGEST_BATCH:
        shop.stats.oversized_batches += 1
        raise Refused(f"Maximum {LARGEST_BATCH} orders")
    if not ids:
        raise Refused("Incorrect order ID")
    return list(dict.fromkeys(ids))


def _number(order_id: str) -> int | str:
    """Ids of the family are numbers in these lists; what was no number is given back as it came."""
    return int(order_id) if order_id.isascii() and order_id.isdigit() else order_id


_ACTIONS: Final[dict[str, Callable[..., Answer]]] = {
    "services": _services,
    "add": _add,
    "status": _status,
    "balance": _balance,
    "refill": _refill,
    "refill_status": _refill_status,
    "cancel": _cancel,
}
ACTIONS: Final = frozenset(_ACTIONS)
