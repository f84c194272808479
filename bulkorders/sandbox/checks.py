"""What the pretend panel checks before it sells, and the words it refuses with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bulkorders.sandbox.catalogue import COMMENTS, PACKAGE, REQUIRED
from bulkorders.sandbox.errors import Refused

if TYPE_CHECKING:
    from bulkorders.sandbox.catalogue import Service

NO_FUNDS: Final = "Not enough funds on balance"
ACTIVE_LINK: Final = "You have active order with this link. Please wait until order being completed."
_DRIP_FEED: Final = ("runs", "interval")


def lines_of(text: str) -> list[str]:
    """Return the lines that say something."""
    return [line for line in text.splitlines() if line.strip()]


def checked_quantity(service: Service, params: dict[str, str]) -> int:
    """Return the units that will be sold and paid; raises Refused as a real panel would."""
    if not params.get("link", "").strip():
        raise Refused("Bad link")
    for name in REQUIRED.get(service.type, ()):
        if not lines_of(params.get(name, "")):
            raise Refused(f"The {name} field is required")
    if any(params.get(name, "").strip() for name in _DRIP_FEED):
        raise Refused("This service does not support Dripfeed feature!")
    if service.type == PACKAGE:
        return 1
    quantity = len(lines_of(params["comments"])) if service.type == COMMENTS else _whole(params)
    if quantity < service.least:
        raise Refused(f"Quantity less than minimal {service.least}")
    if quantity > service.most:
        raise Refused(f"Quantity more than maximum {service.most}")
    return quantity


def _whole(params: dict[str, str]) -> int:
    text = params.get("quantity", "").strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 18):  # noqa: PLR2004 - more digits than any panel stores
        raise Refused("Incorrect quantity")
    return int(text)
