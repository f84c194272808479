"""One attempt against the real journal and the real panel: the order of its steps, whatever interrupts them."""

import asyncio
from contextlib import asynccontextmanager
from decimal import Decimal

import pytest

from bulkorders.errors import JournalError
from bulkorders.journal.opening import open_journal, spool_path
from bulkorders.journal.protocol import Run
from bulkorders.journal.spool import Spool
from bulkorders.model.lifecycle import State
from bulkorders.model.orders import Order, ValidatedOrder, fingerprint, order_key
from bulkorders.model.outcomes import Verdict
from bulkorders.panel.client import Panel
from bulkorders.panel.profiles import Profile
from bulkorders.sandbox import Fault, running
from bulkorders.submission.attempt import DEADLINE, Attempts

ACCOUNT = "panel.example.com/api/v2"


def order_for(number):
    """Return the validated order of a row."""
    order = Order(row=number, service="1", link=f"https://example.com/post/{number}", quantity=500)
    sent = order.parameters()
    return ValidatedOrder(
        order, ACCOUNT, "may", order_key(ACCOUNT, "may", sent, 1), fingerprint(ACCOUNT, sent), sent, "Views",
        Decimal("2.5"), 1000, Decimal("1.25"), "VND",
    )  # fmt: skip


@pytest.fixture
def sandbox():
    """Yield a panel."""
    with running() as served:
        yield served


class Bench:
    """A journal with one ready order, and what attempts need."""

    def __init__(self, journal, panel, spool, ready):
        self.journal, self.panel, self.spool, self.ready = journal, panel, spool, ready

    def attempts(self, **given):
        """Return the maker of attempts."""
        return Attempts(self.panel, given.pop("journal", self.journal), self.spool, "run", **given)

    async def state(self):
        """Return the order's state in the journal."""
        return (await self.journal.submissions(keys=[self.ready.key]))[0].state


@asynccontextmanager
async def bench(sandbox, tmp_path):
    """Give a bench in a folder."""
    path = tmp_path / "journal.sqlite"
    journal = await open_journal(path, who="a test")
    spool = Spool.open(spool_path(path))
    try:
        async with Panel(Profile("main", sandbox.url, sandbox.key, ACCOUNT)) as panel:
            await journal.begin_run(Run("run", "submit", "may", None, None, "2026-01-01T00:00:00+00:00"))
            (ready,) = await journal.add([order_for(2)], "run")
            yield Bench(journal, panel, spool, ready)
    finally:
        spool.close()
        await journal.close()


def test_an_accepted_order_is_placed_with_its_id(sandbox, tmp_path):
    """Claim, send, record: the order is placed with the id the panel gave."""

    async def story():
        async with bench(sandbox, tmp_path) as desk:
            came = await desk.attempts().make(desk.ready)
            assert came.submission.order_ids == (sandbox.shop.orders[0].id,)
            assert await desk.state() is State.PLACED

    asyncio.run(story())


def test_nobody_sends_an_order_that_is_owned_already(sandbox, tmp_path):
    """A second attempt on the same order makes no request, while the first is under way and after it."""

    async def story():
        sandbox.latency = "300ms"
        async with bench(sandbox, tmp_path) as desk:
            attempts = desk.attempts()
            first, second = await asyncio.gather(attempts.make(desk.ready), attempts.make(desk.ready))
            assert [first, second].count(None) == 1
            assert await attempts.make(desk.ready) is None
        assert len(sandbox.shop.requests) == 1

    asyncio.run(story())


def test_after_the_deadline_nothing_is_sent(sandbox, tmp_path):
    """A machine that slept between claim and sending sends nothing, and the order is ready again."""

    async def story():
        times = iter([0.0, DEADLINE + 0.1])
        async with bench(sandbox, tmp_path) as desk:
            came = await desk.attempts(clock=lambda: next(times)).make(desk.ready)
            assert (came.outcome.verdict, came.outcome.kind) == (Verdict.NOT_SENT, "expired")
            assert await desk.state() is State.READY
        assert sandbox.shop.requests == []

    asyncio.run(story())


def test_cancelled_after_sending_is_in_doubt(sandbox, tmp_path):
    """An attempt whose task is cancelled while it waits for the answer leaves the order in doubt, on disk."""

    async def story():
        sandbox.faults.set([Fault(kind="silent")])
        async with bench(sandbox, tmp_path) as desk:
            task = asyncio.create_task(desk.attempts().make(desk.ready))
            while not sandbox.shop.requests:
                await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await desk.state() is State.IN_DOUBT

    asyncio.run(story())


def test_cancelled_before_sending_is_ready(sandbox, tmp_path):
    """An attempt cancelled while it claims leaves nothing in doubt: the event says that nothing was sent."""

    async def story():
        async with bench(sandbox, tmp_path) as desk:
            task = asyncio.create_task(desk.attempts().make(desk.ready))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await desk.state() is State.READY
        assert sandbox.shop.requests == []

    asyncio.run(story())


class Unwritable:
    """The real journal, on a disk that fails after the claim: every record raises."""

    def __init__(self, journal):
        self._journal = journal

    def __getattr__(self, name):
        return getattr(self._journal, name)

    async def record(self, _attempt, _outcome):
        """Fail as a full disk does."""
        raise JournalError("journal.unwritable", reason="no space")


def test_an_answer_the_journal_can_not_take_is_spooled_and_recorded_later(sandbox, tmp_path):
    """The answer survives in the spool; replayed at the next start it makes the order placed."""

    async def story():
        async with bench(sandbox, tmp_path) as desk:
            came = await desk.attempts(journal=Unwritable(desk.journal)).make(desk.ready)
            assert came.submission is None
            assert await desk.state() is State.SENDING
            replayed = await desk.spool.replay(desk.journal)
            assert replayed.recorded[0].order_ids == (sandbox.shop.orders[0].id,)
            assert await desk.state() is State.PLACED

    asyncio.run(story())
