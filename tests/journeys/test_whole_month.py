"""A month of one shop: thirty days of `daily`, each in a process that lives on its day, and what the books say then.

The panel's time stands still while a command runs and moves on between days; the commands' calendar is set
by time-machine, so that a month of the journal is a month.
"""

import json
import random
import shutil
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from beancount import loader
from beancount.core.data import Transaction

from bulkorders.sandbox import Fault

BEGIN = datetime.fromisoformat("2026-09-01T08:00:00+07:00")
NEXT_MONTH = datetime.fromisoformat("2026-10-01T08:00:00+07:00")
NIGHT = 50_000
"""Seconds of the panel that pass from one day to the next: what was placed yesterday may still be open."""

SERVICES = ("1", "7", "30", "34")
CLOCK = """
import datetime, os, time_machine
time_machine.travel(datetime.datetime.fromisoformat(os.environ["TODAY"]), tick=True).start()
"""
HEADER = ("Service", "Link", "Quantity", "Reference", "Client")


class Month:
    """A desk whose commands live on the day they are run on."""

    def __init__(self, desk, *, days, orders, spent=None, seed=1):
        """Begin with a folder for the sheets, and a clock that every command takes.

        `spent` is what somebody else takes from the account, by the days after which they do.
        """
        self.spent = spent or {}
        self.desk, self.days, self.orders = desk, days, orders
        self.shop = desk.sandbox.shop
        self.draw = random.Random(seed)  # noqa: S311 - a month that can be repeated
        self.rows = {}
        self.paid_in = Decimal(0)
        self.codes = []
        self.doubts = 0
        self.requested = {"refill": 0, "cancel": 0}
        self.today = BEGIN
        (desk.folder / "orders").mkdir()
        (desk.folder / "clock").mkdir()
        (desk.folder / "clock" / "sitecustomize.py").write_text(CLOCK, "utf-8")
        desk.changes |= {
            "PYTHONPATH": str(desk.folder / "clock"),
            "BULKORDERS_TIMEZONE": "Asia/Ho_Chi_Minh",
            "BULKORDERS_CONCURRENCY": "16",
        }
        self.opening = Decimal(30_000) * orders
        self.shop.set_balance(self.opening)
        self.shop.set_speed(0)
        self.at(0)

    def at(self, minutes):
        """Set the commands' clock to so many minutes after eight, this day."""
        self.desk.changes["TODAY"] = (self.today + timedelta(minutes=minutes)).isoformat()

    def live(self):
        """Live all days, and see each end as it should."""
        for day in range(1, self.days + 1):
            self.today = BEGIN + timedelta(days=day - 1)
            self.at(0)
            self.write_sheets(day)
            self.before(day)
            if day == max(2, self.days // 3):
                self.crash()
            self.daily()
            self.after(day)
            if day in self.spent:
                self.shop.spend(self.spent[day])
            self.shop.advance(NIGHT)
        self.at(600)
        self.daily()

    def write_sheets(self, day):
        """Add the day's rows: to a sheet that grows all month, and to one of its ten days."""
        share = self.orders * day // self.days - self.orders * (day - 1) // self.days
        for number in range(share):
            name = "regular" if number % 2 else f"tender-{(day - 1) // 10 + 1}"
            reference = f"{day:02}-{number:04}"
            row = (
                self.draw.choice(SERVICES),
                f"https://example.com/{name}/{reference}",
                self.draw.randrange(500, 3_000, 50),
                reference,
                self.draw.choice(("An", "Binh", "Chi")),
            )
            self.rows.setdefault(name, []).append(row)
        for name, rows in self.rows.items():
            self.desk.sheet(rows, f"orders/{name}.csv", header=HEADER)

    def before(self, day):
        """Let happen at the panel what happens that day, and settle yesterday's doubts as a person would."""
        if day == self.days // 2 + 1:
            self.shop.change_service("7", rate="24999.9")
        if day % max(2, self.days // 3) == 0:
            self.shop.top_up(5_000_000)
            self.paid_in += 5_000_000
        self.settle()
        if day % 4 == 0:
            self.desk.sandbox.faults.set([Fault(kind="close", when="after")])

    def settle(self):
        """Look every order in doubt up in the panel's own list, and say what is there."""
        sold = {order.params["link"]: order.id for order in self.shop.orders}
        for doubt in self.desk.run("resolve", "--json").json["in_doubt"]:
            self.doubts += 1
            found = sold.get(doubt["link"])
            said = (
                ("--placed", f"{doubt['key']}={found}")
                if found
                else ("--not-placed", doubt["key"], "--reason", "not in the panel's list")
            )
            assert self.desk.run("resolve", *said, "--json").code in (0, 5)

    def crash(self):
        """Begin the day, and have the process killed in the middle of its orders."""
        self.desk.sandbox.faults.set([Fault(kind="none", seconds=0.05, times=100_000)])
        sold = len(self.shop.orders)
        running = self.desk.start("daily", "orders", "--yes", "--concurrency", "4")
        ends = time.monotonic() + 60
        while len(self.shop.orders) < sold + 5 and running.poll() is None and time.monotonic() < ends:
            time.sleep(0.01)
        running.send_signal(signal.SIGKILL)
        running.communicate(timeout=60)
        assert running.returncode == -signal.SIGKILL
        self.desk.sandbox.faults.clear()
        self.at(5)

    def daily(self):
        """Run the day as the scheduler does."""
        before = self.shop.stats.requests["status"]
        ended = self.desk.run("daily", "orders", "--yes", "--json")
        self.desk.sandbox.faults.clear()
        assert ended.code in (0, 5), ended.out + ended.err
        self.codes.append(ended.code)
        assert all(run["stopped"] is None for run in ended.json["runs"]), ended.out
        placed = sum(run["counts"]["placed"] for run in ended.json["runs"])
        assert self.shop.stats.requests["status"] - before <= placed // 100 + len(self.rows) + 2
        self.at(30)

    def after(self, day):
        """Ask for a cancel of orders just placed, and for refills of completed ones."""
        with self.journal() as journal:
            placed = journal.execute(
                "SELECT p.order_id, o.service, o.status FROM placed p JOIN orders o ON o.key = p.key"
                " WHERE p.order_id NOT IN (SELECT order_id FROM requests) ORDER BY o.seq"
            ).fetchall()
        offered = {service.id: service for service in self.shop.services()}
        fresh = [id_ for id_, service, status in placed if status == "Pending" and offered[service].cancel]
        done = [id_ for id_, service, status in placed if status == "Completed" and offered[service].refill]
        if day % 3 == 0 and fresh:
            self.ask("cancel", fresh[:3])
        if day % 3 == 1 and done:
            self.ask("refill", done[:3])

    def ask(self, kind, ids):
        """Ask for refills or cancels of these orders."""
        named = [part for id_ in ids for part in ("--order", id_)]
        ended = self.desk.run(kind, *named, "--yes", "--json")
        assert ended.code == 0, ended.out + ended.err
        self.requested[kind] += len(ids)

    def journal(self):
        """Return the journal, to be read."""
        return closing(sqlite3.connect(self.desk.folder / "home" / "journal.sqlite"))

    def orders_known(self):
        """Return, by order id, what the journal has of each placed order: link, charge, status."""
        with self.journal() as journal:
            found = journal.execute(
                "SELECT p.order_id, o.link, o.charge, o.status FROM placed p JOIN orders o ON o.key = p.key"
            ).fetchall()
        return {id_: (link, Decimal(charge or 0), status) for id_, link, charge, status in found}


def charged(month):
    """Return what all orders cost by the journal, refunds taken off."""
    return sum((one[1] for one in month.orders_known().values()), start=Decimal(0))


def nothing_twice_nothing_lost(month):
    """Hold journal and panel against each other: the same orders, the same links, the same money."""
    sold = month.shop.orders
    known = month.orders_known()
    assert len({order.params["link"] for order in sold}) == len(sold) == month.orders
    assert {order.id: order.params["link"] for order in sold} == {id_: one[0] for id_, one in known.items()}
    assert {order.id: order.charge - order.refunded for order in sold} == {
        id_: one[1] for id_, one in known.items()
    }
    assert month.opening + month.paid_in - charged(month) - sum(month.spent.values()) == month.shop.balance


def everything_happened(month):
    """See that the month had what a month has."""
    statuses = {one[2] for one in month.orders_known().values()}
    assert {"Completed", "Partial", "Canceled"} <= statuses
    assert month.doubts > 0
    assert month.requested["refill"] > 0
    assert month.requested["cancel"] > 0
    assert month.paid_in > 0
    with month.journal() as journal:
        rates = journal.execute("SELECT count(DISTINCT rate) FROM orders WHERE service = '7'").fetchone()
        states = dict(journal.execute("SELECT state, count(*) FROM requests GROUP BY state").fetchall())
    assert rates == (2,)
    assert states["done"] > 0
    assert 5 in month.codes
    assert 0 in month.codes


def closed(month, code):
    """Close the month on the first day of the next one; return the account's books."""
    month.today = NEXT_MONTH
    month.at(0)
    ended = month.desk.run("close", "--month", "2026-09", "--json")
    assert ended.code == code, ended.out + ended.err
    (account,) = ended.json["accounts"]
    return account


def nothing_unexplained(month):
    """See the month's books come out, to the smallest unit, with the payments as they were."""
    told = closed(month, 0)
    assert told["unexplained"] == "0"
    assert Decimal(told["opening"]) == month.opening
    assert Decimal(told["closing"]) == month.shop.balance
    assert Decimal(told["top_ups"]) == month.paid_in
    assert Decimal(told["charges"]) - Decimal(told["refunds"]) == charged(month)
    assert told["orders"] == month.orders
    assert told["in_doubt"] == "0"


def exports_are_the_journal(month):
    """See beancount and hledger take the month, and come to what the journal does; a second export adds nothing."""
    desk = month.desk
    span = ("--from", "2026-09-01", "--to", "2026-09-30")
    for name, kind in (("one", "beancount"), ("two", "beancount"), ("one", "hledger"), ("one", "jsonl")):
        assert desk.run("export", "--format", kind, *span, "--out", f"{name}.{kind}").code == 0
    assert (desk.folder / "one.beancount").read_bytes() == (desk.folder / "two.beancount").read_bytes()
    entries, errors, _ = loader.load_file(str(desk.folder / "one.beancount"))
    assert errors == []
    postings = [posting for entry in entries if isinstance(entry, Transaction) for posting in entry.postings]
    held = [posting.units.number for posting in postings if posting.account.startswith("Assets:")]
    assert sum(held) == -charged(month)
    lines = [json.loads(line) for line in (desk.folder / "one.jsonl").read_text("utf-8").splitlines()]
    assert len({line["id"] for line in lines}) == len(lines)
    if shutil.which("hledger"):
        assert by_hledger(desk.folder / "one.hledger") == -charged(month)
    first = desk.run("export", "--format", "jsonl", "--since-last", "--out", "first.jsonl", "--json")
    again = desk.run("export", "--format", "jsonl", "--since-last", "--out", "again.jsonl", "--json")
    assert (first.code, again.code) == (0, 0), first.out + again.out
    assert len((desk.folder / "first.jsonl").read_text("utf-8").splitlines()) == len(lines)
    assert not (desk.folder / "again.jsonl").exists() or not (desk.folder / "again.jsonl").read_text("utf-8")


def by_hledger(path):
    """Return what the month moved on the account, as hledger adds it up; it must find nothing wrong."""
    command = ["hledger", "-f", str(path)]
    subprocess.run([*command, "check"], check=True, timeout=120)
    told = subprocess.run(
        [*command, "print", "-O", "json"], check=True, capture_output=True, text=True, timeout=300
    )
    amounts = [
        amount["aquantity"]
        for transaction in json.loads(told.stdout)
        for posting in transaction["tpostings"]
        if posting["paccount"].startswith("Assets:")
        for amount in posting["pamount"]
    ]
    return sum(
        (Decimal(each["decimalMantissa"]).scaleb(-each["decimalPlaces"]) for each in amounts),
        start=Decimal(0),
    )


@pytest.mark.timeout(900)
def test_a_week_of_days_loses_nothing_and_its_books_close(desk):
    """Five days with a crash, a price rise, doubts, payments, refills and cancels: nothing twice, 0 unexplained."""
    month = Month(desk, days=5, orders=150)
    month.live()
    everything_happened(month)
    nothing_twice_nothing_lost(month)
    nothing_unexplained(month)
    exports_are_the_journal(month)


@pytest.mark.campaign
@pytest.mark.timeout(3000)
def test_a_month_of_days_loses_nothing_and_its_books_close(desk):
    """Thirty days, five thousand orders: the same."""
    month = Month(desk, days=30, orders=5_000)
    month.live()
    everything_happened(month)
    nothing_twice_nothing_lost(month)
    nothing_unexplained(month)
    exports_are_the_journal(month)


@pytest.mark.timeout(900)
def test_what_somebody_else_spends_is_named(desk):
    """Another user of the account takes money one night: the books name it, and between which readings (6)."""
    taken = Decimal("4321.125")
    month = Month(desk, days=3, orders=30, spent={2: taken})
    month.live()
    nothing_twice_nothing_lost(month)
    told = closed(month, 6)
    assert Decimal(told["unexplained"]) == taken
    assert [Decimal(gap["amount"]) for gap in told["gaps"]] == [taken]
    assert told["gaps"][0]["since"] < "2026-09-03" < told["gaps"][0]["until"]
    assert Decimal(told["top_ups"]) == month.paid_in


@pytest.mark.campaign
@pytest.mark.timeout(3000)
def test_what_somebody_else_spends_in_a_month_is_named(desk):
    """Three nights in thirty days, two thousand orders: what is unexplained is what they took."""
    taken = {5: Decimal("4321.125"), 17: Decimal("800.0625"), 26: Decimal(99_999)}
    month = Month(desk, days=30, orders=2_000, spent=taken, seed=2)
    month.live()
    nothing_twice_nothing_lost(month)
    told = closed(month, 6)
    assert Decimal(told["unexplained"]) == sum(taken.values())
    assert Decimal(told["top_ups"]) == month.paid_in
