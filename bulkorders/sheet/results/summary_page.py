"""A page of figures, laid out on even columns: titles, tiles and tables, collected and then written."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from bulkorders.sheet.results.row_xml import Placed, RowWorksheet
from bulkorders.sheet.results.styles import ACCENT, BAND, FAINT, INK, LINE, WHITE, WHOLE, Styles, Tone
from bulkorders.sheet.results.writing import number, put_text

LEFT, RIGHT = 1, 12
"""First and last column of the page; the one before is its margin."""

COLUMN_WIDTH = 13.0
ROW_PIXELS = 20


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure that matters, large: what it is, how much, how it is written, and its colour."""

    label: str
    value: str | int | Decimal
    form: str = WHOLE
    tone: Tone | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its header, how many columns of the page it takes, whether it holds numbers."""

    title: str
    span: int = 1
    numbers: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table that is more than a plain text or whole number."""

    value: str | int | float | Decimal | None
    look: tuple[tuple[str, Any], ...] = ()


@dataclass(slots=True)
class Page:
    """What stands on the page, collected in any order: the workbook wants it from the top down."""

    styles: Styles
    cells: dict[tuple[int, int], tuple[Any, Format]] = field(default_factory=dict)
    merged: dict[tuple[int, int], int] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)

    def put(self, row: int, column: int, value: Any, **look: Any) -> None:
        """Put a text, a number or an amount into a cell."""
        self.cells[row, column] = (value, self.styles.get(**look))

    def across(self, row: int, first: int, last: int, value: Any, **look: Any) -> None:
        """Put a value into cells of one row, joined."""
        self.put(row, first, value, **look)
        if last > first:
            self.merged[row, first] = last

    def heading(self, row: int, text: str, last: int = RIGHT) -> int:
        """Put the title of a part; return the row below."""
        self.heights[row] = 24
        for column in range(LEFT, last + 1):
            self.put(
                row, column, text if column == LEFT else None, bold=True, font_size=13, font_color=ACCENT
            )
        return row + 1

    def tiles(self, row: int, tiles: Sequence[Tile]) -> int:
        """Put a row of tiles, two columns each; return the next free row."""
        self.heights |= {row: 20, row + 1: 34}
        for first, tile in zip(range(LEFT, RIGHT, 2), tiles, strict=False):
            ground, ink = (tile.tone.fill, tile.tone.text) if tile.tone else (BAND, INK)
            edge = {"bg_color": ground, "right": 5, "right_color": WHITE, "indent": 1, "align": "left"}
            self.across(row, first, first + 1, tile.label, font_color=ink, font_size=10, **edge)
            large = {"font_color": ink, "font_size": 18, "bold": True, "num_format": tile.form}
            self.across(row + 1, first, first + 1, tile.value, **large, **edge)
        return row + 2

    def table(
        self, row: int, columns: Sequence[Column], rows: Sequence[Sequence[Cell]], *, totals: int = 0
    ) -> int:
        """Put a table whose last `totals` rows are totals; return the next free row."""
        self._table_row(row, columns, [Cell(column.title) for column in columns], _HEADER)
        for offset, cells in enumerate(rows, start=1):
            self._table_row(row + offset, columns, cells, _TOTAL if offset > len(rows) - totals else _BODY)
        return row + 1 + len(rows)

    def _table_row(
        self, row: int, columns: Sequence[Column], cells: Sequence[Cell], common: dict[str, Any]
    ) -> None:
        """Put one row of a table: a text may flow into the further columns its own spans."""
        at = LEFT
        for column, cell in zip(columns, cells, strict=True):
            align = {"align": "right", "shrink": True} if column.numbers else {"align": "left", "indent": 1}
            look = {**common, **align, **dict(cell.look)}
            for offset in range(column.span):
                self.put(row, at + offset, None if offset else cell.value, **look)
            if column.numbers and column.span > 1:
                self.merged[row, at] = at + column.span - 1
            at += column.span

    def write(self, worksheet: Worksheet) -> None:
        """Write it all, row by row; rows go whole into a worksheet that takes them so."""
        rows: defaultdict[int, list[Placed]] = defaultdict(list)
        for (row, column), (value, look) in self.cells.items():
            stored = number(value) if isinstance(value, Decimal) else value
            # A status is a word of an enumeration; an empty text is a blank cell with a look.
            rows[row].append((column, (str(stored) or None) if isinstance(stored, str) else stored, look))
        joined = {row for row, _ in self.merged}
        for row in sorted(self.heights.keys() | rows.keys()):
            cells = sorted(rows[row], key=lambda cell: cell[0])
            height = self.heights.get(row)
            if isinstance(worksheet, RowWorksheet) and cells and row not in joined:
                worksheet.add_row(row, cells, height)
            else:
                self._write_cells(worksheet, row, cells, height)

    def _write_cells(
        self, worksheet: Worksheet, row: int, cells: Sequence[Placed], height: float | None
    ) -> None:
        """Write a row cell by cell: one in which cells are joined, or that is only of its own height."""
        if height is not None:
            worksheet.set_row(row, height)
        covered = -1
        for column, stored, look in cells:
            if column <= covered:
                continue
            if (row, column) in self.merged:
                covered = self.merged[row, column]
                worksheet.merge_range(row, column, row, covered, "", look)
            if isinstance(stored, str) or stored is None:
                put_text(worksheet, row, column, stored or "", look)
            else:
                worksheet.write_number(row, column, stored, look)


_HEADER: dict[str, Any] = {
    "bold": True,
    "font_size": 10,
    "font_color": FAINT,
    "bottom": 1,
    "bottom_color": FAINT,
}
_BODY: dict[str, Any] = {"bottom": 1, "bottom_color": LINE}
_TOTAL: dict[str, Any] = {"bold": True, "bg_color": BAND, "bottom": 1, "bottom_color": LINE}
