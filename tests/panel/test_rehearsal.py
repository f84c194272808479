"""The client against the pretend panel: the whole job, and each of its answers."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bulkorders.model.outcomes import Verdict
from bulkorders.panel.client import Panel
from bulkorders.panel.wire import Sending
from bulkorders.sandbox import Fault, running

ORDER = {"service": "1", "link": "https://example.com/p", "quantity": "500"}


def test_the_pretend_panel_from_end_to_end(replay: Any) -> None:
    """Catalogue, balance, order, status and cancel work against the pretend panel."""

    async def talk(sandbox: Any) -> None:
        profile = replace(replay.profile(), url=sandbox.url, key=sandbox.key)
        async with Panel(profile) as panel:
            assert "1" in (await panel.catalogue("now")).services
            before = (await panel.balance()).amount
            came = await panel.add(ORDER, Sending())
            assert came.verdict is Verdict.ACCEPTED
            (id_,) = came.order_ids
            report = (await panel.statuses([id_]))[id_]
            assert before - (await panel.balance()).amount == report.charge
            assert id_ in await panel.requests("cancel", [id_])

    with running() as sandbox:
        asyncio.run(talk(sandbox))
        assert len(sandbox.shop.orders) == 1


@pytest.mark.parametrize(
    ("kind", "verdict", "name"),
    [
        ("none", Verdict.ACCEPTED, "placed"),
        ("created", Verdict.ACCEPTED, "placed"),
        ("no_funds", Verdict.NOT_SENT, "funds"),
        ("bad_key", Verdict.NOT_SENT, "key"),
        ("suspended", Verdict.NOT_SENT, "account"),
        ("challenge", Verdict.NOT_SENT, "challenge"),
        ("too_many", Verdict.NOT_SENT, "rate"),
        ("unknown_error", Verdict.IN_DOUBT, "unknown"),
        ("echo_key", Verdict.IN_DOUBT, "unknown"),
        ("null", Verdict.IN_DOUBT, "no_id"),
        ("garbage", Verdict.IN_DOUBT, "no_id"),
        ("redirect", Verdict.IN_DOUBT, "redirect"),
        ("status", Verdict.IN_DOUBT, "server"),
    ],
)
def test_the_pretend_panels_answers_are_understood(
    replay: Any, kind: str, verdict: Verdict, name: str
) -> None:
    """Each answer of the pretend panel to an order comes to the verdict of the table."""

    async def talk(sandbox: Any) -> Any:
        async with Panel(replace(replay.profile(), url=sandbox.url, key=sandbox.key)) as panel:
            return await panel.add(ORDER, Sending())

    with running() as sandbox:
        sandbox.faults.add(Fault(kind))
        came = asyncio.run(talk(sandbox))
        assert (came.verdict, came.kind) == (verdict, name)
        sold = len(sandbox.shop.orders)
    assert not (verdict in (Verdict.NOT_SENT, Verdict.REJECTED) and sold)
