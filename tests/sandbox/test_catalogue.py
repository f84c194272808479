"""The price list of the pretend panel."""

from __future__ import annotations

from collections import Counter

from bulkorders.sandbox.catalogue import make_catalogue


def test_every_type_is_there():
    """The first ten services show every type, refill and cancel yes and no, and rates with decimals."""
    services = make_catalogue(10).values()
    assert {service.type for service in services} == {
        "Default",
        "Package",
        "Custom Comments",
        "special",
        "special1",
    }
    assert {service.refill for service in services} == {True, False}
    assert {service.cancel for service in services} == {True, False}
    assert any(service.rate % 1 for service in services)


def test_most_services_are_plain_and_all_are_sound():
    """In ten thousand services most are Default; limits are in order, packages are sold one at a time."""
    services = make_catalogue(10_000)
    assert list(services) == [str(number) for number in range(1, 10_001)]
    count = Counter(service.type for service in services.values())
    assert count["Default"] > 6_000
    assert min(count.values()) > 200
    for service in services.values():
        assert service.rate > 0
        assert service.least <= service.most
        assert (service.type == "Package") == (service.least == service.most == 1)


def test_the_seed_decides():
    """The same seed makes the same catalogue, another seed another, and the first ten are always the same."""
    assert make_catalogue(60, 5) == make_catalogue(60, 5)
    assert make_catalogue(60, 5) != make_catalogue(60, 6)
    assert list(make_catalogue(60, 5).values())[:10] == list(make_catalogue(10, 6).values())
