"""Many ids in one call where the panel takes that, else one by one: statuses, refills, cancels.

What the panel does not speak of is asked for again by itself; a call that is refused as a whole proves
that nothing was done, and its halves are asked for. Answers are put into the caller's dictionary as they
come, so that nothing is lost where a later call fails.
"""

import asyncio
import random
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bulkorders.model.outcomes import DeliveryReport
from bulkorders.model.pace import LONGEST_WAIT, backoff
from bulkorders.panel import deliveries
from bulkorders.panel.answers import Reply, says_no
from bulkorders.panel.forms import several
from bulkorders.panel.kinds import Kind, kind_of
from bulkorders.panel.requests import RequestAnswer, Said, read_refill_statuses, read_requests
from bulkorders.panel.verdicts import retry_after
from bulkorders.panel.wire import Sending

if TYPE_CHECKING:
    from bulkorders.panel.client import Panel

ASK_TRIES = 3
FOR_ALL = frozenset({"key", "account", "address", "funds", "rate", "maintenance"})
"""Kinds of errors that speak of the account or the panel, not of one id: asking for halves would not help."""
ABOUT_THE_CALL = frozenset({"request", "fields"})
"""Kinds with which a panel refuses a form of call that it does not take."""
WANTS_ONE = re.compile(
    r"order.{0,12}(incorrect|invalid|not found|required)|(incorrect|invalid|missing) order", re.IGNORECASE
)
"""Words with which a panel that takes `order` alone refuses `orders`."""


