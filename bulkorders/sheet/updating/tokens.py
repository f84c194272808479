"""A worksheet's XML cut into its rows and cells without being parsed, so that what isn't changed stays as it is.

Only what spreadsheet programs write is taken: UTF-8, no comments, no CDATA, no DTD. In such a file no `<`
stands inside a text or an attribute, so that the beginnings and ends of elements can be looked for.
"""

import html
import re
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from bulkorders.sheet import markers
from bulkorders.sheet.updating.unfit import Unfit

_ROOT = re.compile(rb"<(?:(\w+):)?worksheet\b[^>]*>")
_ENCODING = re.compile(rb"""<\?xml[^>]*encoding=["']([\w.-]+)["']""")
_FOREIGN = re.compile(rb"<!|<\?(?!xml )")
MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_SLASH = ord("/")
_LOOK = re.compile(rb'\bs="(\d+)"')
_KIND = re.compile(rb'\bt="(\w+)"')
_NUMBER = re.compile(rb'\br="(\d+)"')
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True)
class CellXml:
    """One cell as it stands: its column (from 0), its place in the bytes of its row, its attributes, what is in it."""

    column: int
    start: int
    end: int
    attributes: bytes
    inner: bytes

    @property
    def style(self) -> int:
        """The number of its look."""
        found = _LOOK.search(self.attributes)
        return int(found[1]) if found else 0

    @property
    def kind(self) -> bytes:
        """Its type, `n` for a number or nothing."""
        found = _KIND.search(self.attributes)
        return found[1] if found else b"n"


class Tokens:
    """The names of elements with the prefix that this worksheet has, and patterns made of them."""

    def __init__(self, prefix: bytes = b"") -> None:
        self.prefix = prefix
        p = re.escape(prefix)
        self.cells = re.compile(
            rb'<%bc(?: r="([A-Z]+)\d+")?((?:\s[^>]*?)?)(?:/>|>(.*?)</%bc>)' % (p, p), re.DOTALL
        )
        self.row_start = re.compile(rb"\s*<%brow\b([^>]*?)(/?)>" % p)
        self.text = re.compile(rb"<%bt\b(?:[^>]*/>|[^>]*>([^<]*)</%bt>)" % (p, p))
        self.phonetic = re.compile(rb"<%brPh\b.*?</%brPh>" % (p, p), re.DOTALL)
        self.value = re.compile(rb"<%bv\b[^>]*>([^<]*)</%bv>" % (p, p))
        self.cell_start = b"<%bc " % prefix
        self.named_start = b'<%bc r="' % prefix
        self.bare_cell = b"<%bc>" % prefix
        self.cell_end = b"</%bc>" % prefix
        self.row_end = b"</%brow>" % prefix
        self.data_start = re.compile(rb"<%bsheetData\b[^>]*?(/?)>" % p)
        self.data_end = b"</%bsheetData>" % prefix
        self.formula = b"<%bf" % prefix

    def named(self, row: bytes) -> bool:
        """Return whether every cell of a row begins with its name, as nearly every program writes it."""
        return row.count(self.cell_start) == row.count(self.named_start) and self.bare_cell not in row

    def cell_at(
        self, row: bytes, column: int, number: bytes, start: int = 0
    ) -> tuple[int, int, int, int] | None:
        """Return where a cell of a row with named cells begins, where its tag ends, and where its content and it end.

        None where there is no such cell behind `start`.
        """
        begin = row.find(b'%b%b%b"' % (self.named_start, letters_of(column), number), start)
        if begin < 0:
            return None
        tag = row.find(b">", begin)
        if row[tag - 1] == _SLASH:
            return begin, tag - 1, tag + 1, tag + 1
        inner = row.find(self.cell_end, tag)
        return begin, tag, inner, inner + len(self.cell_end)

    def cells_of(self, row: bytes) -> list[CellXml]:
        """Return the cells of a row. Raises Unfit where something else stands in it."""
        found: list[CellXml] = []
        column = -1
        for match in self.cells.finditer(row):
            letters, attributes, inner = match.groups()
            if letters is None:
                named = re.search(rb'\br="([A-Z]+)\d+"', attributes)
                letters = named[1] if named else None
            column = column_of(letters) if letters else column + 1
            found.append(CellXml(column, match.start(), match.end(), attributes, inner or b""))
        return found

    def text_of(self, inner: bytes) -> str:
        """Return the text of an inline or shared string."""
        plain = self.phonetic.sub(b"", inner) if b"rPh" in inner else inner
        return "".join(unescaped(found or b"") for found in self.text.findall(plain))

    def value_of(self, inner: bytes) -> str | None:
        """Return what a cell's value element holds, None where there is none."""
        found = self.value.search(inner)
        return unescaped(found[1]) if found else None


