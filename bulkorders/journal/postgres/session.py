"""One process's connection to the journal: durable, known by its number, made again where it is lost."""

import logging
import os
import platform
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from bulkorders.errors import JournalError
from bulkorders.journal.address import Address
from bulkorders.journal.postgres.schema import SCHEMA, check_home, migrate, version_of
from bulkorders.journal.relational.statements import statements
from bulkorders.journal.seat import SeatMark

logging.getLogger("psycopg").addHandler(logging.NullHandler())  # what it would print is raised, and told

PLACE = 0x62756C6B
"""The first half of the advisory lock by which transactions take turns; the second is the journal's own number."""


@dataclass(frozen=True, slots=True)
class Waits:
    """How long is waited, in seconds.

    `patience` for a database that went away; `statement`, `lock` and `idle` are the server's own limits (a
    process frozen within a transaction holds the others up for `idle` at most). `beat` lies between two signs
    of life. After `silent_after` without one a process counts as gone, and what it was sending is in doubt
    `lost_after` the claim: longer than deadline and longest answer together.
    """

    patience: float = 15.0
    statement: float = 120.0
    lock: float = 10.0
    idle: float = 20.0
    beat: float = 5.0
    silent_after: float = 30.0
    lost_after: float = 180.0


def waits_of(silence: tuple[float, float] | None) -> Waits:
    """Return the usual waits, or with these times until a process counts as gone, and its sendings as lost."""
    if silence is None:
        return Waits()
    silent_after, lost_after = silence
    return Waits(silent_after=silent_after, lost_after=lost_after, beat=min(Waits().beat, silent_after / 4))


