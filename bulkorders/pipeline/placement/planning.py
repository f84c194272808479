"""The plan that was reviewed is the plan that runs: sheet, services and rates are looked at again before orders go."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from bulkorders import wording
from bulkorders.errors import GuardError, PanelError
from bulkorders.model import money
from bulkorders.model.catalogue import Catalogue, Service
from bulkorders.model.orders import Submission, ValidatedOrder
from bulkorders.pipeline.accounts import Account, ask_all, now
from bulkorders.pipeline.intake.checking import Checking, digest_of
from bulkorders.pipeline.options import Front
from bulkorders.submission.dispatch import Stopped

COMPARED = ("name", "type_name", "rate", "basis", "min", "max", "dripfeed", "refill")
"""What a service must still be; what else its listing says touches no order."""

REVIEW_AGE, RUN_AGE = 60.0, 600.0
"""Seconds a catalogue holds good before the first order, and between orders: some panels allow ten calls an hour."""

RETRIES = 3
PAUSE = 2.0
"""How often a panel that does not answer is asked for its catalogue before the run stops, and the seconds between."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """What is ordered of one service: how many orders, and what they were estimated to cost."""

    orders: int
    cost: Decimal
    currency: str | None


def ordered(send: Sequence[ValidatedOrder]) -> dict[tuple[str, str], Ordered]:
    """Return, by account and service, what is ordered of it."""
    groups: defaultdict[tuple[str, str], list[ValidatedOrder]] = defaultdict(list)
    for order in send:
        groups[order.account, order.order.service].append(order)
    return {
        place: Ordered(len(group), money.total(each.estimate for each in group), group[0].currency)
        for place, group in groups.items()
    }


async def still_stands(run: Checking, send: Sequence[ValidatedOrder], front: Front) -> None:
    """Look again at what was reviewed, before the first order: the sheet, and what is older than `recheck`.

    Raises GuardError `guard.plan_changed` with all that changed, PanelError where a panel can't be asked.
    """
    changes = await asyncio.to_thread(_sheet_changes, run)
    age = REVIEW_AGE if run.options.recheck is None else run.options.recheck
    if not changes:
        for account in run.distinct_accounts():
            own = [order for order in send if order.account == account.id]
            if own and too_old(account.catalogue, age):
                changes += await _asked_again(account, own, front)
    if changes:
        raise GuardError("guard.plan_changed", changes=" ".join(changes))


def too_old(catalogue: Catalogue, seconds: float) -> bool:
    """Whether the panel said this so many seconds ago or longer; a clock that was set back makes it old too."""
    age = (datetime.now(UTC) - datetime.fromisoformat(catalogue.asked_at)).total_seconds()
    return not 0 <= age < seconds


def _sheet_changes(run: Checking) -> list[str]:
    found = digest_of(run.options.sheet)
    if found == run.digest:
        return []
    code = "plan.sheet_changed" if found else "plan.sheet_gone"
    return [wording.note(code, {"sheet": str(run.options.sheet)})]


async def _asked_again(account: Account, send: Sequence[ValidatedOrder], front: Front) -> list[str]:
    """Ask one account again; what it holds now counts from here on, and what changed is returned."""
    reviewed, before = account.catalogue, account.balance
    await ask_all([account])
    if before is not None and account.balance is not None and account.balance.amount != before.amount:
        facts = {
            "account": account.id,
            "before": wording.amount(before.amount, account.currency),
            "now": wording.amount(account.balance.amount, account.currency),
        }
        front.tell(wording.note("plan.balance", facts))
    return [
        change
        for (_, service), group in ordered(send).items()
        for change in service_changes(reviewed, account.catalogue, service, group)
    ]


def service_changes(reviewed: Catalogue, found: Catalogue, service: str, group: Ordered | None) -> list[str]:
    """Return, in sentences, in what a service differs from what was reviewed; what its orders would cost now."""
    before, after = reviewed.get(service), found.get(service)
    if before is None or before == after:
        return []
    if after is None:
        return [wording.note("plan.service_gone", {"service": service, "name": before.name})]
    return [
        _change(before, after, what, group)
        for what in COMPARED
        if getattr(before, what) != getattr(after, what)
    ]


def _change(before: Service, after: Service, what: str, group: Ordered | None) -> str:
    facts = {
        "service": before.id,
        "name": before.name,
        "what": what.removesuffix("_name"),
        "before": getattr(before, what),
        "now": getattr(after, what),
    }
    if what == "rate" and group is not None and before.rate and after.rate is not None:
        cost = money.plain(group.cost * after.rate / before.rate)
        facts |= {
            "cost": wording.amount(cost, group.currency),
            "reviewed": wording.amount(group.cost, group.currency),
        }
        return wording.note("plan.rate", facts)
    return wording.note("plan.other_service" if what in ("name", "type_name") else "plan.service", facts)


class Watchman:
    """Holds one account's plan against its catalogue before each claim, asking again when that is too old."""

    def __init__(self, account: Account, seconds: float, *, pause: float = PAUSE) -> None:
        self._account = account
        self._seconds = seconds
        self._pause = pause
        self._reviewed = account.catalogue
        self._found = account.catalogue
        self._unanswered: PanelError | None = None
        self._asking = asyncio.Lock()

    async def look(self) -> None:
        """Ask for the catalogue where it is too old; others wait meanwhile, since nobody knows the rates."""
        if not too_old(self._found, self._seconds):
            return
        async with self._asking:
            if too_old(self._found, self._seconds) and self._unanswered is None:
                await self._ask()

    async def _ask(self) -> None:
        for left in reversed(range(RETRIES)):
            try:
                self._found = await self._account.panel.catalogue(now())
            except PanelError as error:
                if not left:
                    self._unanswered = error
                    return
                await asyncio.sleep(self._pause)
            else:
                return

    def changed(self, order: Submission) -> Stopped | None:
        """Return why this order must not go: its service is another one now, or nobody could say what it is."""
        if self._unanswered is not None:
            return Stopped("unchecked", wording.explain(self._unanswered).message or "")
        if self._found is self._reviewed:
            return None
        changes = service_changes(self._reviewed, self._found, order.service, None)
        return Stopped("plan_changed", " ".join(changes)) if changes else None
