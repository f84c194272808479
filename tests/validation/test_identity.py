"""What makes an order the same order: keys and fingerprints."""

import unicodedata
from decimal import Decimal
from typing import Any

import pytest

from bulkorders.model.orders import (
    changed_key,
    fingerprint,
    normalised_link,
    order_key,
    reference_key,
    same_parameters,
)

SENT = {"service": "1", "link": "https://example.com/a", "quantity": "500"}


def keys(desk: Any, rows: list[dict[str, Any]]) -> list[str]:
    """Return the keys of these rows."""
    return [each.key for each in desk.identified(desk.sheet(rows))]


def test_a_key_is_the_same_for_ever() -> None:
    """Keys, fingerprints and reference keys are what they were when journals were written with them."""
    assert order_key("panel.example/api", "may", SENT, 1) == "eade9884b5c8914fdd11aa49c4dd43e6"
    assert reference_key("panel.example/api", "may", "A-1") == "448b753393fc2b8452af32d753758967"
    assert changed_key("k", SENT) == "b5914ac760d488eae42f5797af92c76d"
    assert fingerprint("panel.example/api", SENT) == "bbb89cccf706c1eb84de879b380f9d22"


@pytest.mark.parametrize(
    "cells",
    [
        {"max_rate": 3},
        {"refill": "yes"},
        {"allow_duplicate": "yes"},
        {"number": 77},
        {"service": 1},
        {"service": 1.0},
        {"service": " 1\u00a0"},
        {"quantity": "500"},
        {"quantity": 500.0},
        {"quantity": "500,00"},
        {"quantity": Decimal(500)},
        {"link": "https://example.com/post/1 "},
        {"link": "\u200bhttps://example.com/post/1\u00a0"},
        {"link": "\u202ahttps://example.com/post/1\u202c"},
        {"comments": ""},
        {"list": " \n "},
    ],
)
def test_what_is_not_sent_makes_no_new_order(desk: Any, cells: dict[str, Any]) -> None:
    """Notes, limits, row numbers, blanks and the spelling of a number leave the key as it is."""
    assert keys(desk, [desk.row(**cells)]) == keys(desk, [desk.row()])


@pytest.mark.parametrize(
    "cells",
    [
        {"service": "2"},
        {"link": "https://example.com/post/2"},
        {"link": "https://example.com/post/1/"},
        {"quantity": 501},
        {"list": "v"},
        {"runs": 2, "interval": 5},
        {"campaign": "summer"},
        {"reference": "A-1"},
    ],
)
def test_what_is_sent_makes_the_order(desk: Any, cells: dict[str, Any]) -> None:
    """Any other parameter, campaign or reference is another order."""
    assert keys(desk, [desk.row(**cells)]) != keys(desk, [desk.row()])


def test_the_campaign_and_the_account_are_part_of_the_key() -> None:
    """The same row in another campaign or on another account is another order."""
    assert len({order_key(account, campaign, SENT, 1) for account in "ab" for campaign in "cd"}) == 4
    assert len({reference_key(account, campaign, "r") for account in "ab" for campaign in "cd"}) == 4


def test_sorting_and_inserting_change_no_key(desk: Any) -> None:
    """A row keeps its key wherever it stands and whatever stands around it."""
    rows = [desk.row(link=f"https://example.com/{number}") for number in range(5)]
    before = keys(desk, rows)
    assert keys(desk, list(reversed(rows))) == list(reversed(before))
    assert keys(desk, [desk.row(), *rows])[1:] == before


def test_likes_are_told_apart_by_how_many_came_before(desk: Any) -> None:
    """The nth row that sends the same has a key of its own, counted over the whole sheet."""
    found = desk.identified(desk.sheet([desk.row(), desk.row(quantity=600), desk.row(), desk.row()]))
    assert [each.occurrence for each in found] == [1, 1, 2, 3]
    assert len({each.key for each in found}) == 4
    assert [found[0].nth_key(number) for number in (1, 2, 3)] == [found[0].key, found[2].key, found[3].key]


def test_a_reference_is_the_key_whatever_is_sent(desk: Any) -> None:
    """Rows with a reference keep their key when they are edited, and never count as likes."""
    one, edited = keys(desk, [desk.row(reference="A-1"), desk.row(reference=" A-1\u00a0", quantity=900)])
    assert one == edited
    assert keys(desk, [desk.row(reference="A-1"), desk.row()])[1] == keys(desk, [desk.row()])[0]
    assert keys(desk, [desk.row(reference=12.0)]) == keys(desk, [desk.row(reference="12")])
    assert keys(desk, [desk.row(reference="A-1")]) != keys(desk, [desk.row(reference="a-1")])


