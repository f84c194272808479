"""A pass over open orders: several calls at once, every answer counted, and no call left behind."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from bulkorders.errors import JournalError
from bulkorders.journal.opening import open_journal
from bulkorders.journal.protocol import Run
from bulkorders.model.lifecycle import State
from bulkorders.model.orders import Order, ValidatedOrder, fingerprint, order_key
from bulkorders.panel.client import Panel
from bulkorders.panel.pace import LocalPace
from bulkorders.panel.profiles import Profile
from bulkorders.panel.wire import Sending
from bulkorders.pipeline.accounts import now
from bulkorders.sandbox import running
from bulkorders.tracking import statuses

ACCOUNT = "panel.example.com/api/v2"
COUNT = 40


def order_for(number):
    """Return the validated order of a row."""
    order = Order(row=number, service="1", link=f"https://example.com/post/{number}", quantity=500)
    sent = order.parameters()
    key, alike = order_key(ACCOUNT, "may", sent, 1), fingerprint(ACCOUNT, sent)
    return ValidatedOrder(order, ACCOUNT, "may", key, alike, sent, "Views", None, 1000, None, None)


@asynccontextmanager
async def placed(sandbox, folder):
    """Give a panel, and a journal whose orders it has."""
    journal = await open_journal(folder / "journal.sqlite", who="a test")
    try:
        async with Panel(Profile("main", sandbox.url, sandbox.key, ACCOUNT)) as panel:
            await journal.begin_run(Run("run", "submit", "may", None, None, "2026-01-01T00:00:00+00:00"))
            for order in await journal.add([order_for(number) for number in range(COUNT)], "run"):
                await journal.claim(order.key, f"a-{order.key}", "run")
                outcome = await panel.add(order.parameters, Sending())
                await journal.record(f"a-{order.key}", outcome)
            yield panel, journal
    finally:
        await journal.close()


def refuse_once(journal):
    """Let the journal refuse the next answer, and take all further ones."""
    deliver, left = journal.deliver, ["one"]

    async def refusing(*given):
        if left:
            left.pop()
            raise JournalError("journal.unwritable", path="a disk", reason="full for a moment")
        return await deliver(*given)

    journal.deliver = refusing


async def alone(orders):
    """Yield each order in a group of its own: as many calls as orders."""
    for order in orders:
        yield [order]


def test_every_answer_counts_however_many_come_at_once(tmp_path):
    """What is told as asked and changed is every order, though the answers of several calls are recorded at once."""

    async def go():
        async with placed(sandbox, tmp_path) as (panel, journal):
            orders = await journal.submissions(states=[State.PLACED])
            told = await statuses.refresh(panel, journal, alone(orders), LocalPace(8), run="run", now=now)
            known = [order.status for order in await journal.submissions()]
            return told.asked, told.changed, sum(status is not None for status in known)

    with running(latency="5-20ms") as sandbox:
        assert asyncio.run(go()) == (COUNT, COUNT, COUNT)


def test_when_the_journal_fails_no_call_is_made_any_more(tmp_path):
    """Where an answer can't be recorded the pass ends, and nobody goes on asking behind its back."""

    async def go():
        async with placed(sandbox, tmp_path) as (panel, journal):
            orders = await journal.submissions(states=[State.PLACED])
            refuse_once(journal)
            with pytest.raises(JournalError):
                await statuses.refresh(panel, journal, alone(orders), LocalPace(8), run="run", now=now)
            asked = sandbox.shop.stats.requests["status"]
            await asyncio.sleep(0.5)
            return asked, sandbox.shop.stats.requests["status"]

    with running(latency="5-20ms") as sandbox:
        when_it_ended, later = asyncio.run(go())
    assert when_it_ended == later < COUNT
