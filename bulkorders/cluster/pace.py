"""The pace of one panel across all machines: turns by the database's clock, and the word of every machine heard."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from bulkorders.cluster import panels
from bulkorders.cluster.engine import Engine
from bulkorders.model.pace import EVERYTHING, Limit

ORDER = "add"
SHARE = 0.9
"""What of a panel's limit is used: requests that leave evenly may arrive closer together."""

STALE = 0.05
"""Seconds (of a limit's own time, at most a second) that a turn is kept: with the share, no window has too many."""

LEAD = 0.2
"""Seconds before its turn that an order may be claimed: the claim's own time is not lost then."""

SAMPLE_KEPT = 60.0
"""Seconds that the best comparison of two clocks is kept: they drift apart, or one is set."""

LONG = 60.0
"""Seconds of a limit from which on calls that are no orders may come in a burst: some panels allow ten an hour."""

BURST, AFTER_BURST = 0.4, 0.5
"""What of such a limit may come at once, and what then comes evenly: together the same share."""

TAKE = "SELECT * FROM take_turns(%(account)s, %(kinds)s::text[], %(gaps)s::float8[], %(ahead)s::float8[], %(many)s)"


@dataclass(frozen=True, slots=True)
class Window:
    """One limit: the least seconds between two calls, and how many seconds of calls may come ahead."""

    kind: str
    gap: float
    ahead: float = 0.0


def windows_of(
    action: str, limits: Mapping[str, Limit], per_second: float | None = None
) -> tuple[Window, ...]:
    """Return the limits that a call of this action is held to."""
    found = {kind: _window(kind, limits[kind]) for kind in (action, EVERYTHING) if kind in limits}
    if action == ORDER and per_second:
        own = Window(ORDER, 1 / per_second)
        known = found.get(ORDER)
        found[ORDER] = own if known is None or known.gap < own.gap else known
    return tuple(found.values())


def _window(kind: str, limit: Limit) -> Window:
    if kind in (ORDER, EVERYTHING) or limit.seconds < LONG:
        return Window(kind, limit.seconds / (limit.count * SHARE))
    gap = limit.seconds / (limit.count * AFTER_BURST)
    return Window(kind, gap, gap * max(0, int(limit.count * BURST) - 1))


