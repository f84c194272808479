"""What needs a person, and what of it is new since the last day: a row that was wrong all week is no news."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bulkorders.model.orders import Cell, digest
from bulkorders.model.report import OrderPart, Report
from bulkorders.pipeline.reporting import ALARMS
from bulkorders.wording import summaries


class Kind(StrEnum):
    """What a fact is about: a row, or (the last three) an account."""

    IN_DOUBT = "in_doubt"
    MISSING = "missing"
    REJECTED = "rejected"
    INVALID = "invalid"
    DUPLICATE = "duplicate"
    LOW_BALANCE = "low_balance"
    DEARER = "dearer"
    SLOW = "slow"


EXIT = {Kind.IN_DOUBT: 5, Kind.MISSING: 6, Kind.REJECTED: 6, Kind.INVALID: 6, Kind.DUPLICATE: 6}
"""The exit code that news of a kind calls for; of the others a notification tells."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that needs a person: in which campaign or account (`scope`), and by what it is known again."""

    kind: Kind
    scope: str
    mark: str
    told: str


Marks = Mapping[str, Sequence[str]]
"""By scope, the marks of what was told before."""


def of_report(report: Report, cells: Mapping[int, Sequence[Cell]]) -> list[Fact]:
    """Return what needs a person among a report's rows. `cells` are the rows as the sheet has them, by number.

    A fact is known again by what the row asks for and what is wrong with it, never by the row's number:
    sorted or moved rows are no news, an edited row that is still wrong is.
    """
    found: list[Fact] = []
    seen: Counter[str] = Counter()
    for order in report.orders:
        kind = _kind(order)
        if kind is not None:
            own = digest(kind.value, *_identity(order, cells))
            seen[own] += 1
            found.append(Fact(kind, report.campaign, f"{own}.{seen[own]}", _said(order, kind)))
        found += _requests(report, order)
    return found


def _requests(report: Report, order: OrderPart) -> list[Fact]:
    """Return the refills and cancels of an order whose answer was lost."""
    return [
        Fact(
            Kind.IN_DOUBT,
            report.campaign,
            digest("request", str(each["kind"]), str(each["order_id"]), str(each["asked_at"])),
            f"{order.order_id}, {each['kind']}: {each['message']}",
        )
        for each in order.requests
        if each["state"] == "in_doubt"
    ]


def _kind(order: OrderPart) -> Kind | None:
    if any(problem.code in ALARMS for problem in order.problems):
        return Kind.MISSING
    return Kind(order.state) if order.state in ("in_doubt", "rejected", "invalid", "duplicate") else None


def _identity(order: OrderPart, cells: Mapping[int, Sequence[Cell]]) -> list[str]:
    asked = (order.service, order.link, order.quantity, order.reference)
    codes = sorted(problem.code for problem in order.problems if problem.severity == "error")
    if not any(asked) and order.row is not None:
        return [*codes, *(str(cell) for cell in cells.get(order.row, ()) if cell is not None)]
    return [order.key or "", *codes, *(str(each or "") for each in asked)]


def _said(order: OrderPart, kind: Kind) -> str:
    errors = [problem.message for problem in order.problems if problem.severity == "error"]
    if kind in (Kind.INVALID, Kind.DUPLICATE, Kind.MISSING) and errors:
        return " ".join(errors)
    return summaries.doubt(order)


def fresh(facts: Iterable[Fact], before: Marks) -> list[Fact]:
    """Return the facts that were not told before."""
    known = {scope: set(marks) for scope, marks in before.items()}
    return [fact for fact in facts if fact.mark not in known.get(fact.scope, ())]


def remembered(facts: Iterable[Fact], before: Marks, looked_at: Iterable[str]) -> dict[str, list[str]]:
    """Return the marks to keep: those that hold today; in scopes nobody could look at, those of before."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for fact in facts:
        found[fact.scope].append(fact.mark)
    seen = {*looked_at, *found}
    return {**{scope: list(marks) for scope, marks in before.items() if scope not in seen}, **found}
