"""A day and the days after it, as a scheduler runs them: whole commands over a real socket."""

import json
import socket
import sqlite3
import sys
import threading
import time
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bulkorders.sandbox import Fault, running

pytestmark = pytest.mark.usefixtures("within")

SECRET = "secret-hook-71c0"  # noqa: S105 - it opens nothing


def rows(count, first=1, service="1"):
    """Return so many valid rows."""
    return [
        (service, f"https://example.com/post/{number}", 200 + number)
        for number in range(first, first + count)
    ]


def states(ended):
    """Return, by campaign, the states of the rows in a day's report."""
    return {run["campaign"]: [order["state"] for order in run["orders"]] for run in ended.json["runs"]}


def log(desk):
    """Return the lines of the default log."""
    return (desk.folder / "home" / "logs" / "daily.log").read_text("utf-8").splitlines()


def free_port():
    """Return a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture
def hook():
    """Yield the address of a server that takes Apprise's JSON messages, and the messages it took."""
    taken = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self):
            """Take a message."""
            taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *said):
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Hook) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"json://127.0.0.1:{server.server_address[1]}/{SECRET}", taken
        server.shutdown()
        thread.join()


# what is new


def test_without_yes_nothing_is_sent(desk):
    """Without --yes a day checks the rows, says how many are ready, and buys nothing."""
    desk.sheet(rows(2))
    ended = desk.run("daily", "campaign.csv")
    assert (ended.code, desk.sold()) == (0, [])
    assert "2 rows ready and not sent" in ended.out


def test_what_is_new_is_sent_each_day_and_once(desk):
    """A row that was added is bought by the next day; what was bought before is bought no more."""
    desk.sheet(rows(2))
    assert desk.run("daily", "campaign.csv", "--yes").code == 0
    desk.sheet(rows(3))
    ended = desk.run("daily", "campaign.csv", "--yes", "--json")
    assert ended.json["stopped"] is None
    assert ended.json["schema"] == 1
    assert ended.json["changed"] == 0
    assert states(ended) == {"campaign": ["placed"] * 3}
    assert desk.run("daily", "campaign.csv", "--yes").code == 0
    assert len(desk.sold()) == 3


def test_a_cap_holds_one_sheet_and_not_the_others(desk):
    """A sheet above the cap sends nothing and says so; a smaller one beside it is bought (exit 4)."""
    desk.sheet(rows(9), "large.csv")
    desk.sheet(rows(1, first=50), "small.csv")
    ended = desk.run("daily", "large.csv", "small.csv", "--yes", "--max-total", "2", "--json")
    assert ended.code == 4
    assert [run["stopped"] and run["stopped"]["code"] for run in ended.json["runs"]] == [
        "guard.max_total",
        None,
    ]
    assert states(ended) == {"large": ["ready"] * 9, "small": ["placed"]}
    assert len(desk.sold()) == 1
    assert (desk.folder / "large.results.xlsx").exists()


def test_a_wrong_row_is_news_once(desk):
    """A row that was wrong yesterday ends with 0 today; moved it is no news, edited and still wrong it is."""
    wrong = ("1", "https://example.com/wrong", 5)
    desk.sheet([*rows(1), wrong])
    first = desk.run("daily", "campaign.csv", "--yes")
    assert first.code == 6
    assert "Row 3, Quantity" in first.out
    again = desk.run("daily", "campaign.csv", "--yes")
    assert again.code == 0
    assert "Row 3" not in again.out
    desk.sheet([wrong, *rows(2)])
    assert desk.run("daily", "campaign.csv", "--yes").code == 0
    desk.sheet([("1", "https://example.com/wrong", 6), *rows(2)])
    assert desk.run("daily", "campaign.csv", "--yes").code == 6


def test_a_row_nobody_can_read_is_news_once_too(desk):
    """Rows without anything that could be parsed are told apart by their cells; a second like it is news."""
    desk.sheet([("", "", ""), ("?", "", "many")], header=("Service", "Link", "Quantity"))
    assert desk.run("daily", "campaign.csv").code == 6
    assert desk.run("daily", "campaign.csv").code == 0
    desk.sheet([("", "", ""), ("?", "", "many"), ("?", "", "many")])
    assert desk.run("daily", "campaign.csv").code == 6


