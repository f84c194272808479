"""The worksheet Services used: what was bought of each service, at which rate, and what its rate is now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from bulkorders.model.report import Line, RunSummary
from bulkorders.sheet.results import values
from bulkorders.sheet.results.colours import bar_delivered
from bulkorders.sheet.results.row_xml import RowWorksheet
from bulkorders.sheet.results.rows import Setting
from bulkorders.sheet.results.styles import TONES
from bulkorders.sheet.results.tables import Entry, Heading, write_table

HEADINGS = (
    Heading("Service", 10),
    Heading("Name", 46),
    Heading("Account", 30),
    Heading("Orders", 9, "count"),
    Heading("Ordered", 12, "count"),
    Heading("Delivered pieces", 12, "count"),
    Heading("Delivered", 12, "part"),
    Heading("Rate at review", 15, "amount"),
    Heading("Rate at run", 15, "amount"),
    Heading("Rate is for", 12, "count"),
    Heading("Estimate", 14, "amount"),
    Heading("Charge", 14, "amount"),
    Heading("Currency", 10),
)
_ORDERED = frozenset({"ready", "placed", "in_doubt"})
_DELIVERED = 6

Place = tuple[str, str, Decimal | None, str | None]
"""Account, service, rate at review, currency."""


@dataclass(slots=True)
class Used:
    """What was ordered of one service at one rate. `charge` is None while none is known."""

    name: str = ""
    basis: int = 1000
    orders: int = 0
    ordered: int = 0
    delivered: int = 0
    estimate: Decimal = field(default_factory=Decimal)
    charge: Decimal | None = None


def write_services(
    worksheet: RowWorksheet, setting: Setting, lines: Sequence[Line], summary: RunSummary
) -> None:
    """Write the worksheet: a row for each service and rate it was reviewed at, by account and service."""
    found = used(lines)
    entries = (_entry(place, each, summary.rates) for place, each in sorted(found.items(), key=_order))
    last = write_table(worksheet, setting, HEADINGS, entries)
    bar_delivered(worksheet, _DELIVERED, 1, max(last, 1))


def used(lines: Sequence[Line]) -> dict[Place, Used]:
    """Return what was ordered, or is to be, by service and rate at review."""
    found: dict[Place, Used] = {}
    for line in lines:
        if line.state not in _ORDERED:
            continue
        sent, order = line.submission, line.order
        service = sent.service if sent else order.service if order else ""
        rate = sent.rate if sent else line.rate
        place = (sent.account if sent else "", service, rate, values.currency(line))
        each = found.setdefault(place, Used(basis=sent.basis if sent else 1000))
        each.name = values.service_name(line) or each.name
        each.orders += 1
        each.ordered += (values.ordered_pieces(sent) if sent else order.quantity if order else 0) or 0
        each.delivered += values.delivered_pieces(line) or 0
        each.estimate += values.estimate(line) or 0
        charge = values.charge(line)
        if charge is not None:
            each.charge = (each.charge or Decimal(0)) + charge
    return found


def _order(item: tuple[Place, Used]) -> tuple[str, int, str, Decimal]:
    """Return what services are sorted by: account, id as a number where it is one, rate."""
    account, service, rate, _ = item[0]
    return (
        account,
        int(service) if service.isdecimal() and service.isascii() else 0,
        service,
        rate or Decimal(0),
    )


def _entry(place: Place, each: Used, rates: Mapping[tuple[str, str], Decimal]) -> Entry:
    """Return one row; a rate that is another one now is marked."""
    account, service, rate, currency = place
    now = rates.get((account, service))
    part = Decimal(min(each.delivered, each.ordered)) / each.ordered if each.ordered else None
    changed = now is not None and rate is not None and now != rate
    look = {"bg_color": TONES["in_doubt"].row} if changed else None
    shown = (
        service, each.name, account, each.orders, each.ordered or None, each.delivered if each.ordered else None, part,
        rate, now, each.basis, each.estimate, each.charge, currency or "",
    )  # fmt: skip
    return Entry(shown, currency, look)
