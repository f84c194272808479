"""Orders in doubt settled by what the balance proves: the evidence is gathered, judged, and acted upon."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bulkorders import wording
from bulkorders.errors import PanelError
from bulkorders.journal.protocol import Journal, Run
from bulkorders.model.books import BalanceReading
from bulkorders.model.evidence import Evidence, Refused, Sending, Sold
from bulkorders.model.lifecycle import State
from bulkorders.model.orders import Submission
from bulkorders.model.reconciliation import Said, Verdict, reconcile
from bulkorders.model.refunds import MOVED_BACK
from bulkorders.pipeline.accounts import Account
from bulkorders.pipeline.books import readings
from bulkorders.pipeline.books.bookkeeping import RUNS_LOOKED_AT
from bulkorders.pipeline.following.polling import poll
from bulkorders.pipeline.options import Front
from bulkorders.submission.reconciling import OPEN_LINK, Doubt

LOOKED_BACK = timedelta(days=30)
"""How far back orders and readings are evidence."""

MOST_ORDERS = 5_000
"""Placed orders of that time beyond which nothing is asked: each may have been paid back, so each is asked about."""


@dataclass(slots=True)
class Judged:
    """The verdicts on orders in doubt, by key, and the orders that were ruled out by them."""

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    settled: list[Submission] = field(default_factory=list)


async def settle_by_balance(
    journal: Journal,
    front: Front,
    accounts: Mapping[str, Account],
    doubts: Sequence[Doubt],
    *,
    run: str,
    campaign: str | None = None,
) -> Judged:
    """Judge the orders in doubt by their accounts' balances, and rule out those that were provably not placed.

    All doubts of an account are judged together; only those of `campaign` are settled, where one is given.
    """
    judged = Judged()
    for account_id in sorted({each.order.account for each in doubts}):
        own = [each for each in doubts if each.order.account == account_id]
        account = accounts.get(account_id)
        if account is None:
            judged.verdicts |= _silent(own, "no_panel")
            continue
        try:
            judged.verdicts |= await _judge(journal, front, account, own, run)
        except PanelError as error:
            front.tell(wording.explain(error).message or error.code)
            judged.verdicts |= _silent(own, "unasked")
        for each in own:
            if campaign is None or each.order.campaign == campaign:
                await _settle(journal, each, judged, run)
    return judged


def _silent(doubts: Iterable[Doubt], why: str) -> dict[str, Verdict]:
    return {each.order.key: Verdict(Said.CANNOT_TELL, why) for each in doubts}


async def _settle(journal: Journal, found: Doubt, judged: Judged, run: str) -> None:
    """Rule this order out where that is proven and nothing speaks against it."""
    key = found.order.key
    verdict = judged.verdicts[key]
    if verdict.said is not Said.NOT_PLACED:
        return
    against = _against(found)
    if against is not None:
        until = found.settled_from if against == "too_early" else None
        judged.verdicts[key] = Verdict(Said.CANNOT_TELL, against, until=until)
        return
    reason = f"by the balance of the account: {verdict.why}"
    judged.settled.append(await journal.resolve(key, "rule out", reason=reason, run=run))


def _against(found: Doubt) -> str | None:
    """Return what speaks for the order having been placed, whatever the balance shows; else None."""
    if found.attempt is not None and found.attempt.order_ids:
        return "id_seen"
    if found.link_open or (found.attempt is not None and found.attempt.kind == OPEN_LINK):
        return "link_open"
    return "too_early" if datetime.now(UTC) < found.settled_from else None


async def _judge(
    journal: Journal, front: Front, account: Account, doubts: Sequence[Doubt], run: str
) -> dict[str, Verdict]:
    """Ask about all orders that may have moved the balance, then for the balance, and judge. Raises PanelError."""
    since = datetime.now(UTC) - LOOKED_BACK
    before = await _placed(journal, account, since)
    if len(before) > MOST_ORDERS:
        return _silent(doubts, "too_many")
    if before and await poll([account], journal, front, before, run=run) is not None:
        return _silent(doubts, "unasked")
    held, quiet = await readings.twice(account)
    await readings.keep(journal, account, held, run, "resolve", quiet=quiet)
    found = await journal.balances(account.id, since.isoformat(timespec="milliseconds"))
    placed = await _placed(journal, account, since)
    first = min(_claimed(each) for each in doubts)
    start = next((each for each in reversed(found) if each.quiet and _time(each.at) < first), None)
    if start is None:
        return _silent(doubts, "no_reading")
    evidence = Evidence(
        found,
        [_sold(order) for order in placed],
        [_sending(each) for each in doubts],
        await _others(journal, account, start),
        _closings(await journal.runs(RUNS_LOOKED_AT), account, placed, start),
        refunds=_paid_back(before, placed, start),
    )
    return reconcile(evidence)


async def _placed(journal: Journal, account: Account, since: datetime) -> list[Submission]:
    orders = await journal.submissions(accounts=[account.id], states=[State.PLACED])
    return [order for order in orders if order.sent_at and _time(order.sent_at) >= since]


def _time(iso: str) -> datetime:
    return datetime.fromisoformat(iso)


def _claimed(found: Doubt) -> datetime:
    return _time(found.attempt.claimed_at if found.attempt else found.order.sent_at or "")


def _sold(order: Submission) -> Sold:
    sent = _time(order.sent_at or order.placed_at or "")
    placed = _time(order.placed_at) if order.placed_at else sent
    return Sold(sent, placed, order.estimate, order.charge, order.status in MOVED_BACK)


def _sending(found: Doubt) -> Sending:
    order = found.order
    return Sending(order.key, _claimed(found), order.estimate, order.fingerprint)


async def _others(journal: Journal, account: Account, start: BalanceReading) -> list[Refused]:
    """Return the orders refused or ruled out in the window, which may have been charged all the same."""
    refused = await journal.submissions(accounts=[account.id], states=[State.REJECTED])
    late = [
        Refused(each.estimate, _time(each.sent_at))
        for each in refused
        if each.sent_at and each.sent_at >= start.at
    ]
    ruled_out = await journal.submissions(keys=sorted(await journal.ruled_out()), accounts=[account.id])
    return late + [Refused(each.estimate) for each in ruled_out]


def _closings(
    runs: Sequence[Run], account: Account, placed: Sequence[Submission], start: BalanceReading
) -> list[Decimal | None]:
    """Return what earlier runs that sent orders of this account left unexplained, as their books say."""
    found: list[Decimal | None] = []
    for run in runs:
        ended = run.finished_at or ""
        sent = any(run.started_at <= (each.sent_at or "") <= ended for each in placed)
        if not sent or run.id == start.run or ended > start.at:
            continue
        parts = [part for part in run.money if part.get("account") == account.id]
        found += [_amount(part.get("unexplained")) for part in parts]
    return found


def _amount(told: str | None) -> Decimal | None:
    return None if told is None else Decimal(told)


def _paid_back(before: Sequence[Submission], after: Sequence[Submission], start: BalanceReading) -> bool:
    """Whether an order was canceled or paid back in the window: that money would look like money never taken."""
    was = {order.key: order for order in before}
    for order in after:
        old = was.get(order.key)
        less = old is not None and old.charge is not None and (order.charge or Decimal(0)) < old.charge
        back = order.status in MOVED_BACK
        known = old is not None and old.status == order.status and (old.checked_at or "") < start.at
        if less or (back and not known):
            return True
    return False
