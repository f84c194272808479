"""Results workbooks that are given back: whose columns are whose, and what was put right in `To fix`."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bulkorders.errors import SheetError
from bulkorders.model.orders import ErrorCell, Row
from bulkorders.model.problems import Problem
from bulkorders.model.report import Line, RunSummary
from bulkorders.sheet.columns import KEY_COLUMN, RESULT_COLUMNS
from bulkorders.sheet.reading import read_sheet
from bulkorders.sheet.results import write_results

OURS = tuple(column.title for column in RESULT_COLUMNS)
HEADER = ("Service", "Link", "Quantity", "Client")
LINK = "https://example.com/a"
HIDDEN = (("schema", 1), ("campaign", "june"), ("journal", "j-1"), ("sheet", "orders.xlsx"))

MakeXlsx = Callable[..., Path]


def row(*own: Any, key: str | None) -> tuple[Any, ...]:
    """Return a row of `Orders`: the user's cells, something in all of our columns, and the key."""
    return (*own, *(f"our {title}" for title in OURS), key)


def fix(*own: Any, key: str | None) -> tuple[Any, ...]:
    """Return a row of `To fix`."""
    return (*own, "To fix", "Raise it to 200.", key)


@pytest.fixture
def make_results(make_xlsx: MakeXlsx) -> Callable[..., Path]:
    """Give a maker of results workbooks: rows of `Orders`, rows of `To fix`."""

    def make(orders: Sequence[Any], to_fix: Sequence[Any] = (), header: Sequence[str] = HEADER) -> Path:
        worksheets = {
            "Summary": [("Orders", 3), ("Service", "Link")],
            "Orders": [(*header, *OURS, KEY_COLUMN), *orders],
            "To fix": [(*header, "State", "Message", KEY_COLUMN), *to_fix],
            "In doubt": [("Service", "Link", "Order key"), (1, LINK, "k")],
            "_bulkorders": HIDDEN,
        }
        return make_xlsx("orders.results.xlsx", **worksheets)

    return make


def test_our_columns_are_left_out_and_keys_kept(make_results: Callable[..., Path]) -> None:
    """Only the user's columns come back, each row with its key, and campaign and journal are told."""
    sheet = read_sheet(make_results([row(1, LINK, 500, "a", key="k1"), row(2, LINK, 600, "b", key=None)]))
    assert sheet.header == HEADER
    assert sheet.rows == (Row(2, (1, LINK, 500, "a"), "k1"), Row(3, (2, LINK, 600, "b"), None))
    assert (sheet.results, sheet.campaign_id, sheet.journal_id) == (True, "june", "j-1")
    assert (sheet.worksheet, sheet.columns, sheet.notes) == (
        "Orders",
        {"service": 0, "link": 1, "quantity": 2, "client": 3},
        (),
    )


def test_columns_of_the_user_called_as_ours_stay(make_results: Callable[..., Path]) -> None:
    """Where both have a Status and a Message, the user's stand left and are kept, in `To fix` as well."""
    header = ("Status", "Message", *HEADER)
    orders = [row("new", "hi", 1, LINK, 500, "a", key="k1")]
    fixed = [fix("new", "hello", 1, LINK, 500, "a", key="k1")]
    sheet = read_sheet(make_results(orders, fixed, header))
    assert (sheet.header, sheet.rows[0].cells) == (header, ("new", "hello", 1, LINK, 500, "a"))


def test_orders_that_left_the_sheet_are_passed_over(make_results: Callable[..., Path]) -> None:
    """Rows that we put below the sheet's own, for orders without a row, are no orders again."""
    orders = [row(1, LINK, 500, "a", key="k1"), row(2, LINK, 600, None, key="gone:k2")]
    assert [each.key for each in read_sheet(make_results(orders)).rows] == ["k1"]


def test_a_row_put_right_in_to_fix_replaces_its_row(make_results: Callable[..., Path]) -> None:
    """By its key an edited row takes the place of the one in `Orders`, whose number it keeps."""
    orders = [row(1, LINK, 5, "a", key="k1"), row(2, LINK, 6, "b", key="k2"), row(3, LINK, 7, "c", key="k3")]
    fixed = [fix(3, LINK, 700, "c", key="k3"), fix(1, LINK, 5, "a", key="k1")]
    sheet = read_sheet(make_results(orders, fixed))
    assert [each.cells[2] for each in sheet.rows] == [5, 6, 700]
    assert [(each.number, each.key) for each in sheet.rows] == [(2, "k1"), (3, "k2"), (4, "k3")]
    assert sheet.notes == (("to_fix_used", {"count": 1, "rows": (4,)}),)


def test_a_cell_emptied_in_to_fix_is_empty(make_results: Callable[..., Path]) -> None:
    """Taking a value out of `To fix` takes it out of the order."""
    sheet = read_sheet(make_results([row(1, LINK, 5, "a", key="k")], [fix(1, LINK, 5, None, key="k")]))
    assert sheet.rows[0].cells == (1, LINK, 5, None)


def test_a_row_that_was_no_order_finds_its_place_by_number(make_results: Callable[..., Path]) -> None:
    """A row whose order could not be made carries its number as key; put right it has no key yet."""
    orders = [row(None, LINK, 5, "a", key="row:2"), row(2, LINK, 6, "b", key="k2")]
    sheet = read_sheet(make_results(orders, [fix(1, LINK, 500, "a", key="row:2")]))
    assert sheet.rows == (Row(2, (1, LINK, 500, "a"), None), Row(3, (2, LINK, 6, "b"), "k2"))


