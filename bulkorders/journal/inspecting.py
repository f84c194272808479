"""What a journal file holds, in numbers, read beside whoever uses it: nothing is locked, nothing written."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from bulkorders.errors import JournalError
from bulkorders.journal.mark import Mark, Reading
from bulkorders.journal.opening import journal_path, mark_path
from bulkorders.journal.sqlite.connection import connect_to_read, explained


@dataclass(frozen=True, slots=True)
class Inspected:
    """A journal in numbers: bytes of its file, orders by state, attempts, runs, and what its mark says.

    `marked` is how many attempts the mark has seen, None where there is no mark; `readable` is false where
    there is one and its checksum is wrong.
    """

    path: str
    id: str = ""
    size: int = 0
    attempts: int = 0
    runs: int = 0
    states: Mapping[str, int] = field(default_factory=dict)
    marked: int | None = None
    marked_id: str = ""
    readable: bool = True

    @property
    def behind(self) -> bool:
        """Whether the journal may know less than its mark: restored, rolled back, another one, or none can say."""
        if self.marked is None:
            return not self.readable
        return self.marked_id != self.id or self.marked > self.attempts

    @property
    def known(self) -> int:
        """How many of the attempts that the mark has seen this journal knows; none of another journal's."""
        return self.attempts if self.marked_id in ("", self.id) else 0


def inspect(url_or_path: str | Path) -> Inspected:
    """Return what the journal holds. Raises JournalError where there is none, or it can't be read."""
    path = journal_path(url_or_path)
    said, readable = _mark(path)
    if not path.exists() and said is None and readable:
        raise JournalError("journal.none", path=str(path))
    try:
        with closing(connect_to_read(path)) as connection:

            def one(question: str) -> tuple[object, ...]:
                row: tuple[object, ...] | None = connection.execute(question).fetchone()
                return row or ("",)

            states = dict(connection.execute("SELECT state, count(*) FROM orders GROUP BY state").fetchall())
            identity = str(one("SELECT value FROM meta WHERE name = 'journal_id'")[0])
            attempts = int(str(one("SELECT coalesce(max(number), 0) FROM attempts")[0]))
            runs = int(str(one("SELECT count(*) FROM runs")[0]))
    except sqlite3.Error as error:
        raise explained(error, str(path), "journal.unreadable") from error
    return Inspected(
        str(path),
        identity if path.exists() else "",
        path.stat().st_size if path.exists() else 0,
        attempts,
        runs,
        states,
        said.attempts if said else None,
        said.journal_id if said else "",
        readable,
    )


def _mark(path: Path) -> tuple[Reading | None, bool]:
    """Return what the mark says, and whether it could be read."""
    try:
        return Mark(mark_path(path)).read(), True
    except JournalError:
        return None, False
