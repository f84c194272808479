"""The order of an attempt's steps, tried against a mutant that sends before its claim is on the disk."""

import asyncio
from decimal import Decimal
from uuid import uuid4

import pytest

from bulkorders.journal.opening import open_journal, spool_path
from bulkorders.journal.spool import Spool
from bulkorders.model.lifecycle import State
from bulkorders.model.orders import Order, ValidatedOrder, fingerprint, order_key
from bulkorders.panel.client import Panel
from bulkorders.panel.profiles import Profile
from bulkorders.panel.wire import Sending
from bulkorders.sandbox import Fault, running
from bulkorders.submission.attempt import Attempts, Came

ACCOUNT = "panel.example.com/api/v2"


class SendsFirst(Attempts):
    """The mutant: what it sent is written down only once the answer is there."""

    async def make(self, order):
        """Send, then claim and record."""
        outcome = await self._panel.add(order.parameters, Sending())
        attempt = uuid4().hex
        await self._journal.claim(order.key, attempt, self._run)
        return Came(outcome, await self._journal.record(attempt, outcome))


async def interrupted_and_run_again(made, sandbox, folder):
    """Interrupt an attempt whose order was sold, run again as a new process would, and return how many were sold."""
    sent = Order(row=2, service="1", link="https://example.com/a", quantity=500).parameters()
    order = ValidatedOrder(
        Order(row=2, service="1", link="https://example.com/a", quantity=500), ACCOUNT, "may",
        order_key(ACCOUNT, "may", sent, 1), fingerprint(ACCOUNT, sent), sent, "Views", Decimal("2.5"), 1000,
        Decimal("1.25"), "VND",
    )  # fmt: skip
    sandbox.faults.set([Fault(kind="silent")])
    path = folder / "journal.sqlite"
    for turn in range(2):
        journal = await open_journal(path, who="a test")
        spool = Spool.open(spool_path(path))
        await spool.replay(journal)
        await journal.lose_dangling("run")
        async with Panel(Profile("main", sandbox.url, sandbox.key, ACCOUNT)) as panel:
            (known,) = await journal.add([order], "run")
            if known.state is State.READY:
                task = asyncio.create_task(made(panel, journal, spool, "run").make(known))
                while not sandbox.shop.requests:
                    await asyncio.sleep(0.01)
                if turn == 0:
                    task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        spool.close()
        await journal.close()
    return len(sandbox.shop.orders)


@pytest.mark.parametrize(("made", "sold"), [(Attempts, 1), (SendsFirst, 2)], ids=["as it is", "sends first"])
def test_what_is_interrupted_is_sold_once_only_because_the_claim_comes_first(made, sold, tmp_path):
    """Interrupted after the sale, the attempt as it is sells once; the mutant that sends first sells twice."""
    with running() as sandbox:
        assert asyncio.run(interrupted_and_run_again(made, sandbox, tmp_path)) == sold
