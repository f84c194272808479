"""Guards before the first cent, and before each further one: whole commands over a real socket."""

import json
import os
import shutil
import signal
import sqlite3
import time
from contextlib import closing, contextmanager
from dataclasses import replace
from decimal import Decimal

import pytest

from bulkorders.errors import GuardError
from bulkorders.pipeline.intake import likeness
from bulkorders.pipeline.placement import limits
from bulkorders.sandbox import Fault, running
from bulkorders.settings import Settings


def rows(count, first=1, service="1"):
    """Return so many valid rows."""
    return [
        (service, f"https://example.com/post/{number}", 200 + number)
        for number in range(first, first + count)
    ]


def attempts(desk):
    """Return how many attempts the journal has."""
    with closing(sqlite3.connect(desk.folder / "home" / "journal.sqlite")) as journal:
        return journal.execute("SELECT count(*) FROM attempts").fetchone()[0]


def codes(order):
    """Return the codes of a row's problems in a report."""
    return [problem["code"] for problem in order["problems"]]


def after_sales(desk, count, running_command, change):
    """Make a change when the panel has sold so many orders; return how the command ended, and its report."""
    ends = time.monotonic() + 60
    while len(desk.sold()) < count and time.monotonic() < ends and running_command.poll() is None:
        time.sleep(0.01)
    change()
    out, _ = running_command.communicate(timeout=60)
    return running_command.returncode, json.loads(out)


@contextmanager
def slow_panel(desk, **settings):
    """Yield the desk with a panel that takes a while to answer."""
    settings = {"balance": "100000000", "latency": "30ms", "key": desk.sandbox.key, **settings}
    with running(**settings) as sandbox:
        yield replace(desk, sandbox=sandbox)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"rate": "5"}, "rate was 2.5, and is 5"),
        (None, "no longer in the catalogue"),
        ({"name": "Tiktok likes"}, "Tiktok likes"),
    ],
    ids=["price", "gone", "another"],
)
def test_a_service_that_changes_while_orders_are_placed_stops_the_run(desk, change, said):
    """Nothing is claimed under a rate nobody reviewed: exit 4 with what changed, and the rest stays ready."""
    with slow_panel(desk) as there:
        shop = there.sandbox.shop
        command = there.start(
            "submit", there.sheet(rows(80)), "--yes", "--json", "--concurrency", "2", "--recheck", "0"
        )
        code, report = after_sales(
            there,
            3,
            command,
            lambda: shop.change_service("1", **change) if change else shop.remove_service("1"),
        )
        assert (report["stopped"]["code"], code) in {("plan_changed", 4), ("plan_changed", 6)}, report[
            "stopped"
        ]
        assert said in report["stopped"]["message"]
        assert report["counts"]["ready"] > 0
        assert report["counts"]["placed"] == len(there.sold()) < 80
        assert report["counts"]["placed"] + report["counts"]["rejected"] == attempts(there)


def test_a_stopped_plan_is_reviewed_and_goes_on(desk):
    """After a price rise the next run buys the rest at the new rate, and nothing twice."""
    with slow_panel(desk) as there:
        sheet = there.sheet(rows(60))
        command = there.start("submit", sheet, "--yes", "--json", "--concurrency", "2", "--recheck", "0")
        after_sales(there, 2, command, lambda: there.sandbox.shop.change_service("1", rate="5"))
        ended = there.run("submit", sheet, "--yes", "--json")
        assert ended.code == 0, ended.err
        assert ended.states() == ["placed"] * 60
        assert len({sold["link"] for sold in there.sold()}) == len(there.sold()) == 60


def test_a_panel_that_does_not_tell_its_services_again_is_not_trusted(desk):
    """Where the catalogue can't be asked for again, nobody knows the rates: exit 3, the rest stays ready."""
    with slow_panel(desk) as there:
        fault = Fault("status", status=500, action="services", times=1000)
        command = there.start(
            "submit", there.sheet(rows(80)), "--yes", "--json", "--concurrency", "2", "--recheck", "0"
        )
        code, report = after_sales(there, 2, command, lambda: there.sandbox.faults.set([fault]))
        assert (code, report["stopped"]["code"]) == (3, "unchecked")
        assert report["counts"]["ready"] > 0
        assert report["counts"]["placed"] == len(there.sold()) == attempts(there)