class Session:
    """The connection of one process.

    `at` is the database's time when the group of the moment began, and `ahead` how far that was before this
    machine's own.
    """

    connection: psycopg.Connection[tuple[Any, ...]]

    def __init__(self, address: Address, *, who: str, waits: Waits, read_only: bool) -> None:
        self.address = address
        self.waits = waits
        self.journal_id = ""
        self.at = ""
        self.ahead = timedelta(0)
        self.last_group = 0
        self._who = who
        self._read_only = read_only
        self._writer = 0
        self._turn: dict[str, int] = {}
        self._sql = statements("postgres")

    def open(self, mark: SeatMark | None, *, accept_rollback: bool) -> None:
        """Connect for the first time; JournalError where the journal can't be reached, or can't be trusted."""
        self.connect()
        try:
            if self._read_only:
                self._look()
            else:
                self._begin(mark, accept_rollback=accept_rollback)
        except psycopg.Error as error:
            self.close()
            raise self.explained(error, "journal.unreadable") from error
        except BaseException:
            self.close()
            raise

    def _look(self) -> None:
        version = version_of(self.connection, self.address.shown)
        if version == 0:
            raise JournalError("journal.none", path=self.address.shown)
        self.connection.execute("SET default_transaction_read_only = on")
        self._know()

    def _begin(self, mark: SeatMark | None, *, accept_rollback: bool) -> None:
        check_durable(self.connection, self.address.shown)
        migrate(self.connection, self.address.shown)
        self._know()
        said = None if mark is None or accept_rollback else mark.read()
        check_home(self.connection, self.address.shown, accept=accept_rollback)
        if mark is not None:
            if accept_rollback:
                mark.forget()
            # The mark was read first: what others of this machine claim meanwhile only makes the journal newer.
            highest = int(self._one("highest_attempt")[0])
            mark.agree(
                self.journal_id, highest, accept_rollback=accept_rollback, path=self.address.shown, said=said
            )
        pid, machine = os.getpid(), platform.node()
        self._writer = int(self._one("join", machine=machine, pid=pid, who=self._who)[0])
        self._introduce()

    def _know(self) -> None:
        self.journal_id = str(self._one("meta", name="journal_id")[0])
        number = self.connection.execute(f"SELECT '{SCHEMA}.attempts'::regclass::oid::bigint").fetchone()
        journal = int(number[0]) if number else 0
        # an oid is unsigned, the key of a lock is not
        self._turn = {"place": PLACE, "journal": journal - (1 << 32) if journal >= 1 << 31 else journal}

    def connect(self) -> None:
        """Connect, or connect again; raises psycopg.OperationalError (at first JournalError) where it fails."""
        self.close()
        secret: dict[str, Any] = {} if self.address.password is None else {"password": self.address.password}
        try:
            self.connection = psycopg.connect(self.address.url, autocommit=True, **KEPT_ALIVE, **secret)
        except psycopg.ProgrammingError:
            # the driver's own words may hold parts of a password that was mistyped
            raise JournalError("journal.address_wrong", path=self.address.shown) from None
        except psycopg.OperationalError as error:
            raise self.explained(error, "journal.unreachable") from error
        self.connection.execute(self._settings())
        if self._writer:
            self._introduce()

    def _settings(self) -> str:
        waits = self.waits
        limits = {
            "statement_timeout": waits.statement,
            "lock_timeout": waits.lock,
            "idle_in_transaction_session_timeout": waits.idle,
        }
        limited = "".join(f"SET {name} = {int(seconds * 1000)};" for name, seconds in limits.items())
        return (
            "SET synchronous_commit = on; SET client_encoding = 'UTF8'; SET client_min_messages = warning;"
            f"SET search_path = {SCHEMA}, public; SET default_transaction_isolation = 'read committed';{limited}"
            f"SET bulkorders.lost_after = '{waits.lost_after}';"
            f"SET bulkorders.silent_after = '{waits.silent_after}'"
        )

    def _introduce(self) -> None:
        """Tell the session which process it belongs to: claims are marked with it."""
        self.connection.execute(f"SET bulkorders.writer = '{self._writer}'")

    @property
    def lost(self) -> bool:
        """Whether there is no connection."""
        return not hasattr(self, "connection") or self.connection.closed

    def begin(self) -> None:
        """Begin a group: wait for this process's turn, and hold it until the transaction ends.

        Nothing is written before the database has answered, so a connection that is lost leaves no
        unseen half of a group behind. JournalError where the database no longer knows this process: it
        was restored meanwhile.
        """
        cursor = self._take_turn("begin_group", number=self.last_group + 1)
        row = cursor.fetchone()
        if row is None:
            raise JournalError("journal.restored", path=self.address.shown)
        self.at = str(row[0])
        self.ahead = datetime.fromisoformat(self.at) - datetime.now(UTC)

    def commit(self) -> None:
        """Commit the group; psycopg.Error where it isn't sure that it was."""
        done = self.connection.execute("COMMIT").statusmessage
        if done != "COMMIT":
            raise psycopg.errors.InFailedSqlTransaction(f"the database answered {done} to COMMIT")
        self.last_group += 1

    def rollback(self) -> None:
        """Undo what is open; a connection on which that fails is closed."""
        if self.lost:
            return
        try:
            self.connection.execute("ROLLBACK")
        except psycopg.Error:
            self.close()

    def committed(self, number: int) -> bool:
        """Whether the group of this number was committed: asked when the transaction is surely over."""
        try:
            found = self._take_turn("last_group").fetchone()
        finally:
            self.rollback()
        if found is None:
            raise JournalError("journal.restored", path=self.address.shown)
        return int(found[0]) >= number

    def _take_turn(self, statement: str, **numbers: int) -> psycopg.Cursor[tuple[Any, ...]]:
        """Begin a transaction, wait for the turn, and run a statement: one way there and back for the three.

        No pipeline here or later: while one is open the server doesn't notice a process that is frozen.
        """
        numbers = {**self._turn, **numbers, "writer": self._writer}
        parts = ("BEGIN", self._sql["turn"], self._sql[statement])
        text = ";".join(re.sub(r"%\((\w+)\)s", lambda found: str(numbers[found[1]]), part) for part in parts)
        try:
            cursor = self.connection.execute(text.encode())
        except psycopg.errors.LockNotAvailable:
            self.rollback()
            self._end_frozen()
            raise
        while cursor.nextset():
            pass
        return cursor

    def _end_frozen(self) -> None:
        """End the session that has the turn and waits for a process that says nothing, where we may."""
        with suppress(psycopg.Error):
            self.connection.execute(self._sql["end_frozen"], {**self._turn, "idle": self.waits.idle})

    def beat(self) -> None:
        """Give a sign of life."""
        self.connection.execute(self._sql["beat"], {"writer": self._writer})

    def leave(self) -> None:
        """Say that this process writes no more."""
        if self._writer and not self.lost:
            with suppress(psycopg.Error):
                self.connection.execute(self._sql["leave"], {"writer": self._writer})

    def close(self) -> None:
        """Disconnect. May be called again."""
        if hasattr(self, "connection"):
            with suppress(psycopg.Error):
                self.connection.close()

    def explained(self, error: BaseException, code: str) -> JournalError:
        """Return the JournalError that tells of this error of the database, without any password."""
        reason = self.address.masked(error)
        if getattr(error, "sqlstate", None) == NOT_ALLOWED:
            code, reason = "journal.role", reason.partition(" CONTEXT:")[0]
        told = JournalError(code, path=self.address.shown, reason=reason)
        told.__cause__ = None
        return told

    def _one(self, statement: str, /, **values: Any) -> tuple[Any, ...]:
        row = self.connection.execute(self._sql[statement], values).fetchone()
        if row is None:
            raise JournalError("journal.restored", path=self.address.shown)
        return row


NOT_ALLOWED = "42501"
"""What the server says where the role it is asked by may not do something."""

KEPT_ALIVE: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
    "application_name": "bulkorders",
}
"""A connection whose other end is gone is noticed within half a minute."""


def check_durable(connection: psycopg.Connection[tuple[Any, ...]], place: str) -> None:
    """Raise JournalError where the server would forget commits in a power cut, or holds text in another code."""
    wanted = {"fsync": "on", "full_page_writes": "on", "server_encoding": "UTF8"}
    for name, needed in wanted.items():
        row = connection.execute(f"SHOW {name}").fetchone()
        found = str(row[0]) if row else ""
        if found != needed:
            raise JournalError(
                "journal.server_unsafe", path=place, needed=f"{name} = {needed}", found=f"{name} = {found}"
            )
