"""The XML that Excel 2002 and 2003 wrote, and many a web program writes under the name of an .xls."""

import re
from contextlib import suppress
from datetime import datetime
from typing import Any
from xml.parsers.expat import ExpatError, ParserCreate

from bulkorders.errors import SheetError
from bulkorders.model.orders import Cell, ErrorCell
from bulkorders.sheet.reading.grid import Grid, Merge, Worksheet, blank
from bulkorders.sheet.reading.limits import Limits
from bulkorders.sheet.reading.marks import NO_VALUE

SPACE = "urn:schemas-microsoft-com:office:spreadsheet"
_EXACT = 1e15
"""Below this a workbook keeps every digit of a whole number."""

_WHOLE = re.compile(r"-?\d{1,15}")


class _Dtd(Exception):
    """The file holds a DTD."""


class Xml2003:
    """A workbook as one XML file."""

    def __init__(self, path: str, content: bytes, limits: Limits) -> None:
        """Read it. Raises SheetError `sheet.damaged`, `sheet.forbidden_xml` or `sheet.far_cell`."""
        self._path, self._limits = path, limits
        self.worksheets: list[Worksheet] = []
        self._grids: list[Grid] = []
        self._merged: list[Merge] = []
        self._row = self._column = 0
        self._cells: dict[int, Cell] = {}
        self._type: str | None = None
        self._text: list[str] = []
        parser = ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._take
        parser.StartDoctypeDeclHandler = _refuse
        try:
            parser.Parse(content, True)  # noqa: FBT003 - the parser's own way to say that this is all
        except ExpatError as error:
            raise SheetError("sheet.damaged", path=path, reason=str(error)) from error
        except _Dtd:
            raise SheetError("sheet.forbidden_xml", path=path, part="the file") from None

    def grid(self, worksheet: Worksheet) -> Grid:
        """Return the rows of a worksheet."""
        return self._grids[worksheet.index]

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        told = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        match name.rpartition(" ")[2]:
            case "Worksheet":
                title = told.get("Name", f"Sheet {len(self._grids) + 1}")
                self._grids.append(Grid([], title, frozenset(), merged=[]))
                self._row = 0
            case "Row":
                self._row = int(told.get("Index", self._row + 1))
                self._column, self._cells = -1, {}
                if told.get("Hidden") == "1" and self._grids:
                    grid = self._grids[-1]
                    grid.hidden_rows = {*grid.hidden_rows, self._row}
            case "Cell":
                self._begin_cell(told)
            case "Data":
                self._type, self._text = told.get("Type", "String"), []

    def _begin_cell(self, told: dict[str, str]) -> None:
        """Step to a cell; one that reaches further takes the places of others."""
        self._column = int(told["Index"]) - 1 if "Index" in told else self._column + 1
        wide, tall = int(told.get("MergeAcross", 0)), int(told.get("MergeDown", 0))
        if self._column >= self._limits.columns:
            cell = f"column {self._column + 1} of row {self._row}"
            raise SheetError(
                "sheet.far_cell", path=self._path, worksheet=self._grids[-1].worksheet, cell=cell
            )
        if tall and self._grids:
            merge = (self._row, self._row + tall, self._column, self._column + wide)
            self._grids[-1].merged = [*self._grids[-1].merged, merge]
        self._wide = wide
        if "Formula" in told:
            self._cells[self._column] = ErrorCell(NO_VALUE)  # unless its value follows

    def _take(self, text: str) -> None:
        if self._type is not None:
            self._text.append(text)

    def _end(self, name: str) -> None:
        match name.rpartition(" ")[2]:
            case "Data":
                value = _value(self._type or "String", "".join(self._text))
                self._cells.pop(self._column, None)
                if value is not None:
                    self._cells[self._column] = value
                self._type = None
            case "Cell":
                self._column += self._wide
            case "Row" if self._grids:
                width = max(self._cells, default=-1) + 1
                row = tuple(self._cells.get(column) for column in range(width))
                if not blank(row):
                    self._grids[-1].rows.append((self._row, row))
            case "Worksheet":
                index = len(self.worksheets)
                self.worksheets.append(Worksheet(self._grids[-1].worksheet or "", index, visible=True))


def _refuse(*_: Any) -> None:
    raise _Dtd


def _value(kind: str, text: str) -> Cell:
    """Return what a cell of this type holds."""
    match kind:
        case "Error":
            return ErrorCell(text)
        case "Boolean":
            return text.strip() == "1"
        case "Number":
            return _number(text.strip())
        case "DateTime":
            with suppress(ValueError):
                return datetime.fromisoformat(text.strip())
    return text or None


def _number(text: str) -> int | float:
    """Return a number, one without a fraction as int."""
    if _WHOLE.fullmatch(text):
        return int(text)
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < _EXACT else number
