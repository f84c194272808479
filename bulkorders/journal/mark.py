"""The high-water mark: how many attempts the journal has seen, kept outside of it.

A journal restored from a backup, or rolled back by a folder that is synchronised, forgets what was
sent. It then holds fewer attempts than this file says, and must not submit. The mark is written after
each commit that holds claims and before their callers are told, so it is never ahead of the journal.
Writing it costs no fsync each time: a killed process leaves it in the system's cache, and only a power
cut can take back its last second, which merely makes it a second less watchful. It is forced to the
disk once a second and at the end. The file is one line of fixed length, written over in place.
"""

import contextlib
import logging
import os
import time
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from bulkorders.errors import JournalError
from bulkorders.journal.disk import sync_file, sync_folder

FORCED_EVERY = 1.0
"""Seconds between two moments at which the mark is forced to the disk."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a mark says: which journal it belongs to, and how many attempts that one had."""

    journal_id: str
    attempts: int


class Mark:
    """The file beside a journal that remembers how far it had come."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1
        self._journal_id = ""
        self._attempts = 0
        self._forced_at = 0.0

    def read(self) -> Reading | None:
        """Return what the file says; None where there is none, JournalError where it can't be read."""
        try:
            line = self._path.read_text(encoding="ascii", errors="replace").partition("\n")[0]
        except FileNotFoundError:
            return None
        except OSError as error:
            raise JournalError("journal.mark_unreadable", path=str(self._path), reason=str(error)) from error
        if not line:
            return None
        journal_id, _, rest = line.partition(" ")
        attempts, _, total = rest.partition(" ")
        if not attempts.isdecimal() or total != _sum(f"{journal_id} {attempts}"):
            raise JournalError(
                "journal.mark_unreadable", path=str(self._path), reason="its checksum is wrong"
            )
        return Reading(journal_id, int(attempts))

    def agree(
        self,
        journal_id: str,
        attempts: int,
        *,
        accept_rollback: bool,
        path: Path | str,
        said: Reading | None = None,
    ) -> None:
        """Hold the journal against its mark, then begin to write it; JournalError where it is behind.

        `accept_rollback` takes a person's word for it that the journal may be behind. Where others raise the
        same mark, `said` is what it told before the journal was asked for its attempts.
        """
        if not accept_rollback:
            said = said or self.read()
            if said is not None and (said.journal_id != journal_id or said.attempts > attempts):
                found = attempts if said.journal_id == journal_id else 0
                raise JournalError("journal.behind", path=str(path), expected=said.attempts, found=found)
        self._journal_id = journal_id
        fresh = not self._path.exists()
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        self._write(attempts)
        sync_file(self._descriptor)
        if fresh:
            sync_folder(self._path.parent)

    def rise(self, attempts: int) -> None:
        """Write the new number. A mark that can't be written is logged: the journal itself is sound."""
        if attempts <= self._attempts or self._descriptor < 0:
            return
        try:
            self._write(attempts)
            if time.monotonic() - self._forced_at >= FORCED_EVERY:
                self._force()
        except OSError as error:
            log.warning("the journal's mark can't be written: %s", error)

    def close(self) -> None:
        """Force the last number to the disk and close the file."""
        if self._descriptor >= 0:
            with contextlib.suppress(OSError):
                self._force()
            os.close(self._descriptor)
            self._descriptor = -1

    def _write(self, attempts: int) -> None:
        text = f"{self._journal_id} {attempts:012d}"
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        os.write(self._descriptor, f"{text} {_sum(text)}\n".encode("ascii"))
        self._attempts = attempts

    def _force(self) -> None:
        sync_file(self._descriptor)
        self._forced_at = time.monotonic()


def _sum(text: str) -> str:
    return f"{crc32(text.encode()):08x}"