def test_orders_sorted_and_widened_still_find_their_rows(make_xlsx: MakeXlsx) -> None:
    """Moved rows, moved columns and a column put in between change nothing of what belongs together."""
    orders = [
        (KEY_COLUMN, "Link", "New", "State", "Service", "Quantity"),
        ("k2", "b", "y", "Placed", 2, 6),
        ("k1", "a", "x", "Invalid", 1, 5),
    ]
    fixed = [("Quantity", "Service", "Link", "State", "Message", KEY_COLUMN), (500, 1, "a", "", "", "k1")]
    path = make_xlsx("a.results.xlsx", **{"Orders": orders, "To fix": fixed, "_bulkorders": HIDDEN})
    sheet = read_sheet(path)
    assert sheet.header == ("Link", "New", "Service", "Quantity")
    assert sheet.rows == (Row(2, ("b", "y", 2, 6), "k2"), Row(3, ("a", "x", 1, 500), "k1"))


def test_rows_only_in_to_fix_are_not_lost(make_results: Callable[..., Path]) -> None:
    """Rows of `To fix` that `Orders` doesn't have follow below it under free numbers, and are told."""
    orders = [row(1, LINK, 5, "a", key="k1"), row(2, LINK, 6, "b", key="gone:k2")]
    fixed = [
        fix(1, LINK, 5, "a", key="k1"),
        fix(1, LINK, 50, "a", key="k1"),
        fix(8, LINK, 8, "new", key=None),
        fix(9, LINK, 9, "z", key="k9"),
    ]
    sheet = read_sheet(make_results(orders, fixed))
    assert sheet.rows == (
        Row(2, (1, LINK, 5, "a"), "k1"),
        Row(4, (1, LINK, 50, "a"), "k1"),
        Row(5, (8, LINK, 8, "new"), None),
        Row(6, (9, LINK, 9, "z"), "k9"),
    )
    assert sheet.notes == (("to_fix_added", {"count": 3, "numbers": ((3, 4), (4, 5), (5, 6))}),)


def test_a_row_without_key_in_both_is_one_row(make_results: Callable[..., Path]) -> None:
    """A row of `To fix` without a key that is cell by cell one of `Orders` is not taken twice."""
    orders = [row(1, LINK, 5, "a", key=None)]
    assert len(read_sheet(make_results(orders, [fix(1, LINK, 5, "a", key=None)])).rows) == 1


def test_the_hidden_key_column_is_not_told_as_hidden(make_xlsx: MakeXlsx) -> None:
    """Of hidden columns only the user's are worth a note, wherever ours stand."""
    orders = [(KEY_COLUMN, "Service", "Link", "State", "Shop"), ("k1", 1, LINK, "Ready", "a")]
    path = make_xlsx("a.results.xlsx", Orders=orders, _bulkorders=HIDDEN)
    workbook = openpyxl.load_workbook(path)
    for letter in ("A", "D", "E"):
        workbook["Orders"].column_dimensions[letter].hidden = True
    workbook.save(path)
    assert read_sheet(path).notes == (("hidden_columns", {"count": 1, "columns": ("Shop",)}),)


def test_one_worksheet_can_be_named(make_results: Callable[..., Path]) -> None:
    """`Orders` or `To fix` named is read alone; the others of ours are no input."""
    path = make_results([row(1, LINK, 5, "a", key="k1")], [fix(1, LINK, 500, "a", key="k1")])
    assert read_sheet(path, worksheet="Orders").rows == (Row(2, (1, LINK, 5, "a"), "k1"),)
    assert read_sheet(path, worksheet="to fix").rows == (Row(2, (1, LINK, 500, "a"), "k1"),)
    for name in ("In doubt", "_bulkorders", "other"):
        with pytest.raises(SheetError) as caught:
            read_sheet(path, worksheet=name)
        assert (caught.value.code, caught.value.facts["found"]) == (
            "sheet.no_worksheet",
            ["Orders", "To fix"],
        )


def test_what_was_written_comes_back(make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    """Rows written into a results workbook are read again with their cells, numbers, keys and campaign."""
    cells = [
        ("1", LINK, 500, "Café", date(2025, 3, 1)),
        (2, " x ", "00123", "=1+1", None),
        (None, "NA", 2.5, "a\nb", datetime(2025, 3, 1, 9, 30)),  # noqa: DTZ001 - cells have no zone
        (3, LINK, 7, "12345678901234567890", True),
    ]
    before = read_sheet(make_xlsx(Orders=[(*HEADER, "Due"), *cells]))
    lines = [
        Line(before.rows[0], "ready", key="k1"),
        Line(before.rows[1], "ready", key="k2"),
        Line(before.rows[2], "invalid", problems=(Problem(4, "service.missing", "Service"),)),
        Line(before.rows[3], "duplicate", key="k4"),
    ]
    now = datetime.now(UTC).isoformat()
    summary = RunSummary("r", "check", "june", "j-1", before.path, now, now, ())
    path = write_results(tmp_path / "a.results.xlsx", before, lines, summary, describe=lambda each: each.code)
    after = read_sheet(path)
    assert after.header == before.header
    assert [each.cells for each in after.rows] == [each.cells for each in before.rows]
    assert [(each.number, each.key) for each in after.rows] == [(2, "k1"), (3, "k2"), (4, None), (5, "k4")]
    assert (after.results, after.campaign_id, after.journal_id, after.notes) == (True, "june", "j-1", ())


def test_errors_of_the_users_formulas_stay_errors(make_results: Callable[..., Path]) -> None:
    """An error cell in `To fix` is put into its row as an error."""
    path = make_results([row(1, LINK, 5, "a", key="k1")], [fix(1, LINK, 5, "a", key="k1")])
    workbook = openpyxl.load_workbook(path)
    workbook["To fix"]["C2"] = "#N/A"
    workbook["To fix"]["C2"].data_type = "e"
    workbook.save(path)
    assert read_sheet(path).rows[0].cells[2] == ErrorCell("#N/A")
