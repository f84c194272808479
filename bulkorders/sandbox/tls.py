"""A port where the TLS handshake fails: it speaks garbage, closes, or stays silent."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bulkorders.sandbox.errors import BadSettingError

if TYPE_CHECKING:
    from collections.abc import Iterator

MODES: Final = ("garbage", "close", "silent")
_GARBAGE: Final = b"this is no handshake\r\n" * 4


@dataclass(slots=True)
class BrokenTls:
    """The https address of such a port, and how many clients began a handshake there."""

    url: str
    hellos: int = 0


@contextmanager
def broken_tls(mode: str = "garbage", host: str = "127.0.0.1") -> Iterator[BrokenTls]:
    """Listen on a free port for as long as the context lasts. Raises BadSettingError for an unknown mode."""
    if mode not in MODES:
        raise BadSettingError(f"a broken handshake is one of {', '.join(MODES)}, not {mode!r}")
    with socket.create_server((host, 0)) as listener:
        broken = BrokenTls(f"https://{host}:{listener.getsockname()[1]}/api/v2")
        over = threading.Event()
        thread = threading.Thread(target=_accept, args=(listener, broken, mode, over), daemon=True)
        thread.start()
        try:
            yield broken
        finally:
            over.set()
            thread.join()


def _accept(listener: socket.socket, broken: BrokenTls, mode: str, over: threading.Event) -> None:
    # Closing a listener does not wake a thread in accept on every system, so it looks up now and then.
    listener.settimeout(0.05)
    held: list[socket.socket] = []
    while not over.is_set():
        with suppress(TimeoutError):
            client, _ = listener.accept()
            held.append(client)
            _greet(client, broken, mode)
    for client in held:
        client.close()


def _greet(client: socket.socket, broken: BrokenTls, mode: str) -> None:
    client.settimeout(5)
    with suppress(OSError):
        if client.recv(65_536):
            broken.hellos += 1
        if mode == "garbage":
            client.sendall(_GARBAGE)
        if mode != "silent":
            client.close()
