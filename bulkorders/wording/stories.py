"""An order's story and the list of runs, in sentences: what happened when, and what it came to."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from bulkorders.model.entries import MEMORANDA, LedgerEntry
from bulkorders.wording import amount, note, number, translated

WHAT = ("placed", "rejected", "in_doubt", "invalid", "duplicate", "completed", "open")
"""Counts of a run over a sheet that its line tells."""
ASKED = ("asked", "accepted", "refused", "changed", "left_out", "unasked", "missing", "slow")
"""Counts of a run that asked about orders, or for refills and cancels."""


def at(iso: str | None, zone: tzinfo | None) -> str:
    """Return a time as the clock in this zone shows it, to the second (None: the machine's zone)."""
    return "" if not iso else datetime.fromisoformat(iso).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def event(kind: str, after: str | None, facts: Mapping[str, Any], currency: str | None) -> str:
    """Return what one entry of the journal tells of an order."""
    told = _told(kind, after, facts, currency)
    reason = facts.get("reason") or (facts.get("message") if kind not in ("refill", "cancel") else "")
    return f"{told} {reason}".rstrip() if reason else told


def _told(kind: str, after: str | None, facts: Mapping[str, Any], currency: str | None) -> str:
    if kind in ("add", "change", "return"):
        return note(f"story.{kind}", {"cost": _money(facts.get("estimate"), currency)})
    if kind in ("refill", "cancel"):
        return _request(kind, after, facts)
    if kind == "delivery":
        changes = [
            f"{translated(name.replace('_', ' '))} {_side(pair[0])} → {_side(pair[1])}"
            for name, pair in facts.items()
            if isinstance(pair, list) and pair[0] != pair[1]
        ]
        return note("story.delivery", {"changes": ", ".join(changes)})
    ids = ", ".join(map(str, facts.get("order_ids") or facts.get("ids_seen") or ()))
    code = f"story.{kind.replace(' ', '_')}"
    return note(code, {"ids": ids, "number": facts.get("number")}).replace(" : ", ": ")


def _request(kind: str, state: str | None, facts: Mapping[str, Any]) -> str:
    told = {"kind": kind, "id": facts.get("request_id") or "", "order_id": facts.get("order_id")}
    said = ", ".join(str(facts[name]) for name in ("status", "message") if facts.get(name))
    line = note(f"story.request.{state}", told).replace("  ", " ")
    return f"{line.removesuffix('.')} ({said})." if said else line


def _side(value: Any) -> str:
    return translated("unknown") if value is None else translated(str(value))


def _money(digits: Any, currency: str | None) -> str:
    try:
        return amount(Decimal(str(digits)), currency)
    except InvalidOperation:
        return translated("unknown")


def entry(found: LedgerEntry) -> str:
    """Return one line of an order's money."""
    told = translated(found.kind.value.replace("_", " "))
    line = f"{told}: {amount(found.amount, found.currency)}"
    if found.note:
        line += f" ({found.note})"
    return line if found.kind not in MEMORANDA else f"{line} {translated('(no movement)')}"


def counts(told: Mapping[str, int], *, over_sheet: bool) -> str:
    """Return the counts of a run, those that are none left out."""
    names = WHAT if over_sheet else ASKED
    return ", ".join(
        f"{number(told[name])} {translated(name.replace('_', ' '))}" for name in names if told.get(name)
    )


def money(parts: Sequence[Mapping[str, Any]]) -> str:
    """Return what each account was charged, never added together."""
    charged = [part for part in parts if part.get("charged") not in (None, "0")]
    told = [
        f"{_money(part['charged'], part.get('currency'))}"
        + (f" ({part.get('account')})" if len(charged) > 1 else "")
        for part in charged
    ]
    return translated("charged {amounts}").format(amounts=", ".join(told)) if told else ""
