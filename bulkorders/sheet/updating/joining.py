"""Which row of an existing workbook belongs to which line of a run: by key, never by where it stands."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from bulkorders.model.report import Line
from bulkorders.sheet.columns import GONE, HELD, UNKEYED, key_of_cell


@dataclass(frozen=True, slots=True)
class Kept:
    """One row of the worksheet as it is: its number, what its key cell and its row cell hold, its state."""

    number: int
    key: str
    mark: str = ""
    state: str = ""


@dataclass(slots=True)
class Joined:
    """What became of the rows and the lines.

    `lines` are by row number. `copies` are rows that repeat the key of another one, `left` rows that no line
    belongs to any more; both by row number, with what their key cell held. `new` lines have no row yet.
    """

    lines: dict[int, Line] = field(default_factory=dict)
    copies: dict[int, str] = field(default_factory=dict)
    left: dict[int, str] = field(default_factory=dict)
    new: list[Line] = field(default_factory=list)


KeyOf = Callable[[Line], str]
"""Gives what the key cell of a line holds."""

MarkOf = Callable[[Line], str]
"""Gives what the row cell of a line holds, an empty text for a line without a row."""


def by_number(kept: Iterable[Kept], lines: Iterable[Line], key_of: KeyOf) -> Joined | None:
    """Join where the lines were read from this very worksheet: each row to the line of its number.

    None where a row's key is another one than was read: it is not the worksheet that was read.
    """
    rows = {row.number: row for row in kept}
    gone: dict[str, int] = {}
    joined = Joined()
    for row in rows.values():
        if row.key.startswith(GONE) and gone.setdefault(row.key.removeprefix(GONE), row.number) != row.number:
            joined.left[row.number] = row.key
    for line in lines:
        if line.row is None:
            place = gone.pop(key_of(line).removeprefix(GONE), None)
            if place is None:
                joined.new.append(line)
            else:
                joined.lines[place] = line
            continue
        found = rows.get(line.row.number)
        if found is None:
            joined.new.append(line)
        elif (key_of_cell(found.key) if found.key.strip() else None) != line.row.key:
            return None
        else:
            joined.lines[found.number] = line
    if gone:
        shown = {key_of(line).removeprefix(GONE) for line in joined.lines.values()}
        joined.left.update((place, f"{GONE}{key}") for key, place in gone.items() if key in shown)
    return joined


def by_key(
    kept: Sequence[Kept], lines: Iterable[Line], key_of: KeyOf, mark_of: MarkOf, *, numbers: bool
) -> Joined:
    """Join lines that were read from elsewhere: by key, then by what stands in the row, then by its number.

    By number (where `numbers` of lines mean what they meant before) only rows are found that no order
    belongs to: not sent, and with no line of their own.
    """
    joined = Joined()
    taken: set[int] = set()
    places, joined.copies, repeated = _keyed(kept)
    left: list[Line] = []
    for line in lines:
        place = places.pop(key_of(line).removeprefix(GONE), None)
        if place is None:
            left.append(line)
        else:
            joined.lines[place] = line
            taken.add(place)
    free = [
        row
        for row in kept
        if row.number not in taken and row.number not in joined.copies and row.mark and not _settled(row)
    ]
    for pick in (_whole, _numbered) if numbers else (_whole,):
        left, free = _by_mark(joined, left, free, mark_of, pick)
    joined.new = left
    joined.left = {row.number: row.key for row in free} | repeated
    return joined


def _settled(row: Kept) -> bool:
    """Return whether a row stands for nothing that could be joined: its order is gone, or it is a copy."""
    return row.key.startswith((GONE, HELD))


def _keyed(kept: Sequence[Kept]) -> tuple[dict[str, int], dict[int, str], dict[int, str]]:
    """Return the row of each key, the rows that repeat one, and those among them that are marked as gone.

    A row marked as gone gives way to another.
    """
    places: dict[str, int] = {}
    copies: dict[int, str] = {}
    repeated: dict[int, str] = {}
    for gone in (False, True):
        for row in kept:
            key = row.key.strip()
            if not key or key.startswith((UNKEYED, HELD)) or key.startswith(GONE) is not gone:
                continue
            bare = key.removeprefix(GONE)
            if bare and bare not in places:
                places[bare] = row.number
            else:
                (repeated if gone else copies)[row.number] = key
    return places, copies, repeated


def _whole(mark: str) -> str:
    """Return what tells the same content wherever it stands."""
    return mark.partition(":")[2]


def _numbered(mark: str) -> str:
    """Return the number a row had in its sheet."""
    return mark.partition(":")[0]


def _by_mark(
    joined: Joined, lines: Sequence[Line], free: Sequence[Kept], mark_of: MarkOf, pick: Callable[[str], str]
) -> tuple[list[Line], list[Kept]]:
    """Join lines to rows by a part of their mark; return the lines and rows that are left."""
    waiting: dict[str, list[Kept]] = {}
    for row in reversed(free):
        waiting.setdefault(pick(row.mark), []).append(row)
    left: list[Line] = []
    used: set[int] = set()
    for line in lines:
        mark = mark_of(line)
        rows = waiting.get(pick(mark)) if mark else None
        if rows:
            place = rows.pop().number
            joined.lines[place] = line
            used.add(place)
        else:
            left.append(line)
    return left, [row for row in free if row.number not in used]