def test_an_interrupt_while_the_catalogue_is_asked_again_drains(desk):
    """Ctrl-C does not wait for a slow catalogue: exit 130, nothing in doubt, and what is ready stays so."""
    with slow_panel(desk) as there:
        slow = Fault("slow", action="services", seconds=60, times=1000)
        command = there.start(
            "submit", there.sheet(rows(80)), "--yes", "--json", "--concurrency", "2", "--recheck", "0"
        )

        def interrupt():
            there.sandbox.faults.set([slow])
            time.sleep(1)
            command.send_signal(signal.SIGINT)

        code, report = after_sales(there, 2, command, interrupt)
        assert (code, report["counts"]["in_doubt"]) == (130, 0)
        assert report["counts"]["placed"] == len(there.sold()) == attempts(there)
        assert report["counts"]["ready"] > 0


def test_the_cap_of_the_day_counts_what_was_sent_today(desk):
    """What was placed today and what would be placed together stay under `max_per_day`, whatever the sheet."""
    desk.changes = {"BULKORDERS_MAX_PER_DAY": "1.5"}
    assert desk.run("submit", desk.sheet(rows(2)), "--yes").code == 0
    held = desk.run("submit", desk.sheet(rows(1, first=300), "more.csv"), "--yes", "--json")
    assert (held.code, held.json["error"]["code"]) == (4, "guard.max_per_day")
    assert "1.0075 VND is spent" in held.json["error"]["message"]
    assert "0.4925 VND at most" in held.json["error"]["next"]
    assert len(desk.sold()) == 2
    small = desk.run("submit", desk.sheet([("2", "https://example.com/x", 10)], "few.csv"), "--yes", "--json")
    assert small.code == 0, small.err


def test_the_cap_on_a_campaign_counts_what_it_has_cost(desk):
    """`--max-total` holds rows that would lift the campaign above it, with what is placed and in doubt."""
    desk.sandbox.faults.set([Fault("close", action="add", times=1)])
    sheet = desk.sheet(rows(2))
    desk.run("submit", sheet, "--yes", "--max-total", "1.2", "--json")
    held = desk.run("submit", desk.sheet(rows(3)), "--yes", "--max-total", "1.2", "--json")
    assert (held.code, held.json["error"]["code"]) == (4, "guard.max_total")
    assert "1.0075 VND of this campaign" in held.json["error"]["message"]
    assert len(desk.sold()) == 2
    again = desk.run("submit", desk.sheet(rows(2)), "--yes", "--max-total", "1.2", "--json")
    assert again.code == 5, again.out


def test_caps_of_the_day_by_currency_and_by_panel(desk):
    """A table of caps takes the account's currency, and a panel's own cap goes before it."""
    desk.changes = {"BULKORDERS_MAX_PER_DAY": '{"USD": 0, "VND": 1}'}
    sheet = desk.sheet(rows(3))
    held = desk.run("submit", sheet, "--yes", "--json")
    assert held.json["error"]["code"] == "guard.max_per_day"
    lines = (
        "[panels.shop]",
        f'url = "{desk.sandbox.url}"',
        'key = "env:SHOP_KEY"',
        "max_per_day = 5",
        "[max_per_day]",
        "VND = 1",
    )
    (desk.folder / "bulkorders.toml").write_text("\n".join(lines), encoding="utf-8")
    own = replace(
        desk,
        changes={"SHOP_KEY": desk.sandbox.key},
        hidden=("BULKORDERS_PANEL_URL", "BULKORDERS_PANEL_KEY"),
    )
    assert own.run("submit", sheet, "--yes", "--json").code == 0
    assert len(desk.sold()) == 3


