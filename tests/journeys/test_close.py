"""Months of real runs closed: whole commands over a real socket, with all that moves an account's money."""

import asyncio
import csv
import json
import os
import random
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from pydantic import SecretStr

from bulkorders.accounting.ledger import read_ledger
from bulkorders.cli.main import run
from bulkorders.journal.opening import open_journal
from bulkorders.model.entries import EnteredKind
from bulkorders.model.lifecycle import RequestKind, State
from bulkorders.pipeline import story
from bulkorders.pipeline.books import closing as closing_month
from bulkorders.pipeline.books import entering
from bulkorders.pipeline.books.closing import Wanted
from bulkorders.pipeline.following import everything, refreshing
from bulkorders.pipeline.options import Options, Quiet
from bulkorders.pipeline.requests import requesting
from bulkorders.sandbox import Fault, running
from bulkorders.settings import PanelSettings, Settings

UTC = "UTC"
DAY = 86_400


def settings(desk, **more):
    """Return the settings of runs at this desk, months by UTC."""
    told = {
        "panel_url": desk.sandbox.url,
        "panel_key": SecretStr(desk.sandbox.key),
        "home": desk.folder / "home",
        "journal": str(desk.folder / "home" / "journal.sqlite"),
        "panels": {},
        "timezone": UTC,
        **more,
    }
    return Settings.model_construct(**told)


class Month:
    """Days of one customer: sheets submitted and refreshed, the journal aged between them."""

    def __init__(self, desk, **more):
        """Begin with an empty journal."""
        self.desk, self.shop, self.settings = desk, desk.sandbox.shop, settings(desk, **more)
        self.number = 0

    def run(self, story_of_a_run):
        """Run a coroutine to its end."""
        return asyncio.run(story_of_a_run)

    def submit(self, rows, panel=None):
        """Submit a sheet of these rows."""
        self.number += 1
        sheet = self.desk.sheet(rows, f"sheet{self.number}.csv")
        return self.run(
            story.submit(Options(sheet=sheet, yes=True, panel=panel), self.settings, Quiet(yes=True))
        )

    def refresh(self, number=None):
        """Refresh one sheet, or all orders."""
        if number is None:
            return self.run(everything.refresh_all(self.settings, Quiet(yes=True)))
        sheet = self.desk.folder / f"sheet{number}.csv"
        return self.run(refreshing.refresh(Options(sheet=sheet), self.settings, Quiet(yes=True)))

    def enter(self, amount):
        """Enter a payment that arrives now."""
        said = entering.Said(amount, EnteredKind.TOP_UP)
        self.run(entering.enter(said, self.settings, Quiet(yes=True)))

    def pass_days(self, days=1.0):
        """Let days pass, for the journal and for the panel."""
        self.desk.age_journal(seconds=days * DAY)
        self.shop.advance(days * DAY)

    def close(self, month=None, **how):
        """Close a month: the one that is not over, if none is named."""
        month = month or f"{datetime.now(ZoneInfo(UTC)):%Y-%m}"
        wanted = Wanted(month=month, out=self.desk.folder / "statement.xlsx", **how)
        return self.run(closing_month.close(wanted, self.settings, Quiet(yes=True))).closing

    def months(self):
        """Close all months of which the journal holds anything, the first first."""

        async def began():
            journal = await open_journal(self.settings.journal_url, read_only=True)
            try:
                return (await journal.readings())[0].at[:7]
            finally:
                await journal.close()

        year, month = map(int, self.run(began()).split("-"))
        now = datetime.now(ZoneInfo(UTC))
        found = []
        while (year, month) <= (now.year, now.month):
            found.append(self.close(f"{year}-{month:02}").accounts[0])
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        return found

    def ledger(self):
        """Return the whole ledger."""

        async def read():
            journal = await open_journal(self.settings.journal_url, read_only=True)
            try:
                return await read_ledger(journal)
            finally:
                await journal.close()

        return self.run(read())


@pytest.fixture
def month(desk):
    """Return a month at this desk."""
    return Month(desk)


def rows(count, first=1, quantity=1000):
    """Return so many rows, each at a price of its own."""
    return [
        ("1", f"https://example.com/post/{number}", quantity + number)
        for number in range(first, first + count)
    ]


