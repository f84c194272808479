"""Calls that can't be: each ends with 2, one sentence, and what to do next, as JSON where asked."""

import pytest


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["submit"], "call.usage"),
        (["sumbit", "x.csv"], "call.usage"),
        (["submit", "x.csv", "--concurrency", "0"], "call.usage"),
        (["submit", "x.csv", "--max-total", "lots"], "call.usage"),
        (["refresh"], "call.sheet_needed"),
        (["refresh", "x.csv", "--all"], "call.sheet_needed"),
        (["refill"], "call.nothing_named"),
        (["check", "campaign.csv", "--map", "Menge"], "call.map"),
        (["check", "campaign.csv", "--panel", "nobody"], "settings.unknown_panel"),
    ],
)
def test_a_wrong_call_ends_with_2(desk, arguments, code):
    """The error names what is wrong and what to do, on standard output as JSON and nothing else."""
    desk.sheet([("1", "https://example.com/a", 500)])
    ended = desk.run(*arguments, "--json")
    assert ended.code == 2, ended.out + ended.err
    assert ended.json["error"]["code"] == code
    assert ended.json["error"]["message"]
    assert ended.json["error"]["next"]


def test_without_settings_the_demo_is_pointed_to(desk):
    """With no panel set, the message says which variables to set and that the demo needs none."""
    desk.hidden = ("BULKORDERS_PANEL_URL", "BULKORDERS_PANEL_KEY")
    ended = desk.run("balance")
    assert ended.code == 2
    assert "BULKORDERS_PANEL_URL" in ended.err
    assert "bulkorders demo" in ended.err


def test_a_settings_file_that_is_wrong_is_named(desk):
    """A bulkorders.toml that is no TOML, or has a wrong value, is named, its values not shown."""
    (desk.folder / "bulkorders.toml").write_text("concurrency = \n", encoding="utf-8")
    broken = desk.run("balance", "--json")
    assert (broken.code, broken.json["error"]["code"]) == (2, "settings.not_toml")
    (desk.folder / "bulkorders.toml").write_text(
        '[panels.a]\nurl = "canary-8f2c51d0e7"\nkey = "x"\n', encoding="utf-8"
    )
    wrong = desk.run("balance", "--json")
    assert (wrong.code, wrong.json["error"]["code"]) == (2, "settings.wrong")
    assert "panels.a" in wrong.json["error"]["message"]
    (desk.folder / "bulkorders.toml").unlink()


def test_an_address_with_a_password_is_refused_without_showing_it(desk):
    """A name and a password in a panel's address would stand in messages: the setting is wrong (2), unshown."""
    desk.changes["BULKORDERS_PANEL_URL"] = "https://agency:pa55@example.com/api/v2"
    ended = desk.run("balance")
    assert ended.code == 2
    assert "name and password" in ended.err
    assert "pa55" not in ended.err + ended.out


def test_debug_shows_where_an_error_came_from(desk):
    """A traceback is shown with --debug only."""
    assert "Traceback" not in desk.run("check", "nowhere.csv").err
    assert "Traceback" in desk.run("check", "nowhere.csv", "--debug").err
