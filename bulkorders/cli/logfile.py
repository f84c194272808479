"""The log of unattended runs: a file of lines that begins anew when it is full, with no secret in it."""

import contextlib
import logging
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler
from pathlib import Path

from bulkorders.errors import CallError
from bulkorders.panel.masking import Mask

MOST_BYTES = 1_000_000
KEPT = 5
"""How long a log grows before it is put aside, and how many that were put aside are kept."""

LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class _OneLine(logging.Formatter):
    """One event, one line; times with their offset from UTC, and no secret."""

    default_time_format = "%Y-%m-%dT%H:%M:%S%z"
    default_msec_format = ""

    def __init__(self, mask: Mask) -> None:
        super().__init__(LINE)
        self._mask = mask

    def format(self, record: logging.LogRecord) -> str:
        """Return the event as a line."""
        return " ".join(self._mask(super().format(record)).split())


class _Rotating(RotatingFileHandler):
    """Goes on in the same file where another process has it open, as Windows then lets nobody rename it."""

    def doRollover(self) -> None:  # noqa: N802 - the name is the library's
        """Begin a new file, and keep the one before."""
        try:
            super().doRollover()
        except OSError:
            if self.stream is None:
                self.stream = self._open()


@contextlib.contextmanager
def log_to(path: Path, mask: Mask, *, most: int = MOST_BYTES, kept: int = KEPT) -> Iterator[None]:
    """Write what the package's loggers say into a file, for as long as this is open. Raises CallError."""
    package = logging.getLogger("bulkorders")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = _Rotating(path, maxBytes=most, backupCount=kept, encoding="utf-8", errors="replace")
    except OSError as error:
        raise CallError("log.unwritable", path=str(path), reason=error.strerror or str(error)) from error
    handler.setFormatter(_OneLine(mask))
    level = package.level
    package.addHandler(handler)
    package.setLevel(logging.INFO)
    try:
        yield
    finally:
        package.setLevel(level)
        package.removeHandler(handler)
        handler.close()
