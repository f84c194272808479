"""Refills that rows ask for by themselves (`refill` is `auto`), where the panel shows that some is missing."""

import contextlib
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from bulkorders import wording
from bulkorders.errors import PanelError
from bulkorders.journal.protocol import Journal
from bulkorders.model.lifecycle import RequestKind, RequestState
from bulkorders.pipeline import accounts
from bulkorders.pipeline.accounts import Account, now
from bulkorders.pipeline.options import Front
from bulkorders.settings import Settings
from bulkorders.tracking.asking import Asked, ask
from bulkorders.tracking.eligibility import automatic, left_out, targets


async def refill_dropped(
    account: Account,
    journal: Journal,
    front: Front,
    settings: Settings,
    run: str,
    *,
    keys: Collection[str] | None = None,
) -> Asked:
    """Ask for the refills of completed orders that have dropped and whose rows say `auto`; of `keys` alone, if given.

    A refill costs nothing. One that was asked for lately, or is in doubt, is not asked for again.
    """
    at = datetime.now(UTC)
    since = (at - timedelta(days=settings.refill_days)).isoformat(timespec="milliseconds")
    profile = account.panel.profile
    dropped = [
        order
        for order in await journal.dropped(account.id, since)
        if (keys is None or order.key in keys) and automatic(order, since, profile, at)
    ]
    asked = Asked()
    if not dropped:
        return asked
    with contextlib.suppress(PanelError):  # what the catalogue does not say, the panel's answer does
        await accounts.ask_catalogue(account)
    wanted = [
        target
        for target in targets(dropped)
        if left_out(RequestKind.REFILL, target, account.catalogue.get(target.order.service), profile, at)
        is None
    ]
    await ask(RequestKind.REFILL, account.panel, journal, wanted, asked, run=run, now=now)
    if asked.requests:
        taken = sum(each.state is RequestState.ACCEPTED for each in asked.requests)
        facts = {"count": len(asked.requests), "taken": taken, "account": account.id}
        front.tell(wording.note("refill.automatic", facts))
    return asked
