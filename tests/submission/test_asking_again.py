"""A lost answer is asked for again only where the panel promises to sell once for one value."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from bulkorders.model.outcomes import Verdict
from bulkorders.panel.client import Panel
from bulkorders.panel.profiles import Profile
from bulkorders.panel.wire import Sending
from bulkorders.sandbox import Fault, running
from bulkorders.submission import asking_again
from bulkorders.submission.asking_again import ask_again, may_ask_again

ORDER = {"service": "1", "link": "https://example.com/p", "quantity": "500"}
TOKEN = "attempt-1"  # noqa: S105 - the value of an attempt, no secret


@pytest.fixture
def sandbox():
    """Yield a panel that sells once for one value of `order_reference`."""
    with running(idempotency="order_reference") as served:
        yield served


@asynccontextmanager
async def asked(sandbox, **changes):
    """Give a client for it."""
    profile = Profile("main", sandbox.url, sandbox.key, "here", idempotency="order_reference")
    async with Panel(replace(profile, **changes)) as panel:
        yield panel


def story(sandbox, age=lambda: 0.0, **changes):
    """Return the outcome of an order whose first answer may be lost."""

    async def told():
        async with asked(sandbox, **changes) as panel:
            first = await panel.add(ORDER, Sending(), TOKEN)
            return await ask_again(panel, ORDER, TOKEN, first, age) if may_ask_again(panel, first) else first

    return asyncio.run(told())


@pytest.mark.parametrize("kind", ["reset", "cut", "html", "empty", "close"])
def test_a_lost_answer_is_had_again(sandbox, kind):
    """The second request brings the id of the first order; it is sold once."""
    sandbox.faults.set([Fault(kind=kind, when="after")])
    outcome = story(sandbox)
    assert outcome.verdict is Verdict.ACCEPTED
    assert [order.id for order in sandbox.shop.orders] == list(outcome.order_ids)
    assert [request.params["order_reference"] for request in sandbox.shop.requests] == [TOKEN] * 2


def test_a_refusal_afterwards_settles_nothing(sandbox):
    """The first request may have been sold, and have used up the funds of the second: it stays in doubt."""
    sandbox.faults.set([Fault(kind="reset", when="after"), Fault(kind="no_funds", when="before")])
    outcome = story(sandbox)
    assert outcome.verdict is Verdict.IN_DOUBT
    assert "funds" in outcome.answer
    assert len(sandbox.shop.requests) == 2


def test_it_is_given_up_after_some_tries(sandbox, monkeypatch):
    """A panel that stays silent is asked a few times, then the order is in doubt."""
    monkeypatch.setattr(asking_again, "FIRST_PAUSE", 0.01)
    sandbox.faults.set([Fault(kind="reset", when="before", times=99)])
    assert story(sandbox).verdict is Verdict.IN_DOUBT
    assert len(sandbox.shop.requests) == 1 + asking_again.MOST


def test_long_after_the_claim_nothing_is_asked_again(sandbox):
    """A panel may have forgotten the value by then, and would sell a second time."""
    sandbox.faults.set([Fault(kind="reset", when="after")])
    assert story(sandbox, age=lambda: asking_again.WINDOW + 1).verdict is Verdict.IN_DOUBT
    assert len(sandbox.shop.requests) == 1


def test_without_the_promise_nothing_is_asked_again(sandbox):
    """A profile that names no parameter sends no value, and leaves a lost answer in doubt."""
    sandbox.faults.set([Fault(kind="reset", when="after")])
    assert story(sandbox, idempotency=None).verdict is Verdict.IN_DOUBT
    (request,) = sandbox.shop.requests
    assert "order_reference" not in request.params


def test_an_answer_with_an_odd_id_is_left_to_a_person(sandbox):
    """An id that came under an error is evidence, and is not asked away."""
    sandbox.faults.set([Fault(kind="status", status=500, when="after")])

    async def told():
        async with asked(sandbox) as panel:
            first = await panel.add(ORDER, Sending(), TOKEN)
            return may_ask_again(panel, replace(first, order_ids=("5",)))

    assert asyncio.run(told()) is False
