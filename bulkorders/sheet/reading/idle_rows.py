"""Rows below a header that are no orders: the header once more, totals, examples, rows that only look filled."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bulkorders.model.orders import Cell
from bulkorders.sheet.naming import field_of, spelled, sums_up
from bulkorders.sheet.reading.grid import Note, blank, numbers_note
from bulkorders.sheet.template_marks import ESTIMATE, is_example

Line = tuple[int, tuple[Cell, ...]]

ADDRESS = re.compile(r"\s*(?:https?://|www\.)\S", re.IGNORECASE)
ORDINARY = re.compile(r"https?://(?!(?i:example\.com/e))[!-~]")
"""How nearly every link of an order begins; none of an example row does."""

BLANK = "blank"
"""What a row of a template is that nobody filled in: of it nothing is said."""

LONGEST_LABEL = 60
"""Characters of a longer text that are never looked at for a header or a total."""


@dataclass(slots=True)
class Idle:
    """The rows that are kept as orders, and by the code of their note the numbers of those that are not."""

    kept: list[Line] = field(default_factory=list)
    passed: dict[str, list[int]] = field(default_factory=dict)

    def notes(self) -> Iterator[Note]:
        """Give a note for each kind of row that was passed over."""
        for code in ("repeated_headers", "total_rows", "example_rows", "rows_without_order"):
            if code in self.passed:
                yield numbers_note(code, self.passed[code])


def looks_like_an_order(cells: Sequence[Cell]) -> bool:
    """Return whether a row has an address in one of its cells and not only words, as orders have."""
    return any(isinstance(cell, str) and ADDRESS.match(cell) for cell in cells)


def idle_rows(
    header: Sequence[str], columns: Mapping[str, int], rows: Sequence[Line], keys: Mapping[int, str]
) -> Idle:
    """Return which rows are orders. A row that carries the key of an order (`keys`) always is one."""
    sorting = Sorting(header, columns, keys)
    sorting.found.kept = sorting.take(rows)
    return sorting.found


class Sorting:
    """Tells the orders among rows as they come; in `found` those are kept apart that are none."""

    def __init__(self, header: Sequence[str], columns: Mapping[str, int], keys: Mapping[int, str]) -> None:
        """Know the header, and which rows carry the key of an order."""
        self.found = Idle()
        self._keys = keys
        self._judge = _Judge(header, columns)

    def take(self, rows: Sequence[Line]) -> list[Line]:
        """Return those of the next rows that are orders."""
        kept: list[Line] = []
        keys, code_of, at, ordinary = self._keys, self._judge.code, self._judge.link, ORDINARY.match
        for line in rows:
            cells = line[1]
            if 0 <= at < len(cells) and isinstance(link := cells[at], str) and ordinary(link):
                kept.append(line)
                continue
            code = None if line[0] in keys else code_of(cells)
            if code is None:
                kept.append(line)
            else:
                self.found.passed.setdefault(code, []).append(line[0])
        return kept


class _Judge:
    """Says of the rows of one sheet what they are, by the columns that make an order."""

    def __init__(self, header: Sequence[str], columns: Mapping[str, int]) -> None:
        self._header = {columns[name]: spelled(header[columns[name]]) for name in columns}
        self._fields = {index: name for name, index in columns.items()}
        self._service = columns.get("service", -1)
        self.link = columns.get("link", -1)
        self._username = columns.get("username", -1)
        self._known = sorted(columns.values())
        self._reckoned = {at for at, title in enumerate(header) if title.startswith(ESTIMATE)}

    def code(self, cells: tuple[Cell, ...]) -> str | None:
        """Return the code of the note that tells why a row is no order; None for an order."""
        link = _at(cells, self.link)
        if isinstance(link, str) and ADDRESS.match(link):
            return "example_rows" if is_example(link, None) else None
        return self._code_without_address(cells, link)

    def _code_without_address(self, cells: tuple[Cell, ...], link: Cell) -> str | None:
        username = _at(cells, self._username)
        if is_example(link, username):
            return "example_rows"
        if _is_id(_at(cells, self._service)):
            return None
        if self._repeats(cells):
            return "repeated_headers"
        if _no_aim(link) and _no_aim(username) and self._sums_up(cells):
            return "total_rows"
        if not blank([_at(cells, index) for index in self._known]):
            return None
        return "rows_without_order" if self._typed(cells) else BLANK

    def _typed(self, cells: tuple[Cell, ...]) -> bool:
        """Return whether anything stands in the row beside what a template reckons by itself."""
        return not self._reckoned or any(
            not blank((cell,)) for at, cell in enumerate(cells) if at not in self._reckoned
        )

    def _repeats(self, cells: tuple[Cell, ...]) -> bool:
        """Return whether every cell in an order's columns is that column's title, or another name of its field."""
        told = [(index, cell) for index in self._known if (cell := _at(cells, index)) is not None]
        return len(told) > 1 and all(
            isinstance(cell, str)
            and len(cell) <= LONGEST_LABEL
            and (spelled(cell) == self._header[index] or field_of(cell) == self._fields[index])
            for index, cell in told
        )

    def _sums_up(self, cells: tuple[Cell, ...]) -> bool:
        """Return whether a row says that it is a total, and names no service."""
        labels = [cell for cell in cells if isinstance(cell, str) and len(cell) <= LONGEST_LABEL]
        service = _at(cells, self._service)
        named = not blank((service,)) and not (isinstance(service, str) and sums_up(service))
        return not named and any(sums_up(label) for label in labels)


def _is_id(cell: Cell) -> bool:
    """Return whether a cell is plainly the id of a service: then its row is an order, whatever is missing."""
    return isinstance(cell, int | float) or (isinstance(cell, str) and cell.strip().isdigit())


def _no_aim(cell: Cell) -> bool:
    """Return whether nothing is named that an order could be for; a total may be called so in any column."""
    return blank((cell,)) or (isinstance(cell, str) and len(cell) <= LONGEST_LABEL and sums_up(cell))


def _at(cells: tuple[Cell, ...], index: int) -> Cell:
    """Return the cell in a column, None where the row does not reach so far or there is no such column."""
    return cells[index] if 0 <= index < len(cells) else None
