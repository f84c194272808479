"""A run's results saved: into the workbook that is there where that keeps all its user did, else beside it."""

import hashlib
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import tzinfo
from itertools import count
from pathlib import Path
from typing import Any

from bulkorders.model.orders import Sheet
from bulkorders.model.report import Line, RunSummary
from bulkorders.sheet.columns import TO_FIX_SHEET
from bulkorders.sheet.reading import uncollected
from bulkorders.sheet.results import is_ours, write_results
from bulkorders.sheet.results.replacing import in_place_of
from bulkorders.sheet.results.values import Describe
from bulkorders.sheet.updating import Content, Unfit, update
from bulkorders.sheet.updating.filling import Origin

_ODD = (ValueError, LookupError, ArithmeticError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)
"""What a workbook ends with that is made as nobody thought of: it is left alone, and no result is lost for it."""


@dataclass(frozen=True, slots=True)
class Saved:
    """Where the results are. `code` and `facts` say why they are not where they were asked for, if so."""

    path: Path
    code: str | None = None
    facts: Mapping[str, Any] | None = None


def save_results(
    path: Path,
    sheet: Sheet,
    lines: Sequence[Line],
    summary: RunSummary,
    *,
    describe: Describe,
    zone: tzinfo | None = None,
    read_digest: str = "",
) -> Saved:
    """Save a run's results, and return where they are.

    A results workbook that is there is changed in place: what its user did in it stays. Where that can't be
    done safely it is left alone, and the results are written beside it under another name. `read_digest` is
    the SHA-256 of the file that `sheet` was read from: rows of that very file are known by their number.
    Raises GuardError as `write_results` does.
    """
    content = Content(sheet, lines, summary, describe, zone, _origin(path, sheet, read_digest))
    if not is_ours(path):
        written = write_results(path, sheet, lines, summary, describe=describe, zone=zone)
        return _saved(path, written)
    try:
        return _saved(path, _updated(path, content))
    except Unfit as unfit:
        found = _beside(path, content)
        return Saved(found, unfit.code, {**unfit.facts, "path": str(path), "found": str(found)})


def _origin(path: Path, sheet: Sheet, read_digest: str) -> Origin:
    """Return what the sheet was read from, seen from this workbook."""
    if not sheet.results or not path.exists() or not Path(sheet.path).exists():
        return "other"
    if not Path(sheet.path).samefile(path):
        return "other"
    if sheet.worksheet == TO_FIX_SHEET:
        return "part"
    return "same" if read_digest and _digest(path) == read_digest else "changed"


def _saved(path: Path, written: Path) -> Saved:
    """Return where the results are; another place than was asked for means that it was open elsewhere."""
    if written == path:
        return Saved(written)
    return Saved(written, "results.beside", {"path": str(path), "found": str(written)})


def _updated(path: Path, content: Content) -> Path:
    """Bring the workbook up to date; return where it is. Raises Unfit, and then nothing has changed."""
    with in_place_of(path) as replacement, uncollected():
        try:
            update(path, replacement.file, content)
        except _ODD as error:
            reason = str(error) or type(error).__name__
            raise Unfit("workbook.unread", reason=reason) from error
    return replacement.path


def _beside(path: Path, content: Content) -> Path:
    """Write under the first name beside the path that is free, or has results of this campaign; return it."""
    for number in count(2):
        other = path.with_name(f"{path.stem}-{number}.xlsx")
        if is_ours(other):
            with suppress(Unfit):
                # Whatever the rows were read from, it was not this workbook.
                return _updated(other, replace(content, origin="other"))
        elif not other.exists():
            break
    return write_results(
        other, content.sheet, content.lines, content.summary, describe=content.describe, zone=content.zone
    )


def _digest(path: Path) -> str:
    """Return the SHA-256 of a file; an empty text where it can't be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
