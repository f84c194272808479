"""The page in a real browser: the program is started as people start it, and Chromium opened as they open it."""

import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

WAIT = 30_000
"""Milliseconds a page is waited for: nothing here is about speed, and machines that test may be busy."""

SAMPLES = Path(__file__).parents[3] / "samples"

NAMES = "--host-resolver-rules=MAP page.hostile.test 127.0.0.1"
"""A name that somebody else made lead to this machine."""

expect.set_options(timeout=WAIT)


@dataclass
class Door:
    """The program that serves the page, on a port of its own; `address` lets a browser in."""

    desk: Any
    more: tuple[str, ...] = ()
    process: Any = None
    address: str = ""
    ports: list[int] = field(default_factory=list)

    @property
    def base(self) -> str:
        """Where the page is, without the way in."""
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}"

    def open(self) -> "Door":
        """Start the program and read where it serves."""
        self.process = self.desk.start("web", "--no-browser", "--port", "0", "--json", *self.more)
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        self.address = json.loads(line)["address"]
        return self

    def kill(self) -> None:
        """Kill it as a power cut would."""
        self._end(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)

    def close(self) -> int:
        """Stop it as Ctrl-C does, and return its exit code."""
        return self._end(signal.SIGINT)

    def _end(self, how: int) -> int:
        if self.process is None:
            return 0
        self.process.send_signal(how)
        self.process.communicate(timeout=90)
        code, self.process = self.process.returncode, None
        return code


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Open the system's Chromium, or skip where there is none: `apt-get install chromium` brings it.

    For one module: as long as it is open an event loop runs in this thread, which no other test could use.
    """
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        pytest.skip("the page isn't tested in a browser: Chromium is not installed (Debian: chromium)")
    with sync_playwright() as started:
        # Without a sandbox of its own, which root has no use of; it opens nothing but this page.
        browser = started.chromium.launch(executable_path=path, args=["--no-sandbox", NAMES])
        yield browser
        browser.close()


@pytest.fixture
def door(desk: Any) -> Iterator[Door]:
    """Give the page over a desk of its own, served; stopped afterwards."""
    opened = Door(desk).open()
    yield opened
    opened.close()


@pytest.fixture
def complaints() -> list[str]:
    """Give the list of what pages complained of; a test that stops the server empties it."""
    return []


@pytest.fixture
def context(chromium: Browser, complaints: list[str]) -> Iterator[BrowserContext]:
    """Give a browser that remembers nothing; what its pages complain of fails the test."""
    opened = chromium.new_context(locale="en-US", accept_downloads=True)
    opened.set_default_timeout(WAIT)
    opened.on("weberror", lambda found: complaints.append(str(found.error)))
    opened.on(
        "console",
        lambda found: complaints.append(found.text) if found.type == "error" and _ours(found.text) else None,
    )
    yield opened
    opened.close()
    assert complaints == []


def _ours(text: str) -> bool:
    """Whether a complaint is about the page: not that a line to the server ended, or that it said no."""
    return not any(told in text for told in ("ERR_", "the server responded with a status", "[object Event]"))


@pytest.fixture
def page(context: BrowserContext, door: Door) -> Page:
    """Give the start page, as somebody sees it who opened the address of this launch."""
    return let_in(context.new_page(), door)


def let_in(page: Page, door: Door) -> Page:
    """Open the address of this launch, which leads to the start page by itself."""
    page.goto(door.address)
    page.wait_for_url(door.base + "/")
    return page


@pytest.fixture
def enter() -> Callable[[Page, Door], Page]:
    """Give what lets a page in."""
    return let_in


@pytest.fixture
def give() -> Callable[[Page, Path], None]:
    """Give what uploads a sheet from the start page and waits until it has been checked."""

    def given(page: Page, path: Path) -> None:
        page.set_input_files("#file", path)
        expect(page.get_by_role("heading", level=1, name=path.name, exact=True)).to_be_visible()
        page.wait_for_load_state("load")

    return given


@pytest.fixture
def send() -> Callable[[Page], None]:
    """Give what reviews a checked sheet, types the totals, and says yes."""

    def sent(page: Page) -> None:
        page.get_by_role("button", name="Review").click()
        expect(page.get_by_role("heading", name="Place these orders?")).to_be_visible()
        for field_ in page.locator("input[data-confirm]").all():
            field_.fill(field_.get_attribute("data-confirm") or "")
        page.locator("button.needs-confirm").click()

    return sent


@pytest.fixture
def samples() -> Path:
    """Give the folder of samples."""
    return SAMPLES
