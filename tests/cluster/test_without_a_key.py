"""The commands of a machine that holds no key, beside `submit --queue`: refresh, daily, resolve."""

import openpyxl
import pytest

from bulkorders.sandbox import Fault

pytestmark = pytest.mark.timeout(300)


def rows(count, first=0):
    """Return so many valid rows."""
    return [("1", f"https://example.com/post/{number}", 1000) for number in range(first, first + count)]


def statuses(path):
    """Return what the results workbook says of each order: its id and its status."""
    head, *lines = openpyxl.load_workbook(path)["Orders"].iter_rows(values_only=True)
    return [(line[head.index("Order ID")], line[head.index("Status")]) for line in lines]


def test_a_refresh_by_workers_writes_the_results_of_who_queued(team):
    """`refresh SHEET --queue` has workers ask the panel, and writes the workbook where the sheet is."""
    team.start()
    team.desk.sheet(rows(5))
    assert team.desk.run("panels", "pause", "shop").code == 0
    assert team.desk.run("submit", "campaign.csv", "--queue", "--yes").code == 0
    book = team.desk.folder / "campaign.results.xlsx"
    assert [status for _, status in statuses(book)] == [None] * 5
    assert team.desk.run("panels", "resume", "shop").code == 0
    team.until(lambda: len(team.desk.sold()) == 5, "they are placed")
    team.desk.sandbox.shop.advance(40 * 86_400)
    done = team.desk.run("refresh", "campaign.csv", "--queue", "--json")
    assert (done.code, done.json["counts"]["completed"]) == (0, 5), done.out + done.err
    assert [status for _, status in statuses(book)] == ["Completed"] * 5
    assert len({order_id for order_id, _ in statuses(book)}) == 5


def test_a_refresh_without_workers_says_so_and_writes_what_is_known(team, cluster):
    """Where no worker runs, the workbook is written from the journal at once, and who looks is told."""
    worker = team.start()
    team.desk.sheet(rows(2))
    assert team.desk.run("submit", "campaign.csv", "--queue", "--wait", "--yes").code == 0
    team.stop(worker)
    (team.desk.folder / "campaign.results.xlsx").unlink()
    done = team.desk.run("refresh", "campaign.csv", "--queue", "--json")
    assert done.code == 0
    assert any("No worker runs for" in note for note in done.json["notes"])
    assert [order_id for order_id, _ in statuses(team.desk.folder / "campaign.results.xlsx")].count(None) == 0
    assert team.ask(cluster, "SELECT count(*) FROM bulkorders.orders WHERE state = 'placed'") == [(2,)]


def test_a_day_by_workers_places_what_is_new_and_tells_it(team):
    """`daily FOLDER --queue --wait` without a key queues what is new, refreshes all, and writes every workbook."""
    team.start()
    sheets = team.desk.folder / "sheets"
    sheets.mkdir()
    for number in range(2):
        team.desk.sheet(rows(4, first=10 * number), f"sheets/part{number}.csv")
    looked = team.desk.run("daily", "sheets", "--queue", "--json")
    assert (looked.code, len(team.desk.sold())) == (0, 0), looked.out + looked.err
    done = team.desk.run("daily", "sheets", "--queue", "--wait", "--yes", "--json")
    assert (done.code, len(team.desk.sold())) == (0, 8), done.out + done.err
    assert all(len(statuses(path)) == 4 for path in sheets.glob("*.results.xlsx"))
    team.desk.sandbox.shop.advance(40 * 86_400)
    again = team.desk.run("daily", "sheets", "--queue", "--wait", "--yes", "--json")
    assert (again.code, len(team.desk.sold())) == (0, 8)
    assert [run["counts"]["completed"] for run in again.json["runs"]] == [4, 4]


def test_a_day_by_workers_keeps_to_everybodys_caps(team):
    """A cap stops a sheet of the day as it stops a submit, and its exit code says so."""
    team.desk.changes["BULKORDERS_MAX_PER_DAY"] = "5"
    team.start()
    team.desk.sheet(rows(4))
    done = team.desk.run("daily", "campaign.csv", "--queue", "--yes", "--json")
    assert (done.code, len(team.desk.sold())) == (4, 0), done.out
    assert done.json["runs"][0]["stopped"]["code"] == "guard.max_per_day"


def test_without_queue_it_is_said_what_to_type(team):
    """A command that needs a key says in one sentence that the workers can do it."""
    team.start()
    team.desk.sheet(rows(1))
    for command in (("submit", "campaign.csv", "--yes"), ("refresh", "campaign.csv"), ("balance",)):
        done = team.desk.run(*command, "--json")
        assert (done.code, done.json["error"]["code"]) == (2, "settings.no_panel_here")
        assert "--queue" in done.json["error"]["next"]
    day = team.desk.run("daily", "campaign.csv", "--json")
    assert "--queue" in day.json["runs"][0]["stopped"]["next"]


def test_a_persons_word_settles_a_doubt_where_no_key_is(team, cluster):
    """Who looked into the panel's own list rules an order out from any machine; an id is checked where the key is."""
    worker = team.start()
    team.desk.sandbox.faults.set([Fault(kind="close", when="before", times=1)])
    team.desk.sheet(rows(1))
    assert team.desk.run("submit", "campaign.csv", "--queue", "--wait", "--yes").code == 5
    team.stop(worker)
    (doubt,) = team.desk.run("resolve", "--json").json["in_doubt"]
    placed = team.desk.run("resolve", "--placed", f"{doubt['key']}=99999", "--json")
    assert placed.json["error"]["code"] == "resolve.no_panel"
    early = team.desk.run("resolve", "--not-placed", doubt["key"], "--reason", "not in its list", "--json")
    assert early.json["error"]["code"] == "resolve.too_early", early.out
    earlier = "UPDATE bulkorders.attempts SET claimed_at = replace(claimed_at, left(claimed_at, 4), '2001') RETURNING 1"
    team.ask(cluster, earlier)
    word = ("resolve", "--not-placed", doubt["key"], "--reason", "not in its list", "--json")
    assert team.desk.run(*word).code == 0
    assert team.ask(cluster, "SELECT state FROM bulkorders.orders") == [("ready",)]
