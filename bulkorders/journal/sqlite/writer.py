"""Group commit on SQLite: BEGIN IMMEDIATE … COMMIT around all that came together.

A group's operations run without savepoints; where one of them fails, the group is undone and run once more,
each operation under its own savepoint.

Where a commit fails, everybody in the group is told so. Whether it took place all the same can be
unclear, so the thread then looks for the attempts of the group's claims: their callers will send
nothing, and a claim that is found is withdrawn (not sent), at once or with the next commit.
"""

import contextlib
import sqlite3
from collections.abc import Callable
from typing import Any

from bulkorders.errors import JournalError
from bulkorders.journal.relational.grouping import GroupWriter, Operation, Work, do, lone, together
from bulkorders.journal.sqlite.connection import explained


class SqliteWriter(GroupWriter[sqlite3.Connection]):
    """One connection to the file in one thread; `claimed` is called after each commit that holds claims."""

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        *,
        withdraw: Callable[[sqlite3.Connection, str], None],
        claimed: Callable[[sqlite3.Connection], None],
        place: str,
        group_limit: int,
    ) -> None:
        super().__init__(connect, withdraw=withdraw, place=place, group_limit=group_limit)
        self._claimed = claimed

    def _close(self, connection: sqlite3.Connection) -> None:
        connection.close()

    def _idle(self, connection: sqlite3.Connection) -> None:
        """Nothing is due: the file waits for nobody."""

    def _write(self, connection: sqlite3.Connection, writes: list[Operation[sqlite3.Connection]]) -> None:
        try:
            self._transact(connection, writes)
        except sqlite3.Error as error:
            for operation in writes:
                operation.error = explained(error, self._place, "journal.unwritable")
            self._unacknowledged += [one.attempt for one in writes if one.attempt is not None]
            self._look(connection)
            return
        self.commits += 1
        self.written += len(writes)
        if any(operation.attempt is not None for operation in writes):
            self._claimed(connection)

    def _transact(self, connection: sqlite3.Connection, writes: list[Operation[sqlite3.Connection]]) -> None:
        """Commit all of these operations together; raise sqlite3.Error where it isn't sure that they are."""
        try:
            self._commit(connection, writes, _in_one_go)
        except _UndoneError:
            self._commit(connection, writes, _each_alone)

    def _commit(
        self, connection: sqlite3.Connection, writes: list[Operation[sqlite3.Connection]], run: "_Run"
    ) -> None:
        try:
            connection.execute("BEGIN IMMEDIATE")
            for attempt in self._unacknowledged:
                _alone(connection, lone(self._withdrawal(attempt)))
            run(connection, writes)
            connection.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise
        self._unacknowledged.clear()

    def _look(self, connection: sqlite3.Connection) -> None:
        """After a failed commit: forget the claims that are not there, withdraw those that are."""
        if self._unacknowledged:
            with contextlib.suppress(sqlite3.Error):
                self._transact(connection, [])

    def _read(self, connection: sqlite3.Connection, reads: list[Operation[sqlite3.Connection]]) -> None:
        for operation in reads:
            try:
                connection.execute("BEGIN")  # several statements, one state of things
                do(connection, [operation])
            except sqlite3.Error as error:
                operation.error = explained(error, self._place, "journal.unreadable")
            except Exception as error:  # noqa: BLE001 - it is the caller's
                operation.error = error
            finally:
                with contextlib.suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")


_Run = Callable[[sqlite3.Connection, list[Operation[sqlite3.Connection]]], None]


class _UndoneError(Exception):
    """A group that ran without savepoints had an operation that failed: it is run again, each by itself."""


def _in_one_go(connection: sqlite3.Connection, writes: list[Operation[sqlite3.Connection]]) -> None:
    """Run these operations as they come; raise _UndoneError where one of them fails."""
    for operations in together(writes):
        try:
            do(connection, operations)
        except _OF_ONE as error:
            raise _UndoneError from error
        except sqlite3.Error:
            raise
        except Exception as error:
            raise _UndoneError from error


def _each_alone(connection: sqlite3.Connection, writes: list[Operation[sqlite3.Connection]]) -> None:
    """Run each of these operations under a savepoint of its own."""
    for operation in writes:
        operation.result, operation.error = _alone(connection, operation.work, operation.item)


_OF_ONE = (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError, sqlite3.DataError)
"""Errors of one operation alone; any other leaves the state of the whole transaction unclear."""


def _alone(
    connection: sqlite3.Connection, work: Work[sqlite3.Connection], item: Any = None
) -> tuple[Any, Exception | None]:
    """Run one operation under a savepoint; return its result or its error, undone in that case."""
    connection.execute("SAVEPOINT operation")
    result: Any = None
    failure: Exception | None = None
    try:
        (result,) = work(connection, [item])
        failure = result if isinstance(result, Exception) else None
    except _OF_ONE as error:
        failure = JournalError("journal.refused", reason=str(error))
        failure.__cause__ = error
    except sqlite3.Error:
        raise
    except Exception as error:  # noqa: BLE001 - it is the caller's
        failure = error
    if failure is not None:
        connection.execute("ROLLBACK TO operation")
    connection.execute("RELEASE operation")
    return result, failure
