"""The worksheet Orders written again: only the cells that changed, every other byte as it was."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bulkorders.sheet.results.row_xml import text_xml, value_xml
from bulkorders.sheet.results.writing import Stored
from bulkorders.sheet.updating.book import Book
from bulkorders.sheet.updating.looks import Looks
from bulkorders.sheet.updating.orders import numbered
from bulkorders.sheet.updating.tokens import CellXml, Tokens, WorksheetXml, letters_of

Wanted = Mapping[int, tuple[Stored, str | None]]
"""By column (from 0): what a cell is to hold, and the number format of that."""

_NEAR = 1e-9
_SPANS = re.compile(rb'\sspans="[^"]*"')
_HEIGHT = re.compile(rb'\sht="[^"]*"')
_SET_HEIGHT = re.compile(rb'\scustomHeight="(?:1|true)"')
_REFERENCE = re.compile(rb"([A-Z]+)(\d+):([A-Z]+)(\d+)")


@dataclass(slots=True)
class Rewriting:
    """What is to be changed: cells by row, and rows that follow behind the last.

    `wanted` gives the cells of a row by its number, None for a row that stays as it is. `titles` are further
    header cells. `new` are the cells of further rows, `formulas` what else stands in each of them, by column.
    Where there is a `foot`, the last row is a table's totals and stays below all others. `changed` counts the
    cells that were written.
    """

    book: Book
    looks: Looks
    wanted: Callable[[int], Wanted | None]
    header_row: int
    last: int
    width: int
    titles: Mapping[int, str] = field(default_factory=dict)
    new: Iterable[Wanted] = ()
    rows_added: int = 0
    foot: bool = False
    formulas: Mapping[int, str] = field(default_factory=dict)
    changed: int = 0
    _below: dict[int, int] = field(default_factory=dict)

    def pieces(self, part: str) -> Iterator[bytes]:
        """Give the worksheet's XML."""
        sheet = WorksheetXml(self.book.package.pieces(part))
        yield self._grown(sheet.head, rb'(<(?:\w+:)?dimension\b[^>]*\bref=")([^"]*)(")')
        appended = False
        for number, row in numbered(sheet):
            if number > self._full and not appended:
                appended = True
                yield from self._further(sheet.tokens)
            if self.foot and number == self.last:
                yield moved(row, number, number + self.rows_added) if self.rows_added else row
                continue
            if self.last < number <= self.last + self.rows_added:
                continue  # nothing stood in it, and its place is taken
            if number == self._full > self.header_row:
                self._below = {cell.column: cell.style for cell in sheet.tokens.cells_of(row)}
            wanted = self.wanted(number) if number > self.header_row else None
            if number == self.header_row and self.titles:
                yield self._row(
                    sheet.tokens, number, row, {at: (title, None) for at, title in self.titles.items()}
                )
            elif wanted:
                yield self._row(sheet.tokens, number, row, wanted)
            else:
                yield row
        if not appended:
            yield from self._further(sheet.tokens)
        yield self._grown(sheet.tail, rb'(<(?:\w+:)?autoFilter\b[^>]*\bref=")([^"]*)(")')

    @property
    def _full(self) -> int:
        """The last row but for a foot."""
        return self.last - self.foot

    def _row(self, tokens: Tokens, number: int, row: bytes, wanted: Wanted) -> bytes:
        """Return a row with what is wanted in its cells, as tall as it takes unless a person set its height."""
        written = self._filled(tokens, number, row, wanted)
        return row if written is row else _fitting(tokens, written)

    def _filled(self, tokens: Tokens, number: int, row: bytes, wanted: Wanted) -> bytes:
        """Return a row with what is wanted in its cells, which come from left to right."""
        if tokens.named(row):
            quick = self._quick(tokens, number, row, wanted)
            if quick is not None:
                return quick
        cells = tokens.cells_of(row)
        there = {cell.column: cell for cell in cells}
        new: dict[int, bytes] = {}
        for column, (held, form) in wanted.items():
            cell = there.get(column)
            if cell is None:
                if held is not None:
                    new[column] = _cell(tokens, number, column, self._look(0, held, form), held)
            elif tokens.formula not in cell.inner and not self._same(tokens, cell, held):
                new[column] = _cell(tokens, number, column, self._look(cell.style, held, form), held)
        if not new:
            return row
        self.changed += len(new)
        return _assembled(tokens, row, cells, new)

    def _quick(self, tokens: Tokens, number: int, row: bytes, wanted: Wanted) -> bytes | None:
        """Return the row where each cell that changes is there already, None where one is to be put in."""
        parts: list[bytes] = []
        done = at = 0
        name = b"%d" % number
        for column, (held, form) in wanted.items():
            place = tokens.cell_at(row, column, name, at)
            if place is None:
                if held is None:
                    continue
                return None
            start, tag, inner, end = place
            at = end
            xml = row[tag + 1 : inner] if inner < end else b""
            if held is None and not xml:
                continue
            if held is not None and xml and xml == _inner(held) and not tokens.prefix:
                continue
            cell = CellXml(column, start, end, row[start:tag], xml)
            if tokens.formula in xml or self._same(tokens, cell, held):
                continue
            look = self._look(cell.style, held, form)
            parts += [row[done:start], _cell(tokens, number, column, look, held)]
            done = end
        self.changed += len(parts) // 2
        return b"".join((*parts, row[done:])) if parts else row

    def _look(self, look: int, held: Stored, form: str | None) -> int:
        """Return the look of a cell that is to hold this: as it was, but for a number format of ours."""
        return self.looks.with_format(look, form) if form and held is not None else look

    def _same(self, tokens: Tokens, cell: CellXml, held: Stored) -> bool:
        """Return whether a cell holds this already."""
        shown = self.book.value(tokens, cell)
        if held is None or held == "":
            return not shown
        if shown is None:
            return False
        if isinstance(held, bool) or cell.kind == b"b":
            return cell.kind == b"b" and isinstance(held, bool) and shown == str(int(held))
        if isinstance(held, str):
            return cell.kind not in (b"n", b"e") and shown == held
        if isinstance(held, int | float):
            return cell.kind == b"n" and abs(float(shown) - held) <= _NEAR * max(1.0, abs(held))
        return cell.kind == b"e"

    def _further(self, tokens: Tokens) -> Iterator[bytes]:
        """Give the rows that are new, with the looks of the last row that was there."""
        for number, wanted in enumerate(self.new, start=self._full + 1):
            cells = {
                column: _cell(
                    tokens, number, column, self._look(self._below.get(column, 0), held, form), held
                )
                for column, (held, form) in wanted.items()
                if held is not None or column in self._below
            }
            for column, formula in self.formulas.items():
                if column not in wanted:
                    cells[column] = _formula(tokens, number, column, self._below.get(column, 0), formula)
            self.changed += len(cells)
            inner = b"".join(cells[column] for column in sorted(cells))
            yield b'<%brow r="%d">%b</%brow>' % (tokens.prefix, number, inner, tokens.prefix)

    def _grown(self, xml: bytes, pattern: bytes) -> bytes:
        """Return the XML with the area of an attribute reaching over the rows that are new."""
        if not self.rows_added and not self.titles:
            return xml

        def grow(found: re.Match[bytes]) -> bytes:
            area = _REFERENCE.fullmatch(found[2])
            if area is None or int(area[4]) < self.last:
                return found[0]
            last = max(int(area[4]), self.last + self.rows_added)
            return b"%b%b%b:%b%d%b" % (found[1], area[1], area[2], area[3], last, found[3])

        return re.sub(pattern, grow, xml, count=1)