def test_a_refused_order_is_news_once_and_never_tried_again(desk):
    """What the panel refused is told that day (6); the next day asks nothing of it and ends with 0."""
    desk.sheet(rows(2))
    desk.sandbox.faults.add(Fault(kind="error", text="Incorrect link"))
    assert desk.run("daily", "campaign.csv", "--yes").code == 6
    asked = len(desk.sandbox.shop.requests)
    assert desk.run("daily", "campaign.csv", "--yes").code == 0
    assert len(desk.sandbox.shop.requests) == asked


def test_a_doubt_is_news_once(desk):
    """An order that came into doubt ends the day with 5, and the days after with 0 until another does."""
    desk.sheet(rows(2))
    desk.sandbox.faults.add(Fault(kind="close", when="after"))
    assert desk.run("daily", "campaign.csv", "--yes").code == 5
    assert desk.run("daily", "campaign.csv", "--yes").code == 0
    desk.sheet(rows(3))
    desk.sandbox.faults.add(Fault(kind="close", when="after"))
    assert desk.run("daily", "campaign.csv", "--yes").code == 5


def test_a_memory_that_is_lost_only_tells_old_news_once_more(desk):
    """A damaged memory of what was told is taken as none; the day after, the news is old again."""
    desk.sheet([*rows(1), ("1", "https://example.com/wrong", 5)])
    assert desk.run("daily", "campaign.csv", "--yes").code == 6
    memory = desk.folder / "home" / "daily.json"
    for damaged in ("{", "[]", '{"journals": {"x": 1}}', '{"journals": []}'):
        memory.write_text(damaged, "utf-8")
        assert desk.run("daily", "campaign.csv", "--yes").code == 6
    assert desk.run("daily", "campaign.csv", "--yes").code == 0
    assert len(desk.sold()) == 1


# several sheets


def test_a_folder_is_its_order_sheets(desk):
    """A folder's sheets are taken by name; results, exports, lock files and hidden ones are passed over."""
    folder = desk.folder / "orders"
    folder.mkdir()
    desk.sheet(rows(1), "orders/b.csv")
    desk.sheet(rows(1, first=10), "orders/a.csv")
    for name in (
        "~$a.xlsx",
        ".~lock.a.csv#",
        ".hidden.csv",
        "old.results.xlsx",
        "old.results (2).xlsx",
        "notes.md",
        "statement-2026-10.csv",
        "ledger-1-90.csv",
    ):
        (folder / name).write_text("no order sheet", "utf-8")
    ended = desk.run("daily", "orders", "orders/a.csv", "--yes", "--json")
    assert (ended.code, [run["campaign"] for run in ended.json["runs"]]) == (0, ["a", "b"])
    again = desk.run("daily", "orders", "--yes", "--json")
    assert [run["campaign"] for run in again.json["runs"]] == ["a", "b"]
    assert len(desk.sold()) == 2


def test_a_bad_sheet_stops_no_other(desk):
    """Sheets that are none, not there, or can't be read are said (exit 2); the one between is bought."""
    (desk.folder / "broken.xlsx").write_bytes(b"PK\x03\x04 and no more")
    (desk.folder / "loop.csv").symlink_to("loop.csv")
    desk.sheet(rows(1), "good.csv")
    ended = desk.run("daily", ".", "gone.csv", "--yes", "--json")
    assert ended.code == 2
    assert [run["stopped"] and run["stopped"]["code"] for run in ended.json["runs"]] == [
        "sheet.damaged",
        None,
        "sheet.unreadable",
        "sheet.not_found",
    ]
    assert len(desk.sold()) == 1
    told = desk.run("daily", ".", "gone.csv", "--yes")
    assert "gone.csv" in told.out
    assert "Everything: sheets 4" in told.out


