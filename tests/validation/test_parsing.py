"""Rows into orders: all fields, all problems at once."""

from decimal import Decimal
from typing import Any

import pytest

from bulkorders.model.orders import ErrorCell, Row, Sheet
from bulkorders.validation import parsing

FULL = {
    "service": 12.0,
    "link": " https://example.com/a ",
    "quantity": "1.000",
    "comments": "b\r\na",
    "list": "l",
    "suggest": "s",
    "search": "k",
    "runs": 3,
    "interval": "30",
    "refill": "Yes",
    "max_rate": "2,5",
    "reference": 7.0,
    "campaign": "may ",
    "panel": "second",
    "allow_duplicate": "x",
}


def test_a_row_becomes_an_order_with_every_field(desk: Any) -> None:
    """Each column reaches the order's field of its name, read as that field needs."""
    sheet = desk.sheet([{**FULL, "number": 42}], {42: "k" * 32})
    parsed = parsing.parse(sheet)[0]
    order = parsed.order
    assert order is not None
    assert parsed.problems == order.problems == ()
    assert (order.row, order.service, order.link, order.quantity) == (42, "12", "https://example.com/a", 1000)
    assert (order.reference, order.campaign, order.panel) == ("7", "may", "second")
    assert (order.refill, order.max_rate, order.allow_duplicate) == ("yes", Decimal("2.5"), True)
    assert order.held_key == "k" * 32
    assert order.extras == (
        ("comments", "b\na"),
        ("interval", "30"),
        ("list", "l"),
        ("runs", "3"),
        ("search", "k"),
        ("suggest", "s"),
    )


def test_what_is_sent_has_the_documented_names_and_nothing_empty(desk: Any) -> None:
    """The parameters of an order are its service, link, quantity and extras; notes and limits are not sent."""
    order = desk.order(comments="a\nb", refill="yes", max_rate=3, reference="r", quantity=None)
    assert order.parameters() == {"service": "1", "link": "https://example.com/post/1", "comments": "a\nb"}


def test_a_column_the_sheet_lacks_is_an_empty_field() -> None:
    """A sheet of three columns gives orders whose other fields are empty."""
    columns = {"service": 0, "link": 1, "quantity": 2}
    row = Row(2, ("1", "https://example.com/a", 500))
    order = parsing.parse(Sheet("o.csv", ("Service", "Link", "Quantity"), columns, (row,)))[0].order
    assert order is not None
    assert order.extras == ()
    assert (order.reference, order.refill, order.max_rate, order.allow_duplicate) == (None, None, None, False)


def test_a_row_shorter_than_its_header_has_empty_cells() -> None:
    """Cells that are not there are empty, and crash nothing."""
    columns = {"service": 0, "link": 1, "quantity": 2, "max_rate": 3}
    sheet = Sheet("o.csv", ("Service", "Link", "Quantity", "Max rate"), columns, (Row(2, ("1",)),))
    order = parsing.parse(sheet)[0].order
    assert order is not None
    assert (order.service, order.link, order.quantity) == ("1", "", None)


def test_all_cells_that_cannot_be_read_are_told_at_once(desk: Any) -> None:
    """One look at a row names every cell that is wrong, each with the header of its column."""
    row = desk.row(
        service=ErrorCell("#REF!"),
        link=ErrorCell("#N/A"),
        quantity="many",
        runs="often",
        refill="perhaps",
        max_rate="cheap",
        allow_duplicate="?",
        reference=ErrorCell("#VALUE!"),
    )
    parsed = parsing.parse(desk.sheet([row]))[0]
    assert [(problem.row, problem.column, problem.code) for problem in parsed.problems] == [
        (2, "Service", "cell.error"),
        (2, "Link", "cell.error"),
        (2, "Quantity", "quantity.not_a_number"),
        (2, "Reference", "cell.error"),
        (2, "Refill", "refill.unclear"),
        (2, "Max rate", "max_rate.not_a_number"),
        (2, "Allow duplicate", "allow_duplicate.unclear"),
        (2, "Runs", "quantity.not_a_number"),
    ]
    assert parsed.order is not None
    assert parsed.order.problems == parsed.problems


@pytest.mark.parametrize(
    "field", ["service", "link", "quantity", "comments", "reference", "max_rate", "refill"]
)
def test_an_error_cell_is_never_an_empty_one(desk: Any, field: str) -> None:
    """Where a mapped column shows #N/A the row has a problem, even where the field may stay empty."""
    answer = desk.check([desk.row(**{field: ErrorCell("#N/A")})])[0]
    assert next(problem.code for problem in answer.problems if problem.blocks) == "cell.error"
    assert answer.validated is None


@pytest.mark.parametrize("blank", [None, "", "   ", "\u00a0", "\u200b"])
def test_a_row_without_a_service_says_so(desk: Any, blank: str | None) -> None:
    """A blank service cell is one problem: missing, and not also unknown."""
    assert desk.codes(service=blank) == ["service.missing"]


@pytest.mark.parametrize("field", ["panel", "campaign"])
def test_a_row_that_does_not_say_where_its_order_goes_is_no_order(desk: Any, field: str) -> None:
    """With an unreadable panel or campaign nobody can say which order the row is, so it is none."""
    parsed = parsing.parse(desk.sheet([desk.row(**{field: ErrorCell("#N/A")})]))[0]
    assert parsed.order is None
    assert [problem.code for problem in parsed.problems] == ["cell.error"]


def test_the_column_of_a_problem_is_the_header_as_the_sheet_has_it() -> None:
    """A problem names the person's own header, or the usual one where the sheet has no such column."""
    columns = {"service": 0, "link": 1, "quantity": 2}
    sheet = Sheet("o.csv", ("Dịch vụ", "URL", "Menge"), columns, (Row(7, (None, "x", "viel")),))
    parsed = parsing.parse(sheet)[0]
    assert [(problem.row, problem.column) for problem in parsed.problems] == [(7, "Dịch vụ"), (7, "Menge")]
