"""The rules a row must keep against the panel's catalogue, in order, one function each.

Every rule of every row is tried, so that all of a row's problems are shown at once. Limits and fields
come from the panel's `services` answer and its documentation of `add`.
"""

import re
from collections.abc import Callable, Iterator

from bulkorders import wording
from bulkorders.model.catalogue import UNLIMITED, Service
from bulkorders.model.money import text
from bulkorders.model.orders import OWN_PARAMETER, Order, Sheet
from bulkorders.model.problems import Problem, Severity
from bulkorders.model.service_types import DEFAULT, DRIP_FEED, SPECIAL, UNSAID
from bulkorders.validation.case import Case, case_of
from bulkorders.validation.costs import count_of, ordered_pieces
from bulkorders.validation.links import link_form
from bulkorders.validation.sending import PASSED_OVER
from bulkorders.validation.subscriptions import min_and_max, no_link_or_quantity, posts_told
from bulkorders.validation.usual import is_plain

FEWEST_RUNS = 2
WORDS = re.compile(r"\w+")


def readable(case: Case) -> Iterator[Problem]:
    """Check that the catalogue's entry can be read: a rate, and limits that some quantity can keep."""
    service = case.service
    if service.trouble:
        yield case.problem("service.unreadable", "service", found=service.trouble)
    elif service.rate is None:
        yield case.problem("service.unreadable", "service", found="no rate")
    elif service.rate < 0:
        yield case.problem("service.unreadable", "service", found=f"rate {text(service.rate)}")
    elif case.kind.limited and not _some_quantity_fits(service):
        yield case.problem("service.unusable", "service", min=service.min or 0, max=service.max)


def _some_quantity_fits(service: Service) -> bool:
    return service.max is None or service.max >= max(service.min or 0, 1)


def known_type(case: Case) -> Iterator[Problem]:
    """Say where a type that nobody has listed is treated as Default."""
    if not case.kind.known:
        yield case.problem("service.type_unknown", "service", Severity.WARNING)


def named_as_chosen(case: Case) -> Iterator[Problem]:
    """Say where the service is called otherwise than in the list it was chosen from: it may be another one now."""
    told = case.order.service_named
    if told is None:
        return
    chosen, today = set(WORDS.findall(told.casefold())), set(WORDS.findall(case.service.name.casefold()))
    if not (chosen <= today or today <= chosen):
        yield case.problem(
            "service.renamed", "service", Severity.WARNING, found=told, expected=case.service.name
        )


def required(case: Case) -> Iterator[Problem]:
    """Check that each field the type needs is there."""
    for field in case.kind.required:
        if not case.has(field):
            yield case.problem(f"{field}.missing", field)
    for field, value, needed in case.kind.depending:
        if case.extras.get(field) == value and not case.has(needed):
            yield case.problem(f"{needed}.missing", needed)


def not_taken(case: Case) -> Iterator[Problem]:
    """Check that no field stands in the row that the type does not take: it would be ignored, or cost more.

    What may be mere information is not sent, and said.
    """
    own = dict(case.order.own)
    for name, _ in case.order.extras:
        if name in case.kind.takes or name in UNSAID or name in own:
            continue
        severity = Severity.WARNING if name in PASSED_OVER else Severity.ERROR
        yield case.problem(f"{name}.not_taken", name, severity)
    if not case.kind.limited and case.order.quantity not in (None, 1):
        yield case.problem("quantity.not_taken", "quantity", found=case.order.quantity)


def own_agree(case: Case) -> Iterator[Problem]:
    """Check that a parameter of the panel's own says the same as the field of that name, where both stand."""
    fields = dict(case.order.extras)
    for name, told in case.order.own:
        if fields.get(name, told) != told:
            other = case.column(name)
            yield case.problem(
                "param.differs", f"{OWN_PARAMETER}{name}", found=told, other=other, expected=fields[name]
            )


def counts_agree(case: Case) -> Iterator[Problem]:
    """Check that a quantity beside lines that are counted says the same."""
    counted = case.kind.counted
    if counted is None or (told := case.extras.get(counted)) is None:
        return
    count = count_of(told)
    if case.order.quantity not in (None, count):
        column = case.column(counted)
        yield case.problem(
            "quantity.differs", "quantity", found=case.order.quantity, expected=count, counted=column
        )


def within_limits(case: Case) -> Iterator[Problem]:
    """Check that the quantity (or the count of comments) lies within the service's min and max."""
    service, field = case.service, case.kind.counted or "quantity"
    if case.kind.per_post or not case.kind.limited or not _some_quantity_fits(service):
        return
    pieces = ordered_pieces(case.order, service)
    if pieces is None:
        return
    least, most = max(service.min or 1, 1), service.max
    if most == UNLIMITED:
        most = None
    if pieces < least:
        yield case.problem("quantity.below_min", field, found=pieces, min=least, max=most)
    elif most is not None and pieces > most:
        yield case.problem("quantity.above_max", field, found=pieces, min=service.min, max=most)


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
    always = "runs" in case.kind.required
    if case.has("runs") and not case.has("interval") and not always:
        yield case.problem("interval.missing", "interval", runs=case.whole("runs"))
    if case.has("interval") and not case.has("runs") and not always:
        yield case.problem("runs.missing", "runs", interval=case.extras.get("interval"))
    runs = case.whole("runs")
    if runs is None:
        return
    if runs < FEWEST_RUNS:
        yield case.problem("runs.too_few", "runs", found=runs)
    if always:
        return
    if case.service.dripfeed is False:
        yield case.problem("runs.not_offered", "runs")
    elif case.service.dripfeed is None:
        yield case.problem("runs.unknown", "runs", Severity.WARNING, found=runs)


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
    named_as_chosen,
    required,
    not_taken,
    own_agree,
    counts_agree,
    no_link_or_quantity,
    within_limits,
    min_and_max,
    posts_told,
    link_form,
    special_lists,
    drip_feed,
    refill_offered,
    rate_accepted,
)

OF_PLAIN = tuple(
    rule
    for rule in RULES
    if rule not in {known_type, not_taken, own_agree, counts_agree, no_link_or_quantity}
    and rule not in {min_and_max, posts_told, special_lists, drip_feed}
)
"""The rules that may have something to say of an order whose row has no more than its plain service takes."""


def problems_of(
    order: Order, service: Service | None, sheet: Sheet, *, capped: bool = False
) -> tuple[Problem, ...]:
    """Return everything wrong with an order: cells that can't be read, then the rules in their order.

    `capped`: this run may spend so much and no more. None: the catalogue has no such service; then only
    what holds for all services is looked at.
    """
    if service is not None:
        case = case_of(order, service, sheet, capped=capped)
        found = list(order.problems)
        plain = not (order.extras or order.own or order.problems) and is_plain(case.kind)
        for rule in OF_PLAIN if plain else RULES:
            found.extend(rule(case))
        return tuple(found)
    case = case_of(order, Service(order.service, name=""), sheet)
    unknown = (
        () if case.unread("service") else (case.problem("service.unknown", "service", found=order.service),)
    )
    return (*order.problems, *unknown, *link_form(case))