def test_a_panel_that_is_down_stops_no_sheet_of_another(desk):
    """Rows for a panel that gives no answer are said (exit 3); the sheet of the other panel is bought."""
    (desk.folder / "bulkorders.toml").write_text(
        f'[panels.down]\nurl = "http://127.0.0.1:{free_port()}/api/v2"\nkey = "plain:nothing"\n', "utf-8"
    )
    desk.sheet([(*rows(1)[0], "down")], "a.csv", header=("Service", "Link", "Quantity", "Panel"))
    desk.sheet(rows(1, first=5), "b.csv")
    ended = desk.run("daily", "a.csv", "b.csv", "--yes", "--json")
    assert ended.code == 3
    assert [run["stopped"] and run["stopped"]["code"] for run in ended.json["runs"]] == [
        "panel.unreachable",
        None,
    ]
    assert len(desk.sold()) == 1


def test_a_run_that_stopped_is_the_last_on_its_panel_that_day(desk):
    """Where the panel ends a run, nothing more is sent to it that day: an outage must not cost doubts by the sheet."""
    for place, name in enumerate(("a", "b", "c")):
        desk.sheet(rows(3, first=place * 100), f"{name}.csv")
    desk.sandbox.faults.add(Fault(kind="error", text="Invalid API key"))
    ended = desk.run("daily", "a.csv", "b.csv", "c.csv", "--yes", "--concurrency", "1", "--json")
    assert ended.code == 3
    assert states(ended) == {"a": ["ready"] * 3, "b": ["ready"] * 3, "c": ["ready"] * 3}
    assert {run["stopped"]["code"] for run in ended.json["runs"]} == {"key"}
    assert desk.run("daily", "a.csv", "b.csv", "c.csv", "--yes").code == 0


# the open orders


def test_all_open_orders_are_asked_about_together(desk):
    """Open orders of all campaigns, named or not, take one call a hundred; final ones are asked no more."""
    for name, first in (("a", 1), ("b", 100), ("c", 200)):
        desk.sheet(rows(30, first=first), f"{name}.csv")
        assert desk.run("submit", f"{name}.csv", "--yes").code == 0
    desk.sandbox.shop.advance(90_000)
    before = desk.sandbox.shop.stats.requests["status"]
    ended = desk.run("daily", "a.csv", "--yes", "--json")
    assert desk.sandbox.shop.stats.requests["status"] - before == 1
    assert [run["campaign"] for run in ended.json["runs"]] == ["a", "b", "c"]
    assert [run["counts"]["open"] for run in ended.json["runs"]] == [0, 0, 0]
    assert (desk.folder / "c.results.xlsx").stat().st_mtime >= (desk.folder / "a.csv").stat().st_mtime
    desk.run("daily", "a.csv", "--yes")
    assert desk.sandbox.shop.stats.requests["status"] - before == 1


def test_a_campaign_whose_sheet_is_gone_is_followed_all_the_same(desk):
    """Orders whose sheet was deleted are asked about; the report has them from the journal."""
    desk.sheet(rows(2), "gone.csv")
    assert desk.run("submit", "gone.csv", "--yes").code == 0
    (desk.folder / "gone.csv").unlink()
    desk.sheet(rows(1, first=50), "here.csv")
    desk.sandbox.shop.advance(90_000)
    ended = desk.run("daily", "here.csv", "--yes", "--json")
    assert ended.code == 0
    gone = ended.json["runs"][1]
    assert (gone["campaign"], gone["counts"]["placed"], gone["counts"]["open"]) == ("gone", 2, 0)


def test_a_sheet_of_several_campaigns_is_one_run(desk):
    """A sheet that names campaigns in a column is followed as one, whether it is named or not."""
    header = ("Service", "Link", "Quantity", "Campaign")
    both = [(*row, name) for row, name in zip(rows(2), ("x", "y"), strict=True)]
    desk.sheet(both, "both.csv", header=header)
    desk.sheet(rows(1, first=60), "other.csv")
    assert desk.run("daily", "both.csv", "--yes").code == 0
    desk.sandbox.shop.advance(90_000)
    ended = desk.run("daily", "other.csv", "--yes", "--json")
    assert [run["campaign"] for run in ended.json["runs"]] == ["other", "x, y"]
    assert ended.json["runs"][1]["counts"]["completed"] + ended.json["runs"][1]["counts"]["open"] <= 2
    assert ended.json["runs"][1]["counts"]["rows"] == 2


# one at a time


