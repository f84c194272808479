"""What shows only across rows and runs: orders known already, edited rows, duplicates, the cap on one order.

The journal's memory is passed in. An order that is placed, or may be, is never validated again: its
record says what it is, whatever the catalogue says today.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from bulkorders import wording
from bulkorders.model.lifecycle import State
from bulkorders.model.making import maker_of
from bulkorders.model.orders import (
    OWN_PARAMETER,
    Sheet,
    Submission,
    changed_key,
    composed,
    same_parameters,
)
from bulkorders.model.problems import Problem, Severity
from bulkorders.model.service_types import INCIDENTAL
from bulkorders.validation import rules
from bulkorders.validation.busy import Busy
from bulkorders.validation.checked import Checked
from bulkorders.validation.costs import estimate
from bulkorders.validation.duplicates import Standing, repeated
from bulkorders.validation.grouping import repeating
from bulkorders.validation.identity import Identified, Target, identify, wanted_keys
from bulkorders.validation.memory import Memory, aim, committed
from bulkorders.validation.recognising import place_of, recognise
from bulkorders.validation.usual import Usual

__all__ = ["Allowances", "Checked", "Identified", "Memory", "Target", "check", "identify", "wanted_keys"]

IDENTITY = (
    *(
        "service",
        "link",
        "quantity",
        "reference",
        "comments",
        "list",
        "suggest",
        "search",
        "runs",
        "interval",
    ),
    *INCIDENTAL,
)
"""Fields that make an order what it is: while one can't be read, nobody can say what the row has become."""


@dataclass(frozen=True, slots=True)
class Allowances:
    """What the person has allowed for this run, and the cap on one order (in the panel's currency).

    `capped` says that there is any cap, on one order or on all together: orders without an end break it.
    """

    duplicates: bool = False
    changed: bool = False
    rejected: bool = False
    max_order: Decimal | None = None
    capped: bool = False


_checked = maker_of(Checked)


def check(
    sheet: Sheet, identified: Sequence[Identified], memory: Memory, allowed: Allowances
) -> list[Checked]:
    """Return the answer for each order, in the sheet's order."""
    return _Batch(sheet, identified, memory, allowed).checked()


@dataclass(slots=True)
class _New:
    """A row whose order nobody has sent, with what keeps it from being sent, the other rows apart."""

    identified: Identified
    known: Submission | None
    problems: tuple[Problem, ...]
    estimate: Decimal | None

    @property
    def blocked(self) -> bool:
        """Whether anything keeps it from being sent."""
        return bool(self.problems) and any(problem.blocks for problem in self.problems)


