"""A page served for a desk, in a process of its own; and visitors to it."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bulkorders.settings import Settings
from bulkorders.web.server import Place, bound, server_on

sys.path.insert(0, str(Path(__file__).parent))

from visitor import Visitor


@dataclass
class Page:
    """A page of a desk. `address` lets one in, as it was shown on the terminal."""

    desk: Any
    process: subprocess.Popen[str] | None
    address: str
    visitors: list[Visitor] = field(default_factory=list)

    def visitor(self, address: str = "", **options: bool) -> Visitor:
        """Return a browser that was let in, and stands on the start page."""
        made = Visitor(address or self.address, **options)
        self.visitors.append(made)
        if not address:
            made.get("/")
        return made

    def kill(self) -> None:
        """End the server as a power cut does."""
        assert self.process is not None
        self.process.kill()
        self.process.communicate()

    def stop(self, how: int = signal.SIGTERM) -> int:
        """Ask the server to end, and return its exit code."""
        assert self.process is not None
        self.process.send_signal(how)
        _, err = self.process.communicate(timeout=90)
        assert err == "", err
        return self.process.returncode


@pytest.fixture
def serve(desk: Any) -> Iterator[Callable[..., Page]]:
    """Return what serves the page of the desk, with further arguments."""
    served: list[Page] = []

    def start(*arguments: str) -> Page:
        process = desk.start("web", "--no-browser", "--port", "0", "--json", *arguments)
        line = process.stdout.readline()
        if not line:
            raise AssertionError(process.communicate()[1])
        page = Page(desk, process, json.loads(line)["address"])
        served.append(page)
        return page

    yield start
    for page in served:
        for visitor in page.visitors:
            visitor.close()
        if page.process is not None and page.process.poll() is None:
            page.kill()


@pytest.fixture
def process(serve: Callable[..., Page]) -> Page:
    """Return the page of the desk, served by a process of its own."""
    return serve()


@pytest.fixture
def page(desk: Any) -> Iterator[Page]:
    """Return the page of the desk, served by a thread of this process."""
    settings = Settings.model_construct(
        panel_url=desk.sandbox.url,
        panel_key=SecretStr(desk.sandbox.key),
        home=desk.folder / "home",
        journal=str(desk.folder / "home" / "journal.sqlite"),
        panels={},
    )
    place = Place(port=0)
    with bound(place) as listening:
        server, address = server_on(settings, place, listening)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        served = Page(desk, None, address)
        yield served
        for visitor in served.visitors:
            visitor.close()
        server.end()
        thread.join()
