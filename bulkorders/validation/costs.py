"""What an order comes to: the pieces it asks for, and what they cost at the catalogue's rate."""

from collections.abc import Mapping
from decimal import Decimal

from bulkorders.model.catalogue import Service
from bulkorders.model.money import charge_for
from bulkorders.model.orders import Order
from bulkorders.validation.sending import further


def count_of(told: str) -> int:
    """Return how many lines a text has: each is one piece where they are counted."""
    return told.count("\n") + 1


def ordered_pieces(order: Order, service: Service) -> int | None:
    """Return how many pieces one run delivers: the quantity, or the count of lines where they are counted.

    Of a subscription it is the most that can be delivered, `max` pieces to each post.
    """
    kind = service.type
    if kind.counted is not None:
        told = further(order, kind).get(kind.counted)
        return count_of(told) if told else None
    if "quantity" in kind.takes:
        return order.quantity
    return _to_posts(further(order, kind)) if kind.per_post else 1


def _to_posts(sent: Mapping[str, str]) -> int | None:
    most = sent.get("max")
    return None if most is None else int(most) * max(posts_of(sent), 1)


def posts_of(sent: Mapping[str, str]) -> int:
    """Return how many posts a subscription is for, new ones and old ones; 0 where no number is set."""
    return int(sent.get("posts", "0")) + int(sent.get("old_posts", "0"))


def estimate(order: Order, service: Service) -> Decimal:
    """Return what the order will cost at the catalogue's rate; a drip-feed costs all its runs.

    A subscription without a number of posts has no end; the estimate is then that of one post.
    """
    pieces = ordered_pieces(order, service) or 0
    runs = int(further(order, service.type).get("runs", "1")) if order.extras or order.own else 1
    return charge_for(service.rate or Decimal(0), pieces * runs, service.basis)
