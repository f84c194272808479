"""The rules a row must keep against the panel's catalogue, in order, one function each.

Every rule of every row is tried, so that all of a row's problems are shown at once. Limits and fields
come from the panel's `services` answer and its documentation of `add`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from unicodedata import category
from urllib.parse import urlsplit

from bulkorders import wording
from bulkorders.model.catalogue import DEFAULT, DRIP_FEED, SPECIAL, UNLIMITED, Service, ServiceType
from bulkorders.model.money import charge_for, text
from bulkorders.model.orders import Order, Sheet
from bulkorders.model.problems import Problem, Severity
from bulkorders.validation import cells

FEWEST_RUNS = 2


@dataclass(frozen=True, slots=True)
class Case:
    """One order with its service, and the sheet it stands in (for the names of its columns)."""

    order: Order
    service: Service
    sheet: Sheet
    kind: ServiceType
    extras: Mapping[str, str]

    def has(self, field: str) -> bool:
        """Whether the row has something for a field, or a cell there that could not be read."""
        if field == "link":
            there = bool(self.order.link)
        elif field == "quantity":
            there = self.order.quantity is not None
        else:
            there = field in self.extras
        return there or self.unread(field)

    def unread(self, field: str) -> bool:
        """Whether the row's cell for a field could not be read: that is said already."""
        problems = self.order.problems
        return bool(problems) and any(problem.column == self.column(field) for problem in problems)

    @property
    def bare(self) -> bool:
        """Whether the row has nothing beside service, link and quantity, as most have."""
        return not self.extras and not self.order.problems

    def column(self, field: str) -> str:
        """Return the header of a field's column."""
        return self.sheet.title(field) or wording.field_title(field)

    def problem(self, code: str, field: str, severity: Severity = Severity.ERROR, **facts: Any) -> Problem:
        """Return a problem of this row in the column of a field."""
        told = {"service": self.service.id, "type": self.kind.name, **facts}
        return Problem(self.order.row, code, self.column(field), told, severity)


def case_of(order: Order, service: Service, sheet: Sheet) -> Case:
    """Return the case of an order whose service is in the catalogue."""
    return Case(order, service, sheet, service.type, dict(order.extras))


def readable(case: Case) -> Iterator[Problem]:
    """Check that the catalogue's entry can be read: a rate, and limits that some quantity can keep."""
    service = case.service
    if service.trouble:
        yield case.problem("service.unreadable", "service", found=service.trouble)
    elif service.rate is None:
        yield case.problem("service.unreadable", "service", found="no rate")
    elif service.rate < 0:
        yield case.problem("service.unreadable", "service", found=f"rate {text(service.rate)}")
    elif _limited(case) and not _some_quantity_fits(service):
        yield case.problem("service.unusable", "service", min=service.min or 0, max=service.max)


def _limited(case: Case) -> bool:
    """Whether the quantity, or a count in its place, is the person's choice."""
    return "quantity" in case.kind.takes or case.kind.counted is not None


def _some_quantity_fits(service: Service) -> bool:
    return service.max is None or service.max >= max(service.min or 0, 1)


def known_type(case: Case) -> Iterator[Problem]:
    """Say where a type that nobody has listed is treated as Default."""
    if not case.kind.known:
        yield case.problem("service.type_unknown", "service", Severity.WARNING)


def required(case: Case) -> Iterator[Problem]:
    """Check that each field the type needs is there."""
    for field in case.kind.required:
        if not case.has(field):
            yield case.problem(f"{field}.missing", field)


def not_taken(case: Case) -> Iterator[Problem]:
    """Check that no field stands in the row that the type does not take: it would be ignored, or cost more."""
    for name in case.extras:
        if name not in case.kind.takes:
            yield case.problem(f"{name}.not_taken", name)
    if not _limited(case) and case.order.quantity not in (None, 1):
        yield case.problem("quantity.not_taken", "quantity", found=case.order.quantity)


def comments_agree(case: Case) -> Iterator[Problem]:
    """Check that a quantity beside lines that are counted says the same."""
    counted = case.kind.counted
    if counted is None or (told := case.extras.get(counted)) is None:
        return
    count = _lines(told)
    if case.order.quantity not in (None, count):
        yield case.problem("quantity.differs", "quantity", found=case.order.quantity, expected=count)


def within_limits(case: Case) -> Iterator[Problem]:
    """Check that the quantity (or the count of comments) lies within the service's min and max."""
    service, field = case.service, case.kind.counted or "quantity"
    pieces = ordered_pieces(case.order, service)
    if pieces is None or not _limited(case) or not _some_quantity_fits(service):
        return
    least, most = max(service.min or 1, 1), service.max
    if most == UNLIMITED:
        most = None
    if pieces < least:
        yield case.problem("quantity.below_min", field, found=pieces, min=least, max=most)
    elif most is not None and pieces > most:
        yield case.problem("quantity.above_max", field, found=pieces, min=service.min, max=most)


def link_form(case: Case) -> Iterator[Problem]:
    """Check that the link is one http(s) address. A link of several lines would make several orders on some panels."""
    link = case.order.link
    if not link or "link" not in case.kind.takes:
        return
    if ORDINARY.fullmatch(link) and "://" not in link[8:]:
        return
    if any(map(str.isspace, link)) or SEVERAL.search(link):
        yield case.problem("link.not_one", "link", found=link)
    elif (character := _hidden(link)) is not None:
        yield case.problem("link.hidden_character", "link", found=link, character=f"U+{ord(character):04X}")
    elif not _address(link):
        yield case.problem("link.not_a_link", "link", found=link)


