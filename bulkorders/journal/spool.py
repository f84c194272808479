"""Answers kept when the journal can't be written: a file beside it whose space is reserved at the start.

An order id is the most valuable byte of the system, and a full disk is when it is most easily lost. So
the file takes its space before the first order is sent. Each entry is one line of JSON with a checksum,
forced to the disk before `append` returns; a NUL ends the last one. A last line that was torn by a
crash was never acknowledged, and is ignored. Nothing in it is secret: outcomes are masked before.
"""

import contextlib
import json
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Self
from zlib import crc32

from bulkorders.errors import JournalError
from bulkorders.journal.disk import reserve, sync_file, sync_folder
from bulkorders.journal.protocol import Journal
from bulkorders.model import money
from bulkorders.model.orders import Submission
from bulkorders.model.outcomes import Consequence, Outcome, Verdict

RESERVED = 4 * 1024 * 1024
"""Bytes taken at the start: room for a few hundred long answers, or many thousand order ids."""


log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """An answer that waits for the journal."""

    attempt: str
    key: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of a replay: orders as they now stand, and entries whose attempt the journal doesn't know."""

    recorded: tuple[Submission, ...] = ()
    unmatched: tuple[Entry, ...] = ()


class Spool:
    """The spool file of one journal, held under the journal's lock."""

    def __init__(self, path: Path, descriptor: int, size: int) -> None:
        self._path = path
        self._descriptor = descriptor
        self._size = size
        self._lines, self._end = _read(descriptor)

    @classmethod
    def open(cls, path: Path, *, size: int = RESERVED) -> Self:
        """Open the file, making it and reserving `size` bytes; JournalError where there is no room."""
        descriptor = -1
        try:
            fresh = not path.exists()
            flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
            descriptor = os.open(path, flags, 0o600)
            reserve(descriptor, size)
            sync_file(descriptor)
            if fresh:
                sync_folder(path.parent)
            return cls(path, descriptor, size)
        except OSError as error:
            if descriptor >= 0:
                os.close(descriptor)
            raise JournalError("journal.spool_unwritable", path=str(path), reason=str(error)) from error

    def append(self, attempt: str, key: str, outcome: Outcome) -> None:
        """Keep this answer, durably before it returns.

        Where even the reserved space is used up and the disk is full, the raw answer is left out and the
        rest kept. Raise JournalError with the order ids where nothing can be written.
        """
        full = Entry(attempt, key, outcome)
        short = Entry(attempt, key, replace(outcome, answer="", message=outcome.message[:200]))
        for entry in (full, short):
            try:
                self._put(_line(entry))
            except OSError as error:
                failure = error
            else:
                self._lines.append(entry)
                return
        order_ids = list(outcome.order_ids)
        reason = str(failure)
        raise JournalError(
            "journal.spool_unwritable", path=str(self._path), reason=reason, key=key, order_ids=order_ids
        ) from failure

    def entries(self) -> list[Entry]:
        """Return the answers that wait, in the order they came."""
        return list(self._lines)

    async def replay(self, journal: Journal) -> Replayed:
        """Record what waits, empty the file; JournalError (all is kept) where the journal can't be written.

        An answer whose attempt the journal doesn't know (it was rolled back) is moved to a file beside
        this one, `….unmatched`, one JSON line each, and told.
        """
        recorded: list[Submission] = []
        unmatched: list[Entry] = []
        for entry in self._lines:
            try:
                recorded.append(await journal.record(entry.attempt, entry.outcome))
            except JournalError as error:
                if error.code != "journal.unknown_attempt":
                    raise
                unmatched.append(entry)
        self._keep_unmatched(unmatched)
        self._clear()
        return Replayed(tuple(recorded), tuple(unmatched))

    def close(self) -> None:
        """Close the file, and remove it where nothing waits in it. May be called again."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
            if not self._lines:
                with contextlib.suppress(OSError):
                    self._path.unlink()

    def _put(self, line: bytes) -> None:
        os.lseek(self._descriptor, self._end, os.SEEK_SET)
        written = os.write(self._descriptor, line + b"\0")
        if written <= len(line):
            raise OSError(f"{written} of {len(line) + 1} bytes were written")
        sync_file(self._descriptor)
        self._end += len(line)

    def _clear(self) -> None:
        if self._lines:
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            os.write(self._descriptor, b"\0")
            sync_file(self._descriptor)
            self._lines, self._end = [], 0

    def _keep_unmatched(self, entries: list[Entry]) -> None:
        if not entries:
            return
        path = self._path.with_name(f"{self._path.name}.unmatched")
        try:
            with path.open("ab") as file:
                file.writelines(_line(entry) for entry in entries)
                file.flush()
                sync_file(file.fileno())
            sync_folder(path.parent)
        except OSError as error:
            raise JournalError("journal.spool_unwritable", path=str(path), reason=str(error)) from error


def _read(descriptor: int) -> tuple[list[Entry], int]:
    """Return the complete entries and where the next one goes."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    data = b""
    while b"\0" not in data and (part := os.read(descriptor, 1 << 16)):
        data += part
    found: list[Entry] = []
    end = 0
    for line in data.partition(b"\0")[0].splitlines(keepends=True):
        if not line.endswith(b"\n"):
            break
        end += len(line)
        entry = _entry(line)
        if entry is None:
            log.warning("a line of the spool is damaged and was left out: %r", line[:200])
        else:
            found.append(entry)
    return found, end


def _line(entry: Entry) -> bytes:
    """Return the entry as one line: the checksum of its JSON, a space, the JSON."""
    outcome = entry.outcome
    told = {
        "attempt": entry.attempt,
        "key": entry.key,
        "verdict": outcome.verdict.value,
        "kind": outcome.kind,
        "message": outcome.message,
        "order_ids": list(outcome.order_ids),
        "charge": money.text(outcome.charge),
        "http_status": outcome.http_status,
        "answer": outcome.answer,
        "consequence": outcome.consequence.value,
        "wait": outcome.wait,
    }
    text = json.dumps(told, separators=(",", ":")).encode("ascii")
    return b"%08x %s\n" % (crc32(text), text)


def _entry(line: bytes) -> Entry | None:
    total, _, text = line.rstrip(b"\n").partition(b" ")
    if total != b"%08x" % crc32(text):
        return None
    told = json.loads(text)
    return Entry(told["attempt"], told["key"], _outcome(told))


def _outcome(told: Mapping[str, Any]) -> Outcome:
    return Outcome(
        verdict=Verdict(told["verdict"]),
        kind=told["kind"],
        message=told["message"],
        order_ids=tuple(told["order_ids"]),
        charge=None if told["charge"] is None else Decimal(told["charge"]),
        http_status=told["http_status"],
        answer=told["answer"],
        consequence=Consequence(told["consequence"]),
        wait=told["wait"],
    )
