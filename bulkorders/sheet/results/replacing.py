"""A results workbook put in place whole or not at all, and never over a file that isn't ours."""

import contextlib
import errno
import os
import re
import secrets
import shutil
import stat
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from bulkorders.errors import GuardError
from bulkorders.sheet.columns import HIDDEN_SHEET

RESULTS_SUFFIX = ".results.xlsx"

RETRIES = 4
PAUSE = 0.25
"""How often a target that is held is tried, and the seconds between: a virus scanner lets go by then."""

MOST_ROWS = 1_048_575
"""Rows below the header that a worksheet has room for."""

LEFT_AFTER = 3600.0
"""Seconds after which an unfinished file of ours is a leftover: no workbook takes so long to write."""

_HELD = frozenset({errno.EACCES, errno.EPERM, errno.EBUSY, errno.ETXTBSY})
_WORKBOOK_XML_LIMIT = 4_000_000
_SPACE_AT_LEAST = 4_000_000
_SPACE_PER_ROW = 1_500
"""Bytes a row may need while it is written: its plain XML in a temporary file and its share of the zip."""


def results_path(sheet_path: Path) -> Path:
    """Return where the results of this sheet go: `<stem>.results.xlsx` beside it.

    A results workbook that is given back keeps its own path.
    """
    if is_ours(sheet_path):
        return sheet_path
    return sheet_path.with_name(sheet_path.stem + RESULTS_SUFFIX)


def is_ours(path: Path, mark: str = HIDDEN_SHEET) -> bool:
    """Return whether this file is a results workbook of ours: it has our hidden worksheet, named `mark`."""
    try:
        with zipfile.ZipFile(path) as archive:
            member = archive.getinfo("xl/workbook.xml")
            if member.file_size > _WORKBOOK_XML_LIMIT:
                return False
            root = fromstring(archive.read(member), forbid_dtd=True)
    except (OSError, KeyError, zipfile.BadZipFile, ParseError, DefusedXmlException, RuntimeError, ValueError):
        return False
    names = (node.get("name") for node in root.iter() if node.tag.rpartition("}")[2] == "sheet")
    return mark in names


def lock_file(path: Path) -> Path | None:
    """Return the lock file by which Excel or LibreOffice says that this workbook is open, or None."""
    for name in (f"~${path.name}", f".~lock.{path.name}#"):
        lock = path.with_name(name)
        if lock.exists():
            return lock
    return None


def writable(path: Path, *, rows: int = 0) -> None:
    """Make sure that a results workbook of this many rows can be written here; ask before the first cent.

    `rows` counts those of the sheet and the orders whose row has left it. Raises GuardError
    `results.not_writable` (facts: path, reason) where there are more than a worksheet holds, the folder
    is missing or read-only, the workbook is open elsewhere or the disk too full, and `results.foreign`
    (fact: path) where the file is not a results workbook of ours.
    """
    place = _real(path)
    sweep(place)
    room_for(path, rows)
    _target_free(path, place)
    if (lock := lock_file(place)) is not None:
        there = (
            f"it is open in another program (lock file {lock.name}; if none has it open, delete that file)"
        )
        raise _refused(path, there)
    _folder_takes(path, place, _SPACE_AT_LEAST + rows * _SPACE_PER_ROW)


def sweep(place: Path) -> None:
    """Remove unfinished files that a killed run left beside this workbook: our own names, an hour old or more."""
    ours = re.compile(rf"\.{re.escape(place.stem)}\.[0-9a-f]{{12}}\.tmp")
    # What can't be looked at or removed stays; it is in nobody's way.
    with contextlib.suppress(OSError):
        for left in place.parent.iterdir():
            if not ours.fullmatch(left.name) or not left.is_file() or left.is_symlink():
                continue
            if time.time() - left.stat().st_mtime > LEFT_AFTER:
                left.unlink()


def room_for(path: Path, rows: int) -> None:
    """Raise GuardError `results.not_writable` where a worksheet has not this many rows."""
    if rows > MOST_ROWS:
        there = f"a worksheet holds {MOST_ROWS:,} rows below its header, and there are {rows:,}"
        raise _refused(path, there)


def _target_free(path: Path, place: Path) -> None:
    """Raise GuardError where what stands at this place must not, or can't, be replaced."""
    if not place.exists():
        return
    if place.is_dir():
        raise _refused(path, "it is a folder")
    if not place.stat().st_mode & stat.S_IWUSR:
        raise _refused(path, "the file is read-only")
    try:
        # Windows refuses this while Excel holds the file, where the lock file may be missing.
        with place.open("r+b"):
            pass
    except OSError as error:
        raise _refused(path, _plain(error)) from error
    if not is_ours(place):
        raise GuardError("results.foreign", path=str(path))


