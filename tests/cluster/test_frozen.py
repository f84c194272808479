"""A worker that freezes at the worst moment: after its claim was granted, before the first byte is sent."""

import signal
import sys
import time
from pathlib import Path

import pytest

from bulkorders.submission.attempt import DEADLINE

pytestmark = pytest.mark.timeout(300)

FREEZING = Path(__file__).parent / "freezing.py"
READY = "SELECT count(*) FROM bulkorders.orders WHERE state IN ('ready', 'sending')"
OUTCOMES = "SELECT outcome FROM bulkorders.attempts WHERE key = '{key}' ORDER BY number"


@pytest.fixture
def frozen(team):
    """Return a worker that is going to freeze after a claim, and where it tells of which order."""
    told, command = team.desk.folder / "frozen", team.desk.command
    team.desk.command = lambda *arguments: [sys.executable, str(FREEZING), str(told), *map(str, arguments)]
    worker = team.start("--lanes", "4")
    team.desk.command = command
    return worker, told


def test_a_claim_that_is_too_old_when_its_worker_wakes_is_not_sent(team, cluster, frozen):
    """Past its deadline the claimed order is not sent by who claimed it, but once by the next claim."""
    worker, told = frozen
    team.desk.sheet([("1", f"https://example.com/post/{number}", 1000) for number in range(60)])
    assert team.desk.run("submit", "campaign.csv", "--queue", "--yes").code == 0
    state = Path(f"/proc/{worker.pid}/stat")
    team.until(lambda: state.read_text("ascii").rpartition(")")[2].split()[0] == "T", "it is frozen")
    key, since = told.read_text("utf-8"), time.monotonic()
    helper = team.start("--lanes", "4")
    ready = READY.replace(", 'sending'", "")
    team.until(lambda: not team.ask(cluster, ready)[0][0], "the helper has placed what nobody had claimed")
    time.sleep(max(0.0, since + DEADLINE + 1 - time.monotonic()))
    assert team.ask(cluster, OUTCOMES.format(key=key)) == [(None,)]
    worker.send_signal(signal.SIGCONT)
    team.until(lambda: not team.ask(cluster, READY)[0][0], "all is placed")
    assert team.ask(cluster, OUTCOMES.format(key=key)) == [("not_sent",), ("accepted",)]
    links = [each.params["link"] for each in team.desk.sandbox.shop.requests]
    assert len(links) == len(set(links)) == 60
    assert (team.stop(worker), team.stop(helper)) == (0, 0)
