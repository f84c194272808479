"""Values that are made quickly are those that their class makes."""

from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from bulkorders.model.making import maker_of
from bulkorders.model.orders import Order


@dataclass(frozen=True, slots=True)
class Thing:
    """A value with all kinds of fields."""

    name: str
    count: int = 1
    facts: dict[str, int] = field(default_factory=dict)


def test_a_value_made_quickly_equals_one_made_by_its_class() -> None:
    """It is of the class, equal, of the same hash and the same words, and can be replaced likewise."""
    quick = maker_of(Order)(2, "1", "https://example.com/a", 500, reference="r")
    usual = Order(2, "1", "https://example.com/a", 500, reference="r")
    assert type(quick) is Order
    assert (quick, hash(quick), repr(quick)) == (usual, hash(usual), repr(usual))
    assert replace(quick, quantity=7) == replace(usual, quantity=7)


def test_a_value_made_quickly_is_frozen() -> None:
    """No field of it can be set, and there is none beside those of its class."""
    thing = maker_of(Thing)("a")
    for name in ("name", "other"):
        with pytest.raises((FrozenInstanceError, TypeError)):
            setattr(thing, name, "b")
    assert thing == Thing("a")


def test_what_is_left_out_is_as_the_class_says() -> None:
    """Defaults hold, and one that is made anew is made anew for each value."""
    make = maker_of(Thing)
    one, other = make("a"), make("a", 2)
    assert (one, other) == (Thing("a"), Thing("a", 2))
    assert one.facts is not other.facts
