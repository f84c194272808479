"""What people see and say: without a key, from any machine, with everybody's caps."""

import json
import re
import urllib.request

import pytest

from bulkorders.sandbox import Fault

pytestmark = pytest.mark.timeout(300)

READY = "SELECT count(*) FROM bulkorders.orders WHERE state IN ('ready', 'sending')"


def rows(count, first=0):
    """Return so many valid rows."""
    return [("1", f"https://example.com/post/{number}", 1000) for number in range(first, first + count)]


def queue(team, *more, name="campaign.csv", count=10, first=0):
    """Queue so many orders without a key."""
    team.desk.sheet(rows(count, first), name)
    return team.desk.run("submit", name, "--queue", "--yes", "--json", *more)


def status(team):
    """Return what `status --json` says, on a machine without a key."""
    return team.desk.run("status", "--json").json


def test_a_clerk_without_a_key_queues_and_a_worker_places(team):
    """Who only submits sheets needs no key: a worker places the orders, and the clerk sees them placed and charged."""
    team.start()
    done = queue(team, "--wait", count=30)
    assert done.code == 0, done.out + done.err
    assert done.states() == ["placed"] * 30
    assert len(team.desk.sold()) == 30
    assert all(order["charge"] is not None for order in done.json["orders"])
    again = queue(team, "--wait", count=30)
    assert (again.code, len(team.desk.sold())) == (0, 30)


def test_a_duplicate_and_a_wrong_row_are_found_against_the_workers_catalogue(team):
    """The catalogue that a worker read holds the rows of those who have no key to the same rules."""
    team.start()
    team.desk.sheet(
        [*rows(2), ("1", "https://example.com/post/0", 1000), ("77777", "https://example.com/x", 5)]
    )
    done = team.desk.run("submit", "campaign.csv", "--queue", "--wait", "--yes", "--json")
    assert any("seconds ago by worker 1 on" in note for note in done.json["notes"])
    assert (done.code, sorted(done.states())) == (6, ["duplicate", "invalid", "placed", "placed"])


def test_without_a_worker_nothing_is_queued(team, cluster):
    """Nobody checks orders against a catalogue that no worker has read, or too long ago."""
    nobody = queue(team)
    assert (nobody.code, nobody.json["error"]["code"]) == (2, "cluster.no_worker")
    team.stop(team.start())
    fresh = queue(team, "--dry-run")
    assert fresh.code == 0, fresh.out
    team.ask(
        cluster,
        "UPDATE bulkorders_engine.panels SET catalogue_at = catalogue_at - interval '2 hours' RETURNING 1",
    )
    old = queue(team)
    assert (old.code, old.json["error"]["code"]) == (4, "cluster.card_old")
    assert team.ask(cluster, "SELECT count(*) FROM bulkorders.orders") == [(0,)]


def test_a_panel_is_paused_and_resumed_from_a_machine_without_a_key(team, cluster):
    """A pause holds every worker back, a resume lets them go on at once."""
    team.start()
    assert team.desk.run("panels", "pause", "shop", "--reason", "lunch").code == 0
    assert queue(team).code == 0
    found = status(team)
    assert [(each["paused"], each["said"], each["ready"]) for each in found["panels"]] == [
        ("paused", "lunch", 10)
    ]
    shown = team.desk.run("status")
    assert "PAUSED (paused)" in shown.out
    assert "lunch" in shown.out
    assert team.desk.sold() == []
    assert team.desk.run("panels", "resume", "shop").code == 0
    team.until(lambda: len(team.desk.sold()) == 10, "they go on")
    team.until(lambda: not team.ask(cluster, READY)[0][0], "all is recorded")
    assert team.desk.run("panels", "pause", "other").code == 2