def test_tax_on_top_is_found_by_the_first_order(desk):
    """On a panel that adds tax `--canary` buys one order, says what it was charged, and holds the others."""
    with running(dialect="cmsnt2", balance="100000000", key=desk.sandbox.key) as sandbox:
        lines = ("[panels.shop]", f'url = "{sandbox.url}"', 'key = "env:SHOP_KEY"', 'preset = "cmsnt2"')
        (desk.folder / "bulkorders.toml").write_text("\n".join(lines), encoding="utf-8")
        there = replace(
            desk,
            sandbox=sandbox,
            changes={"SHOP_KEY": sandbox.key},
            hidden=("BULKORDERS_PANEL_URL", "BULKORDERS_PANEL_KEY"),
        )
        ended = there.run("submit", there.sheet(rows(3)), "--yes", "--canary", "--json")
        assert (ended.code, ended.json["stopped"]["code"]) == (4, "canary"), ended.err
        assert "0.552750" in ended.json["stopped"]["message"] or "0.55275" in ended.json["stopped"]["message"]
        assert ended.json["counts"]["ready"] == 2
        assert len(there.sold()) == 1
        rest = there.run("submit", "campaign.csv", "--yes", "--json")
        assert (rest.code, len(there.sold())) == (0, 3)


def test_a_canary_that_is_charged_as_estimated_lets_the_others_go(desk):
    """With `--canary --yes` the cheapest order goes first, and the others when its charge is the estimate."""
    ended = desk.run("submit", desk.sheet(list(reversed(rows(4)))), "--yes", "--canary", "--json")
    assert ended.code == 0, ended.err
    assert "as estimated" in ended.err
    assert desk.sold()[0]["quantity"] == "201"
    assert len(desk.sold()) == 4


def test_a_canary_in_doubt_holds_the_others(desk):
    """Where nobody can say whether the first order was placed, no other follows."""
    desk.sandbox.faults.set([Fault("close", action="add", times=1)])
    ended = desk.run("submit", desk.sheet(rows(4)), "--yes", "--canary", "--json")
    assert (ended.code, ended.json["stopped"]["code"]) == (5, "canary")
    assert (len(desk.sold()), ended.json["counts"]["ready"]) == (1, 3)


def test_rows_on_one_link_are_warned_about_and_wait_when_asked(desk):
    """Two rows for one service and link are warned about; with `--one-per-link` the second waits its turn."""
    sheet = desk.sheet([("1", "https://example.com/a", 500), ("1", "https://www.example.com/a/", 700)])
    first, second = desk.run("check", sheet, "--json").json["orders"]
    assert (codes(first), codes(second)) == ([], ["link.twice"])
    ended = desk.run("submit", sheet, "--yes", "--one-per-link", "--json")
    assert (ended.code, ended.states(), len(desk.sold())) == (0, ["placed", "ready"], 1)
    assert "Rows that wait, as asked with --one-per-link: 1." in ended.err
    assert any("Rows that wait" in note for note in ended.json["notes"])
    again = desk.run("submit", sheet, "--yes", "--one-per-link", "--json")
    assert again.states() == ["placed", "ready"]
    assert codes(again.json["orders"][1]) == ["link.still_open"]
    desk.sandbox.shop.advance(60 * 24 * 3600)
    done = desk.run("submit", sheet, "--yes", "--one-per-link", "--json")
    assert (done.states(), len(desk.sold())) == (["placed", "placed"], 2)


def test_the_same_file_under_another_name_is_recognised(desk):
    """A copy of a sheet that was sent is held, and every row says from which file and run it was ordered."""
    first = desk.run("submit", desk.sheet(rows(3)), "--yes", "--json").json["run"]
    ended = desk.run("submit", desk.sheet(list(reversed(rows(3))), "copy.csv"), "--yes", "--json")
    assert (ended.code, ended.states(), len(desk.sold())) == (6, ["duplicate"] * 3, 3)
    for order in ended.json["orders"]:
        assert codes(order) == ["row.same_file"]
        assert first in order["problems"][0]["message"]
        assert "campaign.csv" in order["problems"][0]["message"]
    assert f"run {first}" in ended.err
    assert any(f"run {first}" in note for note in ended.json["notes"])


def test_a_panel_that_has_moved_is_asked_about(desk):
    """Orders known from a panel that left the settings are not bought again on a new address by `--yes`."""
    sheet = desk.sheet(rows(2))
    desk.run("submit", sheet, "--yes")
    with running(balance="100000000", key=desk.sandbox.key) as moved:
        there = replace(desk, sandbox=moved)
        held = there.run("submit", sheet, "--yes", "--json")
        assert (held.code, held.json["error"]["code"], there.sold()) == (4, "guard.panel_moved", [])
        assert "2 of these orders" in held.json["error"]["message"]
        allowed = there.run("submit", sheet, "--yes", "--allow-duplicates", "--json")
        assert (allowed.code, len(there.sold())) == (0, 2)


