"""The pretend panel as a server: within a process, for tests and the demo, or by itself."""

from __future__ import annotations

import asyncio
import errno
import signal
import threading
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, Final

from bulkorders.sandbox.connection import Connection
from bulkorders.sandbox.errors import CannotListenError, PortTakenError
from bulkorders.sandbox.exchange import Exchange
from bulkorders.sandbox.faults import Faults
from bulkorders.sandbox.latency import Latency
from bulkorders.sandbox.shop import DEFAULT_KEY, Shop

if TYPE_CHECKING:
    import os
    from collections.abc import AsyncIterator, Callable, Iterator
    from decimal import Decimal

LOOPBACK: Final = "127.0.0.1"
_BACKLOG: Final = 2_048


class Sandbox:
    """A pretend panel that is being served; make one with `serve`, `running` or `run`."""

    def __init__(self, shop: Shop, host: str, latency: str | float) -> None:
        self.shop = shop
        self.host, self.port = host, 0
        self.exchange = Exchange(shop, Faults(shop.seed), Latency.read(latency), shop.seed)
        self.failures: list[BaseException] = []
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def key(self) -> str:
        """The API key it accepts."""
        return self.shop.key

    @property
    def faults(self) -> Faults:
        """The faults in force."""
        return self.exchange.faults

    @property
    def latency(self) -> Latency:
        """How long answers take."""
        return self.exchange.latency

    @latency.setter
    def latency(self, value: Latency | str | float) -> None:
        self.exchange.latency = value if isinstance(value, Latency) else Latency.read(value)

    @property
    def root(self) -> str:
        """Scheme, host and port, without a slash at the end."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The address of the panel API."""
        return self.root + self.exchange.dialect.paths[0]

    async def start(self, port: int) -> None:
        """Listen; port 0 takes a free one. Raises PortTakenError or CannotListenError."""
        try:
            self._server = await asyncio.start_server(self._accepted, self.host, port, backlog=_BACKLOG)
        except OSError as reason:
            if reason.errno == errno.EADDRINUSE:
                raise PortTakenError(self.host, port) from reason
            raise CannotListenError(self.host, port, reason.strerror or str(reason)) from reason
        except OverflowError as reason:
            raise CannotListenError(self.host, port, "a port is from 0 to 65535") from reason
        self.port = self._server.sockets[0].getsockname()[1]

    def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(Connection(reader, writer, self.exchange).serve())
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (failure := task.exception()) is not None:
            self.failures.append(failure)

    async def stop(self) -> None:
        """Stop listening and drop what connections there are."""
        if self._server is None:
            return
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()


@asynccontextmanager
async def serve(
    shop: Shop, host: str = LOOPBACK, port: int = 0, *, latency: str | float = 0
) -> AsyncIterator[Sandbox]:
    """Serve a shop in the running event loop as long as the context lasts; the shop stays the caller's."""
    sandbox = Sandbox(shop, host, latency)
    await sandbox.start(port)
    try:
        yield sandbox
    finally:
        await sandbox.stop()


@contextmanager
def running(
    *,
    host: str = LOOPBACK,
    port: int = 0,
    latency: str | float = 0,
    shop: Shop | None = None,
    **settings: Any,
) -> Iterator[Sandbox]:
    """Serve in a thread of its own for as long as the context lasts.

    `settings` are those of Shop; a `shop` given instead stays open afterwards. At the end the first failure
    of the sandbox itself, if there was one, is raised.
    """
    own = Shop(**settings) if shop is None else shop
    try:
        with _in_thread(own, host, port, latency) as sandbox:
            yield sandbox
    finally:
        if shop is None:
            own.close()
    if sandbox.failures:
        raise sandbox.failures[0]


@contextmanager
def _in_thread(shop: Shop, host: str, port: int, latency: str | float) -> Iterator[Sandbox]:
    started: Future[tuple[Sandbox, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def until_stopped() -> None:
        stop = asyncio.Event()
        async with serve(shop, host, port, latency=latency) as sandbox:
            started.set_result((sandbox, asyncio.get_running_loop(), stop))
            await stop.wait()

    def body() -> None:
        try:
            asyncio.run(until_stopped())
        except BaseException as reason:  # noqa: BLE001 - whatever it is, it is raised where it can be seen
            if not started.done():
                started.set_exception(reason)

    thread = threading.Thread(target=body, name="sandbox", daemon=True)
    thread.start()
    sandbox, loop, stop = started.result()
    try:
        yield sandbox
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


def run(
    *,
    announce: Callable[[list[str]], None],
    host: str = LOOPBACK,
    port: int = 0,
    key: str = DEFAULT_KEY,
    latency: str | float = 0,
    seed: int | None = None,
    services: int | None = None,
    speed: float | None = None,
    balance: Decimal | str | int | None = None,
    state: str | os.PathLike[str] | None = None,
    dialect: str | None = None,
) -> Sandbox:
    """Serve until SIGTERM or Ctrl-C, and return the sandbox as it ended.

    `announce` gets the lines that tell a person where it listens and how to point the tool at it. Raises
    SandboxError (PortTakenError, CannotListenError, BadSettingError, StateDamagedError).
    """
    shop = Shop(
        key=key,
        seed=seed,
        services=services,
        speed=speed,
        balance=balance,
        state=state,
        dialect=dialect,
    )
    try:
        return asyncio.run(_until_signal(shop, host, port, latency, announce))
    finally:
        shop.close()


async def _until_signal(
    shop: Shop, host: str, port: int, latency: str | float, announce: Callable[[list[str]], None]
) -> Sandbox:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    with _signals(lambda: loop.call_soon_threadsafe(stop.set)):
        async with serve(shop, host, port, latency=latency) as sandbox:
            announce(announcement(sandbox))
            await stop.wait()
    return sandbox


@contextmanager
def _signals(stop: Callable[[], object]) -> Iterator[None]:
    """Stop on SIGTERM and Ctrl-C; `signal.signal` because Windows has no signal handlers in its loop."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, lambda *_: stop()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def announcement(sandbox: Sandbox) -> list[str]:
    """Return the lines that tell a person where it listens and how to point the tool at it."""
    return [
        f"Pretend panel at {sandbox.url}, key {sandbox.key}. It sells nothing and costs nothing.",
        f"BULKORDERS_PANEL_URL={sandbox.url} BULKORDERS_PANEL_KEY={sandbox.key}",
        f"What it sold: {sandbox.root}/sandbox/sold and {sandbox.root}/sandbox/stats",
        *sandbox.exchange.dialect.notes,
        "Ctrl-C ends it.",
    ]
