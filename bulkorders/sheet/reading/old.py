"""Records of an .xls workbook: where its worksheets begin, and the marks that their values do not tell."""

import struct
from collections.abc import Iterator
from struct import unpack_from

from bulkorders.sheet.reading.binary import error_text
from bulkorders.sheet.reading.marks import Marks, Refused, letters_of

BEGIN, END, PASSWORD, SHEET = 0x809, 0x0A, 0x2F, 0x85
ROW, COLUMN, FORMULA, ERROR, MERGES = 0x208, 0x7D, 0x06, 0x205, 0xE5
NUMBER, RK, LABEL, SHARED, RICH, RKS = 0x203, 0x27E, 0x204, 0xFD, 0xD6, 0xBD
VALUED = frozenset((FORMULA, ERROR, NUMBER, RK, LABEL, SHARED, RICH, RKS))
"""Kinds of records that are cells with values."""

HIDDEN_ROW, HIDDEN_COLUMN = 0x20, 0x01
WORKSHEET = 0
NO_NUMBER, ERRONEOUS = 0xFFFF, 2

BROKEN = (struct.error, IndexError)
"""What reading records of a damaged file ends with."""


class Protected(Exception):
    """The workbook has a password."""


def records(stream: bytes, at: int = 0) -> Iterator[tuple[int, int, int]]:
    """Give kind, place of the data and size of each record from here to the end of what begins here."""
    depth = 0
    while True:
        kind, size = unpack_from("<HH", stream, at)
        depth += (kind == BEGIN) - (kind == END)
        if at + 4 + size > len(stream):
            raise IndexError("a record is cut off")
        if depth <= 1:  # a chart within a worksheet has records of its own
            yield kind, at + 4, size
        if depth <= 0:
            return
        at += 4 + size


def beginnings(stream: bytes) -> list[int | None]:
    """Return where the records of each sheet begin; None for one that is no worksheet.

    Raises Protected, and the errors of `BROKEN`.
    """
    found: list[int | None] = []
    for kind, at, _ in records(stream):
        if kind == PASSWORD:
            raise Protected
        if kind == SHEET:
            place, _, sort = unpack_from("<IBB", stream, at)
            found.append(place if sort == WORKSHEET else None)
    return found


def find_marks(stream: bytes, begin: int, columns: int) -> Marks:
    """Return the marks of the worksheet that begins here; no value may stand beyond so many columns."""
    marks = Marks()
    try:
        for kind, at, size in records(stream, begin):
            if kind in VALUED:
                _valued(marks, stream, kind, at, columns)
            elif kind == ROW:
                row, flags = unpack_from("<H10xH", stream, at)
                if flags & HIDDEN_ROW:
                    marks.hidden_rows.append(row + 1)
            elif kind == COLUMN:
                first, last, flags = unpack_from("<HH4xH", stream, at)
                if flags & HIDDEN_COLUMN:
                    marks.hidden_columns.append((first, last))
            elif kind == MERGES:
                for each in range(at + 2, at + size - 7, 8):
                    top, bottom, left, right = unpack_from("<HHHH", stream, each)
                    marks.merge((top, left), (bottom, right))
    except BROKEN as error:
        raise Refused("xml", str(error)) from error
    return marks


def _valued(marks: Marks, stream: bytes, kind: int, at: int, columns: int) -> None:
    """Take note of a cell with a value: how far out it is, and whether it shows an error."""
    row, column = unpack_from("<HH", stream, at)
    if column >= columns:
        raise Refused("far", f"{letters_of(column)}{row + 1}")
    if row >= marks.rows:
        marks.rows, marks.last = row + 1, f"{letters_of(column)}{row + 1}"
    marks.columns = max(marks.columns, column + 1)
    if kind == ERROR and stream[at + 7]:
        marks.errors[row, column] = error_text(stream[at + 6])
    elif kind == FORMULA:
        sort, _, number, _, _, _, shown = unpack_from("<BBBBBBH", stream, at + 6)
        if shown == NO_NUMBER and sort == ERRONEOUS:
            marks.errors[row, column] = error_text(number)