def chained(accounts):
    """Hold each month's closing to be the next one's opening, and its gaps to its unexplained."""
    for before, after in pairwise(accounts):
        assert before.closing.balance == after.opening.balance
    for each in accounts:
        assert each.unexplained == sum((gap.amount for gap in each.gaps), start=Decimal(0))


def test_partials_cancels_and_top_ups_close_with_nothing_unexplained(month):
    """Charges, refunds told either way and payments between runs: every month comes out at 0."""
    before = month.shop.balance
    month.shop.plan("Canceled", link="post/2")
    month.shop.plan("Partial", link="post/3", share=0.4)
    month.submit(rows(5))
    month.pass_days()
    month.refresh(1)
    month.shop.charge(silent_refunds=True)
    month.shop.plan("Canceled", link="post/12")
    month.shop.plan("Partial", link="post/13", share=0.5)
    month.submit(rows(5, first=11))
    month.shop.top_up("250000")
    month.pass_days()
    month.refresh(2)
    accounts = month.months()
    chained(accounts)
    assert [str(each.unexplained) for each in accounts] == ["0"] * len(accounts)
    assert accounts[0].opening.reading == before
    assert accounts[-1].closing.reading == month.shop.balance
    paid_in = [each for account in accounts for each in account.paid_in]
    assert [(each.amount, each.deduced) for each in paid_in] == [(Decimal(250000), True)]
    net = sum(each.charges - each.refunds for each in accounts)
    assert net == sum(order.charge - order.refunded for order in month.shop.orders)


def test_what_a_stranger_spends_is_named_with_its_runs(month):
    """Another user of the account spends between two runs: the amount, and between which of them."""
    first = month.submit(rows(3))
    month.pass_days()
    month.shop.spend("777.5")
    second = month.submit(rows(3, first=11))
    accounts = month.months()
    chained(accounts)
    gaps = [gap for each in accounts for gap in each.gaps]
    assert [(gap.amount, gap.runs) for gap in gaps] == [(Decimal("777.5"), (first.run, second.run))]


def test_doubts_are_explained_by_what_the_balance_shows(month):
    """Lost after the sale and lost before it: one is gone for an order in doubt, the other cost nothing."""
    month.desk.sandbox.faults.set(
        [
            Fault(kind="none"),
            Fault(kind="close", when="after"),
            Fault(kind="close", when="before"),
            Fault(kind="none"),
        ]
    )
    month.settings = settings(month.desk, concurrency=1)
    month.submit(rows(4))
    month.desk.sandbox.faults.clear()
    account = month.close().accounts[0]
    assert account.unexplained == 0
    sold = {order.params["link"]: order.charge for order in month.shop.orders}
    assert account.closing.in_doubt == sold["https://example.com/post/2"]
    assert account.in_doubt > account.closing.in_doubt


def test_a_refill_costs_nothing(month):
    """A refill that is asked for makes no line."""
    month.shop.plan("Completed")
    report = month.submit(rows(1))
    month.pass_days()
    month.refresh(1)
    before = month.ledger()
    ids = report.orders[0].order_ids
    month.run(
        requesting.request(
            RequestKind.REFILL, requesting.Choice(order_ids=ids), month.settings, Quiet(yes=True)
        )
    )
    assert month.ledger() == before
    assert {str(each.unexplained) for each in month.months()} == {"0"}


def test_charges_told_by_another_run_than_the_one_that_read(month):
    """`refresh --all` tells refunds and reads nothing itself: the next reading still comes out."""
    month.shop.plan("Canceled", link="post/1", times=4)
    month.submit(rows(12))
    month.pass_days()
    month.submit(rows(3, first=31))
    month.refresh()
    month.pass_days()
    month.submit(rows(2, first=41))
    accounts = month.months()
    chained(accounts)
    assert [str(each.unexplained) for each in accounts] == ["0"] * len(accounts)
    assert not any(each.paid_in for each in accounts)


