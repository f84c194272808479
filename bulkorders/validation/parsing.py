"""From the cells of a row to an Order; what can't be read goes along as problems that keep it from being sent."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bulkorders import wording
from bulkorders.model.orders import OWN_PARAMETER, Cell, Order, Row, Sheet
from bulkorders.model.problems import Problem
from bulkorders.validation import cells, rates
from bulkorders.validation.cells import CellTrouble

Reader = Callable[[Cell], Any]
"""Gives the value of a cell, None for an empty one, or raises CellTrouble."""

PARAMETERS: dict[str, Reader] = {
    "comments": cells.lines,
    "list": cells.lines,
    "suggest": cells.lines,
    "search": cells.lines,
    "runs": cells.quantity,
    "interval": cells.quantity,
}
"""Fields that are sent under their own name, beside service, link and quantity."""

OF_SOME_TYPES: dict[str, Reader] = {
    "keywords": cells.lines,
    "username": cells.line,
    "usernames": cells.lines,
    "hashtag": cells.line,
    "hashtags": cells.lines,
    "media": cells.line,
    "answer_number": cells.quantity,
    "groups": cells.lines,
    "min": cells.quantity,
    "max": cells.quantity,
    "posts": cells.quantity,
    "old_posts": cells.quantity,
    "delay": cells.quantity,
    "expiry": cells.day,
    "country": cells.line,
    "device": cells.line,
    "type_of_traffic": cells.line,
    "google_keyword": cells.line,
    "referring_url": cells.line,
}
"""Fields that are sent likewise where the service's type takes them; elsewhere they may hold anything."""

RECKONED = frozenset({"comments", "usernames", "runs", "min", "max", "posts", "old_posts"})
"""Fields that say what an order costs: as the panel's own parameters too they are read for what they are."""

REMEMBERED = 20_000
"""Different cells of a column that are remembered at most."""

PLACE = ("panel", "campaign")
"""Fields that say where an order goes: where one can't be read, nobody can say which order the row is."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one row came to.

    `order` carries the `problems` too, so that it is never sent and an order that is placed is still
    known by its row. It is None where the row does not say where its order goes.
    """

    row: Row
    order: Order | None
    problems: tuple[Problem, ...]


def parse(sheet: Sheet, decimal: str | None = None) -> list[Parsed]:
    """Parse every row. `decimal` is the decimal mark of amounts from the settings, if there is one."""
    at = sheet.columns.get("max_rate")
    mark = decimal or (
        rates.decimal_mark(row.cells[at] for row in sheet.rows if at < len(row.cells))
        if at is not None
        else None
    )
    reading = _Reading(sheet, mark)
    return [reading.parsed(row) for row in sheet.rows]


