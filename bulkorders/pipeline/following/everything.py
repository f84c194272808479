"""Every open order of the journal, whatever its sheet: `refresh --all`.

A run that was killed or stopped half-way is gone on with, where the next one begins within the hour: what
was asked about since it began is not asked about again. Workbooks are written anew only where something
has changed since then.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field

from bulkorders import wording
from bulkorders.errors import PanelError
from bulkorders.journal.following import Wanted
from bulkorders.journal.protocol import Journal, Run
from bulkorders.model.lifecycle import RequestState, State
from bulkorders.model.report import Report, Stop
from bulkorders.pipeline import accounts, recording, reporting
from bulkorders.pipeline.accounts import Account, now
from bulkorders.pipeline.books import readings
from bulkorders.pipeline.following import lateness
from bulkorders.pipeline.following.lateness import Late
from bulkorders.pipeline.following.pages import Followed, follow_account
from bulkorders.pipeline.following.polling import stop_of, wanted
from bulkorders.pipeline.following.workbooks import Shelf, results_of
from bulkorders.pipeline.options import Front, Listening, Options
from bulkorders.settings import Settings

COMMAND = "refresh --all"
RESUMED_WITHIN = timedelta(hours=1)
"""How old a run may be that is gone on with: what it asked about is as good as fresh."""


class Runs(BaseModel):
    """Several runs in one answer.

    `runs` are the campaigns in which something changed. `asked` and `changed` count orders, `unasked` those
    that the run did not come to; `missing` those the panel should know, `in_doubt` orders, refills and
    cancels. `slow` are open orders that are long past their usual time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    schema_: Literal[1] = Field(default=1, alias="schema")
    runs: tuple[Report, ...]
    stopped: Stop | None
    run: str = ""
    asked: int = 0
    changed: int = 0
    unasked: int = 0
    missing: int = 0
    in_doubt: int = 0
    slow: tuple[dict[str, Any], ...] = ()
    notes: tuple[str, ...] = ()

    def to_json(self) -> str:
        """Return it as the one JSON object of the contract."""
        return self.model_dump_json(by_alias=True)


@dataclass(slots=True)
class _Everything:
    settings: Settings
    front: Front
    run: str
    accounts: Sequence[Account]
    journal: Journal
    which: Wanted
    stopped: Stop | None = None
    asked: int = 0
    changed: int = 0
    unasked: int = 0
    half_way: int = 0
    missing: int = 0
    amiss: dict[str, None] = field(default_factory=dict)


async def refresh_all(
    settings: Settings,
    front: Front,
    *,
    panel: str | None = None,
    recheck: bool = False,
    every_order: bool = True,
) -> Runs:
    """Ask about all open orders in as few calls as possible, then write the results of those that changed anew.

    With `recheck` final ones are asked about too. Without `every_order` the reports hold only the orders of
    which there is something to tell: that bounds the memory where many campaigns changed. Orders of an
    account whose panel is not in the settings are left as they are, and said.
    """
    heard = Listening(front)
    runs = await _refresh_all(settings, heard, panel, recheck=recheck, every_order=every_order)
    return heard.noted(runs)


async def _refresh_all(
    settings: Settings, front: Front, panel: str | None, *, recheck: bool, every_order: bool
) -> Runs:
    names = [panel] if panel is not None else sorted(settings.all_panels())
    run = uuid4().hex[:12]
    async with (
        accounts.opened(settings, Options(sheet=Path()), [*names]) as opened,
        recording.recording(settings, COMMAND, run, front) as record,
    ):
        distinct = list({account.id: account for account in opened.values()}.values())
        failures = await _ask_balances(distinct)
        since, event = await _resumed(record.journal, front) if not recheck else (None, None)
        event = await record.journal.last_event() if event is None else event
        which = wanted(settings, datetime.now(UTC), final=recheck, unchecked_since=since)
        found = _Everything(settings, front, run, distinct, record.journal, which)
        begun = await recording.begin_over_all(record.journal, run, COMMAND, {"after_event": event})
        await readings.keep_start(record.journal, distinct, run)
        await _tell_left(found)
        for account in distinct:
            await _follow(found, account, failures.get(account.id))
        late = [
            each for account in distinct for each in await lateness.late(account, record.journal, settings)
        ]
        campaigns = [*await record.journal.changed_since(event), *found.amiss, *await _newly(found, late)]
        shelf = Shelf(settings, front, record.journal, opened, "refresh", found.stopped)
        reports = []
        for name in dict.fromkeys(campaigns):
            made = await shelf.reports([name])
            reports += made if every_order else [_short(each) for each in made]
        await readings.ask_end(record.journal, [each for each in distinct if each.balance], front, run)
        return await _end(found, begun, reports, late)


def _short(report: Report) -> Report:
    """Return the report with the orders that have problems, refills or cancels alone."""
    told = tuple(order for order in report.notable() if order.problems or order.requests)
    return report.model_copy(update={"orders": told})


