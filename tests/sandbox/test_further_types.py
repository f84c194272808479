"""The further types of services that all dialects but the documented one sell, over real sockets."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from bulkorders.sandbox import Shop
from bulkorders.sandbox.assortment import PLAIN_TYPES
from bulkorders.sandbox.catalogue import make_catalogue
from bulkorders.sandbox.dialects import DIALECTS
from bulkorders.sandbox.needs import NEEDS

LINK = "https://example.com/a"
Speaking = Callable[[str], Any]
TO_POSTS = {"username": "@someone", "min": "10", "max": "20", "delay": "30"}

TYPES: dict[str, tuple[dict[str, str], int, str]] = {
    "Package": ({"link": LINK}, 1, "45000"),
    "Custom Comments": ({"link": LINK, "comments": "a\r\nb\nc\nd\n\ne"}, 5, "925.0025"),
    "Custom Comments Package": ({"link": LINK, "comments": "a\nb"}, 1, "52000"),
    "Comment Replies": ({"link": LINK, "username": "@a", "comments": "a\nb"}, 2, "182"),
    "Comment Likes": ({"link": LINK, "quantity": "10", "username": "@a"}, 10, "124"),
    "Mentions": ({"link": LINK, "quantity": "10", "usernames": "@a\n@b"}, 10, "640"),
    "Mentions with Hashtags": (
        {"link": LINK, "quantity": "10", "usernames": "@a\n@b", "hashtags": "#a\n#b"}, 10, "660",
    ),
    "Mentions Custom List": ({"link": LINK, "usernames": "@a\n@b\n@c"}, 3, "210"),
    "Mentions Hashtag": ({"link": LINK, "quantity": "10", "hashtag": "#a"}, 10, "615"),
    "Mentions User Followers": ({"link": LINK, "quantity": "10", "username": "@a"}, 10, "620"),
    "Mentions Media Likers": ({"link": LINK, "quantity": "10", "media": LINK}, 10, "625"),
    "Poll": ({"link": LINK, "quantity": "10", "answer_number": "2"}, 10, "88"),
    "Invites from Groups": ({"link": LINK, "quantity": "10", "groups": "one\ntwo"}, 10, "390"),
    "SEO": ({"link": LINK, "quantity": "100", "keywords": "one\ntwo"}, 100, "240"),
    "SEO2": ({"link": LINK, "quantity": "100", "keywords": "one\ntwo"}, 100, "360"),
    "Web Traffic": (
        {"link": LINK, "quantity": "100", "country": "VN", "device": "1", "type_of_traffic": "3"}, 100, "120",
    ),
    "Subscriptions": (TO_POSTS | {"posts": "5"}, 100, "990"),
    "Likes spread": (TO_POSTS | {"old_posts": "3"}, 60, "546"),
    "Pick a comment": ({"link": LINK, "quantity": "10"}, 10, "150"),
    **{kind: ({"link": LINK, "quantity": "10"}, 10, "70") for kind in PLAIN_TYPES},
}  # fmt: skip
"""By type: what an order must carry, how many units it is for, and what they cost."""


def service_of(panel: Any, kind: str) -> str:
    """Return the id of the first service of a type."""
    return next(service.id for service in panel.shop.services() if service.type == kind)


@pytest.mark.parametrize("kind", TYPES)
def test_a_type_is_sold_by_its_own_rule(speaking: Speaking, kind: str):
    """With all it needs an order of this type is sold, for so many units and so much money."""
    panel = speaking("perfectpanel")
    params, quantity, charge = TYPES[kind]
    assert "order" in panel.ask("add", service=service_of(panel, kind), **params).json()
    (order,) = panel.shop.orders
    assert (order.quantity, order.charge) == (quantity, Decimal(charge))
    assert panel.shop.balance == 343_423 - Decimal(charge)


@pytest.mark.parametrize("kind", TYPES)
def test_a_type_is_refused_without_what_it_needs(speaking: Speaking, kind: str):
    """Each single field it needs is missed, with an error in the dialect's words; nothing is sold."""
    panel = speaking("cmsnt1")
    params, _, _ = TYPES[kind]
    if "quantity" not in params and "max" not in params:
        params = params | {"quantity": "10"}
    for name in params:
        short = {each: value for each, value in params.items() if each != name}
        said = panel.ask("add", service=service_of(panel, kind), **short)
        told = "quantity" if name == "quantity" else "posts" if name == "posts" else name
        assert (said.status_code, said.json()) == (400, {"error": f"The {told} field is required."})
    assert panel.shop.orders == []


