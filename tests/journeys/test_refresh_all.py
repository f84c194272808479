"""Every open order of the journal at once: few calls, nothing asked or written in vain, nothing lost half-way."""

import asyncio
import contextlib
import json
import sqlite3
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from bulkorders.journal.opening import open_journal
from bulkorders.journal.protocol import Campaign
from bulkorders.model.orders import Order, ValidatedOrder, account_id, fingerprint, order_key
from bulkorders.model.outcomes import Outcome, Verdict
from bulkorders.sandbox import Fault

pytestmark = pytest.mark.usefixtures("within")

TOGETHER = 1_000
"""Orders that are put into the journal at once."""


def validated(account, campaign, number, **changes):
    """Return an order of service 1 that keeps every rule."""
    link = f"https://example.com/{campaign}/{number}"
    order = Order(row=number + 1, service="1", link=link, quantity=500, **changes)
    sent = order.parameters()
    return ValidatedOrder(
        order=order,
        account=account,
        campaign=campaign,
        key=order_key(account, campaign, sent, 1),
        fingerprint=fingerprint(account, sent),
        parameters=sent,
        service_name="Facebook views",
        rate=Decimal("2.5"),
        basis=1000,
        estimate=Decimal("1.25"),
        currency="VND",
    )


async def _placed(desk, orders, sheets):
    journal = await open_journal(desk.folder / "home" / "journal.sqlite", who="test")
    try:
        for name, sheet in sheets.items():
            at = datetime.now(UTC).isoformat()
            await journal.remember_campaign(Campaign(name, str(sheet), "seed", at))
        for start in range(0, len(orders), TOGETHER):
            part = orders[start : start + TOGETHER]
            await journal.add(part, "seed")
            await asyncio.gather(*(journal.claim(each.key, f"a{each.key}", "seed") for each in part))
            sold = [desk.sandbox.shop.add(each.parameters) for each in part]
            await asyncio.gather(
                *(
                    journal.record(f"a{each.key}", Outcome(Verdict.ACCEPTED, order_ids=(order.id,)))
                    for each, order in zip(part, sold, strict=True)
                )
            )
    finally:
        await journal.close()


def place(desk, campaigns, rows, *, sheets=False, **changes):
    """Place so many orders in each of so many campaigns, at the panel and in the journal."""
    account = account_id(desk.sandbox.url)
    names = [f"c{number}" for number in range(campaigns)]
    orders = [validated(account, name, row, **changes) for name in names for row in range(1, rows + 1)]
    known = {}
    for name in names if sheets else ():
        lines = [("1", f"https://example.com/{name}/{row}", 500) for row in range(1, rows + 1)]
        known[name] = desk.sheet(lines, f"{name}.csv")
    asyncio.run(_placed(desk, orders, known))
    return [order.id for order in desk.sandbox.shop.orders]


def count(desk, statement, **values):
    """Return the one number that the journal answers."""
    with closing(sqlite3.connect(desk.folder / "home" / "journal.sqlite")) as journal:
        return journal.execute(statement, values).fetchone()[0]


def status_calls(desk):
    """Return how many status calls the panel has received."""
    return desk.sandbox.shop.stats.requests["status"]


def test_two_thousand_open_orders_take_twenty_calls_and_final_ones_none(desk):
    """A hundred orders a call; once they are final, nothing is asked about them any more."""
    place(desk, 4, 500)
    ended = desk.run("refresh", "--all", "--json")
    assert (ended.code, ended.json["asked"], status_calls(desk)) == (0, 2_000, 20), ended.err
    desk.sandbox.shop.advance(60 * 24 * 3600)
    assert desk.run("refresh", "--all", "--json").json["changed"] == 2_000
    assert status_calls(desk) == 40
    last = desk.run("refresh", "--all", "--json")
    assert (last.code, last.json["asked"], last.json["runs"], status_calls(desk)) == (0, 0, [], 40)


