"""What of a row is sent: its service's type takes some of its fields, the panel's own parameters go always."""

from dataclasses import replace

from bulkorders.model.catalogue import Service
from bulkorders.model.orders import Order
from bulkorders.model.service_types import INCIDENTAL, ServiceType

PASSED_OVER = frozenset(INCIDENTAL)
"""Fields that are not sent where the type does not take them; any other is sent, or keeps the row back."""


def further(order: Order, kind: ServiceType) -> dict[str, str]:
    """Return what is sent beside service, link and quantity."""
    if not order.extras and not order.own:
        return {}
    sent = {name: told for name, told in order.extras if name not in PASSED_OVER or name in kind.takes}
    sent.update(order.own)
    return sent


def sent_as(order: Order, kind: ServiceType) -> dict[str, str]:
    """Return exactly what `add` is sent for this order on a service of this type."""
    sent = order.parameters()
    takes = kind.takes
    if "quantity" not in takes:
        sent.pop("quantity", None)
    if "link" not in takes:
        sent.pop("link", None)
    if order.extras:
        passed = [name for name, _ in order.extras if name in PASSED_OVER and name not in takes]
        own = dict(order.own)
        for name in passed:
            if name not in own:
                sent.pop(name, None)
    return sent


def sent_parameters(order: Order, service: Service | None) -> dict[str, str]:
    """Return exactly what `add` is sent for this order, under the documented names.

    A type whose quantity is fixed or counted by the panel is sent none (canonical documents). Of a service
    that is not in the catalogue nobody knows what it takes: all that the row says stands then.
    """
    return order.parameters() if service is None else sent_as(order, service.type)


def settled(order: Order, service: Service | None) -> Order:
    """Return the order with those unreadable cells among its problems that its service's type takes."""
    if not order.incidental:
        return order
    takes = service.type.takes if service is not None else frozenset()
    matter = tuple(problem for name, problem in order.incidental if name in takes)
    return replace(order, problems=(*order.problems, *matter), incidental=())
