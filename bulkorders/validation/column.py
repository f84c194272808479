"""The cells of one column read for many rows at once, each by the reader that its field needs."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bulkorders.model.orders import Cell
from bulkorders.validation.cells import CellTrouble

Reader = Callable[[Cell], Any]
"""Gives the value of a cell, None for an empty one, or raises CellTrouble."""

Unread = Mapping[int, CellTrouble]
"""What is wrong with cells that can't be read, by their place among those that were asked for."""

REMEMBERED = 20_000
"""Different cells of a column from which on what is known of them is forgotten."""

PLAIN = {str, int, type(None)}
"""Types whose equal cells are the same: True and 1.0 would pass for 1."""


class Column:
    """A column whose cells are read one by one, as links and references are: they hardly repeat."""

    def __init__(self, reader: Reader) -> None:
        """Know how a cell is read."""
        self._reader = reader

    def read(self, cells: Sequence[Cell]) -> tuple[Sequence[Any], Unread]:
        """Return the value of each cell, None where it is empty or can't be read, and what is wrong with those."""
        reader = self._reader
        try:
            return [None if cell is None else reader(cell) for cell in cells], {}
        except CellTrouble:
            return self._one_by_one(cells)

    def _one_by_one(self, cells: Sequence[Cell]) -> tuple[Sequence[Any], Unread]:
        values: list[Any] = [None] * len(cells)
        unread: dict[int, CellTrouble] = {}
        for at, cell in enumerate(cells):
            if cell is None:
                continue
            try:
                values[at] = self._reader(cell)
            except CellTrouble as trouble:
                unread[at] = trouble
        return values, unread


class Repeating(Column):
    """A column whose cells repeat, as services, quantities and clients do: each is read once."""

    def __init__(self, reader: Reader) -> None:
        """Know how a cell is read, and as yet no cell but the empty one."""
        super().__init__(reader)
        self._known: dict[Cell, Any] = {None: None}

    def read(self, cells: Sequence[Cell]) -> tuple[Sequence[Any], Unread]:
        """Return the same as any column."""
        different = set(cells)
        if not PLAIN.issuperset(map(type, cells)):
            return super().read(cells)
        known, troubled = self._known, {}
        for cell in different.difference(known):
            try:
                known[cell] = self._reader(cell)
            except CellTrouble as trouble:
                troubled[cell] = trouble
        if len(known) > REMEMBERED:
            self._known = {None: None}
        if not troubled:
            return [known[cell] for cell in cells], {}
        unread = {at: troubled[cell] for at, cell in enumerate(cells) if cell in troubled}
        return [known.get(cell) for cell in cells], unread
