"""Opens the journal's SQLite file: durable, checked, with the newest schema.

A commit must survive a power cut. SQLite's usual advice (WAL, synchronous NORMAL) forgot commits in
half of the simulated cuts; TRUNCATE with EXTRA, and WAL with FULL, forgot none. Versions before 3.51.3
have a fault in WAL with several connections, so they get TRUNCATE.
"""

import contextlib
import sqlite3
import uuid
from collections.abc import Iterator
from pathlib import Path

from bulkorders.errors import JournalError
from bulkorders.journal.disk import sync_folder
from bulkorders.journal.relational.statements import migrations, statements

SCHEMA_VERSION = len(migrations("sqlite"))
WAL_IS_SOUND = (3, 51, 3)
OLDEST = (3, 37, 0)
"""The first SQLite with STRICT tables."""

PATIENCE = 10.0
"""Seconds to wait for a reader beside us."""

NOT_YET = (
    (2, "CREATE TEMP TABLE IF NOT EXISTS balances (seq, account, amount, currency, at, run, moment, quiet)"),
    (
        3,
        "CREATE TEMP TABLE IF NOT EXISTS entered(seq, id, account, amount, currency, at, kind, note, entered_at, run)",
    ),
    (3, "CREATE TEMP VIEW IF NOT EXISTS orders AS SELECT *, '' AS client FROM main.orders"),
    (3, "CREATE TEMP TABLE IF NOT EXISTS exports (seq, scope, upto, at, run, file)"),
)
"""By the first schema that has it: an empty table in its place, for a journal that is only read."""

SEALED = "sealed"
"""The entry of `meta` that says where the journal was moved to."""

CHECK_LIMIT = 200 * 1024 * 1024
"""Bytes up to which the whole file is checked at every opening."""


def connect(path: Path, *, sealed_for: str | None = None) -> sqlite3.Connection:
    """Open the journal for writing, making it where there is none; JournalError where it can't be trusted.

    One that was sealed is refused, but to who moves it to the same place once more (`sealed_for`).
    """
    if sqlite3.sqlite_version_info < OLDEST:
        raise JournalError("journal.sqlite_too_old", found=sqlite3.sqlite_version, needed=_dotted(OLDEST))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = not path.exists()
    except OSError as error:
        raise JournalError("journal.unwritable", path=str(path), reason=str(error)) from error
    with _opened(path, "rwc", "journal.unwritable") as connection:
        make_durable(connection, path)
        if not fresh and path.stat().st_size <= CHECK_LIMIT:
            check(connection, path)
        migrate(connection, path)
        moved = connection.execute(statements("sqlite")["meta"], {"name": SEALED}).fetchone()
        if moved is not None and moved[0] != sealed_for:
            raise JournalError("journal.sealed", path=str(path), to=moved[0])
        if fresh:
            sync_folder(path.parent)
    return connection


def seal(connection: sqlite3.Connection, to: str | None) -> None:
    """Say in the journal that it was moved, so that it is written no more; None breaks the seal."""
    if to is None:
        connection.execute("DELETE FROM meta WHERE name = ?", (SEALED,))
    else:
        connection.execute(statements("sqlite")["set_meta"], {"name": SEALED, "value": to})


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Open the journal for reading beside a possible writer; where there is none, an empty one in memory."""
    if not path.exists() or path.stat().st_size == 0:
        return in_memory()
    with _opened(path, "rw", "journal.unreadable") as connection:
        version = _version(connection, path)
        for since, empty in NOT_YET:
            if 0 < version < since:
                # A journal of an older program is upgraded by the next run that writes; until then it has none.
                connection.execute(empty)
        connection.execute("PRAGMA query_only = ON")
    if version == 0:
        connection.close()
        return in_memory()
    return connection


def in_memory() -> sqlite3.Connection:
    """Return an empty journal to read, which lives as long as the connection."""
    connection = sqlite3.connect(":memory:", isolation_level=None, cached_statements=256)
    migrate(connection, Path(":memory:"))
    connection.execute("PRAGMA query_only = ON")
    return connection


@contextlib.contextmanager
def _opened(path: Path, mode: str, code: str) -> Iterator[sqlite3.Connection]:
    """Open the file and leave it open unless what is done first fails, with a JournalError."""
    try:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=PATIENCE,
            isolation_level=None,
            cached_statements=256,
        )
    except sqlite3.Error as error:
        raise explained(error, str(path), code) from error
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA cache_size = -65536")
        yield connection
    except BaseException as error:
        connection.close()
        if isinstance(error, sqlite3.Error):
            raise explained(error, str(path), code) from error
        raise


def make_durable(connection: sqlite3.Connection, path: Path) -> None:
    """Set the mode that forgets no commit, and read it back; JournalError where it isn't granted."""
    mode, level, number = ("truncate", "EXTRA", 3)
    if sqlite3.sqlite_version_info >= WAL_IS_SOUND:
        mode, level, number = ("wal", "FULL", 2)
    # macOS: fsync alone leaves the data in the drive's cache; elsewhere these two change nothing
    connection.execute("PRAGMA fullfsync = ON")
    connection.execute("PRAGMA checkpoint_fullfsync = ON")
    granted = connection.execute(f"PRAGMA journal_mode = {mode}").fetchone()[0]
    connection.execute(f"PRAGMA synchronous = {level}")
    synchronous = connection.execute("PRAGMA synchronous").fetchone()[0]
    if granted != mode or synchronous != number:
        found = f"{granted}, synchronous {synchronous}"
        raise JournalError("journal.not_durable", path=str(path), needed=f"{mode}, {level}", found=found)


def check(connection: sqlite3.Connection, path: Path) -> None:
    """Raise JournalError where SQLite's own quick check finds the file damaged."""
    found = [row[0] for row in connection.execute("PRAGMA quick_check(3)")]
    if found != ["ok"]:
        raise JournalError("journal.corrupt", path=str(path), reason="; ".join(found))


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the schema to the newest version, each step in a transaction of its own."""
    version = _version(connection, path)
    for number, script in enumerate(migrations("sqlite")[version:], start=version + 1):
        connection.execute("BEGIN IMMEDIATE")
        for statement in _single(script):
            connection.execute(statement)
        set_meta = statements("sqlite")["set_meta"]
        if number == 1:
            connection.execute(set_meta, {"name": "journal_id", "value": uuid.uuid4().hex})
        connection.execute(set_meta, {"name": "schema", "value": str(number)})
        connection.execute("COMMIT")


def _version(connection: sqlite3.Connection, path: Path) -> int:
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables:
        return 0
    row = None
    if {"meta", "attempts", "events"} <= tables:
        row = connection.execute(statements("sqlite")["meta"], {"name": "schema"}).fetchone()
    if row is None:
        raise JournalError("journal.foreign", path=str(path))
    if int(row[0]) > SCHEMA_VERSION:
        raise JournalError("journal.newer", path=str(path), found=int(row[0]), known=SCHEMA_VERSION)
    return int(row[0])


def _single(script: str) -> list[str]:
    """Return the single statements of a script; triggers hold semicolons of their own."""
    found, part = [], ""
    for line in script.splitlines(keepends=True):
        part += line
        if sqlite3.complete_statement(part):
            found.append(part)
            part = ""
    return found


def explained(error: sqlite3.Error, path: str, code: str) -> JournalError:
    """Return the JournalError that tells of this database error: `code`, or that the file is damaged."""
    damaged = getattr(error, "sqlite_errorname", "").startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB"))
    told = JournalError("journal.corrupt" if damaged else code, path=path, reason=str(error))
    told.__cause__ = error
    return told


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
