"""What comes back of an order's charge by its status: all of a canceled one, the undelivered share of a partial one.

Panels do it in two ways. Some tell a smaller charge from then on; others pay back and go on telling the
charge as it was. Which of the two it is shows in the charge that was told before, or else in the estimate.
"""

from decimal import ROUND_HALF_UP, Context, Decimal, DecimalException

from bulkorders.model import money
from bulkorders.model.outcomes import Delivery

PAID_BACK = frozenset({Delivery.CANCELED.value, Delivery.REFUNDED.value, Delivery.FAILED.value})
MOVED_BACK = PAID_BACK | {Delivery.PARTIAL.value}
"""Statuses after which a panel pays back all, or a part."""

WIDE = Context(prec=200)
"""Enough digits that a share is rounded once only, where it is asked for."""


def refund_due(
    charge: Decimal | None,
    status: str | None,
    remains: int | None,
    quantity: int | None,
    *,
    scale: int | None = None,
) -> Decimal:
    """Return what a panel owes back by the order's status, where it tells the charge as it was.

    A share that does not divide exactly is rounded to `scale` decimals, the finest the panel showed; with
    None it is not known, and 0.
    """
    known = charge or Decimal(0)
    if status in PAID_BACK:
        return known
    if status != Delivery.PARTIAL or not remains or not quantity:
        return Decimal(0)
    share = money.EXACT.multiply(known, Decimal(min(max(remains, 0), quantity)))
    try:
        return money.plain(money.EXACT.divide(share, Decimal(quantity)))
    except DecimalException:
        return Decimal(0) if scale is None else _rounded(WIDE.divide(share, Decimal(quantity)), scale)


def cost_of(
    charge: Decimal,
    status: str | None,
    remains: int | None,
    quantity: int | None,
    *,
    before: Decimal | None,
    scale: int,
) -> Decimal:
    """Return what an order has cost once its refund is taken off, by what the panel tells of it now.

    `before` is the charge told before the status was one of money coming back, or the estimate where none
    was; with None the charge counts as told before the refund.
    """
    due = refund_due(charge, status, remains, quantity, scale=scale)
    if not due or before is None:
        return money.plain(charge - due)
    reduced = before - refund_due(before, status, remains, quantity, scale=scale)
    as_it_was = abs(charge - before) < abs(charge - reduced)
    return money.plain(charge - due if as_it_was else charge)


def _rounded(amount: Decimal, scale: int) -> Decimal:
    return money.plain(amount.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP, WIDE))
