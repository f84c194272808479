"""Money: exact in every step, and back from text what it was."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkorders.model import money

AMOUNTS = st.decimals(min_value=-(10**20), max_value=10**20, allow_nan=False, allow_infinity=False, places=12)


@given(
    rate=st.decimals(min_value=0, max_value=10**12, places=10),
    quantity=st.integers(min_value=0, max_value=10**15),
    basis=st.sampled_from([money.PER_ONE, money.PER_THOUSAND]),
)
def test_a_charge_is_exact(rate: Decimal, quantity: int, basis: int) -> None:
    """Rate x quantity by its basis is the true fraction, to the last digit."""
    assert Fraction(money.charge_for(rate, quantity, basis)) == Fraction(rate) * quantity / basis


@pytest.mark.parametrize(
    ("rate", "quantity", "basis", "charge"),
    [
        ("2.5", 1000, 1000, "2.5"),
        ("2.5", 1, 1000, "0.0025"),
        ("0.00001", 1, 1000, "0.00000001"),
        ("15", 1, 1, "15"),
        ("95200", 10_000, 1000, "952000"),
        ("0", 500, 1000, "0"),
        ("9" * 60, 10**24, 1000, "9" * 60 + "0" * 21),
    ],
)
def test_a_charge_is_plain(rate: str, quantity: int, basis: int, charge: str) -> None:
    """A charge has no exponent and no zeros behind its last digit, however large or small it is."""
    assert money.text(money.charge_for(Decimal(rate), quantity, basis)) == charge


@given(amounts=st.lists(st.one_of(st.none(), AMOUNTS), max_size=20))
def test_a_total_is_exact(amounts: list[Decimal | None]) -> None:
    """The sum of what is known is the true sum, and what is not known counts for nothing."""
    assert Fraction(money.total(amounts)) == sum(Fraction(each) for each in amounts if each is not None)


def test_a_total_that_would_be_rounded_fails() -> None:
    """No sum is ever silently rounded: one that had to be is a crash, never a wrong amount."""
    with pytest.raises(ArithmeticError):
        money.total([Decimal("1e150"), Decimal("1e-150")])


@given(amount=AMOUNTS)
def test_an_amount_survives_its_text(amount: Decimal) -> None:
    """Written as digits and read back an amount is what it was, and has no exponent in between."""
    told = money.text(amount)
    assert told is not None
    assert money.decimal(told) == amount
    assert "E" not in told.upper()


@given(amount=AMOUNTS)
def test_a_plain_amount_is_the_same_amount(amount: Decimal) -> None:
    """Leaving trailing zeros out changes no amount, and doing it twice changes nothing more."""
    plain = money.plain(amount)
    assert plain == amount
    assert money.plain(plain).as_tuple() == plain.as_tuple()
    told = money.text(plain)
    assert told is not None
    assert not ("." in told and told.endswith(("0", ".")))


@pytest.mark.parametrize(
    ("amount", "told"),
    [("1E+3", "1000"), ("-0.00", "0"), ("1.2500", "1.25"), ("100", "100"), ("1E-9", "0.000000001")],
)
def test_odd_spellings_become_digits(amount: str, told: str) -> None:
    """Exponents, negative zeros and trailing zeros never reach a person."""
    assert money.text(money.plain(Decimal(amount))) == told


def test_an_unknown_amount_has_no_text() -> None:
    """None stays None: unknown is never nought."""
    assert money.text(None) is None


@pytest.mark.parametrize(
    "digits",
    [
        "NaN",
        "sNaN",
        "Infinity",
        "-inf",
        "",
        "x",
        "1,5",
        "1e31",
        "1e-40",
        "0E-999999",
        "0E+999999",
        "1." + "1" * 60,
    ],
)
def test_garbage_is_no_money(digits: str) -> None:
    """What no panel can mean as an amount is None, so that no sum of amounts is ever inexact."""
    assert money.decimal(digits) is None


@pytest.mark.parametrize("digits", ["0", "0.00", "-2.5", "2.50", " 1 ", "1e3", "0.000000000001", "9" * 31])
def test_an_amount_is_read_as_it_was_written(digits: str) -> None:
    """Any plain number is money, with as many decimals as it shows."""
    assert money.decimal(digits) == Decimal(digits)
