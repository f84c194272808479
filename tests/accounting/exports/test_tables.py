"""The formats that carry everything: CSV, a workbook, JSON Lines and Parquet, each read back by another hand."""

import csv
import io
import json
import sys
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from pyarrow import parquet as arrow

from bulkorders.accounting.exports import delimited, json_lines, parquet, workbook
from bulkorders.accounting.exports.lines import Markups
from bulkorders.errors import CallError
from bulkorders.model import money

FORMATS = {"csv": delimited, "xlsx": workbook, "jsonl": json_lines, "parquet": parquet}


def content(form, lines, terms):
    """Return the bytes of the one file."""
    (made,) = form.made(lines, terms)
    assert made.lines == len(lines)
    return made.content


def read_csv(told, delimiter=",", decimal="."):
    """Return the rows of a CSV by the names of the columns, amounts as numbers."""
    rows = csv.DictReader(io.StringIO(told.decode("utf-8-sig"), newline=""), delimiter=delimiter)
    return [{**row, "amount": Decimal(row["amount"].replace(decimal, "."))} for row in rows]


def read_xlsx(told):
    """Return the rows of the worksheet Ledger, amounts as numbers."""
    book = openpyxl.load_workbook(io.BytesIO(told))
    header, *rows = book["Ledger"].iter_rows(values_only=True)
    named = [dict(zip(header, row, strict=True)) for row in rows]
    return [{**row, "amount": Decimal(str(row["amount"]))} for row in named]


def read_jsonl(told):
    """Return the objects, amounts as numbers."""
    found = [json.loads(line) for line in told.decode().splitlines()]
    return [{**row, "amount": Decimal(row["amount"])} for row in found]


def read_parquet(told):
    """Return the rows."""
    return arrow.read_table(io.BytesIO(told)).to_pylist()


READ = {"csv": read_csv, "xlsx": read_xlsx, "jsonl": read_jsonl, "parquet": read_parquet}


def sums(rows):
    """Return what moved, by account and currency."""
    found = {}
    for row in rows:
        if row["moved"] in ("yes", True):
            place = (row["account"], row["currency"] or "")
            found[place] = money.total((found.get(place), row["amount"]))
    return found


@pytest.mark.parametrize("name", FORMATS)
def test_sums_read_back_equal_the_ledger(maker, name):
    """To the last digit, each account and currency for itself, memoranda left out by their column `moved`."""
    lines = maker.lines(*maker.mixed)
    rows = READ[name](content(FORMATS[name], lines, maker.terms(lines)))
    assert sums(rows) == maker.moved(maker.mixed)
    assert [row["id"] for row in rows] == [entry.id for entry in maker.mixed]
    assert [row["kind"] for row in rows][-4:] == ["estimate", "in_doubt", "charge", "charge"]


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_lines_are_the_same_bytes(maker, name):
    """Made twice, a file does not differ in a byte."""
    lines = maker.lines(*maker.mixed)
    assert content(FORMATS[name], lines, maker.terms(lines)) == content(
        FORMATS[name], list(lines), maker.terms(lines)
    )


@pytest.mark.parametrize("name", FORMATS)
def test_imported_twice_by_id_nothing_is_added(maker, name):
    """A longer export has the lines of the shorter one under the ids they had: by id, only the new ones are new."""
    shorter, longer = (maker.lines(*maker.mixed[:count]) for count in (5, 9))
    first, second = (
        READ[name](content(FORMATS[name], lines, maker.terms(lines))) for lines in (shorter, longer)
    )
    books = {row["id"]: row for row in [*first, *second, *second]}
    assert list(books.values()) == second


@pytest.mark.parametrize("name", FORMATS)
def test_an_empty_ledger_is_a_file_with_columns_alone(maker, name):
    """Nothing to export is no error."""
    assert READ[name](content(FORMATS[name], [], maker.terms([]))) == []


