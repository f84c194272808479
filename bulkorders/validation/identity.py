"""Which order a row is: its key and fingerprint, before anybody asks the journal."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bulkorders.model.catalogue import Catalogue, Service
from bulkorders.model.links import normalised_link
from bulkorders.model.making import maker_of
from bulkorders.model.orders import Order, fingerprint, order_key, reference_key, usual_fingerprint
from bulkorders.model.service_types import TYPES
from bulkorders.validation.costs import count_of
from bulkorders.validation.sending import PASSED_OVER, sent_as, sent_parameters, settled

USUAL = ("link", "quantity")
"""What most orders are sent with, beside their service."""


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
    one is, from 1. With a reference the three keys are one. `link` is the order's as panels compare it.
    `sent` is what was sent for an order that is known already.
    """

    order: Order
    target: Target
    service: Service | None
    key: str
    fingerprint: str
    likes: str
    occurrence: int = 1
    link: str = ""
    sent: Mapping[str, str] | None = None

    @property
    def parameters(self) -> Mapping[str, str]:
        """What was sent for the order, or is: made when it is asked for, since a million of them are heavy."""
        return sent_parameters(self.order, self.service) if self.sent is None else self.sent

    def nth_key(self, occurrence: int) -> str:
        """Return the key of the nth order of this kind."""
        if occurrence == 1:
            return self.likes
        return order_key(self.target.account, self.target.campaign, self.parameters, occurrence)


_identified = maker_of(Identified)


def identify(orders: Iterable[tuple[Order, Target]]) -> list[Identified]:
    """Give every order its key. Rows without a reference are told apart by what is sent, and how many came before."""
    seen: Counter[str] = Counter()
    mark_of = _Fingerprints().of
    found = []
    for parsed, target in orders:
        service = target.catalogue.get(parsed.service)
        order = settled(parsed, service) if parsed.incidental else parsed
        link = normalised_link(order.link)
        mark = mark_of(order, service, target.account, link)
        if order.reference is not None:
            key = reference_key(target.account, target.campaign, order.reference)
            found.append(_identified(order, target, service, key, mark, key, 1, link))
            continue
        parameters = sent_parameters(order, service)
        first = key = order_key(target.account, target.campaign, parameters, 1)
        seen[first] += 1
        if (occurrence := seen[first]) > 1:
            key = order_key(target.account, target.campaign, parameters, occurrence)
        found.append(_identified(order, target, service, key, mark, first, occurrence, link))
    return found


class _Fingerprints:
    """Gives orders their fingerprints, that of most without gathering what is sent; each service is looked at once."""

    def __init__(self) -> None:
        self._usual: dict[int, tuple[Service | None, bool]] = {}

    def of(self, order: Order, service: Service | None, account: str, link: str) -> str:
        """Return an order's fingerprint; `link` is its own, normalised."""
        seen = self._usual.get(id(service))
        if seen is None:
            takes = service is not None and service.type.takes.issuperset(USUAL)
            seen = self._usual[id(service)] = service, takes
        if seen[1] and order.link and order.quantity is not None and not (order.extras or order.own):
            return usual_fingerprint(account, order.service, order.link, order.quantity, normalised=link)
        return fingerprint(account, sent_parameters(order, service))


def wanted_keys(identified: Iterable[Identified]) -> list[str]:
    """Return the keys by which the journal may know these orders, beside those of their campaigns."""
    return [key for each in identified for key in (each.key, each.order.held_key) if key is not None]


def forms(each: Identified) -> Iterator[Mapping[str, str]]:
    """Give all that may have been sent for this row, what would be sent today first.

    A service that has left the catalogue, or has changed its type, may have been sent without the quantity
    that its row shows, or with it.
    """
    yield each.parameters
    whole = each.order.parameters()
    if whole != each.parameters:
        yield whole
    if "quantity" in each.parameters and each.order.quantity in _implied(each.order):
        yield {name: value for name, value in each.parameters.items() if name != "quantity"}
    if each.service is None and any(name in PASSED_OVER for name, _ in each.order.extras):
        yield from _by_type(each.order)


def _by_type(order: Order) -> Iterator[Mapping[str, str]]:
    """Give what each type of service would have been sent of this row, where nobody knows its type any more."""
    told: list[Mapping[str, str]] = []
    for kind in TYPES.values():
        sent = sent_as(order, kind)
        lost = order.quantity is not None and "quantity" not in sent and order.quantity not in _implied(order)
        if not lost and sent not in told:
            told.append(sent)
            yield sent


def _implied(order: Order) -> tuple[int, ...]:
    """Return the quantities that a row may show where the panel is sent none: one piece, or one a line."""
    lines = (told for name, told in order.extras if name in COUNTED)
    return (1, *map(count_of, lines)) if order.extras else (1,)


COUNTED = frozenset(kind.counted for kind in TYPES.values())
"""Fields whose lines are the quantity on some type."""
