"""From the cells of a row to an Order; what can't be read goes along as problems that keep it from being sent."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, repeat, zip_longest
from operator import is_
from typing import Any

from bulkorders import wording
from bulkorders.model.making import maker_of
from bulkorders.model.orders import OWN_PARAMETER, Cell, Order, Row, Sheet
from bulkorders.model.problems import Problem
from bulkorders.validation import cells, rates
from bulkorders.validation.cells import CellTrouble
from bulkorders.validation.column import Column, Reader, Repeating

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

BLOCK = 4_000
"""How many rows are read at once: the values of their columns are held beside them."""

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


_order, _parsed = maker_of(Order), maker_of(Parsed)


def parse(sheet: Sheet, decimal: str | None = None) -> list[Parsed]:
    """Parse every row. `decimal` is the decimal mark of amounts from the settings, if there is one."""
    at = sheet.columns.get("max_rate")
    mark = decimal or (
        rates.decimal_mark(row.cells[at] for row in sheet.rows if at < len(row.cells))
        if at is not None
        else None
    )
    reading = _Reading(sheet, mark)
    blocks = (sheet.rows[start : start + BLOCK] for start in range(0, len(sheet.rows), BLOCK))
    return list(chain.from_iterable(map(reading.parsed, blocks)))


class Parsing:
    """The rows of a sheet parsed while it is still being read."""

    def __init__(self, decimal: str | None = None) -> None:
        """Know the decimal mark of amounts from the settings, if there is one."""
        self._decimal = decimal
        self._reading: _Reading | None = None
        self._parsed: list[Parsed] = []

    def begin(self, sheet: Sheet) -> None:
        """Know the header of the sheet whose rows follow; whatever was taken of another is void."""
        whole = (
            "max_rate" in sheet.columns and self._decimal is None
        )  # all its column tells what its marks mean
        self._reading = None if whole else _Reading(sheet, self._decimal)
        self._parsed = []

    def take(self, rows: Sequence[Row]) -> None:
        """Parse the next rows."""
        if self._reading is not None:
            self._parsed += self._reading.parsed(rows)

    def forget(self) -> None:
        """Let go of what was taken: it is void, and all rows are parsed at the end."""
        self._reading, self._parsed = None, []

    def of(self, sheet: Sheet) -> list[Parsed]:
        """Return every row of a sheet parsed: those that were taken, if they are the sheet's own and all of them."""
        early, rows = self._parsed, sheet.rows
        if len(early) == len(rows) and all(map(is_, (each.row for each in early), rows)):
            return early
        return parse(sheet, self._decimal)


