"""A large worksheet's XML looked over at once for whether anything in it needs the pass that finds marks."""

import re
from collections.abc import Iterable

FROM = 1_000_000
"""Bytes of XML from which on a look is worth it; smaller worksheets are always gone over."""

MARKED = (b'"e"', b"'e'", b"<f>", b"<f ", b"<f/", b"hidden", b"mergeCell", b"<!")
"""What stands in the XML of errors, formulas, hidden or merged cells, and of what isn't plain XML."""

KEPT = 16
"""Bytes of a piece that are looked at again with the next: more than the longest of these."""

OTHER = re.compile(rb"<\?xml[^>]*encoding=(?!['\"]utf-8['\"])", re.IGNORECASE)


FAR = re.compile(rb'"[A-Z]{3}[0-9]')
"""The name of a cell beyond the 702nd column."""

ROW = re.compile(rb'<row [^>]*?\br="([0-9]{1,9})"')
SPARSE, SPARE = 4, 1_000
"""How many rows there may be for each that is written, and how many besides."""


def is_plain(pieces: Iterable[bytes]) -> bool:
    """Return whether a worksheet in UTF-8 without prefixes has nothing but values, as most large ones do.

    One whose values seem to stand far apart is not plain. Exactly how far they reach is not looked at: the
    fast reader tells it, within the bounds of its process.
    """
    before = b""
    rows, last, begun = 0, 0, False
    for piece in pieces:
        text = before + piece
        if (not before and OTHER.match(text)) or any(mark in text for mark in MARKED) or FAR.search(text):
            return False
        begun = begun or b"<sheetData" in text
        rows += text.count(b"<row")
        found = ROW.match(text, max(text.rfind(b"<row "), 0))
        last = max(last, int(found[1]) if found else 0)
        before = text[-KEPT:]
    return begun and last <= SPARSE * rows + SPARE
