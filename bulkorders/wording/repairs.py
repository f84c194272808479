"""Problems put together by what repairs them: how many there are, in which rows, and what each says."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from bulkorders.model.report import OrderPart, ProblemPart, Report
from bulkorders.wording import number, repair, translated

FEW = 12
"""Up to so many problems are listed at once, without an overview above them."""

RANGES = 6
"""Runs of rows that are named at most where rows are named in a line."""


@dataclass(frozen=True, slots=True)
class Group:
    """Problems with one repair. `lines` are what is said, each once, with the rows and the column it is said of.

    `blocking` says that they keep their rows from being sent; `count` is how many problems they are.
    """

    code: str
    heading: str
    blocking: bool
    count: int
    rows: tuple[int, ...]
    lines: tuple[str, ...]


def groups(report: Report) -> list[Group]:
    """Return the problems of a report by what repairs them: first what blocks, and of that the commonest."""
    found: defaultdict[str, _Gathered] = defaultdict(_Gathered)
    for order in report.notable():
        for problem in order.problems:
            found[problem.code].take(order, problem)
    made = [each.group(code) for code, each in found.items()]
    return sorted(made, key=lambda each: (not each.blocking, -each.count))


@dataclass(slots=True)
class _Gathered:
    """What is said of one code, as it is gone over: of a million rows in the same words, once, with their numbers."""

    blocking: bool = False
    count: int = 0
    said: defaultdict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))

    def take(self, order: OrderPart, problem: ProblemPart) -> None:
        """Take one problem of one row in."""
        self.blocking = self.blocking or problem.severity == "error"
        self.count += 1
        self.said[problem.column, _without_place(order, problem)].append(order.row or 0)

    def group(self, code: str) -> Group:
        """Return the group of what was taken."""
        ordered = sorted(self.said.items(), key=lambda each: -len(each[1]))
        return Group(
            code,
            repair(code),
            self.blocking,
            self.count,
            tuple(sorted({row for rows in self.said.values() for row in rows if row})),
            tuple(_line(rows, column, text) for (column, text), rows in ordered),
        )


def _without_place(order: OrderPart, problem: ProblemPart) -> str:
    """Return what a problem says, without the row and the column it says it of."""
    place = translated("Row {row}, {column}: {text}").format(row=order.row, column=problem.column, text="")
    return problem.message.removeprefix(place)


def _line(rows: Sequence[int], column: str, text: str) -> str:
    """Return one sentence with the rows and the column it is said of."""
    if len(rows) == 1:
        return translated("Row {row}, {column}: {text}").format(row=rows[0], column=column, text=text)
    return translated("Rows {rows}, {column}: {text}").format(rows=row_ranges(rows), column=column, text=text)


def row_ranges(rows: Sequence[int], most: int = RANGES) -> str:
    """Return rows by their numbers, those in a row as a range: `3-9, 12 and 40 more`."""
    runs: list[tuple[int, int]] = []
    for row in sorted(set(rows)):
        if runs and runs[-1][1] == row - 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    named = ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs[:most])
    left = sum(last - first + 1 for first, last in runs[most:])
    return translated("{rows} and {n} more").format(rows=named, n=number(left)) if left else named


def overview(found: Sequence[Group]) -> list[tuple[Group, str]]:
    """Return each group with the first of its rows; nothing where all can be listed at once."""
    if len(found) < 2 or sum(each.count for each in found) <= FEW:  # noqa: PLR2004 - one group needs none
        return []
    told = translated("rows {rows}")
    return [(each, told.format(rows=row_ranges(each.rows)) if each.rows else "") for each in found]


def overview_heading(report: Report) -> str:
    """Return how many rows can't be sent as they are."""
    held = report.counts.invalid + report.counts.duplicate
    told = translated("{n} of {rows} rows are not sent as they are. What repairs them:")
    return told.format(n=number(held), rows=number(report.counts.rows))


def rest(count: int, report: Report) -> str:
    """Return how many more sentences there are than those shown, and where they stand."""
    if report.results:
        told = translated("… and {n} more; the worksheet To fix has them all.")
    else:
        told = translated("… and {n} more; --json lists all.")
    return told.format(n=number(count))
