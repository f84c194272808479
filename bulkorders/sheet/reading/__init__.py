"""An order sheet opened by its kind, guarded, and read into rows that carry the spreadsheet's own numbers."""

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from os import PathLike
from pathlib import Path

from bulkorders.errors import SheetError
from bulkorders.model.orders import Sheet
from bulkorders.sheet.massorder import read_mass_order
from bulkorders.sheet.reading import opening
from bulkorders.sheet.reading.delimited import read_delimited
from bulkorders.sheet.reading.encoding import decoded
from bulkorders.sheet.reading.grid import SHOWN, Grid
from bulkorders.sheet.reading.header import header_at, make_sheet
from bulkorders.sheet.reading.limits import DEFAULT_LIMITS, Limits
from bulkorders.sheet.reading.marks import letters_of


def read_sheet(
    path: str | PathLike[str],
    *,
    worksheet: str | None = None,
    mapping: Mapping[str, str] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Sheet:
    """Return the order sheet at `path`: .xlsx, .xlsm, .csv, .tsv, or .txt with delimiters.

    `worksheet` names the one to read; without it that is the only visible one whose header has the
    required columns, and of a results workbook of ours `Orders` together with `To fix` (see
    `returned.read_results`). `mapping` is header → field, for headers that aren't known; it wins.

    Cells are as the file has them, nothing stripped, empty ones None; numbers without a fraction are int;
    in text files all are text. Rows of white space alone are left out and still count: `Row.number` is
    what the spreadsheet shows. `Sheet.notes` tell what a person should know, by code: `title_rows`,
    `hidden_rows`, `hidden_columns`, `column_near`, `cells_beyond_header`, `encoding_guessed`,
    `to_fix_used`, `to_fix_added`.

    Raises SheetError: of `opening.load` (not found, a folder, …), `package.Package` (damaged, too large,
    …), `xlsx.Workbook`, `delimited.read_delimited`, `header.make_sheet`, and `sheet.which_worksheet` or
    `sheet.no_worksheet` where it isn't clear what to read.
    """
    with uncollected():
        return _read(Path(path), str(path), worksheet, mapping, limits)


@contextmanager
def uncollected() -> Iterator[None]:
    """Let a million values be made without a search for circles among them each few thousand."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _read(
    place: Path, path: str, worksheet: str | None, mapping: Mapping[str, str] | None, limits: Limits
) -> Sheet:
    """Return the order sheet at `place`, which errors call `path`."""
    content = opening.load(place, limits)
    kind = opening.kind_of(place, content)
    notes = [("read_as", {"kind": kind})] if opening.misnamed(place, kind) else []
    if kind != ".csv":
        sheet = _read_workbook(path, content, kind, limits, worksheet=worksheet, mapping=mapping)
    elif worksheet is not None:
        raise SheetError("sheet.no_worksheet", path=path, wanted=worksheet, found=[])
    else:
        sheet = _read_text(place, content, mapping)
    return replace(sheet, notes=(*notes, *sheet.notes)) if notes else sheet


def _read_text(path: Path, content: bytes, mapping: Mapping[str, str] | None) -> Sheet:
    """Return the orders in a text file: a table with a header, or lines as panels take them."""
    text, notes = decoded(path, content)
    sheet = read_mass_order(str(path), text) if not mapping else None  # a mapping speaks of a header
    if sheet is None:
        sheet = make_sheet(str(path), read_delimited(path, text, mapping), mapping)
    return replace(sheet, notes=(*notes, *sheet.notes)) if notes else sheet


def _read_workbook(
    path: str,
    content: bytes,
    kind: str,
    limits: Limits,
    *,
    worksheet: str | None,
    mapping: Mapping[str, str] | None,
) -> Sheet:
    """Return the order sheet in a workbook."""
    from bulkorders.sheet.reading import returned  # noqa: PLC0415 - what starts a process is loaded for workbooks only
    from bulkorders.sheet.reading.workbook import Workbook  # noqa: PLC0415 - likewise

    with Workbook(path, content, kind, limits) as workbook:
        if returned.is_results(workbook):
            return returned.read_results(path, workbook, worksheet, mapping)
        visible = [each for each in workbook.worksheets if each.visible]
        if worksheet is not None:
            found = workbook.get(worksheet)
            if found is None:
                raise returned.no_worksheet(path, worksheet, [each.name for each in visible])
            return _made(path, workbook.grid(found), mapping)
        if not visible:
            raise SheetError("sheet.empty", path=path, worksheet=None)
        return _made(path, _chosen(path, (workbook.grid(each) for each in visible), mapping), mapping)


def _made(path: str, grid: Grid, mapping: Mapping[str, str] | None) -> Sheet:
    """Return the sheet that a grid holds, with a note of cells made one across its rows."""
    sheet = make_sheet(path, grid, mapping)
    merged = [
        f"{letters_of(left)}{first}:{letters_of(right)}{last}"
        for first, last, left, right in grid.merged
        if first > sheet.header_row and left < len(sheet.header)
    ]
    if not merged:
        return sheet
    note = ("merged_cells", {"count": len(merged), "cells": tuple(merged[:SHOWN])})
    return replace(sheet, notes=(*sheet.notes, note))


def _chosen(path: str, grids: Iterable[Grid], mapping: Mapping[str, str] | None) -> Grid:
    """Return the only grid with an order sheet's header; where there is none, the first that isn't blank.

    Raises SheetError `sheet.which_worksheet` (`worksheets`) where several have one.
    """
    fitting: list[Grid] = []
    first: Grid | None = None
    for grid in grids:
        if header_at(grid, mapping) is not None:
            fitting.append(grid)
        if first is None or not first.rows:
            first = grid
    if len(fitting) > 1:
        names = [grid.worksheet for grid in fitting]
        raise SheetError("sheet.which_worksheet", path=path, worksheets=names)
    return fitting[0] if fitting else first or Grid([])
