"""What is in doubt: shown with its evidence, and settled by a person's word, or by the balance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from bulkorders.errors import CallError, GuardError
from bulkorders.journal.opening import open_journal
from bulkorders.journal.protocol import Journal
from bulkorders.model.lifecycle import State
from bulkorders.model.links import normalised_link
from bulkorders.model.orders import Request, Submission, account_id
from bulkorders.model.reconciliation import Verdict
from bulkorders.panel.profiles import timeouts_of
from bulkorders.pipeline import accounts, recording
from bulkorders.pipeline.accounts import Account
from bulkorders.pipeline.options import Front, Options
from bulkorders.pipeline.requests import request_doubts
from bulkorders.pipeline.requests.request_doubts import RequestDoubt, Words
from bulkorders.pipeline.settling.proving import settle_by_balance
from bulkorders.settings import Settings
from bulkorders.submission.reconciling import Doubt, doubt, says_link_open

LONGEST_KNOWN = 300.0
"""Seconds to wait for an answer of a panel that is not in the settings any more."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What a person says of orders in doubt: ids of those that were placed, by key, and those that were not.

    Of refills and cancels in doubt: those that were taken, with the refill's id or an empty text, and those not.
    """

    placed: Mapping[str, str] = field(default_factory=dict)
    not_placed: Sequence[str] = ()
    reason: str = ""
    taken: Mapping[str, str] = field(default_factory=dict)
    not_taken: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(self.placed or self.not_placed or self.taken or self.not_taken)


@dataclass(frozen=True, slots=True)
class Resolved:
    """What is still in doubt, and what was settled just now; `verdicts` are what the balance says, by key.

    `requests` are refills and cancels in doubt, `answered` those settled just now.
    """

    doubts: Sequence[Doubt]
    settled: Sequence[Submission] = ()
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    requests: Sequence[RequestDoubt] = ()
    answered: Sequence[Request] = ()

    @property
    def exit_code(self) -> int:
        """5 while anything is in doubt, else 0."""
        return 5 if self.doubts or self.requests else 0


async def show(settings: Settings, *, campaign: str | None = None) -> Resolved:
    """Return every order in doubt, of one campaign or of all, with its evidence. Changes nothing."""
    journal = await open_journal(settings.journal_url, read_only=True)
    try:
        waits = _waits(settings)
        unsure = await request_doubts.doubts(journal, waits, LONGEST_KNOWN, campaign)
        return Resolved(await _doubts(journal, settings, campaign), requests=unsure)
    finally:
        await journal.close()


async def settle(
    settings: Settings, verdicts: Verdicts, front: Front, *, campaign: str | None = None
) -> Resolved:
    """Settle orders, refills and cancels in doubt by a person's word, after checking it; return what is left.

    `placed` is believed when the panel knows the id and no other order of ours has it; `not placed` only
    once no answer can come any more. All words are checked before the first is taken. Raises CallError,
    GuardError, PanelError.
    """
    run = uuid4().hex[:12]
    names = _names(settings)
    async with (
        accounts.opened(settings, Options(sheet=Path()), names) as opened,
        recording.recording(settings, "resolve", run, front) as record,
    ):
        by_account = {account.id: account for account in opened.values()}
        waits = _waits(settings)
        known = {each.order.key: each for each in await _doubts(record.journal, settings, None)}
        found = {key: _named(known, key) for key in (*verdicts.placed, *verdicts.not_placed)}
        for key, order_id in verdicts.placed.items():
            await _check_placed(record.journal, by_account, found[key], order_id)
        for key in verdicts.not_placed:
            _check_not_placed(found[key])
        unsure = await request_doubts.doubts(record.journal, waits, LONGEST_KNOWN)
        words = Words(verdicts.taken, verdicts.not_taken, verdicts.reason)
        answered = (
            await request_doubts.settle(record.journal, by_account, unsure, words, run) if words else []
        )
        settled = [
            await record.journal.resolve(
                found[key].order.key, "find", order_ids=[order_id], reason=verdicts.reason, run=run
            )
            for key, order_id in verdicts.placed.items()
        ]
        settled += [
            await record.journal.resolve(found[key].order.key, "rule out", reason=verdicts.reason, run=run)
            for key in verdicts.not_placed
        ]
        left = await request_doubts.doubts(record.journal, waits, LONGEST_KNOWN, campaign)
        return Resolved(
            await _doubts(record.journal, settings, campaign), settled, requests=left, answered=answered
        )


async def settle_by_evidence(settings: Settings, front: Front, *, campaign: str | None = None) -> Resolved:
    """Settle orders in doubt by what the balances prove, and return what is left with the verdicts.

    Only what was provably not placed is settled: it is ready again. An order whose money is gone stays in
    doubt until a person gives its order id.
    """
    run = uuid4().hex[:12]
    names = _names(settings)
    async with (
        accounts.opened(settings, Options(sheet=Path()), names) as opened,
        recording.recording(settings, "resolve", run, front) as record,
    ):
        by_account = {account.id: account for account in opened.values()}
        waits = _waits(settings)
        doubts = await _doubts(record.journal, settings, None)
        judged = await settle_by_balance(
            record.journal, front, by_account, doubts, run=run, campaign=campaign
        )
        left = await _doubts(record.journal, settings, campaign)
        unsure = await request_doubts.doubts(record.journal, waits, LONGEST_KNOWN, campaign)
        return Resolved(left, judged.settled, judged.verdicts, unsure)


def _names(settings: Settings) -> list[str | None]:
    """Return the names of all panels; a machine of a team may have none, and a person's word counts there too."""
    return [*sorted(settings.all_panels())] or ([] if settings.shared else [None])


