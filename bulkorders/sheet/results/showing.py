"""What a cell of ours holds for a line: a number, a time or a text, and its number format."""

from datetime import tzinfo
from decimal import Decimal
from functools import lru_cache

from bulkorders.model.report import Line
from bulkorders.sheet.results import values
from bulkorders.sheet.results.styles import MOMENT, PERCENT, TEXT, WHOLE, money_format
from bulkorders.sheet.results.writing import local, number, serial

TIMES = frozenset({"placed_at", "checked_at"})
AMOUNTS = frozenset({"estimate", "charge"})
NUMBERS = AMOUNTS | {"quantity", "max_rate", "runs", "interval", "delivered", "start_count", "remains"}


class Showing:
    """Shows lines: with these sentences, on this zone's clock, amounts as fine as `decimals`."""

    def __init__(self, describe: values.Describe, zone: tzinfo | None, decimals: int) -> None:
        self._describe = describe
        self._zone = zone
        self._decimals = decimals
        # Many orders share the second they were asked about in.
        self._local = lru_cache(maxsize=10_000)(self._made_local)

    def value(self, name: str, line: Line) -> values.Value:
        """Return what the line says in a column of ours, None for nothing."""
        found = values.message(line, self._describe) if name == "message" else values.READ[name](line)
        return None if found == "" else found

    def held(self, name: str, value: values.Value, line: Line) -> tuple[float | str | None, str | None]:
        """Return what a cell of ours holds for this value, and its number format."""
        if value is None:
            return None, self.empty_format(name)
        if isinstance(value, Decimal):
            if name not in AMOUNTS:
                return float(value), PERCENT
            shown = values.decimals(value, values.currency(line))
            return number(value), money_format(shown, self._decimals)
        if isinstance(value, int):
            return value, WHOLE
        if name in TIMES:
            return self._local(str(value)), MOMENT
        return str(value), TEXT if name == "order_id" else None

    @staticmethod
    def empty_format(name: str) -> str | None:
        """Return the number format of a cell of ours that holds nothing yet."""
        if name in TIMES:
            return MOMENT
        if name in AMOUNTS or name not in NUMBERS:
            return None
        return PERCENT if name == "delivered" else WHOLE

    def _made_local(self, iso: str) -> float:
        return serial(local(iso, self._zone))
