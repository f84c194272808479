"""The journal's own logic, the same on every database: what is written and read by the named statements."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from bulkorders.journal.protocol import Attempt, Campaign, Carrying, Event, Run
from bulkorders.journal.relational import adding, asking, attempts, claiming, reading, recording
from bulkorders.journal.relational.following import RelationalFollowing
from bulkorders.journal.relational.money import MoneyJournal
from bulkorders.journal.relational.rows import END_OF_RUN, run_values
from bulkorders.journal.relational.transaction import Transaction
from bulkorders.model.lifecycle import State
from bulkorders.model.orders import Submission, ValidatedOrder
from bulkorders.model.outcomes import Outcome, Verdict

Shared = Callable[[Transaction, Sequence[Any]], Sequence[Any]]
"""A change that is made for many items at once, and says of each what came of it, or the error to raise."""


class RelationalJournal(RelationalFollowing, MoneyJournal, ABC):
    """The record of all orders in one database; see `protocol.Journal` for what each method promises.

    A backend says how a change is made durable (`_write`), and how things are looked up (`_read`).
    """

    @abstractmethod
    async def _write(self, change: Callable[[Transaction], Any], *, run: str | None = None) -> Any: ...

    @abstractmethod
    async def _share(
        self, change: Shared, item: Any, *, attempt: str | None = None, patient: bool = False
    ) -> Any:
        """Do this to one item, together with the items that others bring at the same moment for the same change."""

    @abstractmethod
    async def _read(self, question: Callable[[Transaction], Any]) -> Any: ...

    # runs, campaigns, accounts

    async def begin_run(self, run: Run) -> None:
        """Record that a run began."""
        await self._write(lambda tx: tx.do("begin_run", **run_values(run)))

    async def end_run(self, run: Run) -> None:
        """Record how the run of this id ended."""
        values = run_values(run)
        await self._write(lambda tx: tx.do("end_run", **{name: values[name] for name in END_OF_RUN}))

    async def runs(
        self, limit: int = 50, *, command: str | None = None, campaign: str | None = None
    ) -> list[Run]:
        """Return the latest runs, newest first."""
        question = partial(reading.runs, limit=limit, command=command, campaign=campaign)
        found: list[Run] = await self._read(question)
        return found

    async def campaign(self, campaign: str) -> Campaign | None:
        """Return what is remembered of a campaign, or None."""
        found: Campaign | None = await self._read(partial(reading.campaign, name=campaign))
        return found

    async def remember_campaign(self, campaign: Campaign) -> None:
        """Remember the campaign, or its new sheet path where it is known already."""
        values = {
            "id": campaign.id,
            "sheet": campaign.sheet,
            "first_run": campaign.first_run,
            "created_at": campaign.created_at,
        }
        await self._write(lambda tx: tx.do("remember_campaign", **values))

    async def key_mark(self, account: str) -> str | None:
        """Return the mark of the API key last confirmed for this account, or None."""
        found: str | None = await self._read(partial(reading.key_mark, account=account))
        return found

    async def remember_key_mark(self, account: str, mark: str) -> None:
        """Remember the mark of the API key confirmed for this account."""
        await self._write(lambda tx: tx.do("remember_key_mark", account=account, mark=mark, at=tx.at))

    # money: more in `MoneyJournal`

    async def turned_up(self) -> dict[str, tuple[str, ...]]:
        """Return, by key, the ids of orders that had been ruled not placed, and were placed after all."""
        found: dict[str, tuple[str, ...]] = await self._read(reading.turned_up)
        return found

    async def ruled_out(self) -> set[str]:
        """Return the keys of orders with a sending that was ruled not placed."""
        found: set[str] = await self._read(reading.ruled_out)
        return found

    # orders

    async def add(
        self, orders: Sequence[ValidatedOrder], run: str, *, carrying: Carrying | None = None
    ) -> list[Submission]:
        """Make these orders READY where they may be; return them as they stand, in the order given."""

        def change(tx: Transaction) -> list[Submission]:
            found = adding.add(tx, orders)
            for statement in carrying(found) if carrying is not None else ():
                tx.carry(statement)
            return found

        added: list[Submission] = await self._write(change, run=run)
        return added

    async def drop(self, keys: Sequence[str], run: str) -> None:
        """Drop READY orders that are no longer in the sheet."""
        await self._write(partial(adding.drop, keys=keys), run=run)

    async def again(self, keys: Sequence[str], run: str) -> None:
        """Make REJECTED orders READY; IllegalTransition where one of them is not REJECTED."""
        await self._write(partial(adding.again, keys=keys), run=run)

    async def submissions(
        self,
        *,
        campaign: str | None = None,
        keys: Sequence[str] | None = None,
        order_ids: Sequence[str] | None = None,
        accounts: Sequence[str] | None = None,
        states: Sequence[State] | None = None,
        open_only: bool = False,
    ) -> list[Submission]:
        """Return the submissions that match all that is given, in the order they were first added."""
        question = partial(
            reading.submissions,
            campaign=campaign,
            keys=keys,
            order_ids=order_ids,
            accounts=accounts,
            states=states,
            open_only=open_only,
        )
        found: list[Submission] = await self._read(question)
        return found

    async def alike(self, fingerprints: Sequence[str], since: str) -> dict[str, Submission]:
        """Return, by fingerprint, the committed order that was sent first at or after `since`."""
        question = partial(reading.alike, fingerprints=fingerprints, since=since)
        found: dict[str, Submission] = await self._read(question)
        return found

    # attempts

    async def claim(self, key: str, attempt: str, run: str) -> bool:
        """Claim a READY order for one attempt, durably; False where somebody else owns it."""
        return bool(await self._share(claiming.claim, claiming.Claim(key, attempt, run), attempt=attempt))

    async def record(self, attempt: str, outcome: Outcome) -> Submission:
        """Record what came of an attempt, in time or late; return the order as it now stands."""
        # What got through may wait for company; a doubt is acted on at once, for other orders are on their way.
        through = outcome.verdict in (Verdict.ACCEPTED, Verdict.REJECTED)
        found: Submission = await self._share(
            recording.record, recording.Answer(attempt, outcome), patient=through
        )
        return found

    async def attempts(self, key: str) -> list[Attempt]:
        """Return the attempts of an order, first to last."""
        found: list[Attempt] = await self._read(partial(reading.attempts, key=key))
        return found

    async def lose_dangling(self, run: str) -> list[Submission]:
        """Turn every attempt without outcome in doubt, and every request still asked; return the orders."""

        def change(tx: Transaction) -> list[Submission]:
            keys = [*attempts.lose_dangling(tx, run), *asking.lose_asked(tx, run)]
            return reading.submissions(tx, keys=keys) if keys else []

        found: list[Submission] = await self._write(change, run=run)
        return found

    async def resolve(
        self, key: str, event: str, *, order_ids: Sequence[str] = (), reason: str = "", run: str
    ) -> Submission:
        """Settle an order by a person's word or evidence: `find`, `rule out`, `suspect` (a rejected one)."""
        change = partial(attempts.resolve, key=key, event=event, order_ids=order_ids, reason=reason, run=run)
        found: Submission = await self._write(change)
        return found

    # what became of them

    async def events(
        self, *, key: str | None = None, after: int = 0, limit: int | None = None
    ) -> list[Event]:
        """Return events with a number above `after`, in their order."""
        found: list[Event] = await self._read(partial(reading.events, key=key, after=after, limit=limit))
        return found
