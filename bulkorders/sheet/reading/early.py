"""Rows of a worksheet made while the process that reads it is still at the others: two cores are at work.

What comes of it is the same as of `header.make_sheet` at the end, which does it all where this can't.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from bulkorders.errors import SheetError
from bulkorders.model.orders import Row, Sheet
from bulkorders.sheet import columns
from bulkorders.sheet.reading.grid import Grid, Line, titles
from bulkorders.sheet.reading.header import SEARCHED, beyond, header_at, rows_of
from bulkorders.sheet.reading.idle_rows import Idle, Sorting


class Onward(Protocol):
    """Who takes the rows of a sheet while it is read."""

    def begin(self, sheet: Sheet) -> None:
        """Know the header of the sheet whose rows follow; whatever was taken of another is void."""
        ...

    def take(self, rows: Sequence[Row]) -> None:
        """Take the next rows. They count only if they turn out to be those of the sheet that was read."""
        ...

    def forget(self) -> None:
        """Let go of what was taken: it is void, and all rows are made anew at the end."""
        ...


class Early:
    """The rows of one worksheet as far as they have come."""

    def __init__(self, path: str, mapping: Mapping[str, str] | None, onward: Onward | None) -> None:
        """Know nothing yet."""
        self._path, self._mapping, self._onward = path, mapping, onward
        self._lines: list[Line] | None = None
        self._taken = 0
        self._sorting: Sorting | None = None
        self._width = 0
        self._rows: list[Row] = []
        self._void = False

    def see(self, lines: list[Line]) -> None:
        """Make rows of what has been added to a worksheet's lines, once its header is sure to be among them."""
        if self._void:
            return
        if self._sorting is None:
            if len(lines) < SEARCHED:
                return
            self._sorting = self._begun(lines)
            if self._sorting is None:
                self._void = True
                return
            self._lines = lines
        kept = self._sorting.take(lines[self._taken :])
        self._taken = len(lines)
        if beyond(kept, self._width):  # the header gets further columns, and each row further cells
            self._forget()
            return
        rows = rows_of(kept, self._width, {})
        self._rows += rows
        if self._onward is not None:
            self._onward.take(rows)

    def made(self, grid: Grid) -> tuple[Idle, list[Row]] | None:
        """Return what was made of a grid: rows that are no orders, and the others; None where it can't be used."""
        if self._sorting is None or self._lines is not grid.rows or self._taken != len(grid.rows):
            return None
        return self._sorting.found, self._rows

    def _forget(self) -> None:
        """Let go of all rows, so that a sheet is not held twice while it is made at the end."""
        self._void, self._lines, self._sorting, self._rows = True, None, None, []
        if self._onward is not None:
            self._onward.forget()

    def _begun(self, lines: list[Line]) -> Sorting | None:
        """Find the header; None where none can be found, or where it is for a person to say what it means."""
        place = header_at(Grid(lines), self._mapping)
        if place is None:
            return None
        number, cells = lines[place]
        header = titles(cells)
        try:
            match = columns.match(header, self._mapping)
        except SheetError:
            return None
        self._taken, self._width = place + 1, len(header)
        if self._onward is not None:
            self._onward.begin(Sheet(self._path, header, match.columns, (), header_row=number))
        return Sorting(header, match.columns, {})
