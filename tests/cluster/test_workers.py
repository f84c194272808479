"""Workers as processes of their own: killed, frozen, stopped, and what the others make of it."""

import signal
import time

import pytest

pytestmark = pytest.mark.timeout(300)

READY = "SELECT count(*) FROM bulkorders.orders WHERE state IN ('ready', 'sending')"
STATES = "SELECT state, count(*) FROM bulkorders.orders GROUP BY state"
LATER = "UPDATE bulkorders.attempts SET taken_at = taken_at - interval '60 seconds' WHERE outcome IS NULL RETURNING 1"


def rows(count):
    """Return so many valid rows."""
    return [("1", f"https://example.com/post/{number}", 200 + number) for number in range(count)]


def queue(team, count):
    """Queue so many orders."""
    team.desk.sheet(rows(count))
    done = team.desk.run("submit", "campaign.csv", "--queue", "--yes", "--json")
    assert done.code == 0, done.out + done.err


def asked_links(team):
    """Return the link of every complete `add` request the panel got."""
    return [each.params["link"] for each in team.desk.sandbox.shop.requests]


def judge(team, cluster, count):
    """Return how many are in doubt; nothing is sold twice, lost, left ready, or under a wrong id."""
    links = asked_links(team)
    assert len(links) == len(set(links)), "asked twice"
    states = dict(team.ask(cluster, STATES))
    ids = {order.params["link"]: order.id for order in team.desk.sandbox.shop.orders}
    found = team.ask(cluster, "SELECT link, state, order_ids::json ->> 0 FROM bulkorders.orders")
    assert [link for link, state, _ in found if link in ids and state not in ("placed", "in_doubt")] == []
    assert [link for link, state, order_id in found if state == "placed" and ids.get(link) != order_id] == []
    assert states.get("placed", 0) + states.get("in_doubt", 0) == count, states
    return states.get("in_doubt", 0)


def test_what_a_killed_worker_left_others_finish(team, cluster):
    """Of a worker that was killed nothing is left ready; what it was sending is in doubt, and only that."""
    team.desk.sandbox.latency = "300-700ms"
    first = team.start("--lanes", "4")
    queue(team, 120)
    team.until(lambda: len(asked_links(team)) > 30, "the first worker sends")
    team.stop(first, signal.SIGKILL)
    team.start("--lanes", "4")
    team.until(
        lambda: not team.ask(cluster, READY.replace("'ready', 'sending'", "'ready'"))[0][0], "none is ready"
    )
    team.ask(cluster, LATER)
    team.until(lambda: not team.ask(cluster, READY)[0][0], "none is being sent")
    assert 0 < judge(team, cluster, 120) <= 32


def test_a_frozen_worker_that_wakes_up_sends_nothing(team, cluster):
    """What a frozen worker had claimed and not sent it doesn't send when it wakes; its other orders went elsewhere."""
    team.desk.sandbox.latency = "300-700ms"
    frozen = team.start("--lanes", "4")
    queue(team, 150)
    team.until(lambda: len(asked_links(team)) > 20, "it sends")
    frozen.send_signal(signal.SIGSTOP)
    time.sleep(1.0)
    before = set(asked_links(team))
    asked = "SELECT o.link FROM bulkorders.attempts a JOIN bulkorders.orders o ON o.key = a.key WHERE a.outcome IS NULL"
    claimed = {link for (link,) in team.ask(cluster, asked)}
    helper = team.start("--lanes", "4")
    team.until(
        lambda: not team.ask(cluster, READY.replace("'ready', 'sending'", "'ready'"))[0][0], "none is ready"
    )
    frozen.send_signal(signal.SIGCONT)
    team.until(lambda: not team.ask(cluster, READY)[0][0], "its answers are recorded")
    late = [link for link in asked_links(team) if link in claimed and link not in before]
    attempts = "bulkorders.attempts a JOIN bulkorders.orders o ON o.key = a.key"
    sent_again = f"SELECT o.link FROM {attempts} GROUP BY o.link HAVING count(*) > 1"
    assert set(late) <= {link for (link,) in team.ask(cluster, sent_again)}, "sent by a second attempt alone"
    judge(team, cluster, 150)
    assert (team.stop(frozen), team.stop(helper)) == (0, 0)


def test_a_worker_that_is_told_to_stop_drains(team, cluster):
    """A worker that is told to stop waits for its answers: none is in doubt, and the next one goes on."""
    team.desk.sandbox.latency = "300-700ms"
    first = team.start()
    queue(team, 100)
    team.until(lambda: len(asked_links(team)) > 10, "it sends")
    assert team.stop(first) == 0
    states = dict(team.ask(cluster, STATES))
    assert states.keys() <= {"ready", "placed"}, states
    assert states["ready"] > 0
    team.start("--lanes", "8")
    team.until(lambda: not team.ask(cluster, READY)[0][0], "the rest is placed")
    assert judge(team, cluster, 100) == 0
    (run, *_) = team.machine_run("history")["history"]
    assert (run["command"], bool(run["who"]), bool(run["machine"])) == ("worker", True, True)


def test_a_database_that_crashes_doubles_and_loses_nothing(team, cluster):
    """Through a crash of the database orders are placed once each, and none is left behind."""
    team.desk.sandbox.latency = "200-400ms"
    team.start("--lanes", "3")
    team.start("--lanes", "3")
    queue(team, 160)
    team.until(lambda: len(asked_links(team)) > 30, "they send")
    cluster.stop("immediate")
    time.sleep(1.0)
    cluster.start()
    team.until(lambda: not team.ask(cluster, READY)[0][0], "all is placed")
    judge(team, cluster, 160)