def test_a_package_with_one_and_with_none_is_the_same_order(desk: Any) -> None:
    """What the panel is not sent is not part of the key, so clearing the quantity of a package is no edit."""
    assert keys(desk, [desk.row(service="3", quantity=None)]) == keys(
        desk, [desk.row(service="3", quantity=1)]
    )
    comments = {"service": "4", "comments": "a\nb"}
    assert keys(desk, [desk.row(**comments, quantity=None)]) == keys(desk, [desk.row(**comments, quantity=2)])


@pytest.mark.parametrize(
    ("one", "other"),
    [("a\nb", "a\r\nb\r\n"), ("a\nb", " a \n\n b"), ("a\nb", "a\rb"), ("a\nb", "\u00a0a\nb\u200b")],
)
def test_line_breaks_and_blanks_make_no_new_order(desk: Any, one: str, other: str) -> None:
    """However the lines of comments or videos are broken, the order is the same."""
    for service, name, beside in (
        ("4", "comments", {}),
        ("5", "list", {}),
        ("6", "suggest", {"search": "k"}),
    ):
        row = desk.row(service=service, quantity=None if service == "4" else 500, **beside)
        assert keys(desk, [{**row, name: one}]) == keys(desk, [{**row, name: other}])


@pytest.mark.parametrize("name", ["comments", "link", "reference", "search", "campaign"])
def test_letters_composed_in_another_way_make_no_new_order(desk: Any, name: str) -> None:
    """NFC and NFD of a text are the same order, and what is sent stays as it was written."""
    text = {"link": "https://example.com/đường-phố-ấm", "comments": "Ấm áp\nTuyệt vời"}.get(name, "Ấm áp")
    decomposed = unicodedata.normalize("NFD", text)
    assert text != decomposed
    row = desk.row(service="4" if name == "comments" else "5", quantity=None if name == "comments" else 500)
    row |= {"list": None, "suggest": "v", "search": "k"} if name != "comments" else {}
    one, other = (desk.identified(desk.sheet([{**row, name: each}]))[0] for each in (text, decomposed))
    assert one.key == other.key
    assert one.fingerprint == other.fingerprint
    assert same_parameters(one.parameters, other.parameters)
    if name in other.parameters:
        assert other.parameters[name] == decomposed


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.com/a", "https://EXAMPLE.com/a"),
        ("https://example.com/a", "HTTP://example.com/a"),
        ("https://example.com/a", "https://www.example.com/a"),
        ("https://example.com/a", "https://example.com/a/"),
        ("https://example.com/a", "https://example.com/a#top"),
        ("https://example.com/a", "https://example.com:443/a"),
        ("https://example.com", "https://example.com/"),
        ("https://example.com/a?b=c", "https://example.com/a/?b=c"),
        ("https://example.com/đ", "https://example.com/%C4%91"),
        ("https://example.com/%c4%91", "https://example.com/%C4%91"),
        ("https://example.com/a", "example.com/a"),
        ("https://example.com/a//b", "example.com/a//b"),
    ],
)
def test_links_that_lead_to_the_same_page_are_the_same_purchase(one: str, other: str) -> None:
    """Scheme, case of the host, www., end slash, jump mark and escapes hide no duplicate."""
    assert normalised_link(one) == normalised_link(other)
    assert fingerprint("p", {**SENT, "link": one}) == fingerprint("p", {**SENT, "link": other})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.com/watch?v=1", "https://example.com/watch?v=2"),
        ("https://example.com/A", "https://example.com/a"),
        ("https://example.com/a", "https://example.org/a"),
        ("https://m.example.com/a", "https://example.com/a"),
        ("https://example.com/#!/a", "https://example.com/#!/b"),
        ("https://example.com/%FE", "https://example.com/%FF"),
        ("https://example.com/a", "https://example.com:8080/a"),
    ],
)
def test_links_that_lead_elsewhere_are_another_purchase(one: str, other: str) -> None:
    """Query strings, routes, ports and the case of a path say which page is meant."""
    assert normalised_link(one) != normalised_link(other)


@pytest.mark.parametrize(
    "link", ["https://[broken", "", "   ", "not a link", "//", "%", "https://example.com/%zz"]
)
def test_any_text_has_a_normalised_form(link: str) -> None:
    """Normalising never fails, whatever stands in the cell, and does nothing when done again."""
    once = normalised_link(link)
    assert normalised_link(once) == once


def test_the_fingerprint_knows_no_campaign_row_or_reference(desk: Any) -> None:
    """The same purchase has the same fingerprint in every campaign and under every reference."""
    marks = {
        each.fingerprint
        for each in desk.identified(
            desk.sheet([desk.row(), desk.row(campaign="x", reference="r", max_rate=9), desk.row()])
        )
    }
    assert len(marks) == 1
    assert fingerprint("a", SENT) != fingerprint("b", SENT)
    assert fingerprint("a", SENT) != fingerprint("a", {**SENT, "comments": "x"})