class _Batch:
    """One sheet's orders, looked at together."""

    def __init__(
        self, sheet: Sheet, identified: Sequence[Identified], memory: Memory, allowed: Allowances
    ) -> None:
        self._sheet = sheet
        self._memory = memory
        self._allowed = allowed
        self._known = memory.known()
        self._before = bool(self._known or memory.alike)
        own = (field for field in sheet.columns if field.startswith(OWN_PARAMETER))
        self._identity = {self._column(field) for field in (*IDENTITY, *own)}
        self._capped = allowed.capped or allowed.max_order is not None
        self._usual = Usual()
        self._found = recognise(identified, self._known, self._fit)
        self._busy = Busy(memory.still_open)

    def checked(self) -> list[Checked]:
        """Return the answer for each order: first each by itself, then those that repeat another."""
        rows = self._found.rows
        alone: Iterable[Checked | _New] = (self._alone(at, each) for at, each in enumerate(rows))
        twins: Mapping[int, int] = {}
        groups = () if self._allowed.duplicates else repeating(enumerate(each.fingerprint for each in rows))
        if groups:
            alone = list(alone)
            twins = repeated(groups, rows, [self._standing(at, each) for at, each in enumerate(alone)])
        return [
            self._beside(each, twins.get(at)) if isinstance(each, _New) else each
            for at, each in enumerate(alone)
        ]

    def _standing(self, at: int, each: Checked | _New) -> Standing:
        if isinstance(each, _New):
            return Standing.BLOCKED if each.blocked else Standing.SENDABLE
        if at in self._found.twice:
            return Standing.OUT
        return Standing.HELD if each.known is None else Standing.KNOWN

    def _alone(self, at: int, each: Identified) -> Checked | _New:
        """Return the answer for a row by itself, or the row as a new order."""
        if at in self._found.twice:
            return Checked(each, problems=self._reference_twice(at, each))
        claimed = self._found.claimed.get(at)
        if claimed is not None:
            return Checked(each, known=claimed, estimate=claimed.estimate)
        if not self._known:
            return self._new(each, None)
        known = self._known.get(each.key)
        as_it_was = known is not None and same_parameters(known.parameters, each.parameters)
        if known is not None and known.state is State.REJECTED and as_it_was and not self._allowed.rejected:
            return Checked(each, known=known, estimate=known.estimate)
        before = None if self._unread(each) else self._sent_before(each, known)
        if before is not None and not self._allowed.changed:
            return Checked(each, problems=(*each.order.problems, self._changed(each, before)))
        if known is not None and committed(known):
            each, known = replace(each, key=changed_key(each.key, each.parameters)), None
        return self._new(each, known)

    def _unread(self, each: Identified) -> bool:
        """Whether a cell that makes the order what it is can't be read."""
        return any(problem.column in self._identity for problem in each.order.problems)

    def _sent_before(self, each: Identified, known: Submission | None) -> Submission | None:
        """Return the order that was sent for this row when it said something else."""
        if known is not None and committed(known):
            return known
        if (
            known is not None
            and known.state is State.READY
            and same_parameters(known.parameters, each.parameters)
        ):
            return None  # it was reviewed as it is, beside whatever else was sent
        held = self._known.get(each.order.held_key) if each.order.held_key else None
        if held is not None and self._left_by(held, each):
            return held
        if each.order.reference is not None and known is not None:
            return None
        place, vanished = place_of(each), self._found.vanished
        if not vanished.by_key:
            return None
        named = each.order.reference is None
        at = aim(each.order.link, each)
        on = vanished.on(place, each.order.service, at, named=named)
        # Another reference is another order, unless it is the same order to the last letter: then a label changed.
        return on or vanished.like(place, each.fingerprint)

    def _left_by(self, held: Submission, each: Identified) -> bool:
        """Whether the order of a row's hidden key stands in no row of the sheet any more, or on another panel."""
        if not committed(held) or held.campaign != each.target.campaign:
            return False
        return held.key in self._found.vanished.by_key or held.account != each.target.account

    def _changed(self, each: Identified, before: Submission) -> Problem:
        field, found, sent = _difference(before, each)
        facts = {"found": found, "sent": sent, "order_id": before.order_id, "state": before.state.value}
        paid = before.charge if before.charge is not None else before.estimate
        again = self._estimate(each)
        return self._problem(
            each,
            "row.changed_after_placed",
            field,
            **facts,
            paid=wording.amount(paid, before.currency),
            cost=wording.amount(again, each.target.currency) if again is not None else None,
        )

    def _reference_twice(self, at: int, each: Identified) -> tuple[Problem, ...]:
        facts = {"found": each.order.reference, "first": self._found.twice[at]}
        return (*each.order.problems, self._problem(each, "reference.twice", "reference", **facts))

    def _new(self, each: Identified, known: Submission | None) -> _New:
        cost = self._usual.cost(each.order, each.service) if each.service is not None else None
        problems: tuple[Problem, ...] = ()
        if cost is None:
            cost = self._estimate(each)
            problems = rules.problems_of(each.order, each.service, self._sheet, capped=self._capped)
        if cost is not None and self._allowed.max_order is not None and cost > self._allowed.max_order:
            facts = {"found": cost, "expected": self._allowed.max_order, "currency": each.target.currency}
            field = "max" if each.service and each.service.type.per_post else "quantity"
            problems = (*problems, self._problem(each, "cap.order", field, **facts))
        return _New(each, known, problems, cost)

    def _estimate(self, each: Identified) -> Decimal | None:
        readable = each.service is not None and each.service.rate is not None
        return estimate(each.order, each.service) if each.service and readable else None

    def _fit(self, each: Identified) -> bool:
        return not self._new(each, None).blocked

    def _beside(self, new: _New, twin: int | None) -> Checked:
        """Return the answer for a new order, beside the other rows and what was ordered before."""
        each = new.identified
        duplicate = self._duplicate(each, twin)
        if duplicate is None and not new.blocked:
            problems = new.problems + self._busy_link(each)
            return _checked(each, new.known, sendable=True, problems=problems, estimate=new.estimate)
        problems = new.problems if duplicate is None else (*new.problems, duplicate)
        only = duplicate is not None and not new.blocked
        return _checked(each, new.known, problems=problems, duplicate=only, estimate=new.estimate)

    def _busy_link(self, each: Identified) -> tuple[Problem, ...]:
        found = self._busy.take(each)
        if found is None:
            return ()
        code, facts = found
        return (Problem(each.order.row, code, self._column(_aimed(each)), facts, Severity.WARNING),)

    def _duplicate(self, each: Identified, twin: int | None) -> Problem | None:
        if self._allowed.duplicates or each.order.allow_duplicate:
            return None
        if twin is not None:
            return self._problem(each, "row.duplicate", _aimed(each), first=twin)
        before = self._ordered_before(each) if self._before else None
        if before is None:
            return None
        facts = {"campaign": before.campaign, "sent_at": before.sent_at, "order_id": before.order_id}
        return self._problem(each, "row.ordered_before", _aimed(each), **facts)

    def _ordered_before(self, each: Identified) -> Submission | None:
        """Return the same purchase: within the look-back window, or the one whose hidden key the row carries."""
        held = self._known.get(each.order.held_key) if each.order.held_key else None
        if held is not None and committed(held) and held.fingerprint == each.fingerprint:
            same_campaign = held.campaign == each.target.campaign
            if not same_campaign:
                return held
        before = self._memory.alike.get(each.fingerprint)
        if before is None or before.key == each.key:
            return None
        own = before.campaign == each.target.campaign
        return None if own and _both_referenced(each.order.reference, before.reference) else before

    def _problem(self, each: Identified, code: str, field: str, **facts: object) -> Problem:
        return Problem(each.order.row, code, self._column(field), dict(facts))

    def _column(self, field: str) -> str:
        own = self._sheet.title(f"{OWN_PARAMETER}{field}")
        return self._sheet.title(field) or own or wording.field_title(field)


def _aimed(each: Identified) -> str:
    """Return the field that says what the order is for."""
    return "username" if not each.order.link and "username" in each.parameters else "link"


def _both_referenced(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one != other


def _difference(before: Submission, now: Identified) -> tuple[str, str | None, str | None]:
    """Return the first field that differs, with what the row has now and what was sent."""
    if before.account != now.target.account:
        return "panel", now.target.account, before.account
    sent, found = dict(composed(before.parameters)), dict(composed(now.parameters))
    for name in ("quantity", "link", "service", *sorted({*sent, *found})):
        if sent.get(name) != found.get(name):
            return name, now.parameters.get(name), before.parameters.get(name)
    return "reference", now.order.reference, before.reference
