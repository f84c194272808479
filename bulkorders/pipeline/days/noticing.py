"""What an account shows that needs a person: too little money, dearer services, orders that take too long."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from bulkorders import wording
from bulkorders.model import money
from bulkorders.model.orders import Submission, ValidatedOrder, digest
from bulkorders.pipeline.accounts import Account
from bulkorders.pipeline.days.news import Fact, Kind
from bulkorders.pipeline.following.lateness import Late
from bulkorders.settings import Settings

Rates = dict[tuple[str, str], Decimal]
"""By account and service, the rate of its order that was sent last."""


def scope_of(account: Account) -> str:
    """Return under which name facts of an account are remembered."""
    return f"account {account.id}"


def rates_of(orders: Iterable[Submission]) -> Rates:
    """Return the rates at which these orders were sent, the latest of each service."""
    sent = sorted(
        (each for each in orders if each.sent_at and each.rate), key=lambda each: each.sent_at or ""
    )
    return {(each.account, each.service): each.rate for each in sent if each.rate is not None}


def dearer(account: Account, before: Rates, used: Iterable[str]) -> list[Fact]:
    """Return the services of open campaigns whose rate is above that of the last order."""
    found = []
    for service in sorted(set(used)):
        now, was = account.catalogue.get(service), before.get((account.id, service))
        if now is None or now.rate is None or was is None or now.rate <= was:
            continue
        facts = {
            "account": account.id,
            "service": service,
            "name": now.name,
            "before": wording.amount(was, account.currency),
            "now": wording.amount(now.rate, account.currency),
        }
        mark = digest("rate", service, str(money.plain(now.rate)))
        found.append(Fact(Kind.DEARER, scope_of(account), mark, wording.note("daily.dearer", facts)))
    return found


def low_balance(
    account: Account, settings: Settings, waiting: Sequence[ValidatedOrder], doubts: Sequence[Submission]
) -> list[Fact]:
    """Return whether the account holds less than it should.

    That is what the settings say (`low_balance`), else what rows that are ready and orders in doubt may cost.
    """
    held = account.balance_after or account.balance
    worst = money.total(
        (*(each.estimate for each in waiting if each.account == account.id), *(e.estimate for e in doubts))
    )
    least = _set_for(settings, account)
    least = worst if least is None else least
    if held is None or held.amount >= least:
        return []
    facts = {
        "account": account.id,
        "found": wording.amount(held.amount, account.currency),
        "expected": wording.amount(least, account.currency),
    }
    return [Fact(Kind.LOW_BALANCE, scope_of(account), "low", wording.note("daily.low_balance", facts))]


def slow(account: Account, late: Iterable[Late]) -> list[Fact]:
    """Return the open orders that are long past their usual time."""
    return [
        Fact(
            Kind.SLOW,
            scope_of(account),
            digest("slow", each.order.key),
            f"{each.order.campaign}: {each.message}",
        )
        for each in late
    ]


def _set_for(settings: Settings, account: Account) -> Decimal | None:
    told = settings.low_balance
    if not isinstance(told, dict):
        return told
    return {name.upper(): amount for name, amount in told.items()}.get((account.currency or "").upper())
