"""A journal moves from its file into a database: all of it in one transaction, counted and summed on both sides.

The file is sealed first: from then on nobody writes it, and a copy that fails breaks the seal again. So at no
moment are there two journals that could both be told of a sending. Where it stays unclear whether the copy
took place, the seal holds, and the same command again finds out.
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg

from bulkorders.errors import JournalError
from bulkorders.journal.address import Address
from bulkorders.journal.copied import Copied
from bulkorders.journal.lock import JournalLock
from bulkorders.journal.mark import Mark
from bulkorders.journal.opening import mark_path, spool_path
from bulkorders.journal.postgres.session import Session, Waits
from bulkorders.journal.seat import Seat
from bulkorders.journal.spool import Spool
from bulkorders.journal.sqlite.connection import connect, explained, seal

TABLES = {
    "runs": "seq",
    "campaigns": 'id COLLATE "C"',
    "accounts": 'account COLLATE "C"',
    "orders": "seq",
    "attempts": "number",
    "placed": 'account COLLATE "C", order_id COLLATE "C"',
    "requests": "seq",
    "events": "seq",
    "balances": "seq",
    "entered": "seq",
    "exports": "seq",
}
"""What is copied, in an order in which nothing refers to what isn't there yet; by what its rows are ordered."""

AMOUNTS = {"orders": ("estimate", "charge"), "balances": ("amount",), "entered": ("amount",)}
"""The columns whose sums are told."""

LONG = Waits(statement=0, idle=600, lock=60)

Rows = Iterable[tuple[Any, ...]]
Figures = dict[str, str]


def copy_journal(source: Path, target: Address, *, home: Path, who: str = "") -> Copied:
    """Copy the journal in a file into an empty database, and seal the file.

    `home` is where this machine then keeps its mark of the database. Raises JournalError where either can't be
    trusted, the database has entries of its own, answers wait beside the file, or the copy isn't the same.
    """
    if not source.exists():
        raise JournalError("journal.none", path=str(source))
    lock = JournalLock(source)
    lock.take(who)
    try:
        _nothing_waits(source)
        with closing(connect(source, sealed_for=target.shown)) as file, _session(target, who) as session:
            _newest(file, source)
            return _move(file, source, session, home)
    except sqlite3.Error as error:
        raise explained(error, str(source), "journal.unreadable") from error
    except psycopg.Error as error:
        raise JournalError("journal.unwritable", path=target.shown, reason=target.masked(error)) from None
    finally:
        lock.release()


def _move(file: sqlite3.Connection, source: Path, session: Session, home: Path) -> Copied:
    identity = str(file.execute("SELECT value FROM meta WHERE name = 'journal_id'").fetchone()[0])
    place = session.address.shown
    before = {table: _figures(file, table) for table in TABLES}
    seal(file, place)
    try:
        _fill(file, session, identity, before)
    except BaseException:
        seal(file, None)
        raise
    session.commit()  # where this fails it is unclear whether it took place: the seal holds
    session.leave()
    seat = Seat.take(home, session.address.stem)
    attempts = int(before["attempts"]["last"])
    seat.mark.agree(identity, attempts, accept_rollback=True, path=place)
    seat.mark.close()
    seat.release()
    return Copied(str(source), place, {table: int(found["rows"]) for table, found in before.items()})


def _fill(file: sqlite3.Connection, session: Session, identity: str, before: dict[str, Figures]) -> None:
    """Write all tables within one transaction, and compare them; a copy that is there already is compared."""
    session.begin()
    connection = session.connection
    held = {table: int(_one(connection, f"SELECT count(*) FROM {table}")) for table in TABLES}  # noqa: S608 - the names are our own
    again = session.journal_id == identity
    for table, count in held.items():
        if count and not again:
            raise JournalError("journal.copy_not_empty", path=session.address.shown, found=count, table=table)
    if not any(held.values()):
        for table in TABLES:
            _copy(file, connection, table)
        connection.execute("UPDATE meta SET value = %s WHERE name = 'journal_id'", (identity,))
    for table, expected in before.items():
        found = _figures(connection, table)
        for what, value in expected.items():
            if found.get(what) != value:
                raise JournalError(
                    "journal.copy_differs",
                    path=session.address.shown,
                    what=f"{what} of {table}",
                    expected=value,
                    found=found.get(what),
                )


