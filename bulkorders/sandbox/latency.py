"""How long the pretend panel takes to answer: fixed, or drawn evenly from a range."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bulkorders.sandbox.errors import BadSettingError

if TYPE_CHECKING:
    import random

_TEXT: Final = re.compile(
    r"\s*(?P<low>\d+(?:\.\d+)?)\s*(?P<low_unit>ms|s)?\s*"
    r"(?:-\s*(?P<high>\d+(?:\.\d+)?)\s*(?P<high_unit>ms|s)?\s*)?",
    re.IGNORECASE,
)
_SECONDS: Final = {"ms": 0.001, "s": 1.0}


@dataclass(frozen=True, slots=True)
class Latency:
    """From `low` to `high` seconds."""

    low: float = 0.0
    high: float = 0.0

    @classmethod
    def read(cls, text: str | float) -> Latency:
        """Read "300-700ms", "0.3s", "0.3-0.7s", "200ms-1s" or "0"; a number is seconds.

        Raises BadSettingError.
        """
        found = _TEXT.fullmatch(str(text))
        if found is None:
            raise BadSettingError(f"{text!r} is no latency; write 300ms, 0.3s or 300-700ms")
        high_unit = (found["high_unit"] or found["low_unit"] or "s").lower()
        low_unit = (found["low_unit"] or high_unit).lower()
        low = float(found["low"]) * _SECONDS[low_unit]
        high = low if found["high"] is None else float(found["high"]) * _SECONDS[high_unit]
        if high < low:
            raise BadSettingError(f"{text!r} is no latency; the second figure is below the first")
        return cls(low, high)

    def draw(self, source: random.Random) -> float:
        """Return the seconds one answer takes."""
        return self.low if self.low == self.high else source.uniform(self.low, self.high)
