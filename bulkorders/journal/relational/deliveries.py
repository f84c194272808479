"""What the panel tells of placed orders, taken in: status, charge, start count, remains."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from bulkorders.errors import JournalError
from bulkorders.journal.relational.rows import as_json, maybe_clean, whole
from bulkorders.journal.relational.transaction import Transaction
from bulkorders.model import money
from bulkorders.model.lifecycle import IllegalTransition, State
from bulkorders.model.outcomes import FINAL, DeliveryReport

TOLD = ("status", "charge", "currency", "start_count", "remains", "error")
"""What a report may change, in the order of the statement `deliveries`."""

LEDGER = ("status", "charge", "currency")
"""What each delivery event tells before and after, changed or not: the ledger is built from it."""


def deliver(tx: Transaction, reports: Sequence[tuple[str, DeliveryReport]], checked_at: str) -> int:
    """Take in reports (key, report) of placed orders; return how many orders changed."""
    known = {row[0]: row[1:] for row in tx.all("deliveries", keys=as_json([key for key, _ in reports]))}
    changed: dict[str, None] = {}
    updates, events = [], []
    unchanged: list[str] = []
    for key, report in reports:
        before = _placed(key, known)
        now = _told(before, report)
        if now != before:
            changed[key] = None
            events.append(_event(tx, key, before, now))
            known[key] = (State.PLACED.value, *(now[name] for name in TOLD))
            final = int(now["status"] in FINAL)
            updates.append({"key": key, **now, "final": final, "checked_at": checked_at})
        else:
            unchanged.append(key)
    tx.many("deliver", updates)
    if unchanged:
        tx.do("checked", keys=as_json(unchanged), checked_at=checked_at)
    tx.many("note", events)
    return len(changed)


def _placed(key: str, known: dict[str, tuple[Any, ...]]) -> dict[str, Any]:
    if key not in known:
        raise JournalError("journal.unknown_order", key=key)
    state, *told = known[key]
    if state != State.PLACED:
        raise IllegalTransition(f"a delivery is told of an order in state {state!r}")
    return dict(zip(TOLD, told, strict=True))


def _told(before: dict[str, Any], report: DeliveryReport) -> dict[str, Any]:
    """Return what is known after this report: what it doesn't say keeps its value."""
    if report.error is not None:
        return {**before, "error": maybe_clean(report.error)}
    told = {
        "status": maybe_clean(report.status),
        "charge": money.text(report.charge),
        "currency": maybe_clean(report.currency),
        "start_count": whole(report.start_count),
        "remains": whole(report.remains),
    }
    known = {name: before[name] if value is None else value for name, value in told.items()}
    if (
        report.charge is not None
        and before["charge"] is not None
        and report.charge == Decimal(before["charge"])
    ):
        known["charge"] = before["charge"]  # 2.50 after 2.5 is no change
    return {**known, "error": None}


def _event(tx: Transaction, key: str, before: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    names = [name for name in TOLD if name in LEDGER or before[name] != now[name]]
    facts = {name: [before[name], now[name]] for name in names}
    return tx.event(key, "delivery", State.PLACED.value, State.PLACED.value, facts)
