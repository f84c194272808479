"""Which worksheet of a workbook holds the orders, and the sheet that it is."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from bulkorders.errors import SheetError
from bulkorders.model.orders import Sheet
from bulkorders.sheet.reading import returned
from bulkorders.sheet.reading.early import Early, Onward
from bulkorders.sheet.reading.grid import SHOWN, Grid
from bulkorders.sheet.reading.header import header_at, make_sheet
from bulkorders.sheet.reading.limits import Limits
from bulkorders.sheet.reading.marks import letters_of
from bulkorders.sheet.reading.workbook import Workbook


def read_workbook(
    path: str,
    content: bytes,
    kind: str,
    limits: Limits,
    *,
    worksheet: str | None,
    mapping: Mapping[str, str] | None,
    onward: Onward | None = None,
) -> Sheet:
    """Return the order sheet in a workbook."""
    with Workbook(path, content, kind, limits) as workbook:
        if returned.is_results(workbook):
            return returned.read_results(path, workbook, worksheet, mapping)
        visible = [each for each in workbook.worksheets if each.visible]
        if worksheet is not None:
            found = workbook.get(worksheet)
            if found is None:
                raise returned.no_worksheet(path, worksheet, [each.name for each in visible])
            visible = [found]
        if not visible:
            raise SheetError("sheet.empty", path=path, worksheet=None)
        early = [Early(path, mapping, onward) for _ in visible]
        grids = (workbook.grid(each, made.see) for each, made in zip(visible, early, strict=True))
        return _made(path, _chosen(path, grids, mapping), mapping, early)


def _made(path: str, grid: Grid, mapping: Mapping[str, str] | None, early: Iterable[Early]) -> Sheet:
    """Return the sheet that a grid holds, with a note of cells made one across its rows."""
    made = (each.made(grid) for each in early)
    sheet = make_sheet(path, grid, mapping, made=next(filter(None, made), None))
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
