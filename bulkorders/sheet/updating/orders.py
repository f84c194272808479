"""The worksheet Orders of an existing workbook, read once: its header, and what its hidden cells hold."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bulkorders.sheet import markers
from bulkorders.sheet.columns import KEY_COLUMN
from bulkorders.sheet.markers import KEY, MARKER, ROW, Found, Written, marked_on, target_of
from bulkorders.sheet.updating.book import Book, Tab
from bulkorders.sheet.updating.joining import Kept
from bulkorders.sheet.updating.tokens import CellXml, Tokens, WorksheetXml, row_number
from bulkorders.sheet.updating.unfit import Unfit

SEARCHED = 50
"""Rows among which the header is looked for."""


@dataclass(frozen=True, slots=True)
class Orders:
    """The worksheet as it is. Rows and columns of `header_row` and `found` count from 1 and 0, as everywhere.

    `kept` are its rows below the header that have a key, a mark or a state; `last` is the number of the
    last row with anything in it, `width` the count of its columns.
    """

    tab: Tab
    titles: Sequence[str]
    header_row: int
    found: Found
    written: Written
    kept: Sequence[Kept]
    last: int
    width: int


def numbered(sheet: WorksheetXml) -> Iterator[tuple[int, bytes]]:
    """Give the rows with their numbers; one that does not say it follows the one before."""
    number = 0
    start_of = sheet.tokens.row_start.match
    for row in sheet.rows():
        start = start_of(row)
        number = (row_number(start[1]) if start else None) or number + 1
        yield number, row


def read_orders(book: Book, columns: Sequence[tuple[str, str]]) -> Orders:
    """Read the worksheet Orders. Raises Unfit where its key column is gone, or it isn't clear which is ours."""
    tab = book.orders()
    sheet = WorksheetXml(book.package.pieces(tab.part))
    rows = numbered(sheet)
    header_row, titles = _header(book, sheet, rows, tab)
    written = Written(columns, marked_on(book.names, tab.name, header_row - 1))
    found = markers.find(titles, written)
    if KEY not in found.ours:
        raise Unfit("workbook.no_key")
    if found.unclear:
        raise Unfit("workbook.unclear", columns=list(found.unclear))
    kept, last = _rows(book, sheet, rows, found.ours)
    return Orders(tab, titles, header_row, found, written, kept, max(last, header_row), len(titles))


def _header(
    book: Book, sheet: WorksheetXml, rows: Iterator[tuple[int, bytes]], tab: Tab
) -> tuple[int, list[str]]:
    """Return the row of the header and its titles: where our key column's header or its marker stands."""
    targets = (target_of(reference) for name, reference in book.names.items() if name.startswith(MARKER))
    marked = {target[1] + 1 for target in targets if target and target[0] == tab.name}

    for number, row in rows:
        shown: list[str] = []
        for cell in sheet.tokens.cells_of(row):
            shown += [""] * (cell.column + 1 - len(shown))
            shown[cell.column] = book.value(sheet.tokens, cell) or ""
        if any(title.strip() == KEY_COLUMN for title in shown):
            return number, shown
        if number in marked or number > SEARCHED:
            break
    raise Unfit("workbook.no_key")


def _rows(
    book: Book, sheet: WorksheetXml, rows: Iterator[tuple[int, bytes]], ours: Mapping[str, int]
) -> tuple[list[Kept], int]:
    """Return the rows with what their hidden cells hold, and the last with anything in it."""
    tokens = sheet.tokens
    wanted = [(name, ours[name]) for name in (KEY, ROW, "state") if name in ours]
    kept: list[Kept] = []
    last = 0
    for number, row in rows:
        if tokens.cell_end not in row:
            continue  # nothing stands in it
        last = number
        if tokens.named(row):
            shown = [_shown(book, tokens, row, column, number) for _, column in wanted]
        else:
            there = {cell.column: cell for cell in tokens.cells_of(row)}
            shown = [
                book.value(tokens, there[column]) or "" if column in there else "" for _, column in wanted
            ]
        told = dict(zip((name for name, _ in wanted), shown, strict=True))
        kept.append(Kept(number, told.get(KEY, ""), told.get(ROW, ""), told.get("state", "")))
    return kept, last


def _shown(book: Book, tokens: Tokens, row: bytes, column: int, number: int) -> str:
    """Return the text of one cell of a row whose cells carry their names."""
    place = tokens.cell_at(row, column, b"%d" % number)
    if place is None or place[2] == place[3]:
        return ""
    start, tag, inner, end = place
    return book.value(tokens, CellXml(column, start, end, row[start:tag], row[tag + 1 : inner])) or ""
