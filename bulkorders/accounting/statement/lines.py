"""Every line of the month: the worksheet Ledger, and the CSV beside the workbook."""

import csv
import io
import unicodedata
from collections.abc import Iterator
from decimal import Decimal

from xlsxwriter.worksheet import Worksheet

from bulkorders.accounting.closing import AccountClosing, Closing
from bulkorders.accounting.statement.setting import Column, Setting
from bulkorders.model import money
from bulkorders.model.entries import EntryKind, LedgerEntry
from bulkorders.sheet.results.styles import WHOLE

KINDS = {
    EntryKind.ESTIMATE: "Estimate",
    EntryKind.IN_DOUBT: "In doubt",
    EntryKind.CHARGE: "Charge",
    EntryKind.CHANGE: "Change of charge",
    EntryKind.REFUND: "Refund",
    EntryKind.TOP_UP: "Top-up",
    EntryKind.OTHER: "Other",
}
DEDUCED = "deduced: the balance rose by as much"

COLUMNS = (
    Column("Date", 16.5),
    Column("What", 16),
    Column("Amount", 14, "money"),
    Column("Expected or in doubt", 13, "money"),
    Column("Currency", 11),
    Column("Campaign", 20),
    Column("Order ID", 13),
    Column("Reference", 13),
    Column("Service", 10),
    Column("Service name", 30),
    Column("Quantity", 10, "money"),
    Column("Link", 32),
    Column("Note", 20),
    Column("Account", 28),
    Column("Line ID", 36),
)
FIELDS = (
    *("id", "at", "kind", "amount", "currency", "account", "panel", "campaign", "client", "service"),
    *("service_name", "quantity", "link", "order_id", "reference", "key", "run", "note"),
)
HEADER = ",".join(FIELDS)
ABOVE = "Above zero: spent. Below zero: came back, or was paid in. The sum is what the balance fell by."
PRINTED = 12
"""The last column that is printed: an account and a line's id are for looking up."""

GUARDED = ("=", "+", "-", "@", "\t", "\r")
"""What a text begins with that a spreadsheet would take for a formula."""


def every_line(account: AccountClosing) -> list[LedgerEntry]:
    """Return an account's lines by date, with the payments that were deduced among them."""
    deduced = [
        LedgerEntry(
            id="",
            seq=0,
            at=each.at,
            kind=EntryKind.TOP_UP,
            amount=each.amount.copy_negate(),
            currency=account.currency,
            account=account.account,
            panel=account.panel,
            campaign="",
            note=DEDUCED,
        )
        for each in account.paid_in
        if each.deduced
    ]
    return sorted((*account.lines, *deduced), key=lambda line: (line.at, line.seq))


def write_ledger(sheet: Worksheet, setting: Setting) -> None:
    """Write all lines of all accounts, one table, with a filter."""
    setting.begin(sheet, COLUMNS, "Ledger")
    row = 0
    for account in setting.closing.accounts:
        form = setting.money_form(account)
        for line in every_line(account):
            row += 1
            _write(sheet, setting, row, line, form)
    sheet.set_comments_author("bulkorders")
    sheet.write_comment(0, 2, ABOVE, {"x_scale": 2})
    sheet.print_area(0, 0, row, PRINTED)
    sheet.autofilter(0, 0, row, len(COLUMNS) - 1)


def _write(sheet: Worksheet, setting: Setting, row: int, line: LedgerEntry, form: str) -> None:
    under = setting.styles.line()
    setting.moment(sheet, row, 0, line.at, **under)
    setting.put(sheet, row, 1, KINDS[line.kind], **under)
    for column, there in ((2, line.moved), (3, not line.moved)):
        setting.put(sheet, row, column, line.amount if there else None, form, align="right", **under)
    setting.put(sheet, row, 4, line.currency, **under)
    texts = (line.campaign, line.order_id, line.reference, line.service, line.service_name)
    for column, text in enumerate(texts, start=5):
        setting.put(sheet, row, column, text, **under)
    setting.put(sheet, row, 10, line.quantity, WHOLE, align="right", **under)
    for column, text in enumerate((line.link, line.note, line.account, line.id), start=11):
        setting.put(sheet, row, column, text, **under)


def csv_rows(closing: Closing) -> Iterator[str]:
    """Yield the CSV row by row: times on the clock of the month's zone, amounts in plain digits, text as text."""
    yield _row(FIELDS)
    for account in closing.accounts:
        for line in every_line(account):
            told = {name: getattr(line, name) for name in FIELDS}
            told["at"] = closing.month.local(line.at).isoformat(timespec="seconds")
            told["kind"] = line.kind.value
            yield _row([_cell(told[name]) for name in FIELDS])


def _cell(value: str | int | Decimal | None) -> str:
    if isinstance(value, Decimal):
        return str(money.text(value))
    return guarded(value) if isinstance(value, str) else "" if value is None else str(value)


def guarded(text: str) -> str:
    """Return a text so that no spreadsheet takes it for a formula: with an apostrophe before what would be one."""
    first = unicodedata.normalize("NFKC", text.lstrip(" "))[:1]
    return f"'{text}" if first in GUARDED and first else text


def _row(cells: "tuple[str, ...] | list[str]") -> str:
    file = io.StringIO()
    csv.writer(file, lineterminator="\r\n").writerow(cells)
    return file.getvalue()
