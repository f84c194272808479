"""What the fast reader gives, with what it leaves out put in: errors for which it has empty cells."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from bulkorders.errors import SheetError
from bulkorders.model.orders import Cell, ErrorCell
from bulkorders.sheet.reading.grid import Flow, Line, Worksheet, blank
from bulkorders.sheet.reading.limits import Limits
from bulkorders.sheet.reading.marks import Marks, Refused, letters_of

WHOLE = 10.0**18
"""Numbers below this are given as integers where they have no fraction, as all were written by people."""

FEW = 2
"""How often each value of a column must stand in it, on the average, to be worth sharing."""

LEAST, SPARSE = 15, 4
"""Bytes of XML a cell with a value takes at least; how many places a large area may have for each."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is wrong: the file as errors call it, the worksheet, and the part that holds it."""

    path: str
    worksheet: str
    part: str

    def refused(self, refused: Refused) -> SheetError:
        """Return the error for a worksheet whose marks could not be found."""
        if refused.kind == "dtd":
            return SheetError("sheet.forbidden_xml", path=self.path, part=self.part)
        if refused.kind == "far":
            return self.far(refused.detail)
        return self.damaged(refused.detail)

    def far(self, cell: str) -> SheetError:
        """Return the error for a value that stands impossibly far from all others."""
        return SheetError("sheet.far_cell", path=self.path, worksheet=self.worksheet, cell=cell)

    def damaged(self, reason: object) -> SheetError:
        """Return the error for a worksheet that can't be read to its end."""
        return SheetError("sheet.damaged", path=self.path, reason=f"{self.part}: {reason}")


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the values of a worksheet may reach, whose records take `size` bytes."""

    limits: Limits
    size: int

    def check(self, rows: int, columns: int, last: str, place: Place) -> None:
        """Refuse a worksheet whose values lie impossibly far apart; `last` is the cell that is named."""
        area = rows * columns
        if columns > self.limits.columns or (area > self.limits.area and area > self.size // LEAST * SPARSE):
            raise place.far(last)


class FastReader:
    """The fast reader over the bytes of a workbook of any kind."""

    def __init__(self, content: bytes, place: Place | None = None) -> None:
        self._content = content
        self._opened: CalamineWorkbook | None = None
        self._place = place

    def listed(self) -> list[tuple[str, bool]]:
        """Return the name of each sheet, and whether it is shown."""
        place = self._place or Place("", "", "")
        with _Caught(place):
            shown = SheetVisibleEnum.Visible
            return [(each.name, each.visible == shown) for each in self._workbook().sheets_metadata]

    def pieces(self, worksheet: str, reach: Reach, place: Place, count: int) -> Iterator[list[Line]]:
        """Give all rows with their numbers, so many at once."""
        with _Caught(place):
            sheet = self._workbook().get_sheet_by_name(worksheet)
            if sheet.end is not None:
                row, column = sheet.end
                reach.check(row + 1, column + 1, f"{letters_of(column)}{row + 1}", place)
            margin: list[Sequence[Cell]] = [(None,) * count] * (sheet.start[1] if sheet.start else 0)
            rows, number = sheet.iter_rows(), 1
            while piece := list(islice(rows, count)):
                columns = margin + [_entered(column) for column in zip(*piece, strict=True)]
                yield list(zip(range(number, number + len(piece)), zip(*columns, strict=False), strict=False))
                number += len(piece)

    def _workbook(self) -> CalamineWorkbook:
        if self._opened is None:
            self._opened = CalamineWorkbook.from_filelike(io.BytesIO(self._content))
        return self._opened


class _Caught:
    """Turns what the fast reader raises, its own crashes included, into one error."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, (CalamineError, OSError, ValueError, OverflowError)):
            raise self._place.damaged(error) from error
        if kind is not None and kind.__name__ == "PanicException":  # it derives from BaseException
            raise self._place.damaged(error) from error


def grid(reader: FastReader, worksheet: Worksheet, marks: Marks, reach: Reach, place: Place) -> Flow:
    """Return the rows of a worksheet that are not blank, its errors in their places."""

    def made(count: int) -> Iterator[list[Line]]:
        for piece in _with_errors(reader.pieces(worksheet.name, reach, place, count), marks.errors):
            yield [line for line in piece if not blank(line[1])]

    return Flow(made, frozenset(marks.hidden_rows), tuple(marks.hidden_columns), tuple(marks.merged))


def _entered(column: Sequence[Any]) -> Sequence[Cell]:
    """Return cells of a column as people entered them: the fast reader has floats for all numbers and "" for no value.

    Values that repeat become one, of which there are many: service, quantity, client.
    """
    kinds = set(map(type, column))
    if kinds == {str}:
        return _shared(column)
    if kinds == {float} and all(map(float.is_integer, column)) and max(map(abs, column)) < WHOLE:
        return _shared(list(map(int, column)))
    return [_as_entered(cell) for cell in column]


def _as_entered(cell: Cell) -> Cell:
    """Return one cell as it was entered."""
    if isinstance(cell, float) and cell.is_integer() and -WHOLE < cell < WHOLE:
        return int(cell)
    return None if cell == "" else cell


def _shared(column: Sequence[str] | Sequence[int]) -> Sequence[Cell]:
    """Return cells of one type with None for "" and one value for all that are alike, where there are many."""
    one: dict[Cell, Cell] = dict(zip(column, column, strict=True))
    if "" in one:
        one[""] = None
    elif len(one) * FEW > len(column):
        return column
    return [one[cell] for cell in column]


def _with_errors(pieces: Iterator[list[Line]], errors: dict[tuple[int, int], str]) -> Iterator[list[Line]]:
    """Give the rows with their errors put in, for which the fast reader has an empty cell or none at all."""
    by_row: dict[int, dict[int, str]] = {}
    for (row, column), text in errors.items():
        by_row.setdefault(row + 1, {})[column] = text
    for piece in pieces:
        if by_row:
            yield [
                (number, _put(cells, by_row.pop(number)) if number in by_row else cells)
                for number, cells in piece
            ]
        else:
            yield piece
    yield [(number, _put((), by_row[number])) for number in sorted(by_row)]


def _put(cells: Sequence[Cell], errors: dict[int, str]) -> tuple[Cell, ...]:
    """Return a row with its errors in their places."""
    row = [*cells, *[None] * (max(errors) + 1 - len(cells))]
    for column, text in errors.items():
        row[column] = ErrorCell(text)
    return tuple(row)
