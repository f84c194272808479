"""What a journal must promise, whatever database it is kept in.

Every writing method returns only after its change is durable (on the disk, past the drive's cache):
a claim that was acknowledged is never forgotten. Every change of a state goes through
`model.lifecycle.after`, and writes an append-only event in the same transaction.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from bulkorders.journal.following import Following
from bulkorders.model.books import BalanceReading
from bulkorders.model.entries import Entered
from bulkorders.model.lifecycle import State
from bulkorders.model.orders import Submission, ValidatedOrder
from bulkorders.model.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a command. Times are ISO texts in UTC with offset; `counts` and `money` as in the report."""

    id: str
    command: str
    campaign: str | None
    sheet: str | None
    results: str | None
    started_at: str
    who: str = ""
    machine: str = ""
    finished_at: str | None = None
    exit_code: int | None = None
    stopped: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    money: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Campaign:
    """What the journal remembers of a campaign: the absolute path of the sheet it came from."""

    id: str
    sheet: str
    first_run: str
    created_at: str


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the append-only record. `seq` rises by one; `at` is an ISO text in UTC with offset."""

    seq: int
    at: str
    key: str
    kind: str
    before: str | None
    after: str | None
    run: str | None
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sending of one order. `outcome` is None while it is under way.

    It is a word of `Verdict`, or "ruled_out". `number` counts all attempts of the journal, from 1 without
    a gap. `order_ids` are all that its answer named, also those that prove nothing (in doubt).
    """

    id: str
    key: str
    number: int
    run: str
    claimed_at: str
    outcome: str | None
    finished_at: str | None = None
    http_status: int | None = None
    kind: str = ""
    message: str = ""
    answer: str = ""
    order_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Carried:
    """A caller's own statement for the journal's database, in the words and parameters of its driver."""

    sql: str
    values: Mapping[str, Any] = field(default_factory=dict)


Carrying = Callable[[Sequence[Submission]], Iterable[Carried]]
"""What is to be written in the transaction that adds orders, told by how they stand then: a queue's jobs."""


