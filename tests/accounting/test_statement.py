"""The statement as a file: what its cells hold, and that text in it is never a formula."""

from contextlib import closing
from decimal import Decimal
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from bulkorders.accounting.closing import Material, close
from bulkorders.accounting.months import month_of
from bulkorders.accounting.statement import write_lines, write_statement
from bulkorders.accounting.statement.lines import guarded
from bulkorders.accounting.tracing import Known
from bulkorders.errors import GuardError


@pytest.fixture
def books(office):
    """Close the office's October on the clock of Hà Nội."""

    def books_():
        journal = office.journal
        orders = {one.key: one for one in office.run(journal.submissions())}
        entered, readings = office.run(journal.entered()), office.run(journal.readings())
        material = Material(journal.id, office.ledger(), readings, entered, Known(orders))
        month = month_of("2026-10", ZoneInfo("Asia/Ho_Chi_Minh"))
        return close(month, material, now="2026-11-09T00:00:00+00:00")

    return books_


def rows(path, sheet):
    """Return the values of a worksheet below its header."""
    with closing(openpyxl.load_workbook(path)) as book:
        return [row for row in book[sheet].iter_rows(min_row=2, values_only=True) if any(row)]


def test_the_summary_shows_the_equation(office, books, tmp_path):
    """Each line of it, and the reading from which a balance follows."""
    office.read("100")
    office.place(office.order(1), charge=Decimal("1.25"))
    office.read("95", moment="end")
    path = write_statement(tmp_path / "s.xlsx", books())
    told = {row[1]: row[4] for row in rows(path, "Summary")}
    names = ("Opening balance", "Charges", "Refunds", "Closing balance", "Unexplained")
    assert [told[name] for name in names] == [100, 1.25, 0, 95, 3.75]
    assert rows(path, "Unexplained")[0][0] == 3.75


def test_what_is_not_known_is_said(office, books, tmp_path):
    """Without a reading there is a word, and no zero."""
    office.place(office.order(1), charge=Decimal("1.25"))
    path = write_statement(tmp_path / "s.xlsx", books())
    told = {row[1]: row[4] for row in rows(path, "Summary")}
    assert [told[name] for name in ("Opening balance", "Closing balance", "Unexplained")] == ["not known"] * 3
    assert "not known" in rows(path, "Unexplained")[0][0]


def test_the_ledger_comes_to_what_the_balance_fell_by(office, books, tmp_path):
    """Charges, refunds and payments, those deduced too, on the clock of the zone."""
    office.on(2026, 10, 5, 20)
    office.read("100")
    office.place(office.order(1), charge=Decimal("1.25"))
    office.on(2026, 10, 9, 20)
    office.read("148.75", run="r2")
    path = write_statement(tmp_path / "s.xlsx", books())
    lines = rows(path, "Ledger")
    assert sum(row[2] for row in lines if row[2] is not None) == -48.75
    assert [row[0].day for row in lines] == [6, 6, 10]
    assert lines[-1][12] == "deduced: the balance rose by as much"


def test_an_amount_longer_than_a_workbook_holds_is_text(office, books, tmp_path):
    """Digits are never lost: beyond fifteen of them the amount stands as text."""
    office.place(office.order(1), charge=Decimal("12345678901.2345678"))
    path = write_statement(tmp_path / "s.xlsx", books())
    assert rows(path, "Ledger")[1][2] == "12345678901.2345678"


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@a", "\t=1", "\r=1", "  =1", "＝1", "＋1", "－1", "＠a"]
)
def test_what_looks_like_a_formula_is_guarded(text):
    """A spreadsheet that opens the CSV shows it as text."""
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Likes", "1 - 2", "'", "  a"])
def test_other_texts_stay_as_they_are(text):
    """What is no formula is not touched."""
    assert guarded(text) == text


def test_the_csv_can_be_written_again_and_nothing_else_is_lost(office, books, tmp_path):
    """Its own file is replaced, a stranger's is not."""
    office.place(office.order(1), charge=Decimal("1.25"))
    path = tmp_path / "s.csv"
    write_lines(path, books())
    first = path.read_bytes()
    write_lines(path, books())
    assert path.read_bytes() == first
    path.write_text("mine\n", encoding="utf-8")
    with pytest.raises(GuardError) as caught:
        write_lines(path, books())
    assert caught.value.code == "close.not_ours"


def test_a_folder_that_is_not_there_is_said(books, tmp_path):
    """The error names the statement, not a results workbook."""
    with pytest.raises(GuardError) as caught:
        write_statement(tmp_path / "nowhere" / "s.xlsx", books())
    assert caught.value.code == "close.not_writable"
