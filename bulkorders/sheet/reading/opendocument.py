"""Worksheets of an .ods read in one pass over its XML: values, errors, what is hidden or merged."""

from collections.abc import Iterator, Sequence
from xml.parsers import expat  # a DTD, and with it every entity, is refused by `_Pass`

from bulkorders.errors import SheetError
from bulkorders.model.orders import Cell
from bulkorders.sheet.reading import open_values
from bulkorders.sheet.reading.archive import Archive
from bulkorders.sheet.reading.grid import Grid, Merge, Worksheet, blank
from bulkorders.sheet.reading.limits import Limits
from bulkorders.sheet.reading.marks import LAST_ROW, letters_of
from bulkorders.sheet.reading.open_names import (
    OFFICE_ANNOTATION,
    STYLE_NAME,
    STYLE_STYLE,
    STYLE_TABLE_PROPERTIES,
    TABLE_COVERED_TABLE_CELL,
    TABLE_DISPLAY,
    TABLE_NAME,
    TABLE_NUMBER_COLUMNS_REPEATED,
    TABLE_NUMBER_COLUMNS_SPANNED,
    TABLE_NUMBER_ROWS_REPEATED,
    TABLE_NUMBER_ROWS_SPANNED,
    TABLE_STYLE_NAME,
    TABLE_TABLE,
    TABLE_TABLE_CELL,
    TABLE_TABLE_COLUMN,
    TABLE_TABLE_ROW,
    TABLE_VISIBILITY,
    TEXT_C,
    TEXT_LINE_BREAK,
    TEXT_NOTE,
    TEXT_P,
    TEXT_RUBY_TEXT,
    TEXT_S,
    TEXT_TAB,
)

CONTENT, MANIFEST = "content.xml", "META-INF/manifest.xml"
PROTECTED = b"encryption-data"

CELLS = frozenset((TABLE_TABLE_CELL, TABLE_COVERED_TABLE_CELL))
UNSEEN = frozenset(("collapse", "filter"))
BLANKS = {TEXT_TAB: "\t", TEXT_LINE_BREAK: "\n"}


class OpenDocument:
    """An opened .ods. Raises the SheetErrors of `Archive`, `sheet.encrypted` and `sheet.far_cell`."""

    def __init__(self, path: str, content: bytes, limits: Limits) -> None:
        self._archive = Archive(path, content, limits, lambda part: part == CONTENT)
        if self._archive.has(MANIFEST) and PROTECTED in b"".join(self._archive.pieces(MANIFEST)):
            raise SheetError("sheet.encrypted", path=path)
        tables = list(self._tables(limits))
        self.worksheets: Sequence[Worksheet] = [
            Worksheet(table.name, index, table.visible) for index, table in enumerate(tables)
        ]
        self._grids = [table.grid() for table in tables]

    def grid(self, worksheet: Worksheet) -> Grid:
        """Return the rows of a worksheet that are not blank."""
        return self._grids[worksheet.index]

    def _tables(self, limits: Limits) -> Iterator["_Table"]:
        """Give the worksheets with their rows."""
        current = _Pass(limits)
        try:
            for piece in self._archive.pieces(CONTENT):
                current.parser.Parse(piece, False)  # noqa: FBT003 - expat takes no keywords
            current.parser.Parse(b"", True)  # noqa: FBT003 - expat takes no keywords
        except _Forbidden:
            raise self._archive.forbidden(CONTENT) from None
        except _Far as far:
            where = self._archive.path
            raise SheetError("sheet.far_cell", path=where, worksheet=far.worksheet, cell=far.cell) from None
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise self._archive.damaged(f"{CONTENT}: {error}") from error
        return iter(current.tables)


class _Forbidden(Exception):
    """The XML declares a document type."""


class _Far(Exception):
    """A value stands too far from all others."""

    def __init__(self, worksheet: str, cell: str) -> None:
        super().__init__(worksheet, cell)
        self.worksheet = worksheet
        self.cell = cell


class _Table:
    """One worksheet while it is read. Rows and columns that repeat are counted, never laid out unless valued."""

    def __init__(self, name: str, limits: Limits, *, visible: bool) -> None:
        self.name = name
        self.visible = visible
        self._limits = limits
        self._rows: list[tuple[int, tuple[Cell, ...]]] = []
        self._hidden: set[int] = set()
        self._hidden_columns: list[tuple[int, int]] = []
        self._merged: list[Merge] = []
        self._laid = 0
        self._number = 0
        self._columns = 0
        self._again = 1
        self._unseen = False
        self.cells: list[Cell] = []
        self._empty = 0

    def add_columns(self, count: int, *, hidden: bool) -> None:
        """Take note of columns, from left to right."""
        if hidden:
            self._hidden_columns.append((self._columns, self._columns + count - 1))
        self._columns += count

    def begin_row(self, count: int, *, hidden: bool) -> None:
        """Begin a row that stands so many times."""
        self._again, self._unseen = count, hidden
        self.cells, self._empty = [], 0

    def add_cells(self, value: Cell, count: int, spanned: tuple[int, int]) -> None:
        """Add a cell that stands so many times; `spanned` are the rows and columns it covers."""
        if value is None:
            self._empty += count
            return
        column = len(self.cells) + self._empty
        self._lay(count * self._again + self._empty)
        if column + count > self._limits.columns or self._number >= LAST_ROW:
            raise _Far(self.name, f"{letters_of(column)}{self._number + 1}")
        self.cells += [None] * self._empty
        self._empty = 0
        self.cells += [value] * count
        if spanned[0] > 1:
            first = self._number + 1
            self._merged.append((first, self._number + spanned[0], column, column + spanned[1] - 1))

    def end_row(self) -> None:
        """End a row: it is kept where something stands in it, as often as it stands there."""
        if self.cells and not blank(self.cells):
            line = tuple(self.cells)
            self._rows += [(self._number + each, line) for each in range(1, self._again + 1)]
            if self._unseen:
                self._hidden.update(range(self._number + 1, self._number + self._again + 1))
        self._number += self._again

    def grid(self) -> Grid:
        """Return the rows that are not blank."""
        return Grid(self._rows, self.name, frozenset(self._hidden), tuple(self._hidden_columns), self._merged)

    def _lay(self, count: int) -> None:
        """Refuse cells that repeat beyond what any sheet of orders holds."""
        self._laid += count
        if self._laid > self._limits.area:
            raise _Far(self.name, f"{letters_of(len(self.cells))}{self._number + 1}")


