"""What a careful buyer is shown before anything is spent: what is ordered, what it costs, what is held back."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from bulkorders import wording
from bulkorders.model import money
from bulkorders.model.orders import Submission, ValidatedOrder
from bulkorders.model.progress import Review, ServiceCost
from bulkorders.pipeline import reporting
from bulkorders.pipeline.intake.checking import Checking
from bulkorders.pipeline.placement.limits import Cost
from bulkorders.submission.resuming import Plan


def review(run: Checking, plan: Plan, costs: Sequence[Cost], results: Path, *, waiting: int = 0) -> Review:
    """Return the review of a plan. `waiting` rows are valid, and held back until their link is free."""
    lines = reporting.lines_of(run, known_as_sent(run))
    counts = reporting.counts_of(lines)
    sent = {order.key for order in plan.send}
    return Review(
        campaign=run.campaign,
        orders=len(plan.send),
        money=reporting.money_of(run, [line for line in lines if line.state == "ready" and line.key in sent]),
        sheet=str(run.options.sheet),
        results=str(results),
        services=services(plan.send),
        warnings=_warnings(run, sent),
        waiting=waiting,
        invalid=counts.invalid,
        duplicate=counts.duplicate,
        placed=counts.placed,
        rejected=counts.rejected,
        in_doubt=counts.in_doubt,
        dropped=len(plan.drop),
        notices=[*_notices(run, costs, plan)],
    )


def known_as_sent(run: Checking) -> dict[str, Submission]:
    """Return what the journal knows, without the orders that would be sent afresh: those show what they would be."""
    fresh = {each.identified.key for each in run.checked.values() if each.sendable}
    return {key: each for key, each in run.known().items() if key not in fresh}


def services(send: Sequence[ValidatedOrder]) -> list[ServiceCost]:
    """Return what is ordered of each service, the dearest first."""
    groups: defaultdict[tuple[str, str], list[ValidatedOrder]] = defaultdict(list)
    for order in send:
        groups[order.account, order.order.service].append(order)
    found = [
        ServiceCost(
            account,
            service,
            group[0].service_name,
            len(group),
            group[0].rate,
            group[0].basis,
            money.total(each.estimate for each in group),
            group[0].currency,
        )
        for (account, service), group in groups.items()
    ]
    return sorted(found, key=lambda each: (each.account, -each.cost))


def _warnings(run: Checking, sent: set[str]) -> list[tuple[str, int]]:
    """Return kinds of warnings of rows that will be sent, with the count of their rows."""
    rows: Counter[str] = Counter()
    for each in run.checked.values():
        if each.sendable and each.identified.key in sent:
            rows.update({problem.code for problem in each.problems})
    return [(wording.repair(code), count) for code, count in sorted(rows.items())]


def _notices(run: Checking, costs: Sequence[Cost], plan: Plan) -> list[str]:
    told = []
    for cost in costs:
        currency, account = cost.account.currency, cost.account.id
        if cost.doubts:
            risk = wording.amount(cost.doubtful, currency)
            told.append(
                wording.note("review.doubts", {"account": account, "count": cost.doubts, "amount": risk})
            )
        if cost.day is not None and cost.estimated:
            facts = {
                "account": account,
                "spent": wording.amount(cost.day.spent + cost.estimated, currency),
                "expected": wording.amount(cost.day.cap, currency),
            }
            told.append(wording.note("review.day", facts))
    cap = run.max_total
    if cap is not None:
        spent = ", ".join(wording.amount(cost.before, cost.account.currency) for cost in costs)
        told.append(wording.note("review.max_total", {"expected": wording.number(cap), "spent": spent}))
    if plan.send:
        told.append(wording.note("review.canary" if run.options.canary else "review.on_top", {}))
    return told
