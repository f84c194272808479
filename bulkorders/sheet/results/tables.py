"""A plain worksheet of ours: one header, a table below it, fit to be sorted and printed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bulkorders.sheet.results.row_xml import Placed, RowWorksheet
from bulkorders.sheet.results.rows import HEADER_HEIGHT, LINE_HEIGHT, Setting, lines_of, print_across
from bulkorders.sheet.results.styles import MOMENT, PERCENT, TEXT, WHOLE, Styles, money_format
from bulkorders.sheet.results.values import decimals
from bulkorders.sheet.results.writing import local, number, serial

MOST_LINES = 8


@dataclass(frozen=True, slots=True)
class Heading:
    """One column: its header, its width in characters, and what kind of values stand in it.

    Kinds: `text`, `count`, `amount`, `part` (of 1) and `time` (an ISO text).
    """

    title: str
    width: int
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of values, and the currency its amounts are in."""

    values: Sequence[str | int | Decimal | None]
    currency: str | None = None
    look: dict[str, Any] | None = None


def write_table(
    worksheet: RowWorksheet, setting: Setting, headings: Sequence[Heading], entries: Iterable[Entry]
) -> int:
    """Write the worksheet; return how many rows stand below the header."""
    cells: list[Placed] = []
    for index, heading in enumerate(headings):
        worksheet.set_column(index, index, heading.width)
        numbers = heading.kind not in ("text", "time")
        cells.append((index, heading.title, setting.styles.header(ours=True, numbers=numbers)))
        if heading.kind == "time":
            worksheet.write_comment(0, index, f"Times are in {setting.zone_name}.")
    worksheet.add_row(0, cells, HEADER_HEIGHT)
    print_across(worksheet, setting)
    row = 0
    for row, entry in enumerate(entries, start=1):
        shown = [
            _cell(index, heading, value, entry, setting)
            for index, (heading, value) in enumerate(zip(headings, entry.values, strict=True))
        ]
        tall = max(
            lines_of(held, headings[index].width)
            for index, held, _ in [*shown, (0, "", None)]
            if isinstance(held, str)
        )
        worksheet.add_row(row, shown, LINE_HEIGHT * min(tall, MOST_LINES) if tall > 1 else None)
    worksheet.autofilter(0, 0, max(row, 1), len(headings) - 1)
    return row


def _cell(
    index: int, heading: Heading, value: str | int | Decimal | None, entry: Entry, setting: Setting
) -> Placed:
    """Return one cell with the look of its kind."""
    look: dict[str, Any] = {"valign": "top", "indent": 1, **Styles.line(), **(entry.look or {})}
    numbers = heading.kind not in ("text", "time")
    look["align"] = "right" if numbers else "left"
    styles = setting.styles
    if value is None or value == "":
        return index, None, styles.get(**look)
    if isinstance(value, Decimal):
        if heading.kind == "part":
            return index, float(value), styles.get(num_format=PERCENT, **look)
        form = money_format(decimals(value, entry.currency), setting.decimals)
        return index, number(value), styles.get(num_format=form, **look)
    if isinstance(value, int):
        return index, value, styles.get(num_format=WHOLE, **look)
    if heading.kind == "time":
        return index, serial(local(value, setting.zone)), styles.get(num_format=MOMENT, **look)
    return index, value, styles.get(text_wrap=True, num_format=TEXT, **look)
