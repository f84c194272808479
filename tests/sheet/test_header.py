"""Where a header is, what headers in nine languages mean, and which rows below it are no orders."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bulkorders.errors import SheetError
from bulkorders.model.orders import Cell, ErrorCell, Sheet
from bulkorders.sheet import columns, naming
from bulkorders.sheet.aliases import LANGUAGES, PERHAPS
from bulkorders.sheet.reading.grid import Grid
from bulkorders.sheet.reading.header import make_sheet
from bulkorders.sheet.template_marks import EXAMPLE_LINK, EXAMPLE_USER

HEADER = ("Service", "Link", "Quantity")
LINK = "https://example.com/a"
ORDER: tuple[Cell, ...] = ("1", LINK, 500)


def variants() -> list[dict[str, str]]:
    """Return the headers that managers write, with what each means; nothing where it must not be taken."""
    path = Path(__file__).with_name("header_variants.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def sheet_of(*rows: Sequence[Cell], keys: dict[int, str] | None = None, mapping: Any = None) -> Sheet:
    """Return the sheet that rows make, numbered from 1; empty rows are left out, as the readers do."""
    lines = [(number, tuple(cells)) for number, cells in enumerate(rows, start=1) if cells]
    return make_sheet("orders.xlsx", Grid(lines, "Orders"), mapping, keys)


def notes_of(sheet: Sheet) -> dict[str, Any]:
    """Return the notes of a sheet by code."""
    return dict(sheet.notes)


def numbers_of(sheet: Sheet) -> list[int]:
    """Return the numbers of the rows that are orders."""
    return [row.number for row in sheet.rows]


def refused(*rows: Sequence[Cell], mapping: Any = None) -> tuple[str, dict[str, Any]]:
    """Return the code and the facts of the error that rows end with."""
    with pytest.raises(SheetError) as caught:
        sheet_of(*rows, mapping=mapping)
    return caught.value.code, caught.value.facts


def test_no_header_is_taken_for_what_it_is_not() -> None:
    """Of headers in nine languages none is mapped to another field than the one that is meant."""
    wrong = [
        (each["header"], found)
        for each in variants()
        if (found := columns.field_of(each["header"])) is not None and found != each["field"]
    ]
    assert wrong == []
    assert len([each for each in variants() if not each["field"]]) >= 100


@pytest.mark.parametrize("language", LANGUAGES)
def test_headers_as_managers_write_them_are_understood(language: str) -> None:
    """In each language at least 95 of 100 headers of order sheets are understood."""
    asked = [each for each in variants() if each["language"] == language and each["field"]]
    right = [each for each in asked if columns.field_of(each["header"]) == each["field"]]
    assert len(asked) >= 25
    assert len(right) / len(asked) >= 0.95, [each["header"] for each in asked if each not in right]


def test_what_is_asked_about_is_never_taken() -> None:
    """A word that may head an order's column and often heads another is no name of a field by itself."""
    sure = {
        (name, word, found)
        for name, words in PERHAPS.items()
        for word in words
        if (found := columns.field_of(word)) not in (None, name)
    }
    assert {(name, word) for name, word, found in sure} <= {("link", "Username")}
    assert naming.perhaps("Amount (required)", "quantity")
    assert not naming.perhaps("Amount due", "quantity")


def test_a_word_of_many_meanings_is_proposed_with_what_to_type() -> None:
    """Where Link is missing and "Target" is there, the error proposes it and says what would settle it."""
    code, told = refused(("Service", "Target", "Qty"), ("1", "x", 5))
    assert (code, told["missing"], told["near"]) == ("sheet.columns_missing", ["Link"], [("Target", "Link")])
    assert told["typed"] == ['--map "Target=Link"']
    assert told["header"] == ["Service", "Target", "Qty"]


def test_a_sheet_that_may_have_a_quantity_says_so() -> None:
    """Where no column is the quantity and one may be, a note says which, and it is not read."""
    sheet = sheet_of(("Service", "Link", "Amount"), ("1", LINK, 5))
    assert "quantity" not in sheet.columns
    assert notes_of(sheet)["column_perhaps"] == {"header": "Amount", "field": "Quantity"}
    assert notes_of(sheet_of((*HEADER, "Amount"), (*ORDER, 5))) == {}


def test_a_column_that_was_taken_out_is_not_proposed_again() -> None:
    """What somebody said is no field is left alone, without a word."""
    sheet = sheet_of(("Service", "Link", "Amount"), ("1", LINK, 5), mapping={"Amount": "-"})
    assert notes_of(sheet) == {}


def test_two_columns_for_one_field_come_with_what_to_type() -> None:
    """The error names both columns and the option for each; two of the very same title have to be renamed."""
    code, told = refused(("Service", "Link", "URL"), ("1", LINK, LINK))
    assert (code, told["typed"]) == ("sheet.columns_twice", ['--map "Link=link"', '--map "URL=link"'])
    assert refused(("Service", "Link", "link "), ("1", LINK, LINK))[1]["typed"] == []


def test_titles_above_the_header_are_passed_over() -> None:
    """Company, month and blank rows may stand above the header."""
    sheet = sheet_of(("Agency ABC", None), ("Orders for May", None, "Status"), (), HEADER, ORDER)
    assert (sheet.header_row, numbers_of(sheet)) == (4, [5])
    assert notes_of(sheet)["title_rows"] == {"count": 2, "header_row": 4}


