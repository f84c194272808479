"""Worksheets of a workbook just written put into an existing one, in the place of those of the same name."""

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from bulkorders.sheet.updating.adding import Adding
from bulkorders.sheet.updating.book import Book, Tab
from bulkorders.sheet.updating.drawings import EMPTY, Drawn, drawn_by_user, with_drawn
from bulkorders.sheet.updating.keeping import Keeping, adding_of
from bulkorders.sheet.updating.kinds import Kinds
from bulkorders.sheet.updating.looks import Looks
from bulkorders.sheet.updating.package import (
    CONTENT_TYPES,
    Content,
    free_name,
    relations,
    relations_part,
)
from bulkorders.sheet.updating.tables import named_elsewhere
from bulkorders.sheet.updating.tokens import WorksheetXml
from bulkorders.sheet.updating.unfit import Unfit

_ROW_END = b"</row>"
_CELL_LOOK = re.compile(rb'(<c r="[A-Z]+\d+" s=")(\d+)"')
_ROW_LOOK = re.compile(rb'(<row\b[^>]*? s=")(\d+)"')
_COLUMN_LOOK = re.compile(rb'(<col\b[^>]*? style=")(\d+)"')
_RULE_LOOK = re.compile(rb'(<cfRule\b[^>]*? dxfId=")(\d+)"')
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_DRAWING = "application/vnd.openxmlformats-officedocument.drawing+xml"
_BEHIND_DRAWING = (b"<legacyDrawing", b"<tableParts", b"<extLst", b"</worksheet>")
_NO_RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
)
_LABELS = b'<c:showVal val="1"/>'
_LABELS_TOLD = (
    b'<c:showLegendKey val="0"/><c:showVal val="1"/><c:showCatName val="0"/><c:showSerName val="0"/>'
    b'<c:showPercent val="0"/><c:showBubbleSize val="0"/>'
)
"""What a chart's labels show. Programs differ in what they take for granted, by who last saved the workbook."""

_OWN = frozenset(
    {"drawing", "vmlDrawing", "comments", "threadedComment", "chart", "chartStyle", "chartColorStyle"}
)
"""Kinds of parts that go with their worksheet; others may be shared and are left where they are."""


