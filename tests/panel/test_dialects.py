"""Raw answers of many panels, each over a real socket: what the client concludes from them, exactly."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bulkorders.errors import PanelError
from bulkorders.model.catalogue import Catalogue
from bulkorders.panel.client import Panel
from bulkorders.panel.requests import Said
from bulkorders.panel.wire import Sending

CASES = json.loads(Path(__file__).with_name("dialects.json").read_text("utf-8"))
ORDER = {"service": "1", "link": "https://example.com/p", "quantity": "500"}


def of(*actions: str) -> Any:
    """Return the cases of these actions, as parameters."""
    return pytest.mark.parametrize(
        "case", [pytest.param(c, id=c["id"]) for c in CASES if c["action"] in actions]
    )


@pytest.fixture
def ask(replay: Any, said: Any) -> Any:
    """Return a function that puts a case on the server and returns what the client makes of it."""

    def run(case: dict[str, Any], call: Callable[[Panel], Any]) -> Any:
        replay.says(said(case["body"], case["status"], case["type"]))

        async def talk() -> Any:
            async with replay.panel() as panel:
                return await call(panel)

        return asyncio.run(talk())

    return run


@of("add")
def test_an_order_comes_to_exactly_this(case: dict[str, Any], ask: Any, replay: Any) -> None:
    """Verdict, kind, ids, charge and consequence are those of the table, from one request."""
    came = ask(case, lambda panel: panel.add(ORDER, Sending()))
    found = {
        "verdict": came.verdict.value,
        "kind": came.kind,
        "ids": list(came.order_ids),
        "charge": None if came.charge is None else str(came.charge),
        "then": came.consequence.value,
    }
    assert found == case["expect"]
    assert len(replay.asked) == 1


def shown(catalogue: Catalogue) -> list[dict[str, Any]]:
    """Return the services as plain values."""
    listed = [asdict(service) for service in catalogue.services.values()]
    for service in listed:
        service["type"] = service.pop("type_name")
        # How long orders usually take stands in no answer of the cases; tests of durations read it.
        assert service.pop("usual") is None
        service["rate"] = None if service["rate"] is None else str(service["rate"])
    return listed


@of("services")
def test_a_catalogue_is_read_exactly(case: dict[str, Any], ask: Any) -> None:
    """Every field of every service is what the panel meant; what is no catalogue is a clear error."""
    if "error" in case["expect"]:
        with pytest.raises(PanelError) as caught:
            ask(case, lambda panel: panel.catalogue("now"))
        assert caught.value.code == case["expect"]["error"]
    else:
        assert shown(ask(case, lambda panel: panel.catalogue("now"))) == case["expect"]


@of("status")
def test_statuses_are_read_exactly(case: dict[str, Any], ask: Any) -> None:
    """Each order asked about has its own status and figures, or says why not."""
    if "error" in case["expect"]:
        with pytest.raises(PanelError) as caught:
            ask(case, lambda panel: panel.statuses(case["asked"]))
        assert caught.value.code == case["expect"]["error"]
        return
    told = ask(case, lambda panel: panel.statuses(case["asked"]))
    found = {id_: asdict(report) for id_, report in told.items()}
    for id_, report in found.items():
        assert report.pop("order_id") == id_
        report["charge"] = None if report["charge"] is None else str(report["charge"])
    assert found == case["expect"]


@of("balance")
def test_a_balance_is_read_exactly(case: dict[str, Any], ask: Any) -> None:
    """Amount and currency are those of the panel, to the last digit; a refusal is a clear error."""
    if "error" in case["expect"]:
        with pytest.raises(PanelError) as caught:
            ask(case, lambda panel: panel.balance())
        assert caught.value.code == case["expect"]["error"]
    else:
        found = ask(case, lambda panel: panel.balance())
        assert (found.amount, found.currency) == (Decimal(case["expect"][0]), case["expect"][1])


@of("refill", "cancel")
def test_requests_are_read_exactly(case: dict[str, Any], ask: Any, replay: Any) -> None:
    """Each order's refill or cancel was taken (with the id it was given), refused, or can't be told."""
    told = ask(case, lambda panel: panel.requests(case["action"], case["asked"]))
    assert {id_: [one.said.value, one.request_id] for id_, one in told.items()} == case["expect"]
    lost = [one for one in told.values() if one.said is Said.NOTHING]
    assert not lost or len(replay.asked) == 1


@of("refill_status")
def test_refill_statuses_are_read_exactly(case: dict[str, Any], ask: Any) -> None:
    """Each refill has the panel's word; one the panel does not know has none."""
    assert ask(case, lambda panel: panel.refill_words(case["asked"])) == case["expect"]