def test_an_unchanged_order_writes_no_event_and_no_workbook(desk):
    """What is as it was leaves no event, and the workbook of its campaign is left as it is."""
    ids = place(desk, 2, 100, sheets=True)
    for id_ in ids:
        desk.sandbox.shop.pin(id_, "Processing")
    assert len(desk.run("refresh", "--all", "--json").json["runs"]) == 2
    events = count(desk, "SELECT count(*) FROM events")
    checked = count(desk, "SELECT min(checked_at) FROM orders")
    written = {path: path.stat().st_mtime_ns for path in desk.folder.glob("*.results.xlsx")}
    assert len(written) == 2
    again = desk.run("refresh", "--all", "--json")
    assert (again.json["asked"], again.json["changed"], again.json["runs"]) == (200, 0, [])
    assert count(desk, "SELECT count(*) FROM events") == events
    assert count(desk, "SELECT min(checked_at) FROM orders") > checked
    assert {path: path.stat().st_mtime_ns for path in written} == written
    desk.sandbox.shop.pin(ids[0], "Completed")
    last = desk.run("refresh", "--all", "--json").json
    assert [run["campaign"] for run in last["runs"]] == ["c0"]
    assert [path.name for path, at in written.items() if path.stat().st_mtime_ns != at] == ["c0.results.xlsx"]


def test_a_run_that_stopped_half_way_is_gone_on_with(desk):
    """What the panel had told before it fell silent is kept, and only the rest is asked about next time."""
    place(desk, 1, 1_500)
    desk.sandbox.faults.set([Fault(kind="none", action="status", times=7), _down()])
    stopped = desk.run("refresh", "--all", "--json")
    assert (stopped.code, stopped.json["stopped"]["code"]) == (3, "panel.server_error")
    told = stopped.json["asked"]
    assert 0 < told < 1_500
    assert stopped.json["unasked"] == 1_500 - told
    desk.sandbox.faults.clear()
    calls = status_calls(desk)
    rest = desk.run("refresh", "--all", "--json")
    assert (rest.code, rest.json["asked"]) == (0, 1_500 - told), rest.err
    assert status_calls(desk) - calls == (1_500 - told) // 100
    assert "Going on" in rest.err
    assert desk.run("refresh", "--all", "--json").json["asked"] == 1_500


def _down():
    return Fault(kind="status", status=503, action="status", when="before", times=100)


def test_a_run_that_was_killed_loses_nothing_and_its_workbooks_follow(desk):
    """After kill -9 half-way the next run asks about the rest, and writes the workbooks of both parts."""
    place(desk, 2, 1_000, sheets=True)
    desk.sandbox.shop.advance(60 * 24 * 3600)
    desk.sandbox.latency = "250ms"
    killed = desk.start("refresh", "--all", "--json")
    while count(desk, "SELECT count(*) FROM orders WHERE checked_at IS NOT NULL") < 300:
        assert killed.poll() is None
        time.sleep(0.02)
    killed.kill()
    killed.communicate()
    desk.sandbox.latency = 0
    told = count(desk, "SELECT count(*) FROM orders WHERE checked_at IS NOT NULL")
    rest = desk.run("refresh", "--all", "--json")
    assert (rest.code, rest.json["asked"]) == (0, 2_000 - told), rest.err
    assert sorted(run["campaign"] for run in rest.json["runs"]) == ["c0", "c1"]
    assert all(run["counts"]["open"] == 0 for run in rest.json["runs"])


def test_recheck_asks_about_final_orders_too(desk):
    """With --recheck an order that was completed is asked about once more, and what changed is told."""
    ids = place(desk, 1, 3)
    desk.sandbox.shop.advance(60 * 24 * 3600)
    desk.run("refresh", "--all", "--json")
    desk.sandbox.shop.pin(ids[0], "Completed", remains=77)
    assert desk.run("refresh", "--all", "--json").json["asked"] == 0
    again = desk.run("refresh", "--all", "--recheck", "--json")
    assert again.json["asked"] == 3
    assert again.json["runs"][0]["orders"][0]["remains"] == 77


def test_one_panel_that_is_down_keeps_nobody_from_asking_the_other(desk):
    """Orders of the panel that answers are asked about; the other is named, and the exit code is 3."""
    place(desk, 1, 2)
    other = '[panels.other]\nurl = "http://127.0.0.1:9/api/v2"\nkey = "env:OTHER_KEY"\n'
    (desk.folder / "bulkorders.toml").write_text(other, encoding="utf-8")
    desk.changes = {"OTHER_KEY": "another-key"}
    ended = desk.run("refresh", "--all", "--json")
    assert (ended.code, ended.json["asked"], ended.json["stopped"]["code"]) == (3, 2, "panel.unreachable")


