"""A results workbook of ours given back: the user's own columns, keys, and what was put right in `To fix`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bulkorders.errors import SheetError
from bulkorders.model.orders import Cell, Sheet
from bulkorders.sheet import columns, markers
from bulkorders.sheet.markers import Written
from bulkorders.sheet.reading.grid import SHOWN, Grid, Note, Worksheet, blank, numbers_note, titles
from bulkorders.sheet.reading.header import header_at, make_sheet
from bulkorders.sheet.reading.workbook import Workbook

SEARCHED = 50
"""Rows among which the header of a worksheet is looked for."""

INPUT_SHEETS = (columns.ORDERS_SHEET, columns.TO_FIX_SHEET)

Place = tuple[str, int]
"""A column as two worksheets share it: its title, and which of those with this title it is."""


@dataclass(frozen=True, slots=True)
class OwnRows:
    """A worksheet of ours without our columns.

    The grid's rows begin with the header. `keys` are by row number, as the key cells have them (text may
    be missing). `places` name the columns; `last` is the number of the last row, ours included.
    """

    grid: Grid
    keys: Mapping[int, str]
    places: Sequence[Place]
    last: int


def is_results(workbook: Workbook) -> bool:
    """Return whether a workbook is one that we wrote."""
    return workbook.get(columns.HIDDEN_SHEET) is not None


def read_results(
    path: str, workbook: Workbook, worksheet: str | None, mapping: Mapping[str, str] | None
) -> Sheet:
    """Return the orders of a results workbook that is given back.

    `Orders` is read (also under another name, where it is the only one with our keys), without our columns
    and without the rows that stand for orders no longer in the sheet. A row of `To fix` replaces the row of
    the same key in `Orders` wherever its cells differ (note `to_fix_used`); the number stays that of
    `Orders`. A row of `To fix` that `Orders` has no row for is not lost: it follows after the last row of
    `Orders`, under the next free number (note `to_fix_added`, with its number in `To fix` and its new one);
    one without a key that is cell by cell a row of `Orders` is that row. With `worksheet` only that one is
    read, either of the two.

    Raises SheetError `sheet.no_worksheet` (`wanted`, `found`) beside those of `make_sheet`.
    """
    wanted = worksheet or columns.ORDERS_SHEET
    found = workbook.get(wanted)
    told, written = _hidden_values(workbook)
    if found is None:
        found = _renamed(workbook, worksheet)
    elif found.name not in INPUT_SHEETS:
        found = None
    if found is None:
        there = [each.name for each in workbook.worksheets if each.name in INPUT_SHEETS]
        raise no_worksheet(path, wanted, there)
    own = _own_rows(workbook.grid(found), mapping, written)
    fixing = workbook.get(columns.TO_FIX_SHEET) if worksheet is None else None
    notes: list[Note] = []
    if fixing is not None and own.grid.rows:
        own, notes = _merged(own, _own_rows(workbook.grid(fixing), mapping, Written()))
    remembered = {number: columns.key_of_cell(cell) for number, cell in own.keys.items()}
    keys = {number: key for number, key in remembered.items() if key is not None}
    sheet = make_sheet(path, own.grid, mapping, keys)
    return replace(
        sheet,
        campaign_id=told.get("campaign"),
        journal_id=told.get("journal"),
        results=True,
        notes=(*sheet.notes, *notes),
    )


def no_worksheet(path: str, wanted: str, found: Sequence[str]) -> SheetError:
    """Return the error for a worksheet that isn't there, with those that could have been meant."""
    return SheetError("sheet.no_worksheet", path=path, wanted=wanted, found=list(found))


def _renamed(workbook: Workbook, wanted: str | None) -> Worksheet | None:
    """Return the worksheet of the orders where it has another name: the only one else with our column of keys."""
    ours = [columns.TO_FIX_SHEET, columns.IN_DOUBT_SHEET, columns.SUMMARY_SHEET]
    ours += [columns.SERVICES_SHEET, columns.RUNS_SHEET, columns.HIDDEN_SHEET]
    found = [
        each
        for each in workbook.worksheets
        if each.name not in ours
        and (wanted is None or each.name == wanted)
        and _has_keys(workbook.grid(each))
    ]
    return found[0] if len(found) == 1 else None


def _has_keys(grid: Grid) -> bool:
    """Return whether a worksheet has our column of keys."""
    return any(columns.KEY_COLUMN in titles(cells) for _, cells in grid.rows[:SEARCHED])


