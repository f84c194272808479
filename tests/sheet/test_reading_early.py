"""Rows of a large workbook are passed on while it is read, and what comes of it is the same as at its end."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from bulkorders.model.orders import Row, Sheet
from bulkorders.sheet.reading import frames, read_sheet
from bulkorders.sheet.reading.early import Early
from bulkorders.sheet.reading.grid import Grid, Line

HEADER = ("Service", "Link", "Quantity", "Notes")
ROWS = frames.ROWS + 100


class Taken:
    """Keeps what is passed on: the headers that were begun with, and the rows after the last of them."""

    def __init__(self) -> None:
        self.begun: list[Sheet] = []
        self.rows: list[Row] = []

    def begin(self, sheet: Sheet) -> None:
        """Begin anew."""
        self.begun.append(sheet)
        self.rows = []

    def take(self, rows: Sequence[Row]) -> None:
        """Keep the rows."""
        self.rows += rows

    def forget(self) -> None:
        """Keep none."""
        self.rows = []


def orders(count: int = ROWS) -> list[tuple[Any, ...]]:
    """Return rows of orders."""
    return [(1, f"https://example.com/{at}", 500, None) for at in range(count)]


def test_the_rows_that_were_passed_on_are_the_sheets_own(make_xlsx: Callable[..., Path]) -> None:
    """Each row of a large sheet is passed on once, in its order, after the header it belongs to."""
    taken = Taken()
    sheet = read_sheet(make_xlsx(Orders=[HEADER, *orders()]), onward=taken)
    (begun,) = taken.begun
    assert (begun.header, begun.columns) == (sheet.header, sheet.columns)
    assert len(sheet.rows) == ROWS
    assert all(one is other for one, other in zip(taken.rows, sheet.rows, strict=True))


def test_rows_that_are_no_orders_are_not_passed_on(make_xlsx: Callable[..., Path]) -> None:
    """A total far down and the header once more are told in notes, as ever, and are no rows."""
    taken = Taken()
    lines = [*orders(), HEADER, ("Total", None, 500, None), *orders(1)]
    sheet = read_sheet(make_xlsx(Orders=[HEADER, *lines]), onward=taken)
    assert [row.number for row in taken.rows] == [*range(2, ROWS + 2), ROWS + 4]
    assert [(code, facts["rows"]) for code, facts in sheet.notes if "rows" in facts] == [
        ("repeated_headers", (ROWS + 2,)),
        ("total_rows", (ROWS + 3,)),
    ]


def test_a_value_beyond_the_header_in_the_last_row_widens_every_row(make_xlsx: Callable[..., Path]) -> None:
    """Rows that were passed on before are made anew: all rows of a sheet are as wide as its header."""
    taken = Taken()
    lines = [*orders(), (1, "https://example.com/last", 500, None, "beside")]
    sheet = read_sheet(make_xlsx(Orders=[HEADER, *lines]), onward=taken)
    assert sheet.header == (*HEADER, "")
    assert {len(row.cells) for row in sheet.rows} == {5}
    assert sheet.rows[-1].cells[4] == "beside"
    assert ("cells_beyond_header", {"count": 1, "rows": (ROWS + 2,)}) in sheet.notes


@pytest.mark.parametrize("first", [True, False], ids=["orders first", "orders last"])
def test_another_worksheet_changes_nothing(make_xlsx: Callable[..., Path], first: bool) -> None:
    """The rows that count are those of the worksheet that holds the orders, wherever it stands."""
    taken = Taken()
    prices = [("Nothing", "of", "orders"), *[(at, "x", "y") for at in range(ROWS)]]
    sheets = {"Orders": [HEADER, *orders()], "Prices": prices}
    named = dict(sheets if first else reversed(sheets.items()))
    sheet = read_sheet(make_xlsx(**named), onward=taken)
    assert sheet.worksheet == "Orders"
    assert all(one is other for one, other in zip(taken.rows, sheet.rows, strict=True))


def test_a_small_sheet_is_not_passed_on(make_xlsx: Callable[..., Path]) -> None:
    """Where the header might still be below what has come, nothing is made before the end."""
    taken = Taken()
    assert len(read_sheet(make_xlsx(Orders=[HEADER, *orders(35)]), onward=taken).rows) == 35
    assert not taken.begun


def test_lines_of_which_nothing_is_made_early_are_not_held() -> None:
    """Worksheets without orders are let go one by one, and rows that became void before they are made anew."""
    link = "https://example.com/a"
    prices: list[Line] = [(at, ("x", at)) for at in range(1, 100)]
    orders: list[Line] = [(1, HEADER), *[(at, (1, link, 5, None)) for at in range(2, 100)]]
    wider: list[Line] = [(100, (1, link, 5, None, "beside"))]
    taken = Taken()
    for first, then in ((prices, prices[:1]), (orders, wider)):
        lines, early = list(first), Early("a.xlsx", None, taken)
        held = sys.getrefcount(lines)
        early.see(lines)
        lines += then
        early.see(lines)
        after = sys.getrefcount(lines)
        assert after == held
        assert early.made(Grid(lines)) is None
    assert taken.begun
    assert taken.rows == []