def _copy(file: sqlite3.Connection, connection: "psycopg.Connection[tuple[Any, ...]]", table: str) -> None:
    columns = _columns(file, table)
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN".encode()) as into:
            for row in file.execute(f"SELECT {', '.join(columns)} FROM {table}"):  # noqa: S608 - the names are our own
                into.write_row(row)
        if columns[0] == "seq" and table != "events":
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'seq'), max(seq)) FROM {table}".encode()  # noqa: S608 - the names are our own
            )


def _figures(database: Any, table: str) -> Figures:
    """Return what must be the same on both sides: how many rows, their sums and states, and all of their text."""
    columns = _columns(database, table)
    order = TABLES[table]
    if isinstance(database, sqlite3.Connection):
        order = order.replace(' COLLATE "C"', "")
    asked = f"SELECT {', '.join(columns)} FROM {table} ORDER BY {order}"  # noqa: S608 - the names are our own
    return _summed(_rows(database, asked), columns, table)


def _summed(rows: Rows, columns: list[str], table: str) -> Figures:
    digest, count, last = hashlib.sha256(), 0, 0
    sums: dict[str, Decimal] = {}
    states: dict[str, int] = {}
    amounts = [(name, columns.index(name)) for name in AMOUNTS.get(table, ())]
    state = columns.index("state") if "state" in columns else -1
    for row in rows:
        digest.update(repr(row).encode())
        count += 1
        last = row[0] if isinstance(row[0], int) else 0
        if state >= 0:
            states[row[state]] = states.get(row[state], 0) + 1
        for name, at in amounts:
            if row[at] is not None:
                sums[name] = sums.get(name, Decimal(0)) + Decimal(row[at])
    told = {"rows": str(count), "last": str(last)}
    told |= {f"rows {name}": str(number) for name, number in states.items()}
    told |= {f"sum {name}": str(total) for name, total in sums.items()}
    return told | {"content": digest.hexdigest()}


def _columns(database: Any, table: str) -> list[str]:
    """Return the columns that both sides have, in the order of the file's table."""
    if isinstance(database, sqlite3.Connection):
        return [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
    asked = (
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        " AND attname NOT IN ('writer', 'taken_at') ORDER BY attnum"
    )
    return [row[0] for row in database.execute(asked, (table,))]


def _rows(database: Any, asked: str) -> Iterator[tuple[Any, ...]]:
    if isinstance(database, sqlite3.Connection):
        yield from database.execute(asked)
        return
    with database.cursor(name="compared") as cursor:
        cursor.itersize = 5000
        cursor.execute(asked.encode())
        yield from cursor


def _one(connection: "psycopg.Connection[tuple[Any, ...]]", asked: str) -> Any:
    row = connection.execute(asked.encode()).fetchone()
    return row[0] if row else 0


@contextmanager
def _session(target: Address, who: str) -> Iterator[Session]:
    session = Session(target, who=who, waits=LONG, read_only=False)
    session.open(None, accept_rollback=False)
    try:
        yield session
    finally:
        session.close()


def _nothing_waits(source: Path) -> None:
    """Raise JournalError where answers wait beside the file: they belong into it first."""
    if not spool_path(source).exists():
        return
    spool = Spool.open(spool_path(source))
    waiting = len(spool.entries())
    spool.close()
    if waiting:
        raise JournalError("journal.copy_waiting", path=str(source), count=waiting)


def _newest(file: sqlite3.Connection, source: Path) -> None:
    """Raise JournalError where the file is behind its mark."""
    mark = Mark(mark_path(source))
    identity = file.execute("SELECT value FROM meta WHERE name = 'journal_id'").fetchone()[0]
    attempts = file.execute("SELECT coalesce(max(number), 0) FROM attempts").fetchone()[0]
    mark.agree(str(identity), int(attempts), accept_rollback=False, path=source)
    mark.close()
