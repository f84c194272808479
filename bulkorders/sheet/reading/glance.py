"""A large worksheet's XML looked over at once for whether anything in it needs the pass that finds marks."""

import re
from collections.abc import Iterable

from bulkorders.sheet.reading.marks import Marks

FROM = 1_000_000
"""Bytes of XML from which on a look is worth it; smaller worksheets are always gone over."""

MARKED = (
    (b'"', b'"e"'),
    (b"'", b"'e'"),
    (b"f", b"<f>"),
    (b"f", b"<f "),
    (b"f", b"<f/"),
    (b"h", b"hidden"),
    (b"m", b"mergeCell"),
    (b"!", b"<!"),
)
"""What stands in the XML of errors, formulas, hidden or merged cells, and of what isn't plain XML.

Beside each is a letter of it that plain rows hardly have: to look for a letter takes next to no time.
"""

KEPT = 16
"""Bytes of a piece that are looked at again with the next: more than the longest of these."""

OTHER = re.compile(rb"<\?xml[^>]*encoding=(?!['\"]utf-8['\"])", re.IGNORECASE)


FAR = re.compile(rb'"[A-Z]{3}[0-9]')
"""The name of a cell beyond the 702nd column."""

ROW = re.compile(rb'<row [^>]*?\br="([0-9]{1,9})"')
SPARSE, SPARE = 4, 1_000
"""How many rows there may be for each that is written, and how many besides."""


COLUMN = re.compile(rb"<col [^>]*>")
ATTRIBUTE = re.compile(rb'(min|max|hidden)="(\w+)"')


def plain_marks(pieces: Iterable[bytes]) -> Marks | None:
    """Return the marks of a worksheet in UTF-8 without prefixes that has nothing but values, as most large ones do.

    These are hidden columns alone. None where there are others, or where values seem to stand far apart.
    Exactly how far they reach is not looked at: the fast reader tells it, within the bounds of its process.
    """
    marks: Marks | None = None
    before = b""
    rows, last = 0, 0
    for piece in pieces:
        text = before + piece
        if marks is None:
            head, begun, text = text.partition(b"<sheetData")
            if not begun or OTHER.match(head) or b"<!" in head or b"='" in head:
                return None
            marks = Marks(hidden_columns=_hidden(head))
        if any(letter in text and mark in text for letter, mark in MARKED) or FAR.search(text):
            return None
        rows += text.count(b"<row")
        found = ROW.match(text, max(text.rfind(b"<row "), 0))
        last = max(last, int(found[1]) if found else 0)
        before = text[-KEPT:]
    return marks if last <= SPARSE * rows + SPARE else None


def _hidden(head: bytes) -> list[tuple[int, int]]:
    """Return the hidden columns that stand before a worksheet's rows, first and last of each run."""
    told = (dict(ATTRIBUTE.findall(column)) for column in COLUMN.findall(head))
    hidden = (
        each for each in told if each.get(b"hidden") in (b"1", b"true") and b"min" in each and b"max" in each
    )
    return [(int(each[b"min"]) - 1, int(each[b"max"]) - 1) for each in hidden]
