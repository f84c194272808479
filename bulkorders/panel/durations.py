"""How long something takes, as panels write it: `90`, `1 hour 30 minutes`, `1h30m`, `01:30`, `2 ngày`."""

import re
from typing import Any

from bulkorders.panel.figures import amount

PART = re.compile(r"(\d+(?:[.,]\d+)?)\s*([^\W\d_]+)")
CLOCK = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{2})")
UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds", "giây", "detik"), 1 / 60),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "phút", "menit"), 1.0),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "giờ", "jam"), 60.0),
    **dict.fromkeys(("d", "day", "days", "ngày", "hari"), 1_440.0),
    **dict.fromkeys(("w", "week", "weeks", "tuần", "minggu"), 10_080.0),
}
"""Minutes by the unit's name."""

LONGEST = 525_600.0
"""Minutes beyond which it is no time that an order takes: a year."""


def minutes(value: Any) -> float | None:
    """Return the minutes; a bare number is minutes. None for what is no time ("Not enough data") or not above zero."""
    found = _minutes(value)
    return found if found is not None and 0 < found <= LONGEST else None


def _minutes(value: Any) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    if not isinstance(value, str):
        number = amount(value)
        return None if number is None else float(number)
    text = value.strip().lower()
    clock = CLOCK.fullmatch(text)
    if clock is not None:
        first, second, third = clock.groups()
        hours, rest, seconds = (first, second, third) if first else (second, third, "0")
        return int(hours) * 60 + int(rest) + int(seconds) / 60
    parts = PART.findall(text)
    if parts:
        known = [float(number.replace(",", ".")) * UNITS[unit] for number, unit in parts if unit in UNITS]
        return sum(known) if len(known) == len(parts) else None
    number = amount(text)
    return None if number is None else float(number)
