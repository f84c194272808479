"""The exports for QuickBooks and Xero: an account's statement, as they want it."""

import csv
import io
from dataclasses import replace
from decimal import Decimal

import pytest

from bulkorders.accounting.exports import quickbooks, xero
from bulkorders.model import money


def rows(made):
    """Return the rows of one file, header first."""
    assert not made.content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(made.content.decode(), newline="")))


@pytest.mark.parametrize(("form", "at"), [(quickbooks, 2), (xero, 1)])
def test_each_account_and_currency_has_a_file_with_the_ledgers_sum(maker, form, at):
    """Nothing is mixed, no memorandum counts, and spending is below zero."""
    lines = maker.lines(*maker.mixed)
    found = form.made(lines, maker.terms(lines))
    sums = {made.part: money.total(Decimal(row[at]) for row in rows(made)[1:]) for made in found}
    assert sums == {
        "-panel.example.com-api-v2-VND": Decimal("-801.50"),
        "-other.example.com-api-client-2-USD": Decimal("-0.0000001"),
        "-panel.example.com-api-v2-EUR": Decimal("-12345678901234567890.12345678"),
        "-third.example.com-api": Decimal(-3),
    }


def test_three_columns_of_quickbooks(maker):
    """Date, Description, Amount; the description ends with the line's id."""
    lines = maker.lines(*maker.mixed[:3])
    (made,) = quickbooks.made(lines, maker.terms(lines, dates="mdy"))
    header, first, *_ = rows(made)
    assert header == ["Date", "Description", "Amount"]
    told = "Charge, order 99991, Likes, 500 pieces, campaign october"
    assert first == ["10/06/2026", f"{told} [{maker.mixed[0].id}]", "-1.25"]


def test_four_columns_of_quickbooks_leave_blanks(maker):
    """Spending is a debit, what comes back a credit; the other of the two is blank, never 0."""
    lines = maker.lines(*maker.mixed[:5])
    (made, _) = quickbooks.made(lines, maker.terms(lines, columns=4))
    assert [row[2:] for row in rows(made)] == [
        ["Credit", "Debit"], ["", "1.25"], ["", "2500.5"], ["1000.25", ""], ["700", ""],
    ]  # fmt: skip


def test_a_line_of_nothing_is_left_out(maker):
    """QuickBooks takes no zero."""
    lines = maker.lines(maker.entry(1, "0"), maker.entry(2, "1"))
    (made,) = quickbooks.made(lines, maker.terms(lines))
    assert [row[2] for row in rows(made)] == ["Amount", "-1"]


def test_files_stay_below_quickbooks_limit(maker):
    """Numbered parts below 350,000 bytes with a header each, which together are all lines in their order."""
    lines = maker.lines(*(maker.entry(number, f"{number}.01") for number in range(1, 7001)))
    found = quickbooks.made(lines, maker.terms(lines))
    assert [made.part for made in found] == ["-1", "-2", "-3"]
    assert all(len(made.content) < 350_000 for made in found)
    assert len(found[0].content) > 349_000
    told = [row for made in found for row in rows(made)[1:]]
    assert [row[2] for row in told] == [f"-{number}.01" for number in range(1, 7001)]
    assert sum(made.lines for made in found) == 7000


def test_a_row_as_long_as_the_limit_allows_is_alone_in_its_file(maker):
    """Descriptions are cut, so no row is near the limit by itself."""
    lines = maker.lines(*(replace(maker.entry(number), note="x" * 400_000) for number in (1, 2)))
    (made,) = quickbooks.made(lines, maker.terms(lines))
    assert len(made.content) < 1000
    assert made.content.count(b"x\xe2\x80\xa6 [") == 2


def test_xero_has_its_columns(maker):
    """Date, Amount, Payee, Description, Reference: the reference is the line's id."""
    lines = maker.lines(*maker.mixed[:1])
    (made,) = xero.made(lines, maker.terms(lines, dates="dmy"))
    header, first = rows(made)
    assert header == ["Date", "Amount", "Payee", "Description", "Reference"]
    told = "Charge, order 99991, Likes, 500 pieces, campaign october"
    assert first == ["06/10/2026", "-1.25", "panel.example.com", told, maker.mixed[0].id]


@pytest.mark.parametrize("form", [quickbooks, xero])
def test_no_text_breaks_out_of_its_cell(maker, form):
    """Every row has its columns on one line, and no text of theirs is a formula."""
    lines = maker.lines(*maker.nasty_entries())
    (made,) = form.made(lines, maker.terms(lines))
    found = rows(made)
    assert {len(row) for row in found} == {len(found[0])}
    assert made.content.count(b"\r\n") == len(lines) + 1
    assert made.content.count(b"\n") == len(lines) + 1


@pytest.mark.parametrize("form", [quickbooks, xero])
def test_nothing_to_export_is_a_header_alone(maker, form):
    """An empty ledger is one file without rows."""
    (made,) = form.made([], maker.terms([]))
    assert (made.part, len(rows(made))) == ("", 1)