def _hidden_values(workbook: Workbook) -> tuple[dict[str, str], Written]:
    """Return what the hidden worksheet keeps: values by name, and the columns of Orders as they were written."""
    hidden = workbook.get(columns.HIDDEN_SHEET)
    rows = workbook.grid(hidden).rows if hidden is not None else []
    pairs = [cells[:2] for _, cells in rows if len(cells) > 1]
    told = {str(name): str(value) for name, value in pairs if name is not None and value is not None}
    listed = [cells[3:5] for _, cells in rows if len(cells) > 3 and cells[3] is not None]  # noqa: PLR2004 - D and E
    return told, Written([(str(cells[0]), str(cells[1] or "") if len(cells) > 1 else "") for cells in listed])


def _own_rows(grid: Grid, mapping: Mapping[str, str] | None, written: Written) -> OwnRows:
    """Return a worksheet's rows without our columns, and their keys."""
    if not grid.rows:
        return OwnRows(grid, {}, (), 0)
    place = header_at(grid, mapping) or 0
    header = titles(grid.rows[place][1])
    kept, key_column = _own_columns(header, written)
    keys: dict[int, str] = {}
    rows = [_picked(grid.rows[place], kept, beyond=0)]
    for row in grid.rows[place + 1 :]:
        number, cells = row
        key = cells[key_column] if key_column is not None and key_column < len(cells) else None
        if key is not None and str(key).startswith(columns.GONE):
            continue
        line = _picked(row, kept, beyond=len(header))
        if not blank(line[1]):
            rows.append(line)
            if key is not None and str(key).strip():
                keys[number] = str(key)
    hidden = [
        (new, new)
        for new, old in enumerate(kept)
        if any(first <= old <= last for first, last in grid.hidden_columns)
    ]
    lean = replace(grid, rows=rows, hidden_columns=hidden)
    return OwnRows(lean, keys, _places(header[index] for index in kept), grid.rows[-1][0])


def _own_columns(header: Sequence[str], written: Written) -> tuple[list[int], int | None]:
    """Return the user's columns, and the column of the keys.

    Ours stand right of the user's: where both have a "Status", the last one is ours.
    """
    found = markers.find(header, written)
    ours = set(found.ours.values())
    for title in found.unclear:
        # Whose it is can't be told; what is surely not an order's field is not lost by being left out.
        ours.add(max(index for index, each in enumerate(header) if each.strip() == title))
    repair = [index for index, each in enumerate(header) if each.strip() == columns.REPAIR_COLUMN]
    if not written.columns and repair:
        ours.add(repair[-1])
    return [index for index in range(len(header)) if index not in ours], found.ours.get(markers.KEY)


def _picked(
    row: tuple[int, tuple[Cell, ...]], kept: Sequence[int], *, beyond: int
) -> tuple[int, tuple[Cell, ...]]:
    """Return a row with these columns alone, and with what stands right of column `beyond` (0: nothing)."""
    number, cells = row
    own = tuple(cells[index] if index < len(cells) else None for index in kept)
    return number, own + (cells[beyond:] if beyond else ())


def _places(header: Iterable[str]) -> list[Place]:
    """Return what each column is called, with a count for titles that repeat."""
    seen: dict[str, int] = {}
    found = []
    for title in header:
        seen[title] = seen.get(title, 0) + 1
        found.append((title, seen[title]))
    return found


def _merged(orders: OwnRows, fixing: OwnRows) -> tuple[OwnRows, list[Note]]:
    """Return the rows of `Orders` with those of `To fix` put in, and notes of what was taken from there."""
    rows = list(orders.grid.rows)
    keys = dict(orders.keys)
    at = {keys[number]: index for index, (number, _) in reversed(list(enumerate(rows))) if number in keys}
    unkeyed = {cells for number, cells in rows if number not in keys}
    used: list[int] = []
    added: dict[int, int] = {}
    for number, cells in fixing.grid.rows[1:]:
        values = dict(zip(fixing.places, cells, strict=False))
        key = fixing.keys.get(number)
        index = at.pop(key, None) if key is not None else None
        if index is not None:
            told, before = rows[index]
            rows[index] = (told, _overridden(before, orders.places, values))
            used += [told] if rows[index][1] != before else []
            continue
        line = _overridden((None,) * len(orders.places), orders.places, values)
        if key is None and line in unkeyed:
            continue
        added[number] = orders.last + 1 + len(added)
        rows.append((added[number], line))
        keys |= {added[number]: key} if key is not None else {}
    notes = [numbers_note("to_fix_used", used)] if used else []
    if added:
        notes.append(("to_fix_added", {"count": len(added), "numbers": tuple(added.items())[:SHOWN]}))
    return replace(orders, grid=replace(orders.grid, rows=rows), keys=keys), notes


def _overridden(
    cells: tuple[Cell, ...], places: Sequence[Place], values: Mapping[Place, Cell]
) -> tuple[Cell, ...]:
    """Return a row with the cells that another worksheet has in the same columns."""
    own = tuple(values.get(place, cell) for place, cell in zip(places, cells[: len(places)], strict=True))
    return own + cells[len(places) :]
