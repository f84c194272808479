"""The panel: one method per action. Reads may be repeated; what costs money is sent once."""

import asyncio
import logging
import random
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from bulkorders.errors import PanelError, PanelRefused, PanelUnreachable
from bulkorders.model.catalogue import Balance, Catalogue
from bulkorders.model.outcomes import DeliveryReport, Outcome
from bulkorders.model.pace import LONGEST_WAIT, backoff
from bulkorders.panel import deliveries, listings, verdicts
from bulkorders.panel.answers import Reply, says_no
from bulkorders.panel.faults import fault_of
from bulkorders.panel.masking import masking
from bulkorders.panel.profiles import Profile
from bulkorders.panel.wire import Exchange, Sending, Wire

READ_TRIES = 3

logger = logging.getLogger("bulkorders.panel")


class Panel:
    """One account on one panel."""

    def __init__(self, profile: Profile, *, at_once: int = 8) -> None:
        self.profile = profile
        self.mask = masking(profile.key)
        self._wire = Wire(profile.url, profile.timeouts, verify=profile.verify, at_once=at_once)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._wire.__aexit__(kind, error, trace)

    @property
    def account(self) -> str:
        """The account orders are placed on."""
        return self.profile.account

    async def add(self, parameters: Mapping[str, str], sending: Sending) -> Outcome:
        """Place one order, once. Never raises for what the panel or the network does.

        `sending.begun` says at any moment whether the first byte may have left.
        """
        exchange = await self._wire.pay(self._form("add", parameters), sending)
        return verdicts.outcome_of(Reply.of(exchange, self.mask))

    def interrupted(self, sending: Sending) -> Outcome:
        """Return the outcome of an `add` whose task was cancelled or failed before an answer was read."""
        exchange = Exchange(sent=sending.begun, failure="interrupted before the answer was read")
        return verdicts.outcome_of(Reply.of(exchange, self.mask))

    async def catalogue(self, asked_at: str) -> Catalogue:
        """Ask for the services. Raises PanelError where no catalogue with services can be read."""
        reply = await self._read("services", {})
        found = listings.services(reply.value, self.profile.basis)
        if found is None or (reply.refused and not found):
            raise self._unreadable("services", reply)
        if not found:
            raise PanelError("panel.no_services", **self._facts("services"))
        return Catalogue({service.id: service for service in found}, self.profile.currency, asked_at)

    async def balance(self) -> Balance:
        """Ask for the balance. Raises PanelError where none can be read."""
        reply = await self._read("balance", {})
        found = None if reply.refused else listings.balance(reply.value)
        if found is None:
            raise self._unreadable("balance", reply)
        return Balance(found.amount, self.profile.currency or found.currency)

    async def statuses(self, order_ids: Sequence[str]) -> dict[str, DeliveryReport]:
        """Ask for orders, `profile.batch` at once; ids the panel does not speak of are asked again alone.

        Raises PanelError where the panel can't be asked; what was known of the orders then stays.
        """
        found: dict[str, DeliveryReport] = {}
        for start in range(0, len(order_ids), self.profile.batch):
            found |= await self._several(order_ids[start : start + self.profile.batch])
        return found

    async def _several(self, order_ids: Sequence[str]) -> dict[str, DeliveryReport]:
        if len(order_ids) == 1:
            return await self._one_status(order_ids[0])
        reply = await self._read("status", {"orders": ",".join(order_ids)})
        told = deliveries.entries(reply.value, order_ids)
        if not told and says_no(reply.value):
            # One unknown id makes some panels refuse the whole batch: each half by itself.
            middle = len(order_ids) // 2
            return await self._several(order_ids[:middle]) | await self._several(order_ids[middle:])
        found = {id_: self._delivery(id_, entry) for id_, entry in told.items()}
        for id_ in order_ids:
            if id_ not in found:
                found |= await self._one_status(id_)
        return found

    async def _one_status(self, order_id: str) -> dict[str, DeliveryReport]:
        reply = await self._read("status", {"order": order_id})
        told = deliveries.entries(reply.value, [order_id])
        if order_id not in told:
            return {order_id: DeliveryReport(order_id, error="not in the panel's answer")}
        return {order_id: self._delivery(order_id, told[order_id])}

    def _delivery(self, order_id: str, entry: Any) -> DeliveryReport:
        return deliveries.delivery(order_id, entry, self.mask, self.profile.status_words)

    async def ask(self, action: str, order_ids: Sequence[str], sending: Sending) -> Reply:
        """Ask for a refill or cancel of orders, once: like an order, a lost answer is not asked again."""
        several = {"orders": ",".join(order_ids)}
        one = {"order": order_ids[0]} if action == "refill" and len(order_ids) == 1 else several
        exchange = await self._wire.pay(self._form(action, one), sending)
        return Reply.of(exchange, self.mask)

    async def refill_statuses(self, refill_ids: Sequence[str]) -> Reply:
        """Ask what became of refills."""
        return await self._read("refill_status", {"refills": ",".join(refill_ids)})

    def _form(self, action: str, parameters: Mapping[str, str]) -> dict[str, str]:
        return {"key": self.profile.key, "action": action, **parameters}

    async def _read(self, action: str, parameters: Mapping[str, str]) -> Reply:
        """Send a request that changes nothing; try again where that can help, then raise PanelError."""
        for tries in range(1, READ_TRIES + 1):
            reply = Reply.of(await self._wire.read(self._form(action, parameters)), self.mask)
            fault = fault_of(reply, self._facts(action))
            if fault is None:
                return reply
            if fault.wait is None or fault.wait > LONGEST_WAIT or tries == READ_TRIES:
                raise fault.error
            pause = max(fault.wait, backoff(tries, random.random()))  # noqa: S311 - jitter, no secret
            logger.info("%s: asking again in %.1f s", action, pause)
            await asyncio.sleep(pause)
        raise AssertionError(action)  # the last try returns or raises

    def _facts(self, action: str) -> dict[str, Any]:
        return {"url": self.mask(self.profile.url), "panel": self.profile.name, "action": action}

    def _unreadable(self, action: str, reply: Reply) -> PanelError:
        facts = self._facts(action)
        if reply.errors:
            return PanelRefused("panel.refused", **facts, reason="; ".join(reply.errors))
        return PanelUnreachable("panel.unreadable", **facts, began=reply.text[:120])
