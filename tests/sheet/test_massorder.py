"""Text as panels take it in their boxes: one order a line, or two lists."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkorders.errors import SheetError
from bulkorders.model.orders import Cell, Sheet
from bulkorders.sheet.massorder import read_mass_order
from bulkorders.sheet.reading import read_sheet
from bulkorders.validation import parsing

MakeText = Callable[..., Path]
A, B, C = (f"https://example.com/{name}" for name in "abc")


def rows(sheet: Sheet) -> list[tuple[int, tuple[Cell, ...]]]:
    """Return the rows with their numbers."""
    return [(row.number, row.cells) for row in sheet.rows]


@pytest.mark.parametrize("name", ["orders.txt", "orders.csv"])
def test_lines_of_service_link_and_quantity_are_orders(make_text: MakeText, name: str) -> None:
    """Each line is an order under its own number; blank lines and remarks count as lines."""
    text = f"101 | {A} | 500\n\n# for Monday\n 102|{B}|1 000 \r\n103 | {C}\n"
    sheet = read_sheet(make_text(text, name))
    assert (sheet.header, sheet.columns) == (
        ("Service", "Link", "Quantity"),
        {"service": 0, "link": 1, "quantity": 2},
    )
    assert rows(sheet) == [(1, ("101", A, "500")), (4, ("102", B, "1 000")), (5, ("103", C, None))]
    assert sheet.notes[-1] == ("mass_order_remarks", {"count": 1, "rows": (3,)})
    orders = [each.order for each in parsing.parse(sheet)]
    assert [each.quantity for each in orders if each] == [500, 1000, None]


@pytest.mark.parametrize("separator", ["|", " | ", "\t", ";", ","])
def test_other_signs_may_stand_between(make_text: MakeText, separator: str) -> None:
    """A tab, a semicolon or a comma stands for the sign where the first line leaves no doubt."""
    lines = [("101", A, "500"), ("102", f"{B}?x=1", "70")]
    text = "".join(separator.join(line) + "\n" for line in lines)
    assert rows(read_sheet(make_text(text, "orders.txt"))) == [(1, lines[0]), (2, lines[1])]


def test_swapped_links_and_quantities_are_put_right_and_told(make_text: MakeText) -> None:
    """Where a panel writes the quantity before the link, each such line is turned round, with a note."""
    sheet = read_sheet(make_text(f"101|500|{A}\n102|{B}|70\n103|5,000|@somebody\n", "orders.txt"))
    assert rows(sheet) == [(1, ("101", A, "500")), (2, ("102", B, "70")), (3, ("103", "@somebody", "5,000"))]
    assert sheet.notes == (("mass_order_swapped", {"count": 2, "rows": (1, 3)}),)


def test_a_name_will_do_for_a_link(make_text: MakeText) -> None:
    """Between bars a name or number without an address is the link, as panels take it."""
    text = "101 | some.body | 500\n101 | 12345 | 600\n"
    sheet = read_sheet(make_text(text, "orders.txt"))
    assert rows(sheet) == [(1, ("101", "some.body", "500")), (2, ("101", "12345", "600"))]


def test_runs_and_interval_may_follow(make_text: MakeText) -> None:
    """A line of five parts is a drip-feed; lines without them leave the two empty."""
    sheet = read_sheet(make_text(f"101|{A}|500|2|60\n102|{B}|70\n", "orders.txt"))
    assert rows(sheet) == [(1, ("101", A, "500", "2", "60")), (2, ("102", B, "70", None, None))]
    assert sheet.columns["interval"] == 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"1|100\n2|200\n\n{A}\n{B}\n", [(4, ("1", A, "100")), (5, ("2", B, "200"))]),
        (f"{A}\n{B}\n1 100\n2\n", [(1, ("1", A, "100")), (2, ("2", B, None))]),
        (f"7;100\n{A}\n{B}\n", [(2, ("7", A, "100")), (3, ("7", B, "100"))]),
        (f"{A}\n1,100\n2,200\n", [(2, ("1", A, "100")), (3, ("2", A, "200"))]),
    ],
)
def test_two_lists_go_together_line_by_line(
    make_text: MakeText, text: str, expected: list[tuple[int, tuple[Cell, ...]]]
) -> None:
    """Services and links in two lists are paired, or the only line of one goes with each of the other."""
    sheet = read_sheet(make_text(text, "orders.txt"))
    assert rows(sheet) == expected
    assert [code for code, _ in sheet.notes] == ["mass_order_lists"]


def refusal(path: Path) -> tuple[str, Mapping[str, Any]]:
    """Return code and facts of the error reading ends with."""
    with pytest.raises(SheetError) as caught:
        read_sheet(path)
    return caught.value.code, caught.value.facts


def test_lists_of_different_lengths_are_not_guessed(make_text: MakeText) -> None:
    """Three services and two links are refused with both numbers."""
    code, told = refusal(make_text(f"1\n2\n3\n{A}\n{B}\n", "orders.txt"))
    assert (code, told["services"], told["links"]) == ("sheet.mass_order_lists", 3, 2)


@pytest.mark.parametrize("line", ["102", f"102|{B}|5|6", f"102|{B}|5|6|7|8", "orders for Tuesday:"])
def test_a_line_that_is_no_order_loses_no_order(make_text: MakeText, line: str) -> None:
    """Among orders a line of another form is an error that names it, never passed over."""
    code, told = refusal(make_text(f"101|{A}|500\n{line}\n", "orders.txt"))
    assert (code, told["line"], told["found"]) == ("sheet.mass_order_line", 2, line)


def test_a_table_with_bars_is_a_table(make_text: MakeText) -> None:
    """A text that begins with a header is read by its columns."""
    sheet = read_sheet(make_text(f"quantity | service | link\n500 | 101 | {A}\n", "orders.txt"))
    assert (sheet.header_row, sheet.columns["quantity"]) == (1, 0)
    assert read_mass_order("a", f"Service,Link\n101,{A}\n") is None


@given(
    st.lists(st.tuples(st.integers(1, 99_999), st.integers(1, 10**6), st.booleans()), min_size=1, max_size=9)
)
def test_every_order_comes_back(orders: list[tuple[int, int, bool]]) -> None:
    """Whatever lines are written, swapped or not, each is one order with its own three values."""
    text = "\n".join(
        f"{service}|{number}|{A}" if swapped else f"{service}|{A}|{number}"
        for service, number, swapped in orders
    )
    sheet = read_mass_order("a.txt", text)
    assert sheet is not None
    assert [row.cells for row in sheet.rows] == [(str(one), A, str(two)) for one, two, _ in orders]


@given(st.text(st.sampled_from(list("1|,;\t \nab:/.h#@")), max_size=60))
def test_any_text_is_answered(text: str) -> None:
    """Any text is orders, none, or an error."""
    code = ""
    try:
        read_mass_order("a.txt", text)
    except SheetError as error:
        code = error.code
    assert code in {"", "sheet.mass_order_line", "sheet.mass_order_lists"}


@pytest.mark.parametrize(("name", "said"), [("orders.csv", True), ("orders.txt", False)])
def test_a_table_without_a_header_says_how_it_was_read(name: str, said: bool, tmp_path: Path):
    """A .csv without a header is read as service, link and quantity, and a note says so; pasted text needs none."""
    path = tmp_path / name
    path.write_text("1;https://example.com/a;500\n1;https://example.com/b;600\n", encoding="utf-8")
    sheet = read_sheet(path)
    assert [row.number for row in sheet.rows] == [1, 2]
    assert (("no_header", {"columns": "Service, Link, Quantity"}) in sheet.notes) is said
