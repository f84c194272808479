"""One cell of an .ods as the value that was entered."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta

from bulkorders.model.orders import Cell, ErrorCell
from bulkorders.sheet.reading.marks import NO_VALUE
from bulkorders.sheet.reading.open_names import (
    CALCEXT_VALUE_TYPE,
    OFFICE_BOOLEAN_VALUE,
    OFFICE_DATE_VALUE,
    OFFICE_STRING_VALUE,
    OFFICE_TIME_VALUE,
    OFFICE_VALUE,
    OFFICE_VALUE_TYPE,
    TABLE_FORMULA,
)

WHOLE = 10.0**18
ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|SPILL!|CALC!)|Err:\d{3}")
"""How errors are shown; programs other than LibreOffice do not mark them otherwise."""

SPAN = re.compile(r"(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d+))?S)?)?")
TRUTHS = {"of:=TRUE()": True, "of:=FALSE()": False}
"""How LibreOffice keeps a yes or no that came without the look of one."""

BLANKS = re.compile("[ \t\r\n]+")
DAY = 24


def collapsed(text: str) -> str:
    """Return a piece of a paragraph with its blanks as they count: several are one."""
    return BLANKS.sub(" ", text) if "  " in text or "\n" in text or "\t" in text or "\r" in text else text


def value(told: Mapping[str, str], shown: str, *, paragraphs: int) -> Cell:
    """Return what a cell holds, by its attributes and the text it shows; None where it is empty.

    Raises ValueError where a number or date can't be read.
    """
    kind = told.get(OFFICE_VALUE_TYPE) or told.get(CALCEXT_VALUE_TYPE)
    formula = told.get(TABLE_FORMULA)
    if told.get(CALCEXT_VALUE_TYPE) == "error" or (formula and ERROR.fullmatch(shown)):
        return ErrorCell(shown or "#VALUE!")
    made = MADE.get(kind or "")
    if made is not None:
        return made(told, shown)
    if formula and kind is None and not paragraphs:
        return ErrorCell(NO_VALUE)
    return told.get(OFFICE_STRING_VALUE, shown) or None


def _number(told: Mapping[str, str], shown: str) -> Cell:
    """Return a number, whole ones as an integer; LibreOffice may keep a yes or no as one."""
    written = told.get(OFFICE_VALUE)
    if written is None:
        return shown or None
    if ERROR.fullmatch(shown):
        return ErrorCell(shown)
    truth = TRUTHS.get(told.get(TABLE_FORMULA, ""))
    if truth is not None:
        return truth
    number = float(written)
    return int(number) if number.is_integer() and -WHOLE < number < WHOLE else number


def _truth(told: Mapping[str, str], _: str) -> Cell:
    """Return a yes or no."""
    return told.get(OFFICE_BOOLEAN_VALUE, "").lower() == "true"


def _moment(told: Mapping[str, str], _: str) -> Cell:
    """Return a day, or a day and time."""
    written = told.get(OFFICE_DATE_VALUE, "")
    if "T" not in written:
        return date.fromisoformat(written)
    return datetime.fromisoformat(written).replace(tzinfo=None)


def _span(told: Mapping[str, str], _: str) -> Cell:
    """Return a time of day, or a span where it is a day long or longer."""
    written = told.get(OFFICE_TIME_VALUE, "")
    found = SPAN.fullmatch(written)
    if found is None:
        raise ValueError(f"{written} is not a time")
    sign, *parts = found.groups()
    days, hours, minutes, seconds = (int(part or 0) for part in parts[:4])
    micro = int((parts[4] or "0")[:6].ljust(6, "0"))
    if sign or days or hours >= DAY or minutes > 59 or seconds > 59:  # noqa: PLR2004 - minutes and seconds
        span = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds, microseconds=micro)
        return -span if sign else span
    return time(hours, minutes, seconds, micro)


MADE: Mapping[str, Callable[[Mapping[str, str], str], Cell]] = {
    **dict.fromkeys(("float", "percentage", "currency"), _number),
    "boolean": _truth,
    "date": _moment,
    "time": _span,
}
"""What makes a value of a cell, by the kind it says it is."""
