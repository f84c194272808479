"""What became of a sheet's orders: asked, recorded, written into its results. No import leads from here to a sale."""

from datetime import UTC, datetime

from bulkorders.errors import SheetError
from bulkorders.journal.protocol import Journal
from bulkorders.model.report import Report
from bulkorders.pipeline import accounts, ending, recording
from bulkorders.pipeline.books import readings
from bulkorders.pipeline.following.polling import is_open, poll, wanted
from bulkorders.pipeline.intake import checking
from bulkorders.pipeline.intake.checking import Checking
from bulkorders.pipeline.options import Front, Listening, Options
from bulkorders.pipeline.requests.refilling import refill_dropped
from bulkorders.settings import Settings


async def refresh(options: Options, settings: Settings, front: Front) -> Report:
    """Ask what became of a sheet's open orders, and write its results workbook. Has no way to spend."""
    heard = Listening(front)
    return heard.noted(await _refresh(options, settings, heard))


async def _refresh(options: Options, settings: Settings, front: Front) -> Report:
    run = await checking.read(options, settings, front)
    async with (
        accounts.opened(settings, options, run.panel_names()) as opened,
        recording.recording(settings, "refresh", run.run, front) as record,
    ):
        await checking.check(run, opened, record.journal)
        known = run.known()
        if not known or await _of_another_sheet(run, record.journal):
            raise SheetError("sheet.unknown_campaign", sheet=str(options.sheet))
        # The services are needed only to say what is wrong with rows that were never sent.
        fresh = any(each.known is None for each in run.checked.values())
        await accounts.ask_all(opened.values(), catalogue=fresh)
        await checking.check(run, opened, record.journal)
        results = run.results_file()
        begun = await recording.begin(
            record.journal, run.run, "refresh", campaign=run.campaign, sheet=options.sheet, results=results
        )
        await readings.keep_start(record.journal, run.distinct_accounts(), run.run)
        which = wanted(settings, datetime.now(UTC), final=options.recheck_final)
        orders = [each for each in known.values() if is_open(each, which)]
        stopped = await poll(run.distinct_accounts(), record.journal, front, orders, run=run.run)
        for account in run.distinct_accounts() if stopped is None else ():
            await refill_dropped(account, record.journal, front, settings, run.run, keys=known.keys())
        return await ending.finish(run, record.journal, front, begun, results, stopped=stopped)


async def _of_another_sheet(run: Checking, journal: Journal) -> bool:
    """Whether the campaign's name is only borrowed: known from another sheet, with none of these rows in it."""
    if (
        run.options.campaign is not None
        or run.sheet.results
        or any(each.known for each in run.checked.values())
    ):
        return False
    campaigns = [await journal.campaign(name) for name in run.campaigns]
    return all(each is None or each.sheet != str(run.options.sheet.resolve()) for each in campaigns)
