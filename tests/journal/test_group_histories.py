"""Whatever is done together leaves what the same would have left, done one after the other."""

import asyncio
import itertools
from dataclasses import replace
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bulkorders.errors import JournalError
from bulkorders.model.lifecycle import IllegalTransition
from bulkorders.model.outcomes import Outcome, Verdict

ORDERS = 6
ORDER = st.integers(1, ORDERS)
ATTEMPT = st.integers(1, 3 * ORDERS)
TEXT = st.sampled_from(
    ["", "", "ok", "null", "[]", '"', "\\", "a\0b", "\ud83d", "\U0001f600", "\\u0000", "'; --", "x" * 3000]
)
IDS = st.sampled_from([(), ("1",), ("1",), ("2",), ("1", "2"), ("3", "3"), ("1e5",), ("7\0",), ("\ud83d",)])
STATUS = st.sampled_from([None, 0, 200, 2**53 + 1, 2**63 - 1, 2**63, 1 - 2**63])
CHARGE = st.sampled_from([None, Decimal("1.25"), Decimal("1.250"), Decimal("9" * 30)])
OUTCOME = st.builds(
    Outcome,
    st.sampled_from(Verdict),
    order_ids=IDS,
    message=TEXT,
    answer=TEXT,
    kind=st.sampled_from(["", "link", "duplicate", "dns\0"]),
    http_status=STATUS,
    charge=CHARGE,
)
CLAIMS = st.lists(st.tuples(st.just("claim"), st.integers(0, ORDERS), ATTEMPT), max_size=ORDERS)
ANSWERS = st.lists(st.tuples(st.just("answer"), ATTEMPT, OUTCOME), max_size=8)
WORD = st.tuples(st.sampled_from(["again", "rule out", "suspect", "find"]), ORDER)
APART = {"unique_by": lambda each: each[1] % ORDERS}
"""Many groups have each order once: those are written in a few statements."""

GROUP = st.one_of(
    st.tuples(st.permutations(range(1, ORDERS + 1)), st.integers(0, 2)).map(
        lambda drawn: [("claim", number, number + ORDERS * drawn[1]) for number in drawn[0]]
    ),
    st.lists(st.tuples(st.just("answer"), ATTEMPT, OUTCOME), max_size=8, **APART),
    st.tuples(CLAIMS, ANSWERS).map(lambda parts: [*parts[0], *parts[1]]),
    st.tuples(ANSWERS, CLAIMS).map(lambda parts: [*parts[0], *parts[1]]),
    WORD.map(lambda word: [word]),
)


class Side:
    """One of the two that have the same history, with orders, attempts and an account of its own."""

    def __init__(self, journal, order, mark):
        self.journal = journal
        self.mark = mark
        self.account = f"{mark}account"
        self.orders = [
            replace(order(number, account=self.account), key=f"{mark}{number}", fingerprint="f")
            for number in range(1, ORDERS + 1)
        ]

    async def do(self, word, what, *more):
        """Do one thing, and return what came of it, as text without the side's own mark."""
        try:
            came = await self.begun(word, f"{self.mark}{what}", *more)
        except (JournalError, IllegalTransition) as error:
            came = (getattr(error, "code", "illegal"), getattr(error, "facts", ""))
        return self.text(came)

    def begun(self, word, name, *more):
        """Begin it: a claim of an order, an answer to an attempt, or what a person says of an order."""
        if word == "claim":
            return self.journal.claim(name, f"{self.mark}{more[0]}", "r1")
        if word == "answer":
            return self.journal.record(name, more[0])
        if word == "again":
            return self.journal.again([name], "r2")
        ids = ("found",) if word == "find" else ()
        return self.journal.resolve(name, word, order_ids=ids, run="r2")

    def text(self, found):
        """Return this as text without what only this side has."""
        return repr(found).replace(self.mark, "")

    async def left(self):
        """Return all that the journal holds of this side, but numbers."""
        found = []
        for one in await self.journal.submissions(accounts=[self.account]):
            attempts = [replace(each, number=0) for each in await self.journal.attempts(one.key)]
            events = [
                replace(each, seq=0, facts={**each.facts, "number": 0})
                for each in await self.journal.events(key=one.key)
            ]
            found += [one, attempts, events]
        for order_id in ("1", "2", "3", "1e5", "7\\x00", "\\ud83d", "found"):
            asked = self.journal.submissions(order_ids=[order_id], accounts=[self.account])
            found.append([one.key for one in await asked])
        return [self.text(each) for each in found]


def test_a_group_leaves_what_its_operations_leave_one_after_the_other(run, reopen, order):
    """The same orders, attempts, placed ids and events, and each caller is told the same."""
    journal = run(reopen(clock=lambda: "2026-05-04T10:00:00+00:00"))
    numbers = itertools.count(1)

    async def play(groups):
        number = next(numbers)
        together, alone = (Side(journal, order, f"{side}{number}:") for side in ("together", "alone"))
        for side in (together, alone):
            await journal.add(side.orders, "r1")
        for group in groups:
            before = journal.commits
            told = await asyncio.gather(*(together.do(*each) for each in group))
            assert journal.commits - before == bool(group)
            assert told == [await alone.do(*each) for each in group]
        assert await together.left() == await alone.left()

    @given(st.lists(GROUP, max_size=8))
    @settings(max_examples=60, suppress_health_check=list(HealthCheck))
    def same(groups):
        run(play(groups))

    same()
    run(journal.close())
