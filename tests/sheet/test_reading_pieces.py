"""Large worksheets travel in pieces and are made value by column: each cell still comes as it was entered."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bulkorders.model.orders import Cell, ErrorCell
from bulkorders.sheet.reading import frames, read_sheet

HEADER = ("Service", "Link", "Quantity", "Notes")
ROWS = 2 * frames.ROWS + 100


def read(path: Path) -> dict[int, tuple[Cell, ...]]:
    """Return the cells of each order by its row's number."""
    return {row.number: row.cells for row in read_sheet(path).rows}


@pytest.mark.parametrize(
    "notes",
    [
        *(("a", "b"), (1, 2), (0.5, 1.5), (1, 0.5), (10**17, 10**19), (True, False), (None, None)),
        *((True, 1, 1.5, "1", None), ("", None, " "), (-1, 0, "0"), ("long" * 20, "long" * 20)),
    ],
    ids=repr,
)
def test_a_column_of_any_values_comes_as_it_was_entered(
    make_xlsx: Callable[..., Path], notes: tuple[Any, ...]
) -> None:
    """Whether its values are of one kind or of several, and however often each stands in it."""
    rows = [(1, f"https://example.com/{at}", at, notes[at % len(notes)]) for at in range(ROWS)]
    found = read(make_xlsx(Orders=[HEADER, *rows]))
    assert list(found) == list(range(2, ROWS + 2))
    for at, (_, link, quantity, note) in zip(range(ROWS), found.values(), strict=True):
        entered = notes[at % len(notes)]
        assert (link, quantity) == (f"https://example.com/{at}", at)
        wanted = float(entered) if entered == 10**19 else None if entered == "" else entered
        assert (note, type(note)) == (wanted, type(wanted))


def test_errors_and_blank_rows_keep_their_places_in_every_piece(raw: Any) -> None:
    """Errors stand in their own rows far down, and below the last row with a value; blank rows count."""
    marks = (5, frames.ROWS, frames.ROWS + 1, ROWS)
    rows = "".join(
        raw.row(number, f'<c r="C{number}" t="e"><v>#N/A</v></c>' if number in marks else "")
        for number in range(2, ROWS + 1)
        if number % 1000 or number in marks
    )
    rows += f'<row r="{ROWS + 9}"><c r="A{ROWS + 9}" t="e"><v>#REF!</v></c></row>'
    found = read(raw.make(raw.header() + rows))
    assert [number for number, cells in found.items() if cells[2] == ErrorCell("#N/A")] == list(marks)
    assert found[ROWS + 9][0] == ErrorCell("#REF!")
    assert [number for number in range(2, ROWS) if number not in found] == [
        number for number in range(1000, ROWS, 1000) if number not in marks
    ]
