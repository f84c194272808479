"""The page served: on this machine alone unless told otherwise; stopped, it drains what is under way first."""

import asyncio
import contextlib
import gc
import os
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from uuid import uuid4

import uvicorn

from bulkorders.errors import CallError, JournalHeld
from bulkorders.pipeline import recording
from bulkorders.pipeline.options import Quiet
from bulkorders.sandbox import Sandbox
from bulkorders.settings import Settings
from bulkorders.web.app import make_app
from bulkorders.web.desk import Desk
from bulkorders.web.passwords import Passwords
from bulkorders.web.sessions import Sessions

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
EVERYWHERE = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 - named to be treated with care
SIGNALS = (signal.SIGINT, signal.SIGTERM)
INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Place:
    """Where the page is served, and to whom. `hosts` are further names people type, each with its port."""

    host: str = "127.0.0.1"
    port: int = 8910
    hosts: Sequence[str] = ()
    password_file: Path | None = None

    @property
    def private(self) -> bool:
        """Whether only this machine can reach it."""
        return self.host in LOOPBACK


Announce = Callable[[str, Place], None]


def run(
    settings: Settings,
    place: Place,
    announce: Announce,
    *,
    browser: bool = True,
    sandbox: Sandbox | None = None,
) -> int:
    """Serve until a signal; return the exit code: 130 where a run had to be drained.

    `announce` is told the address to open, with the token of this launch where there is one. Raises CallError
    where nothing can be served there, or others could reach it without a password; SettingsError.
    """
    with bound(place) as listening:
        server, address = server_on(settings, place, listening, sandbox)
        _take_turns()
        announce(address, place)
        if browser:
            webbrowser.open(address)
        server.run(sockets=[listening])
        if server.impatient:
            os._exit(INTERRUPTED)  # what only looks is not waited for; what was sent is in the journal
        return INTERRUPTED if server.drained else 0


def _take_turns() -> None:
    """Let pages be answered quickly while a thread beside checks a large sheet.

    They get their turn within a millisecond, not within five; and what was loaded, or is kept for long, is not
    searched for circles again and again: with a million values that holds everybody up for most of a second.
    """
    sys.setswitchinterval(0.001)
    gc.freeze()
    gc.set_threshold(10_000, 20, 1_000)


def server_on(
    settings: Settings, place: Place, listening: socket.socket, sandbox: Sandbox | None = None
) -> tuple["Server", str]:
    """Return the server for a socket that listens, and the address that lets one in. Raises as `run` does."""
    sessions = _sessions(place)
    settings.all_panels()
    port = listening.getsockname()[1]
    desk = Desk(settings)
    app = make_app(desk, sessions, hosts=_hosts(place, port), cookie=f"bulkorders_{port}", sandbox=sandbox)
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, lifespan="off", server_header=False, ws="none"
    )
    # A sheet to put rows right in carries the journal's id: there is one from the first check on.
    asyncio.run(_put_in_order(settings))
    return Server(config, desk), _address(place, port, sessions)


def _sessions(place: Place) -> Sessions:
    if place.password_file is not None:
        return Sessions(passwords=Passwords.read(place.password_file))
    if not place.private:
        raise CallError("page.password_needed", host=place.host)
    return Sessions()


def _hosts(place: Place, port: int) -> list[str]:
    """Return what browsers may call this server: exact, each with its port."""
    if place.private:
        return [f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")] + list(place.hosts)
    if place.host in EVERYWHERE:
        if not place.hosts:
            raise CallError("page.hosts_needed", host=place.host or "0.0.0.0")  # noqa: S104 - only named
        return list(place.hosts)
    host = f"[{place.host}]" if ":" in place.host else place.host
    return [f"{host}:{port}", *place.hosts]


def _address(place: Place, port: int, sessions: Sessions) -> str:
    host = f"[{place.host}]" if ":" in place.host else place.host
    named = place.hosts[0] if place.host in EVERYWHERE else f"{host}:{port}"
    way = f"enter?token={sessions.token}" if sessions.passwords is None else ""
    return f"http://{named}/{way}"


@contextlib.contextmanager
def bound(place: Place) -> Iterator[socket.socket]:
    """Take the port, so that its number is known. Raises CallError where that can't be."""
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((place.host, place.port))
        listening.listen(128)
        listening.setblocking(False)  # noqa: FBT003 - the standard library takes it so
        yield listening
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CallError("page.port_taken", host=place.host, port=place.port, reason=reason) from error
    finally:
        listening.close()


async def _put_in_order(settings: Settings) -> None:
    """Record what waits, and put in doubt what dangles: a run that was killed is then seen as it is.

    Where another run holds the journal that is its own business.
    """
    with contextlib.suppress(JournalHeld):
        async with recording.recording(settings, "web", uuid4().hex[:12], Quiet(yes=False)):
            pass


class Server(uvicorn.Server):
    """Serves until a signal, and goes on serving while what is under way is drained; a second one stops at once."""

    def __init__(self, config: uvicorn.Config, desk: Desk) -> None:
        super().__init__(config)
        self._desk = desk
        self.drained = False
        self._heard = 0

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Hear the signals ourselves, as long as it serves."""
        if threading.current_thread() is not threading.main_thread():
            yield  # signals are the main thread's
            return
        before = {number: signal.signal(number, self._hear) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _hear(self, _number: int, _frame: FrameType | None) -> None:
        self.end()

    def end(self) -> None:
        """End as after a signal: what is under way is drained first."""
        self._heard += 1

    async def on_tick(self, counter: int) -> bool:
        """Look now and again whether to end; uvicorn calls this ten times a second."""
        if self._heard and self._left():
            self._desk.leaving = True
            return True
        return await super().on_tick(counter)

    @property
    def impatient(self) -> bool:
        """Whether it was told twice to end."""
        return self._heard > 1

    def _left(self) -> bool:
        """Stop what is under way; return whether all of it has ended that must."""
        if not self._desk.closing:
            self.drained = self._desk.under_way() is not None
            self._desk.close()
        left = self._desk.left()
        if self.impatient:
            for each in left:
                each.reins.abandon()
            left = [each for each in left if each.reins.taken]
        return not left
