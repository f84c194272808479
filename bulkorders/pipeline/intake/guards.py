"""What must hold before the first cent: the campaign and the journal are the ones that are meant."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from bulkorders import wording
from bulkorders.errors import GuardError
from bulkorders.journal.opening import place_of
from bulkorders.journal.protocol import Campaign, Journal
from bulkorders.pipeline.accounts import now
from bulkorders.pipeline.intake.checking import Checking
from bulkorders.pipeline.options import Front
from bulkorders.sheet.results.provenance import results_journal
from bulkorders.submission import resuming


async def campaign_meant(run: Checking, journal: Journal, front: Front, new: Mapping[str, int]) -> None:
    """Make sure that rows join the campaign they are meant for; `--campaign` or a results workbook names it.

    `new` is how many orders would be sent, by campaign.

    A campaign known from another sheet must be named. One whose orders are all at their end, some of
    them no longer in the sheet, must be named too: it may be next month's sheet under the same name.
    Raises GuardError with what to type.
    """
    named = run.options.campaign is not None or run.sheet.campaign_id is not None
    for name in run.campaigns:
        known = await journal.campaign(name)
        if known is None or named or _own_column(run, name):
            continue
        if known.sheet != _sheet_path(run):
            raise GuardError("campaign.other_sheet", campaign=name, sheet=known.sheet)
        _finished(run, name, new.get(name, 0))
    _tell_already_placed(run, front, sum(new.values()))


def same_journal(run: Checking, journal: Journal, front: Front, results: Path) -> None:
    """Make sure that another journal has not the say over these orders.

    A results workbook that is given back to a journal that did not write it says what is placed, and this
    journal knows nothing of it: GuardError. A results workbook of another journal at the place where this
    run's would go is told of.
    """
    if run.sheet.journal_id is not None and run.sheet.journal_id != journal.id:
        raise GuardError(
            "journal.other", sheet=str(run.options.sheet), path=place_of(run.settings.journal_url)
        )
    other = results_journal(results)
    if other is not None and other != journal.id:
        front.tell(wording.note("results.other_journal", {"path": str(results)}))


def _own_column(run: Checking, name: str) -> bool:
    """Whether the sheet itself names this campaign, in its column."""
    return any(parsed.order is not None and parsed.order.campaign == name for parsed in run.parsed)


def _finished(run: Checking, name: str, new: int) -> None:
    orders = [each for each in run.memory.campaign if each.campaign == name]
    gone = resuming.vanished(orders, [each.identified.key for each in run.checked.values()])
    if new and gone and resuming.finished(orders):
        raise GuardError(
            "campaign.finished",
            campaign=name,
            vanished=len(gone),
            new=new,
            proposal=_proposal(name),
        )


def _proposal(name: str) -> str:
    return f"{name}-{datetime.now().astimezone():%Y-%m}"


def _tell_already_placed(run: Checking, front: Front, new: int) -> None:
    placed = sum(each.known is not None for each in run.checked.values())
    if placed and not new:
        facts = {"placed": placed, "campaign": run.campaign, "proposal": _proposal(run.campaigns[0])}
        front.tell(wording.note("campaign.all_placed", facts))


async def remember_campaigns(run: Checking, journal: Journal) -> None:
    """Remember which sheet each campaign of this run came from.

    A results workbook that is given back does not take the place of the sheet it was made from.
    """
    for name in run.campaigns:
        if run.sheet.results and await journal.campaign(name) is not None:
            continue
        await journal.remember_campaign(Campaign(name, _sheet_path(run), run.run, now()))


def _sheet_path(run: Checking) -> str:
    return str(run.options.sheet.resolve())