def test_a_restored_journal_waits_for_a_persons_word(desk):
    """A journal from a backup sends nothing until `journal accept-rollback`, which needs a yes."""
    home = desk.folder / "home"
    sheet = desk.sheet(rows(2))
    desk.run("submit", sheet, "--yes")
    assert desk.run("journal", "status", "--json").json["journal"]["behind"] is False
    shutil.copy(home / "journal.sqlite", desk.folder / "backup")
    desk.run("submit", desk.sheet(rows(5)), "--yes")
    for left in home.glob("journal.sqlite-*"):
        left.unlink()
    shutil.copy(desk.folder / "backup", home / "journal.sqlite")
    held = desk.run("submit", sheet, "--yes", "--json")
    assert (held.code, held.json["error"]["code"]) == (4, "journal.behind")
    assert "accept-rollback" in held.json["error"]["next"]
    status = desk.run("journal", "status", "--json")
    told = status.json["journal"]
    assert (status.code, told["behind"], told["attempts"], told["marked"]) == (4, True, 2, 5)
    assert desk.run("journal", "accept-rollback").code == 2
    assert desk.run("submit", sheet, "--yes").code == 4
    accepted = desk.run("journal", "accept-rollback", "--yes")
    assert (accepted.code, "the newest" in accepted.out) == (0, True)
    history = desk.run("history", "--json").json["history"]
    assert history[0]["command"] == "journal accept-rollback"
    assert history[0]["counts"] == {"forgotten": 3}
    assert desk.run("submit", desk.sheet(rows(2)), "--yes").code == 0
    assert len(desk.sold()) == 5


def test_a_journal_that_is_not_there_is_said(desk):
    """`journal status` without a journal says so, and `journal path` says where it would be."""
    assert desk.run("journal", "status", "--json").json["error"]["code"] == "journal.none"
    assert desk.run("journal", "path").out.strip() == str(desk.folder / "home" / "journal.sqlite")
    assert not (desk.folder / "home").exists()


def test_an_office_lock_file_stops_before_the_first_cent(desk):
    """A results workbook that is open elsewhere is found by the lock file of either office program."""
    sheet = desk.sheet(rows(1))
    for name in ("~$campaign.results.xlsx", ".~lock.campaign.results.xlsx#"):
        lock = desk.folder / name
        lock.touch()
        held = desk.run("submit", sheet, "--yes", "--json")
        assert (held.code, held.json["error"]["code"]) == (4, "results.not_writable")
        assert name in held.json["error"]["message"]
        lock.unlink()
    assert desk.sold() == []


def test_leftovers_of_killed_runs_are_swept_and_nothing_else(desk):
    """An old unfinished workbook beside the results goes; a young one and anybody else's files stay."""
    sheet = desk.sheet(rows(1))
    old, young = (desk.folder / f".campaign.results.{mark * 12}.tmp" for mark in "ab")
    foreign = desk.folder / ".campaign.results.notes.tmp"
    for path in (old, young, foreign):
        path.touch()
    for path in (old, foreign):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    assert desk.run("submit", sheet, "--yes").code == 0
    assert [path.exists() for path in (old, young, foreign)] == [False, True, True]


def test_a_changed_row_says_what_it_would_cost(desk):
    """An edited row tells what was sent and paid, what it says now, and what it would cost besides."""
    sheet = desk.sheet([("1", "https://example.com/a", 400)])
    desk.run("submit", sheet, "--yes")
    ended = desk.run("submit", desk.sheet([("1", "https://example.com/a", 800)]), "--yes", "--json")
    message = ended.json["orders"][0]["problems"][0]["message"]
    assert "sent with 400, and now has 800" in message
    assert "(1 VND)" in message
    assert "costs 2 VND more" in message


def test_a_row_with_an_unknown_panel_keeps_its_other_problems(desk):
    """What else is wrong with a row is told beside a panel that is not in the settings."""
    sheet = desk.sheet(
        [("1", "https://example.com/a", "many", "elsewhere")], header=("Service", "Link", "Quantity", "Panel")
    )
    (order,) = desk.run("check", sheet, "--json").json["orders"]
    assert codes(order) == ["quantity.not_a_number", "panel.unknown"]


