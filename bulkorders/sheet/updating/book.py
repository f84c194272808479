"""What an existing workbook is made of: its worksheets, hidden names, and what it keeps of itself."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from bulkorders.sheet.columns import HIDDEN_SHEET, ORDERS_SHEET
from bulkorders.sheet.markers import MARKER, Written, marked_on, target_of
from bulkorders.sheet.updating.package import Package, relations, tree
from bulkorders.sheet.updating.tokens import CellXml, Tokens, WorksheetXml
from bulkorders.sheet.updating.unfit import Unfit

WORKBOOK = "xl/workbook.xml"
_STRICT = b"purl.oclc.org/ooxml"
_SIGNED = "_xmlsignatures/"


@dataclass(frozen=True, slots=True)
class Tab:
    """One worksheet: its name, its part, and its place among all tabs (from 0)."""

    name: str
    part: str
    at: int


class Book:
    """An existing workbook, opened to be changed."""

    def __init__(self, package: Package) -> None:
        """Look at what it is made of. Raises Unfit where it is signed or written in a way that isn't known."""
        self.package = package
        if any(name.startswith(_SIGNED) for name in package.infos):
            raise Unfit("workbook.signed")
        self.workbook = package.read(WORKBOOK)
        if _STRICT in self.workbook[:4000]:
            raise Unfit("workbook.unread", reason="it is saved as Strict Open XML")
        root = tree(self.workbook)
        self.tabs = tuple(_tabs(package, root))
        self.names = {
            node.get("name", ""): node.text or ""
            for node in root.iter()
            if node.tag.rpartition("}")[2] == "definedName" and node.get("localSheetId") is None
        }
        self._local = [
            (int(node.get("localSheetId", "0")), node.get("name", ""), node.text or "")
            for node in root.iter()
            if node.tag.rpartition("}")[2] == "definedName" and node.get("localSheetId") is not None
        ]
        self._strings: list[bytes] | None = None

    def tab(self, name: str) -> Tab | None:
        """Return the worksheet of this name, or None."""
        return next((each for each in self.tabs if each.name == name), None)

    def local_names(self) -> list[tuple[str, str, str]]:
        """Return the names that belong to one worksheet: its name, theirs, and what they refer to."""
        return [(self.tabs[at].name, name, reference) for at, name, reference in self._local]

    def part_of(self, kind: str) -> str | None:
        """Return the part of this kind that the workbook refers to (`styles`, `sharedStrings`, `calcChain`)."""
        return next(
            (part for found, part in relations(self.package, WORKBOOK).values() if found == kind), None
        )

    def orders(self) -> Tab:
        """Return the worksheet of the orders, also where it was renamed. Raises Unfit."""
        found = self.tab(ORDERS_SHEET)
        if found is None:
            target = next(
                (
                    target_of(reference)
                    for name, reference in self.names.items()
                    if name.startswith(MARKER) and target_of(reference)
                ),
                None,
            )
            found = self.tab(target[0]) if target else None
        if found is None:
            raise Unfit("workbook.no_orders")
        return found

    def value(self, tokens: Tokens, cell: CellXml) -> str | None:
        """Return what a cell holds, as text; None for an empty one."""
        kind = cell.kind
        if kind == b"inlineStr":
            return tokens.text_of(cell.inner)
        held = tokens.value_of(cell.inner)
        return self._shared(int(held)) if held is not None and kind == b"s" else held

    def _shared(self, index: int) -> str:
        if self._strings is None:
            self._strings = []
            part = self.part_of("sharedStrings")
            if part is not None:
                content = self.package.read(part)
                root = re.search(rb"<(?:(\w+):)?sst\b", content)
                self._string_tokens = Tokens(root[1] + b":" if root and root[1] else b"")
                p = self._string_tokens.prefix
                item = re.compile(rb"<%bsi\b(?:[^>]*/>|[^>]*>(.*?)</%bsi>)" % (p, p), re.DOTALL)
                self._strings = item.findall(content)
        if index >= len(self._strings):
            raise Unfit("workbook.unread", reason="a shared text is missing")
        return self._string_tokens.text_of(self._strings[index])

    def hidden(self) -> tuple[Mapping[str, str], Sequence[tuple[str, str]]]:
        """Return what the hidden worksheet keeps: values by name, and the columns as they were written."""
        tab = self.tab(HIDDEN_SHEET)
        if tab is None:
            raise Unfit("workbook.unread", reason="its hidden worksheet is missing")
        told: dict[str, str] = {}
        columns: list[tuple[str, str]] = []
        sheet = WorksheetXml(self.package.pieces(tab.part))
        for row in sheet.rows():
            shown = {each.column: self.value(sheet.tokens, each) for each in sheet.tokens.cells_of(row)}
            if shown.get(0):
                told[str(shown[0])] = shown.get(1) or ""
            if shown.get(3):
                columns.append((str(shown[3]), shown.get(4) or ""))
        return told, columns

    def written(self, columns: Sequence[tuple[str, str]], worksheet: str, header_row: int) -> Written:
        """Return the columns as written, with where the workbook's names say they are."""
        return Written(columns, marked_on(self.names, worksheet, header_row))


def _tabs(package: Package, root: Element) -> list[Tab]:
    parts = {each: part for each, (_, part) in relations(package, WORKBOOK).items()}
    found: list[Tab] = []
    for node in root.iter():
        if node.tag.rpartition("}")[2] == "sheet":
            relation = next((value for key, value in node.items() if key.endswith("}id")), "")
            found.append(Tab(node.get("name", ""), parts.get(relation, ""), len(found)))
    return found
