"""The sheets that were given to the page, kept in BULKORDERS_HOME so that a campaign can go on with them."""

import contextlib
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, BinaryIO

from bulkorders.pipeline.options import Options
from bulkorders.sheet.results import is_ours

FOLDER = "sheets"
NOTE = "given.json"
LONGEST_NAME = 160
"""Bytes of a file's name: most systems take 255, and the results' and unfinished files' names are longer."""

EDGES = " .~$"
"""What no name begins or ends with: hidden files, lock files, and what Windows cuts off."""

UNFIT = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]+')
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
ID = re.compile(r"[0-9a-f]{12}(?:-\d+)?")


@dataclass(frozen=True, slots=True)
class Choices:
    """What was chosen for a sheet on its pages: as `Options` has them, amounts as texts."""

    campaign: str | None = None
    panel: str | None = None
    worksheet: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    forget_map: bool = False
    allow_duplicates: bool = False
    allow_changed: bool = False
    retry_rejected: bool = False
    canary: bool = False
    one_per_link: bool = False
    concurrency: int | None = None
    max_total: str | None = None
    max_order: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """One sheet that was given: where it is, what it was called, when and by whom it was given."""

    id: str
    path: Path
    given_at: str
    who: str
    choices: Choices = field(default_factory=Choices)

    @property
    def name(self) -> str:
        """What the file is called."""
        return self.path.name

    def options(self) -> Options:
        """Return the options of a run over it."""
        told = {name: getattr(self.choices, name) for name in Choices.__dataclass_fields__}
        told |= {name: _amount(told[name]) for name in ("max_total", "max_order")}
        return Options(sheet=self.path, **{**told, "mapping": dict(self.choices.mapping)})


def _amount(digits: str | None) -> Decimal | None:
    try:
        return Decimal(digits) if digits else None
    except InvalidOperation:
        return None


class Shelf:
    """The folder of kept sheets, each in a folder of its own under its own name."""

    def __init__(self, home: Path) -> None:
        self.folder = home / FOLDER
        places = {
            re.escape(str(each)) for each in (self.folder, self.folder.absolute(), self.folder.resolve())
        }
        self._places = re.compile(rf"(?:{'|'.join(sorted(places))})[/\\]{ID.pattern}[/\\]")

    def named(self, text: str) -> str:
        """Return a text in which kept sheets stand by their names, without where they are kept."""
        return self._places.sub("", text)

    def keep(self, name: str, source: BinaryIO, who: str) -> Kept:
        """Keep a file under its name, and return it; the same file under the same name is the one kept before.

        A kept results workbook is brought up to date in its place: the same file given again then stands beside.
        """
        fit = fit_name(name)
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, written = tempfile.mkstemp(dir=self.folder, prefix=".given-")
        with os.fdopen(handle, "wb") as file:
            shutil.copyfileobj(source, file, 1 << 20)
        content = _digest(Path(written))
        mark = hashlib.sha256(f"{fit}\0{content}".encode()).hexdigest()[:12]
        try:
            return self._placed(mark, fit, Path(written), content, who)
        finally:
            Path(written).unlink(missing_ok=True)

    def _placed(self, mark: str, name: str, written: Path, content: str, who: str) -> Kept:
        number = 1
        while True:
            wanted = mark if number == 1 else f"{mark}-{number}"
            found = self.get(wanted)
            if found is None:
                break
            if _digest(found.path) == content or is_ours(found.path):
                return found
            number += 1
        folder = self.folder / wanted
        folder.mkdir(exist_ok=True)
        written.replace(folder / name)
        kept = Kept(wanted, folder / name, datetime.now(UTC).isoformat(timespec="seconds"), who)
        self.note(kept)
        return kept

    def get(self, wanted: str) -> Kept | None:
        """Return a kept sheet by its id, or None."""
        if not ID.fullmatch(wanted):
            return None
        return _read(self.folder / wanted)

    def all(self) -> list[Kept]:
        """Return all kept sheets, the latest given first."""
        try:
            folders = [each for each in self.folder.iterdir() if ID.fullmatch(each.name)]
        except OSError:
            return []
        found = [kept for folder in folders if (kept := _read(folder)) is not None]
        return sorted(found, key=lambda kept: kept.given_at, reverse=True)

    def choose(self, kept: Kept, **changes: Any) -> Kept:
        """Keep what was chosen for a sheet, and return it so."""
        chosen = replace(kept, choices=replace(kept.choices, **changes))
        self.note(chosen)
        return chosen

    def note(self, kept: Kept) -> None:
        """Write down what is known of a kept sheet, whole or not at all."""
        choices = {name: getattr(kept.choices, name) for name in Choices.__dataclass_fields__}
        told = {"name": kept.name, "given_at": kept.given_at, "who": kept.who, "choices": choices}
        folder = kept.path.parent
        handle, written = tempfile.mkstemp(dir=folder, prefix=f".{NOTE}.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(told, file, ensure_ascii=False, indent=1, default=dict)
        Path(written).replace(folder / NOTE)

    def of_path(self, path: str | None) -> Kept | None:
        """Return the kept sheet that a run was over, or None where it was over a file of somebody's own."""
        if not path:
            return None
        folder = Path(path).parent
        with contextlib.suppress(OSError):
            if folder.parent.resolve() == self.folder.resolve():
                return self.get(folder.name)
        return None


def _read(folder: Path) -> Kept | None:
    try:
        told = json.loads((folder / NOTE).read_text("utf-8"))
        path = folder / fit_name(str(told["name"]))
        known = {
            name: value for name, value in told["choices"].items() if name in Choices.__dataclass_fields__
        }
        kept = Kept(folder.name, path, str(told["given_at"]), str(told["who"]), Choices(**known))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return kept if path.is_file() else None


def fit_name(name: str) -> str:
    """Return a file's name as any system can keep it: no folders, no signs that steer, not too long.

    A name that fits is left as it is.
    """
    fit = _fitted(re.split(r"[/\\]", name)[-1])
    while (again := _fitted(fit)) != fit:
        fit = again
    return fit


def _fitted(name: str) -> str:
    plain = UNFIT.sub("_", name)
    stem, dot, ending = plain.rpartition(".")
    stem, ending = (stem, ending[:10].strip(EDGES)) if dot and stem else (plain, "")
    room = LONGEST_NAME - len(ending.encode())
    stem = stem.encode("utf-8", "replace")[:room].decode("utf-8", "ignore").strip(EDGES) or "sheet"
    fit = f"{stem}.{ending}" if ending else stem
    return f"_{fit}" if DEVICES.fullmatch(fit) or fit == NOTE else fit


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
