"""Refills and cancels in doubt: shown with their evidence, and settled by a person's word that is checked first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bulkorders.errors import CallError, GuardError
from bulkorders.journal.protocol import Journal
from bulkorders.model.lifecycle import RequestKind, RequestState, request_after
from bulkorders.model.orders import Request, Submission
from bulkorders.pipeline.accounts import Account
from bulkorders.tracking.refills import settle_cancels


@dataclass(frozen=True, slots=True)
class RequestDoubt:
    """A refill or cancel of which nobody knows whether the panel took it.

    Until `settled_from` its answer may still come.
    """

    request: Request
    order: Submission
    settled_from: datetime


@dataclass(frozen=True, slots=True)
class Words:
    """What a person says: those that were taken (refills with the panel's id, or an empty text), and those not."""

    taken: Mapping[str, str]
    not_taken: Sequence[str]
    reason: str

    def __bool__(self) -> bool:
        return bool(self.taken or self.not_taken)


async def doubts(
    journal: Journal, waits: Mapping[str, float], longest: float, campaign: str | None = None
) -> list[RequestDoubt]:
    """Return every refill and cancel in doubt, of one campaign or of all.

    `waits` are the seconds an answer may take, by account, `longest` those of any other.
    """
    unsure = [
        each
        for each in await journal.requests(open_only=True)
        if each.state in (RequestState.IN_DOUBT, RequestState.ASKING)
    ]
    if not unsure:
        return []
    orders = {
        order.key: order for order in await journal.submissions(keys=sorted({each.key for each in unsure}))
    }
    found = []
    for each in unsure:
        order = orders[each.key]
        wait = timedelta(seconds=waits.get(order.account, longest))
        if campaign is None or order.campaign == campaign:
            found.append(RequestDoubt(each, order, datetime.fromisoformat(each.asked_at) + wait))
    return found


async def settle(
    journal: Journal,
    by_account: Mapping[str, Account],
    known: Sequence[RequestDoubt],
    words: Words,
    run: str,
) -> list[Request]:
    """Settle refills and cancels in doubt by a person's word; all words are checked before the first is taken.

    A refill's id is believed when the panel knows it and it is no other refill's of ours; `not taken` only
    once no answer can come any more. Raises CallError, GuardError, PanelError.
    """
    found = {word: _named(known, word) for word in (*words.taken, *words.not_taken)}
    for word, refill_id in words.taken.items():
        if refill_id:
            await _check_taken(journal, by_account, found[word], refill_id)
    for word in words.not_taken:
        _check_not_taken(found[word])
    settled = [
        replace(
            found[word].request,
            state=request_after(found[word].request.state, "accept"),
            request_id=refill_id or None,
            message=words.reason,
        )
        for word, refill_id in words.taken.items()
    ]
    settled += [
        replace(
            found[word].request,
            state=request_after(found[word].request.state, "refuse"),
            message=words.reason,
        )
        for word in words.not_taken
    ]
    await journal.answer(settled, run)
    orders = await journal.submissions(keys=[each.key for each in settled])
    await settle_cancels(journal, orders, run)
    return settled


def _named(known: Sequence[RequestDoubt], word: str) -> RequestDoubt:
    """Return the refill or cancel that this id, or the beginning of it, names."""
    found = [each for each in known if word and each.request.id.startswith(word)]
    if len(found) != 1:
        raise CallError("resolve.unknown_request", id=word, known=len(known), matching=len(found))
    return found[0]


async def _check_taken(
    journal: Journal, by_account: Mapping[str, Account], found: RequestDoubt, refill_id: str
) -> None:
    order = found.order
    if found.request.kind is not RequestKind.REFILL:
        raise CallError("resolve.cancel_id", id=found.request.id[:8])
    others = await journal.requests(kind=RequestKind.REFILL, account=order.account)
    if any(each.request_id == refill_id and each.order_id != found.request.order_id for each in others):
        raise CallError("resolve.refill_taken", id=refill_id)
    account = by_account.get(order.account)
    if account is None:
        raise CallError("resolve.no_panel", account=order.account)
    if refill_id not in await account.panel.refill_words([refill_id]):
        raise CallError("resolve.refill_unknown", id=refill_id)


def _check_not_taken(found: RequestDoubt) -> None:
    if datetime.now(UTC) < found.settled_from:
        when = found.settled_from.isoformat(timespec="seconds")
        raise GuardError("resolve.too_early", key=found.request.id[:8], when=when)
