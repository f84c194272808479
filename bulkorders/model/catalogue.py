"""The services a panel sells, as its catalogue lists them, and what the account holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from bulkorders.model.money import PER_ONE, PER_THOUSAND
from bulkorders.model.service_types import ServiceType, dripped, service_type

UNLIMITED = 2_147_483_647
"""What panels write as a maximum where there is none."""


@dataclass(frozen=True, slots=True)
class Service:
    """One service as the catalogue lists it. Numbers that could not be read are None, never guessed.

    `rate` is the price of `basis` pieces (1000 or 1) in the panel's currency. `refill`, `cancel` and
    `dripfeed` are None where the catalogue does not say: unknown, not false. `trouble` says in the
    panel's own words what could not be read; such a service can't be ordered.
    """

    id: str
    name: str
    type_name: str = "Default"
    category: str = ""
    rate: Decimal | None = None
    min: int | None = None
    max: int | None = None
    refill: bool | None = None
    cancel: bool | None = None
    dripfeed: bool | None = None
    currency: str | None = None
    basis: int = PER_THOUSAND
    trouble: str | None = None
    usual: float | None = None

    @property
    def type(self) -> ServiceType:
        """What an order for this service needs; one that the panel says can be dripped takes runs and interval."""
        return _type_of(self.type_name, dripfeed=bool(self.dripfeed))


@lru_cache(maxsize=1024)
def _type_of(name: str, *, dripfeed: bool) -> ServiceType:
    found = service_type(name)
    return dripped(found) if dripfeed and "quantity" in found.required else found


def basis_of(type_name: str) -> int:
    """Return the rate basis of a type where the panel's profile says nothing: per thousand, or per one."""
    return PER_ONE if service_type(type_name).priced_per_one else PER_THOUSAND


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The services of one account, by id, as they were when asked for (`asked_at`, ISO text in UTC)."""

    services: Mapping[str, Service] = field(default_factory=dict)
    currency: str | None = None
    asked_at: str = ""

    def get(self, service_id: str) -> Service | None:
        """Return the service of this id, or None."""
        return self.services.get(service_id)


@dataclass(frozen=True, slots=True)
class Balance:
    """What the account holds: an exact amount and the currency as the panel writes it."""

    amount: Decimal
    currency: str | None = None
