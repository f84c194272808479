"""Group commit on PostgreSQL: one turn after the other, through lost connections.

A group's operations run without savepoints; where one of them fails, the group is undone and run once more,
each operation under its own savepoint. Transactions of all
processes take turns (an advisory lock that ends with the transaction), so each sees what the others did, and
attempts and events are numbered without a gap, as on SQLite.

Where the connection is lost before COMMIT was sent, nothing happened, and the group runs again on a new one.
Where it is lost after, the group's number, written in the same transaction, tells what became of it; nothing
is assumed. Where the database stays away longer than the patience, everybody in the group is told so: callers
of claims then send nothing, and a claim that is found later is withdrawn with the next commit.
"""

import contextlib
import logging
import time
from collections.abc import Callable

import psycopg

from bulkorders.errors import JournalError
from bulkorders.journal.postgres.session import Session
from bulkorders.journal.relational.grouping import GroupWriter, Operation, do, together
from bulkorders.journal.relational.statements import statements

FIRST_PAUSE = 0.05
LONGEST_PAUSE = 1.0
"""Seconds between two attempts to reach a database that is away."""

PASSING = frozenset({"40001", "40P01", "53300", "55P03", "57014", "57P01", "57P02", "57P03", "25P03"})
"""What the server says of a moment, and not of what was asked: conflicts, time limits, shutting down."""

OF_ONE = ("22", "23", "54", "P0")
"""Classes of errors that one operation alone has to answer for: its data, its size, a rule of the tables."""

log = logging.getLogger(__name__)

Operations = list[Operation[Session]]


class UndoneError(Exception):
    """A group that ran without savepoints had an operation that failed: it is run again, each by itself."""


class Patience:
    """How long a database that is away is waited for."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        self._pause = FIRST_PAUSE

    def wait(self) -> bool:
        """Wait a little, longer each time; False where the time is up."""
        if time.monotonic() + self._pause > self._until:
            return False
        time.sleep(self._pause)
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
        return True


class PostgresWriter(GroupWriter[Session]):
    """One session in one thread; `rise` is told the highest attempt after each commit that holds claims."""

    def __init__(
        self,
        connect: Callable[[], Session],
        *,
        withdraw: Callable[[Session, str], None],
        rise: Callable[[int], None] | None,
        place: str,
        group_limit: int,
        beat: float | None,
    ) -> None:
        super().__init__(connect, withdraw=withdraw, place=place, group_limit=group_limit, beat=beat)
        self._rise = rise
        self._highest = 0
        self._unclear: tuple[int, Operations] | None = None
        self._away = False

    def _close(self, session: Session) -> None:
        session.leave()
        session.close()

    def _idle(self, session: Session) -> None:
        """Give a sign of life; a database that is away is tried once."""
        with contextlib.suppress(psycopg.Error, JournalError):
            if session.lost:
                session.connect()
            session.beat()

    def _write(self, session: Session, writes: Operations) -> None:
        patience, alone = self._patience(session), False
        while True:
            try:
                self._commit(session, writes, alone=alone)
                break
            except UndoneError:
                alone = True
            except (psycopg.Error, JournalError) as error:
                if not self._passes(session, error) or not patience.wait():
                    code = "journal.unreachable" if self._passes(session, error) else "journal.unwritable"
                    self._give_up(session, writes, error, code)
                    self._unacknowledged += [one.attempt for one in writes if one.attempt is not None]
                    return
        self._away = False
        self._unacknowledged.clear()
        self.commits += 1
        self.written += len(writes)
        if self._rise is not None:
            self._rise(self._highest)

    def _patience(self, session: Session) -> Patience:
        """Return the patience that is left: none where the last group has waited in vain already."""
        return Patience(0 if self._away else session.waits.patience)

    def _passes(self, session: Session, error: Exception) -> bool:
        """Whether the same thing may succeed a little later."""
        if isinstance(error, JournalError):
            return error.code == "journal.unreachable"
        return session.lost or getattr(error, "sqlstate", None) in PASSING

    def _give_up(self, session: Session, group: Operations, error: Exception, code: str) -> None:
        self._away = session.lost
        told = error if isinstance(error, JournalError) else session.explained(error, code)
        for operation in group:
            operation.error = told

    def _commit(self, session: Session, writes: Operations, *, alone: bool) -> None:
        """Commit these operations, unless they turn out to be; raises where that isn't sure."""
        if session.lost:
            session.connect()
        if self._unclear is not None and self._cleared(session, *self._unclear) is writes:
            return
        try:
            session.begin()
            (self._each_alone if alone else self._in_one_go)(session, writes)
        except BaseException:
            session.rollback()
            raise
        self._unclear = (session.last_group + 1, writes)
        session.commit()
        self._unclear = None

    def _cleared(self, session: Session, number: int, group: Operations) -> Operations | None:
        """Look what became of a commit whose answer was lost; return its group where it took place."""
        took_place = session.committed(number)
        self._unclear = None
        log.info("the commit of group %d %s", number, "took place" if took_place else "did not take place")
        if not took_place:
            return None
        session.last_group = number
        return group

    def _in_one_go(self, session: Session, writes: Operations) -> None:
        highest = None
        try:
            for attempt in self._unacknowledged:
                self._withdraw(session, attempt)
            for operations in together(writes):
                do(session, operations)
            if self._rise is not None and any(operation.attempt is not None for operation in writes):
                highest = session.connection.execute(statements("postgres")["highest_attempt"])
        except psycopg.Error as error:
            if self._passes(session, error) or not _of_one(error):
                raise
            raise UndoneError from error
        except Exception as error:
            raise UndoneError from error
        row = highest.fetchone() if highest is not None else None
        self._highest = int(row[0]) if row else self._highest

    def _each_alone(self, session: Session, writes: Operations) -> None:
        for attempt in self._unacknowledged:
            self._withdraw(session, attempt)
        for operation in writes:
            session.connection.execute("SAVEPOINT operation")
            try:
                do(session, [operation])
            except psycopg.Error as error:
                if not _of_one(error):
                    raise
                operation.error = session.explained(error, "journal.refused")
            except Exception as error:  # noqa: BLE001 - it is the caller's
                operation.error = error
            if operation.error is not None:
                session.connection.execute("ROLLBACK TO operation")
            session.connection.execute("RELEASE operation")

    def _read(self, session: Session, reads: Operations) -> None:
        for operation in reads:
            patience = self._patience(session)
            while True:
                try:
                    self._answer(session, operation)
                    self._away = False
                    break
                except (psycopg.Error, JournalError) as error:
                    if isinstance(error, JournalError) and error.code != "journal.unreachable":
                        operation.error = error
                        break
                    if not self._passes(session, error) or not patience.wait():
                        self._give_up(session, [operation], error, "journal.unreadable")
                        break
                except Exception as error:  # noqa: BLE001 - it is the caller's
                    operation.error = error
                    break

    def _answer(self, session: Session, operation: Operation[Session]) -> None:
        """Answer one question: several statements, one state of things."""
        if session.lost:
            session.connect()
        session.connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            do(session, [operation])
        finally:
            session.rollback()


def _of_one(error: psycopg.Error) -> bool:
    """Whether one operation alone has to answer for this error."""
    if error.sqlstate is None:  # the driver's own, before anything was sent
        return isinstance(error, psycopg.DataError | psycopg.ProgrammingError)
    return error.sqlstate.startswith(OF_ONE)