ORDINARY = re.compile(r"https?://(?:[a-z0-9-]+\.)+[a-z0-9-]+(?:[/?#][!-~]*)?", re.IGNORECASE)
"""What nearly every link looks like: nothing more need be asked of it."""

SEVERAL = re.compile(r"[^=/?&%:#]https?://", re.IGNORECASE)
"""A further address within an address, where it is no part of its path or query."""

JOINERS = "\u200c\u200d"
"""Characters that can't be seen and yet belong to Persian words and to emoji."""


def _hidden(link: str) -> str | None:
    """Return the first character of a link that nobody can see: it leads elsewhere, and costs the same."""
    if link.isascii() and link.isprintable():
        return None
    for character in link:
        unseen = category(character) in ("Cc", "Cf") or character in cells.BLANKS
        if unseen and character not in JOINERS:
            return character
    return None


def _address(link: str) -> bool:
    """Whether this is an http(s) address with the name of a host."""
    try:
        parts = urlsplit(link)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and ("." in host.strip(".") or host == "localhost")


def special_lists(case: Case) -> Iterator[Problem]:
    """Check that a special video order has either `list`, or both `suggest` and `search` (the documented `add`)."""
    kind = case.kind
    if (kind is DEFAULT and case.bare) or not kind.takes.issuperset(SPECIAL):
        return
    given = [name for name in SPECIAL if case.has(name)]
    pair = [name for name in ("suggest", "search") if name in given]
    if "list" in given and pair:
        yield case.problem("list.with_others", "list", others=[wording.field_title(name) for name in pair])
    elif len(pair) == 1:
        missing = "search" if pair == ["suggest"] else "suggest"
        yield case.problem(f"{missing}.missing", missing)
    elif kind.name == "Special" and not given:
        yield case.problem("list.missing", "list")
    elif kind.name == "Default" and given:
        yield case.problem("list.on_default", given[0], Severity.WARNING)


def drip_feed(case: Case) -> Iterator[Problem]:
    """Check that runs and interval come together; each run is a whole order of the row's quantity."""
    if case.bare or not case.kind.takes.issuperset(DRIP_FEED):
        return
    if case.has("runs") and not case.has("interval"):
        yield case.problem("interval.missing", "interval")
    if case.has("interval") and not case.has("runs"):
        yield case.problem("runs.missing", "runs")
    runs = case.extras.get("runs")
    if runs is None:
        return
    if int(runs) < FEWEST_RUNS:
        yield case.problem("runs.too_few", "runs", found=int(runs))
    if case.service.dripfeed is False:
        yield case.problem("runs.not_offered", "runs")
    elif case.service.dripfeed is None:
        yield case.problem("runs.unknown", "runs", Severity.WARNING, found=int(runs))


def refill_offered(case: Case) -> Iterator[Problem]:
    """Check that a refill that is wanted can be had; a catalogue that does not say leaves a warning."""
    if case.order.refill in ("yes", "auto"):
        if case.service.refill is False:
            yield case.problem("refill.not_offered", "refill")
        elif case.service.refill is None:
            yield case.problem("refill.unknown", "refill", Severity.WARNING)


def rate_accepted(case: Case) -> Iterator[Problem]:
    """Check that the live rate is not above the row's highest."""
    limit, rate = case.order.max_rate, case.service.rate
    if limit is not None and rate is not None and rate > limit:
        yield case.problem("rate.above_max", "max_rate", found=text(rate), expected=text(limit))


RULES: tuple[Callable[[Case], Iterator[Problem]], ...] = (
    readable,
    known_type,
    required,
    not_taken,
    comments_agree,
    within_limits,
    link_form,
    special_lists,
    drip_feed,
    refill_offered,
    rate_accepted,
)


def problems_of(order: Order, service: Service | None, sheet: Sheet) -> tuple[Problem, ...]:
    """Return everything wrong with an order: cells that can't be read, then the rules in their order.

    None: the catalogue has no such service; then only what holds for all services is looked at.
    """
    if service is not None:
        case = case_of(order, service, sheet)
        found = list(order.problems)
        for rule in RULES:
            found.extend(rule(case))
        return tuple(found)
    case = case_of(order, Service(order.service, name=""), sheet)
    unknown = (
        () if case.unread("service") else (case.problem("service.unknown", "service", found=order.service),)
    )
    return (*order.problems, *unknown, *link_form(case))


def _lines(told: str) -> int:
    return told.count("\n") + 1


def ordered_pieces(order: Order, service: Service) -> int | None:
    """Return how many pieces one run delivers: the quantity, or the count of lines where they are counted."""
    kind = service.type
    if kind.counted is not None:
        told = dict(order.extras).get(kind.counted)
        return _lines(told) if told else None
    return order.quantity if "quantity" in kind.takes else 1


def sent_parameters(order: Order, service: Service | None) -> dict[str, str]:
    """Return exactly what `add` is sent for this order, under the documented names.

    A type whose quantity is fixed or counted by the panel is sent none (canonical documents).
    """
    sent = order.parameters()
    if service is not None and "quantity" not in service.type.takes:
        sent.pop("quantity", None)
    return sent


def estimate(order: Order, service: Service) -> Decimal:
    """Return what the order will cost at the catalogue's rate; a drip-feed costs all its runs."""
    pieces = ordered_pieces(order, service) or 0
    runs = int(dict(order.extras).get("runs", "1")) if order.extras else 1
    return charge_for(service.rate or Decimal(0), pieces * runs, service.basis)
