"""The sheets that a day is over: those named, and those that a folder holds."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from bulkorders.errors import SheetError
from bulkorders.sheet.reading.opening import KINDS, LOCKS

RESULTS = ".results"
"""What the names of results workbooks have before their end, also of those that were saved beside another."""

OTHERS = ("statement-", "ledger", "quickbooks", "xero")
"""What the names of our statements and exports begin with, where nobody gave them another."""


def sheets_of(named: Iterable[Path]) -> tuple[list[Path], list[tuple[Path, SheetError]]]:
    """Return the order sheets, each once and those of a folder by name, and what could not be looked into."""
    found: dict[Path, Path] = {}
    failed: list[tuple[Path, SheetError]] = []
    for place in named:
        try:
            for path in _of_folder(place) if place.is_dir() else [place]:
                found.setdefault(_place(path), path)
        except PermissionError:
            failed.append((place, SheetError("sheet.no_permission", path=str(place))))
        except OSError as error:
            failed.append((place, SheetError("sheet.unreadable", path=str(place), reason=str(error))))
    return list(found.values()), failed


def _place(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # links that lead in a circle
        return path.absolute()


def _of_folder(folder: Path) -> Sequence[Path]:
    return sorted(path for path in folder.iterdir() if _is_order_sheet(path))


def _is_order_sheet(path: Path) -> bool:
    """Whether a file in a folder is meant: no lock of Excel's, no file that we wrote, nothing hidden."""
    name = path.name.lower()
    if name.startswith((*LOCKS, *OTHERS, ".")) or RESULTS in name:
        return False
    return path.suffix.lower() in KINDS and not path.is_dir()
