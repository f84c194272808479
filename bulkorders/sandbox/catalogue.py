"""What the pretend panel sells: the two documented services, one of each type, and as many more as asked.

Rates are prices in VND per 1000 units, except for type Package, where the rate is the price of one package.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from bulkorders.sandbox.needs import COMMENTS, DEFAULT, LISTED, MIXED, PACKAGE

LARGEST: Final = 10_000
_PER_THOUSAND: Final = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Service:
    """One line of the catalogue; the documented dialect does not show `cancel` and `dripfeed`.

    `per_one`: the rate is the price of one unit, as it always is of a package. `spelled` is the rate as the
    panel writes it, where that is odd.
    """

    id: str
    name: str
    type: str
    category: str
    rate: Decimal
    least: int
    most: int
    refill: bool
    cancel: bool
    dripfeed: bool = False
    per_one: bool = False
    spelled: str = ""

    @property
    def unit_price(self) -> Decimal:
        """The exact price of one unit: a thousandth of the rate, or the whole rate of a package."""
        return self.rate if self.per_one or self.type == PACKAGE else self.rate * _PER_THOUSAND


def _fixed() -> list[Service]:
    """Return the services every catalogue begins with, so that tests and samples can name them."""
    rows = [
        ("Facebook views", DEFAULT, "Facebook", "2.5", 200, 10_000, True, True),
        ("Tiktok views", DEFAULT, "Tiktok", "4", 10, 1_500, False, False),
        ("Instagram starter pack, 30 posts liked", PACKAGE, "Instagram", "45000", 1, 1, False, True),
        ("Facebook post comments, your words", COMMENTS, "Facebook", "185000.5", 5, 500, False, True),
        ("Youtube views from suggested videos", LISTED, "Youtube", "32500.75", 100, 50_000, True, True),
        ("Youtube views, suggested and search mix", MIXED, "Youtube", "36900", 100, 50_000, False, False),
        ("Instagram followers, 30-day refill", DEFAULT, "Instagram", "21750.4", 50, 100_000, True, True),
        ("Telegram channel members", DEFAULT, "Telegram", "15999.99", 100, 20_000, True, False),
        ("Spotify plays", DEFAULT, "Spotify", "5400.125", 1_000, 1_000_000, False, True),
        ("Tiktok comments, your words", COMMENTS, "Tiktok", "164000", 1, 200, True, False),
    ]
    return [
        Service(str(number), name, kind, category, Decimal(rate), least, most, refill, cancel)
        for number, (name, kind, category, rate, least, most, refill, cancel) in enumerate(rows, start=1)
    ]


_PLATFORMS: Final = ("Facebook", "Instagram", "Tiktok", "Youtube", "Telegram", "Threads", "Spotify", "Twitch")
_GOODS: Final[tuple[tuple[str, int], ...]] = (
    ("views", 3_000),
    ("likes", 12_000),
    ("followers", 38_000),
    ("shares", 17_500),
    ("saves", 9_000),
    ("members", 26_000),
    ("story views", 4_200),
    ("live viewers", 88_000),
)
_MANNERS: Final = ("slow and steady", "fast start", "Vietnam", "mixed world", "30-day refill", "no refill")
_TYPES: Final = (DEFAULT,) * 14 + (PACKAGE, PACKAGE, COMMENTS, COMMENTS, LISTED, MIXED)
_CENTS: Final = (Decimal(0), Decimal(0), Decimal("0.5"), Decimal("0.25"), Decimal("0.999"))


def _drawn(number: int, draw: random.Random) -> Service:
    """Return a made-up but believable service with this number."""
    kind = draw.choice(_TYPES)
    platform = "Youtube" if kind in (LISTED, MIXED) else draw.choice(_PLATFORMS)
    goods, price = draw.choice(_GOODS)
    manner = draw.choice(_MANNERS)
    rate = Decimal(draw.randint(price // 4, price * 3)) + draw.choice(_CENTS)
    least, most = draw.choice((10, 20, 50, 100, 200, 500)), draw.choice((1_000, 5_000, 10_000, 100_000))
    name = f"{platform} {goods}, {manner}"
    if kind == PACKAGE:
        name, least, most = f"{platform} {goods} package, {manner}", 1, 1
    elif kind == COMMENTS:
        name, least, most = f"{platform} comments, your words, {manner}", draw.choice((1, 5, 10)), 500
    refill = manner == "30-day refill" or (manner != "no refill" and draw.random() < 1 / 3)
    return Service(str(number), name, kind, platform, rate, least, most, refill, draw.random() < 1 / 2)


def make_catalogue(count: int = 48, seed: int = 1) -> dict[str, Service]:
    """Return `count` services by id, ids "1" to `count`; the same for the same seed.

    Raises ValueError when count is not between 1 and 10,000.
    """
    if not 1 <= count <= LARGEST:
        raise ValueError(f"the number of services is between 1 and {LARGEST}, not {count}")
    services = _fixed()[:count]
    draw = random.Random(f"{seed}:catalogue")  # noqa: S311 - a pretend price list, not a secret
    services += [_drawn(number, draw) for number in range(len(services) + 1, count + 1)]
    return {service.id: service for service in services}
