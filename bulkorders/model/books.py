"""The balance equation of a run: before, after, charges, in doubt, and what they leave unexplained."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bulkorders.model import money


@dataclass(frozen=True, slots=True)
class Books:
    """What one account's balance says of a run. All amounts in its currency, exact.

    `charged` are the charges the panel told of this run's orders, `expected` the estimates of those it
    has not told yet, `doubtful` the estimates of those in doubt.
    """

    before: Decimal
    after: Decimal
    charged: Decimal
    expected: Decimal = Decimal(0)
    doubtful: Decimal = Decimal(0)

    @property
    def fell_by(self) -> Decimal:
        """How much less the account holds; negative where it was topped up or refunded meanwhile."""
        return money.total((self.before, -self.after))

    @property
    def beyond_charges(self) -> Decimal:
        """How much of the fall neither told nor expected charges explain; negative where too little fell."""
        return money.plain(money.total((self.fell_by, -self.charged, -self.expected)))


def suspects(books: Books, rejected: Mapping[str, Decimal | None]) -> Sequence[str]:
    """Return the keys of refused orders that may have been charged all the same (`rejected`: key → estimate).

    Some panels take the money and answer with an error. Where the balance fell by more than charges and
    orders in doubt can explain, every refused order that costs no more than the rest may be one of them:
    in doubt is the state for that, and costs less than buying twice.
    """
    rest = money.total((books.beyond_charges, -books.doubtful))
    if rest <= 0:
        return ()
    return tuple(
        key for key, estimate in rejected.items() if estimate is None or Decimal(0) < estimate <= rest
    )
