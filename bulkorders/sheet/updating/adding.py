"""A worksheet of ours, written anew, with what its user had put on it: each addition beside the row it belongs to."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape  # writes XML, reads none

from bulkorders.sheet.updating.additions import Additions, Frame, Identity
from bulkorders.sheet.updating.orders import numbered
from bulkorders.sheet.updating.tokens import CellXml, WorksheetXml, letters_of

_WIDTH = re.compile(rb'\b(?:width|hidden|customWidth|bestFit)="[^"]*"')
_DIMENSION = re.compile(rb"<dimension\b[^>]*/>")
_VIEWS = re.compile(rb"<sheetViews>.*?</sheetViews>", re.DOTALL)
_COLUMNS = re.compile(rb"<cols>.*?</cols>", re.DOTALL)
_PLACE = re.compile(rb"(\$?[A-Z]{1,3})(\d+)\b(?!\()")
_NAMES = re.compile(rb"(\[[^\[\]]*\]|&quot;.*?&quot;|\"[^\"]*\"|'[^']*')")
_PREFIX = re.compile(rb"<(/?)\w+:(?=\w)")
_SHARED = re.compile(rb'<f\b[^>]*\bt="shared"[^>]*?(?:/>|>([^<]*)</f>)')
_SHARED_NUMBER = re.compile(rb'\bsi="(\d+)"')
Change = Callable[[bytes], bytes]
GAP = 1
"""Blank rows between ours and those that the user wrote below."""


@dataclass(slots=True)
class Adding:
    """Where each addition goes.

    `identity` names the columns that rows are known by; `places` are the user's columns, old and new.
    """

    found: Additions
    fresh: Frame
    identity: Sequence[str] = ()
    places: dict[int, int] = field(default_factory=dict)
    _shared: dict[bytes, tuple[int, bytes]] = field(default_factory=dict)
    _rows: dict[int, tuple[int, list[CellXml]]] = field(default_factory=dict)
    _gone: list[tuple[Identity, int, list[CellXml]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        taken = max(self.fresh.titles.values(), default=-1) + 1
        for column in self.found.users:
            self.places[column] = max(column, taken) if self.fresh.header_row else column
            taken = max(taken, self.places[column] + 1)
        for identity, (number, cells) in self.found.cells.items():
            for cell in cells:
                self._learn(number, cell)
            place = self._place(identity, number)
            if place is None:
                self._gone.append((identity, number, cells))
            else:
                self._rows[place] = (number, cells)
        if self.found.headers:
            self._rows[self.fresh.header_row] = (self.found.frame.header_row, self.found.headers)

    @property
    def bare(self) -> bool:
        """Whether there are no cells of the user's."""
        return not (self._rows or self._gone or self.found.below)

    def _place(self, identity: Identity, number: int) -> int | None:
        """Return the row that a row's additions go to; None where it is no more."""
        return self.fresh.rows.get(identity) if self.fresh.header_row else number

    def applied(self, sheet: WorksheetXml, looked: Change, ending: Change) -> Iterator[bytes]:
        """Give the worksheet's XML; `looked` gives ours the looks of this workbook, `ending` adds to its end."""
        yield self.head(looked(sheet.head))
        waiting = sorted(self._rows, reverse=True)
        last = 0
        for number, row in numbered(sheet):
            while waiting and waiting[-1] < number:
                yield self._row(waiting.pop())
            written = looked(row)
            if waiting and waiting[-1] == number:
                waiting.pop()
                written = self._beside(number, written)
            yield written
            last = number
        for number in reversed(waiting):
            yield self._row(number)
            last = number
        yield from self._below(max(last, self.fresh.last))
        yield ending(looked(sheet.tail))

    def head(self, head: bytes) -> bytes:
        """Return what stands before the rows, with the user's view and widths."""
        head = _DIMENSION.sub(b"", head, count=1)
        if self.found.views:
            head = _VIEWS.sub(lambda _: self.found.views, head, count=1)
        there = _COLUMNS.search(head)
        if there is None:
            return head
        ours = _spread(there[0])
        for title, old in self.found.frame.titles.items():
            new = self.fresh.titles.get(title)
            if new is not None:
                ours[new] = self._widened(ours.get(new, b""), self.found.columns.get(old))
        if not self.fresh.header_row:
            for column in ours:
                ours[column] = self._widened(ours[column], self.found.columns.get(column))
        for old, new in self.places.items():
            if old in self.found.columns:
                ours[new] = self.found.columns[old]
        made = b"".join(b'<col min="%d" max="%d" %b/>' % (at + 1, at + 1, ours[at]) for at in sorted(ours))
        return head[: there.start()] + b"<cols>" + made + b"</cols>" + head[there.end() :]

    def _widened(self, ours: bytes, theirs: bytes | None) -> bytes:
        """Return a column's attributes with the user's width."""
        if theirs is None or (self.fresh.header_row and not self.found.frame.rows):
            return ours  # sized for rows that were not there
        kept = _WIDTH.sub(b"", ours).strip()
        return b" ".join([*_WIDTH.findall(theirs), kept]).strip()

    def _row(self, number: int) -> bytes:
        old, cells = self._rows[number]
        inner = b"".join(self._moved(cell, old, number) for cell in cells)
        return b'<row r="%d">%b</row>' % (number, inner)

    def _beside(self, number: int, row: bytes) -> bytes:
        """Return a row of ours with the user's cells behind it."""
        old, cells = self._rows[number]
        inner = b"".join(self._moved(cell, old, number) for cell in cells)
        if row.endswith(b"/>"):
            return row.removesuffix(b"/>") + b">" + inner + b"</row>"
        return re.sub(rb'\sspans="[^"]*"', b"", row.removesuffix(b"</row>"), count=1) + inner + b"</row>"

    def _below(self, last: int) -> Iterator[bytes]:
        """Give the rows that the user wrote above and below ours, and what they noted on rows that are no more."""
        number = last + GAP
        page = not self.fresh.header_row
        for old, row in self.found.below.items():
            number = old - self.found.frame.last + last if page else number + 1
            yield self._whole(row, old, number, last)
        for identity, old, cells in self._gone:
            number += 1
            told = [(self.fresh.titles[title], text) for title, text in self._told(identity)]
            ours = b"".join(_text(number, column, text) for column, text in sorted(told))
            yield b'<row r="%d">%b%b</row>' % (
                number,
                ours,
                b"".join(self._moved(cell, old, number) for cell in cells),
            )

    def _told(self, identity: Identity) -> list[tuple[tuple[str, int], str]]:
        """Return what a row is known by, with the headers it stands below."""
        titles = [title for title in self.fresh.titles if title[0] in self.identity]
        return [(title, identity[self.identity.index(title[0])]) for title in titles if title[1] == 1]

    def _whole(self, row: bytes, old: int, new: int, last: int) -> bytes:
        """Return a whole row of the user's under another number; areas that ended with our last row still do."""
        row = _PREFIX.sub(rb"<\1", row)
        row = re.sub(rb'(\sr="[A-Z]*)%d"' % old, rb'\g<1>%d"' % new, row)
        end = rb"(:\$?[A-Z]{1,3}\$?)%d\b(?=[^<]*</f>)" % self.found.frame.last
        return re.sub(end, rb"\g<1>%d" % last, row)

    def _learn(self, number: int, cell: CellXml) -> None:
        """Remember a formula that others of its column refer to."""
        shared = _SHARED.search(_PREFIX.sub(rb"<\1", cell.inner))
        if shared is not None and shared[1]:
            index = _SHARED_NUMBER.search(shared[0])
            self._shared[index[1] if index else b""] = (number, shared[1])

    def _moved(self, cell: CellXml, old: int, new: int) -> bytes:
        """Return a cell in its new place, its formula as if it had been copied there."""
        inner = _PREFIX.sub(rb"<\1", cell.inner)
        shared = _SHARED.search(inner)
        if shared is not None:
            index = _SHARED_NUMBER.search(shared[0])
            first, formula = self._shared.get(index[1] if index else b"", (old, shared[1] or b""))
            inner = inner[: shared.start()] + b"<f>" + shifted(formula, new - first) + b"</f>"
        elif new != old and b"<f" in inner:
            inner = re.sub(
                rb"(<f\b[^>]*>)([^<]*)", lambda found: found[1] + shifted(found[2], new - old), inner
            )
        attributes = re.sub(rb'\s*\br="[A-Z]+\d+"', b"", cell.attributes)
        place = b'<c r="%b%d"' % (letters_of(self.places[cell.column]), new)
        return place + attributes + b">" + inner + b"</c>"


def shifted(formula: bytes, rows: int) -> bytes:
    """Return a formula as it is after being copied so many rows down: references without `$` go along."""
    parts = _NAMES.split(formula)
    for at in range(0, len(parts), 2):
        parts[at] = _PLACE.sub(lambda found: found[1] + b"%d" % max(1, int(found[2]) + rows), parts[at])
    return b"".join(parts)


def _spread(columns: bytes) -> dict[int, bytes]:
    """Return the attributes of each of our columns but for which it is."""
    found: dict[int, bytes] = {}
    for first, last, rest in re.findall(rb'<col min="(\d+)" max="(\d+)"\s*([^>]*?)\s*/>', columns):
        for column in range(int(first) - 1, int(last)):
            found[column] = rest
    return found


def _text(number: int, column: int, text: str) -> bytes:
    told = escape(text).encode("utf-8")
    return b'<c r="%b%d" t="inlineStr"><is><t>%b</t></is></c>' % (letters_of(column), number, told)
