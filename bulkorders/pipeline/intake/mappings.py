"""What people said of columns, kept by the set of headers it was said of: a small file in BULKORDERS_HOME."""

import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bulkorders.sheet.naming import spelled

FILE = "mappings.json"
MOST = 500
"""Sets of headers that are kept; the one longest unused gives way."""

Headers = frozenset[str]


def header_set(titles: Iterable[str]) -> Headers:
    """Return what a set of headers is known by: not the order of its columns, nor how they are spelled."""
    return frozenset(spelled(title) for title in titles if title.strip())


@dataclass(slots=True)
class Mappings:
    """The mappings kept in a folder. `damaged` says that the file was there and could not be read."""

    folder: Path
    damaged: bool = False
    _kept: dict[Headers, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read the file, if there is one."""
        self._kept = self._read()

    @property
    def path(self) -> Path:
        """Where they are kept."""
        return self.folder / FILE

    def of(self, titles: Iterable[str]) -> Mapping[str, str]:
        """Return header → field as it was said of these headers; empty where nothing was."""
        return self._kept.get(header_set(titles), {})

    def keep(self, titles: Iterable[str], mapping: Mapping[str, str]) -> bool:
        """Keep a mapping for these headers, an empty one to forget it; return whether the file says so now.

        A file that can't be written is no reason to place no orders: the mapping is then asked for again.
        """
        known = header_set(titles)
        self._kept = self._read()
        self._kept.pop(known, None)
        if mapping:
            self._kept[known] = dict(mapping)
        try:
            self._write()
        except OSError:
            return False
        return True

    def _read(self) -> dict[Headers, dict[str, str]]:
        self.damaged = False
        try:
            told = json.loads(self.path.read_text("utf-8"))
            return {frozenset(each["headers"]): _texts(each["mapping"]) for each in told["mappings"]}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            self.damaged = True
            return {}

    def _write(self) -> None:
        """Write the file anew and put it in the place of the old one at once: it is never half a file."""
        listed = [{"headers": sorted(known), "mapping": told} for known, told in self._kept.items()][-MOST:]
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.folder, prefix=f".{FILE}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump({"schema": 1, "mappings": listed}, file, ensure_ascii=False, indent=1)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self.path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise


def _texts(told: Mapping[str, Any]) -> dict[str, str]:
    """Return a mapping whose words are all texts. Raises TypeError where one is not."""
    if not all(isinstance(field, str) for field in told.values()):
        raise TypeError
    return dict(told)
