"""Refills and cancels: chosen by sheet, campaign or order id, reviewed, asked for, and what the panel said."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from bulkorders import wording
from bulkorders.errors import CallError, Declined
from bulkorders.journal.protocol import Journal, Run
from bulkorders.model.lifecycle import RequestKind, State
from bulkorders.model.orders import Request, Submission
from bulkorders.model.report import Report, Stop
from bulkorders.model.requesting import Requested
from bulkorders.pipeline import accounts, recording
from bulkorders.pipeline.accounts import Account, now
from bulkorders.pipeline.books import readings
from bulkorders.pipeline.following.polling import is_open, poll, wanted
from bulkorders.pipeline.following.workbooks import Shelf
from bulkorders.pipeline.intake import checking
from bulkorders.pipeline.options import Front, Listening, Options
from bulkorders.pipeline.requests.telling import exit_code_of, requested
from bulkorders.settings import Settings
from bulkorders.submission.draining import draining
from bulkorders.tracking.asking import Asked, ask
from bulkorders.tracking.eligibility import LeftOut, Target, left_out, targets
from bulkorders.wording import asked as texts


@dataclass(frozen=True, slots=True)
class Choice:
    """Which orders are meant: those of a sheet, of a campaign, or with these order ids; `panel` alone, if named.

    `reviewed` shows a review of refills too where the orders are named one by one.
    """

    sheet: Path | None = None
    campaign: str | None = None
    order_ids: Sequence[str] = ()
    panel: str | None = None
    reviewed: bool = False


@dataclass(slots=True)
class Asking:
    """One command on its way: the orders meant, those to ask for, those left out, and what was said.

    `go_on` is asked before each call where somebody else listens to signals.
    """

    kind: RequestKind
    settings: Settings
    front: Front
    journal: Journal
    run: str
    accounts: Mapping[str, Account]
    choice: Choice
    wanted: list[Target] = field(default_factory=list)
    left: list[LeftOut] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)
    orders: dict[str, Submission] = field(default_factory=dict)
    stopped: Stop | None = None
    go_on: Callable[[], bool] | None = None


async def request(kind: RequestKind, choice: Choice, settings: Settings, front: Front) -> Requested:
    """Ask for a refill or cancel of the chosen orders that may have one, after a review in numbers.

    A cancel is confirmed always, a refill where the orders are not named one by one. Raises CallError where
    the journal has no such placed order, or several; Declined; PanelError.
    """
    heard = Listening(front)
    return heard.noted(await _request(kind, choice, settings, heard))


async def _request(kind: RequestKind, choice: Choice, settings: Settings, front: Front) -> Requested:
    run = uuid4().hex[:12]
    names: list[str | None] = [choice.panel] if choice.panel else [*sorted(settings.all_panels())] or [None]
    async with (
        accounts.opened(settings, Options(sheet=Path()), names) as opened,
        recording.recording(settings, kind.value, run, front) as record,
    ):
        distinct = {account.id: account for account in opened.values()}
        found = Asking(kind, settings, front, record.journal, run, distinct, choice)
        orders = await _sorted_out(found)
        if found.wanted and found.stopped is None:
            _confirm(found)
            begun = await _begin(found, orders)
            await readings.keep_start(record.journal, _used(found, orders), run)
            await _ask(found, _used(found, orders))
            reports = await _write(found, opened, begun)
            return await _end(found, begun, reports)
        return _requested(found)


async def planned(found: Asking) -> Requested:
    """Choose, review and confirm as the journal knows the orders, and ask nothing: `wanted` is to be asked for."""
    _sort_out(found, await _chosen(found))
    if found.wanted:
        _confirm(found)
    return _requested(found)


async def ask_for(found: Asking) -> Requested:
    """Ask for what was reviewed before, as far as it may still have one; no workbook is written."""
    orders = await _sorted_out(found)
    if found.wanted and found.stopped is None:
        await _ask(found, _used(found, orders))
    return _requested(found)


async def _sorted_out(found: Asking) -> list[Submission]:
    """Choose, ask what became of the orders, and part those that may have one from the others."""
    orders = await _chosen(found)
    used = _used(found, orders)
    await accounts.ask_all(used)
    orders = await _as_they_are_now(found, used, orders)
    _sort_out(found, orders)
    return orders


def _used(found: Asking, orders: Sequence[Submission]) -> list[Account]:
    return [account for account in found.accounts.values() if any(o.account == account.id for o in orders)]


async def _chosen(found: Asking) -> list[Submission]:
    """Return the placed orders that are meant. Raises CallError."""
    choice, journal, own = found.choice, found.journal, list(found.accounts)
    if choice.order_ids:
        return await _by_id(journal, choice.order_ids, own)
    names = [choice.campaign] if choice.campaign else await _campaigns_of(found)
    orders = [
        order
        for name in names
        for order in await journal.submissions(campaign=name, states=[State.PLACED], accounts=own)
    ]
    if not orders:
        raise CallError("request.none_placed", campaign=wording.listed(names))
    return orders


async def _campaigns_of(found: Asking) -> Sequence[str]:
    sheet = found.choice.sheet
    if sheet is None:
        raise CallError("call.nothing_named")
    return (await checking.read(Options(sheet=sheet), found.settings)).campaigns


async def _by_id(journal: Journal, order_ids: Sequence[str], own: Sequence[str]) -> list[Submission]:
    ids = list(dict.fromkeys(order_ids))
    orders = await journal.submissions(order_ids=ids, states=[State.PLACED], accounts=own)
    missing = [id_ for id_ in ids if not any(id_ in order.order_ids for order in orders)]
    if missing:
        raise CallError("orders.unknown", ids=missing)
    for id_ in ids:
        on = sorted({order.account for order in orders if id_ in order.order_ids})
        if len(on) > 1:
            raise CallError("orders.several", id=id_, accounts=on)
    return orders


async def _as_they_are_now(
    found: Asking, used: Sequence[Account], orders: Sequence[Submission]
) -> list[Submission]:
    """Ask what became of those that are open, since that decides; return all as they now stand."""
    which = wanted(found.settings, datetime.now(UTC))
    due = [order for order in orders if is_open(order, which)]
    found.stopped = await poll(used, found.journal, found.front, due, run=found.run)
    return await found.journal.submissions(keys=[order.key for order in orders])


def _sort_out(found: Asking, orders: Sequence[Submission]) -> None:
    at = datetime.now(UTC)
    found.orders = {order.key: order for order in orders}
    for target in targets(orders, found.choice.order_ids):
        account = found.accounts[target.order.account]
        service = account.catalogue.get(target.order.service)
        reason = left_out(found.kind, target, service, account.panel.profile, at)
        if reason is None:
            found.wanted.append(target)
        else:
            found.left.append(reason)


def _confirm(found: Asking) -> None:
    """Show the review and ask. Raises Declined."""
    if found.kind is RequestKind.REFILL and found.choice.order_ids and not found.choice.reviewed:
        return
    kind, count = found.kind.value, len(found.wanted)
    for line in texts.review(found.kind, [each.order for each in found.wanted], _reasons(found)):
        found.front.tell(line)
    if not found.front.agree(wording.question(f"request.{kind}", count=count)):
        raise Declined("request.declined", kind=kind)


def _reasons(found: Asking) -> list[tuple[str, int]]:
    counted = Counter(wording.note(f"{each.code}.many", {}) for each in found.left)
    return counted.most_common()


async def _begin(found: Asking, orders: Sequence[Submission]) -> Run:
    names = list(dict.fromkeys(order.campaign for order in orders))
    campaign = ", ".join(names)
    kind = found.kind.value
    return await recording.begin_over_all(found.journal, found.run, kind, {}, campaign=campaign)


async def _ask(found: Asking, used: Sequence[Account]) -> None:
    """Ask each account; Ctrl-C lets the batch in flight come to its end, a second one stops at once."""
    if found.go_on is not None:
        await _ask_each(found, used, found.go_on)
        return
    going, task = True, asyncio.current_task()

    def hear() -> None:
        nonlocal going
        going = False

    def leave() -> None:
        if task is not None:
            task.cancel()

    with draining(hear, leave):
        await _ask_each(found, used, lambda: going)


async def _ask_each(found: Asking, used: Sequence[Account], go_on: Callable[[], bool]) -> None:
    for account in used:
        own = [each for each in found.wanted if each.order.account == account.id]
        asked = Asked()
        await ask(found.kind, account.panel, found.journal, own, asked, run=found.run, now=now, go_on=go_on)
        found.asked += asked.requests
        found.stopped = found.stopped or _stop(asked)


def _stop(asked: Asked) -> Stop | None:
    if asked.stopped is None:
        return None
    code, said = asked.stopped
    error = wording.explain(CallError(f"request.stopped.{code}", said=said))
    return Stop(code=code, message=error.message or "", next=error.next or "")


async def _write(found: Asking, opened: Mapping[str | None, Account], begun: Run) -> list[Report]:
    """Write the results of the campaigns anew."""
    command = found.kind.value
    shelf = Shelf(found.settings, found.front, found.journal, opened, command, run=begun)
    campaigns = dict.fromkeys(found.orders[each.key].campaign for each in found.asked)
    reports = await shelf.reports(list(campaigns))
    for report in reports:
        found.stopped = found.stopped or report.stopped
    return reports


async def _end(found: Asking, begun: Run, reports: Sequence[Report]) -> Requested:
    results = [report.results for report in reports if report.results]
    told = _requested(found, results)
    ended = replace(
        begun,
        sheet=", ".join(report.sheet for report in reports) or None,
        results=results[0] if len(results) == 1 else None,
        finished_at=now(),
        exit_code=exit_code_of(told),
        stopped=told.stopped.code if told.stopped else None,
        counts=told.counts.model_dump(),
    )
    await found.journal.end_run(ended)
    return told


def _requested(found: Asking, results: Sequence[str] = ()) -> Requested:
    return requested(
        found.run,
        found.kind,
        asked=found.asked,
        left=found.left,
        orders=found.orders,
        results=results,
        stopped=found.stopped,
        named=bool(found.choice.order_ids),
    )
