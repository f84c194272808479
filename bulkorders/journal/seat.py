"""What a machine keeps beside a journal on PostgreSQL: for each process at once a lock, a mark and a spool.

The database outlives every machine, but an answer that can't be written is kept here, and here stands how
far the journal had come: a database that was restored from a backup knows less than that.
"""

import contextlib
from itertools import chain, count
from pathlib import Path

from filelock import FileLock, Timeout

from bulkorders.errors import JournalError
from bulkorders.journal.mark import Mark, Reading

SPOOL = ".spool"
MARK = ".mark"


class Seat:
    """The files of one process: `beside` names them all, with a suffix each."""

    def __init__(self, beside: Path, lock: FileLock) -> None:
        self.beside = beside
        self.mark = SeatMark(beside)
        self._lock = lock

    @classmethod
    def take(cls, folder: Path, stem: str) -> "Seat":
        """Take the first seat that is free; one where answers wait for the journal comes before all others.

        Raises JournalError where the folder can't be written.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            waiting = [path.with_suffix("") for path in sorted(folder.glob(f"{stem}.*{SPOOL}"))]
            for beside in chain(waiting, (folder / f"{stem}.{number}" for number in count(1))):
                lock = FileLock(beside.with_name(f"{beside.name}.lock"), timeout=0, thread_local=False)
                with contextlib.suppress(Timeout):
                    lock.acquire()
                    return cls(beside, lock)
        except (OSError, NotImplementedError) as error:  # the latter where a file system has no locks
            raise JournalError("journal.unwritable", path=str(folder / stem), reason=str(error)) from error
        raise AssertionError("the numbers never end")

    def release(self) -> None:
        """Let the next process of this machine have it."""
        self._lock.release()


class SeatMark(Mark):
    """The mark of one seat; what the machine's other seats say counts as well."""

    def __init__(self, beside: Path) -> None:
        super().__init__(beside.with_name(f"{beside.name}{MARK}"))
        self._beside = beside

    def read(self) -> Reading | None:
        """Return the highest that any seat says, or what one says of another journal."""
        return highest(self._beside.parent, self._beside.stem)

    def forget(self) -> None:
        """Take back what all seats say: a person gave a word for the journal as it is."""
        for path in marks(self._beside.parent, self._beside.stem):
            with contextlib.suppress(OSError):
                path.unlink()


def marks(folder: Path, stem: str) -> list[Path]:
    """Return the marks that this machine has of a journal."""
    return sorted(folder.glob(f"{stem}.*{MARK}"))


def highest(folder: Path, stem: str) -> Reading | None:
    """Return the highest mark of this machine's seats; None where there is none."""
    said = [found for path in marks(folder, stem) if (found := Mark(path).read()) is not None]
    return max(said, key=lambda one: one.attempts, default=None)
