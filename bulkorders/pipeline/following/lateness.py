"""Open orders that are long past their usual time, pointed out in what a run says."""

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bulkorders import wording
from bulkorders.errors import PanelError
from bulkorders.journal.following import Due
from bulkorders.journal.protocol import Journal
from bulkorders.model.lifecycle import State
from bulkorders.model.orders import Submission
from bulkorders.model.outcomes import FINAL
from bulkorders.model.problems import Problem, Severity
from bulkorders.model.report import Line
from bulkorders.pipeline import accounts
from bulkorders.pipeline.accounts import Account
from bulkorders.settings import Settings
from bulkorders.tracking import slowness
from bulkorders.tracking.slowness import LEAST, Told, Usual
from bulkorders.wording.spans import span

SLOW = "delivery.slow"


@dataclass(frozen=True, slots=True)
class Late:
    """One order that is long past its usual time, and the sentence for it."""

    order: Due
    since: datetime
    message: str


async def usual_of(account: Account, journal: Journal, settings: Settings) -> Usual:
    """Return how long orders of this account may take; its catalogue is asked for where it was not yet."""
    if account.usual is None:
        with contextlib.suppress(PanelError):  # then the journal tells, or the setting
            await accounts.ask_catalogue(account)
        durations = await journal.durations(account.id)
        account.usual = slowness.usual(account.catalogue, durations, settings.slow_after)
    return account.usual


async def marked(
    lines: Sequence[Line], run_accounts: Iterable[Account], journal: Journal, settings: Settings
) -> list[Line]:
    """Return the lines with a warning at each open order that is long past its usual time."""
    at = datetime.now(UTC)
    found = list(lines)
    for account in run_accounts:
        old = [
            (place, line.submission)
            for place, line in enumerate(found)
            if line.submission is not None and _may_be_slow(line.submission, account, at)
        ]
        usual = await usual_of(account, journal, settings) if old else None
        for place, order in old:
            since = slowness.slow_from(order, usual) if usual is not None else None
            if usual is not None and since is not None and at >= since:
                found[place] = _with(found[place], order, usual, at)
    return found


def _may_be_slow(order: Submission, account: Account, at: datetime) -> bool:
    return (
        order.account == account.id
        and order.state is State.PLACED
        and order.status not in FINAL
        and order.placed_at is not None
        and at - datetime.fromisoformat(order.placed_at) >= LEAST
    )


def _with(line: Line, order: Submission, usual: Usual, at: datetime) -> Line:
    problem = _problem(order, usual, at, row=order.row)
    said = f"{line.message} {wording.problem_text(problem)}".strip()
    return replace(line, problems=(*line.problems, problem), message=said)


def _problem(order: Submission | Due, usual: Usual, at: datetime, row: int = 0) -> Problem:
    allowed = usual.of(order.service)
    told = allowed.told
    facts = {
        "order_id": order.order_id,
        "service": order.service,
        "age": span(at - datetime.fromisoformat(order.placed_at or at.isoformat())),
        "usual": None if told is Told.SETTING else span(allowed.usual),
        "told": wording.note(f"slow.{told.value}", {}),
        "allowed": span(allowed.time),
    }
    return Problem(row, SLOW, wording.field_title("status"), facts, Severity.WARNING)


async def late(account: Account, journal: Journal, settings: Settings) -> list[Late]:
    """Return every open order of the account that is long past its usual time."""
    at = datetime.now(UTC)
    services = await journal.open_services(account.id)
    oldest = (at - LEAST).isoformat(timespec="milliseconds")
    old = {service: await journal.open_since(account.id, service, oldest) for service in services}
    if not any(old.values()):
        return []
    usual = await usual_of(account, journal, settings)
    found = []
    for order in (order for orders in old.values() for order in orders):
        since = usual.slow_from(order.service, order.placed_at, order.dripping)
        if since is not None and at >= since:
            problem = _problem(order, usual, at)
            found.append(Late(order, since, wording.problem_text(problem)))
    return found
