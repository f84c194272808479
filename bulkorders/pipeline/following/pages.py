"""All that is due on one account, asked about a page at a time: however many orders there are, few are in memory."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from bulkorders.errors import PanelError
from bulkorders.journal.following import Due, Wanted
from bulkorders.journal.protocol import Journal
from bulkorders.pipeline.accounts import Account
from bulkorders.pipeline.following.polling import ask_statuses, follow_requests
from bulkorders.pipeline.options import Front
from bulkorders.pipeline.requests import refilling
from bulkorders.settings import Settings

CALLS_A_PAGE = 100
LEAST_PAGE = 1_000
"""Orders held in memory at once: those of so many calls, or at least so many."""


@dataclass(slots=True)
class Followed:
    """What asking about an account's open orders came to.

    `asked` and `changed` count orders, `unasked` those not come to, `missing` those that the panel should
    know. `amiss` are the campaigns of orders it does not know. `failure` is why it ended early.
    """

    asked: int = 0
    changed: int = 0
    unasked: int = 0
    missing: int = 0
    amiss: dict[str, None] = field(default_factory=dict)
    failure: PanelError | None = None


async def follow_account(
    account: Account, journal: Journal, front: Front, *, settings: Settings, which: Wanted, run: str
) -> Followed:
    """Ask what became of the account's due orders, of its refills and cancels, and ask for automatic refills.

    What was told before a failure is kept. Which campaigns it changed, `journal.changed_since` tells.
    """
    found = Followed()
    await _statuses(found, account, journal, front, which=which, run=run)
    if found.failure is None:
        found.failure = await follow_requests(account, journal, run)
    if found.failure is None:
        await refilling.refill_dropped(account, journal, front, settings, run)
    return found


async def _statuses(
    found: Followed, account: Account, journal: Journal, front: Front, *, which: Wanted, run: str
) -> None:
    total = await journal.due_count(account.id, which)
    pages = _pages(account, journal, which)
    result = await ask_statuses(account, journal, front, pages, run=run, total=total)
    found.asked, found.changed, found.missing = result.asked, result.changed, result.missing
    found.amiss.update((order.campaign, None) for order, _ in result.unknown)
    found.failure = result.failure
    found.unasked = max(total - found.asked, 0)


async def _pages(account: Account, journal: Journal, which: Wanted) -> AsyncIterator[list[Due]]:
    """Yield what is due on the account, in the order it was added."""
    after, batch = 0, account.panel.profile.batch_of("status")
    size = max(CALLS_A_PAGE * batch, LEAST_PAGE // batch * batch)
    while page := await journal.due(account.id, which, after=after, limit=size):
        yield page
        after = page[-1].seq
