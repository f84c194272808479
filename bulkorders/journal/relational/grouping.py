"""The one thread that owns the connection: operations that come together share a commit.

Callers put an operation into a queue and await a future. The thread takes all that has come, runs the
writing ones in one transaction (one that fails undoes itself alone), and answers only after the commit.
A lone caller is not made to wait for company: the thread waits (2 ms at most) only while fewer have come
than shared the last commit. Reads run after the writes of their group, so they never see what isn't
durable. What a transaction is, and what follows where it fails, is the backend's.
"""

import asyncio
import contextlib
import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

from bulkorders.errors import JournalError

GATHERING = 0.002
"""Seconds the thread waits at most for as many operations as came together last time."""

GROUP_LIMIT = 1000
"""Operations in one commit at most."""

log = logging.getLogger(__name__)

C = TypeVar("C")
"""What the backend's operations work on."""


@dataclass(slots=True, eq=False)
class Operation(Generic[C]):
    """Work for the thread and the future its caller awaits; a claim names its attempt."""

    work: Callable[[C], Any]
    future: asyncio.Future[Any]
    writes: bool
    attempt: str | None = None
    result: Any = None
    error: BaseException | None = None

    def wanted(self) -> bool:
        """Whether this is still to be done: an answer is recorded even if nobody waits for it any more."""
        return not self.future.cancelled() or (self.writes and self.attempt is None)

    def settle(self) -> None:
        """Hand the result to whoever still waits. Runs in the event loop."""
        if self.future.done():
            return
        if self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)


class GroupWriter(ABC, Generic[C]):
    """One connection in one thread. Counts its `commits` and the `written` operations they carried.

    `beat`: after so many seconds without an operation `_idle` is called.
    """

    def __init__(
        self,
        connect: Callable[[], C],
        *,
        withdraw: Callable[[C, str], None],
        place: str,
        group_limit: int = GROUP_LIMIT,
        beat: float | None = None,
    ) -> None:
        self.commits = 0
        self.written = 0
        self._connect = connect
        self._withdraw = withdraw
        self._place = place
        self._beat = beat
        self._group_limit = group_limit
        self._together = 1
        self._queue: SimpleQueue[Operation[C] | None] = SimpleQueue()
        self._unacknowledged: list[str] = []
        self._loop = asyncio.get_running_loop()
        self._ended = self._loop.create_future()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="bulkorders-journal", daemon=True)

    async def start(self) -> None:
        """Start the thread; raise what opening the connection raised."""
        opened: Operation[C] = Operation(
            lambda connection: connection, self._loop.create_future(), writes=False
        )
        self._queue.put(opened)
        self._thread.start()
        await opened.future

    async def submit(self, work: Callable[[C], Any], *, writes: bool, attempt: str | None = None) -> Any:
        """Run this work in the thread and return its result, once it is durable.

        A claim (`attempt` is given) whose caller is cancelled before it could be told is withdrawn.
        """
        if self._closing:
            raise JournalError("journal.closed", path=self._place)
        operation: Operation[C] = Operation(work, self._loop.create_future(), writes, attempt)
        self._queue.put(operation)
        try:
            return await operation.future
        except asyncio.CancelledError:
            if attempt is not None:
                self._take_back(attempt)
            raise

    def _take_back(self, attempt: str) -> None:
        future = self._loop.create_future()
        self._queue.put(
            Operation(lambda connection: self._withdraw(connection, attempt), future, writes=True)
        )
        # nobody awaits it: a failure leaves the attempt to be found in doubt at the next start
        future.add_done_callback(lambda done: done.cancelled() or done.exception())

    def _withdrawal(self, attempt: str) -> Callable[[C], None]:
        return lambda connection: self._withdraw(connection, attempt)

    async def stop(self) -> None:
        """Finish what is waiting and close the connection. May be called again."""
        if not self._closing:
            self._closing = True
            self._queue.put(None)
        await asyncio.shield(self._ended)
        self._thread.join()

    def _run(self) -> None:
        try:
            connection = self._connect()
        except BaseException as error:  # noqa: BLE001 - it belongs to the one who opens
            self._fail_first(error)
            return
        try:
            while (group := self._gather(connection)) is not None:
                self._serve(connection, group)
        finally:
            self._close(connection)
            self._tell(lambda: self._ended.set_result(None))

    def _fail_first(self, error: BaseException) -> None:
        first = self._queue.get()
        if first is not None:
            first.error = error
            self._tell(first.settle)
        self._closing = True
        self._tell(lambda: self._ended.set_result(None))

    def _first(self, connection: C) -> Operation[C] | None:
        while True:
            try:
                return self._queue.get(timeout=self._beat)
            except Empty:
                self._idle(connection)

    def _gather(self, connection: C) -> list[Operation[C]] | None:
        """Return the next group; None when the writer is to stop and nothing waits before that."""
        first = self._first(connection)
        if first is None:
            return None
        group = [first]
        until = time.monotonic() + GATHERING
        while len(group) < self._group_limit:
            try:
                short = len(group) < self._together
                following = (
                    self._queue.get(timeout=max(until - time.monotonic(), 0)) if short else self._next()
                )
            except Empty:
                break
            if following is None:
                self._queue.put(None)
                break
            group.append(following)
        self._together = len(group)
        return group

    def _next(self) -> Operation[C] | None:
        return self._queue.get_nowait()

    def _serve(self, connection: C, group: list[Operation[C]]) -> None:
        """Do the group's writes, then its reads; tell each part as soon as it is done."""
        waiting = [operation for operation in group if operation.wanted()]
        writes = [operation for operation in waiting if operation.writes]
        reads = [operation for operation in waiting if not operation.writes]
        for part, serve in ((writes, self._write), (reads, self._read)):
            if part:
                try:
                    serve(connection, part)
                except BaseException as error:
                    log.exception("the journal's thread met what it did not expect")
                    for operation in part:
                        operation.error = operation.error or error
                self._tell(partial(_settle, part))

    def _tell(self, callback: Callable[[], object]) -> None:
        with contextlib.suppress(RuntimeError):  # the event loop is gone, and so is everybody who waited
            self._loop.call_soon_threadsafe(callback)

    @abstractmethod
    def _write(self, connection: C, writes: list[Operation[C]]) -> None:
        """Commit these operations together; give each its result or its error."""

    @abstractmethod
    def _read(self, connection: C, reads: list[Operation[C]]) -> None:
        """Answer these questions."""

    @abstractmethod
    def _close(self, connection: C) -> None:
        """Close the connection."""

    @abstractmethod
    def _idle(self, connection: C) -> None:
        """Do what is due when nothing has come for a while."""


def _settle(operations: list[Operation[C]]) -> None:
    for operation in operations:
        operation.settle()
