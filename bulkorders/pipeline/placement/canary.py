"""One order on each panel before all others: its real charge is held against the estimate."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bulkorders import wording
from bulkorders.errors import BulkordersError, PanelError
from bulkorders.model import money
from bulkorders.model.lifecycle import State
from bulkorders.model.orders import Submission
from bulkorders.model.report import Stop
from bulkorders.pipeline.accounts import Account
from bulkorders.pipeline.following.polling import poll
from bulkorders.pipeline.intake.checking import Checking
from bulkorders.pipeline.options import Front
from bulkorders.pipeline.placement import limits
from bulkorders.pipeline.placement.placing import place
from bulkorders.pipeline.recording import Record

LOOKS = 4
PAUSE = 1.0
"""How often the charge is asked for while the panel does not tell it, and the seconds between, each time more."""


@dataclass(frozen=True, slots=True)
class Canary:
    """What the first order of an account came to. `by_balance`: the charge is what the balance fell by."""

    account: Account
    order: Submission
    charge: Decimal | None
    by_balance: bool
    rest: int
    rest_cost: Decimal

    @property
    def estimate(self) -> Decimal:
        """What it was expected to cost."""
        return self.order.estimate or Decimal(0)

    @property
    def as_estimated(self) -> bool:
        """Whether it cost no more, but for the rounding of the panel's last digit."""
        if self.charge is None:
            return False
        exponent = self.charge.as_tuple().exponent
        unit = Decimal(1).scaleb(exponent) if isinstance(exponent, int) and exponent < 0 else Decimal(0)
        return self.charge <= self.estimate or self.charge - self.estimate < unit

    @property
    def rest_at_that(self) -> Decimal | None:
        """What the other orders of the account cost if all are charged like this one."""
        if self.charge is None or not self.estimate:
            return None
        return money.plain(self.rest_cost * self.charge / self.estimate)


async def first(
    run: Checking, record: Record, front: Front, ready: Sequence[Submission]
) -> tuple[Stop | None, list[Submission]]:
    """Place the cheapest order of each account, and look what it was charged.

    Return why the others must not follow, or None, and the others. Where all is as estimated, `yes` goes
    on; a person is asked in any case.
    """
    first_ones = [_cheapest(account, ready) for account in run.distinct_accounts()]
    chosen = [each for each in first_ones if each is not None]
    keys = {each.key for each in chosen}
    rest = [each for each in ready if each.key not in keys]
    stopped = await place(run, record, front, chosen)
    if stopped is not None:
        return stopped, rest
    for order in chosen:
        others = [each for each in rest if each.account == order.account]
        if others:
            stopped = await _judged(run, record, front, order, others)
        if stopped is not None:
            return stopped, rest
    return None, rest


def _cheapest(account: Account, ready: Sequence[Submission]) -> Submission | None:
    own = [each for each in ready if each.account == account.id]
    return min(own, key=lambda each: each.estimate or Decimal(0), default=None)


async def _judged(
    run: Checking, record: Record, front: Front, order: Submission, others: Sequence[Submission]
) -> Stop | None:
    """Return why the others must not follow this order, or None."""
    account = next(each for each in run.distinct_accounts() if each.id == order.account)
    (placed,) = await record.journal.submissions(keys=[order.key])
    if placed.state is not State.PLACED:
        said = wording.note("canary.not_placed", {"link": placed.link, "said": placed.message})
        return _stop(said)
    placed, charge, by_balance = await _charge(run, record, front, account, placed)
    cost = money.total(each.estimate for each in others)
    canary = Canary(account, placed, charge, by_balance, len(others), cost)
    told, over = _told(canary), _over(run, canary)
    if over is not None:
        return _stop(f"{told} {over}")
    if run.options.yes:
        front.tell(told)
        return None if canary.as_estimated else _stop(told)
    question = wording.question("canary.go_on", told=told, count=len(others))
    return None if front.agree(question) else _stop(told)


async def _charge(
    run: Checking, record: Record, front: Front, account: Account, order: Submission
) -> tuple[Submission, Decimal | None, bool]:
    """Ask for the charge a few times; where the panel tells none, take what the balance fell by."""
    for look in range(LOOKS):
        if order.charge is not None:
            return order, order.charge, False
        if look:
            await asyncio.sleep(PAUSE * look)
        await poll([account], record.journal, front, [order], run=run.run)
        (order,) = await record.journal.submissions(keys=[order.key])
    if order.charge is not None or account.balance is None:
        return order, order.charge, False
    try:
        now = await account.panel.balance()
    except PanelError:
        return order, None, False
    return order, money.plain(account.balance.amount - now.amount), True


def _told(canary: Canary) -> str:
    currency = canary.account.currency
    facts = {
        "order_id": canary.order.order_id,
        "link": canary.order.link,
        "estimate": wording.amount(canary.estimate, currency),
        "charge": wording.amount(canary.charge, currency),
        "count": canary.rest,
        "expected": wording.amount(canary.rest_cost, currency),
        "cost": wording.amount(canary.rest_at_that, currency),
    }
    if canary.charge is None:
        return wording.note("canary.unknown", facts)
    if canary.as_estimated:
        return wording.note("canary.as_estimated", facts)
    return wording.note("canary.dearer_by_balance" if canary.by_balance else "canary.dearer", facts)


def _over(run: Checking, canary: Canary) -> str | None:
    """Return what the others would break if all are charged like this one: the funds, a cap on the run."""
    rest, held = canary.rest_at_that, canary.account.balance
    if rest is None or canary.charge is None or canary.as_estimated:
        return None
    cap, currency = run.max_total, canary.account.currency
    whole = canary.charge + rest
    if cap is not None and limits.spent_before(run, canary.account.id) + whole > cap:
        return wording.note("canary.max_total", {"expected": wording.amount(cap, currency)})
    if held is not None and whole > held.amount:
        return wording.note(
            "canary.funds", {"expected": wording.amount(held.amount - canary.charge, currency)}
        )
    return None


def _stop(said: str) -> Stop:
    told = wording.explain(BulkordersError("run.stopped.canary", said=said))
    return Stop(code="canary", message=told.message or "", next=told.next or "")
