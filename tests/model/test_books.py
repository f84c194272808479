"""The balance equation of a run, to the smallest unit."""

from decimal import Decimal

from bulkorders.model.books import Entry, Standing, close, suspects


def placed(key, estimate, charge="as estimated", refund="0"):
    """Return a placed order; its charge is None where it is not told."""
    told = estimate if charge == "as estimated" else charge
    return Entry(
        key, Standing.PLACED, Decimal(estimate), None if told is None else Decimal(told), Decimal(refund)
    )


def other(key, standing, estimate):
    """Return an order that is not placed."""
    return Entry(key, standing, None if estimate is None else Decimal(estimate))


def closed(after, *entries):
    """Return the books of an account that held 100 before."""
    return close(Decimal(100), Decimal(after), entries)


def test_what_falls_is_explained_by_charges():
    """100 before, 96.35 after, 2.5 and 1.15 charged: nothing is unexplained."""
    found = closed("96.35", placed("a", "2.5"), placed("b", "1.15"))
    assert (found.charged, found.unexplained, found.rows) == (Decimal("3.65"), 0, ())


def test_an_uncharged_order_is_never_unexplained():
    """A charge not told yet is counted; whether its money is gone or not, nothing is unexplained."""
    for after in ("98.75", "100"):
        found = closed(after, placed("a", "1.25", None))
        assert (found.unexplained, found.uncharged) == (0, 1)
    assert closed("98.60", placed("a", "1.25", None)).unexplained is None


def test_orders_in_doubt_explain_what_some_of_them_come_to():
    """3.75 gone and 1.25 and 2.5 in doubt: both; 2 gone: neither explains it, and both are named."""
    doubts = (other("a", Standing.IN_DOUBT, "1.25"), other("b", Standing.IN_DOUBT, "2.5"))
    assert closed("96.25", *doubts).unexplained == 0
    found = closed("98", *doubts)
    assert (found.unexplained, found.rows) == (2, ("a",))


def test_a_refund_of_a_canceled_order_is_explained():
    """A panel that pays a canceled order back and tells the charge as it was: the refund explains the rest."""
    found = closed("97.5", placed("a", "1.25", refund="1.25"), placed("b", "2.5"))
    assert (found.refunded, found.unexplained) == (Decimal("1.25"), 0)


def test_a_refund_that_is_told_in_the_charge_is_not_counted_twice():
    """A panel that tells a charge of 0 for a canceled order leaves no refund to explain."""
    found = closed("97.5", placed("a", "1.25", charge="0", refund="1.25"), placed("b", "2.5"))
    assert (found.refunded, found.unexplained) == (0, 0)


def test_an_order_sold_twice_is_named():
    """A charge taken twice leaves its amount unexplained, and points at the row."""
    found = closed("96.25", placed("a", "1.25"), placed("b", "1.15", "1.25"))
    assert (found.unexplained, found.rows) == (Decimal("1.25"), ("a", "b"))
    assert closed("95.1", placed("a", "1.25"), placed("b", "2.4")).rows == ("a",)


def test_a_refused_order_is_named_before_one_that_was_placed():
    """Of two orders of the same price the refused one is the likelier."""
    found = closed("97.5", placed("a", "1.25"), other("b", Standing.REJECTED, "1.25"))
    assert found.rows == ("b",)


def test_a_charge_that_comes_later_is_named():
    """Too little gone, by exactly one charge: that order's."""
    found = closed("97.5", placed("a", "1.25"), placed("b", "2.5"))
    assert (found.unexplained, found.rows) == (Decimal("-1.25"), ("a",))


def test_a_refused_order_is_suspect_when_the_balance_fell_for_it():
    """A fall of 1.25 without a charge points at the refused orders that cost no more than it."""
    entries = [other(key, Standing.REJECTED, cost) for key, cost in (("a", "1.25"), ("b", "9"), ("c", None))]
    assert suspects(Decimal(100), Decimal("98.75"), entries) == ("a", "c")


def test_a_discount_hides_no_refused_order():
    """Where orders cost a tenth less than estimated, a refused one may have cost a tenth less too."""
    entries = [placed("a", "10", "9"), other("b", Standing.REJECTED, "10")]
    assert suspects(Decimal(100), Decimal(82), entries) == ("b",)


def test_what_orders_in_doubt_can_explain_points_at_nobody():
    """A fall that the orders in doubt cover leaves the refused ones refused."""
    entries = [other("a", Standing.REJECTED, "1.25"), other("b", Standing.IN_DOUBT, "1.25")]
    assert suspects(Decimal(100), Decimal("98.75"), entries) == ()


def test_a_top_up_points_at_nobody():
    """A balance that rose suspects no one."""
    assert suspects(Decimal(100), Decimal(150), [other("a", Standing.REJECTED, "1.25")]) == ()
