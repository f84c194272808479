"""The process that reads a workbook, so that nothing in one can harm the run: bounded, and without a key."""

import gc
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, BinaryIO, Protocol

from bulkorders.errors import SheetError
from bulkorders.sheet.reading import bounds, frames
from bulkorders.sheet.reading.grid import Flow, Grid, Worksheet
from bulkorders.sheet.reading.limits import Limits


class Reader(Protocol):
    """An opened workbook of some kind."""

    @property
    def worksheets(self) -> Sequence[Worksheet]:
        """The worksheets in the workbook's order."""
        ...

    def grid(self, worksheet: Worksheet) -> Grid | Flow:
        """Return the rows of a worksheet."""
        ...


def main() -> None:
    """Answer over standard input and output: first the worksheets, then each that is asked for by its number."""
    gc.disable()  # nothing here goes round in circles, and a sheet is a great many values
    incoming, outgoing = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever else is written goes nowhere
    try:
        _serve(incoming, outgoing)
    except (EOFError, BrokenPipeError):
        os._exit(0)  # who asked is gone
    outgoing.flush()
    os._exit(0)  # taking a million values apart would take longer than reading them


def _serve(incoming: BinaryIO, outgoing: BinaryIO) -> None:
    asked = frames.receive(incoming)
    content = incoming.read(asked["size"])
    limits = Limits(**asked["limits"])
    bounds.bound(limits.memory_for(len(content)), limits.seconds_for(len(content)))
    readers: list[Reader] = []

    def opened() -> object:
        readers.append(_reader(asked["kind"])(asked["path"], content, limits))
        return [(each.name, each.index, each.visible) for each in readers[0].worksheets]

    _answer(outgoing, opened)
    while readers:
        index: int = frames.receive(incoming)
        _answer(outgoing, partial(_sent, outgoing, readers[0], index))


def _reader(kind: str) -> Callable[[str, bytes, Limits], Reader]:
    """Return what opens a workbook of this kind; only that is loaded."""
    if kind == ".ods":
        from bulkorders.sheet.reading.opendocument import OpenDocument  # noqa: PLC0415 - only where needed

        return OpenDocument
    if kind == ".xls":
        from bulkorders.sheet.reading.xls import Xls  # noqa: PLC0415 - likewise

        return Xls
    if kind == ".xlsb":
        from bulkorders.sheet.reading.xlsb import Xlsb  # noqa: PLC0415 - likewise

        return Xlsb
    if kind == ".html":
        from bulkorders.sheet.reading.web_tables import WebTables  # noqa: PLC0415 - likewise

        return WebTables
    if kind == ".xml":
        from bulkorders.sheet.reading.xml_2003 import Xml2003  # noqa: PLC0415 - likewise

        return Xml2003
    from bulkorders.sheet.reading.xlsx import Xlsx  # noqa: PLC0415 - likewise

    return Xlsx


def _sent(outgoing: BinaryIO, reader: Reader, index: int) -> object:
    """Send the rows of a worksheet piece by piece; return what else is known of it."""
    grid = reader.grid(reader.worksheets[index])
    for piece in grid.pieces(frames.ROWS):
        frames.send_rows(outgoing, piece)
    return {
        "hidden_rows": list(grid.hidden_rows),
        "hidden_columns": list(grid.hidden_columns),
        "merged": list(grid.merged),
    }


def _answer(outgoing: BinaryIO, asked: Callable[[], object]) -> None:
    """Send what was asked for, or the error it ended with: whatever a file brings about, it is told."""
    try:
        answer: tuple[Any, ...] = ("done", asked())
    except SheetError as error:
        answer = ("error", error.code, error.facts)
    except (EOFError, BrokenPipeError):
        raise
    except MemoryError:
        os._exit(bounds.OVER_MEMORY)
    except Exception as error:  # noqa: BLE001 - a file no program writes; its reader must say so, not fall over
        answer = ("broken", f"{type(error).__name__}: {error}")
    frames.send(outgoing, answer)
