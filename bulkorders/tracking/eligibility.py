"""Which placed orders a refill or cancel may be asked for, and why not for the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bulkorders.model.catalogue import Service
from bulkorders.model.lifecycle import RequestKind, RequestState, State
from bulkorders.model.orders import Request, Submission
from bulkorders.model.outcomes import FINAL, Delivery
from bulkorders.panel.profiles import Profile

TAKEN = frozenset({RequestState.ACCEPTED, RequestState.DONE})
"""States of a request that the panel took and did not turn down since."""


@dataclass(frozen=True, slots=True)
class Target:
    """One order id that a refill or cancel is wanted for; an order may have several."""

    order: Submission
    order_id: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A target that is not asked for: the code and the facts of the reason."""

    target: Target
    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def targets(orders: Sequence[Submission], named: Sequence[str] = ()) -> list[Target]:
    """Return each order id of these orders; of `named` ids, where there are any, those alone."""
    wanted = set(named)
    return [Target(order, id_) for order in orders for id_ in order.order_ids if not wanted or id_ in wanted]


def left_out(
    kind: RequestKind, target: Target, service: Service | None, profile: Profile, at: datetime
) -> LeftOut | None:
    """Return why this is not asked for, or None where it may be. What the catalogue does not say is no reason."""
    order = target.order
    if order.state is not State.PLACED:
        return LeftOut(target, "request.not_placed")
    own = [each for each in order.requests if each.kind is kind and each.order_id == target.order_id]
    doubtful = next(
        (each for each in own if each.state in (RequestState.IN_DOUBT, RequestState.ASKING)), None
    )
    if doubtful is not None:
        facts = {"kind": kind.value, "asked_at": doubtful.asked_at, "id": doubtful.id[:8]}
        return LeftOut(target, "request.in_doubt", facts)
    told = _refill(target, service, profile, own, at) if kind is RequestKind.REFILL else None
    return told or (_cancel(target, service, own) if kind is RequestKind.CANCEL else None)


def _refill(
    target: Target, service: Service | None, profile: Profile, own: Sequence[Request], at: datetime
) -> LeftOut | None:
    order = target.order
    if order.status not in profile.refill_statuses:
        facts = {"status": order.status, "expected": sorted(profile.refill_statuses)}
        return LeftOut(target, "request.not_completed", facts)
    if service is not None and service.refill is False:
        return LeftOut(target, "request.no_refill", {"service": service.id})
    latest = max((each.asked_at for each in own if each.state in TAKEN), default=None)
    if latest is None:
        return None
    again = datetime.fromisoformat(latest) + timedelta(hours=profile.refill_hours)
    facts = {"asked_at": latest, "when": again.isoformat(timespec="seconds")}
    return LeftOut(target, "request.asked_lately", facts) if at < again else None


def _cancel(target: Target, service: Service | None, own: Sequence[Request]) -> LeftOut | None:
    order = target.order
    if order.status in FINAL:
        return LeftOut(target, "request.finished", {"status": order.status})
    if service is not None and service.cancel is False:
        return LeftOut(target, "request.no_cancel", {"service": service.id})
    taken = next((each for each in own if each.state in TAKEN), None)
    return LeftOut(target, "request.is_asked", {"asked_at": taken.asked_at}) if taken is not None else None


def has_dropped(order: Submission) -> bool:
    """Whether the panel shows that something of a completed order is missing again."""
    return order.status == Delivery.COMPLETED and order.remains is not None and order.remains > 0


def automatic(order: Submission, since: str, profile: Profile, at: datetime) -> bool:
    """Whether a refill is to be asked for without a person's word.

    The row says `auto`, the order was placed at or after `since` and has dropped, and none was asked for
    within the time between two refills, whatever the panel said to it.
    """
    if order.refill != "auto" or not has_dropped(order) or order.placed_at is None or order.placed_at < since:
        return False
    pause = timedelta(hours=profile.refill_hours)
    asked = [each.asked_at for each in order.requests if each.kind is RequestKind.REFILL]
    return all(datetime.fromisoformat(each) + pause <= at for each in asked)
