"""Every open order of the journal, whatever its sheet: `refresh --all`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field

from bulkorders import wording
from bulkorders.errors import BulkordersError
from bulkorders.journal.protocol import Journal
from bulkorders.model.lifecycle import State
from bulkorders.model.orders import Sheet
from bulkorders.model.report import Report, Stop
from bulkorders.pipeline import accounts, checking, ending, recording, reporting
from bulkorders.pipeline.accounts import Account
from bulkorders.pipeline.checking import Checking
from bulkorders.pipeline.options import Front, Options, Quiet
from bulkorders.pipeline.polling import is_open, poll
from bulkorders.settings import ENVIRONMENT_PANEL, Settings
from bulkorders.sheet.results import results_path


class Runs(BaseModel):
    """Several runs in one answer."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    schema_: Literal[1] = Field(default=1, alias="schema")
    runs: tuple[Report, ...]
    stopped: Stop | None

    def to_json(self) -> str:
        """Return it as the one JSON object of the contract."""
        return self.model_dump_json(by_alias=True)


@dataclass(slots=True)
class _Everything:
    settings: Settings
    front: Front
    run: str
    opened: dict[str | None, Account]
    journal: Journal
    stopped: Stop | None = None


async def refresh_all(settings: Settings, front: Front, *, panel: str | None = None) -> Runs:
    """Ask about all open orders in as few calls as possible, then write each campaign's results anew.

    Orders of an account whose panel is not in the settings are left as they are, and said.
    """
    names = [panel] if panel is not None else sorted(settings.all_panels())
    run = uuid4().hex[:12]
    nowhere = Options(sheet=Path())
    async with (
        accounts.opened(settings, nowhere, [*names]) as opened,
        recording.recording(settings, "refresh --all", run, front) as record,
    ):
        found = _Everything(settings, front, run, opened, record.journal)
        await accounts.ask_all(opened.values(), catalogue=False)
        distinct = {account.id: account for account in opened.values()}
        orders = await record.journal.submissions(states=[State.PLACED])
        asked = [each for each in orders if is_open(each) and each.account in distinct]
        left = {each.account for each in orders if is_open(each)} - set(distinct)
        for account in sorted(left):
            front.tell(wording.note("account.not_set", {"account": account}))
        found.stopped = await poll(distinct.values(), record.journal, front, asked, run=run)
        campaigns = list(dict.fromkeys(each.campaign for each in asked))
        return Runs(runs=tuple([await _campaign(found, name) for name in campaigns]), stopped=found.stopped)


async def _campaign(found: _Everything, name: str) -> Report:
    """Return the report of one campaign, its workbook written anew where its sheet is still there."""
    known = await found.journal.campaign(name)
    path = Path(known.sheet) if known else None
    if path is not None and path.exists():
        try:
            return await _with_sheet(found, name, path)
        except BulkordersError as error:
            told = wording.explain(error)
            found.front.tell(f"{name}: {told.message}")
    return await _without_sheet(found, name, path)


async def _with_sheet(found: _Everything, name: str, path: Path) -> Report:
    options = Options(sheet=path, campaign=name)
    run = await checking.read(options, found.settings, Quiet(yes=False))
    run.accounts = {**found.opened, None: _main_account(found)}
    await checking.check(run, run.accounts, found.journal)
    results = results_path(path)
    begun = await recording.begin(
        found.journal, run.run, "refresh --all", campaign=name, sheet=path, results=results
    )
    return await ending.finish(
        run, found.journal, found.front, begun, results, stopped=found.stopped, ask_balance=False
    )


async def _without_sheet(found: _Everything, name: str, path: Path | None) -> Report:
    empty = Sheet(path=str(path or ""), header=(), columns={}, rows=())
    options = Options(sheet=path or Path(), campaign=name)
    run = Checking(uuid4().hex[:12], options, found.settings, empty, [], name, (name,), found.opened)
    known = await ending.as_it_stands(run, found.journal)
    lines = reporting.lines_of(run, known)
    return reporting.report_of(run, lines, reporting.money_of(run, lines), stopped=found.stopped)


def _main_account(found: _Everything) -> Account:
    """Return the account that rows without a panel go to."""
    known = found.settings.all_panels()
    name = ENVIRONMENT_PANEL if ENVIRONMENT_PANEL in known else next(iter(found.opened))
    return found.opened.get(name) or next(iter(found.opened.values()))


def exit_code_of(runs: Runs) -> int:
    """Return the exit code of all runs together: the first of 130, 2, 5, 3, 4, 6 that holds.

    Rows that are invalid, duplicate or rejected are no business of a refresh; an order that is missing is.
    """
    codes = {reporting.exit_code_of(report) for report in runs.runs}
    codes.discard(6)
    if any(reporting.missing(report) for report in runs.runs):
        codes.add(6)
    if runs.stopped is not None:
        codes.add(reporting.STOPPED_EXIT.get(runs.stopped.code, 3))
    return next((code for code in (130, 2, 5, 3, 4, 6) if code in codes), 0)
