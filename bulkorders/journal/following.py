"""What a journal must promise about placed orders: what became of them, and what was asked for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bulkorders.model.lifecycle import RequestKind
from bulkorders.model.orders import Request, Submission
from bulkorders.model.outcomes import DeliveryReport


@dataclass(frozen=True, slots=True)
class Due:
    """A placed order that the panel is to be asked about, and no more of it than that takes.

    `seq` is its place in the journal; `dripping` are the minutes that its runs lie apart in all.
    """

    seq: int
    key: str
    campaign: str
    service: str
    order_ids: tuple[str, ...]
    placed_at: str | None
    dripping: int = 0

    @property
    def order_id(self) -> str | None:
        """The first order id, which is the only one on most panels."""
        return self.order_ids[0] if self.order_ids else None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which placed orders are due. Times are ISO texts in UTC with offset.

    Open ones always; `final` asks for all others too. Without it, completed ones whose refill is automatic
    and that were placed at or after `auto_since`, those with a refill under way that was asked for at or
    after `refills_since`, and those with a cancel under way or in doubt. Those checked at or after
    `unchecked_since` are left out, if it is given.
    """

    auto_since: str
    refills_since: str
    unchecked_since: str | None = None
    final: bool = False


class Following(Protocol):
    """The part of the journal that follows placed orders; `protocol.Journal` has the rest."""

    async def deliver(self, reports: Sequence[tuple[str, DeliveryReport]], checked_at: str, run: str) -> int:
        """Take in what the panel told of placed orders (key, report); return how many changed.

        An unchanged order writes no event, and nothing but `checked_at`. What a report does not say (None)
        keeps its known value; a report with an error changes nothing but the message, until the next one
        without. IllegalTransition where one of them is not PLACED.
        """
        ...

    async def due(self, account: str, wanted: Wanted, *, after: int = 0, limit: int = 10_000) -> list[Due]:
        """Return the placed orders of an account that are to be asked about, with a `seq` above `after`."""
        ...

    async def due_count(self, account: str, wanted: Wanted) -> int:
        """Return how many placed orders of an account are to be asked about."""
        ...

    async def open_since(self, account: str, service: str, before: str) -> list[Due]:
        """Return the open orders of a service that were placed before this time; not those for new posts."""
        ...

    async def open_accounts(self) -> list[str]:
        """Return the accounts that have open orders."""
        ...

    async def open_services(self, account: str) -> list[str]:
        """Return the services of the account's open orders."""
        ...

    async def durations(self, account: str, most: int = 20_000) -> dict[str, list[float]]:
        """Return, by service, how many seconds its latest completed orders took, as far as was seen."""
        ...

    async def dropped(self, account: str, since: str) -> list[Submission]:
        """Return the completed orders placed at or after `since` whose refill is automatic and that lack some."""
        ...

    async def last_event(self) -> int:
        """Return the number of the latest event, 0 where there is none."""
        ...

    async def changed_since(self, event: int) -> list[str]:
        """Return the campaigns of the orders that events after this one speak of, in the order of the events."""
        ...

    async def named(self, name: str) -> list[Submission]:
        """Return the orders with this order id or this reference, or whose key begins so (six letters or more)."""
        ...

    async def ask(self, requests: Sequence[Request], run: str) -> None:
        """Record refills or cancels as ASKING, durably, before they are asked for.

        Raise JournalError, and record none of them, where the order already has one of this kind for this
        order id that is ASKING or IN_DOUBT. One that is recorded already (by its id) is left as it is.
        """
        ...

    async def answer(self, answers: Sequence[Request], run: str) -> None:
        """Record the new state of requests (by id), with the panel's id, status and message.

        A request may stand in `answers` several times, each state following the one before.
        """
        ...

    async def requests(
        self,
        *,
        kind: RequestKind | None = None,
        keys: Sequence[str] | None = None,
        account: str | None = None,
        open_only: bool = False,
    ) -> list[Request]:
        """Return refills and cancels, oldest first; `open_only` those ASKING, ACCEPTED or IN_DOUBT."""
        ...
