"""The balance equation of a run, to the smallest unit."""

from decimal import Decimal

from bulkorders.model.books import Books, suspects


def books(after, charged="0", expected="0", doubtful="0"):
    """Return the books of an account that held 100 before."""
    return Books(Decimal(100), Decimal(after), Decimal(charged), Decimal(expected), Decimal(doubtful))


def test_what_falls_is_explained_by_charges_told_and_expected():
    """100 before, 96.35 after, 2.5 charged and 1.15 expected: nothing is beyond."""
    assert books("96.35", charged="2.5", expected="1.15").beyond_charges == 0


def test_a_refused_order_is_suspect_when_the_balance_fell_for_it():
    """A fall of 1.25 without a charge points at the refused orders that cost no more than it."""
    found = suspects(books("98.75"), {"a": Decimal("1.25"), "b": Decimal(9), "c": None})
    assert found == ("a", "c")


def test_what_orders_in_doubt_can_explain_points_at_nobody():
    """A fall that the orders in doubt cover leaves the refused ones refused."""
    assert suspects(books("98.75", doubtful="1.25"), {"a": Decimal("1.25")}) == ()


def test_a_top_up_points_at_nobody():
    """A balance that rose suspects no one."""
    assert suspects(books("150"), {"a": Decimal("1.25")}) == ()
