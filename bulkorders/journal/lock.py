"""One run on one journal: a lock of the operating system, and beside it who holds it.

The system frees the lock when its process ends, however it ends. The lock file itself can't be read
while it is held (Windows), so the holder stands in a file of its own.
"""

import contextlib
import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from bulkorders.errors import JournalError, JournalHeld


class JournalLock:
    """The lock of one journal file. Not shared between threads or processes."""

    def __init__(self, journal: Path) -> None:
        self._journal = journal
        self._holder = journal.with_name(f"{journal.name}.holder")
        self._lock = FileLock(journal.with_name(f"{journal.name}.lock"), timeout=0, thread_local=False)

    def take(self, who: str) -> None:
        """Take the lock for `who` (what is being run), or raise JournalHeld saying who has it since when."""
        try:
            self._journal.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
        except Timeout:
            raise self._held() from None
        except (OSError, NotImplementedError) as error:  # the latter where a file system has no locks
            raise JournalError("journal.unwritable", path=str(self._journal), reason=str(error)) from error
        started = datetime.now(UTC).isoformat(timespec="seconds")
        told = {"who": who, "pid": os.getpid(), "machine": platform.node(), "since": started}
        with contextlib.suppress(OSError):  # the lock counts; who holds it is a courtesy
            self._holder.write_text(json.dumps(told), encoding="utf-8")

    def release(self) -> None:
        """Let the next one in."""
        if self._lock.is_locked:
            with contextlib.suppress(OSError):
                self._holder.unlink(missing_ok=True)
            self._lock.release()

    def _held(self) -> JournalHeld:
        told: dict[str, object] = {}
        with contextlib.suppress(OSError, ValueError):
            read = json.loads(self._holder.read_text(encoding="utf-8"))
            told = read if isinstance(read, dict) else {}
        pid, machine = told.get("pid", "?"), told.get("machine", "?")
        holder = f"{told.get('who') or 'bulkorders'} (process {pid} on {machine})"
        since = told.get("since", "?")
        return JournalHeld("journal.held", path=str(self._journal), holder=holder, since=since, pid=pid)
