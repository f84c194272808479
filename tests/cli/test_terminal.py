"""What a person at a terminal sees and is asked, on a real pseudo-terminal."""

import os
import pty
import re
import subprocess
import sys

import pytest

from bulkorders.sandbox import running

if sys.platform == "win32":  # pragma: no cover - there are no pseudo-terminals of this kind
    pytest.skip("needs a Unix pseudo-terminal", allow_module_level=True)


@pytest.fixture
def at_terminal(desk):
    """Return a function that runs a command on a terminal of so many columns, and types an answer when asked.

    `typed` are the answers to one question after the other; `meanwhile` is called while the first is open.
    """

    def run(*arguments, typed="", columns=80, meanwhile=None):
        answers = typed.splitlines(keepends=True)
        asked = 0
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
            if asked < len(answers) and shown.count(b"[y/N]") > asked:
                if meanwhile is not None and not asked:
                    meanwhile()
                os.write(leader, answers[asked].encode())
                asked += 1
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
    assert (code, "new key of the same account" in " ".join(shown.split())) == (4, True)
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


def plain(shown):
    """Return the lines of a terminal without colours and trailing blanks."""
    return [line.rstrip() for line in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown).splitlines()]


CHANGES = {
    "price": (
        lambda desk: desk.sandbox.shop.change_service("1", rate="5"),
        "would cost 2 VND instead of 1 VND",
    ),
    "limits": (lambda desk: desk.sandbox.shop.change_service("1", least=900), "min was 200, and is 900"),
    "gone": (lambda desk: desk.sandbox.shop.remove_service("1"), "is no longer in the catalogue"),
    "name": (lambda desk: desk.sandbox.shop.change_service("1", name="Tiktok likes"), "another service now"),
    "type": (lambda desk: desk.sandbox.shop.change_service("1", type="Package"), "another service now"),
    "balance": (lambda desk: desk.sandbox.shop.set_balance("0.5"), "holds 0.5 VND"),
    "sheet": (lambda desk: desk.sheet([("1", "https://example.com/b", 9000)]), "was saved after it was read"),
    "no sheet": (lambda desk: (desk.folder / "campaign.csv").unlink(), "is no longer there"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_changes_during_the_review_is_never_bought(desk, at_terminal, what):
    """A yes to what is no longer so buys nothing: exit 4, with what changed."""
    change, said = CHANGES[what]
    sheet = desk.sheet([("1", "https://example.com/a", 400)])
    code, shown = at_terminal(
        "submit", sheet.name, "--recheck", "0", typed="y\n", meanwhile=lambda: change(desk), columns=400
    )
    assert (code, desk.sold()) == (4, []), shown
    assert said in shown


def test_money_that_others_spend_during_the_review_is_said(desk, at_terminal):
    """Where the balance fell and is still enough, it is told, and the orders are placed."""
    sheet = desk.sheet([("1", "https://example.com/a", 400)])
    code, shown = at_terminal(
        *("submit", sheet.name, "--recheck", "0"),
        typed="y\n",
        meanwhile=lambda: desk.sandbox.shop.set_balance("7"),
        columns=200,
    )
    assert (code, len(desk.sold())) == (0, 1), shown
    assert "and is 7 VND" in shown


def test_the_review_says_what_a_careful_buyer_wants_to_know(desk, at_terminal):
    """One question, and above it services, rates, cost, balance, what waits, what is held and where results go."""
    desk.changes = {"BULKORDERS_MAX_PER_DAY": "100"}
    rows = [
        ("1", "https://example.com/a", 400),
        ("1", "https://example.com/a", 600),
        ("2", "https://example.com/b", 100),
        ("1", "https://example.com/c", 5),
        ("2", "https://example.com/b", 100),
    ]
    code, shown = at_terminal("submit", desk.sheet(rows).name, "--max-total", "50", typed="n\n")
    told = " ".join(" ".join(plain(shown)).split())
    assert code == 4
    assert shown.count("[y/N]") == 1
    for said in (
        "3 orders will be placed",
        "1 Facebook views: 2 orders at 2.5 a thousand, 2.5 VND",
        "2 Tiktok views: 1 order at 4 a thousand, 0.4 VND",
        "about 2.9 VND. Balance 100,000,000 VND, then about 99,999,997.1 VND.",
        "Today, these included: 2.9 VND of the 100 VND allowed a day",
        "The cap on this campaign is 50 (`--max-total`); placed or in doubt already: 0 VND.",
        "Tax or fees",
        "Rows for the same service and link",
        "1 invalid, 1 duplicate: none of these will be sent.",
        "Results: campaign.results.xlsx",
    ):
        assert said in told, (said, told)
    assert max(map(len, plain(shown))) <= 80


def test_a_dearer_canary_is_put_to_the_person(desk, at_terminal):
    """A price that rises unseen is shown by the first order, and a no holds the others."""
    sheet = desk.sheet([("1", f"https://example.com/{number}", 400) for number in range(3)])
    code, shown = at_terminal(
        *("submit", sheet.name, "--canary"),
        typed="y\nn\n",
        meanwhile=lambda: desk.sandbox.shop.change_service("1", rate="3"),
        columns=300,
    )
    assert (code, len(desk.sold())) == (4, 1), shown
    assert "charged 1.2 VND where 1 VND was estimated" in shown
    assert "the other 2 cost 2.4 VND rather than 2 VND" in shown


def test_a_panel_that_has_moved_is_settled_by_a_person(desk, at_terminal):
    """Asked whether a new address is another panel, a yes places the orders there too, a no does not."""
    sheet = desk.sheet([("1", "https://example.com/a", 400)])
    desk.run("submit", sheet, "--yes")
    with running(balance="1000", key=desk.sandbox.key) as moved:
        desk.sandbox = moved
        code, shown = at_terminal("submit", sheet.name, typed="n\n")
        assert (code, desk.sold()) == (4, []), shown
        code, shown = at_terminal("submit", sheet.name, typed="y\ny\n")
        assert (code, len(desk.sold())) == (0, 1), shown
