"""What moves the balance of the pretend panel besides its own sales."""

from decimal import Decimal

import pytest

from bulkorders.sandbox import BadSettingError, Shop

ORDER = {"service": "1", "link": "https://example.com/p/1", "quantity": "500"}


@pytest.fixture
def shop():
    """Yield a shop with an account of 100."""
    opened = Shop(balance="100", speed=1)
    yield opened
    opened.close()


def test_others_spend_and_the_customer_pays_in(shop):
    """Another user's spending and a payment move the balance, and sell nothing."""
    shop.spend("12.5")
    shop.top_up(50)
    assert (shop.balance, shop.orders) == (Decimal("137.5"), [])


def test_a_late_charge_leaves_the_balance_alone_until_it_is_due(shop):
    """An order charged an hour later tells its charge at once, and costs the balance an hour later."""
    shop.charge(late=3600)
    order = shop.add(ORDER)
    assert (order.charge, shop.balance) == (Decimal("1.25"), 100)
    shop.advance(3601)
    assert shop.balance == Decimal("98.75")


def test_a_tax_comes_on_top_of_the_listed_price(shop):
    """With a tax of a tenth an order of 1.25 costs 1.375."""
    shop.charge(tax="0.1")
    assert shop.add(ORDER).charge == Decimal("1.375")
    assert shop.balance == Decimal("98.625")


def test_a_silent_refund_is_paid_and_not_told(shop):
    """The balance has the money back, the order's charge stays as it was."""
    shop.charge(silent_refunds=True)
    order = shop.add(ORDER)
    shop.pin(order.id, "Canceled")
    assert (shop.balance, order.silent, order.refunded) == (100, True, Decimal("1.25"))


def test_what_moved_the_balance_is_there_after_a_restart(tmp_path):
    """A shop opened again on its state file owes, holds and charges as before."""
    first = Shop(balance="100", state=tmp_path / "state", speed=1)
    first.charge(late=3600, tax="0.1")
    first.add(ORDER)
    first.spend(1)
    first.close()
    again = Shop(state=tmp_path / "state")
    assert again.balance == 99
    again.advance(3601)
    assert again.balance == Decimal("97.625")
    again.close()


def test_charges_before_their_sale_are_refused(shop):
    """A charge can't come earlier than its sale."""
    with pytest.raises(BadSettingError):
        shop.charge(late=-1)
