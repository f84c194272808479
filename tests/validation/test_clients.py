"""The column that says for whom an order is: read, never sent, and no part of what an order is."""

from bulkorders.model.orders import ErrorCell, Row, Sheet
from bulkorders.sheet import columns
from bulkorders.validation.parsing import parse

HEADER = ("Service", "Link", "Quantity", "Khách hàng")


def parsed(*clients):
    """Return the orders of rows for these clients."""
    rows = [
        Row(number, ("1", "https://example.com/a", 500, client))
        for number, client in enumerate(clients, start=2)
    ]
    sheet = Sheet("a.csv", HEADER, columns.match(HEADER).columns, tuple(rows))
    return parse(sheet)


def test_a_client_is_read_and_is_no_part_of_what_is_sent():
    """Whoever the order is for, the same is sent: neither key nor fingerprint differs."""
    first, second, none = parsed(" Café Đỏ ", 42, None)
    assert [each.order.client for each in (first, second, none)] == ["Café Đỏ", "42", ""]
    assert first.order.parameters() == second.order.parameters() == none.order.parameters()
    assert set(first.order.parameters()) == {"service", "link", "quantity"}


def test_an_error_in_the_clients_cell_keeps_no_order_from_being_sent():
    """It stands as it shows, so that whoever bills sees it; the row has no problem."""
    (each,) = parsed(ErrorCell("#N/A"))
    assert (each.order.client, each.problems) == ("#N/A", ())


def test_a_client_written_as_an_error_text_is_no_problem_either():
    """Text files have the error as letters."""
    (each,) = parsed("#REF!")
    assert (each.order.client, each.problems) == ("#REF!", ())
