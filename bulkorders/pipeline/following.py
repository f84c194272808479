"""All that is due on one account, followed in as few calls as possible: statuses, refills, cancels."""

from dataclasses import dataclass, field

from bulkorders.errors import PanelError
from bulkorders.journal.following import Wanted
from bulkorders.journal.protocol import Journal
from bulkorders.pipeline import refilling
from bulkorders.pipeline.accounts import Account
from bulkorders.pipeline.everything import CALLS_A_PAGE, LEAST_PAGE
from bulkorders.pipeline.options import Front
from bulkorders.pipeline.polling import ask_statuses, follow_requests
from bulkorders.settings import Settings


@dataclass(slots=True)
class Followed:
    """What following an account came to: orders asked about, campaigns with one that is not known, why it ended."""

    asked: int = 0
    amiss: set[str] = field(default_factory=set)
    failure: PanelError | None = None


async def follow(
    account: Account, journal: Journal, front: Front, settings: Settings, which: Wanted, *, run: str
) -> Followed:
    """Ask about all that is due on an account, and ask for its automatic refills."""
    found = await _statuses(account, journal, front, which, run=run)
    if found.failure is None:
        found.failure = await follow_requests(account, journal, run)
    if found.failure is None:
        await refilling.refill_dropped(account, journal, front, settings, run)
    return found


async def _statuses(account: Account, journal: Journal, front: Front, which: Wanted, *, run: str) -> Followed:
    """Ask about the account's due orders, a page at a time: their number costs no memory."""
    found, total, after = Followed(), await journal.due_count(account.id, which), 0
    batch = account.panel.profile.batch_of("status")
    size = max(CALLS_A_PAGE * batch, LEAST_PAGE // batch * batch)
    while page := await journal.due(account.id, which, after=after, limit=size):
        result = await ask_statuses(account, journal, front, page, run=run, total=total, done=found.asked)
        found.asked += result.asked
        found.amiss |= {each.campaign for each in page if each.key in result.unknown}
        found.failure, after = result.failure, page[-1].seq
        if found.failure is not None:
            break
    return found
