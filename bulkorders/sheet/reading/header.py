"""Where the header of a grid is, and the rows below it made into a sheet."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from bulkorders.errors import SheetError
from bulkorders.model.making import maker_of
from bulkorders.model.orders import Cell, Row, Sheet
from bulkorders.sheet import columns
from bulkorders.sheet.reading.grid import Grid, Line, Note, blank, filled, numbers_note, titles
from bulkorders.sheet.reading.idle_rows import Idle, idle_rows, looks_like_an_order
from bulkorders.sheet.template_marks import TITLE

SEARCHED = 50
"""How many rows that are not blank are looked at for the header."""

_row = maker_of(Row)


def header_at(grid: Grid, mapping: Mapping[str, str] | None = None) -> int | None:
    """Return the place of the header among the grid's rows: the first that names all required fields.

    A row with an address in it is an order and no header, whatever else stands there.
    """
    for place, (_, cells) in enumerate(islice(grid.rows, SEARCHED)):
        header = titles(cells)
        if columns.complete(columns.find(header, mapping)) and not looks_like_an_order(cells):
            return place
    return None


def _nearest(grid: Grid, mapping: Mapping[str, str] | None) -> int:
    """Return the place of the row that names most fields, where none names all that are required."""
    best, most = 0, 0
    for place, (_, cells) in enumerate(islice(grid.rows, SEARCHED)):
        named = len(columns.find(titles(cells), mapping))
        if named > most and not looks_like_an_order(cells):
            best, most = place, named
    return best


def make_sheet(
    path: str,
    grid: Grid,
    mapping: Mapping[str, str] | None = None,
    keys: Mapping[int, str] | None = None,
    made: tuple[Idle, Sequence[Row]] | None = None,
) -> Sheet:
    """Return the sheet that a grid holds; `keys` are those of a results workbook, by row number.

    `made` are its rows where they have been made already (`early.Early`).

    Rows above the header are passed over, and so are rows below it that are no orders (a header that is
    repeated, totals, rows without anything in an order's columns, a template's examples): each with a note.
    Raises SheetError `sheet.empty`, `sheet.no_header` (`row`), `sheet.no_rows` (`worksheet`, `header_row`),
    and those of `columns.match`, with `path`, `worksheet` and `header_row` added; where no row is a header,
    they speak of the one that comes nearest.
    """
    if not grid.rows:
        raise SheetError("sheet.empty", path=path, worksheet=grid.worksheet)
    place = header_at(grid, mapping)
    if place is None:
        place = _nearest(grid, mapping)
        _check_no_order(path, grid, place)
    header_row, header_cells = grid.rows[place]
    header = titles(header_cells)
    match = _matched(path, grid, place, mapping)
    further: dict[int, int] = {}
    if made is None:
        idle = idle_rows(header, match.columns, grid.rows[place + 1 :], keys or {})
        further = beyond(idle.kept, len(header))
        made = idle, rows_of(idle.kept, max(further.values(), default=len(header)), keys or {})
    idle, rows = made
    if not rows:
        raise SheetError("sheet.no_rows", path=path, worksheet=grid.worksheet, header_row=header_row)
    width = len(rows[0].cells)
    return Sheet(
        path=path,
        header=header + ("",) * (width - len(header)),
        columns=match.columns,
        rows=tuple(rows),
        worksheet=grid.worksheet,
        header_row=header_row,
        notes=(*_notes(grid, place, match, further, rows), *idle.notes()),
    )


def _check_no_order(path: str, grid: Grid, place: int) -> None:
    """Raise SheetError where nothing but titles stands above the first order: there is no header to speak of."""
    for number, cells in islice(grid.rows, place, SEARCHED):
        if looks_like_an_order(cells):
            raise SheetError("sheet.no_header", path=path, worksheet=grid.worksheet, row=number)
        if sum(not blank((cell,)) for cell in cells) > 1:
            return


def _matched(path: str, grid: Grid, place: int, mapping: Mapping[str, str] | None) -> columns.ColumnMatch:
    """Return what the header's columns mean; an error is told the place it speaks of."""
    number, cells = grid.rows[place]
    try:
        return columns.match(titles(cells), mapping)
    except SheetError as error:
        error.facts.update(path=path, worksheet=grid.worksheet, header_row=number)
        raise


def rows_of(body: Sequence[Line], width: int, keys: Mapping[int, str]) -> list[Row]:
    """Return lines as rows of so many cells, with their keys."""
    return [
        _row(number, cells if len(cells) == width else _fitted(cells, width), keys.get(number))
        for number, cells in body
    ]


def beyond(body: Sequence[Line], width: int) -> dict[int, int]:
    """Return how far the rows reach that have a value right of the header, by their number."""
    longer = ((number, cells) for number, cells in body if len(cells) > width and not blank(cells[width:]))
    return {number: filled(cells) for number, cells in longer}


def _fitted(cells: tuple[Cell, ...], width: int) -> tuple[Cell, ...]:
    """Return a row's cells, as many as the header has."""
    return cells[:width] if len(cells) >= width else cells + (None,) * (width - len(cells))


def _notes(
    grid: Grid,
    place: int,
    match: columns.ColumnMatch,
    further: Mapping[int, int],
    rows: Sequence[Row],
) -> Iterator[Note]:
    """Give what is worth telling of a sheet that could be read."""
    yield from grid.notes
    header_row, header_cells = grid.rows[place]
    if place and not _of_template(grid, place):
        yield "title_rows", {"count": place, "header_row": header_row}
    hidden = [row.number for row in rows if row.number in grid.hidden_rows] if grid.hidden_rows else []
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
    yield from _column_notes(match)
    if further:
        yield numbers_note("cells_beyond_header", list(further))


def _column_notes(match: columns.ColumnMatch) -> Iterator[Note]:
    """Give the columns that are not read and may have been meant for a field that has none."""
    for title, near in match.near:
        yield "column_near", {"header": title, "field": near}
    for title, wanted in match.perhaps:
        yield "column_perhaps", {"header": title, "field": wanted}


def _of_template(grid: Grid, place: int) -> bool:
    """Return whether what stands above the header is the title of our own order sheet."""
    return place == 1 and grid.rows[0][1][:1] == (TITLE,)
