"""What a person at a terminal sees and is asked, on a real pseudo-terminal."""

import os
import pty
import re
import subprocess
import sys

import pytest

if sys.platform == "win32":  # pragma: no cover - there are no pseudo-terminals of this kind
    pytest.skip("needs a Unix pseudo-terminal", allow_module_level=True)


@pytest.fixture
def at_terminal(desk):
    """Return a function that runs a command on a terminal of so many columns, and types an answer when asked."""

    def run(*arguments, typed="", columns=80):
        leader, follower = pty.openpty()
        environment = {**desk.environment, "COLUMNS": str(columns), "TERM": "xterm-256color"}
        running = subprocess.Popen(
            desk.command(*arguments),
            cwd=desk.folder,
            env=environment,
            stdin=follower,
            stdout=follower,
            stderr=follower,
            start_new_session=True,
        )
        os.close(follower)
        shown = b""
        while True:
            try:
                part = os.read(leader, 4096)
            except OSError:
                break
            if not part:
                break
            shown += part
            if typed and b"[y/N]" in shown:
                os.write(leader, typed.encode())
                typed = ""
        os.close(leader)
        return running.wait(timeout=30), shown.decode()

    return run


def test_no_is_taken_for_an_answer(desk, at_terminal):
    """Asked whether to place the orders, "n" ends with 4, and nothing was sent."""
    sheet = desk.sheet([("1", "https://example.com/a", 500)])
    code, shown = at_terminal("submit", sheet, typed="n\n")
    assert code == 4
    assert "about 1.25 VND" in shown
    assert desk.sold() == []


def test_yes_places_the_orders(desk, at_terminal):
    """With "y" the orders are placed, and the end says where the results are and what comes next."""
    sheet = desk.sheet([("1", "https://example.com/a", 500)])
    code, shown = at_terminal("submit", sheet.name, typed="y\n")
    assert (code, len(desk.sold())) == (0, 1), shown
    assert "campaign.results.xlsx" in shown
    assert "bulkorders refresh" in shown


def test_a_new_key_on_a_known_panel_is_asked_about_once(desk, at_terminal):
    """Another API key for the same address is asked about, makes no row new, and is not asked about again."""
    sheet = desk.sheet([("1", "https://example.com/a", 500)])
    desk.run("submit", sheet, "--yes")
    desk.sandbox.shop.key = "canary-8f2c51d0e7-second"
    desk.changes = {"BULKORDERS_PANEL_KEY": desk.sandbox.shop.key}
    code, shown = at_terminal("submit", sheet, typed="n\n")
    assert (code, "new key of the same account" in shown) == (4, True)
    code, _ = at_terminal("submit", sheet, typed="y\n")
    assert (code, len(desk.sold())) == (0, 1)
    code, shown = at_terminal("submit", sheet)
    assert (code, "new key" in shown) == (0, False)


@pytest.mark.parametrize("columns", [80, 120])
def test_lines_fit_the_terminal(desk, at_terminal, columns):
    """No line of a table is wider than the terminal."""
    _, shown = at_terminal("services", columns=columns)
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown)
    assert max(len(line.rstrip("\r")) for line in plain.split("\n")) <= columns
    assert "Facebook" in plain
