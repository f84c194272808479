"""Rows as a file holds them, before anybody knows what their columns mean."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bulkorders.model.orders import Cell, ErrorCell

Line = tuple[int, tuple[Cell, ...]]
"""A row with the number a spreadsheet shows."""

Note = tuple[str, Mapping[str, object]]
"""Something to tell the user: a code and its facts."""

SHOWN = 20
"""How many row numbers a note names at most; its count is always the whole."""


Merge = tuple[int, int, int, int]
"""Cells made one: first and last row as shown, first and last column from 0."""


@dataclass(frozen=True, slots=True)
class Worksheet:
    """One worksheet of a workbook: its name, its place among the others, and whether it is shown."""

    name: str
    index: int
    visible: bool


@dataclass(slots=True)
class Grid:
    """The rows of a worksheet or a text file that are not blank, each with the number a spreadsheet shows.

    An empty cell is None. Rows may differ in length. `hidden_columns` are first and last of each run, from
    0. `merged` are cells made one across several rows: their value stands in the first row alone.
    """

    rows: list[Line]
    worksheet: str | None = None
    hidden_rows: Collection[int] = frozenset()
    hidden_columns: Sequence[tuple[int, int]] = ()
    merged: Sequence[Merge] = ()
    notes: list[Note] = field(default_factory=list)

    def pieces(self, count: int) -> Iterator[Sequence[Line]]:
        """Give the rows, so many at once."""
        return (self.rows[start : start + count] for start in range(0, len(self.rows), count))


@dataclass(frozen=True, slots=True)
class Flow:
    """A worksheet whose rows are made while they are given, once: a million of them are never held here.

    `made` gives them so many at once; the rest is as in a Grid.
    """

    made: Callable[[int], Iterator[Sequence[Line]]]
    hidden_rows: Collection[int]
    hidden_columns: Sequence[tuple[int, int]]
    merged: Sequence[Merge]

    def pieces(self, count: int) -> Iterator[Sequence[Line]]:
        """Give the rows, so many at once at most."""
        return self.made(count)


def blank(cells: Sequence[Cell]) -> bool:
    """Return whether nothing but white space stands in these cells."""
    for cell in cells:  # noqa: SIM110 - called for each row; a generator costs more than the rest of it
        if cell is not None and (not isinstance(cell, str) or cell.strip()):
            return False
    return True


def filled(cells: Sequence[Cell]) -> int:
    """Return how many cells there are up to the last that is not blank."""
    count = len(cells)
    while count and blank(cells[count - 1 : count]):
        count -= 1
    return count


def titles(cells: Sequence[Cell]) -> tuple[str, ...]:
    """Return a row's cells as the titles of columns, up to the last that is not blank."""
    return tuple(_title(cell) for cell in cells[: filled(cells)])


def _title(cell: Cell) -> str:
    """Return one cell as a title."""
    if cell is None:
        return ""
    return cell.text if isinstance(cell, ErrorCell) else str(cell)


def numbers_note(code: str, numbers: Sequence[int]) -> Note:
    """Return a note about rows: how many, and which the first of them are."""
    return code, {"count": len(numbers), "rows": tuple(numbers[:SHOWN])}