class Asking:
    """Asks one panel about many orders. It learns where a panel does not take several at once."""

    def __init__(self, panel: "Panel") -> None:
        self._panel = panel
        self._singly: set[str] = set()

    async def statuses(self, order_ids: Sequence[str], found: dict[str, DeliveryReport]) -> None:
        """Put into `found` what the panel says of each order.

        Raises PanelError where the panel can't be asked (any more); what was known of the rest then stays.
        """
        size = self._panel.profile.batch_of("status")
        for start in range(0, len(order_ids), size):
            await self._statuses(order_ids[start : start + size], found)

    async def _statuses(self, ids: Sequence[str], found: dict[str, DeliveryReport]) -> None:
        if len(ids) == 1 or "status" in self._singly:
            for id_ in ids:
                found[id_] = await self._status(id_)
            return
        reply = await self._panel.read("statuses", {"orders": several(self._panel.profile, ids)})
        told = deliveries.entries(reply.value, ids)
        found.update((id_, self._delivery(id_, entry)) for id_, entry in told.items())
        if not told and self._kind(reply).name in FOR_ALL:
            said = "; ".join(reply.errors)
            found.update((id_, DeliveryReport(id_, error=said)) for id_ in ids)
            return
        if told or (says_no(reply.value) and self._kind(reply).name not in ABOUT_THE_CALL):
            for part in _left(ids, told):
                await self._statuses(part, found)
            return
        for id_ in ids:
            found[id_] = await self._status(id_)
        if all(found[id_].error is None for id_ in ids):
            self._singly.add("status")  # every one is there, and yet the list said nothing of them

    def _kind(self, reply: Reply) -> Kind:
        return kind_of(reply.errors, self._panel.profile.error_kinds)

    async def _status(self, id_: str) -> DeliveryReport:
        reply = await self._panel.read("status", {"order": id_})
        told = deliveries.entries(reply.value, [id_])
        if id_ not in told:
            return DeliveryReport(id_, error="not in the panel's answer")
        return self._delivery(id_, told[id_])

    def _delivery(self, id_: str, entry: Any) -> DeliveryReport:
        return deliveries.delivery(id_, entry, self._panel.mask, self._panel.profile.status_words)

    async def requests(self, action: str, order_ids: Sequence[str], found: dict[str, RequestAnswer]) -> None:
        """Ask for a refill or cancel of these orders, and put into `found` what was said of each.

        Nothing is asked for twice unless the panel's refusal of a whole call proves that nothing was done.
        """
        size = self._panel.profile.batch_of(action)
        for start in range(0, len(order_ids), size):
            await self._requests(action, order_ids[start : start + size], found)

    async def _requests(self, action: str, ids: Sequence[str], found: dict[str, RequestAnswer]) -> None:
        if len(ids) > 1 and action in self._singly:
            for id_ in ids:
                await self._requests(action, [id_], found)
            return
        reply = await self._asked(action, ids)
        said = self._said(reply, action, ids)
        if not self._refused_whole(reply, ids, said):
            found.update(said)
            return
        if len(ids) == 1:
            if self._wants_one(action, reply):
                said = self._said(await self._asked(action, ids, one=True), action, ids)
            found.update(said)
            return
        if self._kind(reply).name in ABOUT_THE_CALL:
            self._singly.add(action)
        for part in _halves(ids):
            await self._requests(action, part, found)

    def _said(self, reply: Reply, action: str, ids: Sequence[str]) -> dict[str, RequestAnswer]:
        return read_requests(reply, action, ids, not_placed=self._panel.profile.not_placed)

    def _wants_one(self, action: str, reply: Reply) -> bool:
        """Whether this refusal of one order under `orders` may come from a panel that takes `order`."""
        told = self._kind(reply).name in ABOUT_THE_CALL or WANTS_ONE.search("; ".join(reply.errors))
        return bool(told) and not self._one_by_one(action, [""])

    def _refused_whole(self, reply: Reply, ids: Sequence[str], said: Mapping[str, RequestAnswer]) -> bool:
        """Whether the panel said no to the call as such, in words that another form of the call may change."""
        refused = all(answer.said is Said.REFUSED for answer in said.values())
        if not refused or not reply.refused or not reply.errors:
            return False
        if len(ids) > 1 and deliveries.entries(reply.value, ids):
            return False
        return self._kind(reply).name not in FOR_ALL

    def _one_by_one(self, action: str, ids: Sequence[str]) -> bool:
        """Whether a single order is named with `order`: refills as documented, cancels where the profile says so."""
        return len(ids) == 1 and (action == "refill" or self._panel.profile.batch_of(action) == 1)

    async def _asked(self, action: str, ids: Sequence[str], *, one: bool = False) -> Reply:
        """Send the request; where the panel refuses it for now, wait as it asks, and send it again."""
        single = one or self._one_by_one(action, ids)
        sent = {"order": ids[0]} if single else {"orders": several(self._panel.profile, ids)}
        for tries in range(1, ASK_TRIES + 1):
            reply = await self._panel.pay(action, sent, Sending())
            wait = self._asked_to_wait(reply)
            if wait is None or wait > LONGEST_WAIT or tries == ASK_TRIES:
                return reply
            await asyncio.sleep(max(wait, backoff(tries, random.random(), first=1.0)))  # noqa: S311 - jitter
        raise AssertionError(action)  # the last try returns

    def _asked_to_wait(self, reply: Reply) -> float | None:
        busy = reply.refused and self._kind(reply).verdict == "wait"
        if reply.exchange.status in self._panel.profile.not_placed or busy:
            return retry_after(reply) or 1.0
        return None

    async def refill_words(self, refill_ids: Sequence[str], found: dict[str, str]) -> None:
        """Put into `found` the panel's word for each refill; of those it can't find there is none.

        Raises PanelError.
        """
        size = self._panel.profile.batch_of("refill_status")
        for start in range(0, len(refill_ids), size):
            await self._refill_words(refill_ids[start : start + size], found)

    async def _refill_words(self, ids: Sequence[str], found: dict[str, str]) -> None:
        if self._panel.profile.batch_of("refill_status") > 1 and "refill_status" not in self._singly:
            reply = await self._panel.read("refill_status", {"refills": several(self._panel.profile, ids)})
            told = read_refill_statuses(reply, ids)
            found.update(told)
            left = [id_ for id_ in ids if id_ not in told]
            if not told and len(ids) > 1:
                self._singly.add("refill_status")
        else:
            left = list(ids)
        for id_ in left:
            found.update(
                read_refill_statuses(await self._panel.read("refill_status", {"refill": id_}), [id_])
            )


def _left(ids: Sequence[str], told: Mapping[str, Any]) -> list[Sequence[str]]:
    """Return what is still to be asked for: the tail of a list that was cut, each gap by itself, or both halves."""
    if not told:
        return _halves(ids)
    left = [id_ for id_ in ids if id_ not in told]
    if not left:
        return []
    return [left] if list(ids[-len(left) :]) == left else [[id_] for id_ in left]


def _halves(ids: Sequence[str]) -> list[Sequence[str]]:
    middle = len(ids) // 2
    return [ids[:middle], ids[middle:]]
