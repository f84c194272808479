"""The ids an `add` answer gives: an order is placed where a usable id is found, and only there."""

from collections.abc import Mapping
from typing import Any

from bulkorders.panel.answers import WRAPPERS, folded, present, says_yes
from bulkorders.panel.figures import identifier

ORDER_KEYS = ("order", "order_id", "orderid", "orders", "order_ids")
OF_AN_ORDER = frozenset({"id", "status", "charge", "quantity", "link", "start_count", "remains", "currency"})
OF_SOMETHING_ELSE = frozenset(
    {"service", "rate", "category", "balance", "email", "min", "max", "jsonrpc", *("error", "errors")}
)
MOST = 1000
SENTENCE = 3


def order_ids(value: Any) -> tuple[str, ...]:
    """Return every usable order id of an `add` answer, as the text that came; empty where there is none.

    Ids stand at `order`, `order_id`, `orderId`, `orders`, `id`, or the same under `data`. A bare `id` is
    believed only where the answer says that it went well, or where nothing stands beside it that is not
    an order's; never in what looks like a service, an account or an error.
    """
    found = _places(value, went_well=False)
    return tuple(dict.fromkeys(id_ for place in found for id_ in place))


def contradicting(value: Any) -> bool:
    """Whether an `add` answer names orders in several places, and not the same ones: nobody knows which is ours."""
    return len({frozenset(place) for place in _places(value, went_well=False)}) > 1


def _places(value: Any, *, went_well: bool) -> list[tuple[str, ...]]:
    """Return the ids of each place that names the order; a bare `id` only where there is no such place."""
    if isinstance(value, list):
        alone = len(value) == 1 and isinstance(value[0], dict)
        return _places(value[0], went_well=went_well) if alone else []
    entry = folded(value)
    if is_service(entry):
        return []
    found = _at_order(entry)
    went_well = went_well or says_yes(value)
    inside = (entry[name] for name in WRAPPERS if isinstance(entry.get(name), dict | list))
    within = [place for inner in inside for place in _places(inner, went_well=went_well and not found)]
    if found:
        return [*found, *within]
    return within or _bare(entry, went_well=went_well)


def names_an_order(value: Any) -> bool:
    """Whether anything stands where an order's id would, usable or not: then a refusal proves nothing."""
    if isinstance(value, list):
        return any(map(names_an_order, value[:MOST]))
    if not isinstance(value, dict):
        return False
    entry = folded(value)
    told = (entry[name] for name in ORDER_KEYS if name in entry)
    return any(present(each) and not _sentence(each) for each in told) or any(
        map(names_an_order, entry.values())
    )


def _sentence(told: Any) -> bool:
    """Whether this is what is wrong with the field `order`, as lists of errors by field tell it."""
    texts = told if isinstance(told, list) else [told]
    return all(isinstance(text, str) and len(text.split()) >= SENTENCE for text in texts)


def is_service(entry: Mapping[str, Any]) -> bool:
    """Whether this object is an entry of a catalogue, which may carry an `id` or `order` of its own."""
    return {"min", "max"} <= entry.keys() or {"rate", "category"} <= entry.keys()


def _bare(entry: Mapping[str, Any], *, went_well: bool) -> list[tuple[str, ...]]:
    if OF_SOMETHING_ELSE & entry.keys() or not (went_well or entry.keys() <= OF_AN_ORDER):
        return []
    only = identifier(entry.get("id"))
    return [(only,)] if only else []


def _at_order(entry: Mapping[str, Any]) -> list[tuple[str, ...]]:
    found = []
    for name in (name for name in ORDER_KEYS if name in entry):
        told = entry[name]
        several = told if isinstance(told, list) else [told]
        ids = tuple(dict.fromkeys(filter(None, map(_one, several[:MOST]))))
        if ids and len(ids) == len(several):
            found.append(ids)
    return found


def _one(told: Any) -> str | None:
    """Return the id of one order, given as such or as an object that holds it."""
    if not isinstance(told, dict):
        return identifier(told)
    inner = folded(told)
    return next((identifier(inner[name]) for name in ("id", "_id", *ORDER_KEYS) if name in inner), None)
