"""How a workbook of ours looks: a restrained palette, number formats, and each format made only once."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

INK = "#1F2A37"
FAINT = "#6B7280"
LINE = "#D5DAE1"
BAND = "#F3F5F8"
ACCENT = "#1F4E5F"
WHITE = "#FFFFFF"


@dataclass(frozen=True, slots=True)
class Tone:
    """The colours of one state: its cell, its text, its bar in a chart, its row where a person is needed.

    The text keeps a contrast of at least 7 to 1 on its fill, and the word says what the colour says.
    """

    fill: str
    text: str
    bar: str
    row: str | None = None


TONES: dict[str, Tone] = {
    "placed": Tone("#DDEFE3", "#17492B", "#4C9A6A"),
    "ready": Tone("#E3ECF6", "#1F3F66", "#6F94BF"),
    "in_doubt": Tone("#FFE2AE", "#5A3A00", "#E0A030", "#FFF8EA"),
    "rejected": Tone("#F9D7DD", "#6E1630", "#C4627C", "#FEF5F7"),
    "invalid": Tone("#F9D9D2", "#701F10", "#CF6F58", "#FEF6F4"),
    "duplicate": Tone("#E6DFF2", "#42286B", "#8F78B5", "#F8F6FC"),
    "dropped": Tone("#E9EAEC", "#3F444B", "#A9AFB8"),
}

STATE_WORDS: dict[str, str] = {
    "placed": "Placed",
    "ready": "Ready",
    "in_doubt": "In doubt",
    "rejected": "Rejected",
    "invalid": "Invalid",
    "duplicate": "Duplicate",
    "dropped": "Dropped",
}

DATE = "yyyy-mm-dd"
MOMENT = "yyyy-mm-dd hh:mm"
CLOCK = "hh:mm:ss"
SPAN = "[h]:mm:ss"
WHOLE = "#,##0"
PERCENT = "0%"
TEXT = "@"

MOST_DECIMALS = 8
_NO_MINOR_UNIT = frozenset({"VND", "JPY", "KRW", "IDR", "CLP", "PYG", "ISK", "UGX", "XAF", "XOF"})
_MINOR_DIGITS = 2


@cache
def least_decimals(currency: str | None) -> int:
    """Return how many decimals people write even where they are zeros: two, none for đồng or yen."""
    return 0 if (currency or "").strip().upper() in _NO_MINOR_UNIT else _MINOR_DIGITS


@cache
def money_format(decimals: int, most: int) -> str:
    """Return a number format for an amount with this many decimals in a column where the finest has `most`.

    What it lacks is left blank as wide as digits are, so the points stand under each other without
    a column of zeros.
    """
    shown, wide = min(decimals, MOST_DECIMALS), min(max(decimals, most), MOST_DECIMALS)
    point = "." + "0" * shown if shown else "_." if wide else ""
    return WHOLE + point + "_0" * (wide - shown)


class Styles:
    """The formats of one workbook: a workbook that makes one a cell is slow and soon refused by Excel."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._made: dict[frozenset[tuple[str, Any]], Format] = {}

    def get(self, **properties: Any) -> Format:
        """Return the format with these XlsxWriter properties, made at the first asking."""
        named = frozenset(properties.items())
        if (made := self._made.get(named)) is None:
            wanted = {"font_color": INK, "valign": "vcenter", **properties}
            made = self._made[named] = self._workbook.add_format(wanted)
        return made

    def rule(self, **properties: Any) -> Format:
        """Return the format of a rule: only what it changes."""
        named = frozenset(("rule_" + name, value) for name, value in properties.items())
        if named not in self._made:
            self._made[named] = self._workbook.add_format(properties)
        return self._made[named]

    def header(self, *, ours: bool, numbers: bool = False) -> Format:
        """Return the look of a header cell: the user's own columns are light, ours dark."""
        colours = (
            {"bg_color": ACCENT, "font_color": WHITE, "border_color": "#3D6B7C"}
            if ours
            else {"bg_color": "#E4E8ED", "border_color": "#C5CCD5"}
        )
        align = "right" if numbers else "left"
        return self.get(bold=True, text_wrap=True, border=1, align=align, indent=1, **colours)

    @staticmethod
    def line() -> dict[str, Any]:
        """Return the thin line under a cell of a table."""
        return {"bottom": 1, "bottom_color": LINE}
