"""Where the header of a grid is, and the rows below it made into a sheet."""

from collections.abc import Iterator, Mapping
from itertools import islice

from bulkorders.errors import SheetError
from bulkorders.model.orders import Cell, Row, Sheet
from bulkorders.sheet import columns
from bulkorders.sheet.reading.grid import Grid, Note, blank, filled, numbers_note, titles

SEARCHED = 50
"""How many rows that are not blank are looked at for the header."""


def header_at(grid: Grid, mapping: Mapping[str, str] | None = None) -> int | None:
    """Return the place of the header among the grid's rows: the first that names all required fields."""
    for place, (_, cells) in enumerate(islice(grid.rows, SEARCHED)):
        if columns.complete(columns.find(titles(cells), mapping)):
            return place
    return None


def make_sheet(
    path: str, grid: Grid, mapping: Mapping[str, str] | None = None, keys: Mapping[int, str] | None = None
) -> Sheet:
    """Return the sheet that a grid holds; `keys` are those of a results workbook, by row number.

    Rows above the header are passed over, with a note. Raises SheetError `sheet.empty`, `sheet.no_rows`
    (`worksheet`, `header_row`), and those of `columns.match`, with `path`, `worksheet` and `header_row`
    added; where no row is a header, they speak of the first row.
    """
    if not grid.rows:
        raise SheetError("sheet.empty", path=path, worksheet=grid.worksheet)
    place = header_at(grid, mapping) or 0
    header_row, header_cells = grid.rows[place]
    header = titles(header_cells)
    match = _matched(path, grid, place, mapping)
    body = grid.rows[place + 1 :]
    if not body:
        raise SheetError("sheet.no_rows", path=path, worksheet=grid.worksheet, header_row=header_row)
    beyond = _beyond(body, len(header))
    width = max(beyond.values(), default=len(header))
    known = keys or {}
    return Sheet(
        path=path,
        header=header + ("",) * (width - len(header)),
        columns=match.columns,
        rows=tuple(Row(number, _fitted(cells, width), known.get(number)) for number, cells in body),
        worksheet=grid.worksheet,
        header_row=header_row,
        notes=tuple(_notes(grid, place, match, beyond)),
    )


def _matched(path: str, grid: Grid, place: int, mapping: Mapping[str, str] | None) -> columns.ColumnMatch:
    """Return what the header's columns mean; an error is told the place it speaks of."""
    number, cells = grid.rows[place]
    try:
        return columns.match(titles(cells), mapping)
    except SheetError as error:
        error.facts.update(path=path, worksheet=grid.worksheet, header_row=number)
        raise


def _beyond(body: list[tuple[int, tuple[Cell, ...]]], width: int) -> dict[int, int]:
    """Return how far the rows reach that have a value right of the header, by their number."""
    longer = ((number, cells) for number, cells in body if len(cells) > width and not blank(cells[width:]))
    return {number: filled(cells) for number, cells in longer}


def _fitted(cells: tuple[Cell, ...], width: int) -> tuple[Cell, ...]:
    """Return a row's cells, as many as the header has."""
    return cells[:width] if len(cells) >= width else cells + (None,) * (width - len(cells))


def _notes(grid: Grid, place: int, match: columns.ColumnMatch, beyond: Mapping[int, int]) -> Iterator[Note]:
    """Give what is worth telling of a sheet that could be read."""
    yield from grid.notes
    header_row, header_cells = grid.rows[place]
    if place:
        yield "title_rows", {"count": place, "header_row": header_row}
    hidden = [number for number, _ in grid.rows[place + 1 :] if number in grid.hidden_rows]
    if hidden:
        yield numbers_note("hidden_rows", hidden)
    header = titles(header_cells)
    unseen = [
        title
        for index, title in enumerate(header)
        if title.strip() and any(first <= index <= last for first, last in grid.hidden_columns)
    ]
    if unseen:
        yield "hidden_columns", {"count": len(unseen), "columns": tuple(unseen)}
    for title, near in match.near:
        yield "column_near", {"header": title, "field": near}
    if beyond:
        yield numbers_note("cells_beyond_header", list(beyond))
