"""Rows parsed while their sheet is still read come to the same as at its end."""

import sys
from dataclasses import replace
from decimal import Decimal
from typing import Any

from bulkorders.model.orders import Sheet
from bulkorders.validation import parsing
from bulkorders.validation.parsing import Parsing


def passed_on(sheet: Sheet, decimal: str | None = None) -> Parsing:
    """Return what has taken the rows of this sheet, in two parts."""
    early = Parsing(decimal)
    early.begin(replace(sheet, rows=()))
    early.take(sheet.rows[:3])
    early.take(sheet.rows[3:])
    return early


def without(sheet: Sheet, field: str) -> Sheet:
    """Return the sheet as if a column of it were not known."""
    return replace(sheet, columns={name: at for name, at in sheet.columns.items() if name != field})


def test_rows_parsed_early_are_parsed_as_at_the_end(desk: Any) -> None:
    """Orders and problems are the same, whichever rows came together."""
    rows = [desk.row(quantity=each) for each in (500, "many", "1.000", None, 2.5, 500, True)]
    sheet = without(desk.sheet(rows), "max_rate")
    assert passed_on(sheet).of(sheet) == parsing.parse(sheet)


def test_other_rows_than_were_taken_are_parsed_at_the_end(desk: Any) -> None:
    """Rows made anew, or more of them, are parsed as they are in the sheet."""
    sheet = without(desk.sheet([desk.row(quantity=each) for each in range(1, 6)]), "max_rate")
    other = replace(sheet, rows=tuple(replace(row, cells=row.cells) for row in sheet.rows))
    longer = replace(sheet, rows=(*sheet.rows, replace(sheet.rows[0], number=99)))
    for each in (other, longer):
        found = passed_on(sheet).of(each)
        assert [parsed.row for parsed in found] == list(each.rows)
        assert all(parsed.row is row for parsed, row in zip(found, each.rows, strict=True))


def test_amounts_wait_for_all_their_column(desk: Any) -> None:
    """What a comma means is told by the whole column: a row far down decides it for the first."""
    sheet = desk.sheet([desk.row(max_rate=each) for each in ("1,500", "1,500", "1,500", "1,500", "2,5")])
    found = passed_on(sheet).of(sheet)
    assert [each.order.max_rate for each in found if each.order] == [Decimal("1.5")] * 4 + [Decimal("2.5")]


def test_what_was_taken_of_another_sheet_is_void(desk: Any) -> None:
    """A sheet that is read once more, its columns understood otherwise, begins anew."""
    sheet = without(desk.sheet([desk.row() for _ in range(5)]), "max_rate")
    early = passed_on(sheet)
    early.begin(replace(without(sheet, "quantity"), rows=()))
    early.take(sheet.rows)
    assert [each.order and each.order.quantity for each in early.of(sheet)] == [None] * 5


def test_what_is_void_is_let_go(desk: Any) -> None:
    """Rows that are made anew at the end are not held a second time, nor taken any more."""
    sheet = without(desk.sheet([desk.row() for _ in range(5)]), "max_rate")
    held = sys.getrefcount(sheet.rows[0])
    early = passed_on(sheet)
    early.forget()
    early.take(sheet.rows)
    after = sys.getrefcount(sheet.rows[0])
    assert after == held
    assert early.of(sheet) == parsing.parse(sheet)