def test_two_days_never_overlap(desk):
    """While a day runs, a second ends with 4, buys nothing, says who holds the journal, and tells a person."""
    with running(balance="100000000", latency="150ms", key=desk.sandbox.key) as slow:
        desk.sandbox = slow
        desk.sheet(rows(15))
        first = desk.start("daily", "campaign.csv", "--yes", "--concurrency", "1")
        ends = time.monotonic() + 60
        while not desk.sold() and time.monotonic() < ends:
            time.sleep(0.01)
        second = desk.run("daily", "campaign.csv", "--yes", "--json")
        out, err = first.communicate(timeout=90)
        assert (second.code, second.json["error"]["code"]) == (4, "journal.held")
        assert "bulkorders daily" in second.json["error"]["message"]
        assert first.returncode == 0, (out, err)
        assert len(desk.sold()) == 15
    assert any(" ERROR " in line for line in log(desk))
    assert any("ended: exit 4" in line for line in log(desk))


# the log


def test_the_log_has_one_line_an_event_and_no_secret(desk, hook):
    """The log keeps what was told and how the day ended; neither the API key nor an address stands in it."""
    address, _ = hook
    desk.changes["DAILY_HOOK"] = address
    desk.sheet([*rows(1), ("1", "https://example.com/two\nlines", 5)])
    desk.run("daily", "campaign.csv", "--yes", "--notify", "env:DAILY_HOOK")
    lines = log(desk)
    assert "daily began: campaign.csv --yes" in lines[0]
    assert "daily ended: exit 6" in lines[-1]
    assert all(line[:4].isdigit() and " INFO " in line for line in lines)
    assert SECRET not in "\n".join(lines)
    desk.sheet(rows(1))


def test_a_log_elsewhere(desk):
    """--log names the file; one that can't be written ends the call before anything is sent."""
    desk.sheet(rows(1))
    (desk.folder / "taken").write_text("a file", "utf-8")
    ended = desk.run("daily", "campaign.csv", "--yes", "--log", "taken/day.log", "--json")
    assert (ended.code, ended.json["error"]["code"]) == (2, "log.unwritable")
    assert desk.sold() == []
    assert desk.run("daily", "campaign.csv", "--log", "logs/day.log").code == 0
    assert "daily ended: exit 0" in (desk.folder / "logs" / "day.log").read_text("utf-8")


# telling a person


def test_a_person_is_told_of_a_doubt_once(desk, hook):
    """A new doubt is sent to the address, with what is known; the next day sends nothing."""
    address, taken = hook
    desk.sheet(rows(2))
    desk.sandbox.faults.add(Fault(kind="close", when="after"))
    desk.run("daily", "campaign.csv", "--yes", "--notify", address)
    assert [message["title"] for message in taken] == ["bulkorders daily: 1 in doubt"]
    assert "https://example.com/post/" in taken[0]["message"]
    desk.run("daily", "campaign.csv", "--yes", "--notify", address)
    assert len(taken) == 1


def test_a_quiet_day_tells_nobody(desk, hook):
    """Where nothing needs a person nothing is sent."""
    address, taken = hook
    desk.sheet(rows(2))
    desk.run("daily", "campaign.csv", "--yes", "--notify", address)
    assert taken == []


def test_a_person_is_told_of_money_prices_and_refusals(desk, hook):
    """Low balance, a service that became dearer and many refusals are told, each once."""
    address, taken = hook
    desk.changes["BULKORDERS_NOTIFY"] = address
    (desk.folder / "bulkorders.toml").write_text('low_balance = { VND = "200000000" }\n', "utf-8")
    desk.sheet(rows(2))
    desk.run("daily", "campaign.csv", "--yes")
    assert taken[-1]["title"] == "bulkorders daily: balance low"
    desk.sandbox.shop.change_service("1", rate="4")
    desk.sheet(rows(3))
    desk.sandbox.faults.add(Fault(kind="error", text="Incorrect link"))
    desk.run("daily", "campaign.csv", "--yes")
    assert taken[-1]["title"] == "bulkorders daily: prices rose, many refused"
    assert "2.5 VND" in taken[-1]["message"]
    assert "4 VND" in taken[-1]["message"]
    desk.run("daily", "campaign.csv", "--yes")
    assert len(taken) == 2