def test_a_panel_that_loses_answers_is_left_alone_by_all_and_goes_on_by_itself(team, cluster):
    """Doubts in a row on any machines pause the panel for all; once it answers probes, the rest is placed."""
    team.start()
    team.start()
    team.desk.sandbox.latency = "50-100ms"
    team.desk.sandbox.faults.set([Fault(kind="close", when="after", times=6)])
    assert queue(team, count=120).code == 0
    paused = "SELECT paused, probe_at IS NOT NULL FROM bulkorders_engine.panels WHERE paused IS NOT NULL"
    team.until(lambda: team.ask(cluster, paused) == [("doubts", True)], "it is paused")
    team.until(lambda: not team.ask(cluster, READY)[0][0], "it goes on by itself")
    (counts,) = team.ask(cluster, "SELECT count(*) FROM bulkorders.orders WHERE state = 'in_doubt'")
    assert 3 <= counts[0] <= 6
    links = [each.params["link"] for each in team.desk.sandbox.shop.requests]
    assert len(links) == len(set(links)) == 120


def test_a_wrong_key_pauses_the_panel_until_a_person_resumes_it(team, cluster):
    """A panel that refuses the key is left alone by all; its orders stay ready."""
    team.start()
    team.desk.sandbox.faults.set([Fault(kind="error", text="Invalid API key")])
    assert queue(team).code == 0
    team.until(lambda: status(team)["panels"][0]["paused"] == "key", "it is paused")
    assert team.desk.run("status").code == 6
    team.desk.sandbox.faults.set([])
    assert team.desk.run("panels", "resume", "shop").code == 0
    team.until(lambda: not team.ask(cluster, READY)[0][0], "all is placed")
    assert len(team.desk.sold()) == 10


def test_a_service_that_changed_after_the_review_is_not_ordered(team, cluster):
    """Orders whose service has another rate now wait for a new review, whichever worker asked the panel."""
    team.start()
    team.start()
    assert team.desk.run("panels", "pause", "shop").code == 0
    assert queue(team).code == 0
    team.desk.sandbox.shop.change_service("1", rate="99")
    team.ask(cluster, "UPDATE bulkorders_engine.timers SET at = at - interval '1 day' RETURNING 1")
    seen = "SELECT count(*) FROM bulkorders_engine.panels WHERE catalogue LIKE '%\"99\"%'"
    team.until(lambda: team.ask(cluster, seen)[0][0], "the new catalogue is read")
    assert team.desk.run("panels", "resume", "shop").code == 0
    team.until(lambda: status(team)["held"], "they are held")
    assert team.desk.sold() == []
    assert "99" in team.desk.run("status").out
    done = queue(team, "--wait")
    assert (done.code, done.states(), status(team)["held"]) == (0, ["placed"] * 10, []), done.out + done.err


def test_caps_count_what_others_have_queued(team):
    """What somebody else has queued, and is not sent yet, counts against the cap of the day."""
    team.configure("max_per_day = 40")
    team.desk.changes["BULKORDERS_MAX_PER_DAY"] = "40"
    team.start()
    assert team.desk.run("panels", "pause", "shop").code == 0
    assert queue(team).code == 0
    second = queue(team, name="other.csv", first=50)
    assert (second.code, second.json["error"]["code"]) == (4, "guard.max_per_day"), second.out


def test_a_restored_journal_sends_nothing_until_it_is_reviewed_again(team, cluster):
    """Workers refuse a restored database; taken back into use, what was queued before waits for a new review."""
    worker = team.start()
    assert team.desk.run("panels", "pause", "shop").code == 0
    assert queue(team).code == 0
    assert team.stop(worker) == 0
    name = re.sub(r".*/", "", team.database)
    cluster.restore(name)
    assert team.machine_run("worker")["error"]["code"] == "journal.moved"
    assert queue(team).json["error"]["code"] == "journal.moved"
    assert team.desk.run("journal", "accept-rollback", "--yes").code == 0
    again = team.start()
    assert "are held" in team.said(again)
    assert team.desk.run("panels", "resume", "shop").code == 0
    held = status(team)["held"]
    assert [(each["orders"], "restored" in each["said"]) for each in held] == [(10, True)]
    assert team.desk.sold() == []
    done = queue(team, "--wait")
    assert (done.code, len(team.desk.sold())) == (0, 10), done.out + done.err