def test_a_csv_opens_where_commas_are_decimal(maker):
    """With BOM, semicolons, decimal commas and days first it is what Excel expects in Hanoi or Berlin."""
    lines = maker.lines(*maker.mixed)
    told = content(delimited, lines, maker.terms(lines, delimiter=";", decimal=",", dates="dmy"))
    assert told.startswith(b"\xef\xbb\xbfid;date;")
    rows = read_csv(told, ";", ",")
    assert sums(rows) == maker.moved(maker.mixed)
    assert (rows[0]["date"], told.count(b"-2500,5")) == ("06/10/2026", 1)


def test_no_cell_of_a_csv_is_a_formula(maker):
    """Whatever a person or a panel wrote, no cell but an amount begins with a sign that a spreadsheet runs."""
    lines = maker.lines(*maker.nasty_entries())
    told = content(delimited, lines, maker.terms(lines))
    rows = list(csv.reader(io.StringIO(told.decode("utf-8-sig"), newline="")))
    header = rows[0]
    assert len(rows) == len(maker.nasty) + 1
    assert {len(row) for row in rows} == {len(header)}
    for row in rows[1:]:
        for name, cell in zip(header, row, strict=True):
            assert name == "amount" or not cell.lstrip(" ").startswith(tuple("=+-@\t\r＝")), cell
    assert [row[header.index("amount")] for row in rows[1:3]] == ["-1.5", "-2.5"]
    assert rows[1][header.index("client")] == "'=1+1"


def test_no_cell_of_a_workbook_is_a_formula(maker):
    """Texts are text cells that keep their letters, marked as text also for whoever edits them; amounts are numbers."""
    lines = maker.lines(*maker.nasty_entries())
    book = openpyxl.load_workbook(io.BytesIO(content(workbook, lines, maker.terms(lines))))
    found = [cell for row in book["Ledger"].iter_rows() for cell in row]
    assert {cell.data_type for cell in found} <= {"s", "n", "d"}
    client = next(cell for cell in found if cell.value == "=1+1")
    assert (client.data_type, client.quotePrefix) == ("s", True)
    amount = next(cell for cell in found if cell.value == -1.5)
    assert amount.data_type == "n"


def test_a_workbook_keeps_accounts_and_currencies_apart(maker):
    """The worksheet Totals has a row for each account, currency and kind, and adds none to another."""
    lines = maker.lines(*maker.mixed)
    book = openpyxl.load_workbook(io.BytesIO(content(workbook, lines, maker.terms(lines))))
    rows = list(book["Totals"].iter_rows(min_row=2, values_only=True))
    assert ("panel.example.com/api/v2", "VND", "charge", "moved", 2, -2501.75) in rows
    assert ("panel.example.com/api/v2", "VND", "refund", "moved", 1, 1000.25) in rows
    assert ("panel.example.com/api/v2", "VND", "in_doubt", "memorandum", 1, -9.75) in rows
    assert len(rows) == 8


def test_an_amount_no_float_can_hold_stays_whole_in_a_workbook(maker):
    """Fifteen digits are a number; more stand as text rather than rounded."""
    lines = maker.lines(maker.entry(1, "12345678901234567890.12345678"), maker.entry(2, "0.1"))
    book = openpyxl.load_workbook(io.BytesIO(content(workbook, lines, maker.terms(lines))))
    assert [row[5].value for row in book["Ledger"].iter_rows(min_row=2)] == [
        "-12345678901234567890.12345678",
        -0.1,
    ]


def test_parquet_has_exact_decimals_and_times_with_a_zone(maker):
    """Amounts are decimal128, days dates, times UTC; a file of other amounts has the same schema."""
    first, second = (
        arrow.read_table(io.BytesIO(content(parquet, lines, maker.terms(lines))))
        for lines in (maker.lines(maker.entry(1)), maker.lines(maker.entry(2, "2500.000001")))
    )
    assert first.schema == second.schema
    kinds = {
        name: str(first.schema.field(name).type) for name in ("amount", "at", "date", "quantity", "moved")
    }
    assert kinds == {
        "amount": "decimal128(38, 18)", "at": "timestamp[us, tz=UTC]", "date": "date32[day]",
        "quantity": "int64", "moved": "bool",
    }  # fmt: skip
    (row,) = first.to_pylist()
    assert (row["amount"], row["date"]) == (Decimal("-1.25"), date(2026, 10, 6))
    assert row["at"] == datetime(2026, 10, 6, 8, 0, 0, 1, tzinfo=UTC)