class _Pass:
    """The state of one pass over the content: which worksheet, row, cell and paragraph it is in."""

    def __init__(self, limits: Limits) -> None:
        self.tables: list[_Table] = []
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self._limits = limits
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._depth = 0  # within a cell, counted from the cell
        self._within = 0  # tables in tables
        self._told: dict[str, str] = {}
        self._covered = False
        self._texts: list[str] = []
        self._paragraphs = 0

    def _refuse(self, *_: object) -> None:
        raise _Forbidden

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._depth:
            self._start_inside(name, attributes)
        elif name in CELLS and self._within == 1:
            self._told, self._covered = attributes, name != TABLE_TABLE_CELL
            self._depth, self._paragraphs = 1, 0
            self._texts.clear()
        else:
            self._start_outside(name, attributes)

    def _start_inside(self, name: str, attributes: dict[str, str]) -> None:
        """Listen to the paragraphs of a cell, and to what stands for blanks in them; not to its remarks."""
        self._depth += 1
        if self._depth == 2 and name == TEXT_P:  # noqa: PLR2004 - right below the cell
            if self._paragraphs:
                self._texts.append("\n")
            self._paragraphs += 1
            self.parser.CharacterDataHandler = self._listen
        elif name == TEXT_S and self.parser.CharacterDataHandler:
            self._texts.append(" " * min(int(attributes.get(TEXT_C, 1)), 32_767))
        elif name in BLANKS and self.parser.CharacterDataHandler:
            self._texts.append(BLANKS[name])
        elif name in (OFFICE_ANNOTATION, TEXT_RUBY_TEXT, TEXT_NOTE):
            self.parser.CharacterDataHandler = None

    def _listen(self, text: str) -> None:
        self._texts.append(open_values.collapsed(text))

    def _start_outside(self, name: str, told: dict[str, str]) -> None:
        """Take note of worksheets, their columns and rows, and of styles that hide a worksheet."""
        if name == TABLE_TABLE:
            self._within += 1
            if self._within == 1:
                visible = told.get(TABLE_STYLE_NAME, "") not in self._hidden_styles
                self.tables.append(_Table(told.get(TABLE_NAME, ""), self._limits, visible=visible))
        elif name == STYLE_STYLE:
            self._style = told.get(STYLE_NAME, "")
        elif name == STYLE_TABLE_PROPERTIES and told.get(TABLE_DISPLAY) == "false":
            self._hidden_styles.add(self._style)
        elif self._within == 1 and name == TABLE_TABLE_ROW:
            hidden = told.get(TABLE_VISIBILITY) in UNSEEN
            self.tables[-1].begin_row(_count(told, TABLE_NUMBER_ROWS_REPEATED), hidden=hidden)
        elif self._within == 1 and name == TABLE_TABLE_COLUMN:
            hidden = told.get(TABLE_VISIBILITY) in UNSEEN
            self.tables[-1].add_columns(_count(told, TABLE_NUMBER_COLUMNS_REPEATED), hidden=hidden)

    def _end(self, name: str) -> None:
        if self._depth:
            self._end_inside(name)
        elif name == TABLE_TABLE:
            self._within -= 1
        elif name == TABLE_TABLE_ROW and self._within == 1:
            self.tables[-1].end_row()

    def _end_inside(self, name: str) -> None:
        """Settle the cell that ends, or go on where a paragraph or a remark in it ends."""
        self._depth -= 1
        if name == TEXT_P and self._depth == 1:
            self.parser.CharacterDataHandler = None
        elif name in (TEXT_RUBY_TEXT, TEXT_NOTE) and self._depth > 1:
            self.parser.CharacterDataHandler = self._listen
        if self._depth:
            return
        told = self._told
        value = None
        if not self._covered and (told or self._paragraphs):
            value = open_values.value(told, "".join(self._texts), paragraphs=self._paragraphs)
        spanned = _count(told, TABLE_NUMBER_ROWS_SPANNED), _count(told, TABLE_NUMBER_COLUMNS_SPANNED)
        self.tables[-1].add_cells(value, _count(told, TABLE_NUMBER_COLUMNS_REPEATED), spanned)


def _count(told: dict[str, str], name: str) -> int:
    """Return how often something stands there; at least once."""
    if name not in told:
        return 1
    return max(int(told.get(name, 1)), 1)
