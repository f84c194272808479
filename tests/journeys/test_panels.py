"""Sheets whose rows go to several panels, panels that differ, and what the tool says of panels it looks at."""

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from bulkorders.sandbox import Fault, running

ROWS = [("1", f"https://example.com/post/{number}", 200 + number) for number in range(1, 4)]


@pytest.fixture
def toml(desk):
    """Return a function that writes the settings of panels, and takes the environment's panel away."""

    def write(text):
        (desk.folder / "bulkorders.toml").write_text(text, encoding="utf-8")
        desk.changes["CANARY_KEY"] = desk.sandbox.key
        desk.hidden = ("BULKORDERS_PANEL_URL", "BULKORDERS_PANEL_KEY")

    return write


def panel(name, url, *lines, place="env:CANARY_KEY"):
    """Return the settings of a panel."""
    return "\n".join([f"[panels.{name}]", f'url = "{url}"', f'key = "{place}"', *lines, ""])


def test_rows_of_one_sheet_go_to_the_panels_they_name(desk, toml):
    """Each panel sells exactly the rows that name it, and each account has its own money."""
    with running(key="other-key-2") as other:
        desk.changes["OTHER_KEY"] = other.key
        toml(
            panel("first", desk.sandbox.url)
            + panel("second", other.url, 'currency = "USD"', place="env:OTHER_KEY")
        )
        rows = [(*row, name) for row, name in zip(ROWS, ("first", "second", "first"), strict=True)]
        sheet = desk.sheet(rows, header=("Service", "Link", "Quantity", "Panel"))
        ended = desk.run("submit", sheet, "--yes", "--panel", "first", "--json")
        assert ended.code == 0, ended.out + ended.err
        assert ended.states() == ["placed"] * 3
        assert {sold["link"] for sold in desk.sold()} == {ROWS[0][1], ROWS[2][1]}
        assert [order.params["link"] for order in other.shop.orders] == [ROWS[1][1]]
        assert {each["currency"] for each in ended.json["money"]} == {"VND", "USD"}
        again = desk.run("submit", sheet, "--yes", "--panel", "first", "--json")
        assert (again.code, len(desk.sold()), len(other.shop.orders)) == (0, 2, 1)
        assert desk.run("refresh", sheet, "--panel", "first", "--json").states() == ["placed"] * 3


def test_two_accounts_of_one_panel_are_two(desk, toml):
    """The same row on two accounts of one address is two orders; one panel without a label is one account."""
    toml(panel("main", desk.sandbox.url) + panel("client", desk.sandbox.url, 'account = "client"'))
    header = ("Service", "Link", "Quantity", "Panel")
    rows = [(*ROWS[0], "main"), (*ROWS[0], "client")]
    ended = desk.run("submit", desk.sheet(rows, header=header), "--yes", "--panel", "main", "--json")
    assert ended.states() == ["placed", "placed"]
    accounts = [each["account"] for each in ended.json["money"]]
    assert any(account.endswith("#client") for account in accounts)
    assert len(set(accounts)) == 2


def test_where_several_panels_are_set_one_must_be_named(desk, toml):
    """A sheet whose rows name no panel is not sent anywhere by a guess."""
    toml(panel("first", desk.sandbox.url) + panel("second", desk.sandbox.url, 'account = "b"'))
    ended = desk.run("submit", desk.sheet(ROWS), "--yes", "--json")
    assert (ended.code, ended.json["error"]["code"]) == (2, "settings.which_panel")


def test_a_lost_answer_is_had_again_where_the_panel_promises_to_sell_once(tmp_path, desk, toml):
    """With the idempotency parameter named, an answer that was cut leaves nothing in doubt and one order sold."""
    with running(key=desk.sandbox.key, idempotency="order_reference") as sandbox:
        sandbox.faults.set([Fault(kind="cut", when="after"), Fault(kind="reset", when="after")])
        toml(panel("main", sandbox.url, 'idempotency = "order_reference"'))
        ended = desk.run("submit", desk.sheet(ROWS), "--yes", "--concurrency", "1", "--json")
        assert ended.code == 0, ended.out + ended.err
        ids = [order["order_id"] for order in ended.json["orders"]]
        assert ids == [order.id for order in sandbox.shop.orders]
        assert len(sandbox.shop.requests) == 5


