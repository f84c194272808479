"""What a user put on a worksheet of ours that is written anew: widths, the view, columns and rows of their own."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bulkorders.sheet.columns import IN_DOUBT_SHEET, KEY_COLUMN, RUNS_SHEET, SERVICES_SHEET, TO_FIX_SHEET
from bulkorders.sheet.results.doubts import NOTHING
from bulkorders.sheet.updating.book import Book, Tab
from bulkorders.sheet.updating.orders import numbered
from bulkorders.sheet.updating.tokens import CellXml, Tokens, WorksheetXml

IDENTITY: Mapping[str, Sequence[str]] = {
    TO_FIX_SHEET: (KEY_COLUMN,),
    IN_DOUBT_SHEET: ("Order key", "What"),
    SERVICES_SHEET: ("Service", "Account"),
    RUNS_SHEET: ("Run", "Currency"),
}
"""By worksheet: the columns by which a row of it is known again."""

FOOT = "This run"
FOOT_LINES = 4
PAGE_WIDTH = 13
"""The last heading of the Summary, how many rows stand below it, and how many columns the page has."""

SEARCHED = 50
_COLUMN = re.compile(rb"<(?:\w+:)?col\b[^>]*?/?>")
_VIEWS = re.compile(rb"<(?:\w+:)?sheetViews\b.*?</(?:\w+:)?sheetViews>", re.DOTALL)

Title = tuple[str, int]
"""A column's header, and which of those with this header it is."""

Identity = tuple[str, ...]


@dataclass(slots=True)
class Frame:
    """How a worksheet of ours is laid out: its header row, its columns by title, where its rows end.

    A page has no header: its columns are known by their places, its rows by their numbers.
    """

    header_row: int
    titles: dict[Title, int]
    rows: dict[Identity, int] = field(default_factory=dict)
    last: int = 0


@dataclass(slots=True)
class Additions:
    """What is the user's, of the worksheet as it was.

    `ours` are the columns that are not. `cells` are those in columns of theirs,
    by the identity of their row; `headers` those of the header row.
    `below` are whole rows of theirs by number. `columns` are the attributes of each column.
    """

    name: str
    frame: Frame
    tokens: Tokens
    ours: frozenset[int]
    views: bytes = b""
    columns: dict[int, bytes] = field(default_factory=dict)
    headers: list[CellXml] = field(default_factory=list)
    cells: dict[Identity, tuple[int, list[CellXml]]] = field(default_factory=dict)
    below: dict[int, bytes] = field(default_factory=dict)

    @property
    def users(self) -> list[int]:
        """The columns that are the user's."""
        found = {cell.column for cell in self.headers}
        return sorted(found.union(cell.column for _, cells in self.cells.values() for cell in cells))


def frame_of(book: Book, tab: Tab) -> Frame | None:
    """Return how a worksheet of ours is laid out; None where its header is not found."""
    if tab.name not in IDENTITY:
        return _page(book, tab)
    frame: Frame | None = None
    sheet = WorksheetXml(book.package.pieces(tab.part))
    for number, row in numbered(sheet):
        cells = sheet.tokens.cells_of(row)
        if frame is None:
            titles = counted({cell.column: (book.value(sheet.tokens, cell) or "").strip() for cell in cells})
            if all((title, 1) in titles for title in IDENTITY[tab.name]):
                frame = Frame(number, titles, last=number)
            elif number > SEARCHED:
                break
            continue
        identity = identity_of(book, sheet.tokens, cells, frame, tab.name)
        if identity is not None:
            frame.rows.setdefault(identity, number)
            frame.last = number
        elif frame.last == number - 1 and _nothing(book, sheet.tokens, cells):
            frame.last = number
    return frame


def _page(book: Book, tab: Tab) -> Frame | None:
    """Return where the Summary ends: below its last heading."""
    sheet = WorksheetXml(book.package.pieces(tab.part))
    end = 0
    for number, row in numbered(sheet):
        if any(book.value(sheet.tokens, cell) == FOOT for cell in sheet.tokens.cells_of(row)[:3]):
            end = number + FOOT_LINES
    return Frame(0, {}, last=end) if end else None


def counted(titles: Mapping[int, str]) -> dict[Title, int]:
    """Return columns by their titles, those that repeat with a count."""
    seen: dict[str, int] = {}
    found: dict[Title, int] = {}
    for column, title in sorted(titles.items()):
        if title:
            seen[title] = seen.get(title, 0) + 1
            found[title, seen[title]] = column
    return found


def identity_of(
    book: Book, tokens: Tokens, cells: Sequence[CellXml], frame: Frame, name: str
) -> Identity | None:
    """Return what a row is known by; None for one that is not ours."""
    there = {cell.column: cell for cell in cells}
    shown = []
    for title in IDENTITY[name]:
        cell = there.get(frame.titles[title, 1])
        shown.append((book.value(tokens, cell) or "") if cell is not None else "")
    return tuple(shown) if shown[0] else None


def _nothing(book: Book, tokens: Tokens, cells: Sequence[CellXml]) -> bool:
    return any(book.value(tokens, cell) == NOTHING for cell in cells[:1])


def additions_of(book: Book, tab: Tab, fresh: Frame, known: Sequence[str]) -> Additions | None:
    """Return what the user put on a worksheet; None where it can't be told from ours.

    `fresh` is the frame of the one to come; `known` are titles that are no additions, whatever else they are.
    """
    frame = frame_of(book, tab)
    if frame is None:
        return None
    titles = frame.titles.items()
    ours = frozenset(at for title, at in titles if title in fresh.titles or title[0] in known)
    if not frame.header_row:
        ours = frozenset(range(PAGE_WIDTH))
    sheet = WorksheetXml(book.package.pieces(tab.part))
    views, columns = _views(sheet.head), _columns(sheet.head)
    found = Additions(tab.name, frame, sheet.tokens, ours, views, columns)
    for number, row in numbered(sheet):
        _sort_row(book, found, number, row)
    return found


def _sort_row(book: Book, found: Additions, number: int, row: bytes) -> None:
    """Put what is the user's in a row where it belongs."""
    frame, tokens = found.frame, found.tokens
    if tokens.cell_end not in row:
        return
    cells = tokens.cells_of(row)
    theirs = [cell for cell in cells if cell.column not in found.ours and cell.inner]
    if number == frame.header_row:
        found.headers = theirs
    elif not frame.header_row:
        if number > frame.last:
            found.below[number] = row
        elif theirs:
            found.cells[str(number),] = (number, theirs)
    elif number < frame.header_row:
        found.below[number] = row
    elif (identity := identity_of(book, tokens, cells, frame, found.name)) is not None:
        if theirs and identity not in found.cells:
            found.cells[identity] = (number, theirs)
    elif number > frame.last or not _nothing(book, tokens, cells):
        found.below[number] = row


def _views(head: bytes) -> bytes:
    """Return how the worksheet is shown: its zoom, what is frozen, which cell is chosen."""
    found = _VIEWS.search(head)
    return re.sub(rb"<(/?)\w+:(?=\w)", rb"<\1", found[0]) if found else b""


def _columns(head: bytes) -> dict[int, bytes]:
    """Return the attributes of each column but for which it is."""
    found: dict[int, bytes] = {}
    for each in _COLUMN.findall(head):
        first, last = (re.search(rb'\b%b="(\d+)"' % name, each) for name in (b"min", b"max"))
        if first is None or last is None:
            continue
        rest = b" ".join(re.findall(rb'\b(?!min=|max=)[a-zA-Z]+="[^"]*"', each))
        for column in range(int(first[1]) - 1, min(int(last[1]), 200)):
            found[column] = rest
    return found
