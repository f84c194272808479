"""A workbook opened in a process of its own, with bounds of memory and time: its worksheets, asked for one by one."""

import contextlib
import dataclasses
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Self

from bulkorders.errors import SheetError
from bulkorders.sheet.reading import frames
from bulkorders.sheet.reading.bounds import OVER_MEMORY
from bulkorders.sheet.reading.grid import Grid, Line, Worksheet
from bulkorders.sheet.reading.limits import Limits

ROOT = str(Path(__file__).parents[3])
"""The folder this package is in."""

START = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]); "
    "from bulkorders.sheet.reading.child import main; main()"
)
"""What the process runs: with the paths of this one, and nothing of the folder it is started in."""

OURS = "BULKORDERS_"
"""What the names of settings begin with that the process is not given: a key may be among them."""

PATIENCE = 4
"""Times the seconds of the processor after which the process is ended by the clock: the machine may be busy."""

ENDED = 30
"""Seconds to wait for the process to be gone, once it was told so."""

OUT_OF_TIME = {getattr(signal, "SIGXCPU", 24)}
OUT_OF_MEMORY = {getattr(signal, "SIGABRT", 6), getattr(signal, "SIGKILL", 9)}
"""The signals by which the system ends a process that takes too much."""

ABORTED = 0xC0000409
"""How a process on Windows ends that gets no more memory."""


class Workbook:
    """An opened workbook: its worksheets, each read when asked for. Close it, or use it in a `with`.

    Raises the SheetErrors of what reads this kind of file: `sheet.damaged` (`reason`), `sheet.encrypted`,
    `sheet.not_workbook` (`found`), `sheet.forbidden_xml` (`part`), `sheet.bomb`, `sheet.too_large`,
    `sheet.far_cell` (`worksheet`, `cell`), and `sheet.too_slow` (`seconds`), `sheet.too_demanding`
    (`limit`, in bytes), `sheet.no_reader` (`reason`).
    """

    def __init__(self, path: str, content: bytes, kind: str, limits: Limits) -> None:
        self._path = path
        self._seconds = limits.seconds_for(len(content))
        self._memory = limits.memory_for(len(content))
        self._late = False
        self._process = self._started()
        asked = {
            "kind": kind, "path": path, "size": len(content), "limits": dataclasses.asdict(limits)
        }  # fmt: skip
        try:
            with self._timed():
                frames.send(self._to, asked)
                self._to.write(content)
                self._to.flush()
                listed = self._answer()
        except BaseException:
            self.close()
            raise
        self.worksheets = [Worksheet(*each) for each in listed]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait(ENDED)
        for stream in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                if stream is not None:
                    stream.close()

    def get(self, name: str) -> Worksheet | None:
        """Return the worksheet of this name; failing that, one that differs by case or outer blanks alone."""
        for worksheet in self.worksheets:
            if worksheet.name == name:
                return worksheet
        wanted = name.strip().casefold()
        alike = [each for each in self.worksheets if each.name.strip().casefold() == wanted]
        return alike[0] if len(alike) == 1 else None

    def grid(self, worksheet: Worksheet, seen: Callable[[list[Line]], None] | None = None) -> Grid:
        """Return the rows of a worksheet that are not blank; whenever some have come, `seen` is given all so far.

        Values come as they were entered: text as text, whole numbers as int, dates as dates; an error cell
        and a formula saved without its value as an ErrorCell, never as an empty cell.
        """
        rows: list[Line] = []
        with self._timed():
            frames.send(self._to, worksheet.index)
            told = self._answer(rows, seen)
        return Grid(
            rows,
            worksheet.name,
            frozenset(told["hidden_rows"]),
            tuple(told["hidden_columns"]),
            tuple(told["merged"]),
        )

    def _answer(
        self, rows: list[Line] | None = None, seen: Callable[[list[Line]], None] | None = None
    ) -> Any:
        """Return what the process answers; the rows that come before it are added."""
        while True:
            kind, *told = frames.receive(self._from)
            if kind == "rows" and rows is not None:
                rows += frames.unpacked(*told)
                if seen is not None:
                    seen(rows)
            elif kind == "done":
                return told[0]
            elif kind == "broken":
                raise SheetError("sheet.damaged", path=self._path, reason=told[0])
            else:
                raise _raised(*told)

    @contextlib.contextmanager
    def _timed(self) -> Iterator[None]:
        """End the process if it takes too long; where it is gone, say why."""
        clock = threading.Timer(self._seconds * PATIENCE, self._end)
        clock.daemon = True
        clock.start()
        try:
            yield
        except (EOFError, BrokenPipeError, ConnectionError):
            raise self._gone() from None
        finally:
            clock.cancel()

    def _end(self) -> None:
        self._late = True
        self._process.kill()

    def _gone(self) -> SheetError:
        """Return the error that says why the process ended before it had answered."""
        ended = self._process.wait(ENDED)
        if self._late or -ended in OUT_OF_TIME:
            return SheetError("sheet.too_slow", path=self._path, seconds=self._seconds)
        if ended in (OVER_MEMORY, ABORTED) or -ended in OUT_OF_MEMORY:
            return SheetError("sheet.too_demanding", path=self._path, limit=self._memory)
        return SheetError("sheet.damaged", path=self._path, reason=f"its reader broke off ({ended})")

    def _started(self) -> subprocess.Popen[bytes]:
        """Start the process: apart from the terminal's signals, and without our settings."""
        paths = [*(each for each in sys.path if each), ROOT]
        given = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        apart: dict[str, Any] = {"start_new_session": True}
        if sys.platform == "win32":
            apart = {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}
        try:
            return subprocess.Popen(  # noqa: S603 - this very interpreter, with a text of our own
                [sys.executable, "-I", "-S", "-c", START, json.dumps(paths)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=given,
                **apart,
            )
        except (OSError, ValueError) as error:
            raise SheetError("sheet.no_reader", path=self._path, reason=str(error)) from error

    @property
    def _to(self) -> IO[bytes]:
        assert self._process.stdin is not None  # noqa: S101 - it was started with one
        return self._process.stdin

    @property
    def _from(self) -> IO[bytes]:
        assert self._process.stdout is not None  # noqa: S101 - likewise
        return self._process.stdout


def _raised(code: str, facts: dict[str, Any]) -> SheetError:
    """Return an error that was raised in the process."""
    error = SheetError(code)
    error.facts.update(facts)
    return error
