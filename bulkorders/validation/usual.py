"""The usual order: nothing but a service, a link and a quantity, on a service with nothing odd about it.

No rule has anything to say of such an order, and nearly all are such: that is seen at a glance, without
asking each rule. What holds is `rules.problems_of`; it comes to the same.
"""

from decimal import Decimal

from bulkorders.model.catalogue import UNLIMITED, Service
from bulkorders.model.money import charge_for
from bulkorders.model.orders import Order
from bulkorders.model.service_types import DEFAULT, SPECIAL, ServiceType
from bulkorders.validation.links import is_ordinary

PLAIN = ("link", "quantity")
"""What an order for a plain service needs."""

NONE_FITS = (1, 0)


class Usual:
    """Tells the usual orders of a run; each service is looked at once."""

    def __init__(self) -> None:
        self._seen: dict[int, tuple[Service, int, int]] = {}

    def cost(self, order: Order, service: Service) -> Decimal | None:
        """Return what a usual order costs; None where it is none, and the rules are to be asked."""
        seen = self._seen.get(id(service))
        if seen is None:
            seen = self._seen[id(service)] = (service, *_fitting(service))
        if (
            order.quantity is None
            or not seen[1] <= order.quantity <= seen[2]
            or order.extras
            or order.own
            or order.problems
            or order.service_named is not None
            or order.max_rate is not None
            or order.refill not in (None, "no")
            or service.rate is None
            or not is_ordinary(order.link)
        ):
            return None
        return charge_for(service.rate, order.quantity, service.basis)


def is_plain(kind: ServiceType) -> bool:
    """Whether an order of this type is a link and a quantity, and nothing beside them is asked for."""
    plain = kind.known and kind.required == PLAIN and not (kind.counted or kind.any_of or kind.per_post)
    return plain and (kind is DEFAULT or not kind.takes.issuperset(SPECIAL))


def _fitting(service: Service) -> tuple[int, int]:
    """Return the least and the most pieces of a service with nothing odd about it; of any other none fit."""
    priced = service.trouble is None and service.rate is not None and service.rate >= 0
    if not is_plain(service.type) or not priced:
        return NONE_FITS
    return max(service.min or 1, 1), UNLIMITED if service.max is None else service.max
