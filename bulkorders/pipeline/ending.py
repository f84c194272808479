"""How a run ends: the balance once more, the results workbook, the report, the run's record."""

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path

from bulkorders import wording
from bulkorders.errors import GuardError, PanelError
from bulkorders.journal.protocol import Journal, Run
from bulkorders.model import money
from bulkorders.model.books import Books, suspects
from bulkorders.model.lifecycle import State
from bulkorders.model.orders import Submission
from bulkorders.model.report import Line, Report, RunSummary, Stop
from bulkorders.pipeline import recording, reporting
from bulkorders.pipeline.accounts import Account, now
from bulkorders.pipeline.checking import Checking
from bulkorders.pipeline.options import Front
from bulkorders.sheet.results import write_results


async def finish(
    run: Checking,
    journal: Journal,
    front: Front,
    record: Run,
    results: Path,
    *,
    stopped: Stop | None,
    placed_now: Sequence[str] = (),
    ask_balance: bool = True,
) -> Report:
    """Write the workbook, close the run's record, and return the report."""
    if ask_balance:
        await ask_balances(run.distinct_accounts(), front)
    known = await as_it_stands(run, journal)
    if await _suspect(run, journal, front, [known[key] for key in placed_now if key in known]):
        known = await as_it_stands(run, journal)
    lines = reporting.lines_of(run, known)
    account_money = reporting.money_of(run, lines, placed_now)
    notices = [wording.note(code, facts) for code, facts in run.sheet.notes]
    summary = RunSummary(
        run=run.run,
        command=record.command,
        campaign=run.campaign,
        journal_id=journal.id,
        sheet=record.sheet or "",
        started_at=record.started_at,
        finished_at=now(),
        money=account_money,
        stopped=f"{stopped.message} {stopped.next}".strip() if stopped else "",
        notices=notices,
    )
    written, unwritten = await asyncio.to_thread(write_workbook, results, run, lines, summary)
    if written is not None and written.resolve() != results.resolve():
        front.tell(wording.note("results.beside", {"path": str(results), "found": str(written)}))
    report = reporting.report_of(
        run, lines, account_money, results=str(written) if written else None, stopped=stopped or unwritten
    )
    await recording.end(journal, record, report, reporting.exit_code_of(report))
    return report


async def _suspect(run: Checking, journal: Journal, front: Front, orders: Sequence[Submission]) -> bool:
    """Put refused orders of this run in doubt where the balance says that one of them was charged."""
    found = False
    for account in run.distinct_accounts():
        own = [order for order in orders if order.account == account.id]
        books = _books(account, own)
        rejected = {order.key: order.estimate for order in own if order.state is State.REJECTED}
        for key in suspects(books, rejected) if books else ():
            await journal.resolve(
                key, "suspect", reason="the balance fell by more than the charges", run=run.run
            )
            found = True
        if books and found:
            amount = wording.amount(books.beyond_charges, account.currency)
            front.tell(wording.note("books.suspect", {"amount": amount, "account": account.id}))
    return found


def _books(account: Account, orders: Sequence[Submission]) -> Books | None:
    if account.balance is None or account.balance_after is None:
        return None
    placed = [order for order in orders if order.state is State.PLACED]
    return Books(
        account.balance.amount,
        account.balance_after.amount,
        charged=money.total(order.charge for order in placed),
        expected=money.total(order.estimate for order in placed if order.charge is None),
        doubtful=money.total(order.estimate for order in orders if order.state is State.IN_DOUBT),
    )


async def as_it_stands(run: Checking, journal: Journal) -> dict[str, Submission]:
    """Return the orders of the sheet and of its campaigns as the journal has them now, by key."""
    keys = [each.identified.key for each in run.checked.values()]
    keys += [each.validated.key for each in run.checked.values() if each.validated is not None]
    found = await journal.submissions(keys=keys) if keys else []
    own = {account.id for account in run.distinct_accounts()}
    for name in run.campaigns:
        found += [each for each in await journal.submissions(campaign=name) if each.account in own]
    return {each.key: each for each in found}


async def ask_balances(accounts: Iterable[Account], front: Front) -> None:
    """Ask each account what it holds now; an answer that can't be had leaves it unknown, and said."""
    for account in accounts:
        try:
            account.balance_after = await account.panel.balance()
        except PanelError as error:
            told = wording.explain(error)
            front.tell(wording.note("balance.unknown", {"account": account.id, "reason": told.message}))


def write_workbook(
    path: Path, run: Checking, lines: Sequence[Line], summary: RunSummary
) -> tuple[Path | None, Stop | None]:
    """Write the workbook; return where it is, or why it could not be written. The journal has everything."""
    try:
        written = write_results(path, run.sheet, lines, summary, describe=wording.problem_text)
    except GuardError as error:
        told = wording.explain(error)
        return None, Stop(code=error.code, message=told.message or "", next=told.next or "")
    return written, None