def test_parquet_makes_room_for_longer_amounts_and_says_where_there_is_none(maker):
    """An amount with 30 decimals is kept whole; one that no decimal holds is an error that names its line."""
    (row,) = read_parquet(
        content(parquet, lines := maker.lines(maker.entry(1, f"1.{'1' * 30}")), maker.terms(lines))
    )
    assert row["amount"] == Decimal(f"-1.{'1' * 30}")
    too_long = maker.lines(maker.entry(2), maker.entry(1, f"1.{'1' * 50}"))
    with pytest.raises(CallError) as refused:
        parquet.made(too_long, maker.terms(too_long))
    assert (refused.value.code, refused.value.facts["line"]) == ("export.too_long", too_long[1].entry.id)


def test_without_pyarrow_parquet_says_what_to_install(maker, monkeypatch):
    """The extra that is missing is named, and it is an error of the call."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(CallError) as refused:
        parquet.made([], maker.terms([]))
    assert (refused.value.code, refused.value.exit_code) == ("export.no_pyarrow", 2)


def test_json_lines_are_one_line_each_for_any_reader(maker):
    """Separators that some readers take for line ends are written out, and texts come back as they were."""
    entries = maker.nasty_entries()
    lines = maker.lines(*entries)
    told = content(json_lines, lines, maker.terms(lines)).decode()
    assert len(told.splitlines()) == len(entries)
    assert [json.loads(line)["client"] for line in told.splitlines()] == [entry.client for entry in entries]


@pytest.mark.parametrize("name", ["csv", "xlsx", "jsonl", "parquet"])
def test_an_amount_of_forty_digits_loses_none(maker, name):
    """Turned round to the account's view, an amount longer than a computer's usual decimals is what it was."""
    digits = "1234567890123456789012345678.123456789012"
    lines = maker.lines(maker.entry(1, digits))
    (row,) = READ[name](content(FORMATS[name], lines, maker.terms(lines)))
    assert row["amount"] == Decimal(f"-{digits}")


def test_a_workbook_says_a_fixed_day_of_making(maker):
    """Or the same lines would be another file a second later."""
    book = openpyxl.load_workbook(io.BytesIO(content(workbook, maker.lines(), maker.terms([]))))
    assert (book.properties.created, book.properties.modified) == (datetime(2026, 1, 1), datetime(2026, 1, 1))  # noqa: DTZ001 - a workbook's times have no zone


def test_what_is_not_known_is_null_or_blank(maker):
    """A line without a note, client or order id has nothing there, in JSON null."""
    lines = maker.lines(maker.entry(1, note="", client="", order_id=None))
    told = json.loads(content(json_lines, lines, maker.terms(lines)))
    assert [told[name] for name in ("note", "client", "order_id")] == [None] * 3
    (row,) = read_csv(content(delimited, lines, maker.terms(lines)))
    assert [row[name] for name in ("note", "client", "order_id")] == [""] * 3


def test_a_workbook_has_what_each_client_is_to_pay(maker):
    """Where markups are set, the worksheet Bills has a row for each client and currency, refunds taken off."""
    lines = maker.lines(
        maker.entry(1, "10", client="B"), maker.entry(2, "20", client="A"), maker.entry(3, "-5", client="A"),
        maker.entry(4, "7", client="A", currency="USD"), maker.entry(5, "100"),
        markups=Markups({}, Decimal(20)),
    )  # fmt: skip
    book = openpyxl.load_workbook(io.BytesIO(content(workbook, lines, maker.terms(lines, bills=True))))
    assert list(book["Bills"].iter_rows(values_only=True)) == [
        ("client", "currency", "lines", "bill"), ("A", "USD", 1, 8.4), ("A", "VND", 2, 18), ("B", "VND", 1, 12),
    ]  # fmt: skip
    plain = openpyxl.load_workbook(io.BytesIO(content(workbook, lines, maker.terms(lines))))
    assert "Bills" not in plain.sheetnames