class _Reading:
    """Reads the rows of one sheet column by column: each field that has one, by the reader its values need."""

    def __init__(self, sheet: Sheet, mark: str | None) -> None:
        def max_rate(cell: Cell) -> Decimal | None:
            return rates.max_rate(cell, mark)

        def allowed(cell: Cell) -> bool | None:
            return cells.yes_or_no(cell, "allow_duplicate.unclear")

        own = [name for name in sheet.columns if name.startswith(OWN_PARAMETER)]
        columns: dict[str, Column] = {
            "service": Repeating(cells.identifier),
            "link": Column(cells.text),
            "quantity": Repeating(cells.quantity),
            "reference": Column(cells.text),
            "campaign": Repeating(cells.text),
            "panel": Repeating(cells.text),
            "client": Repeating(_client),
            "refill": Repeating(cells.refill),
            "max_rate": Repeating(max_rate),
            "allow_duplicate": Repeating(allowed),
            **{name: Column(reader) for name, reader in PARAMETERS.items()},
            **{name: Column(_own_reader(name)) for name in own},
        }
        self._sheet = sheet
        self._chosen_name = Repeating(cells.chosen_name)
        self._fields = self._placed(columns)
        self._of_some_types = self._placed({name: Column(read) for name, read in OF_SOME_TYPES.items()})
        self._extras = sorted(name for name in (*PARAMETERS, *OF_SOME_TYPES) if name in sheet.columns)
        self._own = sorted(own)

    def _placed(self, columns: Mapping[str, Column]) -> list[tuple[str, int, Column]]:
        """Return the fields that the sheet has, each with the place of its column and what reads it."""
        placed = self._sheet.columns
        return [(name, placed[name], column) for name, column in columns.items() if name in placed]

    def parsed(self, rows: Sequence[Row]) -> list[Parsed]:
        """Return the orders of these rows with all the problems of their cells."""
        told = list(zip_longest(*[row.cells for row in rows]))
        found: dict[str, Sequence[Any]] = {}
        unread = self._read(rows, told, self._fields, found)
        incidental = self._read(rows, told, self._of_some_types, found)
        for at, service in enumerate(found.get("service", (None,) * len(rows))):
            if service is None and "service" not in unread.get(at, ()):
                missing = self._problem(rows[at], "service.missing", "service", {})
                unread[at] = {"service": missing, **unread.get(at, {})}
        problems: list[tuple[Problem, ...]] = [()] * len(rows)
        for at, named in unread.items():
            problems[at] = tuple(named.values())
        beside = [tuple(incidental[at].items()) if at in incidental else () for at in range(len(rows))]
        orders: list[Order | None] = [*self._orders(rows, self._names(told, found), found, problems, beside)]
        for at, named in unread.items():
            if any(name in PLACE for name in named):
                orders[at] = None
        return list(map(_parsed, rows, orders, problems))

    def _read(
        self,
        rows: Sequence[Row],
        told: Sequence[Sequence[Cell]],
        fields: Sequence[tuple[str, int, Column]],
        found: dict[str, Sequence[Any]],
    ) -> dict[int, dict[str, Problem]]:
        """Read these fields of rows whose columns are `told` into `found`; return the problems by place and field."""
        problems: dict[int, dict[str, Problem]] = {}
        for name, place, column in fields:
            if place >= len(told):
                continue  # no row reaches so far
            found[name], unread = column.read(told[place])
            for at, trouble in unread.items():
                problem = self._problem(rows[at], trouble.code, name, dict(trouble.facts))
                problems.setdefault(at, {})[name] = problem
        return problems

    def _problem(self, row: Row, code: str, field: str, facts: dict[str, Any]) -> Problem:
        return Problem(row.number, code, self._sheet.title(field) or wording.field_title(field), facts)

    def _names(
        self, told: Sequence[Sequence[Cell]], found: Mapping[str, Sequence[Any]]
    ) -> Iterable[str | None]:
        """Return the names beside the services' ids."""
        if "service" not in found:
            return repeat(None)
        shown = zip(told[self._sheet.columns["service"]], found["service"], strict=True)
        return self._chosen_name.read([cell if service else None for cell, service in shown])[0]

    def _orders(
        self,
        rows: Sequence[Row],
        names: Iterable[str | None],
        found: Mapping[str, Sequence[Any]],
        problems: Iterable[tuple[Problem, ...]],
        incidental: Iterable[tuple[tuple[str, Problem], ...]],
    ) -> Iterator[Order]:
        def told(field: str, empty: Any = None) -> Iterable[Any]:
            values = found.get(field)
            if values is None:
                return repeat(empty)
            return values if empty is None else [empty if each is None else each for each in values]

        # In the order of the fields, which is how `map` gives them.
        return map(
            _order,
            [row.number for row in rows],
            told("service", ""),
            told("link", ""),
            told("quantity"),
            _named(self._extras, self._extras, found),
            told("reference"),
            told("campaign"),
            told("panel"),
            told("refill"),
            told("max_rate"),
            told("allow_duplicate", False),  # noqa: FBT003 - what an empty cell means
            [row.key for row in rows],
            names,
            problems,
            _named(self._own, [name.removeprefix(OWN_PARAMETER) for name in self._own], found),
            incidental,
            told("client", ""),
        )


def _named(
    fields: Sequence[str], names: Sequence[str], found: Mapping[str, Sequence[Any]]
) -> Iterable[tuple[tuple[str, str], ...]]:
    """Return for each row those of these fields that it has, under these names, each with its value as text."""
    there = [(name, found[field]) for field, name in zip(fields, names, strict=True) if field in found]
    if not there:
        return repeat(())
    titles = [name for name, _ in there]
    rows = zip(*[values for _, values in there], strict=True)
    return [
        tuple([(name, str(value)) for name, value in zip(titles, row, strict=True) if value is not None])
        for row in rows
    ]


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
