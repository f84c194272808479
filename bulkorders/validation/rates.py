"""The highest rate a row accepts, read by the decimal mark its column shows."""

import re
from collections.abc import Iterable
from decimal import Decimal

from bulkorders.model import money
from bulkorders.model.orders import Cell
from bulkorders.validation.cells import BLANKS, CellTrouble, NoNumber, text

AMBIGUOUS = re.compile("[1-9][0-9]{0,2}[.,][0-9]{3}")
GROUPING = re.compile(f"[{re.escape(BLANKS)}'\u2019]")
AMOUNT = re.compile("[0-9][0-9., ]*")
MARKS = re.compile("[.,]")
SEPARATORS = re.compile("[., ]")
BOTH = 2


def decimal_mark(cells: Iterable[Cell]) -> str | None:
    """Return the mark that a column of amounts shows for decimals, `,` or `.`, or None where it shows none.

    Both marks in one cell: the last is the decimal one. One mark with other than three digits after it
    is a decimal one. A column that shows both ways shows none.
    """
    shown = {mark for cell in cells if isinstance(cell, str) and (mark := _mark_of(cell))}
    return shown.pop() if len(shown) == 1 else None


def _mark_of(told: str) -> str | None:
    bare = re.sub(r"[^0-9.,]", "", told)
    marks = [each for each in bare if each in ".,"]
    if not marks:
        return None
    if len(set(marks)) == BOTH:
        return marks[-1]
    if len(marks) > 1:
        return "," if marks[0] == "." else "."
    return None if AMBIGUOUS.fullmatch(bare) else marks[0]


def max_rate(cell: Cell, mark: str | None) -> Decimal | None:
    """Return the highest rate a row accepts. `mark` is the decimal mark its column or the settings show.

    A text such as `1.250` can be one and a quarter or a thousand: without a mark it is a problem.
    """
    if isinstance(cell, NoNumber):
        raise CellTrouble("max_rate.not_a_number", found=str(cell))
    if isinstance(cell, int | float | Decimal):
        found = money.decimal(repr(cell) if isinstance(cell, float) else str(cell))
        if found is None or found < 0:
            raise CellTrouble("max_rate.not_a_number", found=str(cell))
        return found
    told = text(cell)
    return None if told is None else _written(told, mark)


def _written(told: str, mark: str | None) -> Decimal:
    bare = GROUPING.sub(" ", told)
    if AMOUNT.fullmatch(bare) is None:
        raise CellTrouble("max_rate.not_a_number", found=told)
    mark = mark or _mark_of(bare)
    if mark is None and MARKS.search(bare):
        raise CellTrouble("max_rate.ambiguous", found=told)
    whole, _, fraction = bare.partition(mark or ".")
    first, *groups = SEPARATORS.split(whole)
    # What is no decimal mark groups thousands; anything else would be read for ten times what it says.
    grouped = not groups or (len(first) <= 3 and all(len(group) == 3 for group in groups))  # noqa: PLR2004
    found = money.decimal("".join((first, *groups, ".", fraction or "0")))
    if found is None or not grouped or not f"{fraction}0".isdigit():
        raise CellTrouble("max_rate.not_a_number", found=told)
    return found
