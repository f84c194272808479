"""A rule machine on the real SQL, and mutants of the journal that it must catch."""

import asyncio
import dataclasses
import itertools
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bulkorders.errors import JournalError
from bulkorders.journal.relational import attempts, recording
from bulkorders.journal.relational.transaction import Transaction
from bulkorders.journal.replay import Told, replay
from bulkorders.journal.settling import LIVE, RULED_OUT, Settlement, Standing, settle
from bulkorders.journal.sqlite import SqliteJournal
from bulkorders.journal.sqlite.connection import migrate
from bulkorders.journal.sqlite.transaction import SqliteTransaction
from bulkorders.model import money
from bulkorders.model.lifecycle import IllegalTransition, RequestKind, RequestState, State
from bulkorders.model.orders import Order, Request, Submission, ValidatedOrder
from bulkorders.model.outcomes import Delivery, DeliveryReport, Outcome, Verdict

NUMBERS = st.integers(1, 2)
IDS = st.sampled_from([("own",), ("own", "more"), ("1",), ("1",), ("own", "1"), ()])
CHARGES = st.none() | st.sampled_from([Decimal("1.25"), Decimal("1.250"), Decimal(2)])


class MemoryJournal(SqliteJournal):
    """The same SQL and thread, on a database in memory."""

    dropped = ""

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(":memory:", isolation_level=None)
        migrate(connection, self.path)
        if self.dropped:
            connection.execute(f"DROP INDEX {self.dropped}")
        return connection


class UnindexedJournal(MemoryJournal):
    """A journal without the index that guards attempts."""

    dropped = "attempts_live"


def real(ids: tuple[str, ...], name: str) -> tuple[str, ...]:
    """Return ids of which some are the answer's own and some are others' too."""
    return tuple(f"{name}-{each}" if each in ("own", "more") else each for each in ids)


