"""Tables of a web page, which panels and web programs save under a workbook's name: each is a worksheet."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from bulkorders.errors import SheetError
from bulkorders.model.orders import Cell
from bulkorders.sheet.reading.encoding import decoded
from bulkorders.sheet.reading.grid import Grid, Merge, Worksheet, blank
from bulkorders.sheet.reading.limits import Limits

_CHARSET = re.compile(rb"""<meta[^>]*charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_HEAD = 4096
_SILENT = ("script", "style", "title")
_MOST = 1_000_000
"""What a cell may reach across at most, rows or columns: programs write 1048576 for a whole one."""


@dataclass(slots=True)
class _Table:
    """One table as it is being read: its rows, and the places that cells from above reach into."""

    rows: list[tuple[int, tuple[Cell, ...]]] = field(default_factory=list)
    merged: list[Merge] = field(default_factory=list)
    number: int = 0
    cells: dict[int, Cell] = field(default_factory=dict)
    reaching: dict[int, int] = field(default_factory=dict)
    at: int = 0
    text: list[str] | None = None
    spans: tuple[int, int] = (1, 1)

    def begin_row(self) -> None:
        """Begin the next row."""
        self.end_row()
        self.number += 1
        self.at = 0

    def end_row(self) -> None:
        """Keep the row that was being read."""
        width = max(self.cells, default=-1) + 1
        row = tuple(self.cells.get(column) for column in range(width))
        if not blank(row):
            self.rows.append((self.number, row))
        self.cells = {}

    def put(self, text: str, wide: int, tall: int) -> int:
        """Put a cell in the first free place of the row; return the last column it takes."""
        while self.reaching.get(self.at, 0) >= self.number:
            self.at += 1
        column, self.at = self.at, self.at + wide
        if text:
            self.cells[column] = text
        if tall > 1:
            last = self.number + tall - 1
            self.reaching.update(dict.fromkeys(range(column, self.at), last))
            self.merged.append((self.number, last, column, self.at - 1))
        return self.at - 1


class _Page(HTMLParser):
    """Gathers the tables of a page; one within a cell is a table of its own."""

    def __init__(self, columns: int) -> None:
        super().__init__(convert_charrefs=True)
        self._columns = columns
        self.far: tuple[int, int] | None = None
        self.tables: list[_Table] = []
        self._open: list[_Table] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a table, a row or a cell."""
        told = dict(attrs)
        if tag == "table":
            self._open.append(_Table())
            self.tables.append(self._open[-1])
        elif tag in _SILENT:
            self._silent += 1
        elif not self._open:
            return
        elif tag == "tr":
            self._end_cell()
            self._open[-1].begin_row()
        elif tag in ("td", "th"):
            self._end_cell()
            if not self._open[-1].number:
                self._open[-1].begin_row()
            self._open[-1].text = []
            self._open[-1].spans = _span(told.get("colspan")), _span(told.get("rowspan"))
        elif tag in ("br", "p", "div", "li"):
            self._add("\n")

    def handle_endtag(self, tag: str) -> None:
        """End what was begun."""
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in ("td", "th", "tr") and self._open:
            self._end_cell()
        elif tag == "table" and self._open:
            self._end_cell()
            self._open.pop().end_row()

    def handle_data(self, data: str) -> None:
        """Take the text of a cell."""
        self._add(_BLANKS.sub(" ", data))

    def close(self) -> None:
        """End the page, and what it leaves open."""
        super().close()
        while self._open:
            self._end_cell()
            self._open.pop().end_row()

    def _add(self, text: str) -> None:
        if self._open and self._open[-1].text is not None and not self._silent:
            self._open[-1].text.append(text)

    def _end_cell(self) -> None:
        table = self._open[-1]
        if table.text is None:
            return
        lines = "".join(table.text).replace("\u00a0", " ").split("\n")
        text = "\n".join(line.strip() for line in lines).strip()
        wide, tall = table.spans
        last = table.put(text, min(wide, self._columns), tall)
        table.text = None
        if last >= self._columns and text:
            self.far = self.far or (table.number, last)


class WebTables:
    """The tables of a page, as a workbook's worksheets."""

    def __init__(self, path: str, content: bytes, limits: Limits) -> None:
        """Read the page. Raises SheetError as `encoding.decoded` does, or `sheet.far_cell`."""
        self._path = path
        page = _Page(limits.columns)
        page.feed(_text(path, content))
        page.close()
        if page.far is not None:
            cell = f"column {page.far[1] + 1} of row {page.far[0]}"
            raise SheetError("sheet.far_cell", path=path, worksheet="Table 1", cell=cell)
        self._tables = [table for table in page.tables if table.rows]
        names = [f"Table {number}" for number in range(1, len(self._tables) + 1)]
        self.worksheets = [Worksheet(name, index, visible=True) for index, name in enumerate(names)]

    def grid(self, worksheet: Worksheet) -> Grid:
        """Return the rows of a table."""
        table = self._tables[worksheet.index]
        tall = [each for each in table.merged if each[0] < each[1]]
        return Grid(list(table.rows), worksheet.name, merged=tall)


def _span(told: str | None) -> int:
    """Return how many rows or columns a cell takes."""
    found = re.match(r"\s*(\d{1,7})", told or "")
    return min(max(1, int(found[1])), _MOST) if found else 1


def _text(path: str, content: bytes) -> str:
    """Return the page as text: as it says itself that it is encoded, where that is so."""
    told = _CHARSET.search(content[:_HEAD])
    if told is not None and not content.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode(told[1].decode("ascii"))
        except (LookupError, UnicodeDecodeError):
            pass  # what it says of itself is wrong
    return decoded(Path(path), content)[0]