def test_a_text_of_ones_own_panel_may_be_listed(desk, toml):
    """An error nobody knows is in doubt; once the settings say what it means, it is that."""
    said = Fault(kind="unknown_error", when="before", text="Computer says no")
    toml(panel("main", desk.sandbox.url))
    desk.sandbox.faults.set([said])
    assert desk.run("submit", desk.sheet(ROWS[:1]), "--yes", "--json").states() == ["in_doubt"]
    toml(
        panel("main", desk.sandbox.url) + '[panels.main.error_kinds.service]\ntexts = ["computer says no"]\n'
    )
    desk.sandbox.faults.set([said])
    ended = desk.run("submit", desk.sheet(ROWS[1:2], name="june.csv"), "--yes", "--json")
    assert ended.states() == ["rejected"]


def test_a_status_that_proves_nothing_was_placed_may_be_named(desk, toml):
    """An edge's 503 leaves a doubt; where the settings say it proves that nothing was placed, it is tried again."""
    edge = Fault(kind="status", status=503, when="before", retry_after="1")
    toml(panel("main", desk.sandbox.url))
    desk.sandbox.faults.set([edge])
    assert desk.run("submit", desk.sheet(ROWS[:1]), "--yes", "--json").states() == ["in_doubt"]
    toml(panel("main", desk.sandbox.url, "not_placed = [429, 503]"))
    desk.sandbox.faults.set([edge])
    ended = desk.run("submit", desk.sheet(ROWS[1:2], name="june.csv"), "--yes", "--json")
    assert ended.states() == ["placed"]


@pytest.mark.parametrize(
    "setting", ['parameters = { link = "target" }', 'idempotency = "target"', 'send = { target = "7" }']
)
def test_no_column_sets_what_the_settings_give_to_something_else(desk, toml, setting):
    """A column for a parameter that the panel's settings use is refused before anything is sent."""
    toml(panel("main", desk.sandbox.url, setting))
    sheet = desk.sheet([(*ROWS[0], "x")], header=("Service", "Link", "Quantity", "param:target"))
    ended = desk.run("submit", sheet, "--yes", "--json")
    assert (ended.code, ended.json["error"]["code"]) == (2, "sheet.param_reserved")
    assert "param:target" in ended.json["error"]["message"]
    assert desk.sandbox.shop.requests == []


def test_a_limit_of_orders_is_kept(desk, toml):
    """A panel that takes one order a second gets the next no sooner, but for the time an order is on its way."""
    toml(panel("main", desk.sandbox.url, 'limits = { add = "1/s" }'))
    assert desk.run("submit", desk.sheet(ROWS), "--yes", "--json").code == 0
    times = [datetime.fromisoformat(request.time) for request in desk.sandbox.shop.requests]
    assert all(later - earlier >= timedelta(seconds=0.7) for earlier, later in pairwise(times))


def unknown_to_the_panel(desk, *, placed_ago):
    """Make the panel not know any order, and the journal's orders placed so long ago."""
    moment = (datetime.now().astimezone() - placed_ago).isoformat(timespec="milliseconds")
    with closing(sqlite3.connect(desk.folder / "home" / "journal.sqlite")) as journal, journal:
        journal.execute("UPDATE orders SET placed_at = ?", (moment,))
    refusal = '{"error":"Incorrect order ID"}'
    desk.sandbox.faults.set([Fault(kind="answer", action="status", body=refusal, times=99)])


def test_an_order_the_panel_does_not_know_yet_is_no_alarm(desk):
    """Within the first hour it is said calmly, as a warning, and nothing needs a person."""
    sheet = desk.sheet(ROWS[:1])
    desk.run("submit", sheet, "--yes")
    unknown_to_the_panel(desk, placed_ago=timedelta(minutes=50))
    ended = desk.run("refresh", sheet, "--json")
    assert ended.code == 0
    (order,) = ended.json["orders"]
    assert [(each["code"], each["severity"]) for each in order["problems"]] == [
        ("order.not_found_yet", "warning")
    ]
    assert (order["state"], order["status"]) == ("placed", "Pending")


