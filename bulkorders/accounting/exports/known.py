"""What books have already: the ids of lines, and the accounts that are open, wherever they stand in the text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bulkorders.errors import CallError

ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
OPEN = re.compile(r"^\d{4}-\d{2}-\d{2}\s+open\s+(\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Known:
    """The ids of lines that need not be imported again, and the names of accounts that are open."""

    ids: frozenset[str] = frozenset()
    opened: frozenset[str] = frozenset()


def read(paths: Iterable[Path]) -> Known:
    """Return what these files of text have: books, or earlier exports. CallError `export.known_unreadable`."""
    ids: set[str] = set()
    opened: set[str] = set()
    for path in paths:
        try:
            text = path.read_bytes().decode("utf-8", "replace")
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise CallError("export.known_unreadable", path=str(path), reason=reason) from None
        if "\0" in text:
            raise CallError("export.known_unreadable", path=str(path), reason="it is no file of text")
        ids.update(ID.findall(text))
        opened.update(OPEN.findall(text))
    return Known(frozenset(ids), frozenset(opened))