def test_an_order_is_never_taken_for_the_header() -> None:
    """A row with an address in it is an order, whatever words stand beside it."""
    rows = ("service", LINK, "link"), HEADER, ORDER
    assert sheet_of(*rows).header_row == 2


def test_a_sheet_without_a_header_is_refused_as_one() -> None:
    """Where the orders begin at once, or below a title, the error says so and names the row."""
    code, told = refused(ORDER, ORDER)
    assert (code, told["row"]) == ("sheet.no_header", 1)
    assert refused(("May",), ORDER)[1]["row"] == 2


def test_an_unknown_header_is_shown_rather_than_the_title_above_it() -> None:
    """Where no row names all that is needed, the error speaks of the row that names most."""
    code, told = refused(("Orders of May",), ("Dienst", "Link", "Qty"), ("1", LINK, 5))
    assert (code, told["header_row"], told["missing"]) == ("sheet.columns_missing", 2, ["Service"])
    code, told = refused(("Dienst", "Ziel", "Menge"), ("1", LINK, 5))
    assert (code, told["header_row"]) == ("sheet.columns_missing", 1)


@pytest.mark.parametrize("again", [HEADER, ("SERVICE", "link:", "Quantity"), ("Service ID", "URL", "Qty")])
def test_a_header_that_is_repeated_is_no_order(again: tuple[str, ...]) -> None:
    """On printed pages the header stands anew at the top of each: it is passed over with a note."""
    sheet = sheet_of(HEADER, ORDER, again, ORDER, again)
    assert numbers_of(sheet) == [2, 4]
    assert notes_of(sheet)["repeated_headers"] == {"count": 2, "rows": (3, 5)}


def test_another_header_below_is_not_passed_over() -> None:
    """A second table with its columns in another order stays: its rows are told to be wrong, not read wrongly."""
    sheet = sheet_of(HEADER, ORDER, ("Link", "Service", "Quantity"), (LINK, "1", 500))
    assert numbers_of(sheet) == [2, 3, 4]


@pytest.mark.parametrize(
    "total",
    [
        ("Total", None, 1500),
        (None, "TOTAL:", 1500),
        ("Tổng cộng", None, 1500),
        ("Сумма", None, 1500),
        (None, None, 1500, "Grand total"),
        ("Итого (3)", None, 1500),
        ("Toplam", None, 1500),
        ("المجموع", None, 1500),
    ],
)
def test_a_total_is_no_order(total: tuple[Cell, ...]) -> None:
    """A row that sums up the others, in any of the languages, is passed over with a note."""
    sheet = sheet_of((*HEADER, "Note"), ORDER, total)
    assert numbers_of(sheet) == [2]
    assert notes_of(sheet)["total_rows"] == {"count": 1, "rows": (3,)}


def test_an_order_that_speaks_of_a_total_stays_an_order() -> None:
    """With a link, or a service, a row is an order whatever its notes say."""
    sheet = sheet_of((*HEADER, "Note"), (*ORDER, "Total"), ("1", None, 500, "Total"), (None, "x", 5, "Total"))
    assert numbers_of(sheet) == [2, 3, 4]


def test_rows_that_only_look_filled_are_no_orders() -> None:
    """A running number, or a formula that was drawn down too far, makes no order of a row."""
    sheet = sheet_of(
        ("STT", *HEADER, "Cost"),
        (1, *ORDER, 2.5),
        (2, None, None, None, 0),
        (3, None, None, " ", ErrorCell("#N/A")),
    )
    assert numbers_of(sheet) == [2]
    assert notes_of(sheet)["rows_without_order"] == {"count": 2, "rows": (3, 4)}
    assert refused(("STT", *HEADER), (1,), (2,))[0] == "sheet.no_rows"


def test_a_row_with_an_orders_key_is_always_kept() -> None:
    """In a results workbook a row that was sent is an order, also when somebody emptied it."""
    sheet = sheet_of((*HEADER, "Note"), (None, None, None, "Total"), (None, None, None, "x"), keys={2: "abc"})
    assert [(row.number, row.key) for row in sheet.rows] == [(2, "abc")]


def test_a_templates_example_is_ordered_only_when_its_link_was_overwritten() -> None:
    """While the link is the example's, the row is none, also when service and quantity were changed."""
    example = EXAMPLE_LINK + "1"
    rows = (
        ("1", example, 500),
        ("77", f" {example.upper()}", 9),
        ORDER,
        ("1", "https://example.com/mine", 500),
    )
    sheet = sheet_of(HEADER, *rows)
    assert numbers_of(sheet) == [4, 5]
    assert notes_of(sheet)["example_rows"] == {"count": 2, "rows": (2, 3)}


def test_an_example_without_a_link_is_known_by_its_username() -> None:
    """Services that take a user and no link have examples too; a name of one's own makes an order of it."""
    header = ("Service", "Username", "Min")
    sheet = sheet_of(header, ("1", EXAMPLE_USER, 5), ("1", "somebody", 5))
    assert numbers_of(sheet) == [3]
