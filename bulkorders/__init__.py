"""Orders of a spreadsheet placed on a reseller panel, each at most once, with the books to prove it.

sheet        Excel, CSV or mass-order text in; results workbook out      rows
validation   rows checked against the panel's catalogue                  validated orders
submission   orders placed, each at most once                            outcomes
tracking     what became of them: status, refill, cancel                 deliveries
accounting   the same orders read as money: ledger, closing, exports     entries

panel        the HTTP API that sells the services
journal      the record that survives a crash: SQLite or PostgreSQL

pipeline tells the story. cli and web are its two doors.
cluster is the same story on many machines.
sandbox is a pretend panel.
"""

import logging
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bulkorders.errors import (
        BulkordersError,
        CallError,
        Declined,
        GuardError,
        Interrupted,
        JournalError,
        JournalHeld,
        PanelError,
        PanelRefused,
        PanelUnreachable,
        SettingsError,
        SheetError,
    )
    from bulkorders.model.report import Report
    from bulkorders.pipeline.entry import check, refresh, submit

__all__ = [
    "BulkordersError",
    "CallError",
    "Declined",
    "GuardError",
    "Interrupted",
    "JournalError",
    "JournalHeld",
    "PanelError",
    "PanelRefused",
    "PanelUnreachable",
    "Report",
    "SettingsError",
    "SheetError",
    "check",
    "refresh",
    "submit",
]

_PLACES = {
    "Report": "bulkorders.model.report",
    "check": "bulkorders.pipeline.entry",
    "refresh": "bulkorders.pipeline.entry",
    "submit": "bulkorders.pipeline.entry",
}

logging.getLogger("bulkorders").addHandler(logging.NullHandler())


def __getattr__(name: str) -> Any:
    """Give a public name; what it needs is loaded only then, so that `bulkorders --help` stays quick."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACES.get(name, "bulkorders.errors")), name)
