"""The journal's tables on PostgreSQL: made and upgraded by numbered scripts, one process at a time."""

import uuid
from typing import Any

import psycopg

from bulkorders.errors import JournalError
from bulkorders.journal.relational.statements import migrations, statements

SCHEMA = "bulkorders"
"""The database schema that holds the journal: a queue, or anything else, may live beside it."""

SCHEMA_VERSION = len(migrations("postgres"))
OLDEST = 13
"""The first release that is looked after, and knows all that is used here."""

MIGRATING = 0x62756C6C
"""The advisory lock under which the schema is made and upgraded."""

Connection = psycopg.Connection[tuple[Any, ...]]


def migrate(connection: Connection, place: str) -> None:
    """Bring the schema to the newest version; all of it or nothing, while others wait."""
    if connection.info.server_version < OLDEST * 10_000:
        found = connection.info.server_version // 10_000
        raise JournalError("journal.server_too_old", path=place, found=found, needed=OLDEST)
    if version_of(connection, place) == SCHEMA_VERSION:
        return
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (MIGRATING,))
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        version = version_of(connection, place)
        for number, script in enumerate(migrations("postgres")[version:], start=version + 1):
            connection.execute(script.encode())
            if number == 1:
                _set(connection, "journal_id", uuid.uuid4().hex)
                _set(connection, "home", home(connection))
            _set(connection, "schema", str(number))


def version_of(connection: Connection, place: str) -> int:
    """Return the version of the schema, 0 where there is none; JournalError where it is newer or foreign."""
    rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", (SCHEMA,)).fetchall()
    tables = {row[0] for row in rows}
    if not tables:
        return 0
    row = None
    if {"meta", "attempts", "events"} <= tables:
        row = connection.execute(statements("postgres")["meta"], {"name": "schema"}).fetchone()
    if row is None:
        raise JournalError("journal.foreign", path=place)
    if int(row[0]) > SCHEMA_VERSION:
        raise JournalError("journal.newer", path=place, found=int(row[0]), known=SCHEMA_VERSION)
    return int(row[0])


def home(connection: Connection) -> str:
    """Return what tells this server, its timeline and these tables from any restored or copied ones."""
    number = connection.execute(f"SELECT '{SCHEMA}.attempts'::regclass::oid::bigint").fetchone()
    row = connection.execute(
        statements("postgres")["home"], {"journal": number[0] if number else 0}
    ).fetchone()
    return "" if row is None else str(row[0])


def check_home(connection: Connection, place: str, *, accept: bool) -> None:
    """Raise JournalError where the tables were restored, or the server is another one than it was.

    What was sent since the backup is then unknown to the journal. `accept` takes a person's word for it.
    """
    now = home(connection)
    row = connection.execute(statements("postgres")["meta"], {"name": "home"}).fetchone()
    if row is not None and row[0] == now:
        return
    if not accept:
        raise JournalError("journal.moved", path=place)
    _set(connection, "home", now)


def _set(connection: Connection, name: str, value: str) -> None:
    connection.execute(statements("postgres")["set_meta"], {"name": name, "value": value})