class JournalMachine(RuleBasedStateMachine):
    """Two orders, any history, a panel whose ids may collide, and a memory of what may have been bought."""

    backend: type[SqliteJournal] = MemoryJournal
    narrow = False
    """Whether only attempts and answers are played: where a mutant has its mistake."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        ticks = itertools.count()
        clock = lambda: f"2026-05-04T10:00:00.{next(ticks):06d}+00:00"  # noqa: E731 - a clock that always moves
        self.journal = self.run(self.backend.open(Path(":memory:"), clock=clock))
        self.sent: list[tuple[str, int]] = []
        self.unproven: defaultdict[int, set[str]] = defaultdict(set)
        self.bought: defaultdict[int, set[str]] = defaultdict(set)
        self.owner: dict[str, int] = {}
        self.seen_placed: set[int] = set()
        self.requests: list[Request] = []
        self.states: dict[int, State] = {}

    def run(self, coroutine: Any) -> Any:
        """Run one call of the journal."""
        return self.runner.run(coroutine)

    def attempt(self, coroutine: Any) -> Any:
        """Run one call that may be impossible in this state; None where it is."""
        try:
            return self.run(coroutine)
        except (IllegalTransition, JournalError):
            return None

    def teardown(self) -> None:
        """Close the journal."""
        self.run(self.journal.close())
        self.runner.close()

    def standing(self, *states: State) -> list[int]:
        """Return the numbers of the orders that stand so, as the journal last said."""
        return [number for number, state in self.states.items() if state in states]

    @initialize()
    def begin(self) -> None:
        """Put both orders into the journal."""
        self.add(1, 1)
        self.add(2, 1)

    @precondition(lambda self: not self.narrow)
    @rule(number=NUMBERS, quantity=st.integers(1, 2))
    def add(self, number: int, quantity: int) -> None:
        """Hold this order in the sheet, with this quantity."""
        order = Order(row=number, service="1", link="https://example.com/", quantity=quantity)
        one = ValidatedOrder(
            order, "a", "c", f"k{number}", "f", order.parameters(), "", Decimal(1), 1000, Decimal(1), "VND"
        )
        self.run(self.journal.add([one], "r"))

    @precondition(lambda self: not self.narrow)
    @rule(number=NUMBERS)
    def drop(self, number: int) -> None:
        """Take this order out of the sheet."""
        self.run(self.journal.drop([f"k{number}"], "r"))

    @precondition(lambda self: self.standing(State.REJECTED))
    @rule(data=st.data())
    def again(self, data: st.DataObject) -> None:
        """Send a rejected order again, by a person's word."""
        number = data.draw(st.sampled_from(self.standing(State.REJECTED)))
        self.run(self.journal.again([f"k{number}"], "r"))

    @rule(number=NUMBERS)
    def claim(self, number: int) -> None:
        """Claim this order and let nobody answer."""
        self.won(number)

    def won(self, number: int) -> str | None:
        """Return the attempt that claimed this order: possible only if nothing of it may have been bought."""
        name = f"a{len(self.sent)}"
        if not self.run(self.journal.claim(f"k{number}", name, "r")):
            return None
        assert not self.unproven[number], "claimed although an earlier attempt may have been placed"
        assert not self.bought[number], "claimed although it was bought"
        self.sent.append((name, number))
        self.unproven[number].add(name)
        return name

    @rule(number=NUMBERS, verdict=st.sampled_from(Verdict), ids=IDS, charge=CHARGES)
    def send(self, number: int, verdict: Verdict, ids: tuple[str, ...], charge: Decimal | None) -> None:
        """Claim this order, send it, and record the answer in time."""
        name = self.won(number)
        if name is not None:
            self.come(name, number, Outcome(verdict, order_ids=ids, charge=charge, answer="x"))

    @precondition(lambda self: self.sent)
    @rule(data=st.data(), verdict=st.sampled_from(Verdict), ids=IDS, charge=CHARGES)
    def record(
        self, data: st.DataObject, verdict: Verdict, ids: tuple[str, ...], charge: Decimal | None
    ) -> None:
        """Record an answer to any attempt, in time or late, once or again."""
        name, number = data.draw(st.sampled_from(self.sent))
        self.come(name, number, Outcome(verdict, order_ids=ids, charge=charge, answer="x"))

    def come(self, name: str, number: int, outcome: Outcome) -> None:
        """Record an answer, and remember what it proves."""
        placing = outcome.verdict in (Verdict.ACCEPTED, Verdict.IN_DOUBT)
        ids = real(outcome.order_ids, name) if placing else ()
        outcome = dataclasses.replace(outcome, order_ids=ids)
        found = self.run(self.journal.record(name, outcome))
        ours = all(self.owner.get(each, number) == number for each in ids)
        if outcome.verdict is Verdict.ACCEPTED and ids and ours:
            self.bought[number] |= set(ids)
            self.owner.update(dict.fromkeys(ids, number))
        elif outcome.verdict in (Verdict.REJECTED, Verdict.NOT_SENT):
            self.unproven[number].discard(name)
        elif found.state is State.IN_DOUBT:
            self.unproven[number].add(name)

    @precondition(lambda self: self.standing(State.SENDING))
    @rule()
    def restart(self) -> None:
        """Die and start again: nothing under way becomes sendable."""
        self.run(self.journal.lose_dangling("r"))

    @precondition(lambda self: self.standing(State.IN_DOUBT))
    @rule(data=st.data())
    def rule_out(self, data: st.DataObject) -> None:
        """Say, as a person, that an order was not placed."""
        number = data.draw(st.sampled_from(self.standing(State.IN_DOUBT)))
        self.run(self.journal.resolve(f"k{number}", "rule out", run="r"))
        self.unproven[number].clear()

    @precondition(lambda self: self.standing(State.REJECTED))
    @rule(data=st.data())
    def suspect(self, data: st.DataObject) -> None:
        """See in the books that a rejected order was charged."""
        number = data.draw(st.sampled_from(self.standing(State.REJECTED)))
        self.run(self.journal.resolve(f"k{number}", "suspect", run="r"))
        self.unproven[number].add("suspected")

    @precondition(lambda self: self.standing(State.IN_DOUBT))
    @rule(data=st.data(), ids=IDS)
    def find(self, data: st.DataObject, ids: tuple[str, ...]) -> None:
        """Find an order in doubt at the panel; ids of others are refused."""
        number = data.draw(st.sampled_from(self.standing(State.IN_DOUBT)))
        ids = real(ids, f"f{number}")
        if self.attempt(self.journal.resolve(f"k{number}", "find", order_ids=ids, run="r")):
            self.bought[number] |= set(ids)
            self.owner.update(dict.fromkeys(ids, number))

    @precondition(lambda self: not self.narrow and self.standing(State.PLACED))
    @rule(number=NUMBERS, status=st.none() | st.sampled_from(Delivery), charge=CHARGES, error=st.booleans())
    def deliver(self, number: int, status: Delivery | None, charge: Decimal | None, *, error: bool) -> None:
        """Take in what the panel tells of an order, placed or not."""
        report = DeliveryReport("1", status, charge, error="unknown" if error else None)
        self.attempt(self.journal.deliver([(f"k{number}", report)], "2026-05-04", "r"))

    @precondition(lambda self: not self.narrow and self.standing(State.PLACED))
    @rule(number=NUMBERS, kind=st.sampled_from(RequestKind))
    def ask(self, number: int, kind: RequestKind) -> None:
        """Ask for a refill or cancel."""
        request = Request(f"q{len(self.requests)}", f"k{number}", "1", kind, RequestState.ASKING, "now")
        self.requests.append(request)
        self.attempt(self.journal.ask([request], "r"))

    @precondition(lambda self: not self.narrow and self.requests)
    @rule(data=st.data(), state=st.sampled_from(RequestState))
    def answer(self, data: st.DataObject, state: RequestState) -> None:
        """Take in the panel's answer to a refill or cancel, possible or not."""
        request = data.draw(st.sampled_from(self.requests))
        self.attempt(self.journal.answer([dataclasses.replace(request, state=state)], "r"))

    @invariant()
    def the_journal_is_sound(self) -> None:
        """Ask the journal for all it holds, and hold its parts against each other."""
        orders = {int(one.key.removeprefix("k")): one for one in self.run(self.journal.submissions())}
        self.states = {number: one.state for number, one in orders.items()}
        self.replaying_the_events_gives_the_state(orders)
        self.placed_is_for_ever(orders)
        self.at_most_one_attempt_is_live(orders)

    def replaying_the_events_gives_the_state(self, orders: dict[int, Submission]) -> None:
        """Hold the record against the tables: they say the same."""
        told = replay(self.run(self.journal.events()))
        assert told == {one.key: as_told(one) for one in orders.values()}

    def placed_is_for_ever(self, orders: dict[int, Submission]) -> None:
        """See that a placed order stays placed, and no id that was bought is lost."""
        self.seen_placed |= set(self.standing(State.PLACED))
        assert all(orders[number].state is State.PLACED for number in self.seen_placed)
        for number, ids in self.bought.items():
            assert not ids or ids <= set(orders[number].order_ids)

    def at_most_one_attempt_is_live(self, orders: dict[int, Submission]) -> None:
        """See that order and attempts agree, and no two attempts of an order can both have bought it."""
        for one in orders.values():
            outcomes = [attempt.outcome for attempt in self.run(self.journal.attempts(one.key))]
            live = [outcome for outcome in outcomes if outcome in LIVE]
            assert len(live) <= 1
            expected = {State.SENDING: [None], State.IN_DOUBT: ["in_doubt"], State.PLACED: live}
            assert live == expected.get(one.state, [])


