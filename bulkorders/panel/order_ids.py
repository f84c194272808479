"""The ids an `add` answer gives: an order is placed where a usable id is found, and only there."""

from collections.abc import Mapping
from typing import Any

from bulkorders.panel.answers import WRAPPERS, folded, says_yes
from bulkorders.panel.figures import identifier

ORDER_KEYS = ("order", "order_id", "orderid", "orders")
OF_AN_ORDER = frozenset({"id", "status", "charge", "quantity", "link", "start_count", "remains", "currency"})
OF_SOMETHING_ELSE = frozenset(
    {"service", "rate", "category", "balance", "email", "min", "max", "jsonrpc", *("error", "errors")}
)
MOST = 1000


def order_ids(value: Any) -> tuple[str, ...]:
    """Return every usable order id of an `add` answer, as the text that came; empty where there is none.

    Ids stand at `order`, `order_id`, `orderId`, `orders`, `id`, or the same under `data`. A bare `id` is
    believed only where the answer says that it went well, or where nothing stands beside it that is not
    an order's; never in what looks like a service, an account or an error.
    """
    return _ids(value, went_well=False)


def _ids(value: Any, *, went_well: bool) -> tuple[str, ...]:
    if isinstance(value, list):
        return _ids(value[0], went_well=went_well) if len(value) == 1 and isinstance(value[0], dict) else ()
    entry = folded(value)
    if is_service(entry):
        return ()
    found = _at_order(entry)
    if found:
        return found
    went_well = went_well or says_yes(value)
    for name in WRAPPERS:
        inner = entry.get(name)
        if isinstance(inner, dict | list) and (found := _ids(inner, went_well=went_well)):
            return found
    return _bare(entry, went_well=went_well)


def is_service(entry: Mapping[str, Any]) -> bool:
    """Whether this object is an entry of a catalogue, which may carry an `id` or `order` of its own."""
    return {"min", "max"} <= entry.keys() or {"rate", "category"} <= entry.keys()


def _bare(entry: Mapping[str, Any], *, went_well: bool) -> tuple[str, ...]:
    if OF_SOMETHING_ELSE & entry.keys() or not (went_well or entry.keys() <= OF_AN_ORDER):
        return ()
    only = identifier(entry.get("id"))
    return (only,) if only else ()


def _at_order(entry: Mapping[str, Any]) -> tuple[str, ...]:
    for name in ORDER_KEYS:
        told = entry.get(name)
        several = told if isinstance(told, list) else [told]
        ids = tuple(dict.fromkeys(filter(None, map(_one, several[:MOST]))))
        if ids and len(ids) == len(several):
            return ids
    return ()


def _one(told: Any) -> str | None:
    """Return the id of one order, given as such or as an object that holds it."""
    if not isinstance(told, dict):
        return identifier(told)
    inner = folded(told)
    return next((identifier(inner[name]) for name in ("id", *ORDER_KEYS) if name in inner), None)
