"""The books of whole runs, closed over a real socket, with each fault of the panel that moves the money."""

import asyncio

import openpyxl
import pytest

from bulkorders.journal.opening import open_journal
from bulkorders.model.outcomes import Outcome, Verdict
from bulkorders.sandbox import Fault


def rows(count, first=1):
    """Return so many rows, each at a price of its own."""
    return [
        ("1", f"https://example.com/post/{number}", 1000 + number) for number in range(first, first + count)
    ]


def age(desk, minutes):
    """Let so many minutes pass."""
    desk.age_journal(seconds=60 * minutes)


def submit(desk, sheet, *more):
    """Run submit, one order after the other, and return how it ended."""
    return desk.run("submit", sheet, "--yes", "--concurrency", "1", "--json", *more)


def books(ended):
    """Return what is unexplained, and the rows it could be."""
    told = ended.json["money"][0]
    return told["unexplained"], told["unexplained_rows"]


def to_fix(desk, name):
    """Return the links in the worksheet To fix."""
    book = openpyxl.load_workbook(desk.folder / f"{name}.results.xlsx")
    links = [row[1] for row in book["To fix"].iter_rows(min_row=2, values_only=True)]
    book.close()
    return links


@pytest.fixture
def known(desk):
    """Return a desk with two earlier runs whose books closed."""
    for name in ("one", "two"):
        sheet = desk.sheet(rows(3, first=100 if name == "one" else 200), f"{name}.csv")
        ended = submit(desk, sheet)
        assert (ended.code, books(ended)) == (0, ("0", [])), ended.out + ended.err
    age(desk, 60)
    return desk


@pytest.fixture
def doubtful(known):
    """Return a function that places four orders around one whose answer is lost, a good while ago."""

    def lose(when):
        known.sandbox.faults.set([Fault(kind="none", times=2), Fault(kind="close", when=when)])
        sheet = known.sheet(rows(5), "three.csv")
        ended = submit(known, sheet)
        assert (ended.code, ended.states()[2]) == (5, "in_doubt"), ended.out + ended.err
        assert books(ended) == ("0", [])
        return sheet

    return lose


def auto(desk):
    """Run resolve --auto and return how it ended, with what is said of each order left in doubt."""
    ended = desk.run("resolve", "--auto", "--json")
    return ended, [each["verdict"]["said"] for each in ended.json["in_doubt"]]


def test_an_order_that_was_never_sold_is_ruled_out_by_the_balance_and_sent_once(known, doubtful):
    """In a quiet account an order whose money is not gone is ready again, and the next submit places it."""
    sheet = doubtful("before")
    age(known, 20)
    ended, left = auto(known)
    assert (ended.code, left) == (0, []), ended.out
    assert ended.json["settled"][0]["verdict"] == {"said": "not_placed", "why": "no_money_gone"}
    again = submit(known, sheet)
    assert (again.code, again.states()) == (0, ["placed"] * 5), again.out + again.err
    links = [order["link"] for order in known.sold()]
    assert len(links) == len(set(links)) == 11


def test_an_order_whose_money_is_gone_stays_in_doubt_and_is_never_sent_again(known, doubtful):
    """The verdict is that it was paid; only a person who gives its id settles it."""
    sheet = doubtful("after")
    age(known, 20)
    ended, left = auto(known)
    assert (ended.code, left) == (5, ["paid"]), ended.out
    told = known.run("resolve", "--auto")
    assert "its money is gone" in told.out
    assert submit(known, sheet).code == 5
    assert len(known.sold()) == 11


def test_an_order_that_the_panel_calls_open_is_not_ruled_out_again(known, doubtful):
    """Ruled out, sent again and refused since one is open for its link: the balance has no say any more."""
    doubtful("before")
    age(known, 20)
    assert auto(known)[0].code == 0
    refusal = Fault(kind="error", text="You have active order with this link. Please wait")
    known.sandbox.faults.set([refusal])
    ended = submit(known, known.sheet(rows(9), "three.csv"))
    assert (ended.code, ended.states()[2]) == (5, "in_doubt"), ended.out
    age(known, 20)
    ended, left = auto(known)
    assert (left, ended.json["in_doubt"][0]["verdict"]["why"]) == (["cannot_tell"], "link_open")


def test_nothing_is_ruled_out_soon(known, doubtful):
    """Right after the run nobody can tell, and from when on is said."""
    doubtful("before")
    assert "run this again after 20" in known.run("resolve", "--auto").out
    ended, left = auto(known)
    assert (ended.code, left, ended.json["in_doubt"][0]["verdict"]["why"]) == (
        5,
        ["cannot_tell"],
        "too_early",
    )


def test_doubts_of_a_first_run_are_told_apart_by_the_readings_between_them(desk):
    """Four answers lost, four orders at once, on an account nothing is known of: each is told from its own pause."""
    faults = [Fault(kind="none", times=3)]
    for when in ("before", "after", "before", "after"):
        faults += [Fault(kind="close", when=when), Fault(kind="none", times=6)]
    desk.sandbox.faults.set(faults)
    sheet = desk.sheet(
        [("1", f"https://example.com/post/{row}", 1000 + 10 * row) for row in range(30)], "first.csv"
    )
    ended = desk.run("submit", sheet, "--yes", "--concurrency", "4", "--json")
    assert (ended.code, ended.states().count("in_doubt")) == (5, 4), ended.out + ended.err
    age(desk, 20)
    ended, left = auto(desk)
    assert (ended.code, left, len(ended.json["settled"])) == (5, ["paid", "paid"], 2), ended.out
    again = desk.run("submit", sheet, "--yes", "--json")
    assert again.states().count("placed") == 28
    assert len(desk.sold()) == 30