def row_number(attributes: bytes) -> int | None:
    """Return the number a row says it has."""
    found = _NUMBER.search(attributes)
    return int(found[1]) if found else None


@cache
def letters_of(column: int) -> bytes:
    """Return the letters of a column (from 0)."""
    return markers.letters_of(column).encode()


_columns: dict[bytes, int] = {}


def column_of(letters: bytes) -> int:
    """Return the column (from 0) of these letters."""
    known = _columns.get(letters)
    if known is None:
        known = 0
        for letter in letters:
            known = known * 26 + letter - 64
        known -= 1
        _columns[letters] = known
    return known


def unescaped(text: bytes) -> str:
    """Return text as XML and spreadsheets write it, as it reads."""
    plain = text.decode("utf-8")
    if "&" in plain:
        plain = html.unescape(plain)
    if "_x" in plain:
        plain = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), plain)
    return plain


class WorksheetXml:
    """A worksheet read once from its beginning: what stands before its rows, the rows, and what follows."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        """Read as far as the rows. Raises Unfit `workbook.unread` (`reason`)."""
        self._pieces = iter(pieces)
        self._buffer = b""
        self._last = b""
        self.tail = b""
        self.empty = False
        self.head = self._read_head()

    def _more(self) -> bytes:
        piece = next(self._pieces, b"")
        before, self._last = self._last, piece[-5:]
        if _FOREIGN.search(before + piece):
            raise Unfit("workbook.unread", reason="it holds XML that spreadsheet programs do not write")
        return piece

    def _read_head(self) -> bytes:
        while True:
            piece = self._more()
            self._buffer += piece
            root = _ROOT.search(self._buffer)
            if root is not None:
                self.tokens = Tokens(root[1] + b":" if root[1] else b"")
                data = self.tokens.data_start.search(self._buffer, root.end())
                if data is not None:
                    break
            if not piece:
                raise Unfit("workbook.unread", reason="a worksheet has no rows")
        declared = _ENCODING.match(self._buffer.removeprefix(b"\xef\xbb\xbf"))
        if MAIN not in root[0] or (declared and declared[1].upper() not in (b"UTF-8", b"US-ASCII")):
            raise Unfit("workbook.unread", reason="it is written in another way than spreadsheet programs do")
        head, self._buffer = self._buffer[: data.end()], self._buffer[data.end() :]
        self.empty = bool(data[1])
        return head

    def rows(self) -> Iterator[bytes]:
        """Give the rows, each with the blanks before it; afterwards `tail` is what follows them."""
        while not self.empty:
            end = self._buffer.find(self.tokens.data_end)
            upto = end if end >= 0 else self._buffer.rfind(self.tokens.row_end) + len(self.tokens.row_end)
            if end >= 0 or upto >= len(self.tokens.row_end):
                at = yield from self._rows_in(upto)
                rest = self._buffer[at:upto]
                if end >= 0:
                    if rest.strip():
                        raise Unfit("workbook.unread", reason="something else stands among the rows")
                    self._buffer = self._buffer[at:]
                    break
                self._buffer = self._buffer[at:]
            piece = self._more()
            if not piece:
                raise Unfit("workbook.unread", reason="a worksheet does not end")
            self._buffer += piece
        while piece := self._more():
            self._buffer += piece
        self.tail = self._buffer

    def _rows_in(self, upto: int) -> Generator[bytes, None, int]:
        """Give the rows that stand whole at the beginning of the buffer; return where they end."""
        at = 0
        buffer, ending = self._buffer, self.tokens.row_end
        start_of = self.tokens.row_start.match
        while start := start_of(buffer, at, upto):
            end = start.end() if start[2] else buffer.find(ending, start.end(), upto) + len(ending)
            if end < start.end():
                break
            yield buffer[at:end]
            at = end
        return at
