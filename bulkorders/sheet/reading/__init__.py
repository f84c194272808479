"""An order sheet opened by its kind, guarded, and read into rows that carry the spreadsheet's own numbers."""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from bulkorders.errors import SheetError
from bulkorders.model.orders import Sheet
from bulkorders.sheet.reading import opening
from bulkorders.sheet.reading.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from bulkorders.sheet.reading.early import Onward


def read_sheet(
    path: str | PathLike[str],
    *,
    worksheet: str | None = None,
    mapping: Mapping[str, str] | None = None,
    limits: Limits = DEFAULT_LIMITS,
    onward: "Onward | None" = None,
) -> Sheet:
    """Return the order sheet at `path`: .xlsx, .xlsm, .csv, .tsv, or .txt with delimiters.

    `worksheet` names the one to read; without it that is the only visible one whose header has the
    required columns, and of a results workbook of ours `Orders` together with `To fix` (see
    `returned.read_results`). `mapping` is header → field, for headers that aren't known; it wins. `onward`
    is given the rows of a large workbook while it is read.

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
        return _read(Path(path), str(path), worksheet, mapping, limits, onward=onward)


@contextmanager
def uncollected() -> Iterator[None]:
    """Let a million values be made without a search for circles among them, neither now nor right afterwards."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            _let_age()
            gc.enable()


def _let_age() -> None:
    """Count what was made among what is old: as it is, the next value made would set off a look at all of it.

    A collection of what is old still finds it. Where something is set aside for good, that stays so.
    """
    if not gc.get_freeze_count():
        gc.freeze()
        gc.unfreeze()


def _read(
    place: Path,
    path: str,
    worksheet: str | None,
    mapping: Mapping[str, str] | None,
    limits: Limits,
    *,
    onward: "Onward | None",
) -> Sheet:
    """Return the order sheet at `place`, which errors call `path`."""
    content = opening.load(place, limits)
    kind = opening.kind_of(place, content)
    notes = [("read_as", {"kind": kind})] if opening.misnamed(place, kind) else []
    if kind != ".csv":
        from bulkorders.sheet.reading.worksheets import read_workbook  # noqa: PLC0415 - not in the reader's process

        sheet = read_workbook(
            path, content, kind, limits, worksheet=worksheet, mapping=mapping, onward=onward
        )
    elif worksheet is not None:
        raise SheetError("sheet.no_worksheet", path=path, wanted=worksheet, found=[])
    else:
        from bulkorders.sheet.reading.texts import read_text  # noqa: PLC0415 - likewise

        sheet = read_text(place, content, mapping)
    return replace(sheet, notes=(*notes, *sheet.notes)) if notes else sheet
