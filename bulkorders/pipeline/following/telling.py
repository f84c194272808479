"""One order's whole story, from what the journal holds: found by order id, key or reference."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from bulkorders.accounting.ledger import entries, read_ledger
from bulkorders.errors import CallError
from bulkorders.journal.opening import open_journal
from bulkorders.journal.protocol import Attempt, Event, Journal, Run
from bulkorders.model.entries import LedgerEntry
from bulkorders.model.orders import Submission, account_id
from bulkorders.model.refunds import MOVED_BACK
from bulkorders.pipeline.placement.limits import zone_of
from bulkorders.settings import Settings

RUNS = 100_000
"""Runs that are looked through for those that touched an order."""

CANDIDATES = 6
"""Orders named in a sentence where a name fits several."""


@dataclass(frozen=True, slots=True)
class Story:
    """All that the journal knows of one order. Times are shown in `zone` (None: the machine's).

    `runs` are those that touched it, first to last: who, and on which machine.
    """

    order: Submission
    attempts: Sequence[Attempt]
    events: Sequence[Event]
    entries: Sequence[LedgerEntry]
    zone: tzinfo | None
    runs: Sequence[Run] = ()


async def story_of(
    settings: Settings, name: str, *, campaign: str | None = None, panel: str | None = None
) -> Story:
    """Return the story of the order with this order id or reference, or whose key begins so. Changes nothing.

    Raises CallError where there is none, or several; `campaign` and `panel` narrow them down.
    """
    zone = zone_of(settings)
    account = _account_of(settings, panel)
    journal = await open_journal(settings.journal_url, read_only=True)
    try:
        found = [
            order
            for order in await journal.named(name)
            if campaign in (None, order.campaign) and account in (None, order.account)
        ]
        order = _the_one(found, name)
        events = await journal.events(key=order.key)
        made = await _entries(journal, order, events)
        attempts = await journal.attempts(order.key)
        touched = {each.run for each in events} | {each.run for each in attempts}
        runs = [each for each in reversed(await journal.runs(RUNS)) if each.id in touched]
        return Story(order, attempts, events, made, zone, runs)
    finally:
        await journal.close()


def _account_of(settings: Settings, panel: str | None) -> str | None:
    if panel is None:
        return None
    _, found = settings.panel(panel)
    return account_id(found.url, found.account)


def _the_one(found: Sequence[Submission], name: str) -> Submission:
    """Return the only order of these; one whose key it is exactly goes before all others."""
    exact = [order for order in found if order.key == name.lower()]
    if len(exact or found) == 1:
        return (exact or found)[0]
    if not found:
        raise CallError("show.unknown", name=name)
    candidates = [
        f"{order.campaign}, row {order.row}: {order.order_id or order.state.value}, key {order.key[:8]}"
        for order in found[:CANDIDATES]
    ]
    raise CallError("show.several", name=name, count=len(found), candidates="; ".join(candidates))


async def _entries(journal: Journal, order: Submission, events: Sequence[Event]) -> Sequence[LedgerEntry]:
    """Return the ledger's lines of one order.

    Where a share was paid back its amount depends on how finely the account is told in all, so all are read.
    """
    if order.status in MOVED_BACK:
        return [line for line in await read_ledger(journal) if line.key == order.key]
    return list(entries(events, {order.key: order}, journal.id))


async def history(settings: Settings, limit: int, *, campaign: str | None = None) -> Sequence[Run]:
    """Return the latest runs, newest first; of one campaign, where it is named. Changes nothing."""
    journal = await open_journal(settings.journal_url, read_only=True)
    try:
        return await journal.runs(limit, campaign=campaign)
    finally:
        await journal.close()
