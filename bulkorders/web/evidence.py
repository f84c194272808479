"""What is known of orders in doubt, and what the balance says of them, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulkorders import wording
from bulkorders.model import money

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bulkorders.model.orders import Submission
    from bulkorders.model.reconciliation import Verdict
    from bulkorders.submission.reconciling import Doubt


def evidence(found: Doubt) -> list[str]:
    """Return what is known of one order in doubt, a sentence each."""
    order, attempt = found.order, found.attempt
    answered = attempt is not None and attempt.http_status is not None
    answer = (attempt.answer if attempt else "") or order.answer
    if answered and answer:
        told = [wording.note("doubt.said", {"answer": answer})]
    else:
        told = [order.message or wording.note("doubt.no_answer", {})]
    if found.same_link:
        orders = [other.order_id or wording.translated(other.state.value) for other in found.same_link]
        told.append(wording.note("doubt.same_link", {"orders": orders}))
    if found.link_open:
        told.append(wording.note("doubt.link_open", {}))
    return [each[:1].upper() + each[1:] for each in told]


def risk(doubts: Sequence[Doubt]) -> list[str]:
    """Return how much money is at risk, by currency, never added across currencies."""
    orders: list[Submission] = [each.order for each in doubts]
    currencies = dict.fromkeys(each.currency for each in orders)
    return [
        wording.amount(money.total(each.estimate for each in orders if each.currency == currency), currency)
        for currency in currencies
    ]


def told_of(verdict: Verdict) -> str:
    """Return what the balance says of one order, in a sentence."""
    until = "" if verdict.until is None else wording.moment(verdict.until.isoformat())
    why = wording.note(f"doubt.why.{verdict.why}", {"until": until})
    facts = {"placed": verdict.placed, "among": verdict.among, "why": why}
    return wording.note(f"doubt.{verdict.said.value}", facts)
