"""What the pretend panel checks before it sells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bulkorders.sandbox.errors import Refused
from bulkorders.sandbox.needs import ANYTHING, NEEDS, WEB_TRAFFIC
from bulkorders.sandbox.terms import DOCUMENTED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bulkorders.sandbox.catalogue import Service
    from bulkorders.sandbox.needs import Needs
    from bulkorders.sandbox.terms import Terms

_DRIP_FEED: Final = ("runs", "interval")
_TRAFFIC: Final = {"1": "google_keyword", "2": "referring_url", "3": ""}
"""What the types of traffic need besides."""
_LONGEST: Final = 18
"""More digits than any panel stores."""


def lines_of(text: str) -> list[str]:
    """Return the lines that say something."""
    return [line for line in text.splitlines() if line.strip()]


def checked_quantity(service: Service, params: Mapping[str, str], terms: Terms = DOCUMENTED) -> int:
    """Return the units that will be sold and paid; raises Refused as a real panel would.

    The limits of a service are for one run of a drip-feed, and for one post of a subscription.
    """
    needs = NEEDS.get(service.type, ANYTHING)
    _check_fields(service, needs, params)
    runs = _runs(service, params, terms)
    if needs.posts:
        return _of_posts(service, params)
    if terms.counts_must_be_said:
        _whole(params)
    if needs.single:
        return 1
    quantity = len(lines_of(params[needs.counted])) if needs.counted else _whole(params)
    _check_limits(service, quantity)
    return quantity * runs


def _check_fields(service: Service, needs: Needs, params: Mapping[str, str]) -> None:
    if needs.link and not params.get("link", "").strip():
        raise Refused("link")
    for name in needs.required:
        if not lines_of(params.get(name, "")):
            raise Refused("field", name=name)
    if needs.either and not any(params.get(name, "").strip() for name in needs.either):
        raise Refused("field", name=needs.either[0])
    if service.type == WEB_TRAFFIC:
        _check_traffic(params["type_of_traffic"].strip(), params)


def _check_traffic(kind: str, params: Mapping[str, str]) -> None:
    if kind not in _TRAFFIC:
        raise Refused("wrong", name="type_of_traffic")
    if _TRAFFIC[kind] and not params.get(_TRAFFIC[kind], "").strip():
        raise Refused("field", name=_TRAFFIC[kind])


def _runs(service: Service, params: Mapping[str, str], terms: Terms) -> int:
    """Return how many times the quantity is delivered: once, unless it is a drip-feed."""
    if not any(params.get(name, "").strip() for name in _DRIP_FEED):
        return 1
    if not service.dripfeed:
        raise Refused("drip_feed")
    runs, interval = (_whole(params, name) for name in _DRIP_FEED)
    if runs < 1:
        raise Refused("wrong", name="runs")
    if terms.intervals is not None and interval not in terms.intervals:
        raise Refused("wrong", name="interval")
    return runs


def _of_posts(service: Service, params: Mapping[str, str]) -> int:
    least, most = (_whole(params, name) for name in ("min", "max"))
    _check_limits(service, least)
    _check_limits(service, most)
    if least > most:
        raise Refused("wrong", name="min")
    _whole(params, "delay")
    posts = sum(_whole(params, name) for name in ("posts", "old_posts") if params.get(name, "").strip())
    return most * max(posts, 1)


def _check_limits(service: Service, quantity: int) -> None:
    if quantity < service.least:
        raise Refused("low", least=service.least)
    if quantity > service.most:
        raise Refused("high", most=service.most)


def _whole(params: Mapping[str, str], name: str = "quantity") -> int:
    text = params.get(name, "").strip()
    if text.isascii() and text.isdigit() and len(text) <= _LONGEST:
        return int(text)
    raise Refused("quantity") if name == "quantity" else Refused("wrong", name=name)
