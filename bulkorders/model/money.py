"""Money as the panel writes it: exact decimals, a rate's basis, and how an amount is shown."""

from collections.abc import Iterable
from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow
from functools import lru_cache

EXACT = Context(prec=200, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])
"""Enough digits that no product or sum of a panel's amounts is ever rounded; if one were, it would fail."""

PER_THOUSAND = 1000
PER_ONE = 1

MONEY_LIMIT = 30
"""Digits before the point, or zeros after it, beyond which a number is not money (a panel's garbage)."""

DIGITS_LIMIT = 60
"""Digits in all beyond which a number is not money: sums and products of shorter ones stay exact."""


@lru_cache(maxsize=4096)
def charge_for(rate: Decimal, quantity: int, basis: int) -> Decimal:
    """Return what `quantity` costs at `rate`, where the rate is the price of `basis` pieces (1000 or 1).

    Exact: dividing by a power of ten moves the point, and no digit is lost. The rows of a sheet ask for the
    same few charges again and again.
    """
    product = EXACT.multiply(rate, Decimal(quantity))
    return plain(EXACT.divide(product, Decimal(basis)))


def total(amounts: Iterable[Decimal | None]) -> Decimal:
    """Return the exact sum of the known amounts; those not yet known (None) are left out."""
    found = Decimal(0)
    for amount in amounts:
        if amount is not None:
            found = EXACT.add(found, amount)
    return found


def plain(amount: Decimal) -> Decimal:
    """Return the same amount without trailing zeros and without an exponent."""
    if not amount:
        return Decimal(0)
    short = amount.normalize(EXACT)
    exponent = short.as_tuple().exponent
    return short.quantize(Decimal(1), context=EXACT) if isinstance(exponent, int) and exponent > 0 else short


def text(amount: Decimal | None) -> str | None:
    """Return the amount in digits, as JSON and workbooks carry it (`"1.25"`); None stays None."""
    return None if amount is None else format(amount, "f")


def digits(amount: Decimal | None) -> str | None:
    """Return the amount in its fewest digits (`"1.25"`, never `"1.250"`); None stays None."""
    return None if amount is None else text(plain(amount))


def decimal(digits: str) -> Decimal | None:
    """Return the plain decimal number these characters are, or None; never infinity or NaN."""
    try:
        value = Decimal(digits)
    except InvalidOperation:
        return None
    if not value.is_finite() or len(value.as_tuple().digits) > DIGITS_LIMIT:
        return None
    return value if abs(value.adjusted()) <= MONEY_LIMIT else None
