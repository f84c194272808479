"""What a journal file holds, in numbers, read beside whoever uses it: nothing is locked, nothing written."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from bulkorders.errors import JournalError
from bulkorders.journal.address import address_of, is_postgres
from bulkorders.journal.inspected import Inspected
from bulkorders.journal.mark import Mark, Reading
from bulkorders.journal.opening import journal_path, mark_path
from bulkorders.journal.seat import highest
from bulkorders.journal.sqlite.connection import connect_to_read, explained


def inspect(url_or_path: str | Path, home: Path | None = None) -> Inspected:
    """Return what the journal holds; `home` is where this machine keeps its mark of a database.

    Raises JournalError where there is none, or it can't be read.
    """
    if is_postgres(url_or_path):
        return _in_database(str(url_or_path), home or Path.cwd())
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


def _in_database(url: str, home: Path) -> Inspected:
    try:
        from bulkorders.journal.postgres.figures import figures  # noqa: PLC0415 - the driver is an extra
    except ImportError:
        raise JournalError("journal.backend_missing", backend="postgresql") from None
    address = address_of(url)
    found = figures(address)
    said, readable = None, True
    try:
        said = highest(home, address.stem)
    except JournalError:
        readable = False
    marked, marked_id = (said.attempts, said.journal_id) if said else (None, "")
    return replace(found, marked=marked, marked_id=marked_id, readable=readable)


def _mark(path: Path) -> tuple[Reading | None, bool]:
    """Return what the mark says, and whether it could be read."""
    try:
        return Mark(mark_path(path)).read(), True
    except JournalError:
        return None, False
