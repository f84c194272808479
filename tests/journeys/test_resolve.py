"""Orders in doubt, settled by a person's word that is checked first."""

import pytest

from bulkorders.sandbox import Fault


@pytest.fixture
def doubtful(desk):
    """Return a sheet of two orders, the first of which was sold and whose answer was lost."""
    desk.sandbox.faults.set([Fault(kind="close", when="after")])
    sheet = desk.sheet([("1", "https://example.com/a", 500), ("1", "https://example.com/b", 500)])
    assert desk.run("submit", sheet, "--yes", "--concurrency", "1", "--json").code == 5
    return sheet


def test_a_new_user_is_told_what_is_known_and_what_to_type(desk, doubtful):
    """`resolve` shows link, time, money at risk and the two commands that settle it, and ends with 5."""
    ended = desk.run("resolve")
    assert ended.code == 5
    for told in ("https://example.com/a", "1.25 VND", "--placed ", "--not-placed ", "may still come"):
        assert told in ended.out


def test_an_order_found_at_the_panel_becomes_placed(desk, doubtful):
    """--placed with an id the panel knows makes the order placed, with its charge at the next refresh."""
    key = desk.run("resolve", "--json").json["in_doubt"][0]["key"]
    order_id = desk.sandbox.shop.orders[0].id
    settled = desk.run("resolve", "--placed", f"{key[:8]}={order_id}", "--json")
    assert (settled.code, settled.json["in_doubt"]) == (0, []), settled.out
    told = desk.run("refresh", doubtful, "--json").json["orders"][0]
    assert (told["state"], told["order_id"], told["charge"]) == ("placed", order_id, "1.25")
    assert len(desk.sold()) == 2


def test_an_id_the_panel_does_not_know_is_not_believed(desk, doubtful):
    """--placed with an unknown id changes nothing and says so."""
    key = desk.run("resolve", "--json").json["in_doubt"][0]["key"]
    refused = desk.run("resolve", "--placed", f"{key}=123", "--json")
    assert (refused.code, refused.json["error"]["code"]) == (2, "resolve.id_unknown")
    assert len(desk.run("resolve", "--json").json["in_doubt"]) == 1


def test_an_id_of_another_order_of_ours_is_not_believed(desk, doubtful):
    """--placed with the id of another row's order changes nothing and names that row."""
    key = desk.run("resolve", "--json").json["in_doubt"][0]["key"]
    other = desk.sandbox.shop.orders[1].id
    refused = desk.run("resolve", "--placed", f"{key}={other}", "--json")
    assert (refused.code, refused.json["error"]["code"]) == (2, "resolve.id_taken")


def test_nobody_may_rule_out_an_order_whose_answer_may_still_come(desk, doubtful):
    """--not-placed right after the sending is refused with 4, and the order stays in doubt."""
    key = desk.run("resolve", "--json").json["in_doubt"][0]["key"]
    refused = desk.run("resolve", "--not-placed", key, "--reason", "not in the list", "--json")
    assert (refused.code, refused.json["error"]["code"]) == (4, "resolve.too_early")
    assert desk.run("submit", doubtful, "--yes", "--json").code == 5
    assert len(desk.sold()) == 2


def test_an_order_ruled_out_after_the_longest_wait_is_sent_again(desk):
    """Once no answer can come any more, --not-placed makes the order ready, and the next submit sends it."""
    toml = f'[panels.slow]\nurl = "{desk.sandbox.url}"\nkey = "env:AGENCY_KEY"\n'
    toml += "add_timeout = 0.1\nconnect_timeout = 0.1\n"
    (desk.folder / "bulkorders.toml").write_text(toml, encoding="utf-8")
    desk.changes = {"AGENCY_KEY": desk.sandbox.key}
    desk.hidden = ("BULKORDERS_PANEL_URL", "BULKORDERS_PANEL_KEY")
    desk.sandbox.faults.set([Fault(kind="close", when="before")])
    sheet = desk.sheet([("1", "https://example.com/a", 500)])
    assert desk.run("submit", sheet, "--yes", "--json").code == 5
    key = desk.run("resolve", "--json").json["in_doubt"][0]["key"]
    desk.age_journal(seconds=120)
    settled = desk.run("resolve", "--not-placed", key, "--reason", "not in the list", "--json")
    assert settled.code == 0, settled.out
    assert desk.run("submit", sheet, "--yes", "--json").states() == ["placed"]
    assert len(desk.sold()) == 1


def test_not_placed_needs_a_reason(desk, doubtful):
    """--not-placed without a reason is a call error."""
    refused = desk.run("resolve", "--not-placed", "abc", "--json")
    assert (refused.code, refused.json["error"]["code"]) == (2, "resolve.reason")
