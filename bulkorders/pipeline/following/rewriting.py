"""A campaign's results written anew after its orders were asked about: with its sheet, or from the journal alone."""

from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from bulkorders.journal.protocol import Run
from bulkorders.model.orders import Sheet
from bulkorders.model.report import Counts, MoneyPart, Report, Stop
from bulkorders.pipeline import ending, reporting
from bulkorders.pipeline.accounts import Account
from bulkorders.pipeline.apart import Apart
from bulkorders.pipeline.intake import checking
from bulkorders.pipeline.intake.checking import Checking
from bulkorders.pipeline.options import Front, Options
from bulkorders.pipeline.recording import Record
from bulkorders.settings import Settings


async def with_sheet(
    run: Checking, panels: Apart, record: Record, front: Front, begun: Run, *, stopped: Stop | None = None
) -> Report:
    """Check a sheet's rows as they are now, write its results workbook, and return the report.

    The accounts' balances are those of before and after their orders were asked about.
    """
    opened = await panels.of_rows(run.panel_names())
    await checking.check(run, opened, record.journal)
    run.run = begun.id
    own = replace(begun, campaign=run.campaign, sheet=str(run.options.sheet.resolve()))
    return await ending.finish(
        run, record.journal, front, own, run.results_file(), stopped=stopped, ask_balance=False
    )


async def read_again(path: Path, campaign: str, options: Options, settings: Settings) -> Checking:
    """Read the sheet of a campaign that was not named today, so that its rows belong to that campaign."""
    # The run's own options are for the sheets that were named; this one is read as it stands.
    found = await checking.read(Options(sheet=path, panel=options.panel), settings)
    if campaign in found.campaigns:
        return found
    return await checking.read(Options(sheet=path, panel=options.panel, campaign=campaign), settings)


async def without_sheet(
    campaign: str, path: Path | None, accounts: list[Account], record: Record, settings: Settings
) -> Report:
    """Return the report of a campaign whose sheet is gone or can't be read; it has no results workbook."""
    empty = Sheet(path=str(path or ""), header=(), columns={}, rows=())
    options = Options(sheet=path or Path(), campaign=campaign)
    opened: dict[str | None, Account] = {each.panel.profile.name: each for each in accounts}
    run = Checking(uuid4().hex[:12], options, settings, empty, [], campaign, (campaign,), opened)
    known = await ending.as_it_stands(run, record.journal)
    lines = reporting.lines_of(run, known)
    return reporting.report_of(run, lines, reporting.money_of(run, lines))


def unread(path: Path, stopped: Stop | None) -> Report:
    """Return the report of a sheet that nothing could be said of but why."""
    stem = path.stem.removesuffix(".results")
    return Report(
        run=uuid4().hex[:12],
        campaign=stem,
        sheet=str(path),
        results=None,
        counts=Counts(),
        money=(),
        orders=(),
        stopped=stopped,
    )


def joined(submitted: Report, rewritten: Report) -> Report:
    """Return the report as rewritten, with the run and the books of the submit that went before it."""
    parts = {part.account: part for part in submitted.money}
    money = tuple(_books(part, parts.get(part.account)) for part in rewritten.money)
    return rewritten.model_copy(update={"run": submitted.run, "money": money})


def _books(now: MoneyPart, submitted: MoneyPart | None) -> MoneyPart:
    if submitted is None:
        return now
    kept = ("balance_before", "balance_after", "unexplained", "refunded", "unexplained_rows")
    return now.model_copy(update={name: getattr(submitted, name) for name in kept})
