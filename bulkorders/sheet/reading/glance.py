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


def is_plain(pieces: Iterable[bytes]) -> bool:
    """Return whether a worksheet in UTF-8 without prefixes has nothing but values, as most large ones do.

    How far they reach is not looked at: the fast reader tells it, within the bounds of its process.
    """
    before = b""
    rows = False
    for piece in pieces:
        text = before + piece
        if not before and OTHER.match(text):
            return False
        if any(mark in text for mark in MARKED):
            return False
        rows = rows or b"<sheetData" in text
        before = text[-KEPT:]
    return rows
