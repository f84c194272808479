"""The page on a journal that workers share: without a key it queues, and shows what they make of it."""

import io
import re
import sys
from pathlib import Path

import openpyxl
import pytest

from bulkorders.sandbox import Fault

sys.path.insert(0, str(Path(__file__).parents[1] / "cluster"))

from teams import teamed
from test_flow import confirm, csv_of, good, place, review
from test_pages import asked

pytestmark = pytest.mark.timeout(300)

WAITING = "SELECT count(*) FROM bulkorders.orders WHERE state IN ('ready', 'sending')"


@pytest.fixture
def team(desk, database):
    """Return a team; the desk is a clerk's, without a key."""
    with teamed(desk, database) as team:
        yield team


def column(content, name):
    """Return the values of a column of the results workbook."""
    sheet = openpyxl.load_workbook(io.BytesIO(content))["Orders"]
    head, *rows = sheet.iter_rows(values_only=True)
    return [row[head.index(name)] for row in rows if row[0] is not None]


def test_a_page_without_a_key_queues_and_shows_what_workers_placed(team, serve):
    """A clerk's page checks against what workers told, queues what was confirmed, and gives results with their ids."""
    team.start()
    visitor = serve().visitor()
    assert "placed by workers on other machines" in visitor.text
    visitor.upload("june.csv", csv_of(good(12)))
    assert "by worker 1 on" in visitor.text
    review(visitor)
    assert "Queue 12 orders" in visitor.text
    confirm(visitor)
    assert visitor.path.startswith("/runs/"), visitor.text
    assert len(team.desk.sold()) == 12
    book = visitor.get(f"{visitor.path}/results.xlsx").content
    ids = {order.id for order in team.desk.sandbox.shop.orders}
    assert set(map(str, column(book, "Order ID"))) == ids
    visitor.get("/")
    assert "12 placed" in visitor.text


def test_who_waits_no_longer_stops_only_the_waiting(team, serve, cluster):
    """The orders of a page that was told to wait no longer stay queued, and another sheet can be queued meanwhile."""
    team.start()
    assert team.desk.run("panels", "pause", "shop").code == 0
    page = serve()
    first, second = page.visitor(), page.visitor()
    first.upload("june.csv", csv_of(good(5)))
    review(first)
    first.send(
        f"{first.path}/answer",
        {"answer": "yes", "total-0": re.search(r'data-confirm="([^"]+)"', first.page.text)[1]},
    )
    team.until(lambda: team.ask(cluster, WAITING) == [(5,)], "they are queued")
    assert "is paused (paused)" in first.get(first.path.removesuffix("/answer")).text
    second.upload("july.csv", csv_of(good(4, first=50)))
    review(second)
    assert "Queue 4 orders" in second.text
    second.send(f"{second.path}/answer", {"answer": "no"})
    assert "Wait no longer" in first.text
    first.send(f"{first.path}/stop")
    first.settled()
    assert "stay in the queue" in first.text
    assert team.desk.run("panels", "resume", "shop").code == 0
    team.until(lambda: len(team.desk.sold()) == 5, "they are placed all the same")


def test_a_clerks_page_shows_services_balance_and_who_did_what(team, serve):
    """What needs the panel is told by workers: services, balance, refresh, cancel; history names person and machine."""
    team.start()
    visitor = serve().visitor()
    visitor.upload("june.csv", csv_of(good(3)))
    place(visitor)
    assert "Facebook views" in visitor.get("/services?ask=1").text
    assert "shop" in visitor.get("/balance?ask=1").text
    visitor.get("/orders")
    visitor.send("/orders/refresh")
    team.until(lambda: "Orders asked about" in visitor.get(visitor.path).text, "workers asked")
    (first, *_) = team.desk.sandbox.shop.orders
    review, done = asked(visitor, "cancel", [first.id])
    assert "asked for" in review
    assert "a worker asks the panel" in done
    team.until(lambda: team.desk.sandbox.shop.stats.requests["cancel"] == 1, "a worker asked")
    shown = visitor.get("/history").text
    assert "Orders queued" in visitor.text
    assert re.search(r"\w+ @ \w+", visitor.text), shown
    assert visitor.get("/exports").status_code == 200
    assert visitor.send("/exports/ledger", {"format": "csv"}).status_code == 200


def test_doubts_of_a_clerks_page_are_those_of_nobody_at_work(team, serve, cluster):
    """An order in doubt can be ruled out where no key is; what a worker is sending this minute is no doubt."""
    team.start()
    team.desk.sandbox.faults.set([Fault(kind="close", when="after", times=1)])
    visitor = serve().visitor()
    visitor.upload("june.csv", csv_of(good(1)))
    place(visitor)
    assert "In doubt" in visitor.text
    team.desk.sandbox.latency = "2500ms"
    team.desk.sheet(good(6, first=100), "july.csv")
    assert team.desk.run("submit", "july.csv", "--queue", "--yes").code == 0
    sending = "SELECT count(*) FROM bulkorders.orders WHERE state = 'sending'"
    team.until(lambda: team.ask(cluster, sending)[0][0], "one is being sent")
    assert "Orders in doubt 1" in visitor.get("/doubts").text or "Orders in doubt 1" in visitor.text
    assert team.desk.run("resolve", "--json").code == 5
    assert len(team.desk.run("resolve", "--json").json["in_doubt"]) == 1


def test_a_page_with_a_key_on_the_shared_journal_places_itself(team, serve, cluster):
    """A machine that holds a key of its own sends its orders itself, once, and others see them at once."""
    team.desk.hidden = ()
    visitor = serve().visitor()
    assert "placed by workers" not in visitor.text
    visitor.upload("june.csv", csv_of(good(3)))
    review(visitor)
    assert "at a pace of its own" not in visitor.text
    confirm(visitor)
    assert "Placed 3" in visitor.text
    assert len(team.desk.sold()) == 3
    assert team.ask(cluster, "SELECT count(*) FROM bulkorders.orders WHERE state = 'placed'") == [(3,)]
