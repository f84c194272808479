"""Entries as lines of an export: their day, their sign, the books' currency, and what a client is billed."""

from datetime import UTC, date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bulkorders.accounting.exports.lines import Markups
from bulkorders.accounting.exports.rates import Rates, rates_of
from bulkorders.accounting.exports.table import columns
from bulkorders.errors import SettingsError
from bulkorders.model.entries import EntryKind

TWENTY = Markups({"client a": Decimal(20)}, None)


def only(lines):
    """Return the one line."""
    (line,) = lines
    return line


@pytest.fixture
def csv_of(tmp_path):
    """Give a maker of a file of rates."""

    def write(text):
        path = tmp_path / "rates.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize(("zone", "day"), [(UTC, "2026-10-31"), (ZoneInfo("Asia/Ho_Chi_Minh"), "2026-11-01")])
def test_a_line_has_the_day_of_the_books_time_zone(maker, zone, day):
    """An order of the evening in UTC is of the next month's first day in Hanoi."""
    line = only(maker.lines(maker.entry(1, at="2026-10-31T18:30:00+00:00"), zone=zone))
    assert line.day == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("kind", "amount", "shown"), [("charge", "2.5", "-2.5"), ("refund", "-1", "1"), ("top_up", "-100", "100")]
)
def test_amounts_are_seen_from_the_account(maker, kind, amount, shown):
    """What left it is below zero, what came back or in above."""
    line = only(maker.lines(maker.entry(1, amount, kind=EntryKind(kind))))
    assert line.amount == Decimal(shown)


def test_one_rate_converts_exactly(maker):
    """A price in dong is dollars to the last digit, and no cent is lost by rounding small ones away."""
    rates = Rates("USD", {"": Decimal("0.000039")})
    line = only(maker.lines(maker.entry(1, "2.5"), rates=rates))
    assert (line.rate, line.books) == (Decimal("0.000039"), Decimal("-0.0000975"))


@pytest.mark.parametrize(("amount", "books"), [("0.125", "-0.12"), ("0.135", "-0.14"), ("-0.125", "0.12")])
def test_asked_for_decimals_are_rounded_half_to_even(maker, amount, books):
    """Each line by itself, and a refund is rounded as its charge was, so that they cancel out."""
    line = only(maker.lines(maker.entry(1, amount), rates=Rates("USD", {"VND": Decimal(1)}), digits=2))
    assert f"{line.books}" == books


def test_the_books_own_currency_needs_no_rate(maker):
    """An account in dollars stands in books of dollars as it is, whatever the other rates."""
    line = only(maker.lines(maker.entry(1, currency="usd"), rates=Rates("USD", {"VND": Decimal(2)})))
    assert (line.rate, line.books) == (1, Decimal("-1.25"))


def test_one_rate_serves_one_currency(maker):
    """Dong and euros can't be worth the same: the second is an error that names both."""
    rates = Rates("USD", {"": Decimal("0.5")})
    with pytest.raises(SettingsError) as refused:
        maker.lines(maker.entry(1), maker.entry(2, currency="EUR"), rates=rates)
    assert (refused.value.code, refused.value.facts["first"]) == ("export.rate_currency", "VND")
    assert refused.value.facts["other"] == "EUR"


def test_a_file_of_rates_gives_the_last_one_on_or_before_the_day(maker, csv_of):
    """Weekends take Friday's; days need not be in order."""
    dated = rates_of(csv_of("date,rate\n2026-10-08,0.5\n2026-10-06,0.25\n"))
    rates = Rates("USD", dated=dated)
    found = maker.lines(*(maker.entry(number, "1") for number in (1, 2, 3)), rates=rates)
    assert [(line.day.day, line.rate) for line in found] == [
        (6, Decimal("0.25")), (7, Decimal("0.25")), (8, Decimal("0.5")),
    ]  # fmt: skip


def test_a_day_before_the_first_rate_is_an_error_that_says_where(maker, csv_of):
    """It names the day, the currency, the file and the line that needs it."""
    path = csv_of("date,rate\n2026-10-07,0.5\n")
    rates = Rates("USD", dated=rates_of(path), path=str(path))
    with pytest.raises(SettingsError) as refused:
        maker.lines(entry := maker.entry(1), rates=rates)
    facts = refused.value.facts
    assert refused.value.code == "export.rate_missing"
    assert (facts["day"], facts["currency"], facts["line"]) == ("2026-10-06", "VND", entry.id)
    assert facts["path"] == str(path)


