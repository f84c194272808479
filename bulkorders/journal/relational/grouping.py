"""The one thread that owns the connection: operations that come together share a commit.

Callers add an operation to those that wait and await a future. The thread is given all that has come while it
was at work, runs the writing ones in one transaction (one that fails undoes itself alone), and answers only after
the commit. A lone caller is not made to wait for company; where several came last time, others may join for a
moment. The thread is woken once a group: each time it wakes it has to wait for the interpreter, and so does the
event loop. Reads run after the writes of their group, so they never see what isn't durable. What a transaction is,
and what follows where it fails, is the backend's.
"""

import asyncio
import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

from bulkorders.errors import JournalError

GATHERING = 0.0005
"""Seconds for which others may join what somebody waits for, where several came together last time."""

PATIENCE = 0.008
"""Seconds that an operation nobody waits for is held back likewise, so that it shares a commit with claims."""

GROUP_LIMIT = 1000
"""Operations in one commit at most."""

log = logging.getLogger(__name__)

C = TypeVar("C")
"""What the backend's operations work on."""

Work = Callable[[C, Sequence[Any]], Sequence[Any]]
"""Does the same for each of these items, and returns what came of each: an exception is told to that one's caller."""


def lone(work: Callable[[C], Any]) -> Work[C]:
    """Return this as work that no other operation shares."""
    return lambda connection, _items: [work(connection)]


@dataclass(slots=True, eq=False)
class Operation(Generic[C]):
    """Work for the thread and the future its caller awaits; a claim names its attempt.

    Operations of the same `work` that have an `item` are done together.
    """

    work: Work[C]
    future: asyncio.Future[Any]
    writes: bool
    attempt: str | None = None
    item: Any = None
    patient: bool = False
    result: Any = None
    error: BaseException | None = None

    def take(self, came: Any) -> None:
        """Take what came of it."""
        self.result, self.error = (None, came) if isinstance(came, Exception) else (came, None)

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
        self._waiting: list[Operation[C]] = []
        self._under_way = 0
        self._timer: asyncio.TimerHandle | None = None
        self._queue: SimpleQueue[list[Operation[C]] | None] = SimpleQueue()
        self._unacknowledged: list[str] = []
        self._loop = asyncio.get_running_loop()
        self._ended = self._loop.create_future()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="bulkorders-journal", daemon=True)

    async def start(self) -> None:
        """Start the thread; raise what opening the connection raised."""
        opened: Operation[C] = Operation(
            lone(lambda connection: connection), self._loop.create_future(), writes=False
        )
        self._under_way = 1
        self._queue.put([opened])
        self._thread.start()
        await opened.future

    async def submit(
        self,
        work: Work[C],
        *,
        writes: bool,
        attempt: str | None = None,
        item: Any = None,
        patient: bool = False,
    ) -> Any:
        """Run this work on this item in the thread and return its result, once it is durable.

        Items of the very same work that come together are done together. A claim (`attempt` is given) whose
        caller is cancelled before it could be told is withdrawn. What is `patient` keeps nobody from going on.
        """
        if self._closing:
            raise JournalError("journal.closed", path=self._place)
        operation: Operation[C] = Operation(work, self._loop.create_future(), writes, attempt, item, patient)
        self._put(operation)
        try:
            return await operation.future
        except asyncio.CancelledError:
            if attempt is not None:
                self._take_back(attempt)
            raise

    def _put(self, operation: Operation[C]) -> None:
        """Let an operation wait for the thread; while that is at work, others come together."""
        self._waiting.append(operation)
        if self._closing:
            self._hand_over()  # the thread is still finishing what came before
        elif not self._under_way:
            self._gather()

    def _gather(self) -> None:
        """Hand over what waits as soon as it has been given time for company."""
        due = self._loop.time() + self._company()
        if self._timer is not None:
            if self._timer.when() <= due:
                return
            self._timer.cancel()
        self._timer = self._loop.call_at(due, self._hand_over)

    def _company(self) -> float:
        """Return for how many seconds what waits may wait for company."""
        if self._together == 1:
            return 0
        return PATIENCE if all(each.patient for each in self._waiting) else GATHERING

    def _hand_over(self) -> None:
        """Give the thread what waits, a group at a time, all of it where this is the end."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._waiting and (self._closing or not self._under_way):
            group, self._waiting = self._waiting[: self._group_limit], self._waiting[self._group_limit :]
            self._together = len(group)
            self._under_way += 1
            self._queue.put(group)

    def _free(self) -> None:
        """The thread has done its group: it may have the next."""
        self._under_way -= 1
        if self._closing:
            self._loop.call_soon(self._end)  # once its callers are awake: one may yet take back a claim
        elif self._waiting:
            self._gather()

    def _end(self) -> None:
        """Let the thread end where it has done all there is."""
        if not self._under_way:
            self._queue.put(None)

    def _take_back(self, attempt: str) -> None:
        future = self._loop.create_future()
        self._put(Operation(lone(self._withdrawal(attempt)), future, writes=True))
        # nobody awaits it: a failure leaves the attempt to be found in doubt at the next start
        future.add_done_callback(lambda done: done.cancelled() or done.exception())

    def _withdrawal(self, attempt: str) -> Callable[[C], None]:
        return lambda connection: self._withdraw(connection, attempt)

    async def stop(self) -> None:
        """Finish what is waiting and close the connection. May be called again."""
        if not self._closing:
            self._closing = True
            self._hand_over()
            self._loop.call_soon(self._end)  # as in `_free`
        await asyncio.shield(self._ended)
        self._thread.join()

    def _run(self) -> None:
        try:
            connection = self._connect()
        except BaseException as error:  # noqa: BLE001 - it belongs to the one who opens
            self._fail_first(error)
            return
        try:
            while (group := self._next(connection)) is not None:
                self._serve(connection, group)
                self._tell(self._free)
        finally:
            self._close(connection)
            self._tell(lambda: self._ended.set_result(None))

    def _fail_first(self, error: BaseException) -> None:
        for first in self._queue.get() or ():
            first.error = error
            self._tell(first.settle)
        self._closing = True
        self._tell(lambda: self._ended.set_result(None))

    def _next(self, connection: C) -> list[Operation[C]] | None:
        """Return the next group; None when the writer is to stop."""
        while True:
            try:
                return self._queue.get(timeout=self._beat)
            except Empty:
                self._idle(connection)

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
        try:
            self._loop.call_soon_threadsafe(callback)
        except RuntimeError:
            # the event loop is gone, and so is everybody who waited: what was handed over is still done
            self._queue.put(None)

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


def together(operations: Sequence[Operation[C]]) -> list[list[Operation[C]]]:
    """Return the operations in sets that share their work, where nothing else has to be done in between."""
    sets: list[list[Operation[C]]] = []
    of: dict[Work[C], list[Operation[C]]] = {}
    for each in operations:
        if each.item is None:
            of.clear()
            sets.append([each])
        elif each.work in of:
            of[each.work].append(each)
        else:
            of[each.work] = [each]
            sets.append(of[each.work])
    return sets


def do(connection: C, operations: Sequence[Operation[C]]) -> None:
    """Do these operations, which share their work, and give each what came of it."""
    came = operations[0].work(connection, [each.item for each in operations])
    for each, found in zip(operations, came, strict=True):
        each.take(found)


def _settle(operations: list[Operation[C]]) -> None:
    for operation in operations:
        operation.settle()