class _Reading:
    """Reads the rows of one sheet: each field that has a column, by the reader its values need."""

    def __init__(self, sheet: Sheet, mark: str | None) -> None:
        def max_rate(cell: Cell) -> Decimal | None:
            return rates.max_rate(cell, mark)

        def allowed(cell: Cell) -> bool | None:
            return cells.yes_or_no(cell, "allow_duplicate.unclear")

        readers: dict[str, Reader] = {
            "service": _remembered(cells.identifier),
            "link": cells.text,
            "quantity": _remembered(cells.quantity),
            "reference": cells.text,
            "campaign": _remembered(cells.text),
            "panel": _remembered(cells.text),
            "client": _remembered(_client),
            "refill": _remembered(cells.refill),
            "max_rate": _remembered(max_rate),
            "allow_duplicate": _remembered(allowed),
            **PARAMETERS,
        }
        readers |= {name: _own_reader(name) for name in sheet.columns if name.startswith(OWN_PARAMETER)}
        self._sheet = sheet
        self._chosen_name = _remembered(cells.chosen_name)
        self._fields = self._placed(readers)
        self._of_some_types = self._placed(OF_SOME_TYPES)
        self._extras = sorted(name for name in (*PARAMETERS, *OF_SOME_TYPES) if name in sheet.columns)
        self._own = sorted(name for name in sheet.columns if name.startswith(OWN_PARAMETER))

    def _placed(self, readers: Mapping[str, Reader]) -> list[tuple[str, int, Reader]]:
        """Return the fields that have a column, each with its place and its reader."""
        columns = self._sheet.columns
        return [(name, columns[name], reader) for name, reader in readers.items() if name in columns]

    def parsed(self, row: Row) -> Parsed:
        """Return the order with all the problems of its cells."""
        found: dict[str, Any] = {}
        unread = self._read(row, self._fields, found)
        incidental = self._read(row, self._of_some_types, found) if self._of_some_types else None
        if found.get("service") is None and "service" not in unread:
            unread = {"service": self._problem(row, "service.missing", "service", {}), **unread}
        problems = tuple(unread.values()) if unread else ()
        if unread and any(name in PLACE for name in unread):
            return Parsed(row, None, problems)
        beside = tuple(incidental.items()) if incidental else ()
        return Parsed(row, self._order(row, found, problems, beside), problems)

    def _read(
        self, row: Row, fields: Sequence[tuple[str, int, Reader]], found: dict[str, Any]
    ) -> dict[str, Problem]:
        """Read these fields of a row into `found`; return the problems of those that can't be read."""
        unread: dict[str, Problem] = {}
        for name, at, reader in fields:
            cell = row.cells[at] if at < len(row.cells) else None
            if cell is None:
                continue
            try:
                found[name] = reader(cell)
            except CellTrouble as trouble:
                unread[name] = self._problem(row, trouble.code, name, trouble.facts)
        return unread

    def _problem(self, row: Row, code: str, field: str, facts: dict[str, Any]) -> Problem:
        return Problem(row.number, code, self._sheet.title(field) or wording.field_title(field), facts)

    def _service_named(self, row: Row) -> str | None:
        """Return the name beside the service's id."""
        at = self._sheet.columns.get("service", len(row.cells))
        return self._chosen_name(row.cells[at]) if at < len(row.cells) else None

    def _order(
        self,
        row: Row,
        found: Mapping[str, Any],
        problems: tuple[Problem, ...],
        incidental: tuple[tuple[str, Problem], ...],
    ) -> Order:
        told = found.get
        service = told("service") or ""
        # In the order of the fields: by their names it takes half as long again.
        return Order(
            row.number,
            service,
            told("link") or "",
            told("quantity"),
            _told(self._extras, found) if self._extras else (),
            told("reference"),
            told("campaign"),
            told("panel"),
            told("refill"),
            told("max_rate"),
            bool(told("allow_duplicate")),
            row.key,
            self._service_named(row) if service else None,
            problems,
            tuple((name.removeprefix(OWN_PARAMETER), value) for name, value in _told(self._own, found))
            if self._own
            else (),
            incidental,
            told("client") or "",
        )


def _told(names: Sequence[str], found: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return those of these fields that a row has, each with its value as text."""
    return tuple((name, str(found[name])) for name in names if found.get(name) is not None)


def _remembered(reader: Reader) -> Reader:
    """Return the reader of a column whose cells repeat, as services, quantities and clients do: each is read once."""
    known: dict[Cell, Any] = {}

    def read(cell: Cell) -> Any:
        if cell.__class__ is not str and cell.__class__ is not int:  # True and 1.0 would pass for 1
            return reader(cell)
        if cell in known:
            return known[cell]
        value = reader(cell)
        if len(known) < REMEMBERED:
            known[cell] = value
        return value

    return read


def _client(cell: Cell) -> str | None:
    """Return whom an order is for; an error of the spreadsheet as it shows: it keeps no order from being sent."""
    try:
        return cells.text(cell)
    except CellTrouble as trouble:
        return str(trouble.facts["found"])


def _own_reader(field: str) -> Reader:
    """Return what reads a parameter of the panel's own: as text, save where the order's cost hangs on it."""
    name = field.removeprefix(OWN_PARAMETER)
    return {**PARAMETERS, **OF_SOME_TYPES}[name] if name in RECKONED else cells.as_written
