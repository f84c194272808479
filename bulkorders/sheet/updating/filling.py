"""What goes into which cell of the worksheet Orders."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bulkorders.model.orders import Cell, Sheet
from bulkorders.model.report import Line
from bulkorders.sheet.columns import GONE, HELD
from bulkorders.sheet.markers import KEY, OURS, ROW, USER
from bulkorders.sheet.results import values
from bulkorders.sheet.results.rows import users_cell
from bulkorders.sheet.results.showing import Showing
from bulkorders.sheet.results.styles import STATE_WORDS
from bulkorders.sheet.results.writing import Stored, clean
from bulkorders.sheet.updating.joining import Joined
from bulkorders.sheet.updating.orders import Orders

_Cells = dict[int, tuple[Stored, str | None]]

Origin = Literal["same", "part", "changed", "other"]
"""What the sheet was read from: this very workbook, its worksheet To fix alone, this workbook before somebody
changed it while the run went on, or another file."""

_SETTLED = frozenset({STATE_WORDS["placed"], STATE_WORDS["in_doubt"], STATE_WORDS["ready"]})
"""States whose rows never stood in To fix: their own cells are as they were read."""


def users_columns(
    orders: Orders, sheet: Sheet, *, same: bool
) -> tuple[dict[int, int], list[tuple[str, str]], dict[int, str]]:
    """Return where the sheet's columns stand (by their place in it), the list to keep, and further headers.

    A column that the sheet has and the worksheet never had is put behind all others; one that its user
    has deleted stays deleted.
    """
    ours = set(orders.found.ours.values())
    if same:
        return (
            _by_title(orders.titles, sheet.header, ours),
            list(orders.written.columns) or _listed(sheet),
            {},
        )
    known = [title for name, title in orders.written.columns if name == USER]
    if not known:
        return _by_title(orders.titles, sheet.header, ours), _listed(sheet), {}
    found: dict[int, int] = {}
    titles: dict[int, str] = {}
    free = dict(enumerate(known))
    kept = dict(orders.found.users)
    for index, title in enumerate(sheet.header):
        at = next((each for each, named in free.items() if named.strip() == title.strip()), None)
        if at is None:
            found[index] = orders.width + len(titles)
            titles[found[index]] = title
            known.append(title)
            kept[len(known) - 1] = found[index]
        else:
            del free[at]
            if at in kept:
                found[index] = kept[at]
    orders.found.users.update(kept)  # type: ignore[attr-defined]  # declared read-only, made as a plain dict
    return found, [*((USER, title) for title in known), *OURS.items()], titles


def _listed(sheet: Sheet) -> list[tuple[str, str]]:
    return [*((USER, title) for title in sheet.header), *OURS.items()]


def _by_title(titles: Sequence[str], header: Sequence[str], ours: set[int]) -> dict[int, int]:
    """Return where columns stand by their headers, the first for the first of that name."""
    places: dict[int, int] = {}
    taken = set(ours)
    for index, title in enumerate(header):
        found = next(
            (at for at, each in enumerate(titles) if each.strip() == title.strip() and at not in taken), None
        )
        if found is not None and title.strip():
            places[index] = found
            taken.add(found)
    return places


@dataclass(slots=True)
class Filling:
    """What every row is to hold. `places` are the user's columns by their place in the sheet."""

    orders: Orders
    joined: Joined
    sheet: Sheet
    showing: Showing
    shared: frozenset[str]
    places: Mapping[int, int]
    columns: Sequence[tuple[str, str]]
    titles: Mapping[int, str]
    origin: Origin
    _order: list[tuple[str, int]] = field(default_factory=list)
    _marks: dict[int, str] = field(default_factory=dict)
    _states: dict[int, str] = field(default_factory=dict)
    _fields: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._order = sorted(self.orders.found.ours.items(), key=lambda item: item[1])
        self._marks = {row.number: row.mark for row in self.orders.kept}
        self._states = {row.number: row.state for row in self.orders.kept}
        self._fields = {index: name for name, index in self.sheet.columns.items()}

    def marked(self) -> dict[int, int]:
        """Return in which column each entry of the list stands, by its place in the list."""
        users = iter(range(len(self.columns)))
        found: dict[int, int] = {}
        for at, (name, _) in enumerate(self.columns):
            column = (
                self.orders.found.users.get(next(users)) if name == USER else self.orders.found.ours.get(name)
            )
            if column is not None:
                found[at] = column
        return found

    def wanted(self, number: int) -> _Cells | None:
        """Return what the cells of a row are to hold, None for one that stays as it is."""
        line = self.joined.lines.get(number)
        if line is not None:
            cells = self._ours(line, number)
            if self._changed(line, number):
                cells.update(self._users(line))
                return dict(sorted(cells.items()))
            return cells
        if number in self.joined.copies:
            key = self.joined.copies[number]
            return self._without(f"{HELD}{number}:{key}", "duplicate", values.COPIED)
        if number in self.joined.left:
            key = self.joined.left[number]
            if key.startswith(GONE):
                return self._without(key, "dropped", values.COPIED)
            return self._without(f"{GONE}{key}", "dropped", values.ROW_LEFT)
        return None

    def new_rows(self) -> Iterator[_Cells]:
        """Give the cells of each row that is new."""
        for line in self.joined.new:
            yield {**self._users(line), **self._ours(line, None)}

    def _changed(self, line: Line, number: int) -> bool:
        """Return whether the user's cells of this row are another than were written last."""
        if line.row is None:
            return False
        if self.origin in ("same", "part"):
            return self._states.get(number, "") not in _SETTLED
        if self.origin == "changed":
            return False
        before = self._marks.get(number, "")
        return bool(self.titles) or (
            bool(before) and before.partition(":")[2] != values.digest(line.row.cells)
        )

    def _ours(self, line: Line, number: int | None) -> _Cells:
        """Return what stands in our columns for a line."""
        showing = self.showing
        cells: _Cells = {}
        for name, column in self._order:
            if name == KEY:
                if line.row is not None or self.origin != "part":
                    cells[column] = (values.key(line, self.shared), None)
            elif name == ROW:
                if line.row is not None and (number is None or self.origin == "other"):
                    cells[column] = (values.mark(line), None)
            elif name != "message" or line.row is not None or self.origin != "part":
                held, form = showing.held(name, showing.value(name, line), line)
                cells[column] = (clean(held) if isinstance(held, str) else held, form)
        return cells

    def _users(self, line: Line) -> _Cells:
        """Return what stands in the user's columns for a line."""
        shown: Sequence[Cell] = values.cells(line, self.sheet)
        cells: _Cells = {}
        for index, column in self.places.items():
            held, form = users_cell(shown[index] if index < len(shown) else None, self._fields.get(index))
            cells[column] = (clean(held) if isinstance(held, str) else held, form)
        return cells

    def _without(self, key: str, state: str, message: str) -> _Cells:
        """Return what stands in our columns where there is no line: why, and nothing else."""
        told: dict[str, str] = {KEY: key, "state": STATE_WORDS[state], "message": message}
        return {column: (told.get(name), None) for name, column in self._order if name != ROW}