def test_figures_are_served_to_prometheus(team):
    """A worker serves its figures as text that Prometheus reads; nothing else is there."""
    worker = team.start("--metrics", "127.0.0.1:0")
    port = int(re.search(r"metrics.*:(\d+)", team.said(worker))[1])
    assert queue(team, "--wait").code == 0

    def figures():
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            return answer.read().decode()

    # A worker's own counts come with its next sign of life.
    told = team.until(lambda: found if 'outcome="placed"} 10' in (found := figures()) else None, "ten placed")
    lines = [line for line in told.splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r'\w+(\{(\w+="[^"]*",?)+\})? [0-9.e+-]+', line) for line in lines), lines
    assert any(line.startswith("bulkorders_orders_ready{") and line.endswith(" 0") for line in lines)
    assert team.desk.sandbox.key not in told


def test_a_story_tells_who_queued_an_order_and_which_worker_sent_it(team):
    """`show` names the person and machine that queued an order, and those that sent it."""
    team.start()
    assert queue(team, "--wait", count=1).code == 0
    (order,) = team.desk.sandbox.shop.orders
    told = team.desk.run("show", order.id, "--json").json
    commands = {run["command"] for run in told["runs"]}
    assert commands == {"submit --queue", "worker"}
    assert all(run["who"] and run["machine"] for run in told["runs"])
    shown = team.desk.run("show", order.id).out
    assert "submit --queue" in shown
    assert "worker" in shown


def test_a_sqlite_journal_has_no_workers(team):
    """A journal in a file says that workers need a database."""
    team.desk.changes["BULKORDERS_JOURNAL"] = str(team.desk.folder / "journal.sqlite")
    ended = team.desk.run("status", "--json")
    assert (ended.code, json.loads(ended.out)["error"]["code"]) == (2, "cluster.needs_postgres")
    assert not (team.desk.folder / "journal.sqlite").exists()


def test_a_cancel_and_a_refill_are_asked_for_by_a_worker(team, cluster):
    """Who has no key reviews a cancel, and a worker asks for it, once."""
    team.start()
    assert queue(team, "--wait", count=3).code == 0
    done = team.desk.run("cancel", "campaign.csv", "--queue", "--yes", "--json")
    assert done.code == 0, done.out + done.err
    asked = "SELECT count(*) FROM bulkorders.requests WHERE kind = 'cancel' AND state <> 'asking'"
    closed = "SELECT count(*) FROM bulkorders_engine.asks WHERE state = 'done'"
    team.until(lambda: team.ask(cluster, closed)[0][0] == 1, "the worker has asked")
    (count,) = team.ask(cluster, asked)[0]
    assert count + done.json["counts"]["left_out"] == 3
    assert team.desk.sandbox.shop.stats.requests["cancel"] <= 1
    again = team.desk.run("refill", "campaign.csv", "--queue", "--yes", "--json")
    assert again.json["counts"]["left_out"] == 3, again.out


def test_what_comes_round_is_done_by_workers(team, cluster):
    """Open orders are refreshed, the month is closed and the ledger exported without anybody asking."""
    team.configure()
    path = team.machine / "bulkorders.toml"
    books = 'refresh_every = 1\nclose = true\nexports = ["csv"]\nfolder = "."\n'
    path.write_text(path.read_text().replace("[cluster]\n", f"[cluster]\n{books}"))
    worker = team.start()
    assert queue(team, "--wait").code == 0
    team.desk.sandbox.shop.advance(40 * 86_400)
    final = "SELECT count(*) FROM bulkorders.orders WHERE final = 1"
    team.until(lambda: team.ask(cluster, final)[0][0] == 10, "they are refreshed")
    team.until(lambda: "is closed: no account moved in it" in team.said(worker), "the month is closed")
    team.ask(
        cluster,
        "UPDATE bulkorders_engine.timers SET mark = 'yesterday' WHERE name = 'export csv' RETURNING 1",
    )
    team.until(lambda: list(team.machine.glob("ledger*.csv")), "the ledger is exported")