def test_a_file_may_hold_several_currencies_and_decimal_commas(maker, csv_of):
    """With semicolons between the columns the mark of decimals may be a comma, as Excel saves it."""
    dated = rates_of(csv_of("\ufeffDate;Currency;Rate\r\n2026-10-01;vnd;0,5\r\n\r\n2026-10-01;EUR;1,25\r\n"))
    rates = Rates("USD", dated=dated)
    found = maker.lines(maker.entry(1, "1"), maker.entry(2, "1", currency="EUR"), rates=rates)
    assert [line.books for line in found] == [Decimal("-0.5"), Decimal("-1.25")]


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("", 1), ("day,rate\n", 1), ("date,rate\n2026-10-01,0.5\n01/10/2026,1\n", 3), ("date,rate\n2026-10-01,0\n", 2),
        ("date,rate\n2026-10-01,nan\n", 2), ("date,rate\n2026-10-01,1,5\n", 2), ("date,rate\n2026-10-01\n", 2),
        ("date,rate\n2026-10-01,1\n2026-10-01,2\n", 3),
    ],
)  # fmt: skip
def test_a_wrong_file_of_rates_is_refused_with_its_line(csv_of, text, row):
    """Nothing is guessed: neither which of day and month comes first, nor which of two rates is meant."""
    with pytest.raises(SettingsError) as refused:
        rates_of(csv_of(text))
    assert (refused.value.code, refused.value.facts["row"]) == ("export.rates_wrong", row)


def test_rates_that_are_not_there_are_an_error(tmp_path):
    """The missing file is named."""
    with pytest.raises(SettingsError) as refused:
        rates_of(tmp_path / "none.csv")
    assert refused.value.code == "export.rates_unreadable"


def test_a_client_is_billed_with_the_markup(maker):
    """Costs and twenty per cent; a refund is paid back with them; names are compared without case."""
    lines = maker.lines(
        maker.entry(1, "10", client="Client  A"),
        maker.entry(2, "-5", client="CLIENT A", kind=EntryKind.REFUND),
        markups=TWENTY,
    )
    assert [line.bill for line in lines] == [Decimal(12), Decimal(-6)]


def test_a_bill_is_in_the_books_currency_where_there_is_one(maker):
    """It is made of the exact amount, and rounded once."""
    rates = Rates("USD", {"": Decimal("0.001")})
    lines = maker.lines(maker.entry(1, "1004", client="client a"), rates=rates, markups=TWENTY, digits=2)
    (line,) = lines
    assert (line.books, line.bill) == (Decimal("-1.00"), Decimal("1.20"))
    told = {column.name: column.read(line) for column in columns(maker.terms(lines, books="USD", bills=True))}
    assert (told["bill"], told["bill_currency"]) == (Decimal("1.20"), "USD")


@pytest.mark.parametrize(
    ("client", "kind", "markups"),
    [
        ("", "charge", Markups({}, Decimal(5))), ("B", "charge", TWENTY), ("Client A", "top_up", TWENTY),
        ("Client A", "estimate", TWENTY), ("Client A", "charge", None),
    ],
)  # fmt: skip
def test_nobody_is_billed_for_what_is_not_theirs(maker, client, kind, markups):
    """No client, none that is listed, money that is no order's, or no markups at all: no bill."""
    line = only(maker.lines(maker.entry(1, client=client, kind=EntryKind(kind)), markups=markups))
    assert line.bill is None


def test_the_rest_of_the_clients_take_the_default(maker):
    """Who is not listed has the markup for all others."""
    line = only(maker.lines(maker.entry(1, "10", client="B"), markups=Markups({}, Decimal("7.5"))))
    assert line.bill == Decimal("10.75")


def test_columns_of_books_and_bills_stand_only_where_asked_for(maker):
    """Without a rate there is no column for it."""
    plain = [column.name for column in columns(maker.terms([]))]
    more = [column.name for column in columns(maker.terms([], books="USD", bills=True))]
    assert set(more) - set(plain) == {"rate", "books_amount", "books_currency", "bill", "bill_currency"}
