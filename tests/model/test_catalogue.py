"""Services of a catalogue."""

from bulkorders.model.catalogue import Catalogue, Service, basis_of
from bulkorders.model.money import PER_ONE, PER_THOUSAND
from bulkorders.model.service_types import TYPES


def test_packages_are_priced_per_one() -> None:
    """Where a profile says nothing, packages cost their rate and all others a thousandth of it a piece."""
    per_one = {name for name in TYPES if basis_of(name) == PER_ONE}
    assert per_one == {"package", "custom comments package"}
    assert basis_of("Poll") == PER_THOUSAND


def test_a_catalogue_gives_services_by_their_text() -> None:
    """Ids are text: `1` and `01` are two services, and one that is not listed is None."""
    catalogue = Catalogue({"1": Service("1", "one"), "01": Service("01", "another")})
    assert catalogue.get("1") is not catalogue.get("01")
    assert catalogue.get("001") is None
