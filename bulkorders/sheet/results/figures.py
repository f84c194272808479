"""The figures of a run's Summary: rows by where they stand, and orders by service."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bulkorders.model import money
from bulkorders.model.outcomes import Delivery
from bulkorders.model.report import Line
from bulkorders.sheet.results import values
from bulkorders.sheet.results.styles import STATE_WORDS

NOT_TOLD = "No status yet"
"""What a placed order is counted under before the panel has told its status."""

_GROUPS = (
    ("placed", "Placed"),
    ("ready", "To be sent"),
    ("in_doubt", "To settle"),
    ("invalid", "To fix"),
    ("duplicate", "To fix"),
    ("rejected", "To fix"),
    ("dropped", "Not sent"),
)
_DELIVERED_FIRST = (
    Delivery.COMPLETED,
    Delivery.PARTIAL,
    Delivery.IN_PROGRESS,
    Delivery.PROCESSING,
    Delivery.PENDING,
    Delivery.CANCELED,
)
_ORDERED = frozenset({"ready", "placed", "in_doubt"})


@dataclass(frozen=True, slots=True)
class Standing:
    """How many rows stand in one place: their state, what is to be done, and the word for the place."""

    state: str
    group: str
    word: str
    rows: int


@dataclass(frozen=True, slots=True)
class Figures:
    """All orders of one service or campaign in one currency that are sent, in doubt, or to be sent.

    `what` is the service's id or the campaign. `quantity` and `delivered` are in pieces; `estimate` is of all
    of them, `charge` of those whose charge is known (None: of none).
    """

    what: str
    name: str
    currency: str | None
    orders: int
    quantity: int
    delivered: int
    estimate: Decimal
    charge: Decimal | None
    completed: int


def standings(lines: Sequence[Line]) -> list[Standing]:
    """Return the rows by where they stand, placed orders by the panel's status; empty places are left out."""
    states: Counter[str] = Counter(line.state for line in lines)
    statuses = Counter(
        (line.submission.status if line.submission else None) or NOT_TOLD
        for line in lines
        if line.state == "placed"
    )
    found = [
        Standing("placed", "Placed", word, statuses.pop(word))
        for word in _DELIVERED_FIRST
        if word in statuses
    ]
    found += [Standing("placed", "Placed", word, count) for word, count in sorted(statuses.items())]
    for state, group in _GROUPS[1:]:
        if states[state]:
            found.append(Standing(state, group, STATE_WORDS[state], states[state]))
    return found


def by_service(lines: Sequence[Line]) -> list[Figures]:
    """Return the orders by service, the dearest first."""
    return _grouped(lines, _service, values.service_name)


def by_campaign(lines: Sequence[Line], default: str) -> list[Figures]:
    """Return the orders by campaign, the dearest first; one that names none is of the `default` one."""

    def campaign(line: Line) -> str:
        named = line.submission.campaign if line.submission else line.order.campaign if line.order else None
        return named or default

    return _grouped(lines, campaign, lambda _: "")


def _grouped(
    lines: Sequence[Line], what: Callable[[Line], str], name: Callable[[Line], str]
) -> list[Figures]:
    """Return the orders by what they have in common."""
    sums: dict[tuple[str, str], _Sum] = {}
    for line in lines:
        if line.state in _ORDERED:
            found = sums.setdefault((values.currency(line) or "", what(line)), _Sum())
            found.add(line)
            found.name = name(line) or found.name
    figures = [each.figures(code or None, common) for (code, common), each in sums.items()]
    return sorted(figures, key=lambda each: (each.currency or "", -each.estimate, each.what))


@dataclass(slots=True)
class _Sum:
    """What orders come to, as they are gone over: a table of them would take more memory than all their rows."""

    name: str = ""
    orders: int = 0
    quantity: int = 0
    delivered: int = 0
    completed: int = 0
    estimate: Decimal = Decimal(0)
    charge: Decimal | None = None

    def add(self, line: Line) -> None:
        """Count one order in."""
        order, sent = line.order, line.submission
        quantity = values.ordered_pieces(sent) if sent else order.quantity if order else None
        self.orders += 1
        self.quantity += quantity or 0
        self.delivered += values.delivered_pieces(line) or 0
        self.completed += line.state == "placed" and sent is not None and sent.status == Delivery.COMPLETED
        self.estimate = money.total((self.estimate, values.estimate(line)))
        charge = values.charge(line)
        if charge is not None:
            self.charge = money.total((self.charge, charge))

    def figures(self, currency: str | None, what: str) -> Figures:
        """Return the sums so far."""
        return Figures(
            what=what,
            name=self.name,
            currency=currency,
            orders=self.orders,
            quantity=self.quantity,
            delivered=self.delivered,
            estimate=self.estimate,
            charge=self.charge,
            completed=self.completed,
        )


def total_by_currency(figures: Sequence[Figures]) -> list[Figures]:
    """Return the sums of these figures, one for each currency."""
    found = []
    for code in sorted({each.currency or "" for each in figures}):
        own = [each for each in figures if (each.currency or "") == code]
        known = [each.charge for each in own if each.charge is not None]
        found.append(
            Figures(
                what="Total",
                name="",
                currency=code or None,
                orders=sum(each.orders for each in own),
                quantity=sum(each.quantity for each in own),
                delivered=sum(each.delivered for each in own),
                estimate=money.total(each.estimate for each in own),
                charge=money.total(known) if known else None,
                completed=sum(each.completed for each in own),
            )
        )
    return found


def _service(line: Line) -> str:
    order, sent = line.order, line.submission
    return sent.service if sent else order.service if order else ""
