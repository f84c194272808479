"""Excel's tables around the rows of Orders: they grow with the rows, and their foot stays below them."""

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bulkorders.sheet.updating.book import Book
from bulkorders.sheet.updating.orders import Orders
from bulkorders.sheet.updating.package import Package, relations
from bulkorders.sheet.updating.tokens import column_of

AREA = re.compile(r"\$?([A-Z]{1,3})\$?(\d+):\$?([A-Z]{1,3})\$?(\d+)")
_TABLE = re.compile(r"<(?:\w+:)?table\b[^>]*>")
_REFERENCE = re.compile(r'(\bref=")([^"]*)(")')
_COLUMN = re.compile(r"<(?:\w+:)?tableColumn\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?tableColumn>)", re.DOTALL)
_CALCULATED = re.compile(r"<(?:\w+:)?calculatedColumnFormula\b[^>]*>([^<]*)<")
_NAMED = re.compile(r"\[[^\[\]]*\]|\"[^\"]*\"")
_PLACE = re.compile(r"\$?\b[A-Z]{1,3}\$?\d+\b|^\d+:\d+$")


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables that end with the last row.

    `foot` says whether that row is their row of totals. `parts` are their XML by part. `formulas` are what
    their calculated columns hold in every row, as it is written, by column (from 0).
    """

    parts: Mapping[str, str] = field(default_factory=dict)
    foot: bool = False
    formulas: Mapping[int, str] = field(default_factory=dict)

    def grown(self, orders: Orders, added: int) -> Iterator[tuple[str, bytes]]:
        """Give each table's XML reaching over so many more rows."""
        rows = orders.last - self.foot, orders.last
        for part, text in self.parts.items():
            yield part, _REFERENCE.sub(lambda found: _reaching(found, rows, added), text).encode("utf-8")


def tables_around(book: Book, orders: Orders) -> Tables:
    """Return the tables of the worksheet Orders that begin with its header and end with its last row."""
    parts: dict[str, str] = {}
    formulas: dict[int, str] = {}
    foot = False
    for kind, part in relations(book.package, orders.tab.part).values():
        if kind != "table" or not book.package.has(part):
            continue
        text = book.package.read(part).decode("utf-8")
        root = _TABLE.search(text)
        area = AREA.fullmatch(_attribute(root[0], "ref")) if root else None
        if root is None or area is None or 'tableType="queryTable"' in root[0]:
            continue
        if (int(area[2]), int(area[4])) == (orders.header_row, orders.last):
            parts[part] = text
            foot = foot or _attribute(root[0], "totalsRowCount") not in ("", "0")
            formulas |= _calculated(text, column_of(area[1].encode()))
    return Tables(parts, foot, formulas)


def named_elsewhere(package: Package, part: str, gone: Container[str]) -> bool:
    """Return whether anything names the table of this part, beside it and the parts that are gone.

    A formula or a pivot that names a table which is no more makes a workbook that programs call damaged.
    """
    root = _TABLE.search(package.read(part).decode("utf-8"))
    name = _attribute(root[0], "displayName") if root else ""
    marks = [f"{name}[".encode(), f'name="{name}"'.encode()]
    for other in package.infos:
        if other == part or other in gone or not other.endswith(".xml"):
            continue
        last = b""
        for piece in package.pieces(other):
            if name and any(mark in last + piece for mark in marks):
                return True
            last = piece[-len(marks[1]) :]
    return False


def _reaching(found: re.Match[str], ends: Sequence[int], added: int) -> str:
    area = AREA.fullmatch(found[2])
    if area is None or int(area[4]) not in ends:
        return found[0]
    return f"{found[1]}{area[1]}{area[2]}:{area[3]}{int(area[4]) + added}{found[3]}"


def _calculated(text: str, first: int) -> dict[int, str]:
    """Return the formulas of calculated columns, those that name a cell by its place left out."""
    found = {}
    for at, column in enumerate(_COLUMN.finditer(text), start=first):
        formula = _CALCULATED.search(column[1] or "")
        if formula is not None and not _PLACE.search(_plain(formula[1])):
            found[at] = formula[1]
    return found


def _plain(formula: str) -> str:
    """Return a formula without names in brackets and texts."""
    before = ""
    while before != formula:
        before, formula = formula, _NAMED.sub("", formula)
    return formula


def _attribute(element: str, name: str) -> str:
    found = re.search(rf'\s{name}="([^"]*)"', element)
    return found[1] if found else ""
