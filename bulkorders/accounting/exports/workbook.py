"""The ledger as an Excel workbook: every line, and the totals by account, currency and kind, bills by client."""

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from bulkorders.accounting.exports.lines import Line
from bulkorders.accounting.exports.table import Column, Value, bill_currency, columns
from bulkorders.accounting.exports.terms import Made, Terms
from bulkorders.accounting.exports.texts import KINDS, number
from bulkorders.model import money
from bulkorders.model.entries import MEMORANDA

MADE = datetime(2026, 1, 1, tzinfo=UTC)
"""The date the workbook says it was made on: fixed, so that the same lines are the same file."""

MOST_ROWS = 1_048_575
"""Lines below the header that a worksheet has room for."""

LONGEST = 32_767
"""Characters a cell takes."""

TOTALS = ("account", "currency", "kind", "moved", "lines", "amount")
BILLS = ("client", "currency", "lines", "bill")


def made(lines: Sequence[Line], terms: Terms) -> list[Made]:
    """Return one workbook. Amounts and dates are numbers; texts are never run, whatever they begin with."""
    kept = io.BytesIO()
    with Workbook(kept, {"constant_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"title": "Ledger", "created": MADE.replace(tzinfo=None)})
        formats = _formats(book)
        for start in range(0, max(len(lines), 1), MOST_ROWS):
            name = "Ledger" if start == 0 else f"Ledger {start // MOST_ROWS + 1}"
            _sheet(book.add_worksheet(name), lines[start : start + MOST_ROWS], columns(terms), formats)
        _totals(book.add_worksheet("Totals"), lines, formats)
        if terms.bills:
            _bills(book.add_worksheet("Bills"), lines, terms, formats)
    return [Made("", kept.getvalue(), len(lines))]


def _formats(book: Workbook) -> Mapping[str, Any]:
    return {
        "head": book.add_format({"bold": True, "bottom": 1}),
        "text": book.add_format({"num_format": "@", "quote_prefix": True}),
        "plain": book.add_format({"num_format": "@"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "amount": book.add_format({"num_format": "#,##0.00##########"}),
    }


def _sheet(
    sheet: Worksheet, lines: Sequence[Line], found: Sequence[Column], formats: Mapping[str, Any]
) -> None:
    for at, column in enumerate(found):
        sheet.set_column(at, at, column.width)
        sheet.write_string(0, at, column.name, formats["head"])
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(lines), 1), len(found) - 1)
    for row, line in enumerate(lines, start=1):
        for at, column in enumerate(found):
            _put(sheet, row, at, column.read(line), formats)


def _put(sheet: Worksheet, row: int, at: int, value: Value, formats: Mapping[str, Any]) -> None:
    """Write one cell as what it is. An amount that a spreadsheet can't hold to the last digit is a text."""
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_string(row, at, "yes" if value else "no", formats["plain"])
    elif isinstance(value, Decimal):
        if Decimal(repr(float(value))) == value:
            sheet.write_number(row, at, float(value), formats["amount"])
        else:
            sheet.write_string(row, at, number(value), formats["plain"])
    elif isinstance(value, int):
        sheet.write_number(row, at, value)
    elif isinstance(value, date):
        sheet.write_datetime(row, at, value, formats["day"])
    else:
        sheet.write_string(row, at, value[:LONGEST], formats["text"])


def _totals(sheet: Worksheet, lines: Sequence[Line], formats: Mapping[str, Any]) -> None:
    """Write the sums: one currency of one account beside the other, never added together."""
    order = list(KINDS)
    groups: dict[tuple[str, str, int], list[Decimal]] = {}
    for line in lines:
        entry = line.entry
        group = (entry.account, entry.currency or "", order.index(entry.kind))
        groups.setdefault(group, []).append(line.amount)
    rows: list[tuple[Value, ...]] = []
    for account, currency, kind in sorted(groups):
        amounts = groups[account, currency, kind]
        moved = "memorandum" if order[kind] in MEMORANDA else "moved"
        rows.append((account, currency, order[kind].value, moved, len(amounts), money.total(amounts)))
    _table(sheet, TOTALS, rows, formats)


def _bills(sheet: Worksheet, lines: Sequence[Line], terms: Terms, formats: Mapping[str, Any]) -> None:
    """Write what each client is to pay, in each currency; refunds are taken off."""
    groups: dict[tuple[str, str], list[Decimal]] = {}
    for line in lines:
        if line.bill is not None:
            group = (line.entry.client, bill_currency(line, terms.books) or "")
            groups.setdefault(group, []).append(line.bill)
    rows = [(*group, len(groups[group]), money.total(groups[group])) for group in sorted(groups)]
    _table(sheet, BILLS, rows, formats)


def _table(
    sheet: Worksheet, titles: Sequence[str], rows: Sequence[Sequence[Value]], formats: Mapping[str, Any]
) -> None:
    for at, title in enumerate(titles):
        sheet.set_column(at, at, 16 if at else 28)
        sheet.write_string(0, at, title, formats["head"])
    sheet.freeze_panes(1, 0)
    for row, values in enumerate(rows, start=1):
        for at, value in enumerate(values):
            _put(sheet, row, at, value, formats)