def live(month, seed, days, *, strangers):
    """Live random days; return the ledger as it was after each step, what was paid in, and spent by strangers.

    With strangers, payments are entered: nobody could tell them from each other where both are unknown.
    """
    draw = random.Random(seed)  # noqa: S311 - a month that can be repeated
    ledgers, paid, spent = [], Decimal(0), Decimal(0)
    for day in range(days):
        if draw.random() < 0.3:
            month.shop.change_service("1", rate=Decimal(draw.randrange(2000, 3500)) / 1000)
        month.shop.charge(silent_refunds=draw.random() < 0.5)
        month.submit(
            [("1", f"https://example.com/{day}/{row}", draw.randrange(200, 5000, 50)) for row in range(6)]
        )
        ledgers.append(month.ledger())
        month.pass_days(draw.choice((0.2, 1, 3)))
        if draw.random() < 0.4:
            paid += (amount := Decimal(draw.randrange(100_000, 200_000)))
            month.shop.top_up(amount)
            if strangers:
                month.enter(amount)
        elif strangers and draw.random() < 0.5:
            spent += (amount := Decimal(draw.randrange(3_000_001, 4_000_000, 2)) / 1000)
            month.shop.spend(amount)
        for number in range(1, month.number + 1):
            if draw.random() < 0.3:
                month.refresh(number)
        ledgers.append(month.ledger())
    month.refresh()
    month.submit([("1", "https://example.com/last", 1000)])
    return [*ledgers, month.ledger()], paid, spent


def comes_out(month, seed, days, *, strangers):
    """Live random days, close every month of them, and hold the books against what really happened."""
    ledgers, paid, spent = live(month, seed, days, strangers=strangers)
    accounts = month.months()
    chained(accounts)
    assert sum(each.unexplained for each in accounts) == spent
    assert sum(each.top_ups for each in accounts) == paid
    moved = sum(line.amount for line in ledgers[-1] if line.moved and line.key)
    assert moved == sum(order.charge - order.refunded for order in month.shop.orders)
    for earlier, later in pairwise(ledgers):
        assert [told(line) for line in later[: len(earlier)]] == [told(line) for line in earlier]


def told(line):
    """Return a line without its date: the journal was aged since."""
    return replace(line, at="")


@pytest.mark.parametrize(("seed", "strangers"), [(1, False), (2, True)])
def test_random_days_close_or_name_what_strangers_spent(month, seed, strangers):
    """Prices, partials, cancels, payments, strangers: unexplained is what strangers spent; no line ever changes."""
    comes_out(month, seed, 5, strangers=strangers)


def daily(month, days, orders, seed):
    """Run daily (submit, refresh all) for days with all that happens; return what a stranger spent, and was paid."""
    draw = random.Random(seed)  # noqa: S311 - a month that can be repeated
    shop, spent, paid = month.shop, Decimal(0), Decimal(0)
    for day in range(days):
        if day == days // 2:
            shop.change_service("1", rate=Decimal("3.1"))
            shop.charge(silent_refunds=True)
        if day == days // 3:
            lost = [Fault(kind="none")] * 2 + [Fault(kind="close", when="after")]
            month.desk.sandbox.faults.set(lost)
        month.submit(
            [("1", f"https://example.com/{day}/{row}", draw.randrange(200, 5000)) for row in range(orders)]
        )
        month.desk.sandbox.faults.clear()
        month.refresh()
        month.pass_days(1)
        if day % 3 == 1:
            paid += (amount := Decimal(draw.randrange(100, 200)) * 1000)
            shop.top_up(amount)
        if day == days - 1:
            spent += (amount := Decimal("1234.5"))
            shop.spend(amount)
    month.submit([("1", "https://example.com/last", 1000)])
    month.refresh()
    return spent, paid


def settle_doubts(month):
    """Tell of each order in doubt under which id the panel holds it."""
    sold = {order.params["link"]: order.id for order in month.shop.orders}

    async def settle():
        journal = await open_journal(month.settings.journal_url)
        try:
            for each in await journal.submissions(states=[State.IN_DOUBT]):
                await journal.resolve(each.key, "find", order_ids=[sold[each.link]], reason="", run="r")
        finally:
            await journal.close()

    month.run(settle())
    month.refresh()