async def _resumed(journal: Journal, front: Front) -> tuple[str | None, int | None]:
    """Return since when orders need not be asked about again, and from which event on workbooks are behind."""
    earliest = (datetime.now(UTC) - RESUMED_WITHIN).isoformat(timespec="milliseconds")
    since: str | None = None
    event: int | None = None
    for each in await journal.runs(command=COMMAND):
        counts = each.counts
        if each.finished_at is not None and not counts.get("half_way") and not counts.get("unwritten"):
            break
        event = counts.get("after_event", event)
        if (each.finished_at is None or counts.get("half_way")) and each.started_at >= earliest:
            since = each.started_at
    if since is not None:
        front.tell(wording.note("refresh.resumed", {"since": wording.moment(since)}))
    return since, event


async def _tell_left(found: _Everything) -> None:
    known = {account.id for account in found.accounts}
    for account in await found.journal.open_accounts():
        if account not in known:
            found.front.tell(wording.note("account.not_set", {"account": account}))


async def _ask_balances(distinct: Sequence[Account]) -> dict[str, PanelError]:
    """Ask what each account holds, and return why one could not be asked; raise that where it is so for all.

    Only the balance proves the key. One panel that can't be reached keeps nobody from asking the others.
    """
    failures: dict[str, PanelError] = {}
    for account in distinct:
        try:
            await accounts.ask_all([account], catalogue=False)
        except PanelError as error:
            failures[account.id] = error
    if failures and len(failures) == len(distinct):
        raise next(iter(failures.values()))
    return failures


async def _follow(found: _Everything, account: Account, failure: PanelError | None) -> None:
    """Ask about all that is due on one account; `failure` is why it can't be asked at all."""
    if failure is None:
        part = await follow_account(
            account, found.journal, found.front, settings=found.settings, which=found.which, run=found.run
        )
        found.half_way += part.unasked
    else:
        part = Followed(unasked=await found.journal.due_count(account.id, found.which), failure=failure)
    found.asked += part.asked
    found.changed += part.changed
    found.unasked += part.unasked
    found.missing += part.missing
    found.amiss |= part.amiss
    if part.failure is not None:
        found.stopped = found.stopped or stop_of(part.failure)


async def _newly(found: _Everything, late: Sequence[Late]) -> list[str]:
    """Return the campaigns with an order that became slow after their results were written."""
    campaigns: dict[str, datetime] = {}
    for each in late:
        name = each.order.campaign
        campaigns[name] = max(each.since, campaigns.get(name, each.since))
    newly = []
    for name, since in campaigns.items():
        known = await found.journal.campaign(name)
        results = await results_of(found.journal, name, Path(known.sheet)) if known else None
        if results is not None and results.exists() and results.stat().st_mtime < since.timestamp():
            newly.append(name)
    return newly


async def _end(found: _Everything, begun: Run, reports: Sequence[Report], late: Sequence[Late]) -> Runs:
    """Close the run's record, and return what it came to."""
    unwritten = [each.stopped for each in reports if each.stopped is not None and found.stopped is None]
    runs = Runs(
        runs=tuple(reports),
        stopped=found.stopped,
        run=found.run,
        asked=found.asked,
        changed=found.changed,
        unasked=found.unasked,
        missing=found.missing,
        in_doubt=await _in_doubt(found),
        slow=tuple(slow_part(each) for each in late),
    )
    counts = {
        **{name: getattr(runs, name) for name in ("asked", "changed", "unasked", "missing", "in_doubt")},
        **begun.counts,
        "half_way": found.half_way,
        "slow": len(late),
        "unwritten": len(unwritten),
    }
    ended = replace(
        begun,
        finished_at=now(),
        exit_code=exit_code_of(runs),
        stopped=runs.stopped.code if runs.stopped else None,
        counts=counts,
    )
    await found.journal.end_run(ended)
    return runs


async def _in_doubt(found: _Everything) -> int:
    """Count what is in doubt on these accounts: orders, refills and cancels."""
    ids = [account.id for account in found.accounts]
    orders = await found.journal.submissions(accounts=ids, states=[State.IN_DOUBT, State.SENDING])
    requests = [each for id_ in ids for each in await found.journal.requests(account=id_, open_only=True)]
    return len(orders) + sum(each.state is RequestState.IN_DOUBT for each in requests)


def slow_part(late: Late) -> dict[str, Any]:
    """Return a slow order as `--json` tells of it."""
    order = late.order
    told = {name: getattr(order, name) for name in ("campaign", "key", "order_id", "service", "placed_at")}
    return {**told, "slow_from": late.since.isoformat(timespec="seconds"), "message": late.message}


def exit_code_of(runs: Runs) -> int:
    """Return the exit code of all runs together: the first of 130, 2, 5, 3, 4, 6 that holds.

    Rows that are invalid, duplicate or rejected are no business of a refresh; an order that is missing is.
    """
    codes = {reporting.exit_code_of(report) for report in runs.runs}
    codes.discard(6)
    if runs.missing or any(reporting.missing(report) for report in runs.runs):
        codes.add(6)
    if runs.in_doubt:
        codes.add(5)
    if runs.stopped is not None:
        codes.add(reporting.STOPPED_EXIT.get(runs.stopped.code, 3))
    return next((code for code in (130, 2, 5, 3, 4, 6) if code in codes), 0)
