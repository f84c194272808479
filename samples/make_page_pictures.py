"""Makes the README's pictures of the page: a rehearsal is walked in Chromium, and two of its pages are kept.

Run by hand in the checkout, with Debian's `chromium` installed and the test dependencies:
`.venv/bin/python samples/make_page_pictures.py`.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

SAMPLES = Path(__file__).parent
PICTURES = SAMPLES / "pictures"
SIZE = {"width": 1280, "height": 860}
LARGEST = 150_000
"""Bytes a picture may have."""


def walk(page: Page, address: str) -> None:
    """Check the sample campaign and send it, and keep what is seen on the way."""
    page.goto(address)
    page.wait_for_url("**/")
    page.set_input_files("#file", SAMPLES / "campaign.xlsx")
    page.wait_for_selector("#rows")
    keep(page, "page-check.png")
    page.locator("form[action$='/submit'] button").click()
    page.wait_for_selector("input[data-confirm]")
    for field in page.locator("input[data-confirm]").all():
        field.fill(field.get_attribute("data-confirm") or "")
    page.locator("button.needs-confirm").click()
    page.wait_for_selector(".stack", timeout=60_000)
    page.emulate_media(color_scheme="dark")
    keep(page, "page-results.png")


def keep(page: Page, name: str) -> None:
    """Keep what is seen, without what blinks. Ends the script where the picture is too large."""
    page.evaluate("document.activeElement?.blur()")
    path = PICTURES / name
    page.screenshot(path=path, animations="disabled")
    if path.stat().st_size > LARGEST:
        raise SystemExit(f"{path} has {path.stat().st_size} bytes, and {LARGEST} are allowed")


def main() -> None:
    """Start a rehearsal, open it, and walk it."""
    command = [
        sys.executable,
        "-m",
        "bulkorders",
        "web",
        "--rehearsal",
        "--no-browser",
        "--port",
        "0",
        "--json",
    ]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as started:
        # The run's page tells who began it: no name of this machine's belongs into a picture.
        environment = {**os.environ, "LOGNAME": "orders"}
        served = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own program
        try:
            assert served.stdout is not None  # noqa: S101 - it was asked for
            address = json.loads(served.stdout.readline())["address"]
            browser = started.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            page = browser.new_context(viewport=SIZE, locale="en-US", color_scheme="light").new_page()
            walk(page, address)
            browser.close()
        finally:
            served.send_signal(signal.SIGINT)
            served.wait()


if __name__ == "__main__":
    main()
