"""Sheets and panels the journal has met before: the same file under another name, a panel that has moved."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bulkorders import wording
from bulkorders.errors import CallError, GuardError
from bulkorders.journal.protocol import Journal
from bulkorders.model.orders import Submission, ValidatedOrder, account_id, fingerprint
from bulkorders.model.problems import Problem
from bulkorders.pipeline.intake.checking import Checking
from bulkorders.pipeline.options import Front

LEAST = 2
"""Rows from which on a sheet can be the same as another; one row alike is a duplicate and no more."""

LOOPBACK = re.compile(r"(localhost|127\.\d+\.\d+\.\d+|::1)([:/#]|$)")

RUNS = 200
"""How many runs back a panel is looked for that is no longer in the settings."""


async def same_file(run: Checking, journal: Journal, front: Front) -> None:
    """Say where every row of the sheet was ordered before, in one other campaign: it is the same file.

    The rows are duplicates already; their problem now names the run and the file. Where duplicates are
    allowed they are sent, and it is told all the same.
    """
    before = [run.memory.alike.get(each.identified.fingerprint) for each in run.checked.values()]
    known = [each for each in before if each is not None and each.campaign not in run.campaigns]
    if len(known) < LEAST or len(known) < len(before) or len({each.campaign for each in known}) > 1:
        return
    campaign = await journal.campaign(known[0].campaign)
    attempts = await journal.attempts(known[0].key)
    facts = {
        "campaign": known[0].campaign,
        "sheet": campaign.sheet if campaign else known[0].campaign,
        "run": attempts[0].run if attempts else "",
        "sent_at": wording.moment(known[0].sent_at),
    }
    for number, each in run.checked.items():
        problems = tuple(_named(problem, facts) for problem in each.problems)
        if problems != each.problems:
            run.checked[number] = replace(each, problems=problems)
    told = facts | {"count": str(len(known))}
    front.tell(wording.note("campaign.same_file", told))


def _named(problem: Problem, facts: dict[str, str]) -> Problem:
    if problem.code != "row.ordered_before":
        return problem
    return replace(problem, code="row.same_file", facts=facts)


async def panel_moved(run: Checking, journal: Journal, send: Sequence[ValidatedOrder], front: Front) -> None:
    """Ask a person where orders to be sent were placed on a panel that has left the settings.

    Its address may have changed, and then they would be bought twice: on a new address every key is new.
    `--yes` is no answer to that, `--allow-duplicates` is. Raises GuardError.
    """
    found = await _on_others(run, journal, send)
    if not found:
        return
    account, count = Counter(each.account for each in found).most_common(1)[0]
    first = next(each for each in found if each.account == account)
    here = wording.listed(each.id for each in run.distinct_accounts())
    named, sent_at = first.order_id or wording.note("plan.no_id", {}), wording.moment(first.sent_at)
    facts = {"account": account, "count": count, "now": here, "order_id": named, "sent_at": sent_at}
    if run.options.allow_duplicates:
        front.tell(wording.note("panel.moved", facts))
        return
    question = wording.question(
        "panel.moved", account=account, count=count, now=here, order_id=named, sent_at=sent_at
    )
    if run.options.yes or run.options.dry_run or not _agreed(front, question):
        raise GuardError(
            "guard.panel_moved", account=account, count=count, now=here, order_id=named, sent_at=sent_at
        )


def _agreed(front: Front, question: str) -> bool:
    try:
        return front.agree(question)
    except CallError:
        return False  # nobody is there to be asked


async def _on_others(run: Checking, journal: Journal, send: Sequence[ValidatedOrder]) -> list[Submission]:
    """Return the same purchases on accounts that the journal knows and the settings don't."""
    if not send:
        return []
    known = {str(money.get("account")) for each in await journal.runs(RUNS) for money in each.money}
    here = [each.id for each in run.distinct_accounts()]
    gone = {each for each in (known | run.elsewhere) - _in_settings(run) if may_have_moved(each, here)}
    since = (datetime.now(UTC) - timedelta(days=run.settings.duplicate_days)).isoformat()
    marks = [fingerprint(account, order.parameters) for account in sorted(gone) for order in send]
    return list((await journal.alike(marks, since)).values()) if marks else []


def may_have_moved(account: str, here: Sequence[str]) -> bool:
    """Whether a panel may have moved from this account to one of these; a pretend one on this machine has not."""
    return LOOPBACK.match(account) is None or any(LOOPBACK.match(each) for each in here)


def _in_settings(run: Checking) -> set[str]:
    """Return every account of the settings, of panels this run has no use for too."""
    used = {account.id for account in run.distinct_accounts()}
    return used | {account_id(each.url, each.account) for each in run.settings.all_panels().values()}
