"""Worksheets of a workbook just written put into an existing one, in the place of those of the same name."""

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from xml.sax.saxutils import escape  # writes XML, reads none

from bulkorders.sheet.updating.book import WORKBOOK, Book, Tab
from bulkorders.sheet.updating.looks import Looks
from bulkorders.sheet.updating.package import (
    CONTENT_TYPES,
    Content,
    free_name,
    relations,
    relations_part,
)
from bulkorders.sheet.updating.unfit import Unfit

_ROW_END = b"</row>"
_CELL_LOOK = re.compile(rb'(<c r="[A-Z]+\d+" s=")(\d+)"')
_ROW_LOOK = re.compile(rb'(<row\b[^>]*? s=")(\d+)"')
_COLUMN_LOOK = re.compile(rb'(<col\b[^>]*? style=")(\d+)"')
_RULE_LOOK = re.compile(rb'(<cfRule\b[^>]*? dxfId=")(\d+)"')
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_OWN = frozenset(
    {"drawing", "vmlDrawing", "comments", "threadedComment", "chart", "chartStyle", "chartColorStyle"}
)
"""Kinds of parts that go with their worksheet; others may be shared and are left where they are."""


class Transplant:
    """Collects what changes in the existing package while worksheets are put into it."""

    def __init__(self, book: Book, fresh: Book, looks: Looks) -> None:
        self._book = book
        self._fresh = fresh
        self._cells, self._rules = looks.take(Looks(fresh.package.read(_styles_part(fresh))))
        self.changed: dict[str, Content | None] = {}
        self._types = _Types(book.package.read(CONTENT_TYPES).decode("utf-8"))
        self._fresh_types = _Types(fresh.package.read(CONTENT_TYPES).decode("utf-8"))
        self._renamed: dict[str, str] = {}
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
        self.changed[part] = self._looked(source.part)
        self._take_relations(source.part, part)

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
        """Leave out what belonged to the worksheet that is replaced: its drawing, charts and notes."""
        gone = [tab.part]
        while gone:
            part = gone.pop()
            for kind, target in relations(self._book.package, part).values():
                if kind in _OWN and self._book.package.has(target):
                    self.changed[target] = None
                    self._types.remove(target)
                    gone.append(target)
            if self._book.package.has(relations_part(part)):
                self.changed[relations_part(part)] = None

    def _looked(self, part: str) -> Iterator[bytes]:
        """Give a worksheet's XML with the numbers of its looks as they are in the existing workbook."""

        def here(table: Sequence[int]) -> Callable[[re.Match[bytes]], bytes]:
            return lambda found: b'%b%d"' % (found[1], table[int(found[2])])

        left = b""
        for piece in chain(self._fresh.package.pieces(part), (b"",)):
            whole = left + piece
            cut = whole.rfind(_ROW_END) + len(_ROW_END) if piece else len(whole)
            if cut < len(_ROW_END):
                left = whole
                continue
            xml, left = whole[:cut], whole[cut:]
            for pattern, table in (
                (_CELL_LOOK, self._cells),
                (_ROW_LOOK, self._cells),
                (_COLUMN_LOOK, self._cells),
                (_RULE_LOOK, self._rules),
            ):
                xml = pattern.sub(here(table), xml)
            yield xml

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
                self.changed[named] = package.read(part)
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


class _Types:
    """The list of a package's parts by kind, changed as text so that what it says of others stays."""

    def __init__(self, text: str) -> None:
        self.text = text
        prefix = re.search(r"<(?:(\w+):)?Types\b", text)
        self._prefix = f"{prefix[1]}:" if prefix and prefix[1] else ""

    def of(self, part: str) -> str | None:
        """Return the kind of a part that is named itself."""
        found = re.search(rf'<{self._prefix}Override\b[^>]*PartName="/{re.escape(part)}"[^>]*>', self.text)
        kind = re.search(r'ContentType="([^"]*)"', found[0]) if found else None
        return kind[1] if kind else None

    def set(self, part: str, kind: str) -> None:
        """Name a part with its kind."""
        self.remove(part)
        named = f'<{self._prefix}Override PartName="/{part}" ContentType="{kind}"/>'
        end = f"</{self._prefix}Types>"
        self.text = self.text.replace(end, named + end)

    def remove(self, part: str) -> None:
        """No longer name a part."""
        pattern = rf'<{self._prefix}Override\b[^>]*PartName="/{re.escape(part)}"[^>]*?(?:/>|></{self._prefix}Override>)'
        self.text = re.sub(pattern, "", self.text)

    def default_from(self, other: "_Types", ending: str) -> None:
        """Say of what kind parts with this ending are, as the other list does."""
        if re.search(rf'<{self._prefix}Default\b[^>]*Extension="{ending}"', self.text, re.IGNORECASE):
            return
        found = re.search(rf'<Default\b[^>]*Extension="{ending}"[^>]*>', other.text, re.IGNORECASE)
        kind = re.search(r'ContentType="([^"]*)"', found[0]) if found else None
        if kind:
            start = re.search(rf"<{self._prefix}Types\b[^>]*>", self.text)
            at = start.end() if start else 0
            made = f'<{self._prefix}Default Extension="{ending}" ContentType="{kind[1]}"/>'
            self.text = self.text[:at] + made + self.text[at:]


