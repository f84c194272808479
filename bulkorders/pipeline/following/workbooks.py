"""Results workbooks of whole campaigns written anew, from what the journal knows and the sheets they came from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from bulkorders import wording
from bulkorders.errors import BulkordersError, PanelError
from bulkorders.journal.protocol import Journal, Run
from bulkorders.model.orders import Sheet
from bulkorders.model.report import Report, Stop
from bulkorders.pipeline import accounts, ending, recording, reporting
from bulkorders.pipeline.accounts import Account
from bulkorders.pipeline.following import lateness
from bulkorders.pipeline.intake import checking
from bulkorders.pipeline.intake.checking import Checking
from bulkorders.pipeline.options import Front, Options
from bulkorders.settings import ENVIRONMENT_PANEL, Settings
from bulkorders.sheet.results import results_path


@dataclass(slots=True)
class Shelf:
    """Where workbooks are written from: the journal, the accounts by panel name, and why the run ended early.

    Each gets a run of its own in the journal, unless it is written by a `run` that is recorded already.
    """

    settings: Settings
    front: Front
    journal: Journal
    opened: Mapping[str | None, Account]
    command: str
    stopped: Stop | None = None
    run: Run | None = None
    done: set[str] = field(default_factory=set)

    async def reports(self, campaigns: Sequence[str]) -> list[Report]:
        """Return a report of each campaign, its workbook written anew where its sheet is still there.

        Campaigns of one sheet share a report.
        """
        found = []
        for name in campaigns:
            if name not in self.done:
                found.append(await self._report(name))
                self.done.add(name)
        return found

    async def _report(self, name: str) -> Report:
        known = await self.journal.campaign(name)
        path = Path(known.sheet) if known else None
        if path is not None and path.exists():
            try:
                return await self._with_sheet(name, path)
            except BulkordersError as error:
                told = wording.explain(error)
                self.front.tell(f"{name}: {told.message}")
        return await self._without_sheet(name, path)

    async def _with_sheet(self, name: str, path: Path) -> Report:
        run = await checking.read(Options(sheet=path), self.settings)
        if name not in run.campaigns:
            run = await checking.read(Options(sheet=path, campaign=name), self.settings)
        run.accounts = {**self.opened, None: self._main_account()}
        await checking.check(run, run.accounts, self.journal)
        if any(each.known is None for each in run.checked.values()) and await self._catalogues(run):
            # The services are needed only to say what is wrong with rows that were never sent.
            await checking.check(run, run.accounts, self.journal)
        results = await results_of(self.journal, name, path)
        begun = self.run or await recording.begin(
            self.journal, run.run, self.command, campaign=run.campaign, sheet=path, results=results
        )
        self.done.update(run.campaigns)
        return await ending.finish(
            run, self.journal, self.front, begun, results, stopped=self.stopped, ask_balance=False
        )

    async def _catalogues(self, run: Checking) -> bool:
        """Ask for the services of the run's accounts; return whether all were told."""
        try:
            for account in run.distinct_accounts():
                await accounts.ask_catalogue(account)
        except PanelError:
            return False
        return True

    async def _without_sheet(self, name: str, path: Path | None) -> Report:
        empty = Sheet(path=str(path or ""), header=(), columns={}, rows=())
        options = Options(sheet=path or Path(), campaign=name)
        run = Checking(uuid4().hex[:12], options, self.settings, empty, [], name, (name,), self.opened)
        known = await ending.as_it_stands(run, self.journal)
        lines = reporting.lines_of(run, known)
        lines = await lateness.marked(lines, run.distinct_accounts(), self.journal, self.settings)
        return reporting.report_of(run, lines, reporting.money_of(run, lines), stopped=self.stopped)

    def _main_account(self) -> Account:
        """Return the account that rows without a panel go to."""
        known = self.settings.all_panels()
        name = ENVIRONMENT_PANEL if ENVIRONMENT_PANEL in known else next(iter(self.opened))
        return self.opened.get(name) or next(iter(self.opened.values()))


async def results_of(journal: Journal, campaign: str, sheet: Path) -> Path:
    """Return where the results of a campaign go: where its last run wrote them, if that was a place of its own."""
    usual = results_path(sheet)
    latest = next((each.results for each in await journal.runs(campaign=campaign) if each.results), None)
    if latest is None or not Path(latest).parent.is_dir():
        return usual
    # A name like the usual one was only taken because the usual one was open elsewhere.
    beside = Path(latest).parent == usual.parent and Path(latest).name.startswith(f"{sheet.stem}.results")
    return usual if beside else Path(latest)