@pytest.mark.parametrize("arguments", [["refresh", "campaign.csv"], ["refresh", "--all"]])
def test_an_order_the_panel_should_know_by_now_is_an_alarm(desk, arguments):
    """After an hour it ends with 6 and names the order; what was known of it is kept, and nothing is sent again."""
    sheet = desk.sheet(ROWS[:1])
    desk.run("submit", sheet, "--yes")
    unknown_to_the_panel(desk, placed_ago=timedelta(minutes=70))
    ended = desk.run(*arguments, "--json")
    assert ended.code == 6
    told = ended.json["orders"] if "orders" in ended.json else ended.json["runs"][0]["orders"]
    assert [each["code"] for each in told[0]["problems"]] == ["order.missing"]
    assert told[0]["order_id"] in told[0]["message"]
    assert told[0]["status"] == "Pending"
    desk.sandbox.faults.clear()
    again = desk.run("refresh", sheet, "--json")
    assert (again.code, again.json["orders"][0]["problems"], len(desk.sold())) == (0, [], 1)


def test_panels_are_listed_without_asking_them(desk, toml):
    """Names, accounts, families and where each key is; no request is made and no key shown."""
    toml(
        panel("a", desk.sandbox.url, 'preset = "smartpanel"')
        + panel("b", "https://b.example.com/api", place="env:NOT_SET_HERE")
    )
    ended = desk.run("panels", "--json")
    assert ended.code == 0
    a, b = ended.json["panels"]
    assert (a["name"], a["preset"], a["key_from"], a["key_there"]) == (
        "a",
        "smartpanel",
        "env:CANARY_KEY",
        True,
    )
    assert (b["account"], b["key_there"]) == ("b.example.com/api", False)
    assert desk.sandbox.shop.stats.requests.total() == 0
    desk.changes["COLUMNS"] = "160"
    assert "env:NOT_SET_HERE (not set)" in desk.run("panels").out


def test_a_panel_is_looked_at_with_calls_that_change_nothing(desk):
    """Balance, services and the status of an own order; what is proposed can be put into the settings as it is."""
    desk.run("submit", desk.sheet(ROWS), "--yes")
    before = len(desk.sandbox.shop.requests)
    ended = desk.run("panels", "probe", "--json")
    assert ended.code == 0, ended.err
    codes = [each["code"] for each in ended.json["findings"]]
    assert {"probe.balance", "probe.services", "probe.status", "probe.basis_fits", "probe.several"} <= set(
        codes
    )
    assert ended.json["profile"]["preset"] == "vn"
    assert len(desk.sandbox.shop.requests) == before
    desk.changes["CANARY_KEY"] = desk.sandbox.key
    proposed = ended.json["toml"].replace("env:BULKORDERS_PANEL_KEY", "env:CANARY_KEY")
    (desk.folder / "bulkorders.toml").write_text(proposed.replace("default", "own"), encoding="utf-8")
    desk.hidden = ("BULKORDERS_PANEL_URL", "BULKORDERS_PANEL_KEY")
    assert desk.run("balance", "--json").code == 0


def test_a_wrong_key_is_tried_once_when_a_panel_is_looked_at(desk):
    """Panels block an address after a few wrong keys."""
    desk.changes["BULKORDERS_PANEL_KEY"] = "wrong-key-1"
    ended = desk.run("panels", "probe", "--json")
    assert (ended.code, ended.json["error"]["code"]) == (3, "panel.key")
    assert desk.sandbox.shop.stats.bad_keys == 1


def test_a_new_panel_needs_no_settings_to_be_looked_at(desk):
    """Its address and where its key is are enough."""
    desk.changes["NEW_KEY"] = desk.sandbox.key
    desk.hidden = ("BULKORDERS_PANEL_URL", "BULKORDERS_PANEL_KEY")
    ended = desk.run("panels", "probe", "shop", "--url", desk.sandbox.url, "--key", "env:NEW_KEY")
    assert ended.code == 0, ended.err
    assert "[panels.shop]" in ended.out
    assert 'key = "env:NEW_KEY"' in ended.out


def test_a_panel_that_takes_one_order_a_second_gets_them_all_without_a_setting(desk):
    """Complaints of too many requests make the run slower, and end it for nobody."""
    with running(dialect="cmsnt1", key=desk.sandbox.key, balance="100000000") as sandbox:
        desk.changes["BULKORDERS_PANEL_URL"] = sandbox.url
        rows = [("1", f"https://example.com/post/{number}", 500) for number in range(8)]
        ended = desk.run("submit", desk.sheet(rows), "--yes", "--json")
        assert ended.code == 0, ended.out + ended.err
        assert ended.states() == ["placed"] * 8
        assert len(sandbox.shop.orders) == 8