def workbook_xml(
    book: Book,
    added: Sequence[tuple[str, str]],
    names: Mapping[str, str],
    *,
    ours: Sequence[str],
    local: Sequence[tuple[str, str, str]],
    filtered: tuple[str, int] | None,
) -> tuple[bytes, bytes | None]:
    """Return the workbook's own part and its relations, told of worksheets that were added and of names.

    `names` are hidden names of ours with their references, `ours` worksheets whose own names are replaced by
    `local` (worksheet, name, reference). `filtered`: a worksheet's filter reaches to this row now.
    """
    text = book.workbook.decode("utf-8")
    found = re.search(r"<(?:(\w+):)?workbook\b", text)
    p = f"{found[1]}:" if found and found[1] else ""
    tabs = [tab.name for tab in book.tabs]
    text, related = _with_tabs(book, text, p, added)
    tabs += [name for name, _ in added]
    kept = [
        each
        for each in re.findall(rf"<{p}definedName\b[^>]*>.*?</{p}definedName>", text, re.DOTALL)
        if not _replaced(each, {tabs.index(name) for name in ours})
    ]
    if filtered is not None:
        kept = [_reaching(each, tabs.index(filtered[0]), filtered[1]) for each in kept]
    for tab, name, reference in local:
        hidden = ' hidden="1"' if name.endswith("_FilterDatabase") else ""
        place = f'localSheetId="{tabs.index(tab)}"'
        kept.append(f'<{p}definedName name="{name}" {place}{hidden}>{escape(reference)}</{p}definedName>')
    kept += [
        f'<{p}definedName name="{name}" hidden="1">{escape(at)}</{p}definedName>'
        for name, at in names.items()
    ]
    return _with_names(text, p, kept).encode("utf-8"), related


def _with_tabs(book: Book, text: str, p: str, added: Sequence[tuple[str, str]]) -> tuple[str, bytes | None]:
    """Return the workbook's XML and its relations with these worksheets put behind the others."""
    if not added:
        return text, None
    place = relations_part(WORKBOOK)
    related = book.package.read(place).decode("utf-8")
    prefix = re.search(rf'xmlns:(\w+)="{_OFFICE}"', text)
    if prefix is None:
        raise Unfit("workbook.unread", reason="its list of worksheets is written in an unknown way")
    number = max((int(each) for each in re.findall(r'sheetId="(\d+)"', text)), default=0)
    taken = set(re.findall(r'Id="([^"]*)"', related))
    for offset, (name, part) in enumerate(added, start=1):
        relation = next(each for at in range(1, 10**6) if (each := f"rIdB{at}") not in taken)
        taken.add(relation)
        tab = f'<{p}sheet name="{name}" sheetId="{number + offset}" {prefix[1]}:id="{relation}"/>'
        text = text.replace(f"</{p}sheets>", f"{tab}</{p}sheets>")
        made = f'Relationship Id="{relation}" Type="{_OFFICE}/worksheet" Target="/{part}"/>'
        related = re.sub(r"</(\w+:)?Relationships>", rf"<\g<1>{made}\g<0>", related)
    return text, related.encode("utf-8")


def _replaced(name: str, tabs: set[int]) -> bool:
    """Return whether a name is one that is written anew."""
    start = name.partition(">")[0]
    if 'name="bulkorders_c' in start:
        return True
    tab = re.search(r'localSheetId="(\d+)"', start)
    print_or_filter = re.search(r'name="_xlnm\.(?:Print_Titles|_FilterDatabase)"', start)
    return bool(tab and print_or_filter and int(tab[1]) in tabs)


def _reaching(name: str, tab: int, last: int) -> str:
    """Return the name of a filter with its area reaching to this row."""
    if f'localSheetId="{tab}"' not in name or "_xlnm._FilterDatabase" not in name:
        return name
    return re.sub(r"(:\$?[A-Z]+\$?)(\d+)", lambda found: f"{found[1]}{max(int(found[2]), last)}", name)


def _with_names(text: str, p: str, names: Sequence[str]) -> str:
    """Return the workbook's XML with these defined names."""
    whole = f"<{p}definedNames>{''.join(names)}</{p}definedNames>" if names else ""
    there = re.compile(rf"<{p}definedNames\b[^>]*/>|<{p}definedNames\b[^>]*>.*?</{p}definedNames>", re.DOTALL)
    if there.search(text):
        return there.sub(lambda _: whole, text, count=1)
    anchors = rf"</{p}externalReferences>|</{p}functionGroups>|</{p}sheets>"
    at = max(found.end() for found in re.finditer(anchors, text))
    return text[:at] + whole + text[at:]