@pytest.mark.parametrize(
    ("days", "orders"),
    [(6, 5), pytest.param(30, 60, marks=[pytest.mark.campaign, pytest.mark.timeout(1200)])],
)
def test_daily_runs_close_or_name_what_a_stranger_spent(month, days, orders):
    """Partials, cancels, payments, a lost answer, a price rise, refunds told late, and one stranger."""
    spent, paid = daily(month, days, orders, seed=5)
    in_doubt = month.months()
    assert sum(each.unexplained for each in in_doubt) == spent
    assert in_doubt[-1].closing.in_doubt > 0
    settle_doubts(month)
    accounts = month.months()
    chained(accounts)
    gaps = [gap for each in accounts for gap in each.gaps]
    assert [gap.amount for gap in gaps] == [spent]
    assert sum(each.top_ups for each in accounts) == paid


@pytest.mark.campaign
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", range(10, 14))
def test_a_whole_random_month_closes(month, seed):
    """Thirty days, four times."""
    comes_out(month, seed, 30, strangers=False)


def test_two_panels_are_closed_side_by_side(desk):
    """Each account has its own equation in its own currency."""
    with running(balance="5000", key=desk.sandbox.key, dialect="perfectpanel") as other:
        panels = {
            "one": PanelSettings(url=desk.sandbox.url, key=SecretStr(f"plain:{desk.sandbox.key}")),
            "two": PanelSettings(
                url=other.url,
                key=SecretStr(f"plain:{other.key}"),
                preset="perfectpanel",
                currency=other.shop.currency,
            ),
        }
        month = Month(desk, panel_url=None, panel_key=None, panels=panels)
        month.submit(rows(3), "one")
        month.submit(rows(2, first=11), "two")
        found = month.close().accounts
    assert [(each.currency, each.orders, str(each.unexplained)) for each in found] == [
        (shop.currency, count, "0")
        for _, shop, count in sorted(((desk.sandbox.url, desk.sandbox.shop, 3), (other.url, other.shop, 2)))
    ]


@pytest.fixture
def say(desk, monkeypatch, capsys):
    """Run a command within this process: starting one takes longer than all it does."""
    for name in [name for name in os.environ if name.startswith("BULKORDERS_")]:
        monkeypatch.delenv(name)
    for name, value in desk.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("BULKORDERS_TIMEZONE", UTC)
    monkeypatch.chdir(desk.folder)

    def say_(*arguments):
        capsys.readouterr()
        code = run(arguments)
        shown = capsys.readouterr()
        return Ended(code, shown.out, shown.err)

    return say_