class TestSlowOrders:
    """Orders that are long past their usual time."""

    def test_by_the_setting_where_nothing_tells_more(self, desk):
        """An order open for longer than `slow_after` is pointed out with its id and for how long."""
        (desk.folder / "bulkorders.toml").write_text("slow_after = 30\n", encoding="utf-8")
        ids = place(desk, 1, 2, sheets=True)
        desk.age_journal(seconds=31 * 3600)
        desk.sandbox.shop.pin(ids[0], "Completed")
        ended = desk.run("refresh", "--all", "--json")
        assert [each["order_id"] for each in ended.json["slow"]] == [ids[1]]
        assert "1 day 7 h" in ended.json["slow"][0]["message"]
        codes = [[each["code"] for each in order["problems"]] for order in ended.json["runs"][0]["orders"]]
        assert codes == [[], ["delivery.slow"]]
        assert "delivery.slow" in str(desk.run("refresh", "c0.csv", "--json").json["orders"][1]["problems"])
        assert "usual time" in desk.run("refresh", "c0.csv").out

    def test_by_the_catalogue_where_it_tells_an_average(self, desk):
        """A service whose catalogue says 3 hours has slow orders after half a day."""
        place(desk, 1, 1)
        desk.age_journal(seconds=13 * 3600)
        service = {"service": 1, "name": "Views", "rate": "2.5", "min": "1", "max": "9999"}
        listed = json.dumps([{**service, "average_time": "3 hours"}])
        desk.sandbox.faults.set([Fault(kind="answer", body=listed, action="services")])
        slow = desk.run("refresh", "--all", "--json").json["slow"]
        assert len(slow) == 1
        assert "usually take 3 h (by its catalogue)" in slow[0]["message"]

    def test_by_earlier_orders_of_the_service(self, desk):
        """Twenty finished orders tell how long a service takes; twice that long is slow."""
        ids = place(desk, 1, 21)
        desk.age_journal(seconds=4 * 3600)
        for id_ in ids[1:]:
            desk.sandbox.shop.pin(id_, "Completed")
        assert desk.run("refresh", "--all", "--json").json["slow"] == []
        desk.age_journal(seconds=5 * 3600)
        slow = desk.run("refresh", "--all", "--json").json["slow"]
        assert [each["order_id"] for each in slow] == ids[:1]
        assert "usually take 4 h (by your earlier orders)" in slow[0]["message"]


@pytest.mark.campaign
@pytest.mark.timeout(1200)
def test_a_hundred_thousand_open_orders_take_a_thousand_calls(desk):
    """100,000 open orders of 100 campaigns: a thousand calls, within bounds of memory, and none once final."""
    desk.sandbox.shop.set_speed(0)
    place(desk, 100, 1_000)
    for moment in ("at first", "unchanged"):
        before, began = status_calls(desk), time.monotonic()
        code, out, peak = measured(desk, "refresh", "--all")
        calls = status_calls(desk) - before
        told = f"{moment}: {time.monotonic() - began:.0f} s, {peak} MB, {calls} calls"
        sys.stderr.write(f"{told}\n")
        assert (code, calls) == (0, 1_000), told
        assert "Asked about 100,000 orders" in out, told
        assert peak < MOST_MEMORY, told
    desk.sandbox.shop.advance(60 * 24 * 3600)
    assert measured(desk, "refresh", "--all")[0] == 0
    before = status_calls(desk)
    assert "No order is open" in measured(desk, "refresh", "--all")[1]
    assert status_calls(desk) == before


MOST_MEMORY = 400
"""Megabytes that a hundred thousand open orders may take."""


def measured(desk, *arguments):
    """Run a command; return its exit code, what it printed, and the most memory it was seen to take, in megabytes.

    What the system counts for a child that has ended includes what its parent took before.
    """
    process = desk.start(*arguments)
    peak = 0
    while process.poll() is None:
        with contextlib.suppress(OSError):
            told = Path(f"/proc/{process.pid}/status").read_text("ascii")
            peak = max([peak, *(int(line.split()[1]) for line in told.splitlines() if "VmHWM" in line)])
        time.sleep(0.2)
    out, _ = process.communicate()
    return process.returncode, out, peak // 1024
