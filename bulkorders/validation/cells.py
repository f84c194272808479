"""One cell into the value a field needs: text, whole number, yes or no.

Each function returns the value, or None for an empty cell, or raises CellTrouble with the problem's
code and facts. Nothing is guessed.
"""

import math
import re
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from bulkorders.model.orders import Cell, ErrorCell

BLANKS = "".join(
    (
        *(
            "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\u00a0\u00ad\u1680\u180e\u2000\u2001\u2002\u2003\u2004\u2005\u2006"
        ),
        *("\u2007\u2008\u2009\u200a\u200b\u200c\u200d\u2028\u2029\u202f\u205f\u2060\u2800\u3000\u3164\ufeff"),
    )
)
"""Characters that look like nothing."""

DIRECTIONS = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Marks of the direction of writing that messengers put around what is copied from them."""

EDGES = BLANKS + DIRECTIONS
GROUPED = re.compile("[1-9][0-9]{0,2}(?:([.,' \u00a0\u2009\u2019\u202f])[0-9]{3})(?:\\1[0-9]{3})*")
WHOLE = re.compile("([0-9]+)(?:[.,]0*)?")
LINE_END = re.compile("\r\n?")
CHOSEN = re.compile(r"(?:([0-9]{1,18})\s+[–—-]|((?=\S*[0-9])\S{1,60}) –)\s+(\S.*)", re.DOTALL)
"""A service as it is chosen from the list of an order sheet: its id, a dash between blanks, its name."""

DAY = re.compile(
    "(?P<day>[0-9]{1,2})/(?P<month>[0-9]{1,2})/(?P<year>[0-9]{4})"
    "|(?P<year_first>[0-9]{4})-(?P<month_first>[0-9]{1,2})-(?P<day_first>[0-9]{1,2})(?:[ T]00:00(?::00)?)?"
)
"""31/12/2026, as panels take it, or 2026-12-31, as spreadsheets write it into text files."""

SPREADSHEET_ERRORS = frozenset(
    {
        *("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"),
        *("#GETTING_DATA", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#UNKNOWN!", "#BUSY!", "#ERROR!"),
    }
)
"""How a spreadsheet's errors look in a text file."""

YES = frozenset({"yes", "y", "true", "1", "x", "✓", "có", "co", "đúng"})
NO = frozenset({"no", "n", "false", "0", "không", "khong", "-"})
AUTO = frozenset({"auto", "automatic", "tự động"})
LARGEST_QUANTITY = 10**12
EXACT_FLOAT = 10**15
"""Spreadsheets keep 15 digits of a number; of a longer id the last ones are lost."""

NoNumber = bool | date | time | timedelta
"""Values of cells that are no numbers, whatever Python can count with (a datetime is a date)."""

Unwritten = NoNumber | float | Decimal
"""Values of cells that are no text."""


class CellTrouble(Exception):
    """A cell that can't be read as what its field needs. It never leaves this package: it becomes a Problem."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


def text(cell: Cell) -> str | None:
    """Return the cell as text without blanks at its ends; whole numbers without a point; None when empty."""
    if isinstance(cell, str):
        return _trimmed(cell, EDGES)
    if cell is None:
        return None
    if isinstance(cell, ErrorCell):
        raise CellTrouble("cell.error", found=cell.text)
    if isinstance(cell, int | float) and abs(cell) >= EXACT_FLOAT:
        raise CellTrouble("cell.digits_lost", found=str(cell))
    return _number_text(cell)


def _trimmed(told: str, edges: str) -> str | None:
    """Return the text without blanks at its ends; None where nothing is left; a spreadsheet's error is trouble."""
    bare = told.strip(edges)
    if bare.startswith("#") and bare.upper() in SPREADSHEET_ERRORS:
        raise CellTrouble("cell.error", found=bare)
    return bare or None


def _number_text(cell: Unwritten) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float | Decimal) and _is_whole(cell):
        return str(int(cell))
    if isinstance(cell, date | time):
        return cell.isoformat()
    return format(cell, "f") if isinstance(cell, Decimal) else str(cell)


def identifier(cell: Cell) -> str | None:
    """Return an id as text, also out of `101 – Name`. A date, a broken or an inexact number is no id."""
    if isinstance(cell, NoNumber):
        raise CellTrouble("service.not_an_id", found=str(cell))
    if isinstance(cell, float | Decimal) and not _is_whole(cell):
        raise CellTrouble("service.not_an_id", found=str(cell))
    if isinstance(cell, float) and abs(cell) >= EXACT_FLOAT:
        raise CellTrouble("service.not_an_id", found=str(cell))
    told = text(cell)
    chosen = CHOSEN.fullmatch(told) if told is not None else None
    return chosen[1] or chosen[2] if chosen is not None else told


