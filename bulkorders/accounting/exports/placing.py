"""Files of an export put in place whole or not at all, and never over a different file by accident."""

import contextlib
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from bulkorders.errors import GuardError
from bulkorders.journal.disk import sync_file, sync_folder

State = Literal["written", "unchanged", "replaced"]


def place(files: Sequence[tuple[Path, bytes]], *, force: bool) -> list[State]:
    """Put these files in place, and say of each what was done; what is there already with these bytes is left.

    All are on the disk before the first takes its place. Raises GuardError `export.exists` (path) where a
    different file is there, unless with `force`, and `export.unwritable` (path, reason).
    """
    files = [(path.resolve() if path.is_symlink() else path, content) for path, content in files]
    states = [_state(path, content, force=force) for path, content in files]
    waiting = [each for each, state in zip(files, states, strict=True) if state != "unchanged"]
    written: list[tuple[Path, Path]] = []
    try:
        for path, content in waiting:
            written.append((_temporary(path), path))
            _write(written[-1][0], content)
        for temporary, path in written:
            temporary.replace(path)
        for folder in {path.parent for _, path in written}:
            sync_folder(folder)
    except OSError as error:
        there = written[-1][1] if written else Path()
        raise GuardError("export.unwritable", path=str(there), reason=_plain(error)) from error
    finally:
        for temporary, _ in written:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
    return states


def _state(path: Path, content: bytes, *, force: bool) -> State:
    """Return what is to be done with a file."""
    try:
        if not path.exists():
            return "written"
        if path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content:
            return "unchanged"
    except OSError as error:
        raise GuardError("export.unwritable", path=str(path), reason=_plain(error)) from error
    if not force:
        raise GuardError("export.exists", path=str(path))
    return "replaced"


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        sync_file(file.fileno())


def _temporary(path: Path) -> Path:
    return path.with_name(f".{path.stem}.{secrets.token_hex(6)}.tmp")


def _plain(error: OSError) -> str:
    """Return what the system says, without its error number and paths."""
    return (error.strerror or str(error)).lower()
