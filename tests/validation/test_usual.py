"""Usual orders, known at a glance: it comes to what the rules and the general ways come to."""

from decimal import Decimal
from itertools import chain
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkorders.model.catalogue import Service
from bulkorders.model.links import normalised_link
from bulkorders.model.orders import fingerprint, usual_fingerprint
from bulkorders.model.service_types import TYPES
from bulkorders.validation import rules
from bulkorders.validation.case import case_of
from bulkorders.validation.costs import estimate
from bulkorders.validation.sending import settled
from bulkorders.validation.usual import Usual

SERVICE = {"id": "1", "name": "Views", "rate": Decimal("0.5"), "min": 100, "max": 600, "refill": True}
ODD_SERVICES = (
    *(("type_name", name) for name in (*TYPES, "never heard of")),
    *(("rate", rate) for rate in (None, Decimal(-1), Decimal(0))),
    *(("min", least) for least in (None, -5, 0, 501, 601)),
    *(("max", most) for most in (None, 0, 499, 2_147_483_647)),
    *((name, told) for name in ("refill", "dripfeed") for told in (None, True, False)),
    *(("basis", 1), ("trouble", "rate: cheap")),
)
ODD_CELLS = (
    *(("service", told) for told in ("1 – Likes", "1 – Views", None)),
    *(("link", told) for told in (None, "nowhere", "https://a.example/b\nhttps://a.example/c")),
    *(("quantity", told) for told in (None, 0, 1, 500, 10**12, "many")),
    *(("comments", "a\nb"), ("runs", 5), ("username", "an"), ("min", 5), ("min", "?")),
    *(("max_rate", "0.1"), ("max_rate", 9), ("param:reaction", "love")),
    *(("refill", told) for told in ("yes", "no", "auto", "maybe")),
)


@pytest.mark.parametrize("change", ODD_SERVICES, ids=str)
def test_of_a_usual_order_no_rule_has_anything_to_say(desk: Any, change: tuple[str, Any]) -> None:
    """Whatever is taken for usual keeps every rule, and costs what any order is estimated at."""
    service, sheet = Service(**{**SERVICE, **dict([change])}), desk.sheet([])
    for cell in (("notes", None), *ODD_CELLS):
        order = desk.order(**dict([cell]))
        cost = Usual().cost(order, service)
        if cost is not None:
            assert rules.problems_of(order, service, sheet, capped=True) == (), cell
            assert cost == estimate(order, service)


@pytest.mark.parametrize("change", ODD_SERVICES, ids=str)
def test_the_rules_left_out_of_a_plain_order_have_nothing_to_say_of_it(
    desk: Any, change: tuple[str, Any]
) -> None:
    """Whatever is wrong with a row, it is what all rules say of it, in their order."""
    service, sheet = Service(**{**SERVICE, **dict([change])}), desk.sheet([])
    for cell in (("notes", None), *ODD_CELLS):
        order = settled(desk.order(**dict([cell])), service)
        case = case_of(order, service, sheet, capped=True)
        every = [*order.problems, *chain.from_iterable(rule(case) for rule in rules.RULES)]
        assert list(rules.problems_of(order, service, sheet, capped=True)) == every, cell


def test_an_order_as_most_are_is_usual(desk: Any) -> None:
    """A service, a link and a quantity within the limits need no rule, a label beside them neither."""
    service = Service("2", "Views", rate=Decimal("0.5"), min=100, max=600)
    usual = Usual()
    assert usual.cost(desk.order(service="2", reference="A", client="Harbour"), service) == Decimal("0.25")
    assert usual.cost(desk.order(service="2", quantity=601), service) is None


@given(st.from_regex(r"(https?://)?(www\.)?[a-z.:0-9A-Z]{0,6}(/[!-~]{0,6}){0,3}", fullmatch=True))
def test_a_plain_link_is_normalised_as_any_other(link: str) -> None:
    """A fragment makes no difference, though a link without one is not taken apart."""
    if "#" not in link:
        assert normalised_link(link) == normalised_link(f"{link}#x")


@given(st.text(), st.text(), st.integers(min_value=0))
def test_the_mark_of_a_usual_order_is_a_fingerprint_as_any_other(
    service: str, link: str, quantity: int
) -> None:
    """Three parameters come to the same mark as they would among any others."""
    sent = {"service": service, "link": link, "quantity": str(quantity)}
    assert usual_fingerprint("a", service, link, quantity) == fingerprint("a", sent)
