"""Worksheets of an .xlsx or .xlsm file read into grids, guarded before the fast reader sees them."""

import io
from collections.abc import Iterator, Sequence

from python_calamine import CalamineError, CalamineWorkbook

from bulkorders.errors import SheetError
from bulkorders.model.orders import Cell, ErrorCell
from bulkorders.sheet.reading.grid import Grid, blank
from bulkorders.sheet.reading.limits import Limits
from bulkorders.sheet.reading.marks import Marks, Refused, find_marks
from bulkorders.sheet.reading.package import Package, Worksheet

ALSO_PARSED = ("xl/sharedStrings.xml", "xl/styles.xml")
WHOLE = 10.0**18
"""Numbers below this are given as integers where they have no fraction, as all were written by people."""

LEAST, SPARSE = 15, 4
"""Bytes of XML a cell with a value takes at least; how many places a large area may have for each."""

Line = tuple[int, tuple[Cell, ...]]


class Workbook:
    """An opened workbook: its worksheets, each read when asked for.

    Takes the bytes of the file, so that it may as well run in another process. Raises the SheetErrors of
    `Package`; `grid` further raises `sheet.far_cell` (`worksheet`, `cell`), `sheet.forbidden_xml` (`part`)
    and `sheet.damaged` (`reason`).
    """

    def __init__(self, path: str, content: bytes, limits: Limits) -> None:
        self._package = Package(path, content, limits)
        self._limits = limits
        self._reader: CalamineWorkbook | None = None

    @property
    def worksheets(self) -> Sequence[Worksheet]:
        """The worksheets in the workbook's order."""
        return self._package.worksheets

    def get(self, name: str) -> Worksheet | None:
        """Return the worksheet of this name; failing that, one that differs by case or outer blanks alone."""
        for worksheet in self.worksheets:
            if worksheet.name == name:
                return worksheet
        wanted = name.strip().casefold()
        alike = [each for each in self.worksheets if each.name.strip().casefold() == wanted]
        return alike[0] if len(alike) == 1 else None

    def grid(self, worksheet: Worksheet) -> Grid:
        """Return the rows of a worksheet that are not blank.

        Values come as they were entered: text as text, whole numbers as int, dates as dates; an error cell
        and a formula saved without its value as an ErrorCell, never as an empty cell.
        """
        marks = self._marks(worksheet)
        rows = [line for line in _with_errors(self._values(worksheet), marks.errors) if not blank(line[1])]
        return Grid(rows, worksheet.name, frozenset(marks.hidden_rows), tuple(marks.hidden_columns))

    def _marks(self, worksheet: Worksheet) -> Marks:
        """Go over the worksheet's XML, and refuse one whose values lie impossibly far apart."""
        try:
            marks = find_marks(self._package.pieces(worksheet.part), self._limits.columns)
        except Refused as refused:
            if refused.kind == "dtd":
                raise self._package.forbidden(worksheet.part) from None
            if refused.kind == "far":
                raise self._far(worksheet, refused.detail) from None
            raise self._package.damaged(f"{worksheet.part}: {refused.detail}") from refused
        area = marks.rows * marks.columns
        if area > self._limits.area and area > self._package.size(worksheet.part) // LEAST * SPARSE:
            raise self._far(worksheet, marks.last)
        return marks

    def _far(self, worksheet: Worksheet, cell: str) -> SheetError:
        return SheetError("sheet.far_cell", path=self._package.path, worksheet=worksheet.name, cell=cell)

    def _values(self, worksheet: Worksheet) -> Iterator[Line]:
        """Give all rows with their numbers, as the fast reader has them."""
        try:
            sheet = self._opened().get_sheet_by_name(worksheet.name)
            margin: list[Cell] = [None] * (sheet.start[1] if sheet.start else 0)
            for number, cells in enumerate(sheet.iter_rows(), start=1):
                yield number, tuple(margin + _cells(cells))
        except (CalamineError, OSError, ValueError, OverflowError) as error:
            raise self._package.damaged(f"{worksheet.part}: {error}") from error
        except BaseException as error:
            if type(error).__name__ != "PanicException":  # the reader's own crash derives from BaseException
                raise
            raise self._package.damaged(f"{worksheet.part}: {error}") from error

    def _opened(self) -> CalamineWorkbook:
        """Return the fast reader, once the other parts it unpacks have been found sound."""
        if self._reader is None:
            for part in ALSO_PARSED:
                if self._package.has(part):
                    self._package.check(part)
            self._reader = CalamineWorkbook.from_filelike(io.BytesIO(self._package.content))
        return self._reader


def _cells(cells: Sequence[Cell]) -> list[Cell]:
    """Return cells as people entered them: the fast reader has floats for all numbers and "" for no value."""
    return [
        (cell or None)
        if cell.__class__ is str
        else int(cell)
        if cell.__class__ is float and cell.is_integer() and -WHOLE < cell < WHOLE
        else cell
        for cell in cells
    ]


def _with_errors(lines: Iterator[Line], errors: dict[tuple[int, int], str]) -> Iterator[Line]:
    """Give the rows with their errors put in, for which the fast reader has an empty cell or none at all."""
    by_row: dict[int, dict[int, str]] = {}
    for (row, column), text in errors.items():
        by_row.setdefault(row + 1, {})[column] = text
    for number, cells in lines:
        found = by_row.pop(number, None)
        yield (number, _put(cells, found)) if found else (number, cells)
    for number in sorted(by_row):
        yield number, _put((), by_row[number])


def _put(cells: Sequence[Cell], errors: dict[int, str]) -> tuple[Cell, ...]:
    """Return a row with its errors in their places."""
    row = [*cells, *[None] * (max(errors) + 1 - len(cells))]
    for column, text in errors.items():
        row[column] = ErrorCell(text)
    return tuple(row)
