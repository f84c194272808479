"""What tests in another process ask and set over HTTP, beside the panel's own address."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, fields
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from bulkorders.sandbox.errors import BadSettingError
from bulkorders.sandbox.faults import fault_as_json, fault_from
from bulkorders.sandbox.latency import Latency
from bulkorders.sandbox.money import plain
from bulkorders.sandbox.replies import Reply, Request, json_reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from bulkorders.sandbox.exchange import Exchange

PATH: Final = "/sandbox/"
_LOOPBACK: Final = re.compile(r"(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?", re.IGNORECASE)


def answer(exchange: Exchange, path: str, request: Request) -> Reply:
    """Answer a request to the sandbox itself; anything not meant for this machine is refused with 403."""
    origin = request.headers.get("origin")
    if not _is_loopback(request.headers.get("host", "")) or not (
        origin is None or _is_loopback(urlsplit(origin).netloc)
    ):
        return json_reply({"error": "only this machine may ask the sandbox"}, 403)
    handler = _ROUTES.get((request.method, path.removeprefix(PATH)))
    if handler is None:
        known = ", ".join(f"{method} {PATH}{name}" for method, name in _ROUTES)
        return json_reply({"error": f"there is only {known}"}, 404)
    try:
        value = json.loads(request.body) if request.method == "POST" else None
        return json_reply(handler(exchange, value))
    except (ValueError, TypeError, AttributeError) as reason:
        return json_reply({"error": str(reason)}, 400)


def _is_loopback(host: str) -> bool:
    return _LOOPBACK.fullmatch(host.strip()) is not None


def _sold(exchange: Exchange, _value: Any) -> Any:
    """Every sold order in the order of sale, with all it was ordered with and what is told of it now."""
    shop = exchange.shop
    sold = []
    for order in shop.orders:
        told = asdict(shop.status(order.id)[1])
        told |= {"charge": plain(order.charge), "refunded": plain(order.refunded), "quantity": order.quantity}
        sold.append(
            {"order": order.id, "service": order.service, "time": order.time, "params": order.params} | told
        )
    return sold


def _requests(exchange: Exchange, _value: Any) -> Any:
    return [asdict(request) for request in exchange.shop.requests]


def _stats(exchange: Exchange, _value: Any) -> Any:
    shop = exchange.shop
    stats = shop.stats
    return {name: getattr(stats, name) for name in (field.name for field in fields(stats))} | {
        "sold": len(shop.orders),
        "balance": plain(shop.balance),
        "charged": plain(sum((order.charge - order.refunded for order in shop.orders), start=Decimal(0))),
    }


def _faults(exchange: Exchange, _value: Any) -> Any:
    return [fault_as_json(fault) for fault in exchange.faults.left]


def _set_faults(exchange: Exchange, value: Any) -> Any:
    """Put these rules in place of all; `{"add": [...]}` puts them behind those there are."""
    adding = isinstance(value, dict) and set(value) == {"add"}
    rules = value["add"] if adding else value
    if not isinstance(rules, list):
        raise BadSettingError('faults are a list of rules, or {"add": [rules]}')
    faults = [fault_from(rule) for rule in rules]
    (exchange.faults.add if adding else lambda *all_of_them: exchange.faults.set(all_of_them))(*faults)
    return _faults(exchange, None)


def _set(exchange: Exchange, value: Any) -> Any:
    """Change settings, one after the other; nothing is changed when a name is unknown."""
    if not isinstance(value, dict) or not set(value) <= set(_SETTERS):
        raise BadSettingError(f"settings are an object with any of {', '.join(sorted(_SETTERS))}")
    for name, wanted in value.items():
        _SETTERS[name](exchange, wanted)
    return {"set": sorted(value)}


def _set_latency(exchange: Exchange, value: Any) -> None:
    exchange.latency = Latency.read(value)


def _set_services(exchange: Exchange, value: Any) -> None:
    for service_id, changes in value.items():
        if changes is None:
            exchange.shop.remove_service(service_id)
        else:
            exchange.shop.change_service(service_id, **changes)


def _set_orders(exchange: Exchange, value: Any) -> None:
    for order_id, told in value.items():
        exchange.shop.pin(order_id, **told)


def _set_refills(exchange: Exchange, value: Any) -> None:
    for refill_id, status in value.items():
        exchange.shop.pin_refill(refill_id, status)


def _set_outcomes(exchange: Exchange, value: Any) -> None:
    for plan in value:
        exchange.shop.plan(**plan)


_SETTERS: Final[dict[str, Callable[[Exchange, Any], None]]] = {
    "balance": lambda exchange, value: exchange.shop.set_balance(value),
    "top_up": lambda exchange, value: exchange.shop.top_up(value),
    "spend": lambda exchange, value: exchange.shop.spend(value),
    "charging": lambda exchange, value: exchange.shop.charge(**value),
    "speed": lambda exchange, value: exchange.shop.set_speed(value),
    "advance": lambda exchange, value: exchange.shop.advance(value),
    "latency": _set_latency,
    "services": _set_services,
    "orders": _set_orders,
    "refills": _set_refills,
    "outcomes": _set_outcomes,
}
_ROUTES: Final[dict[tuple[str, str], Callable[[Exchange, Any], Any]]] = {
    ("GET", "sold"): _sold,
    ("GET", "requests"): _requests,
    ("GET", "stats"): _stats,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _set_faults,
    ("POST", "set"): _set,
}
