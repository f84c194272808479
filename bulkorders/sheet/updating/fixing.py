"""Cells of the worksheet To fix that its user has put right and not yet given in."""

from collections.abc import Sequence
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from bulkorders.model.orders import Cell, ErrorCell, Sheet
from bulkorders.model.report import Line
from bulkorders.sheet.columns import KEY_COLUMN, ROW_COLUMN, TO_FIX_SHEET
from bulkorders.sheet.results import values
from bulkorders.sheet.results.writing import clean, stored
from bulkorders.sheet.updating.book import Book


def edited_cells(path: Path, book: Book, sheet: Sheet, lines: Sequence[Line]) -> dict[str, list[Cell]]:
    """Return, by key cell, the cells of rows that were put right there while their row in the sheet stayed as it was.

    Without them a run that only looks what became of the orders would undo an hour's work in To fix.
    """
    if book.tab(TO_FIX_SHEET) is None:
        return {}
    shared = values.shared_keys(lines)
    marks = {values.key(line, shared): line for line in values.to_fix(lines) if line.row is not None}
    rows = _rows(path) if marks else []
    if not rows:
        return {}
    titles = [str(title).strip() for title in rows[0]]
    if KEY_COLUMN not in titles or ROW_COLUMN not in titles:
        return {}
    key, mark = titles.index(KEY_COLUMN), titles.index(ROW_COLUMN)
    places = _places(titles, sheet.header)
    found: dict[str, list[Cell]] = {}
    for cells in rows[1:]:
        line = marks.get(str(cells[key]))
        if (
            line is None
            or line.row is None
            or str(cells[mark]).partition(":")[2] != values.digest(line.row.cells)
        ):
            continue
        now = _edited(line.row.cells, cells, places)
        if now is not None:
            found[str(cells[key])] = now
    return found


def _rows(path: Path) -> list[list[Cell]]:
    """Return the rows of To fix; none where another reader can't make sense of it."""
    try:
        with CalamineWorkbook.from_path(path) as workbook:
            sheet = workbook.get_sheet_by_name(TO_FIX_SHEET)
            return [list(cells) for cells in sheet.to_python(skip_empty_area=False)]
    except (CalamineError, OSError, ValueError):
        return []


def _places(titles: Sequence[str], header: Sequence[str]) -> dict[int, int]:
    """Return where the sheet's columns stand, the first for the first of that name."""
    places: dict[int, int] = {}
    for index, title in enumerate(header):
        at = next(
            (
                each
                for each, named in enumerate(titles)
                if named == title.strip() and each not in places.values()
            ),
            None,
        )
        if at is not None and title.strip():
            places[index] = at
    return places


def _edited(before: Sequence[Cell], cells: Sequence[Cell], places: dict[int, int]) -> list[Cell] | None:
    """Return a row's cells with those that were changed, None where none was."""
    now = list(before)
    changed = False
    for index, at in places.items():
        old = before[index] if index < len(before) else None
        new = cells[at] if at < len(cells) else None
        if isinstance(old, ErrorCell) and new in ("", None):
            continue
        if not _alike(old, new):
            now += [None] * (index + 1 - len(now))
            now[index] = None if new == "" else new
            changed = True
    return now if changed else None


def _alike(old: Cell, new: Cell) -> bool:
    """Return whether two cells hold the same, however a workbook keeps it."""
    one, other = stored(old)[0], stored(new)[0]
    if isinstance(one, str) or isinstance(other, str):
        return clean(str("" if one is None else one)) == ("" if other is None else str(other))
    if one is None or other is None:
        return one is other
    return one == other