def as_told(one: Submission) -> Told:
    """Return an order's row as its events should tell it."""
    return Told(
        state=one.state,
        account=one.account,
        campaign=one.campaign,
        parameters=one.parameters,
        order_ids=one.order_ids,
        charge=money.text(one.charge),
        currency=one.currency,
        status=one.status,
        start_count=one.start_count,
        remains=one.remains,
        error=one.message or None,
        sent_at=one.sent_at,
        placed_at=one.placed_at,
        requests={request.id: request.state for request in one.requests},
    )


def check(examples: int, backend: type[SqliteJournal] = MemoryJournal, *, narrow: bool = False) -> None:
    """Run the machine; it raises where the journal breaks a rule."""
    machine = type("Machine", (JournalMachine,), {"backend": backend, "narrow": narrow})
    how = settings(
        max_examples=examples,
        stateful_step_count=30,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=how)


def test_no_history_breaks_the_journal() -> None:
    """Replay gives the state, placed is for ever, and at most one attempt is live, whatever comes."""
    check(40)


Mutation = Callable[[pytest.MonkeyPatch], type[SqliteJournal]]


def unguarded(patch: pytest.MonkeyPatch) -> type[SqliteJournal]:
    """Claims look neither at the state nor at the index."""
    always_ready(patch)
    return UnindexedJournal


def always_ready(patch: pytest.MonkeyPatch) -> None:
    """Make every order look READY to a claim."""
    honest = Transaction.all

    def lying(self: Transaction, name: str, /, **values: Any) -> Any:
        found = honest(self, name, **values)
        return [(key, "ready") for key, _ in found] if name == "states" else found

    patch.setattr(Transaction, "all", lying)


