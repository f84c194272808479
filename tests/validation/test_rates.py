"""The highest rate: read by what its column shows throughout, or the setting, else a problem."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bulkorders.model.orders import Cell, ErrorCell
from bulkorders.validation import parsing, rates
from bulkorders.validation.cells import CellTrouble


@pytest.mark.parametrize(
    ("column", "mark"),
    [
        (["2.5", "3"], "."),
        (["2,5", "1.250"], ","),
        (["1.250", "3"], None),
        (["2.5", "2,5"], None),
        (["1.250,50"], ","),
        (["1,250.50"], "."),
        (["1.250.000"], ","),
        (["0.250"], "."),
        (["0,250", None, 3], ","),
        (["12.3456"], "."),
        ([2.5, None, 3], None),
        ([], None),
    ],
)
def test_a_column_shows_its_decimal_mark(column: list[Cell], mark: str | None) -> None:
    """One clear cell settles the column; cells that contradict each other settle nothing."""
    assert rates.decimal_mark(column) == mark


@pytest.mark.parametrize(
    ("cell", "mark", "expected"),
    [
        (2.5, None, "2.5"),
        (0.1, ",", "0.1"),
        (3, None, "3"),
        (Decimal("2.50"), None, "2.50"),
        ("2.5", None, "2.5"),
        ("2,5", None, "2.5"),
        ("2,5", ",", "2.5"),
        ("1.250", ",", "1250"),
        ("1.250", ".", "1.250"),
        ("1,250", ".", "1250"),
        ("1.250,75", None, "1250.75"),
        ("1,250.75", ".", "1250.75"),
        ("1.250.000", None, "1250000"),
        ("1 250,5", ",", "1250.5"),
        ("1\u00a0250", None, "1250"),
        ("1'250.5", None, "1250.5"),
        ("0.250", None, "0.250"),
        ("25000", ",", "25000"),
        ("2.", None, "2"),
        (0, None, "0"),
    ],
)
def test_an_amount_is_read_by_the_mark(cell: Cell, mark: str | None, expected: str) -> None:
    """Whatever is not the decimal mark groups thousands."""
    found = rates.max_rate(cell, mark)
    assert found is not None
    assert found == Decimal(expected)


@pytest.mark.parametrize(
    ("cell", "mark", "code"),
    [
        ("1.250", None, "max_rate.ambiguous"),
        ("1,250", None, "max_rate.ambiguous"),
        ("25.000", None, "max_rate.ambiguous"),
        ("2.5", ",", "max_rate.not_a_number"),
        ("2,5", ".", "max_rate.not_a_number"),
        ("2 5", None, "max_rate.not_a_number"),
        ("1,250,000", ",", "max_rate.not_a_number"),
        ("1250.000,5", ",", "max_rate.not_a_number"),
        ("1.2.3", None, "max_rate.not_a_number"),
        ("2.5 USD", None, "max_rate.not_a_number"),
        ("$2.5", None, "max_rate.not_a_number"),
        ("-2", None, "max_rate.not_a_number"),
        (-2.5, None, "max_rate.not_a_number"),
        ("cheap", None, "max_rate.not_a_number"),
        ("1e3", None, "max_rate.not_a_number"),
        ("9" * 40, None, "max_rate.not_a_number"),
        (True, None, "max_rate.not_a_number"),
        (date(2026, 5, 2), None, "max_rate.not_a_number"),
        (float("nan"), None, "max_rate.not_a_number"),
        (float("inf"), None, "max_rate.not_a_number"),
        (ErrorCell("#N/A"), None, "cell.error"),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(cell: Cell, mark: str | None, code: str) -> None:
    """A limit is never read for ten or a thousand times what a person wrote."""
    with pytest.raises(CellTrouble) as trouble:
        rates.max_rate(cell, mark)
    assert trouble.value.code == code


def test_the_setting_goes_before_what_the_column_shows(desk: Any) -> None:
    """With the `decimal` setting an amount that was ambiguous is read by it."""
    sheet = desk.sheet([desk.row(max_rate="1.250")])
    assert [problem.code for problem in parsing.parse(sheet)[0].problems] == ["max_rate.ambiguous"]
    order = parsing.parse(sheet, ",")[0].order
    assert order is not None
    assert order.max_rate == 1250
    order = parsing.parse(sheet, ".")[0].order
    assert order is not None
    assert order.max_rate == Decimal("1.25")


def test_a_clear_cell_settles_the_ambiguous_ones_of_its_column(desk: Any) -> None:
    """Where one row shows a decimal comma, a point in another groups thousands."""
    sheet = desk.sheet([desk.row(max_rate="1.250"), desk.row(max_rate="2,5")])
    orders = [each.order for each in parsing.parse(sheet)]
    assert [order and order.max_rate for order in orders] == [Decimal(1250), Decimal("2.5")]
