"""Journals on real files, and orders to put into them."""

import asyncio
import dataclasses
from collections.abc import Callable, Coroutine, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bulkorders.journal.address import address_of
from bulkorders.journal.postgres import PostgresJournal
from bulkorders.journal.postgres.session import Waits
from bulkorders.journal.protocol import Journal
from bulkorders.journal.sqlite import SqliteJournal
from bulkorders.model.orders import Order, ValidatedOrder, fingerprint, order_key
from bulkorders.model.outcomes import Outcome, Verdict

ACCOUNT = "panel.example.com/api/v2"

Run = Callable[[Coroutine[Any, Any, Any]], Any]
MakeOrder = Callable[..., ValidatedOrder]


def make_order(
    number: int, *, campaign: str = "may", account: str = ACCOUNT, **changes: Any
) -> ValidatedOrder:
    """Return the order of row `number`, for a link of its own; `changes` are fields of the ValidatedOrder."""
    order = Order(row=number, service="1", link=f"https://example.com/post/{number}", quantity=500)
    sent = order.parameters()
    validated = ValidatedOrder(
        order=order,
        account=account,
        campaign=campaign,
        key=order_key(account, campaign, sent, 1),
        fingerprint=fingerprint(account, sent),
        parameters=sent,
        service_name="Likes",
        rate=Decimal("2.5"),
        basis=1000,
        estimate=Decimal("1.25"),
        currency="VND",
    )
    return dataclasses.replace(validated, **changes)


def accepted(*order_ids: str, **facts: Any) -> Outcome:
    """Return the outcome of an accepted attempt."""
    return Outcome(Verdict.ACCEPTED, order_ids=order_ids, http_status=200, **facts)


@pytest.fixture
def run() -> Iterator[Run]:
    """Run coroutines of one test in one event loop."""
    with asyncio.Runner() as runner:
        yield runner.run


AT_ONCE = Waits(lost_after=0, silent_after=0, patience=20)
"""What dangles is lost as soon as its process has said goodbye, or is silent."""


@pytest.fixture(params=["sqlite", "postgres"])
def backend(request: pytest.FixtureRequest) -> str:
    """Run the test on each backend there is."""
    return str(request.param)


@pytest.fixture
def reopen(
    request: pytest.FixtureRequest, backend: str, tmp_path: Path
) -> Callable[..., Coroutine[Any, Any, Journal]]:
    """Open the one journal of this test on its backend; call it again after closing it."""
    url = request.getfixturevalue("database") if backend == "postgres" else ""

    async def open_it(**how: Any) -> Journal:
        if backend == "postgres":
            return await PostgresJournal.open(address_of(url), waits=AT_ONCE, **how)
        return await SqliteJournal.open(tmp_path / "journal.sqlite", **how)

    return open_it


@pytest.fixture
def journal(run: Run, reopen: Callable[..., Coroutine[Any, Any, Journal]]) -> Iterator[Journal]:
    """Return an empty journal."""
    opened = run(reopen())
    yield opened
    run(opened.close())


@pytest.fixture
def order() -> MakeOrder:
    """Make validated orders."""
    return make_order


@pytest.fixture
def accept() -> Callable[..., Outcome]:
    """Make accepted outcomes."""
    return accepted


@pytest.fixture
def placed(run: Run, journal: Journal) -> Callable[..., str]:
    """Place an order the whole way, and return its key."""

    def place(number: int, *order_ids: str, **changes: Any) -> str:
        one = make_order(number, **changes)
        run(journal.add([one], "r1"))
        assert run(journal.claim(one.key, f"a{number}", "r1"))
        run(journal.record(f"a{number}", accepted(*(order_ids or (f"9{number}",)), message="ok")))
        return one.key

    return place