@dataclass
class Ended:
    """What a command ended with."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        """The one object on standard output."""
        return json.loads(self.out)


@pytest.fixture
def close(month, say):
    """Close the month that is not over, of an account with one run of three orders."""
    month.submit(rows(3))
    return lambda *more: say("close", "--month", f"{datetime.now(ZoneInfo(UTC)):%Y-%m}", *more)


def test_the_command_tells_all_of_it_as_json(desk, close):
    """Amounts are texts, the equation can be checked by anybody, and the files are named."""
    ended = close("--json")
    assert (ended.code, ended.err) == (0, "")
    told = ended.json
    account = told["accounts"][0]
    assert (told["schema"], told["so_far"], account["currency"]) == (1, True, "VND")
    parts = [Decimal(account[name]) for name in ("opening", "top_ups", "other", "refunds")]
    left = sum(parts) - Decimal(account["charges"]) - Decimal(account["closing"])
    assert left == Decimal(account["unexplained"]) == 0
    assert [each["id"] for each in account["campaigns"]] == ["sheet1"]
    assert (desk.folder / told["statement"]).exists()
    assert (desk.folder / told["lines"]).exists()


def test_the_command_speaks_in_eighty_columns(close):
    """A table for people, that says so far."""
    ended = close()
    assert ended.code == 0, ended.err
    assert "so far" in ended.out
    assert "Opening balance" in ended.out
    tables = [line for line in ended.out.splitlines() if not line.endswith(".") and ":" not in line]
    assert max(map(len, tables)) <= 80


def test_nothing_is_recorded_by_it(desk, close):
    """Closing changes not a byte of the journal, and with --ask neither."""
    journal = desk.folder / "home" / "journal.sqlite"
    before = journal.read_bytes()
    assert close().code == 0
    desk.sandbox.shop.top_up("1000")
    ended = close("--ask", "--json")
    assert ended.json["accounts"][0]["top_ups"] == "1000"
    assert journal.read_bytes() == before


def test_unexplained_money_ends_with_six(desk, month, close):
    """A scheduler sees that a person is needed; the sentence names readings and runs."""
    desk.sandbox.shop.spend("12.5")
    month.submit(rows(3, first=11))
    ended = close()
    assert ended.code == 6
    assert "12.5 VND more is gone" in ended.out
    assert "somebody else" in ended.out


def test_money_is_entered_and_taken_back(desk, month, close, say):
    """An entry is kept as it is; its opposite undoes it; the payment it tells of is not counted twice."""
    desk.sandbox.shop.top_up("100")
    month.submit(rows(3, first=11))
    for amount in ("1000", "-1000", "100"):
        ended = say("journal", "enter", "--top-up", amount, "--note", "=bank", "--json")
        assert ended.code == 0, ended.err
    assert ended.json["entered"]["currency"] == "VND"
    account = close("--json").json["accounts"][0]
    assert (account["top_ups"], account["unexplained"]) == ("100", "0")
    assert {each["deduced"] for each in account["paid_in"]} == {False}


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        (("close", "--month", "2026-13"), 2, "2026-13"),
        (("close", "--month", "9000-01"), 2, "9000-01"),
        (("close", "--account", "nowhere.example.com"), 2, "nowhere.example.com"),
        (("close", "--out", "statement.txt"), 2, "statement.txt"),
        (("journal", "enter", "--top-up", "1", "--other", "2"), 2, "Exactly one"),
        (("journal", "enter", "--top-up", "1,5"), 2, "1,5"),
        (("journal", "enter", "--top-up", "1", "--at", "yesterday"), 2, "yesterday"),
    ],
)
def test_what_can_not_be_done_is_said(say, arguments, code, named):
    """Each bad call has its sentence, and changes nothing."""
    ended = say(*arguments)
    assert (ended.code, ended.out) == (code, "")
    assert named in ended.err


def test_another_currency_than_the_account_s_is_refused(close, say):
    """Amounts of two currencies are never added."""
    ended = say("journal", "enter", "--top-up", "5", "--currency", "USD")
    assert ended.code == 2
    assert "VND" in ended.err


def test_a_file_that_is_not_ours_is_not_written_over(desk, close):
    """Neither a workbook of somebody else, nor a CSV."""
    mine = desk.folder / "mine.xlsx"
    openpyxl.Workbook().save(mine)
    before = mine.read_bytes()
    ended = close("--out", "mine.xlsx")
    assert (ended.code, mine.read_bytes()) == (4, before)
    assert close("--out", "books.xlsx").code == 0
    assert close("--out", "books.xlsx").code == 0
    (desk.folder / "books.csv").write_text("notes\n", encoding="utf-8")
    assert close("--out", "books.xlsx").code == 4


def test_the_statement_holds_text_as_text_and_amounts_as_numbers(desk, month, say):
    """A campaign named like a formula is text in both files; charges are numbers; a line has its date."""
    sheet = desk.sheet([("1", "https://example.com/post/1", 1000)])
    month.run(story.submit(Options(sheet=sheet, yes=True, campaign="=1+1"), month.settings, Quiet(yes=True)))
    assert say("close", "--month", f"{datetime.now(ZoneInfo(UTC)):%Y-%m}", "--out", "s.xlsx").code == 0
    with closing(openpyxl.load_workbook(desk.folder / "s.xlsx")) as book:
        assert book.sheetnames[:5] == ["Summary", "Campaigns", "Services", "Ledger", "Unexplained"]
        cell = book["Campaigns"]["A2"]
        assert (cell.value, cell.data_type) == ("=1+1", "s")
        ledger = list(book["Ledger"].iter_rows(min_row=2, values_only=True))
        assert [(row[1], row[2], row[3]) for row in ledger] == [
            ("Estimate", None, 2.5),
            ("Charge", 2.5, None),
        ]
        assert isinstance(ledger[0][0], datetime)
        assert isinstance(ledger[1][6], str)
        assert len(book["Summary"]._charts) == 3  # noqa: SLF001 - openpyxl tells of charts nowhere else
    with (desk.folder / "s.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["campaign"] for line in lines] == ["'=1+1"] * 2
    assert [line["amount"] for line in lines] == ["2.5", "2.5"]