def _cell(tokens: Tokens, number: int, column: int, look: int, held: Stored) -> bytes:
    """Return the XML of a cell."""
    p = tokens.prefix
    start = b'<%bc r="%b%d"' % (p, letters_of(column), number)
    if look:
        start += b' s="%d"' % look
    if held is None or held == "":
        return start + b"/>"
    inner = f' t="inlineStr"><is>{text_xml(held)}</is></c>' if isinstance(held, str) else value_xml(held)
    if p:
        inner = re.sub(r"<(/?)(?=(?:is|t|v|c)[\s>])", rf"<\1{p.decode()}", inner)
    return start + inner.encode("utf-8")


def _formula(tokens: Tokens, number: int, column: int, look: int, formula: str) -> bytes:
    """Return the XML of a cell with a formula, which is written as it stands in XML."""
    p = tokens.prefix
    place = b'<%bc r="%b%d" s="%d"' % (p, letters_of(column), number, look)
    return place + b"><%bf>%b</%bf></%bc>" % (p, formula.encode("utf-8"), p, p)


def moved(row: bytes, number: int, to: int) -> bytes:
    """Return the row of totals under another number; areas of its formulas that end above it still do."""
    row = re.sub(rb'(\sr="[A-Z]*)%d"' % number, rb'\g<1>%d"' % to, row)
    end = rb"(<(?:\w+:)?f\b[^>]*>[^<]*?:\$?[A-Z]{1,3}\$?)%d\b" % (number - 1)
    return re.sub(end, rb"\g<1>%d" % (to - 1), row)


def _fitting(tokens: Tokens, row: bytes) -> bytes:
    """Return a row without the height that a program reckoned for what stood in it before."""
    end = row.find(b">") if tokens.row_start.match(row) else -1
    opening = row[: end + 1]
    return row if _SET_HEIGHT.search(opening) else _HEIGHT.sub(b"", opening) + row[end + 1 :]


def _inner(held: Stored) -> bytes:
    """Return what we write into a cell that holds this text or number; nothing of what its kind must tell.

    An equal text is told from a number by its elements.
    """
    if isinstance(held, str):
        return f"<is>{text_xml(held)}</is>".encode("utf-8", "surrogatepass")
    return f"<v>{held!r}</v>".encode() if type(held) in (int, float) else b""


def _assembled(tokens: Tokens, row: bytes, cells: list[CellXml], new: dict[int, bytes]) -> bytes:
    """Return a row with these cells put in, or in the place of those that were there."""
    start = tokens.row_start.match(row)
    opening = start[0] if start else b""
    if not cells:
        opening = _SPANS.sub(b"", opening).removesuffix(b">").removesuffix(b"/") + b">"
        return opening + b"".join(new[column] for column in sorted(new)) + tokens.row_end
    if max(new) > cells[-1].column:
        opening = _SPANS.sub(b"", opening)
    parts = [opening]
    at = start.end() if start else 0
    waiting = sorted(new, reverse=True)
    for cell in cells:
        while waiting and waiting[-1] < cell.column:
            parts += [row[at : cell.start], new[waiting.pop()]]
            at = cell.start
        if waiting and waiting[-1] == cell.column:
            parts += [row[at : cell.start], new[waiting.pop()]]
            at = cell.end
    parts.append(row[at : cells[-1].end] if at < cells[-1].end else b"")
    parts += [new[column] for column in reversed(waiting)]
    parts.append(row[max(at, cells[-1].end) :])
    return b"".join(parts)
