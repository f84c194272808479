"""Which order a row is: its key and fingerprint, before anybody asks the journal."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bulkorders.model.catalogue import Catalogue, Service
from bulkorders.model.orders import Order, fingerprint, order_key, reference_key
from bulkorders.validation import rules


@dataclass(frozen=True, slots=True)
class Target:
    """Where a row's order goes: an account with its catalogue, and a campaign."""

    account: str
    campaign: str
    catalogue: Catalogue
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Identified:
    """An order with its identity.

    `likes` is the key of the first order of this kind in the sheet, `occurrence` which of its likes this
    one is, from 1. With a reference the three keys are one.
    """

    order: Order
    target: Target
    service: Service | None
    parameters: Mapping[str, str]
    key: str
    fingerprint: str
    likes: str
    occurrence: int = 1

    def nth_key(self, occurrence: int) -> str:
        """Return the key of the nth order of this kind."""
        if occurrence == 1:
            return self.likes
        return order_key(self.target.account, self.target.campaign, self.parameters, occurrence)


def identify(orders: Iterable[tuple[Order, Target]]) -> list[Identified]:
    """Give every order its key. Rows without a reference are told apart by what is sent, and how many came before."""
    seen: Counter[str] = Counter()
    found = []
    for order, target in orders:
        service = target.catalogue.get(order.service)
        parameters = rules.sent_parameters(order, service)
        mark = fingerprint(target.account, parameters)
        if order.reference is not None:
            key = reference_key(target.account, target.campaign, order.reference)
            found.append(Identified(order, target, service, parameters, key, mark, key))
            continue
        first = key = order_key(target.account, target.campaign, parameters, 1)
        seen[first] += 1
        if (occurrence := seen[first]) > 1:
            key = order_key(target.account, target.campaign, parameters, occurrence)
        found.append(Identified(order, target, service, parameters, key, mark, first, occurrence))
    return found


def wanted_keys(identified: Iterable[Identified]) -> list[str]:
    """Return the keys by which the journal may know these orders, beside those of their campaigns."""
    return [key for each in identified for key in (each.key, each.order.held_key) if key is not None]


def forms(each: Identified) -> list[Mapping[str, str]]:
    """Return all that may have been sent for this row, what would be sent today first.

    A service that has left the catalogue, or has changed its type, may have been sent without the quantity
    that its row shows, or with it.
    """
    whole = each.order.parameters()
    found: list[Mapping[str, str]] = [each.parameters]
    if whole != each.parameters:
        found.append(whole)
    if "quantity" in each.parameters and each.order.quantity in _implied(each.order):
        found.append({name: value for name, value in each.parameters.items() if name != "quantity"})
    return found


def _implied(order: Order) -> tuple[int, ...]:
    """Return the quantities that a row may show where the panel is sent none: one piece, or one a comment."""
    comments = dict(order.extras).get("comments")
    return (1,) if comments is None else (1, comments.count("\n") + 1)
