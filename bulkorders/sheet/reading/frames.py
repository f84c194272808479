"""How a workbook's rows travel from the process that reads it: in pieces, as plain values."""

import marshal
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from struct import Struct
from typing import IO, Any

from bulkorders.model.orders import ErrorCell
from bulkorders.sheet.reading.grid import Line

LENGTH = Struct("<I")
ROWS = 4_000
"""How many rows travel at once."""

Special = tuple[int, int, str, Any]
"""A value that is not plain: its row in the piece, its column, what it is, and how it is told."""


def send(stream: IO[bytes], told: Any) -> None:
    """Write one message of plain values: texts, numbers, None, and tuples, lists or dicts of these."""
    _write(stream, marshal.dumps(told))


def send_rows(stream: IO[bytes], lines: Sequence[Line]) -> None:
    """Write the message ("rows", rows as plain values, and apart what stands in them of dates, times and errors)."""
    told: Any = ("rows", lines, ())
    try:
        message = marshal.dumps(told)
    except ValueError:
        told = ("rows", *_separated(lines))
        message = marshal.dumps(told)
    _write(stream, message)


def _write(stream: IO[bytes], message: bytes) -> None:
    stream.write(LENGTH.pack(len(message)))
    stream.write(message)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:
    """Return the next message. Raises EOFError where the other side is gone."""
    (length,) = LENGTH.unpack(_whole(stream, LENGTH.size))
    return marshal.loads(_whole(stream, length))  # noqa: S302 - from a process of our own, over a pipe


def _whole(stream: IO[bytes], length: int) -> bytes:
    found = stream.read(length)
    if len(found) < length:
        raise EOFError
    return found


def _separated(lines: Sequence[Line]) -> tuple[Sequence[Line], list[Special]]:
    """Return the rows with None for every value that is not plain, and these values."""
    plain: list[Line] = []
    specials: list[Special] = []
    for at, (number, cells) in enumerate(lines):
        found = [(column, _told(cell)) for column, cell in enumerate(cells) if isinstance(cell, TOLD)]
        if not found:
            plain.append((number, cells))
            continue
        specials += [(at, column, *told) for column, told in found]
        plain.append((number, tuple([None if isinstance(cell, TOLD) else cell for cell in cells])))
    return plain, specials


TOLD = (ErrorCell, date, time, timedelta)


def _told(cell: ErrorCell | date | time | timedelta) -> tuple[str, Any]:
    """Return what a value is, and how it is told; a datetime is a date, so that comes first."""
    if isinstance(cell, ErrorCell):
        return "error", cell.text
    if isinstance(cell, timedelta):
        return "span", (cell.days, cell.seconds, cell.microseconds)
    kind = "moment" if isinstance(cell, datetime) else "day" if isinstance(cell, date) else "time"
    return kind, cell.isoformat()


MADE: Mapping[str, Any] = {
    "error": ErrorCell,
    "span": lambda parts: timedelta(*parts),
    "moment": datetime.fromisoformat,
    "day": date.fromisoformat,
    "time": time.fromisoformat,
}


def unpacked(lines: list[Line], specials: Sequence[Special]) -> list[Line]:
    """Return the rows with what is not plain put back in its place."""
    by_row: dict[int, list[Special]] = {}
    for special in specials:
        by_row.setdefault(special[0], []).append(special)
    for at, found in by_row.items():
        number, cells = lines[at]
        whole = list(cells)
        for _, column, kind, told in found:
            whole[column] = MADE[kind](told)
        lines[at] = (number, tuple(whole))
    return lines
