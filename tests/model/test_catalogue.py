"""Services and what an order for each type needs."""

import pytest

from bulkorders.model.catalogue import (
    ALIASES,
    DEFAULT,
    TYPES,
    Catalogue,
    Service,
    basis_of,
    normalised_type,
    service_type,
)
from bulkorders.model.money import PER_ONE, PER_THOUSAND


@pytest.mark.parametrize(
    ("spelled", "name"),
    [
        ("Default", "Default"),
        ("default", "Default"),
        ("", "Default"),
        ("  ", "Default"),
        ("Package", "Package"),
        ("PACKAGE", "Package"),
        ("Custom Comments", "Custom Comments"),
        ("custom_comments", "Custom Comments"),
        ("Custom_comments", "Custom Comments"),
        ("custom-comments ", "Custom Comments"),
        ("Custom Comments Package", "Custom Comments Package"),
        ("custom_comments_package", "Custom Comments Package"),
        ("comments_package", "Custom Comments Package"),
        ("special", "Special"),
        ("Special1", "Special1"),
        ("special_1", "Special1"),
    ],
)
def test_a_type_is_known_in_every_spelling(spelled: str, name: str) -> None:
    """Case, underscores and dashes of the family's panels all mean the one type."""
    assert service_type(spelled).name == name
    assert service_type(spelled).known


@pytest.mark.parametrize("name", ["Poll", "Subscriptions", "Comment Likes", "special 2"])
def test_an_unknown_type_is_treated_as_default(name: str) -> None:
    """A type nobody has listed keeps its name, is marked, and needs what a Default one needs."""
    found = service_type(name)
    assert (found.name, found.known) == (name, False)
    assert (found.required, found.takes) == (DEFAULT.required, DEFAULT.takes)


@pytest.mark.parametrize(
    ("name", "required", "further"),
    [
        ("Default", {"link", "quantity"}, {"runs", "interval", "list", "suggest", "search"}),
        ("Package", {"link"}, set()),
        ("Custom Comments", {"link", "comments"}, set()),
        ("Custom Comments Package", {"link", "comments"}, set()),
        ("Special", {"link", "quantity"}, {"list", "suggest", "search"}),
        ("Special1", {"link", "quantity", "suggest", "search"}, set()),
    ],
)
def test_each_type_needs_and_takes_its_documented_fields(
    name: str, required: set[str], further: set[str]
) -> None:
    """The fields of `add` are those of the documents, no more and no less."""
    found = service_type(name)
    assert set(found.required) == required
    assert found.takes == required | further


def test_packages_are_priced_per_one() -> None:
    """Where a profile says nothing, packages cost their rate and all others a thousandth of it a piece."""
    per_one = {name for name in TYPES if basis_of(name) == PER_ONE}
    assert per_one == {"package", "custom comments package"}
    assert basis_of("Poll") == PER_THOUSAND


def test_the_table_of_types_is_reached_by_its_own_names() -> None:
    """Every key of the table, and every alias, is already in the spelling that is looked up."""
    for name in TYPES:
        assert normalised_type(name) == name
        assert normalised_type(TYPES[name].name) == name
    for alias, name in ALIASES.items():
        assert normalised_type(alias) == name
        assert name in TYPES


def test_a_catalogue_gives_services_by_their_text() -> None:
    """Ids are text: `1` and `01` are two services, and one that is not listed is None."""
    catalogue = Catalogue({"1": Service("1", "one"), "01": Service("01", "another")})
    assert catalogue.get("1") is not catalogue.get("01")
    assert catalogue.get("001") is None
