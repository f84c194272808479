"""Cells of a workbook written as what they are: text stays text, whatever it begins with."""

import math
import re
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from bulkorders.model import money
from bulkorders.model.orders import Cell, ErrorCell
from bulkorders.sheet.results.styles import CLOCK, DATE, MOMENT, SPAN, TEXT

TEXT_LIMIT = 32_767
CUT = " […]"
"""A spreadsheet's longest text, in UTF-16 units, and what ends a text that had to be cut to it."""

Stored = str | float | bool | ErrorCell | None
"""What a cell of a workbook can hold. Whole numbers are doubles too."""

EXACT_DIGITS = 15
"""A workbook stores numbers as doubles, which keep this many decimal digits and no more."""

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - a workbook's times carry no zone
_FIRST_DAY = date(1900, 3, 1)
ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})


def clean(text: str) -> str:
    """Return the text without characters a workbook can't hold, cut to the length a cell takes."""
    if text.isprintable() and len(text) * 2 <= TEXT_LIMIT:
        return text
    kept = _ILLEGAL.sub("", text)
    if len(kept) * 2 <= TEXT_LIMIT or len(kept.encode("utf-16-le")) // 2 <= TEXT_LIMIT:
        return kept
    room = (TEXT_LIMIT - len(CUT)) * 2
    return kept.encode("utf-16-le")[:room].decode("utf-16-le", "ignore") + CUT


def number(amount: Decimal) -> float | str:
    """Return the amount as the double a workbook stores, or as text where that would change its digits."""
    if (
        len(amount.as_tuple().digits) <= EXACT_DIGITS
        or len(money.plain(amount).as_tuple().digits) <= EXACT_DIGITS
    ):
        # At the last edge, and safe: every decimal of up to 15 digits comes back from a double unchanged.
        return float(amount)
    return str(money.text(amount))


def serial(moment: datetime) -> float:
    """Return a time without a zone as a workbook counts it: in days."""
    return (moment - _DAY_ZERO) / timedelta(days=1)


def local(iso: str, zone: tzinfo | None) -> datetime:
    """Return an ISO time as the clock in this zone shows it (None: the machine's), without its zone."""
    return datetime.fromisoformat(iso).astimezone(zone).replace(tzinfo=None)


def put_text(sheet: Worksheet, row: int, column: int, text: str, look: Format | None = None) -> None:
    """Write a text that somebody else may have made up: never a formula, a link or markup."""
    kept = clean(text)
    if kept.startswith("<r>") and kept.endswith("</r>"):
        # XlsxWriter takes such a text for markup that is ready made; as pieces it is escaped.
        sheet.write_rich_string(row, column, *kept[:2], kept[2:], *((look,) if look else ()))
    elif kept:
        sheet.write_string(row, column, kept, look)
    else:
        sheet.write_blank(row, column, None, look)


def stored(value: Cell) -> tuple[Stored, str | None]:
    """Return what a cell of an order sheet holds in a workbook, and the number format of its type, if any.

    Numbers are numbers, dates days with a format; what a workbook can't hold without changing it is text.
    """
    if value is None or isinstance(value, str | bool | ErrorCell):
        return value, None
    if isinstance(value, int):
        return value if abs(value) < 10**EXACT_DIGITS else str(value), None
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value), None
    if isinstance(value, Decimal):
        return number(value) if value.is_finite() else str(value), None
    return _stored_time(value)


def _stored_time(value: datetime | date | time | timedelta) -> tuple[float | str, str]:
    """Return days since the workbook's day zero; days before March 1900, which it gets wrong, are text."""
    if isinstance(value, timedelta):
        return (value / timedelta(days=1), SPAN) if value >= timedelta() else (str(value), TEXT)
    if isinstance(value, time):
        return serial(datetime.combine(_DAY_ZERO, value.replace(tzinfo=None))), CLOCK
    if isinstance(value, datetime):
        plain = value.replace(tzinfo=None)
        return (serial(plain), MOMENT) if plain.date() >= _FIRST_DAY else (plain.isoformat(" "), TEXT)
    if value < _FIRST_DAY:
        return value.isoformat(), TEXT
    return float((value - _DAY_ZERO.date()).days), DATE