@pytest.mark.parametrize("moved", ["spend", "top_up"])
def test_a_balance_that_moved_by_itself_proves_nothing(known, doubtful, moved):
    """Another user's spending or a payment after the run: nobody can tell, and the next run says what moved."""
    sheet = doubtful("before")
    getattr(known.sandbox.shop, moved)("2.51")
    age(known, 20)
    ended, left = auto(known)
    assert (ended.code, left, ended.json["in_doubt"][0]["verdict"]["why"]) == (5, ["cannot_tell"], "moved")
    assert len(known.sold()) == 10
    assert submit(known, sheet).code == 5


def test_a_panel_that_charges_late_proves_nothing(known, doubtful):
    """Where the charges of other orders are not in the balance yet, an order's missing one says nothing."""
    known.sandbox.shop.charge(late=3_000)
    known.sandbox.faults.set([Fault(kind="none", times=2), Fault(kind="close", when="after")])
    sheet = known.sheet(rows(5), "three.csv")
    ended = submit(known, sheet)
    assert ended.states()[2] == "in_doubt"
    assert books(ended)[0].startswith("-")
    age(known, 20)
    _, left = auto(known)
    known.sandbox.shop.advance(3_001)
    age(known, 40)
    _, later = auto(known)
    assert (left, later) == (["cannot_tell"], ["cannot_tell"])
    assert len(known.sold()) == 11


def test_a_tax_on_top_is_told_in_the_charges_and_closes(desk):
    """Charges above the estimates leave nothing unexplained, and are pointed out with both amounts."""
    ended = submit(desk, desk.sheet(rows(2), "plain.csv"))
    assert ended.json["notes"] == []
    desk.sandbox.shop.charge(tax="0.1")
    ended = submit(desk, desk.sheet(rows(3, first=10)))
    assert (ended.code, books(ended)) == (0, ("0", []))
    assert any(
        "charged 8.34075 VND for orders that were estimated at 7.5825 VND" in note
        for note in ended.json["notes"]
    ), ended.json["notes"]


def test_an_order_sold_twice_is_named_with_its_amount(desk):
    """A panel that sells twice for one request: the amount, and the row it could be."""
    desk.sandbox.faults.set([Fault(kind="none"), Fault(kind="twice")])
    ended = submit(desk, desk.sheet(rows(3)))
    assert (ended.code, books(ended)) == (0, ("2.505", [3]))
    assert "sold twice" in ended.err


def test_a_refused_order_waits_for_the_books_before_it_is_to_be_put_right(desk):
    """Where charges come late a refused row is not in To fix; once they are there, it is."""
    desk.sandbox.shop.charge(late=3_000)
    desk.sandbox.faults.set([Fault(kind="none"), Fault(kind="error", text="Bad link")])
    sheet = desk.sheet(rows(3), "late.csv")
    ended = submit(desk, sheet)
    assert (ended.code, ended.states(), books(ended)[1]) == (6, ["placed", "rejected", "placed"], [2, 4])
    assert to_fix(desk, "late") == []
    desk.run("refresh", "--all", "--json")
    assert to_fix(desk, "late") == []
    desk.sandbox.shop.advance(3_001)
    later = desk.run("refresh", sheet, "--json")
    assert "fell by" in later.err
    assert to_fix(desk, "late") == ["https://example.com/post/2"]


def test_a_refused_order_that_is_charged_late_is_in_doubt_when_the_books_show_it(desk):
    """Charged late and answered with an error: in doubt at the next refresh, and never in To fix."""
    desk.sandbox.shop.charge(late=3_000)
    desk.sandbox.faults.set([Fault(kind="none"), Fault(kind="error", text="Bad link", when="after")])
    sheet = desk.sheet(rows(3), "late.csv")
    assert submit(desk, sheet).states() == ["placed", "rejected", "placed"]
    desk.sandbox.shop.advance(3_001)
    later = desk.run("refresh", sheet, "--json")
    assert (later.code, later.states()) == (5, ["placed", "in_doubt", "placed"])
    assert "https://example.com/post/2" not in to_fix(desk, "late")


def test_an_order_ruled_out_that_turns_up_raises_an_alarm(desk):
    """Its late answer makes it placed; the report names it, and the exit code calls for a person."""
    desk.sandbox.faults.set([Fault(kind="close", when="after")])
    sheet = desk.sheet(rows(2))
    assert submit(desk, sheet).code == 5
    key = desk.run("resolve", "--json").json["in_doubt"][0]["key"]
    age(desk, 20)
    assert desk.run("resolve", "--not-placed", key, "--reason", "not in the list").code == 0
    asyncio.run(_late(desk, key))
    ended = desk.run("refresh", sheet, "--json")
    codes = [problem["code"] for order in ended.json["orders"] for problem in order["problems"]]
    assert (ended.code, codes) == (6, ["order.turned_up"]), ended.out
    assert "turned up" in desk.run("refresh", sheet).out


async def _late(desk, key):
    """Record the answer that had been lost."""
    journal = await open_journal(desk.folder / "home" / "journal.sqlite")
    attempt = (await journal.attempts(key))[-1].id
    found = Outcome(Verdict.ACCEPTED, order_ids=(desk.sandbox.shop.orders[0].id,), http_status=200)
    await journal.record(attempt, found)
    await journal.close()
