"""The process is killed in the middle of a paid run, again and again: nothing is sold twice, nothing is lost."""

import random
import signal
import time

import pytest

from bulkorders.sandbox import Fault

ORDERS = 120
KILLS = 8


@pytest.fixture
def sheet(desk):
    """Return a sheet for a panel as slow as real ones: only then would doubles show."""
    desk.sandbox.latency = "300-700ms"
    rows = [("1", f"https://example.com/kill/{number}", 200 + number) for number in range(ORDERS)]
    return desk.sheet(rows)


@pytest.mark.timeout(240)
def test_nothing_is_sold_twice_or_lost_under_kill_9(desk, sheet):
    """After kill -9 at any moment, each order the panel holds is placed with its id, or listed as in doubt."""
    draw = random.Random(7)  # noqa: S311 - a rehearsal
    for _ in range(KILLS):
        running = desk.start("submit", sheet, "--yes", "--concurrency", "12", "--json")
        _wait_until_sending(desk, running)
        time.sleep(draw.uniform(0.0, 0.9))
        running.send_signal(signal.SIGKILL)
        running.communicate()
    ended = desk.run("submit", sheet, "--yes", "--concurrency", "40", "--json")
    assert ended.code in (0, 5), ended.err
    _judged(desk, ended.json["orders"])
    assert ended.json["counts"]["in_doubt"] <= KILLS * 12
    before = len(desk.sold())
    desk.run("submit", sheet, "--yes", "--json")
    assert len(desk.sold()) == before


def _wait_until_sending(desk, running):
    """Wait until this run has a request at the panel, or has ended."""
    seen = desk.sandbox.shop.stats.requests.get("add", 0)
    for _ in range(1000):
        if running.poll() is not None or desk.sandbox.shop.stats.requests.get("add", 0) > seen:
            return
        time.sleep(0.02)


def _judged(desk, orders):
    """Hold the report against the panel's own record."""
    sold = {}
    for order in desk.sandbox.shop.orders:
        assert order.params["link"] not in sold, "sold twice"
        sold[order.params["link"]] = order.id
    for order in orders:
        if order["state"] == "placed":
            assert order["order_id"] == sold.pop(order["link"])
        else:
            assert order["state"] == "in_doubt"
            sold.pop(order["link"], None)
    assert sold == {}, "lost"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_drained_run_leaves_no_doubt(desk, sheet, number):
    """Ctrl-C or SIGTERM waits for what is in flight, leaves nothing in doubt, and ends with 130."""
    running = desk.start("submit", sheet, "--yes", "--json")
    _wait_until_sending(desk, running)
    time.sleep(0.3)
    running.send_signal(number)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 130, err
    ended = desk.run("check", sheet, "--json")
    states = [order["state"] for order in ended.json["orders"]]
    assert states.count("in_doubt") == 0
    assert states.count("placed") == len(desk.sold()) > 0
    assert states.count("ready") > 0
    assert '"code":"interrupted"' in out


def test_a_second_signal_stops_at_once_and_says_what_is_unsure(desk, sheet):
    """A second Ctrl-C ends the run without its answers; those orders are in doubt, and not sent again."""
    desk.sandbox.latency = 0
    desk.sandbox.faults.set([Fault(kind="silent", times=99)])
    running = desk.start("submit", sheet, "--yes", "--json")
    _wait_until_sending(desk, running)
    time.sleep(0.3)
    running.send_signal(signal.SIGINT)
    time.sleep(0.5)
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=15)
    assert running.returncode == 130, err
    counts = desk.run("check", sheet, "--json").json["counts"]
    assert 0 < counts["in_doubt"] <= 8
    assert counts["in_doubt"] + counts["ready"] == ORDERS
