"""The total that is typed to confirm: what it is, and whether what was typed is it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from bulkorders.model import money
from bulkorders.model.progress import Review

NOT_DIGITS = str.maketrans("", "", "    '’_")


@dataclass(frozen=True, slots=True)
class Total:
    """What is to be typed for one account: the estimate of what is sent there, in its currency."""

    name: str
    account: str
    amount: Decimal
    currency: str | None


def totals(review: Review) -> list[Total]:
    """Return what is to be typed: the total of each account that orders are sent to."""
    wanted = [each for each in review.money if each.estimated or each.account in _used(review)]
    return [
        Total(f"total-{number}", each.account, money.plain(each.estimated), each.currency)
        for number, each in enumerate(wanted)
    ]


def _used(review: Review) -> set[str]:
    return {each.account for each in review.services}


def typed_right(review: Review, form: Mapping[str, Any]) -> bool:
    """Whether the total of each account was typed, however its thousands and decimals are marked."""
    return all(is_amount(str(form.get(each.name, "")), each.amount, each.currency) for each in totals(review))


def is_amount(typed: str, amount: Decimal, currency: str | None = None) -> bool:
    """Whether a text is this amount: `1,250.5`, `1.250,5` and `1250.50 VND` all are."""
    digits = typed.casefold().replace((currency or "").casefold(), "").translate(NOT_DIGITS)
    return any(_read(each) == amount for each in (digits.replace(",", ""), _swapped(digits)))


def _swapped(digits: str) -> str:
    return digits.replace(".", "").replace(",", ".")


def _read(digits: str) -> Decimal | None:
    try:
        found = Decimal(digits)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
