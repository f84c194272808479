"""Whole rows written into a worksheet at once: several times as fast as cell by cell.

XlsxWriter spends most of its time on each cell's tuple, attributes and escapes. In its constant-memory
mode a row goes to the worksheet's temporary file as soon as it is complete; here a row goes there as XML
that is already made. Everything else (header, widths, notes, filter, print) stays with XlsxWriter.
"""

import re
from collections.abc import Iterable
from functools import cache

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from bulkorders.model.orders import ErrorCell
from bulkorders.sheet.results.writing import ERRORS, Stored, clean

_NEEDS_CARE = re.compile(r"[&<>\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]|_x|^\s|\s$")
_ESCAPE_LIKE = re.compile(r"_(?=x[0-9a-fA-F]{4}_)")
_SHORT = 16_000

Placed = tuple[int, Stored, Format | None]
"""One cell of a row: its column (from 0), what it holds, and its look."""


class RowWorksheet(Worksheet):  # type: ignore[misc]  # XlsxWriter is not typed for mypy here
    """A worksheet that takes whole rows, from the top down. Needs a workbook with `constant_memory`."""

    def add_row(self, row: int, cells: Iterable[Placed], height: float | None = None) -> None:
        """Write a row (from 0) of cells from left to right, `height` in points; rows above are finished."""
        if row > self.previous_row:
            self._write_single_row(row)
        number = str(row + 1)
        tall = f' ht="{height:g}" customHeight="1"' if height else ""
        parts = [f'<row r="{number}"{tall}>']
        last = 0
        for column, held, look in cells:
            start = f'<c r="{_letters(column)}{number}"{_style(look)}'
            if type(held) is str:
                if held:
                    parts.append(f'{start} t="inlineStr"><is>{text_xml(held)}</is></c>')
            elif held is not None:
                parts.append(start + value_xml(held))
            elif look is not None:
                parts.append(f"{start}/>")
            last = column
        parts.append("</row>")
        self._check_dimensions(row, 0)
        self._check_dimensions(row, last)
        self.row_data_fh.write("".join(parts))
        self.previous_row: int = row + 1


@cache
def _letters(column: int) -> str:
    """Return the letters of a column (0: A)."""
    return str(xl_col_to_name(column))


def _style(look: Format | None) -> str:
    """Return the attribute that names a look."""
    return "" if look is None else f' s="{look._get_xf_index()}"'  # noqa: SLF001 - as XlsxWriter's rows do


def value_xml(held: Stored) -> str:
    """Return the rest of a cell that holds no text."""
    if isinstance(held, bool):
        return f' t="b"><v>{int(held)}</v></c>'
    if isinstance(held, ErrorCell):
        # As a text it would be taken for a reference or a name when the workbook is read again.
        shown = held.text if held.text in ERRORS else "#VALUE!"
        return f' t="e"><v>{shown}</v></c>'
    return f"><v>{held!r}</v></c>"


def text_xml(text: str) -> str:
    """Return the XML of a text: as it is, whatever it begins with."""
    if len(text) < _SHORT and _NEEDS_CARE.search(text) is None:
        return f"<t>{text}</t>"
    kept = _ESCAPE_LIKE.sub("_x005F_", clean(text))
    kept = kept.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "_x000D_")
    return f'<t xml:space="preserve">{kept}</t>'
