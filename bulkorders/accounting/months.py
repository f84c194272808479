"""A calendar month on the clock of a time zone, as the span of UTC times that belong to it."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

from bulkorders.errors import CallError

_MONTH = re.compile(r"(\d{4})-(\d{2})")
_DECEMBER = 12


@dataclass(frozen=True, slots=True)
class Month:
    """A month: `begin` belongs to it and `end` does not; both are ISO texts in UTC with offset.

    `zone` None is the machine's own.
    """

    year: int
    month: int
    zone: tzinfo | None

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"

    @property
    def begin(self) -> str:
        """When it begins."""
        return _utc(self.year, self.month, self.zone)

    @property
    def end(self) -> str:
        """When the next one begins."""
        return _utc(*_following(self.year, self.month), self.zone)

    def local(self, iso: str) -> datetime:
        """Return a time as the clock of this zone shows it, with its offset."""
        return datetime.fromisoformat(iso).astimezone(self.zone)

    def day(self, iso: str) -> date:
        """Return the day to which a time belongs."""
        return self.local(iso).date()


def month_of(text: str, zone: tzinfo | None) -> Month:
    """Return the month that `2026-10` names. Raises CallError."""
    found = _MONTH.fullmatch(text.strip())
    if found is None or not 1 <= int(found[2]) <= _DECEMBER or not 1 < int(found[1]) < 9999:  # noqa: PLR2004 - years that exist
        raise CallError("close.month", found=text)
    return Month(int(found[1]), int(found[2]), zone)


def last_month(now: str, zone: tzinfo | None) -> Month:
    """Return the last month that is over at this time."""
    at = datetime.fromisoformat(now).astimezone(zone)
    year, month = (at.year, at.month - 1) if at.month > 1 else (at.year - 1, _DECEMBER)
    return Month(year, month, zone)


def _following(year: int, month: int) -> tuple[int, int]:
    return (year, month + 1) if month < _DECEMBER else (year + 1, 1)


def _utc(year: int, month: int, zone: tzinfo | None) -> str:
    # Without a zone astimezone takes the machine's, with its summer time of that date.
    first = datetime(year, month, 1, tzinfo=zone)
    return first.astimezone(UTC).isoformat(timespec="microseconds")