def _waits(settings: Settings) -> dict[str, float]:
    """Return by account how many seconds an answer to a paid request may take."""
    return {
        account_id(panel.url, panel.account): timeouts_of(panel).longest_answer
        for panel in settings.all_panels().values()
    }


async def _unsure(journal: Journal, settings: Settings, campaign: str | None) -> list[Submission]:
    """Return the orders in doubt; in a journal that is shared, what is being sent this minute is none of them."""
    found = await journal.submissions(campaign=campaign, states=[State.IN_DOUBT, State.SENDING])
    if not settings.shared:
        return found
    lost = (datetime.now(UTC) - timedelta(seconds=settings.cluster.lost_after)).isoformat()
    sending = [each.key for each in found if each.state is State.SENDING]
    young = {key for key in sending if all(each.claimed_at > lost for each in await journal.attempts(key))}
    return [each for each in found if each.key not in young]


async def _doubts(journal: Journal, settings: Settings, campaign: str | None) -> list[Doubt]:
    unsure, waits = await _unsure(journal, settings, campaign), _waits(settings)
    if not unsure:
        return []
    others = await journal.submissions(states=[State.PLACED, State.IN_DOUBT, State.SENDING])
    refused = await journal.submissions(states=[State.REJECTED])
    links = {normalised_link(order.link) for order in unsure}
    refusals = [
        attempt
        for order in refused
        if normalised_link(order.link) in links
        for attempt in await journal.attempts(order.key)
    ]
    return [
        doubt(
            order,
            await journal.attempts(order.key),
            others,
            waits.get(order.account, LONGEST_KNOWN),
            link_open=says_link_open(order, refused, refusals),
        )
        for order in unsure
    ]


def _named(known: Mapping[str, Doubt], key: str) -> Doubt:
    """Return the order in doubt that this key, or the beginning of it, names."""
    found = [each for name, each in known.items() if name.startswith(key)]
    if len(found) != 1 or not key:
        raise CallError("resolve.unknown_key", key=key, known=len(known), matching=len(found))
    return found[0]


async def _check_placed(
    journal: Journal, by_account: Mapping[str, Account], found: Doubt, order_id: str
) -> None:
    """Make sure that the panel knows this order id and that it is nobody else's of ours."""
    taken = await journal.submissions(order_ids=[order_id], accounts=[found.order.account])
    if any(other.key != found.order.key for other in taken):
        raise CallError("resolve.id_taken", id=order_id, row=taken[0].row, campaign=taken[0].campaign)
    account = by_account.get(found.order.account)
    if account is None:
        raise CallError("resolve.no_panel", account=found.order.account)
    told = (await account.panel.statuses([order_id])).get(order_id)
    if told is None or told.error is not None:
        said = told.error if told is not None else ""
        raise CallError("resolve.id_unknown", id=order_id, said=said or "nothing")


def _check_not_placed(found: Doubt) -> None:
    if datetime.now(UTC) < found.settled_from:
        when = found.settled_from.isoformat(timespec="seconds")
        raise GuardError("resolve.too_early", key=found.order.key, when=when)
