"""What is known of an account whose orders in doubt are to be judged: readings, orders, earlier closings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bulkorders.model.books import BalanceReading


@dataclass(frozen=True, slots=True)
class Sold:
    """An order of ours that was placed. Times in UTC. `moved_back`: canceled, partial or refunded."""

    sent_at: datetime
    placed_at: datetime
    estimate: Decimal | None
    charge: Decimal | None
    moved_back: bool = False


@dataclass(frozen=True, slots=True)
class Sending:
    """A sending in doubt: its order's key and estimate, when it was claimed, and what it is alike with."""

    key: str
    sent_at: datetime
    estimate: Decimal | None
    alike: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A sending that was refused or ruled out, and may have been charged all the same.

    `sent_at` is None where it is not known any more when it was sent.
    """

    estimate: Decimal | None
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known of one account.

    `readings` are in the order of time, the last of them quiet and just taken. `sold` are all orders placed
    since the first of them, `others` those refused or ruled out in the window. `closings` is what earlier
    runs left unexplained (None where they could not say). `refunds`: an older order was canceled or paid
    back since.
    """

    readings: Sequence[BalanceReading]
    sold: Sequence[Sold]
    doubts: Sequence[Sending]
    others: Sequence[Refused] = ()
    closings: Sequence[Decimal | None] = ()
    refunds: bool = False


def at(reading: BalanceReading) -> datetime:
    """Return when the reading was taken."""
    return datetime.fromisoformat(reading.at)