def _folder_takes(path: Path, place: Path, space: int) -> None:
    """Raise GuardError where the folder takes no new file or has not this many bytes free."""
    if not place.parent.is_dir():
        raise _refused(path, f"there is no folder {place.parent}")
    trial = _temporary(place)
    try:
        with trial.open("xb"):
            pass
        free = shutil.disk_usage(place.parent).free
    except OSError as error:
        raise _refused(path, f"its folder takes no new file: {_plain(error)}") from error
    finally:
        with contextlib.suppress(OSError):
            trial.unlink(missing_ok=True)
    if free < space:
        megabytes = f"{free / 1e6:.1f} MB free and about {space / 1e6:.1f} MB are needed"
        raise _refused(path, f"the disk has {megabytes}")


@contextmanager
def in_place_of(
    path: Path,
    *,
    put: Callable[[Path, Path], None] = os.replace,
    ours: Callable[[Path], bool] = is_ours,
) -> Iterator["Replacement"]:
    """Give a file to write into; at the end of the block it takes the place of `path`, whole or not at all.

    The bytes are on the disk before the name is. While another program holds `path` it is tried again
    and then saved beside it (`name-2.xlsx`, never over another file): `Replacement.path` says where.
    `put` moves a file onto another, `ours` says whether a file may be replaced. Raises GuardError
    `results.foreign` where `path` is not ours, and `results.not_writable` where nothing can be written.
    """
    place = _real(path)
    if place.is_file() and _readable(place) and not ours(place):
        raise GuardError("results.foreign", path=str(path))
    temporary = _temporary(place)
    try:
        with temporary.open("xb") as file:
            replacement = Replacement(path, file)
            yield replacement
            file.flush()
            os.fsync(file.fileno())
        replacement.path = _put_in_place(temporary, path, place, put)
        _sync_folder(place.parent)
    except OSError as error:
        raise _refused(path, _plain(error)) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


class Replacement:
    """A file being written in place of another: what to write into, and (afterwards) where it ended."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path = path
        self.file = file


def _put_in_place(temporary: Path, path: Path, place: Path, put: Callable[[Path, Path], None]) -> Path:
    """Move the finished file onto its place, or beside it while that is held; return where it is."""
    for attempt in range(RETRIES):
        if lock_file(place) is not None:
            break
        try:
            put(temporary, place)
        except OSError as error:
            if error.errno not in _HELD:
                raise
            if attempt + 1 < RETRIES:
                time.sleep(PAUSE)
        else:
            return path
    return _beside(temporary, path, place, put)


def _beside(temporary: Path, path: Path, place: Path, put: Callable[[Path, Path], None]) -> Path:
    """Move the file to the first free name beside its place; the name is taken first: none is overwritten."""
    number = 2
    while True:
        name = f"{place.stem}-{number}{place.suffix}"
        second = place.with_name(name)
        try:
            with second.open("xb"):
                pass
        except FileExistsError:
            number += 1
            continue
        try:
            put(temporary, second)
        except OSError:
            second.unlink(missing_ok=True)
            raise
        return path.with_name(name) if place.parent == path.parent else second


def _temporary(place: Path) -> Path:
    """Return a free name in the same folder; made with open("x"), it gets the rights any new file gets."""
    return place.with_name(f".{place.stem}.{secrets.token_hex(6)}.tmp")


def _real(path: Path) -> Path:
    """Return what a symbolic link points to, so that the link stays a link."""
    return Path(os.path.realpath(path)) if path.is_symlink() else path


def _readable(place: Path) -> bool:
    """Return whether the file can be read; one that can't is held by somebody and can't be judged."""
    try:
        with place.open("rb"):
            return True
    except OSError:
        return False


def _sync_folder(folder: Path) -> None:
    """Put the new name itself on the disk, where the system can (Windows opens no folder).

    Where it can't, the content is safe all the same, and the journal holds all of it.
    """
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _plain(error: OSError) -> str:
    """Return what the system says, without its error number and paths."""
    return (error.strerror or str(error)).lower()


def _refused(path: Path, reason: str) -> GuardError:
    return GuardError("results.not_writable", path=str(path), reason=reason)
