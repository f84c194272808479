"""Money that moved without an order, entered by a person: paid in, held at the beginning, or something else."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from uuid import uuid4

from bulkorders import wording
from bulkorders.errors import CallError
from bulkorders.journal.opening import open_journal
from bulkorders.journal.protocol import Journal, Run
from bulkorders.model.entries import Entered, EnteredKind
from bulkorders.model.orders import account_id
from bulkorders.pipeline.accounts import now
from bulkorders.pipeline.options import Front
from bulkorders.pipeline.placement.limits import zone_of
from bulkorders.settings import Settings

COMMAND = "journal enter"


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says: so much, of this kind, at that time (None: now), on which panel or account.

    `currency` None is the account's own, as it was read last.
    """

    amount: Decimal
    kind: EnteredKind
    at: str | None = None
    note: str = ""
    panel: str | None = None
    account: str | None = None
    currency: str | None = None


async def enter(said: Said, settings: Settings, front: Front) -> Entered:
    """Keep it in the journal; nothing that was entered is ever changed.

    Raises CallError, SettingsError, JournalError.
    """
    at = now() if said.at is None else moment_of(said.at, zone_of(settings))
    account, currency = said.account, said.currency
    if account is None:
        _, panel = settings.panel(said.panel)
        account, currency = account_id(panel.url, panel.account), currency or panel.currency
    journal = await open_journal(settings.journal_url, who=f"bulkorders {COMMAND}")
    try:
        return await _kept(journal, replace(said, account=account, currency=currency, at=at), front)
    finally:
        await journal.close()


async def _kept(journal: Journal, said: Said, front: Front) -> Entered:
    account, at = said.account or "", said.at or now()
    readings = await journal.balances(account)
    own = next((each.currency for each in reversed(readings) if each.currency), None)
    if own and said.currency and own != said.currency:
        raise CallError("enter.currency", account=account, expected=own, found=said.currency)
    run = Run(uuid4().hex[:12], COMMAND, None, None, None, now())
    found = Entered(
        id=uuid4().hex,
        account=account,
        amount=said.amount,
        currency=said.currency or own,
        at=at,
        kind=said.kind,
        note=said.note,
        entered_at=run.started_at,
        run=run.id,
    )
    if not readings and not await journal.submissions(accounts=[account]):
        front.tell(wording.note("enter.unknown_account", {"account": account}))
    await journal.begin_run(run)
    await journal.enter(found)
    await journal.end_run(replace(run, finished_at=now(), exit_code=0))
    return found


def moment_of(text: str, zone: tzinfo | None) -> str:
    """Return a day or a time on the clock of this zone as an ISO text in UTC. Raises CallError."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise CallError("enter.at", found=text) from None
    if found.tzinfo is None and zone is not None:
        found = found.replace(tzinfo=zone)
    return found.astimezone(UTC).isoformat(timespec="microseconds")