def chosen_name(cell: Cell) -> str | None:
    """Return the name of a service that a cell has beside its id, as `101 – Name`; None without one."""
    chosen = CHOSEN.fullmatch(_trimmed(cell, EDGES) or "") if isinstance(cell, str) else None
    return chosen[3] if chosen is not None else None


def _is_whole(number: float | Decimal) -> bool:
    return math.isfinite(number) and number == int(number)


def quantity(cell: Cell) -> int | None:
    """Return a whole number of pieces. `1.000`, `1,000` and `1 000` are a thousand."""
    if not isinstance(cell, str):
        if isinstance(cell, NoNumber):
            raise CellTrouble("quantity.not_a_number", found=str(cell))
        if isinstance(cell, int | float | Decimal):
            return _whole(cell)
    told = text(cell)
    if told is None:
        return None
    if told.isascii() and told.isdigit():
        return _not_too_large(told, told)
    if GROUPED.fullmatch(told):
        return _not_too_large(re.sub(r"[^0-9]", "", told), told)
    found = WHOLE.fullmatch(told)
    if found is None:
        raise CellTrouble("quantity.not_a_number", found=told)
    return _not_too_large(found[1], told)


def _whole(number: float | Decimal) -> int:
    """Return a number that a cell holds as one, where it is whole and a quantity."""
    if not _is_whole(number) or number < 0:
        raise CellTrouble("quantity.not_whole", found=_number_text(number))
    if number > LARGEST_QUANTITY:
        raise CellTrouble("quantity.too_large", found=str(number))
    return int(number)


def _not_too_large(digits: str, told: str) -> int:
    bare = digits.lstrip("0") or "0"
    if len(bare) > len(str(LARGEST_QUANTITY)) or int(bare) > LARGEST_QUANTITY:
        raise CellTrouble("quantity.too_large", found=told)
    return int(bare)


def yes_or_no(cell: Cell, code: str) -> bool | None:
    """Return yes or no as people write it; other words are trouble of this code."""
    told = text(cell)
    if told is None:
        return None
    word = told.casefold()
    if word in YES or word in NO:
        return word in YES
    raise CellTrouble(code, found=told)


def refill(cell: Cell) -> str | None:
    """Return `yes`, `no` or `auto`."""
    told = text(cell)
    if told is not None and told.casefold() in AUTO:
        return "auto"
    wanted = yes_or_no(cell, "refill.unclear")
    return None if wanted is None else ("yes" if wanted else "no")


def lines(cell: Cell) -> str | None:
    """Return the lines of a cell, one to a line and without empty ones (comments, lists of videos).

    Marks of the direction of writing stay: at the end of an Arabic or Hebrew comment they have a meaning.
    """
    told = _trimmed(cell, BLANKS) if isinstance(cell, str) else text(cell)
    if told is None:
        return None
    kept = [line.strip(BLANKS) for line in told.splitlines()]
    return "\n".join(line for line in kept if line) or None


def line(cell: Cell) -> str | None:
    """Return a text of one line: a name, an address, a code."""
    told = text(cell)
    if told is not None and len(told.splitlines()) > 1:
        raise CellTrouble("cell.several_lines", found=told)
    return told


def as_written(cell: Cell) -> str | None:
    """Return what a cell holds as a person would write it: `5`, `0.25`, `true`; lines stay lines."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and math.isfinite(cell) and not _is_whole(cell):
        return format(Decimal(repr(cell)), "f")
    told = text(cell)
    return None if told is None else LINE_END.sub("\n", told)


def day(cell: Cell) -> str | None:
    """Return a day as panels take it, `31/12/2026`: from a cell that holds a date, or a text of one."""
    if isinstance(cell, date):
        return f"{cell.day:02}/{cell.month:02}/{cell.year:04}"
    told = text(cell)
    if told is None:
        return None
    found = DAY.fullmatch(told) if isinstance(cell, str) else None
    if found is None:
        raise CellTrouble("expiry.not_a_date", found=told)
    parts = found.groupdict()
    year, month, at = (int(parts[name] or parts[f"{name}_first"]) for name in ("year", "month", "day"))
    try:
        return day(date(year, month, at))
    except ValueError as error:
        raise CellTrouble("expiry.not_a_date", found=told) from error