class Journal(Following, Protocol):
    """The record of all orders of one person or team. Not shared between event loops."""

    @property
    def id(self) -> str:
        """The journal's own id, made once; results workbooks carry it."""
        ...

    @property
    def beside(self) -> Path:
        """The path that files beside the journal have, with a suffix each: this process's own while it is open."""
        ...

    # runs, campaigns, accounts

    async def begin_run(self, run: Run) -> None:
        """Record that a run began."""
        ...

    async def end_run(self, run: Run) -> None:
        """Record how the run of this id ended (`finished_at`, `exit_code`, `stopped`, `counts`, `money`)."""
        ...

    async def runs(
        self, limit: int = 50, *, command: str | None = None, campaign: str | None = None
    ) -> list[Run]:
        """Return the latest runs, newest first; of one command, or one campaign, where it is given."""
        ...

    async def campaign(self, campaign: str) -> Campaign | None:
        """Return what is remembered of a campaign, or None."""
        ...

    async def remember_campaign(self, campaign: Campaign) -> None:
        """Remember the campaign, or its new sheet path where it is known already."""
        ...

    async def key_mark(self, account: str) -> str | None:
        """Return the mark of the API key last confirmed for this account (a salted hash), or None."""
        ...

    async def remember_key_mark(self, account: str, mark: str) -> None:
        """Remember the mark of the API key confirmed for this account."""
        ...

    # money

    async def keep_balance(self, found: BalanceReading) -> None:
        """Keep what an account held; readings are never changed."""
        ...

    async def balances(self, account: str, since: str = "") -> list[BalanceReading]:
        """Return what the account held at or after `since` (ISO text in UTC), oldest first."""
        ...

    async def readings(self) -> list[BalanceReading]:
        """Return what all accounts held whenever they were read, oldest first."""
        ...

    async def enter(self, found: Entered) -> None:
        """Keep money that a person entered; never changed. JournalError where its id is known already."""
        ...

    async def entered(self) -> list[Entered]:
        """Return what persons entered, in the order in which it was."""
        ...

    async def keep_export(self, went_to: Mapping[str, int], at: str, run: str, file: str) -> None:
        """Keep up to where an export went, by scope, once its files are in place: `--since-last` goes on there."""
        ...

    async def exported(self, scope: str) -> int:
        """Return up to where the last export of this scope went, 0 where there was none."""
        ...

    async def turned_up(self) -> dict[str, tuple[str, ...]]:
        """Return, by key, the ids of orders that had been ruled not placed, and were placed after all."""
        ...

    async def ruled_out(self) -> set[str]:
        """Return the keys of orders with a sending that was ruled not placed."""
        ...

    # orders

    async def add(
        self, orders: Sequence[ValidatedOrder], run: str, *, carrying: Carrying | None = None
    ) -> list[Submission]:
        """Make these orders READY, and return them as they now stand.

        Unknown keys are inserted. A DROPPED one returns. A READY one takes the new rate, estimate, row
        and parameters (a reference may name changed parameters before anything was sent). All others
        keep what was sent and only take the row number. The answer is in the order of `orders`. What
        `carrying` says is written in the same transaction: with the orders, or not at all.
        """
        ...

    async def drop(self, keys: Sequence[str], run: str) -> None:
        """Drop READY orders that are no longer in the sheet; orders in any other state are left alone."""
        ...

    async def again(self, keys: Sequence[str], run: str) -> None:
        """Make REJECTED orders READY: a person's word. IllegalTransition where one of them is not REJECTED."""
        ...

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
        """Return the submissions that match all that is given, in the order they were first added.

        `open_only` leaves out those that are not placed, and those whose delivery status is final.
        Any number of keys or ids may be asked for. Each carries its requests.
        """
        ...

    async def alike(self, fingerprints: Sequence[str], since: str) -> dict[str, Submission]:
        """Return, by fingerprint, an order sending, placed or in doubt, sent at or after `since`.

        Where there are several, the earliest sent.
        """
        ...

    # attempts: the only way money is spent

    async def claim(self, key: str, attempt: str, run: str) -> bool:
        """Claim a READY order for one attempt, durably, before the first byte leaves.

        Return False where the order is not READY or has a live attempt: somebody else owns it.
        Raise JournalError where the claim can't be written; then nothing may be sent. Where it is unclear
        whether the commit took place, the journal looks for the attempt itself before it answers.
        """
        ...

    async def record(self, attempt: str, outcome: Outcome) -> Submission:
        """Record what came of an attempt, and return the order as it now stands.

        An order id that another order of the account already has makes it IN_DOUBT instead of PLACED
        (`kind` "duplicate_id"), and so does an accepted answer without an id ("no_id"): ACCEPTED that
        comes back IN_DOUBT calls for an alarm. An attempt that was already turned in doubt takes the late
        answer: found, refused, or ruled out where it says itself that nothing was sent; one that was ruled
        out and yet was accepted becomes PLACED (`late`). The same answer twice changes nothing. Raise
        JournalError where it can't be written: the answer must then be kept elsewhere.
        """
        ...

    async def attempts(self, key: str) -> list[Attempt]:
        """Return the attempts of an order, first to last."""
        ...

    async def lose_dangling(self, run: str) -> list[Submission]:
        """Turn every attempt without outcome in doubt, and every request still asked; return the orders.

        Called at the start. On one machine the single-instance lock is held: no one else can be sending. On
        several, only what is past deadline and longest answer counts, and only of workers that give no sign.
        """
        ...

    async def resolve(
        self, key: str, event: str, *, order_ids: Sequence[str] = (), reason: str = "", run: str
    ) -> Submission:
        """Settle an IN_DOUBT order by a person's word or evidence: `find` (with ids) or `rule out`.

        `suspect` puts a REJECTED order in doubt: the books show a charge. Raise IllegalTransition in any
        other state, JournalError where an id is another order's, or where the order is being sent.
        """
        ...

    async def events(
        self, *, key: str | None = None, after: int = 0, limit: int | None = None
    ) -> list[Event]:
        """Return events with a number above `after`, in their order."""
        ...

    async def close(self) -> None:
        """Write what is waiting, release the lock, and close."""
        ...
