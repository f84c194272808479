"""Records of an .xlsb worksheet: the marks that its values do not tell, and the list of worksheets."""

import struct
from collections.abc import Iterator
from struct import unpack_from

from bulkorders.sheet.reading.marks import Marks, Refused, letters_of

ROW, ERROR, FORMULA_ERROR = 0, 3, 11
VALUED = frozenset((2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 62))
"""Kinds of records that are a cell with a value."""

COLUMN, BUNDLE, MERGE = 60, 156, 176
HIDDEN_ROW, HIDDEN_COLUMN = 0x10, 0x01

BROKEN = (struct.error, IndexError, UnicodeDecodeError)
"""What reading records of a damaged file ends with."""

ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
"""How workbooks of both binary kinds number the errors."""


def error_text(number: int) -> str:
    """Return how an error is shown."""
    return ERRORS.get(number, "#UNKNOWN!")


def records(content: bytes) -> Iterator[tuple[int, int]]:
    """Give the kind of each record and where its data begins. Raises IndexError where it is cut off."""
    at, end = 0, len(content)
    while at < end:
        kind = content[at]
        at += 1
        if kind & 0x80:
            kind = (kind & 0x7F) | (content[at] & 0x7F) << 7
            at += 1
        size = content[at]
        at += 1
        if size & 0x80:
            size, at = _long_size(content, size & 0x7F, at)
        if at + size > end:
            raise IndexError("a record is cut off")
        yield kind, at
        at += size


def _long_size(content: bytes, size: int, at: int) -> tuple[int, int]:
    """Return a size of several bytes, and where it ends."""
    for shift in (7, 14, 21):
        byte = content[at]
        at += 1
        size |= (byte & 0x7F) << shift
        if not byte & 0x80:
            break
    return size, at


def bundle(content: bytes, at: int) -> tuple[str, str, bool]:
    """Return name, relation and visibility of the worksheet that a record of the list tells of."""
    (state,) = unpack_from("<I", content, at)
    relation, end = _text(content, at + 8)
    name, _ = _text(content, end)
    return name, relation, state == 0


def _text(content: bytes, at: int) -> tuple[str, int]:
    """Return a text with its length before it, and where it ends."""
    (length,) = unpack_from("<I", content, at)
    if length == 0xFFFFFFFF:  # noqa: PLR2004 - how an absent text is written
        return "", at + 4
    end = at + 4 + 2 * length
    if end > len(content):
        raise IndexError("a text is cut off")
    return content[at + 4 : end].decode("utf-16-le"), end


def find_marks(content: bytes, columns: int) -> Marks:
    """Return the marks of a worksheet; no value may stand beyond so many columns. Raises Refused."""
    marks = Marks()
    row = 0
    try:
        for kind, at in records(content):
            if kind in VALUED:
                (column,) = unpack_from("<I", content, at)
                _reach(marks, row, column, columns)
                if kind in (ERROR, FORMULA_ERROR):
                    marks.errors[row, column] = error_text(content[at + 8])
            elif kind == ROW:
                (row,) = unpack_from("<I", content, at)
                if content[at + 11] & HIDDEN_ROW:
                    marks.hidden_rows.append(row + 1)
            elif kind == COLUMN:
                first, last, _, _, flags = unpack_from("<IIIIH", content, at)
                if flags & HIDDEN_COLUMN:
                    marks.hidden_columns.append((first, last))
            elif kind == MERGE:
                top, bottom, left, right = unpack_from("<IIII", content, at)
                marks.merge((top, left), (bottom, right))
    except BROKEN as error:
        raise Refused("xml", str(error)) from error
    return marks


def _reach(marks: Marks, row: int, column: int, columns: int) -> None:
    """Take note that a cell has a value, unless it is too far out."""
    if column >= columns:
        raise Refused("far", f"{letters_of(column)}{row + 1}")
    if row >= marks.rows:
        marks.rows, marks.last = row + 1, f"{letters_of(column)}{row + 1}"
    if column >= marks.columns:
        marks.columns = column + 1
