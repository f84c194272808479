"""Problems put together by what repairs them."""

from typing import Any

import pytest

from bulkorders import wording
from bulkorders.model.problems import Problem, Severity
from bulkorders.model.report import Counts, OrderPart, ProblemPart, Report
from bulkorders.wording import repairs


def order(row: int, *problems: Problem) -> OrderPart:
    """Return a row with these problems, said as a run says them."""
    parts = tuple(
        ProblemPart(
            code=each.code, column=each.column, message=wording.problem(each), severity=each.severity.value
        )
        for each in problems
    )
    nothing: dict[str, Any] = dict.fromkeys(OrderPart.model_fields)
    told = {"row": row, "state": "invalid", "order_ids": (), "message": "", "requests": (), "problems": parts}
    return OrderPart(**{**nothing, **told})


def report(*orders: OrderPart, results: str | None = None) -> Report:
    """Return the report of a run over these rows."""
    nothing: dict[str, Any] = dict.fromkeys(Report.model_fields)
    nothing.pop("schema_", None)
    told = {"run": "r", "campaign": "c", "sheet": "s.csv", "results": results, "money": (), "notes": ()}
    counts = Counts(rows=len(orders), invalid=len(orders))
    return Report(**{**nothing, **told, "counts": counts, "orders": orders})


def unknown(row: int, service: str = "9") -> OrderPart:
    """Return a row whose service is not sold."""
    return order(row, Problem(row, "service.unknown", "Service", {"found": service, "service": service}))


def unclear(row: int, found: str = "perhaps") -> OrderPart:
    """Return a row whose refill is neither yes nor no."""
    return order(row, Problem(row, "refill.unclear", "Refill", {"found": found}))


def test_what_is_said_of_several_rows_is_said_once() -> None:
    """The same sentence of the same column names all its rows; the commonest stands first."""
    (group,) = repairs.groups(report(unknown(2, "7"), *(unknown(row) for row in (3, 4, 5, 9))))
    assert (group.count, group.rows, group.blocking) == (5, (2, 3, 4, 5, 9), True)
    assert [line.partition(":")[0] for line in group.lines] == ["Rows 3-5, 9, Service", "Row 2, Service"]
    assert "no service 9 today" in group.lines[0]


def test_what_blocks_stands_first_and_then_what_is_commonest() -> None:
    """A warning of many rows stands below an error of one."""
    warned = [
        order(row, Problem(row, "refill.unknown", "Refill", {"service": "1"}, Severity.WARNING))
        for row in range(20, 30)
    ]
    found = repairs.groups(report(*warned, unclear(2), unknown(3), unknown(4)))
    assert [(each.code, each.blocking) for each in found] == [
        ("service.unknown", True),
        ("refill.unclear", True),
        ("refill.unknown", False),
    ]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([5], "5"),
        ([2, 3], "2-3"),
        ([9, 2, 3, 4], "2-4, 9"),
        ([1, 3, 5, 7, 9, 11, 13, 14, 20], "1, 3, 5, 7, 9, 11 and 3 more"),
        (list(range(2, 1002)), "2-1001"),
    ],
)
def test_rows_are_named_in_runs(rows: list[int], told: str) -> None:
    """Rows that follow each other are one range, and of many runs the first are named."""
    assert repairs.row_ranges(rows) == told


def test_few_problems_need_no_overview() -> None:
    """Up to a dozen problems, or those with one repair, are listed at once."""
    few = [unknown(row) for row in range(2, 8)] + [unclear(row) for row in range(8, 14)]
    assert repairs.overview(repairs.groups(report(*few))) == []
    assert repairs.overview(repairs.groups(report(*(unknown(row) for row in range(2, 99))))) == []


def test_many_problems_have_an_overview_with_the_first_rows() -> None:
    """Each repair is named with the first of its rows, under how many rows are held back."""
    told = report(
        *(unknown(row) for row in range(2, 12)), *(unclear(row, f"x{row}") for row in range(12, 18))
    )
    found = repairs.overview(repairs.groups(told))
    assert [(group.count, rows) for group, rows in found] == [(10, "rows 2-11"), (6, "rows 12-17")]
    assert repairs.overview_heading(told).startswith("16 of 16 rows")


def test_what_is_not_shown_stands_somewhere() -> None:
    """With a results workbook the rest is in To fix, without one in the JSON."""
    assert "To fix" in repairs.rest(1_000, report(results="a.results.xlsx"))
    assert repairs.rest(1_000, report()) == "… and 1,000 more; --json lists all."
