"""What refills and cancels come to, for people: the review before they are asked for, and what was said."""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from bulkorders.model import money
from bulkorders.model.lifecycle import RequestKind
from bulkorders.model.orders import Submission
from bulkorders.model.requesting import Requested
from bulkorders.wording import amount, note, number, translated
from bulkorders.wording.summaries import orders as counted

MOST_NAMED = 8


def review(kind: RequestKind, wanted: Sequence[Submission], left_out: Sequence[tuple[str, int]]) -> list[str]:
    """Return the consequences in numbers: by campaign and service, what may be paid back, and what is left out."""
    told = [
        translated("Refill: {orders} will be asked for.").format(orders=counted(len(wanted)))
        if kind is RequestKind.REFILL
        else translated("Cancel: {orders} will be asked for.").format(orders=counted(len(wanted)))
    ]
    names = {(each.campaign, each.service): each.service_name for each in wanted}
    by_service = Counter((each.campaign, each.service) for each in wanted)
    for (campaign, service), count in by_service.most_common(MOST_NAMED):
        line = translated("  {campaign}, service {service} {name}: {orders}")
        name = names[campaign, service]
        told.append(
            line.format(campaign=campaign, service=service, name=name, orders=counted(count)).rstrip()
        )
    if len(by_service) > MOST_NAMED:
        told.append(translated("  and {n} further services").format(n=number(len(by_service) - MOST_NAMED)))
    if kind is RequestKind.CANCEL:
        told += _paid_back(wanted)
    told += [
        translated("Left out: {orders}, {reason}.").format(orders=counted(count), reason=reason)
        for reason, count in left_out
    ]
    return told


def _paid_back(wanted: Sequence[Submission]) -> list[str]:
    """Return at most how much may come back, by account and currency."""
    sums: dict[tuple[str, str | None], Decimal] = {}
    for each in wanted:
        cost = each.estimate if each.charge is None else each.charge
        place = (each.account, each.currency)
        sums[place] = money.total((sums.get(place, Decimal(0)), cost))
    line = translated(
        "{account}: up to {amount} may be paid back; what is delivered already is not. It is asked for, not promised."
    )
    return [
        line.format(account=account, amount=amount(total, currency))
        for (account, currency), total in sums.items()
    ]


def outcome(found: Requested) -> str:
    """Return in a line what the panel said to how many."""
    counts = found.counts
    named = (
        (counts.accepted, translated("{n} taken by the panel")),
        (counts.refused, translated("{n} refused")),
        (counts.in_doubt, translated("{n} in doubt")),
        (counts.left_out, translated("{n} left out")),
    )
    told = ", ".join(text.format(n=number(count)) for count, text in named if count)
    what = translated("Refills") if found.kind == "refill" else translated("Cancels")
    return f"{what}: {told or translated('nothing was asked for')}."


def line(request: Mapping[str, Any]) -> str:
    """Return one request in a line."""
    states = {
        "accepted": translated("taken by the panel"),
        "refused": translated("refused"),
        "in_doubt": translated("in doubt"),
    }
    told = f"{request['order_id']}: {states.get(request['state'], request['state'])}"
    if request["request_id"]:
        told += translated(", refill {id}").format(id=request["request_id"])
    return f"{told}. {request['message']}".rstrip()


def reasons(found: Requested) -> list[str]:
    """Return why orders were left out, each reason once, with how many."""
    many = Counter(note(f"{each.code}.many", {}) for each in found.left_out)
    told = translated("Left out: {orders}, {reason}.")
    return [told.format(orders=counted(count), reason=reason) for reason, count in many.most_common()]


def next_step(found: Requested) -> str:
    """Return what to do next, or nothing."""
    if found.counts.in_doubt:
        return translated("Next: bulkorders resolve shows what is in doubt, and what to type.")
    if found.counts.accepted:
        return translated("Taken is not done: bulkorders refresh asks what became of them.")
    return ""


def doubtful(count: int) -> str:
    """Return that so many refills and cancels are in doubt, and what shows them."""
    told = translated("Refills and cancels in doubt: {n}. Next: bulkorders resolve shows what to type.")
    return told.format(n=number(count))


def refreshed(asked: int, changed: int, unasked: int, in_doubt: int = 0) -> str:
    """Return what asking about all open orders came to."""
    if not asked and not unasked:
        return translated("No order is open.")
    told = translated("Asked about {orders}: {n} changed.").format(orders=counted(asked), n=number(changed))
    if unasked:
        told += " " + translated("Not come to: {orders}; run it again to go on there.").format(
            orders=counted(unasked)
        )
    if in_doubt:
        told += " " + translated("In doubt: {n}; bulkorders resolve shows what to type.").format(
            n=number(in_doubt)
        )
    return told
