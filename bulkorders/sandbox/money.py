"""Amounts as the pretend panel reads and writes them: Decimal inside, plain digits outside."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from bulkorders.sandbox.errors import BadSettingError


def plain(amount: Decimal) -> str:
    """Return an amount without exponent and without trailing zeros, as in "2.5" or "343423"."""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount(value: object) -> Decimal:
    """Return the amount that a number or its text stands for. Raises BadSettingError."""
    try:
        read = Decimal(str(value))
    except InvalidOperation:
        read = Decimal("NaN")
    if not read.is_finite():
        raise BadSettingError(f"{value!r} is not an amount of money")
    return read
