"""The rows of a checked sheet as a page of a table: filtered, with the bad cells marked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bulkorders.model.orders import Cell, ErrorCell
from bulkorders.model.report import Line, OrderPart
from bulkorders.pipeline.looked import Looked

SIZE = 50
"""Rows of a page of the table."""

LONGEST = 100
"""Characters of one cell that are shown."""

MAIN = ("reference", "service", "link", "username", "quantity")
"""Fields whose columns are always shown; others only where something is wrong in them."""

STATES = ("invalid", "duplicate", "ready", "placed", "rejected", "in_doubt", "dropped")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows are wanted: of a state, with a kind of problem, that hold a text; pages count from 1."""

    state: str = ""
    problem: str = ""
    text: str = ""
    page: int = 1

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Wanted":
        """Return what an address asks for; what makes no sense is left out."""
        state = query.get("state", "")
        page = query.get("page", "1")
        return cls(
            state if state in STATES else "",
            query.get("problem", "")[:80],
            query.get("q", "").strip()[:200],
            max(int(page), 1) if page.isdecimal() and len(page) < 8 else 1,  # noqa: PLR2004 - no page is that far
        )

    def without_page(self) -> dict[str, str]:
        """Return what an address says of it, but for the page."""
        told = {"state": self.state, "problem": self.problem, "q": self.text}
        return {name: value for name, value in told.items() if value}

    def takes(self, order: OrderPart) -> bool:
        """Whether this row is wanted."""
        if self.state and order.state != self.state:
            return False
        if self.problem and all(each.code != self.problem for each in order.problems):
            return False
        if not self.text:
            return True
        wanted = self.text.casefold()
        told = (
            str(order.row or ""),
            order.reference,
            order.service,
            order.link,
            order.order_id,
            order.message,
        )
        return any(wanted in each.casefold() for each in told if each)


@dataclass(frozen=True, slots=True)
class ShownCell:
    """One cell as it is shown: whether something is said of it, and whether that keeps its row from being sent."""

    title: str
    text: str
    problem: bool = False
    blocking: bool = True


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One row: its order, its cells in the order of the columns, and by column what is said of it."""

    order: OrderPart
    cells: Sequence[ShownCell]
    said: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Table:
    """A page of the table. `found` rows are wanted in all, on `pages` pages; `titles` head the cells."""

    titles: Sequence[str]
    rows: Sequence[ShownRow]
    found: int
    page: int
    pages: int


def table_of(looked: Looked, wanted: Wanted) -> Table:
    """Return the wanted page of a checked sheet's rows."""
    report = looked.report
    found = [at for at, order in enumerate(report.orders) if wanted.takes(order)]
    pages = max(-(-len(found) // SIZE), 1)
    page = min(wanted.page, pages)
    shown = found[(page - 1) * SIZE : page * SIZE]
    columns = _columns(looked, [report.orders[at] for at in shown])
    titles = [looked.run.sheet.header[index] for index in columns]
    rows = [_row(looked.lines[at], report.orders[at], columns, titles) for at in shown]
    return Table(titles, rows, len(found), page, pages)


def _columns(looked: Looked, orders: Sequence[OrderPart]) -> list[int]:
    """Return the columns that say what is ordered, and those in which something is wrong, as the sheet has them."""
    sheet = looked.run.sheet
    wrong = {problem.column for order in orders for problem in order.problems}
    main = {sheet.columns[name] for name in MAIN if name in sheet.columns}
    return sorted(main | {at for at, title in enumerate(sheet.header) if title in wrong})


def _row(line: Line, order: OrderPart, columns: Sequence[int], titles: Sequence[str]) -> ShownRow:
    cells = line.row.cells if line.row is not None else ()
    said: list[tuple[str, str]] = []
    blocking = set()
    for problem in order.problems:
        _, _, text = problem.message.partition(": ")
        said.append((problem.column, text or problem.message))
        if problem.severity == "error":
            blocking.add(problem.column)
    marked = {column for column, _ in said}
    shown = [
        ShownCell(title, cell_text(cells[at]) if at < len(cells) else "", title in marked, title in blocking)
        for at, title in zip(columns, titles, strict=True)
    ]
    if not cells:
        shown = [ShownCell(title, _told(order, at)) for at, title in enumerate(titles)]
    return ShownRow(order, shown, said)


def _told(order: OrderPart, at: int) -> str:
    """Return what an order without a row says, in the place of its first cells."""
    told = (order.service, order.link, order.quantity)
    return str(told[at] or "") if at < len(told) else ""


def cell_text(cell: Cell) -> str:
    """Return a cell as people see it, at most so much of it."""
    if cell is None:
        return ""
    text = cell.text if isinstance(cell, ErrorCell) else str(cell)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