def test_a_balance_too_small_for_the_sheets_is_told_without_a_setting(desk, hook):
    """Where no limit is set, a balance below what the ready rows cost is low."""
    address, taken = hook
    desk.sandbox.shop.set_balance("0.1")
    desk.sheet(rows(2))
    ended = desk.run("daily", "campaign.csv", "--yes", "--notify", address)
    assert ended.code == 4
    assert taken[0]["title"] == "bulkorders daily: stopped, balance low"


def test_a_person_is_told_of_an_order_that_is_missing(desk, hook):
    """An order the panel does not know an hour later is told (6), once."""
    address, taken = hook
    desk.sheet(rows(2))
    desk.run("daily", "campaign.csv", "--yes")
    desk.age_journal(seconds=7_200)
    del desk.sandbox.shop._records.orders[desk.sandbox.shop.orders[0].id]  # noqa: SLF001 - no panel does that on request
    assert desk.run("daily", "campaign.csv", "--yes", "--notify", address).code == 6
    assert taken[0]["title"] == "bulkorders daily: 1 missing at the panel"
    assert desk.run("daily", "campaign.csv", "--yes", "--notify", address).code == 0
    assert len(taken) == 1


def test_a_person_is_told_of_a_day_that_stopped(desk, hook):
    """A day that could not begin is told, with why: here another journal's lock."""
    address, taken = hook
    desk.sheet(rows(1))
    desk.sandbox.faults.add(Fault(kind="error", text="Invalid API key", action="balance"))
    assert desk.run("daily", "campaign.csv", "--yes", "--notify", address).code == 3
    assert taken[0]["title"] == "bulkorders daily: stopped"
    assert "API key" in taken[0]["message"]


def test_a_notification_that_fails_fails_no_run(desk):
    """Where nobody listens the orders are placed, the exit code is the day's, and it is said without the address.

    What nobody was told stays news.
    """
    address = f"json://127.0.0.1:{free_port()}/{SECRET}"
    desk.sheet(rows(2))
    desk.sandbox.faults.add(Fault(kind="close", when="after"))
    ended = desk.run("daily", "campaign.csv", "--yes", "--notify", address)
    assert ended.code == 5
    assert "could not be sent" in ended.err
    assert SECRET not in ended.out + ended.err
    assert desk.run("daily", "campaign.csv", "--yes").code == 5
    assert desk.run("daily", "campaign.csv", "--yes").code == 0


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("nowhere", "notify.address"),
        ("foo://x", "notify.address"),
        ("env:NO_HOOK", "notify.not_in_environment"),
    ],
)
def test_an_address_that_is_none_ends_the_call_before_anything_is_sent(desk, address, code):
    """A wrong address is a mistake of the call (2): a person would never have been told."""
    desk.sheet(rows(1))
    ended = desk.run("daily", "campaign.csv", "--yes", "--notify", address, "--json")
    assert (ended.code, ended.json["error"]["code"], desk.sold()) == (2, code, [])


def test_without_the_extra_the_call_ends_before_anything_is_sent(desk, monkeypatch):
    """Where Apprise is not installed, --notify ends with 2 and says what to install."""
    monkeypatch.setitem(sys.modules, "apprise", None)  # importing it fails, as where it is not installed
    desk.sheet(rows(1))
    ended = desk.run("daily", "campaign.csv", "--yes", "--notify", "json://127.0.0.1/", "--json")
    assert (ended.code, ended.json["error"]["code"], desk.sold()) == (2, "notify.missing", [])
    assert "bulkorders[notify]" in ended.json["error"]["next"]


# the record


def test_history_has_the_days(desk):
    """A day is one run of the history, and each submit within it another."""
    desk.sheet(rows(1))
    desk.run("daily", "campaign.csv", "--yes")
    desk.run("daily", "campaign.csv", "--yes")
    with closing(sqlite3.connect(desk.folder / "home" / "journal.sqlite")) as journal:
        runs = journal.execute("SELECT command, campaign, exit_code FROM runs ORDER BY seq").fetchall()
    assert runs == [("daily", None, 0), ("daily", "campaign", 0), ("daily", None, 0)]
