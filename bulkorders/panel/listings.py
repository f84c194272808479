"""What the account can buy and how much it holds: the readers of `services` and `balance`."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from html import unescape
from typing import Any

from bulkorders.model.catalogue import Balance, Service, basis_of
from bulkorders.panel.answers import WRAPPERS, folded, says_no, says_yes
from bulkorders.panel.durations import minutes
from bulkorders.panel.figures import amount, flag, whole_number
from bulkorders.panel.masking import printable

LONGEST_TROUBLE = 80
AVERAGES = ("average_time", "avg_time", "averagetime", "average_delivery", "avg_delivery_time")
"""What panels call the time that orders of a service take on average."""


def services(value: Any, basis: Callable[[str], int] = basis_of) -> list[Service] | None:
    """Return the services of a catalogue answer, or None where it is no catalogue.

    `basis` gives of how many pieces a type's rate is the price (1000 or 1). A service that can't be
    read is listed with its `trouble` and sinks nothing else; an entry without any id is left out.
    """
    listed = _service_list(value)
    if listed is None:
        return None
    found: dict[str, Service] = {}
    for entry in listed:
        service = _service(folded(entry), basis)
        if service is None:
            continue
        earlier = found.get(service.id)
        if earlier is not None and replace(earlier, usual=service.usual) != service:
            service = replace(service, trouble="listed twice, with different terms")
        found[service.id] = service
    return list(found.values()) if found or not listed else None


def _service_list(value: Any) -> list[Any] | None:
    if isinstance(value, list) or value is None:
        return value or []
    entry = folded(value)
    for name in ("services", *WRAPPERS):
        inner = entry.get(name)
        if isinstance(inner, list):
            return inner
        if isinstance(inner, dict) and (listed := _service_list(inner)) is not None:
            return listed
        if isinstance(inner, str) and says_yes(value) and not says_no(value):
            return []  # {"status": "success", "data": "Empty Data"}
    if entry and all(isinstance(inner, dict) and "rate" in folded(inner) for inner in entry.values()):
        return [{"service": name, **folded(inner)} for name, inner in value.items()]
    return None


def _service(entry: Mapping[str, Any], basis: Callable[[str], int]) -> Service | None:
    ids = (_service_id(entry.get(name)) for name in ("service", "service_id", "id", "sid"))
    id_ = next(filter(None, ids), None)
    if id_ is None:
        return None
    type_name = words(entry.get("type")) or "Default"
    rate = amount(next((entry[name] for name in ("rate", "price", "cost") if name in entry), None))
    service = Service(
        id=id_,
        name=words(entry.get("name")),
        type_name=type_name,
        category=words(entry.get("category")),
        rate=rate if rate is not None and rate >= 0 else None,
        min=whole_number(entry.get("min")),
        max=whole_number(entry.get("max")),
        refill=_offers_refill(entry.get("refill")),
        cancel=flag(entry.get("cancel")),
        dripfeed=flag(entry.get("dripfeed")),
        currency=words(entry.get("currency")) or None,
        basis=basis(type_name),
        usual=next((told for name in AVERAGES if (told := minutes(entry.get(name))) is not None), None),
    )
    return replace(service, trouble=trouble) if (trouble := _trouble(entry, service)) else service


def _offers_refill(value: Any) -> bool | None:
    """Return whether refills are offered; some panels number it: 2 is passed on to their supplier, 3 is not offered."""
    numbered = {"2": True, "3": False}.get(str(value).strip()) if isinstance(value, int | str) else None
    return flag(value) if numbered is None else numbered


def _service_id(value: Any) -> str | None:
    if isinstance(value, Decimal) and whole_number(value) is not None:
        value = whole_number(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return printable(value).strip() or None if isinstance(value, str) else None


def _trouble(entry: Mapping[str, Any], service: Service) -> str:
    unread = [
        f"{name} {str(entry.get(name))[:LONGEST_TROUBLE]!r}"
        for name, value in (("rate", service.rate), ("min", service.min), ("max", service.max))
        if value is None and (name == "rate" or entry.get(name) not in (None, ""))
    ]
    return ", ".join(unread)


def words(value: Any) -> str:
    """Return a name as plain words: entities undone, blanks trimmed; nothing where it is no text."""
    return " ".join(printable(unescape(str(value))).split()) if isinstance(value, str | int) else ""


def balance(value: Any) -> Balance | None:
    """Return the balance, or None where the answer holds none that can be read; refusals are sorted out before."""
    entry = folded(value)
    for name in ("balance", "funds", "amount"):
        found = amount(entry.get(name))
        if found is not None:
            return Balance(found, words(entry.get("currency")) or None)
    inner = next((entry[name] for name in (*WRAPPERS, "balance") if isinstance(entry.get(name), dict)), None)
    return balance(inner) if inner is not None else None