def test_a_normal_campaign_passes_every_guard(desk):
    """With every guard armed an ordinary campaign is placed in one run, each order once, as estimated."""
    desk.changes = {"BULKORDERS_MAX_PER_DAY": "100"}
    ended = desk.run(
        *("submit", desk.sheet(rows(12)), "--yes", "--canary", "--one-per-link", "--recheck", "0"),
        *("--max-total", "10", "--max-order", "1", "--json"),
    )
    assert ended.code == 0, ended.err
    assert len(desk.sold()) == 12
    (money,) = ended.json["money"]
    assert Decimal(money["charged"]) == Decimal(money["estimated"])


def test_a_mark_that_cannot_be_read_waits_for_a_persons_word(desk):
    """Where nobody can say whether the journal is the newest, nothing is sent until it is accepted."""
    sheet = desk.sheet(rows(1))
    desk.run("submit", sheet, "--yes")
    (desk.folder / "home" / "journal.sqlite.mark").write_text("garbled\n")
    held = desk.run("submit", sheet, "--yes", "--json")
    assert (held.code, held.json["error"]["code"]) == (4, "journal.mark_unreadable")
    assert "accept-rollback" in held.json["error"]["next"]
    assert desk.run("journal", "accept-rollback", "--yes", "--json").json["journal"]["behind"] is False
    assert desk.run("submit", sheet, "--yes").code == 0
    assert len(desk.sold()) == 1


def test_funds_are_held_against_the_worst_case(desk):
    """Orders in doubt may be charged yet: where they and the new ones together are too much, nothing is sent."""
    desk.sandbox.faults.set([Fault("close", action="add", when="before", times=1)])
    assert desk.run("submit", desk.sheet([("1", "https://example.com/a", 4000)]), "--yes").code == 5
    desk.sandbox.shop.set_balance("15")
    more = desk.sheet([("1", "https://example.com/b", 4000)], "more.csv")
    held = desk.run("submit", more, "--yes", "--json")
    assert (held.code, held.json["error"]["code"], desk.sold()) == (4, "guard.funds_doubts", [])
    assert "bulkorders resolve" in held.json["error"]["next"]
    assert "add 5 VND or more" in held.json["error"]["next"]
    desk.sandbox.shop.set_balance("20")
    assert desk.run("submit", more, "--yes", "--json").code == 0


def test_a_currency_without_a_cap_is_not_passed_over(desk):
    """Where the caps of the day are set by currency and the account's is not among them, nothing is sent."""
    desk.changes = {"BULKORDERS_MAX_PER_DAY": '{"USD": 5}'}
    held = desk.run("submit", desk.sheet(rows(1)), "--yes", "--json")
    assert (held.code, held.json["error"]["code"], desk.sold()) == (4, "guard.max_per_day_currency", [])
    assert "USD" in held.json["error"]["message"]


def test_an_order_sheet_that_is_open_elsewhere_is_said(desk):
    """What is not saved yet in the office program is not ordered, and that is told."""
    sheet = desk.sheet(rows(1))
    (desk.folder / ".~lock.campaign.csv#").touch()
    ended = desk.run("submit", sheet, "--yes", "--json")
    assert (ended.code, len(desk.sold())) == (0, 1)
    assert "open in another program" in ended.err


def test_a_full_disk_of_the_journal_stops_before_the_first_cent(desk):
    """Where the journal's disk has no room for the record of all orders, nothing is sent."""
    settings = Settings.model_construct(journal=str(desk.folder / "new" / "journal.sqlite"))
    with pytest.raises(GuardError) as caught:
        limits.space(settings, 10**12)
    assert (caught.value.code, caught.value.exit_code) == ("guard.space", 4)
    assert limits.space(settings, 10) is None


@pytest.mark.parametrize(
    ("before", "now", "moved"),
    [
        ("old.example/api/v2", ["new.example/api/v2"], True),
        ("127.0.0.1:8900/api/v2", ["new.example/api/v2"], False),
        ("127.0.0.1:8900/api/v2", ["127.0.0.1:8901/api/v2"], True),
        ("127.0.0.1.example/api/v2", ["new.example/api/v2"], True),
    ],
)
def test_a_pretend_panel_has_not_moved(before, now, moved):
    """Orders rehearsed on a panel of this machine are no reason to hold the real ones."""
    assert likeness.may_have_moved(before, now) is moved
