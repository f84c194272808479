"""The services a panel sells, and what an order for each type of service needs.

Types and their fields are the documented ones and those that the other panels of the family use;
the spelling of a type differs between panels and is normalised before it is looked up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from bulkorders.model.money import PER_ONE, PER_THOUSAND

UNLIMITED = 2_147_483_647
"""What panels write as a maximum where there is none."""


@dataclass(frozen=True, slots=True)
class ServiceType:
    """What an order for services of this type must, may and must not carry.

    `takes` are all fields an order may carry: the required, the optional and the counted one. `counted`
    names the field whose lines are the quantity (comments); then no quantity is needed.
    `priced_per_one` says that the rate is the price of one piece, where the panel's profile says nothing.
    """

    name: str
    required: tuple[str, ...] = ("link", "quantity")
    optional: tuple[str, ...] = ()
    counted: str | None = None
    priced_per_one: bool = False
    known: bool = True
    takes: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Gather all fields an order of this type may carry in `takes`."""
        counted = (self.counted,) if self.counted else ()
        object.__setattr__(self, "takes", frozenset((*self.required, *self.optional, *counted)))


DRIP_FEED = ("runs", "interval")
SPECIAL = ("list", "suggest", "search")

DEFAULT = ServiceType("Default", optional=(*DRIP_FEED, *SPECIAL))
"""The documented catalogue types its special video services no differently, so `list` or `suggest` and
`search` may stand on a Default service too."""

TYPES: dict[str, ServiceType] = {
    "default": DEFAULT,
    "package": ServiceType("Package", ("link",), priced_per_one=True),
    "custom comments": ServiceType("Custom Comments", ("link", "comments"), counted="comments"),
    "custom comments package": ServiceType(
        "Custom Comments Package", ("link", "comments"), priced_per_one=True
    ),
    "special": ServiceType("Special", ("link", "quantity"), SPECIAL),
    "special1": ServiceType("Special1", ("link", "quantity", "suggest", "search")),
}
"""By normalised name. `special` needs one list, or the mixed two; `special1` always the mixed two."""

ALIASES = {
    "comments package": "custom comments package",
    "special 1": "special1",
}


def normalised_type(name: str) -> str:
    """Return the spelling of a type under which TYPES knows it: lower case, blanks for `_` and `-`."""
    plain = " ".join(name.replace("_", " ").replace("-", " ").lower().split())
    return ALIASES.get(plain, plain)


@lru_cache(maxsize=1024)
def service_type(name: str) -> ServiceType:
    """Return the type of this name; an unknown or empty one is treated as Default and marked not known."""
    found = TYPES.get(normalised_type(name) or "default")
    return found or ServiceType(name.strip(), DEFAULT.required, DEFAULT.optional, known=False)


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

    @property
    def type(self) -> ServiceType:
        """What an order for this service needs."""
        return service_type(self.type_name)


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
