"""Colours that follow what a cell says: states, statuses, rows that need a person, bars of what is delivered."""

from typing import Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from bulkorders.sheet.results.styles import STATE_WORDS, TONES, Styles

LAST_ROW = 1_048_575
"""The last row of a worksheet, from 0: rules reach to it, so that rows added later have their colours too."""

_BAR = "#7DB894"


def colour_states(worksheet: Worksheet, styles: Styles, state: int, first: int, last: int) -> None:
    """Colour the cells of column `state` by their word, and columns `first` to `last` where a person is needed.

    The user's own columns take no colour from us: theirs would not be seen.
    """
    letters = xl_col_to_name(state, col_abs=True)
    for name, tone in TONES.items():
        word = STATE_WORDS[name]
        look = {"bg_color": tone.fill, "font_color": tone.text, "bold": tone.row is not None}
        rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": styles.rule(**look)}
        worksheet.conditional_format(1, state, LAST_ROW, state, rule)
    for name, tone in TONES.items():
        if tone.row is None:
            continue
        rule = {
            "type": "formula",
            "criteria": f'={letters}2="{STATE_WORDS[name]}"',
            "format": styles.rule(bg_color=tone.row),
        }
        worksheet.conditional_format(1, first, LAST_ROW, last, rule)


def bar_delivered(worksheet: Worksheet, column: int, first_row: int = 1, last_row: int = LAST_ROW) -> None:
    """Draw in each cell of a column a bar as long as the part that is delivered.

    In the form of 2007, which every program keeps: newer forms stand in an extension that some throw away.
    """
    rule: dict[str, Any] = {
        "type": "data_bar",
        "bar_color": _BAR,
        "min_type": "num",
        "min_value": 0,
        "max_type": "num",
        "max_value": 1,
    }
    worksheet.conditional_format(first_row, column, last_row, column, rule)