class Transplant:
    """Collects what changes in the existing package while worksheets are put into it."""

    def __init__(self, book: Book, fresh: Book, looks: Looks, keeping: Keeping) -> None:
        self._book = book
        self._keeping = keeping
        self._fresh = fresh
        self._cells, self._rules = looks.take(Looks(fresh.package.read(_styles_part(fresh))))
        self.changed: dict[str, Content | None] = {}
        self._types = Kinds(book.package.read(CONTENT_TYPES).decode("utf-8"))
        self._fresh_types = Kinds(fresh.package.read(CONTENT_TYPES).decode("utf-8"))
        self._renamed: dict[str, str] = {}
        self._drawn: dict[str, Drawn] = {}
        self.added: list[tuple[str, str]] = []

    def put_all(self, names: Sequence[str]) -> None:
        """Put worksheets in the place of their namesakes; behind all others where there is none."""
        for name in names:
            there = self._book.tab(name)
            if there is not None:
                self._clear(there)
        for name in names:
            self._put(name)

    def _put(self, name: str) -> None:
        """Put one worksheet in its place."""
        source = self._fresh.tab(name)
        if source is None:
            raise Unfit("workbook.unread", reason=f"the worksheet {name} was not written")
        there = self._book.tab(name)
        if there is not None:
            part = there.part
        else:
            part = free_name(self._taken(), "xl/worksheets/sheet1.xml")
            self.added.append((name, part))
            self._types.set(part, _SHEET)
        self._take_relations(source.part, part)
        added = self._draw(source.part, part, self._drawn[name]) if name in self._drawn else b""
        adding = None if there is None else adding_of(self._book, there, self._fresh, source, self._keeping)
        self.changed[part] = self._looked(source.part, added, adding)

    def _draw(self, source: str, target: str, drawn: Drawn) -> bytes:
        """Put what the user has drawn into the new worksheet's drawing; return the element that names a further one."""
        drawing = next(
            (part for kind, part in relations(self._fresh.package, source).values() if kind == "drawing"),
            None,
        )
        if drawing is not None:
            named = self._renamed[drawing]
            text = self._fresh.package.read(drawing).decode("utf-8")
        else:
            named, text = free_name(self._taken(), "xl/drawings/drawing1.xml"), EMPTY
            self._types.set(named, _DRAWING)
            self._relate(
                target, f'<Relationship Id="keptDrawing" Type="{_OFFICE}/drawing" Target="/{named}"/>'
            )
        self.changed[named] = with_drawn(text, drawn).encode("utf-8")
        self._relate(named, "".join(drawn.relations))
        return b"" if drawing else f'<drawing xmlns:r="{_OFFICE}" r:id="keptDrawing"/>'.encode()

    def _relate(self, part: str, relations_xml: str) -> None:
        """Let a new part refer to further ones."""
        place = relations_part(part)
        now = self.changed.get(place)
        text = now.decode("utf-8") if isinstance(now, bytes) else _NO_RELATIONS
        self.changed[place] = text.replace("</Relationships>", f"{relations_xml}</Relationships>").encode(
            "utf-8"
        )

    def drop_calculation_chain(self) -> None:
        """Leave out the order of calculation, which would name formulas that are gone; it is made anew."""
        part = self._book.part_of("calcChain")
        if part is not None:
            self.changed[part] = None
            self._types.remove(part)

    def finish(self) -> dict[str, Content | None]:
        """Return all parts that change, with the list of their kinds."""
        types = self._types.text.encode("utf-8")
        if types != self._book.package.read(CONTENT_TYPES):
            self.changed[CONTENT_TYPES] = types
        return self.changed

    def _clear(self, tab: Tab) -> None:
        """Leave out what belonged to the worksheet that is replaced: its drawing, charts and notes.

        What its user has drawn on it stays, with all it refers to.
        """
        gone = [tab.part]
        kept: set[str] = set()
        for kind, part in relations(self._book.package, tab.part).values():
            if kind == "drawing" and (drawn := drawn_by_user(self._book.package, part)) is not None:
                self._drawn[tab.name] = drawn
                kept |= drawn.parts
            elif kind == "table":
                self._drop_table(tab, part)
        while gone:
            part = gone.pop()
            for kind, target in relations(self._book.package, part).values():
                if kind in _OWN and target not in kept and self._book.package.has(target):
                    self.changed[target] = None
                    self._types.remove(target)
                    gone.append(target)
            if self._book.package.has(relations_part(part)):
                self.changed[relations_part(part)] = None

    def _drop_table(self, tab: Tab, part: str) -> None:
        """Leave out a table made of a worksheet that is replaced. Raises Unfit where something counts on it."""
        gone = {each.part for each in self._book.tabs if self._fresh.tab(each.name) is not None}
        gone.discard(self._book.orders().part)
        if named_elsewhere(self._book.package, part, gone):
            raise Unfit("workbook.unread", reason=f"formulas use the table made of its worksheet {tab.name}")
        self.changed[part] = None
        self._types.remove(part)

    def _looked(self, part: str, drawing: bytes, adding: Adding | None) -> Iterator[bytes]:
        """Give a worksheet's XML with the numbers of its looks as they are in the existing workbook.

        `drawing` is an element that names a further drawing, or nothing.
        """

        def ending(xml: bytes) -> bytes:
            at = min(at for mark in _BEHIND_DRAWING if (at := xml.find(mark)) >= 0)
            return xml[:at] + drawing + xml[at:]

        if adding is not None and not adding.bare:
            yield from adding.applied(WorksheetXml(self._fresh.package.pieces(part)), self._here, ending)
            return
        left, head = b"", adding is not None
        for piece in chain(self._fresh.package.pieces(part), (b"",)):
            whole = left + piece
            cut = whole.rfind(_ROW_END) + len(_ROW_END) if piece else len(whole)
            if cut < len(_ROW_END):
                left = whole
                continue
            xml, left = self._here(whole[:cut]), whole[cut:]
            if head and adding is not None:
                start = xml.find(b"<sheetData")
                xml, head = adding.head(xml[:start]) + xml[start:], False
            yield ending(xml) if drawing and not piece else xml

    def _here(self, xml: bytes) -> bytes:
        """Return XML of the new worksheets with the looks' numbers in this workbook."""

        def number(table: Sequence[int]) -> Callable[[re.Match[bytes]], bytes]:
            return lambda found: b'%b%d"' % (found[1], table[int(found[2])])

        for pattern, table in (
            (_CELL_LOOK, self._cells),
            (_ROW_LOOK, self._cells),
            (_COLUMN_LOOK, self._cells),
            (_RULE_LOOK, self._rules),
        ):
            xml = pattern.sub(number(table), xml)
        return xml

    def _take_relations(self, source: str, target: str) -> None:
        """Bring what a new part refers to, and let it refer to that under its new name."""
        package = self._fresh.package
        place = relations_part(source)
        if not package.has(place):
            return
        text = package.read(place).decode("utf-8")
        for _, part in relations(package, source).values():
            known = part in self._renamed
            named = self._named(part)
            old = re.compile(rf'Target="[^"]*?{re.escape(posixpath.basename(part))}"')
            text = old.sub(f'Target="/{named}"', text, count=1)
            if not known:
                self.changed[named] = package.read(part).replace(_LABELS, _LABELS_TOLD)
                self._take_relations(part, named)
        self.changed[relations_part(target)] = text.encode("utf-8")

    def _taken(self) -> set[str]:
        """Return the names of parts as they will be."""
        gone = {name for name, content in self.changed.items() if content is None}
        return ({*self._book.package.infos} - gone) | ({*self.changed} - gone)

    def _named(self, part: str) -> str:
        """Return the name that a new part gets in the existing package, and say of what kind it is."""
        if part not in self._renamed:
            named = free_name(self._taken(), part)
            self._renamed[part] = named
            kind = self._fresh_types.of(part)
            if kind is not None:
                self._types.set(named, kind)
            else:
                self._types.default_from(self._fresh_types, posixpath.splitext(part)[1].removeprefix("."))
        return self._renamed[part]


def _styles_part(book: Book) -> str:
    part = book.part_of("styles")
    if part is None:
        raise Unfit("workbook.unread", reason="it has no table of looks")
    return part
