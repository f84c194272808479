"""The panel: one method per action. Reads may be repeated; what costs money is sent once."""

import asyncio
import logging
import random
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from bulkorders.errors import PanelError, PanelRefused, PanelUnreachable
from bulkorders.model.catalogue import Balance, Catalogue, Service
from bulkorders.model.outcomes import DeliveryReport, Outcome
from bulkorders.model.pace import LONGEST_WAIT, Pace, backoff
from bulkorders.panel import listings, verdicts
from bulkorders.panel.answers import Reply
from bulkorders.panel.arriving import Exchange
from bulkorders.panel.faults import fault_of
from bulkorders.panel.forms import form
from bulkorders.panel.masking import masking
from bulkorders.panel.profiles import Profile
from bulkorders.panel.requests import RequestAnswer
from bulkorders.panel.several import Asking
from bulkorders.panel.wire import Sending, Wire

READ_TRIES = 3
PAGE = 500
"""Services after which some panels cut their catalogue without a word, and give the rest with `offset`."""

logger = logging.getLogger("bulkorders.panel")


class Panel:
    """One account on one panel. With a `pace` its calls keep the panel's limits; orders take their turn before."""

    def __init__(self, profile: Profile, *, at_once: int = 8, pace: Pace | None = None) -> None:
        self.profile = profile
        self.mask = masking(*profile.secrets)
        self._asking = Asking(self)
        self._pace = pace
        self._wire = Wire(
            profile.url, profile.timeouts, method=profile.method, verify=profile.verify, at_once=at_once
        )

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

    async def add(self, parameters: Mapping[str, str], sending: Sending, token: str | None = None) -> Outcome:
        """Place one order, once. Never raises for what the panel or the network does.

        `sending.begun` says at any moment whether the first byte may have left. `token` is the value under
        which the panel sells at most once, sent where the profile names the parameter for it.
        """
        sent = dict(parameters)
        if self.profile.idempotency and token:
            sent[self.profile.idempotency] = token
        return self._outcome(await self._wire.pay(form(self.profile, "add", sent), sending))

    def interrupted(self, sending: Sending) -> Outcome:
        """Return the outcome of an `add` whose task was cancelled or failed before an answer was read."""
        return self._outcome(Exchange(sent=sending.begun, failure="interrupted before the answer was read"))

    def _outcome(self, exchange: Exchange) -> Outcome:
        reply = Reply.of(exchange, self.mask)
        return verdicts.outcome_of(reply, extra=self.profile.error_kinds, not_placed=self.profile.not_placed)

    async def catalogue(self, asked_at: str) -> Catalogue:
        """Ask for the services. Raises PanelError where no catalogue with services can be read."""
        reply = await self.read("services", {})
        found = listings.services(reply.value, self.profile.basis)
        if found is None or (reply.refused and not found):
            raise self._unreadable("services", reply)
        if not found:
            raise PanelError("panel.no_services", **self.facts("services"))
        listed = {service.id: service for service in found}
        while len(listed) % PAGE == 0 and (further := await self._further(listed)):
            listed |= further
        return Catalogue(listed, self.profile.currency, asked_at)

    async def _further(self, listed: Mapping[str, Service]) -> dict[str, Service]:
        """Return the services behind these, where the catalogue was cut; most panels have none, or begin again."""
        try:
            reply = await self.read("services", {"offset": str(len(listed))})
        except PanelError:
            return {}
        found = listings.services(reply.value, self.profile.basis) or []
        return {service.id: service for service in found if service.id not in listed}

    async def balance(self) -> Balance:
        """Ask for the balance. Raises PanelError where none can be read."""
        reply = await self.read("balance", {})
        found = None if reply.refused else listings.balance(reply.value)
        if found is None:
            raise self._unreadable("balance", reply)
        return Balance(found.amount, self.profile.currency or found.currency)

    async def statuses(
        self, order_ids: Sequence[str], found: dict[str, DeliveryReport] | None = None
    ) -> dict[str, DeliveryReport]:
        """Return what the panel says of each order; put into `found`, if given, as it comes.

        Raises PanelError where the panel can't be asked; what was known of the rest then stays.
        """
        told: dict[str, DeliveryReport] = {} if found is None else found
        await self._asking.statuses(order_ids, told)
        return told

    async def requests(
        self, action: str, order_ids: Sequence[str], found: dict[str, RequestAnswer] | None = None
    ) -> dict[str, RequestAnswer]:
        """Ask for a `refill` or `cancel` of these orders, and return what was said of each.

        Never raises for what the panel or the network does. A positive answer is only a request taken.
        """
        said: dict[str, RequestAnswer] = {} if found is None else found
        await self._asking.requests(action, order_ids, said)
        return said

    async def refill_words(self, refill_ids: Sequence[str]) -> dict[str, str]:
        """Return the panel's word for each refill; of those it does not know there is none. Raises PanelError."""
        words: dict[str, str] = {}
        await self._asking.refill_words(refill_ids, words)
        return words

    async def pay(self, action: str, parameters: Mapping[str, str], sending: Sending) -> Reply:
        """Ask for a refill or cancel, once: like an order, a lost answer is not asked again."""
        if self._pace is not None:
            await self._pace.turn(action)
        return Reply.of(await self._wire.pay(form(self.profile, action, parameters), sending), self.mask)

    async def read(self, action: str, parameters: Mapping[str, str]) -> Reply:
        """Send a request that changes nothing; try again where that can help, then raise PanelError.

        `action` is a documented one, or `statuses` for the status of several.
        """
        documented = "status" if action == "statuses" else action
        for tries in range(1, READ_TRIES + 1):
            if self._pace is not None:
                await self._pace.turn(documented)
            exchange = await self._wire.read(form(self.profile, action, parameters))
            reply = Reply.of(exchange, self.mask)
            fault = fault_of(reply, self.facts(documented), extra=self.profile.error_kinds)
            if fault is None:
                return reply
            if fault.wait is None or fault.wait > LONGEST_WAIT or tries == READ_TRIES:
                raise fault.error
            pause = max(fault.wait, backoff(tries, random.random()))  # noqa: S311 - jitter, no secret
            logger.info("%s: asking again in %.1f s", action, pause)
            await asyncio.sleep(pause)
        raise AssertionError(action)  # the last try returns or raises

    async def look(self, action: str, parameters: Mapping[str, str]) -> Reply:
        """Send a request that changes nothing, once, and return whatever came."""
        return Reply.of(await self._wire.read(form(self.profile, action, parameters)), self.mask)

    def facts(self, action: str) -> dict[str, Any]:
        """Return what an error about this panel tells: its address without the key, its name, the action."""
        return {"url": self.mask(self.profile.url), "panel": self.profile.name, "action": action}

    def _unreadable(self, action: str, reply: Reply) -> PanelError:
        facts = self.facts(action)
        if reply.errors:
            return PanelRefused("panel.refused", **facts, reason="; ".join(reply.errors))
        return PanelUnreachable("panel.unreadable", **facts, began=reply.text[:120])
