"""The journal's part about placed orders: what became of them, and what was asked for them."""

import json
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from bulkorders.journal.following import Due, Wanted
from bulkorders.journal.relational import asking, deliveries, reading
from bulkorders.journal.relational.rows import ids_of
from bulkorders.journal.relational.transaction import Transaction
from bulkorders.model.lifecycle import RequestKind
from bulkorders.model.orders import Request, Submission
from bulkorders.model.outcomes import DeliveryReport

KEY_LETTERS = 6
"""How much of a key names an order: fewer could as well be a number of its own."""


class RelationalFollowing(ABC):
    """What `journal.following.Following` promises, over the reads and writes of the journal it is part of."""

    @abstractmethod
    async def _write(self, change: Callable[[Transaction], Any], *, run: str | None = None) -> Any: ...

    @abstractmethod
    async def _read(self, question: Callable[[Transaction], Any]) -> Any: ...

    async def deliver(self, reports: Sequence[tuple[str, DeliveryReport]], checked_at: str, run: str) -> int:
        """Take in what the panel told of placed orders (key, report); return how many changed."""
        change = partial(deliveries.deliver, reports=reports, checked_at=checked_at)
        return int(await self._write(change, run=run))

    async def due(self, account: str, wanted: Wanted, *, after: int = 0, limit: int = 10_000) -> list[Due]:
        """Return the placed orders of an account that are to be asked about, with a `seq` above `after`."""
        question = partial(_due, account=account, wanted=wanted, after=after, limit=limit)
        found: list[Due] = await self._read(question)
        return found

    async def due_count(self, account: str, wanted: Wanted) -> int:
        """Return how many placed orders of an account are to be asked about."""
        return int(await self._read(partial(_due_count, account=account, wanted=wanted)))

    async def open_since(self, account: str, service: str, before: str) -> list[Due]:
        """Return the open orders of a service that were placed before this time; not those for new posts."""
        values = {"account": account, "service": service, "before": before}
        found: list[Due] = await self._read(
            lambda tx: [_due_of(row) for row in tx.all("open_since", **values)]
        )
        return found

    async def open_accounts(self) -> list[str]:
        """Return the accounts that have open orders."""
        rows = await self._read(lambda tx: tx.all("open_accounts"))
        return [str(row[0]) for row in rows]

    async def open_services(self, account: str) -> list[str]:
        """Return the services of the account's open orders."""
        rows = await self._read(lambda tx: tx.all("open_services", account=account))
        return [str(row[0]) for row in rows]

    async def durations(self, account: str, most: int = 20_000) -> dict[str, list[float]]:
        """Return, by service, how many seconds its latest completed orders took, as far as was seen."""
        rows = await self._read(lambda tx: tx.all("durations", account=account, limit=most))
        found: defaultdict[str, list[float]] = defaultdict(list)
        for service, placed_at, completed_at in rows:
            took = datetime.fromisoformat(completed_at) - datetime.fromisoformat(placed_at)
            found[service].append(took.total_seconds())
        return dict(found)

    async def dropped(self, account: str, since: str) -> list[Submission]:
        """Return the completed orders placed at or after `since` whose refill is automatic and that lack some."""
        given = {"account": account, "since": since}
        found: list[Submission] = await self._read(
            lambda tx: reading.with_requests(tx, tx.where("submissions", ["where_dropped"], "seq", given))
        )
        return found

    async def last_event(self) -> int:
        """Return the number of the latest event, 0 where there is none."""
        return int((await self._read(lambda tx: tx.one("last_event")))[0])

    async def changed_since(self, event: int) -> list[str]:
        """Return the campaigns of the orders that events after this one speak of, in the order of the events."""
        rows = await self._read(lambda tx: tx.all("changed_since", after=event))
        return [str(row[0]) for row in rows]

    async def named(self, name: str) -> list[Submission]:
        """Return the orders with this order id or this reference, or whose key begins so (six letters or more)."""
        given = {"name": name, "letters": KEY_LETTERS}
        found: list[Submission] = await self._read(
            lambda tx: reading.with_requests(tx, tx.where("submissions", ["where_named"], "seq", given))
        )
        return found

    async def ask(self, requests: Sequence[Request], run: str) -> None:
        """Record refills or cancels as ASKING, durably, before they are asked for."""
        await self._write(partial(asking.ask, requests=requests), run=run)

    async def answer(self, answers: Sequence[Request], run: str) -> None:
        """Record the new state of requests (by id), with the panel's id, status and message."""
        await self._write(partial(asking.answer, answers=answers), run=run)

    async def requests(
        self,
        *,
        kind: RequestKind | None = None,
        keys: Sequence[str] | None = None,
        account: str | None = None,
        open_only: bool = False,
    ) -> list[Request]:
        """Return refills and cancels, oldest first."""
        question = partial(reading.requests, kind=kind, keys=keys, account=account, open_only=open_only)
        found: list[Request] = await self._read(question)
        return found


def _due(tx: Transaction, account: str, wanted: Wanted, after: int, limit: int) -> list[Due]:
    values = {"account": account, "after": after, "limit": limit, **_conditions(wanted)}
    return [_due_of(row) for row in tx.where("due", ["where_due"], "seq LIMIT :limit", values)]


def _due_count(tx: Transaction, account: str, wanted: Wanted) -> int:
    values = {"account": account, "after": 0, **_conditions(wanted)}
    return int(tx.where("due_count", ["where_due"], "1", values)[0][0])


def _conditions(wanted: Wanted) -> dict[str, Any]:
    return {
        "final": int(wanted.final),
        "auto_since": wanted.auto_since,
        "refills_since": wanted.refills_since,
        "unchecked_since": wanted.unchecked_since,
    }


def _due_of(row: tuple[Any, ...]) -> Due:
    seq, key, campaign, service, order_ids, placed_at, parameters = row
    return Due(seq, key, campaign, service, ids_of(order_ids), placed_at, _dripping(parameters))


def _dripping(parameters: str) -> int:
    """Return the minutes between the first and the last run of a drip-feed; 0 for all other orders."""
    if '"runs"' not in parameters:
        return 0
    told = json.loads(parameters)
    runs, interval = str(told.get("runs", "")), str(told.get("interval", ""))
    return (int(runs) - 1) * int(interval) if runs.isdecimal() and interval.isdecimal() else 0