def test_every_type_with_needs_is_on_sale():
    """Each type whose needs are known, and one that nobody knows, has a service in the other dialects."""
    sold = {service.type for service in Shop(dialect="perfectpanel").services()}
    assert sold >= NEEDS.keys()
    assert {"Pick a comment", *PLAIN_TYPES} <= sold
    assert set(TYPES) <= sold


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_was_sold_before_stays_as_it_is(dialect: str):
    """The documented catalogue stands unchanged at the front of each, and alone in the documented dialect."""
    services = {service.id: service for service in Shop(dialect=dialect).services()}
    documented = make_catalogue()
    assert {id_: services[id_] for id_ in documented} == documented
    assert list(services)[: len(documented)] == list(documented)
    assert (len(services) == len(documented)) == (dialect == "documented")


def test_a_drip_feed_costs_all_its_runs(speaking: Speaking):
    """The quantity is per run, and the limits too; runs and interval are both needed, and a service that has it."""
    panel = speaking("perfectpanel")
    panel.buy("49", "20", runs="300", interval="30")
    (order,) = panel.shop.orders
    assert (order.quantity, order.charge) == (6_000, Decimal(111000))
    for refused in (
        {"runs": "3"},
        {"interval": "5"},
        {"runs": "0", "interval": "5"},
        {"runs": "x", "interval": "5"},
    ):
        assert "error" in panel.ask("add", service="49", link=LINK, quantity="20", **refused).json()
    said = panel.ask("add", service="1", link=LINK, quantity="500", runs="3", interval="30").json()
    assert said == {"error": "This service does not support Dripfeed feature!"}
    assert len(panel.shop.orders) == 1


@pytest.mark.parametrize(
    "wrong",
    [{"min": "21"}, {"min": "9"}, {"max": "10001"}, {"delay": "soon"}, {"posts": "x"}, {"posts": "-1"}],
)
def test_a_subscription_is_refused_where_its_figures_make_no_sense(speaking: Speaking, wrong: dict[str, str]):
    """Limits the wrong way round or beyond the service's, and what is no number, sell nothing."""
    panel = speaking("perfectpanel")
    params = TYPES["Subscriptions"][0] | wrong
    assert "error" in panel.ask("add", service="61", **params).json()
    assert panel.shop.orders == []


def test_a_subscription_without_a_number_is_paid_for_one_post(speaking: Speaking):
    """No posts, or none and so many old ones, are counted; nothing at all counts as one post."""
    panel = speaking("perfectpanel")
    for posts in ({"posts": "0"}, {"posts": "0", "old_posts": "4"}, {"old_posts": "2"}):
        panel.ask("add", service="61", **TO_POSTS, **posts)
    assert [order.quantity for order in panel.shop.orders] == [20, 80, 40]


@pytest.mark.parametrize(("kind", "field"), [("1", "google_keyword"), ("2", "referring_url"), ("9", "")])
def test_traffic_needs_its_source(speaking: Speaking, kind: str, field: str):
    """Traffic from a search needs the keyword, from a site its address; another kind there is not."""
    panel = speaking("homemade")
    params = TYPES["Web Traffic"][0] | {"type_of_traffic": kind}
    said = panel.ask("add", service="62", **params).json()
    assert said == {"Error": f"The {field} field is required" if field else "Incorrect type_of_traffic"}
    if field:
        panel.ask("add", service="62", **params, **{field: "x"})
    assert len(panel.shop.orders) == bool(field)


def test_orders_without_a_link_are_told_apart_by_their_user(speaking: Speaking):
    """The rule of one open order per link holds for the user of a subscription."""
    panel = speaking("perfectpanel")
    panel.shop.one_per_link = True
    params = TYPES["Subscriptions"][0]
    assert "order" in panel.ask("add", service="61", **params).json()
    assert "error" in panel.ask("add", service="61", **params).json()
    assert "order" in panel.ask("add", service="61", **(params | {"username": "@another"})).json()


def test_cents_are_kept_as_the_panel_keeps_them(speaking: Speaking):
    """A charge is rounded to the panel's decimals when it is taken, and so is what is paid back."""
    panel = speaking("smartpanel")
    panel.shop.change_service("1", rate="2.34567")
    panel.shop.plan("Partial", share=0.5)
    order = panel.buy(quantity="333")
    assert panel.shop.orders[0].charge == Decimal("0.7811")
    panel.shop.advance()
    panel.ask("status", order=order)
    assert panel.shop.orders[0].refunded == Decimal("0.3917")
