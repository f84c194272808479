"""What waits for the journal's thread, or is under way there, when its caller goes or the journal closes."""

import asyncio
import contextlib
import threading
import time

import pytest

from bulkorders.journal.relational import grouping
from bulkorders.model.lifecycle import State
from bulkorders.model.outcomes import Outcome, Verdict


class Gate:
    """A clock of the journal that holds its thread up in the middle of a group while it is shut."""

    def __init__(self):
        self.begun, self.go = threading.Event(), threading.Event()
        self.go.set()

    def __call__(self):
        """Tell the time, once the gate is open."""
        self.begun.set()
        self.go.wait(20)
        return "2026-05-04T10:00:00+00:00"

    def shut(self):
        """Hold up whoever comes next."""
        self.begun.clear()
        self.go.clear()

    async def reached(self):
        """Wait until the thread stands before the gate."""
        while not self.begun.is_set():
            await asyncio.sleep(0.001)

    def open(self):
        """Let the thread finish its group while the loop is kept from hearing of it."""
        self.go.set()
        time.sleep(0.3)


@pytest.fixture
def gate():
    """Return a gate that stands open."""
    return Gate()


@pytest.fixture
def keys(run, journal, order):
    """Return the keys of two orders, READY."""
    orders = [order(1), order(2)]
    run(journal.add(orders, "r1"))
    return [one.key for one in orders]


async def at_once(*operations):
    """Do these together."""
    return await asyncio.gather(*operations)


def test_what_waits_when_the_journal_closes_is_written(run, reopen, order, accept):
    """More claims than a group takes, and answers that were held back: all of them are told and durable."""
    journal = run(reopen(group_limit=5))
    orders = [order(number) for number in range(1, 32)]
    run(journal.add(orders, "r1"))

    async def close():
        claims = [journal.claim(one.key, f"a{one.key}", "r1") for one in orders]
        assert all(await asyncio.gather(*claims[:8]))
        answers = [journal.record(f"a{one.key}", accept(f"9{one.key}")) for one in orders[:8]]
        waiting = asyncio.gather(*answers, *claims[8:])
        await asyncio.sleep(0)
        await journal.close()
        return await waiting

    came = run(close())
    again = run(reopen())
    assert [one.state for one in run(again.submissions())] == [State.PLACED] * 8 + [State.SENDING] * 23
    assert [one.order_ids for one in came[:8]] == [(f"9{one.key}",) for one in orders[:8]]
    assert came[8:] == [True] * 23
    run(again.close())


def test_an_answer_that_is_held_back_is_recorded_though_its_caller_is_cancelled(run, journal, keys, accept):
    """Ctrl-C in the moment in which answers wait for company loses no order id."""
    claims = [journal.claim(key, f"a{number}", "r1") for number, key in enumerate(keys, start=1)]
    assert run(at_once(*claims)) == [True, True]

    async def cancel():
        tasks = [asyncio.create_task(journal.record(f"a{who}", accept(f"9{who}"))) for who in (1, 2)]
        await asyncio.sleep(0)
        tasks[0].cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await tasks[0]
        return await tasks[1]

    assert run(cancel()).order_ids == ("92",)
    assert [one.order_ids for one in run(journal.submissions(keys=keys))] == [("91",), ("92",)]


def test_a_claim_that_is_cancelled_while_it_waits_is_not_left_live(run, journal, keys):
    """Its order can be claimed at once; the other claim of its group has been granted."""

    async def cancel():
        tasks = [
            asyncio.create_task(journal.claim(key, f"a{number}", "r1")) for number, key in enumerate(keys[:2])
        ]
        await asyncio.sleep(0)
        tasks[0].cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await tasks[0]
        return await tasks[1]

    assert run(cancel())
    assert run(journal.attempts(keys[0])) == []
    assert run(journal.claim(keys[0], "b1", "r1"))


def test_a_claim_that_is_cancelled_between_its_commit_and_its_callers_waking_is_taken_back(
    run, reopen, order, gate
):
    """Nobody was told of it, so nothing was sent: its order can be claimed at once."""
    journal = run(reopen(clock=gate))
    run(journal.add([order(1)], "r1"))

    async def cancel():
        gate.shut()
        task = asyncio.create_task(journal.claim(order(1).key, "a1", "r1"))
        await gate.reached()
        gate.open()
        await asyncio.sleep(0)
        assert not task.done()
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()

    run(cancel())
    assert [each.outcome for each in run(journal.attempts(order(1).key))] == ["not_sent"]
    assert run(journal.claim(order(1).key, "a2", "r1"))
    run(journal.close())


@pytest.mark.parametrize("committed", ["later", "before closing", "while closing"])
def test_a_claim_that_is_cancelled_while_the_journal_closes_is_taken_back(
    run, reopen, order, gate, committed
):
    """Whether the thread is still at it, or has committed it and the caller is about to be told."""

    async def cancel():
        journal = await reopen(clock=gate)
        await journal.add([order(1)], "r1")
        gate.shut()
        task = asyncio.create_task(journal.claim(order(1).key, "a1", "r1"))
        await gate.reached()
        if committed == "before closing":
            gate.open()
        closing = asyncio.create_task(journal.close())
        await asyncio.sleep(0)
        if committed == "while closing":
            gate.open()
            await asyncio.sleep(0)
        task.cancel()
        gate.go.set()
        await closing
        assert task.cancelled()

    run(cancel())
    again = run(reopen())
    assert [each.outcome for each in run(again.attempts(order(1).key))] == ["not_sent"]
    assert run(again.claim(order(1).key, "b1", "r2"))
    run(again.close())


def test_what_was_handed_over_is_written_though_the_event_loop_is_gone(run, reopen, order, accept, gate):
    """Whoever closed the journal was cancelled too: the thread does what it has, and ends."""

    async def leave():
        journal = await reopen(clock=gate)
        await journal.add([order(1)], "r1")
        await journal.claim(order(1).key, "a1", "r1")
        gate.shut()
        tasks = [asyncio.create_task(journal.record("a1", accept("7")))]
        await gate.reached()
        tasks.append(asyncio.create_task(journal.close()))
        await asyncio.sleep(0)

    before = set(threading.enumerate())
    with asyncio.Runner() as other:
        other.run(leave())
    (thread,) = set(threading.enumerate()) - before
    gate.go.set()
    thread.join(20)
    assert not thread.is_alive()
    again = run(reopen())
    assert run(again.submissions())[0].order_ids == ("7",)
    run(again.close())


def test_a_doubt_is_recorded_at_once_and_takes_along_what_was_held_back(run, journal, keys, monkeypatch):
    """However long answers that got through may wait for company, a doubt waits for none."""
    monkeypatch.setattr(grouping, "PATIENCE", 600.0)

    async def answers():
        await at_once(*(journal.claim(key, f"a{number}", "r1") for number, key in enumerate(keys)))
        placed = asyncio.create_task(journal.record("a0", Outcome(Verdict.ACCEPTED, order_ids=("1",))))
        await asyncio.sleep(0.05)
        held_back = not placed.done()
        async with asyncio.timeout(20):
            doubt = await journal.record("a1", Outcome(Verdict.IN_DOUBT, kind="no_answer"))
            return held_back, doubt.state, (await placed).state

    assert run(answers()) == (True, State.IN_DOUBT, State.PLACED)
