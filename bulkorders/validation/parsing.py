"""From the cells of a row to an Order; what can't be read goes along as problems that keep it from being sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bulkorders import wording
from bulkorders.model.orders import Cell, Order, Row, Sheet
from bulkorders.model.problems import Problem
from bulkorders.validation import cells, rates
from bulkorders.validation.cells import CellTrouble

PARAMETERS: dict[str, Callable[[Cell], Any]] = {
    "comments": cells.lines,
    "list": cells.lines,
    "suggest": cells.lines,
    "search": cells.lines,
    "runs": cells.quantity,
    "interval": cells.quantity,
}
"""Fields that are sent under their own name, beside service, link and quantity."""


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

        readers: dict[str, Callable[[Cell], Any]] = {
            "service": cells.identifier,
            "link": cells.text,
            "quantity": cells.quantity,
            "reference": cells.text,
            "campaign": cells.text,
            "panel": cells.text,
            "refill": cells.refill,
            "max_rate": max_rate,
            "allow_duplicate": allowed,
            **PARAMETERS,
        }
        self._sheet = sheet
        self._fields = [
            (name, sheet.columns[name], reader) for name, reader in readers.items() if name in sheet.columns
        ]

    def parsed(self, row: Row) -> Parsed:
        """Return the order with all the problems of its cells."""
        found: dict[str, Any] = {}
        unread: dict[str, Problem] = {}
        for name, at, reader in self._fields:
            cell = row.cells[at] if at < len(row.cells) else None
            if cell is None:
                continue
            try:
                found[name] = reader(cell)
            except CellTrouble as trouble:
                unread[name] = self._problem(row, trouble.code, name, trouble.facts)
        if found.get("service") is None and "service" not in unread:
            unread = {"service": self._problem(row, "service.missing", "service", {}), **unread}
        problems = tuple(unread.values())
        if any(name in PLACE for name in unread):
            return Parsed(row, None, problems)
        return Parsed(row, _order(row, found, problems), problems)

    def _problem(self, row: Row, code: str, field: str, facts: dict[str, Any]) -> Problem:
        return Problem(row.number, code, self._sheet.title(field) or wording.field_title(field), facts)


EXTRAS = tuple(sorted(PARAMETERS))


def _order(row: Row, found: Mapping[str, Any], problems: tuple[Problem, ...]) -> Order:
    return Order(
        row=row.number,
        service=found.get("service") or "",
        link=found.get("link") or "",
        quantity=found.get("quantity"),
        extras=tuple((name, str(found[name])) for name in EXTRAS if found.get(name) is not None),
        reference=found.get("reference"),
        campaign=found.get("campaign"),
        panel=found.get("panel"),
        refill=found.get("refill"),
        max_rate=found.get("max_rate"),
        allow_duplicate=bool(found.get("allow_duplicate")),
        held_key=row.key,
        problems=problems,
    )