class SharedPace:
    """A Pace (`model.pace`) whose turns all machines take from one row. One for each account in a worker.

    `heard` and `open` are told of what the database says of the panel as a whole, so that a panel that is
    paused, or wants to be left alone, is left alone by everybody at once.
    """

    def __init__(
        self,
        engine: Engine,
        account: str,
        limits: Mapping[str, Limit],
        *,
        at_once: int,
        per_second: float | None = None,
    ) -> None:
        self._engine = engine
        self._account = account
        self._limits = limits
        self._per_second = per_second
        self._slots = asyncio.Semaphore(at_once)
        self._lines: dict[str, _Line] = {}
        self._clock = DatabaseClock()
        self._held_until = 0.0
        self._slowed = False
        self.paused: tuple[str, str] | None = None

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Wait for a slot of this process, and hold it until the block ends; those of all machines are `slots`'."""
        async with self._slots:
            yield

    def heard(self, *, held: float, paused: tuple[str, str] | None) -> None:
        """Take in what the database says: seconds in which nobody begins; why the panel is paused, or None."""
        if held > 0:
            self._held_until = max(self._held_until, _now() + held)
        self.paused = paused

    async def turn(self, action: str) -> None:
        """Wait for the next turn; of an order, until it may be claimed: `still` waits for the turn itself.

        Where the panel is paused it returns at once: the caller asks `paused`.
        """
        if action == ORDER:
            await self._take_turn(action, LEAD)
        else:
            await self._take_turn(action, 0.0)

    async def _take_turn(self, action: str, lead: float) -> None:
        windows = windows_of(action, self._limits, self._per_second)
        if action == ORDER and self._slowed and not any(each.kind == ORDER for each in windows):
            windows = (*windows, Window(ORDER, 0.0))
        begin = _now()
        while not (action == ORDER and self.paused):
            if windows:
                begin = await self._line(action, windows).wait(lead)
            hold = self._held_until - _now()
            if hold <= 0:
                break
            # Who was asked to hold takes a new place: a hold that ends must not let all begin together.
            await asyncio.sleep(hold)
            begin = _now()
            if not windows:
                break
        _turns.set((bool(windows), begin))

    async def still(self) -> bool:
        """Wait for the turn of this order, or for another where its claim took so long that it is too old.

        False where nothing may be sent to the panel any more.
        """
        keeps = STALE * min([1.0, *(limit.seconds for limit in self._limits.values())])
        while self.paused is None:
            limited, begin = _turns.get()
            late = _now() - begin
            if self._held_until > _now() or (limited and late > keeps):
                await self._take_turn(ORDER, 0.0)
            elif late < 0:
                await asyncio.sleep(-late)  # and look again: a busy process may wake too late
            else:
                return True
        return False

    async def slow_down(self) -> None:
        """Take the panel's word that orders came too fast, for all machines."""
        self._slowed = True
        await panels.slow_down(self._engine, self._account)

    async def hold(self, seconds: float) -> None:
        """Let nobody begin on any machine for so many seconds."""
        self.heard(held=seconds, paused=self.paused)
        await panels.hold(self._engine, self._account, seconds)

    def _line(self, action: str, windows: Sequence[Window]) -> "_Line":
        if action not in self._lines:
            self._lines[action] = _Line(self, windows)
        return self._lines[action]

    async def take(self, windows: Sequence[Window], many: int) -> tuple[float, float]:
        """Take so many turns; return when the first begins, by this process's clock, and how far they lie apart."""
        asked_at = _now()
        row = await self._engine.one(
            TAKE,
            account=self._account,
            kinds=[each.kind for each in windows],
            gaps=[each.gap for each in windows],
            ahead=[each.ahead for each in windows],
            many=many,
        )
        assert row is not None  # noqa: S101 - the function returns one row
        self.heard(held=float(row["held"]), paused=(row["paused"], row["said"]) if row["paused"] else None)
        self._clock.heard(asked_at, _now(), float(row["here_at"]))
        return self._clock.here(float(row["begins_at"])), float(row["apart"])


class DatabaseClock:
    """The database's clock as this process's own tells it: by the answer that took the least time, of late.

    A turn is a moment of the database's clock. Were it counted from when the answer came, an answer that took
    half a second would move it by as much, into the turns of others.
    """

    def __init__(self) -> None:
        self._took = float("inf")
        self._ahead = 0.0
        self._at = float("-inf")

    def heard(self, asked_at: float, came_at: float, said: float) -> None:
        """Take in what the database's clock said to a question asked and answered at these times of ours."""
        took = came_at - asked_at
        if took <= self._took or came_at - self._at > SAMPLE_KEPT:
            self._took, self._at = took, came_at
            self._ahead = said - (asked_at + came_at) / 2

    def here(self, moment: float) -> float:
        """Return when it is this moment of the database's clock, by ours."""
        return moment - self._ahead


class _Line:
    """Those of one process who wait for turns of one action: who comes while the database is asked shares the next."""

    def __init__(self, pace: SharedPace, windows: Sequence[Window]) -> None:
        self._pace = pace
        self._windows = windows
        self._waiting: list[asyncio.Future[float]] = []
        self._taking: asyncio.Task[None] | None = None

    async def wait(self, lead: float) -> float:
        """Wait until `lead` seconds before this caller's turn, and return when that is."""
        place: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        if self._taking is None or self._taking.done():
            self._taking = asyncio.create_task(self._take())
        begin = await place
        await asyncio.sleep(begin - lead - _now())
        return begin

    async def _take(self) -> None:
        while waiting := [place for place in self._waiting if not place.done()]:
            self._waiting = []
            try:
                begin, apart = await self._pace.take(self._windows, len(waiting))
            except BaseException as error:
                for place in waiting:
                    if not place.done():
                        place.set_exception(error)
                raise
            for number, place in enumerate(waiting):
                if not place.done():
                    place.set_result(begin + number * apart)


_turns: ContextVar[tuple[bool, float]] = ContextVar("turns", default=(False, 0.0))
"""Whether the last turn that this task took was of a limit, and when it is."""


def _now() -> float:
    return time.monotonic()
