"""On what terms a pretend panel sells: its currency, its prices, its ids; how it speaks is its dialect's."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

from bulkorders.sandbox.errors import BadSettingError
from bulkorders.sandbox.needs import COMMENTS_PACKAGE, SUBSCRIPTIONS

if TYPE_CHECKING:
    from bulkorders.sandbox.catalogue import Service

_PACKAGES: Final = frozenset({COMMENTS_PACKAGE})


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one dialect.

    `further`: sells the further types too; `odd`: and entries that no list should hold. `per_one`: types
    whose rate is the price of one, beside Package. `tax` is added to every charge, which is kept with so
    many decimal `places` (None: all). `counts_must_be_said`: a quantity is demanded where lines or a package
    tell it too. `order_prefix` begins every order id, `refill_prefix` every refill id; `refill_is_order`: a
    refill has its order's id. `intervals`: the only minutes between runs. `idempotency`: the parameter whose
    value makes a repeated `add` answer with the first order.
    """

    name: str
    currency: str = "VND"
    further: bool = True
    odd: bool = False
    per_one: frozenset[str] = _PACKAGES
    tax: Decimal = Decimal(0)
    places: int | None = None
    counts_must_be_said: bool = False
    order_prefix: str = ""
    refill_prefix: str = ""
    refill_is_order: bool = False
    intervals: frozenset[int] | None = None
    idempotency: str | None = None

    def unit_price(self, service: Service) -> Decimal:
        """Return the exact price of one unit, tax included."""
        return service.unit_price * (1 + self.tax)

    def rounded(self, amount: Decimal) -> Decimal:
        """Return an amount as the panel keeps it."""
        if self.places is None:
            return amount
        return amount.quantize(Decimal(1).scaleb(-self.places), rounding=ROUND_HALF_UP)

    def order_id(self, number: int) -> str:
        """Return the id of the order with this number."""
        return f"{self.order_prefix}{number}"

    def order_number(self, order_id: str) -> int:
        """Return the number in an order's id."""
        return int(order_id.removeprefix(self.order_prefix))


DOCUMENTED: Final = Terms("documented", further=False)
_ALL: Final = (
    DOCUMENTED,
    Terms("perfectpanel", "USD", places=5),
    Terms("smartpanel", places=4, refill_is_order=True, intervals=frozenset({0, 5, 10, 15, 30, 60, 90})),
    Terms(
        "cmsnt2",
        per_one=_PACKAGES | {SUBSCRIPTIONS},
        tax=Decimal("0.1"),
        counts_must_be_said=True,
        order_prefix="K",
        refill_is_order=True,
    ),
    Terms("cmsnt1", counts_must_be_said=True),
    Terms("asap", "USD", refill_is_order=True),
    Terms("socpanel", "INR", places=5, refill_is_order=True),
    Terms("indonesian", "IDR"),
    Terms("homemade", "USD", odd=True, order_prefix="ord_", refill_prefix="ref_", idempotency="request_id"),
)
TERMS: Final = {terms.name: terms for terms in _ALL}


def terms_of(dialect: str) -> Terms:
    """Return the terms of a dialect. Raises BadSettingError for a name there is not."""
    if dialect not in TERMS:
        raise BadSettingError(f"there is no dialect {dialect!r}; there are {', '.join(TERMS)}")
    return TERMS[dialect]
