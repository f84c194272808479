"""Cells that repeat in a column are read once, and none is taken for another."""

from typing import Any

import pytest

from bulkorders.model.orders import ErrorCell
from bulkorders.validation import cells, column
from bulkorders.validation.column import Column, Repeating


def told(cell: Any) -> str:
    """Return what a cell is, to the last letter."""
    return f"{type(cell).__name__} {cell}"


@pytest.mark.parametrize("kind", [Column, Repeating])
def test_cells_that_python_calls_equal_are_read_for_what_they_are(kind: type[Column]) -> None:
    """A 1 is no 1.0 and no yes, whichever came first, within rows that come together or one after another."""
    reading = kind(told)
    for shown in ([1, "1", 1], [1, True, 1.0], [True], [1.0], [1]):
        assert reading.read(shown) == ([told(cell) for cell in shown], {})


@pytest.mark.parametrize("kind", [Column, Repeating])
@pytest.mark.parametrize("shown", [[500, "many", None, "many", 7], [500, "many", ErrorCell("#REF!"), 2.5]])
def test_what_cannot_be_read_is_told_by_its_place(kind: type[Column], shown: list[Any]) -> None:
    """Each cell that can't be read has no value, and its own trouble; the others are read beside it."""
    values, unread = kind(cells.quantity).read(shown)
    assert {at: trouble.facts["found"] for at, trouble in unread.items()} == {
        at: getattr(cell, "text", str(cell)) for at, cell in enumerate(shown) if cell not in (500, 7, None)
    }
    assert list(values) == [cell if cell in (500, 7) else None for cell in shown]


def test_what_is_known_of_a_column_does_not_grow_with_the_sheet() -> None:
    """A column whose cells turn out not to repeat is forgotten now and then, and read on."""
    asked: list[Any] = []
    reading = Repeating(lambda cell: asked.append(cell) or cell)
    for start in range(0, 3 * column.REMEMBERED, 1_000):
        shown = range(start, start + 1_000)
        assert reading.read(shown)[0] == list(shown)
    assert reading.read([0, 0]) == ([0, 0], {})
    assert asked.count(0) == 2
