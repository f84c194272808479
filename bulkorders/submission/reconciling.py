"""Verdicts on orders in doubt, with the evidence: what is known, what may be said, and from when on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bulkorders.journal.protocol import Attempt
from bulkorders.model.lifecycle import State
from bulkorders.model.links import normalised_link
from bulkorders.model.orders import Submission
from bulkorders.submission.attempt import DEADLINE


@dataclass(frozen=True, slots=True)
class Doubt:
    """One order in doubt with what is known of it.

    `attempt` is the sending that was left without a clear answer. `same_link` are our other orders for
    the link: an answer may have gone to one of them. `settled_from` is the moment (UTC) from which it may
    be said that it was not placed: before that the answer may still come. `link_open`: the panel refused a
    later order of ours for this link since one was open already. That is evidence, not proof: at some
    panels another customer's order blocks the link too.
    """

    order: Submission
    attempt: Attempt | None
    same_link: tuple[Submission, ...]
    settled_from: datetime
    link_open: bool = False


OPEN_LINK = "duplicate"
"""The kind of a refusal that says there is an open order for the link."""


def says_link_open(order: Submission, others: Iterable[Submission], attempts: Iterable[Attempt]) -> bool:
    """Whether a later order of ours for the same link was refused since one is open (`attempts`: of `others`)."""
    link, since = normalised_link(order.link), order.sent_at or ""
    alike = {
        each.key
        for each in others
        if each.account == order.account and each.key != order.key and normalised_link(each.link) == link
    }
    return any(each.key in alike and each.kind == OPEN_LINK and each.claimed_at >= since for each in attempts)


def doubt(
    order: Submission,
    attempts: Sequence[Attempt],
    others: Iterable[Submission],
    answer_wait: float,
    *,
    link_open: bool = False,
) -> Doubt:
    """Gather what is known of an order in doubt. `answer_wait` is the longest wait for an answer, in seconds."""
    live = [attempt for attempt in attempts if attempt.outcome in (None, "in_doubt")]
    attempt = live[-1] if live else (attempts[-1] if attempts else None)
    link = normalised_link(order.link)
    same = tuple(
        other
        for other in others
        if other.key != order.key
        and other.account == order.account
        and other.state in (State.PLACED, State.IN_DOUBT, State.SENDING)
        and normalised_link(other.link) == link
    )
    return Doubt(order, attempt, same, settled_from(order, attempt, answer_wait), link_open)


def settled_from(order: Submission, attempt: Attempt | None, answer_wait: float) -> datetime:
    """Return from when on nobody waits for an answer any more: the claim, the deadline, the longest wait."""
    began = attempt.claimed_at if attempt is not None else (order.sent_at or "")
    return datetime.fromisoformat(began) + timedelta(seconds=DEADLINE + answer_wait)