def settling(change: Callable[[Standing, Outcome], Settlement | None]) -> Mutation:
    """Decide some answers otherwise."""

    def mutate(patch: pytest.MonkeyPatch) -> type[SqliteJournal]:
        patch.setattr(
            recording,
            "settle",
            lambda standing, outcome: change(standing, outcome) or settle(standing, outcome),
        )
        return MemoryJournal

    return mutate


def doubt_is_sendable(standing: Standing, outcome: Outcome) -> Settlement | None:
    """Make an order READY whose answer was lost."""
    if standing.was is None and standing.state is State.SENDING and outcome.verdict is Verdict.IN_DOUBT:
        return Settlement(("miss",), "not_sent", "")
    return None


def late_ids_are_ignored(standing: Standing, outcome: Outcome) -> Settlement | None:
    """Throw away an answer to an attempt that was ruled out."""
    if standing.was == RULED_OUT and outcome.verdict is Verdict.ACCEPTED:
        return Settlement((), RULED_OUT, "")
    return None


def second_ids_are_ignored(standing: Standing, outcome: Outcome) -> Settlement | None:
    """Throw away an id that comes when the order is placed already."""
    if standing.state is State.PLACED and outcome.verdict is Verdict.ACCEPTED:
        return Settlement((), standing.was, "")
    return None


def dangling_is_sendable(patch: pytest.MonkeyPatch) -> type[SqliteJournal]:
    """Take attempts under way for not sent at a restart."""

    def forget(tx: Transaction, run: str) -> list[str]:
        missed = Outcome(Verdict.NOT_SENT)
        return [attempts.record(tx, name, missed, run).key for (name,) in tx.all("dangling")]

    patch.setattr(attempts, "lose_dangling", forget)
    return MemoryJournal


def events_are_forgotten(patch: pytest.MonkeyPatch) -> type[SqliteJournal]:
    """Leave lost attempts out of the record."""
    honest = SqliteTransaction.many

    def silent(self: SqliteTransaction, name: str, values: Sequence[Mapping[str, Any]]) -> None:
        honest(self, name, [each for each in values if (name, each.get("kind")) != ("note", "lose")])

    patch.setattr(SqliteTransaction, "many", silent)
    return MemoryJournal


def twice_the_same_id(patch: pytest.MonkeyPatch) -> type[SqliteJournal]:
    """Nobody looks whether an order id is another order's."""
    patch.setattr(recording, "_taken", lambda *_: [])
    return MemoryJournal


def ruled_out_stays_live(patch: pytest.MonkeyPatch) -> type[SqliteJournal]:
    """Ruling out moves the order and forgets its attempt."""
    patch.setitem(attempts.BY_WORD, "rule out", "in_doubt")
    return MemoryJournal


@pytest.mark.parametrize(
    "mutation",
    [
        unguarded,
        settling(doubt_is_sendable),
        settling(late_ids_are_ignored),
        settling(second_ids_are_ignored),
        dangling_is_sendable,
        events_are_forgotten,
        twice_the_same_id,
        ruled_out_stays_live,
    ],
    ids=[
        "unguarded",
        "doubt is sendable",
        "late ids are ignored",
        "second ids are ignored",
        "dangling is sendable",
        "events are forgotten",
        "twice the same id",
        "ruled out stays live",
    ],
)
def test_the_machine_catches_a_mutant(mutation: Mutation, monkeypatch: pytest.MonkeyPatch) -> None:
    """A journal with this mistake does not pass."""
    backend = mutation(monkeypatch)
    with pytest.raises((AssertionError, JournalError, ValueError)):
        check(500, backend, narrow=True)


@pytest.mark.parametrize(
    "outcome", [None, Outcome(Verdict.IN_DOUBT), Outcome(Verdict.ACCEPTED, order_ids=("1",))]
)
def test_the_index_holds_where_the_code_does_not(
    outcome: Outcome | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the check of the state gone, an attempt that is live still keeps a second one out."""

    async def second() -> bool:
        journal = await MemoryJournal.open(Path(":memory:"))
        order = Order(row=1, service="1", link="https://example.com/", quantity=1)
        one = ValidatedOrder(order, "a", "c", "k", "f", order.parameters(), "", Decimal(1), 1000, Decimal(1))
        await journal.add([one], "r")
        assert await journal.claim("k", "a1", "r")
        if outcome is not None:
            await journal.record("a1", outcome)
        always_ready(monkeypatch)
        try:
            return await journal.claim("k", "a2", "r")
        finally:
            await journal.close()

    assert not asyncio.run(second())
