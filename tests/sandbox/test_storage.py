"""The state file: what was sold is there after a restart, whatever happened to the last line."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import httpx
import pytest

from bulkorders.sandbox import (
    BadSettingError,
    Fault,
    Refused,
    SandboxError,
    Shop,
    StateDamagedError,
    running,
)
from bulkorders.sandbox.clock import Clock

if TYPE_CHECKING:
    from pathlib import Path

GOOD = {"service": "1", "link": "https://example.com/p", "quantity": "500"}


def reopened(path: Path) -> Shop:
    """Return the shop of a state file, at the wall's time."""
    return Shop(state=path)


def test_everything_comes_back(tmp_path: Path):
    """Orders, outcomes, refunds, refills, cancels, prices, time and records are the same after a restart."""
    path = tmp_path / "state"
    shop = Shop(state=path, seed=7, services=20, balance="5000", speed=0, idempotency="token")
    for number in range(40):
        shop.add(GOOD | {"link": f"https://example.com/{number}", "token": str(number)})
    shop.advance(40_000)
    shop.change_service("1", rate="3.5", cancel=True)
    shop.remove_service("20")
    late = shop.add(GOOD)
    shop.cancel(late.id)
    shop.pin(shop.orders[0].id, "Partial", remains=123)
    done = next(order for order in shop.orders[1:] if shop.status(order.id)[1].status == "Completed")
    shop.refill(done.id)
    refused = shop.received({"key": "secret", "service": "999"})
    with pytest.raises(Refused):
        shop.add({}, refused)
    shop.note(refused)
    shop.advance(1_000)
    before = [shop.status(order.id) for order in shop.orders]
    requests, balance, catalogue = shop.requests, shop.balance, shop.services()
    shop.close()
    again = reopened(path)
    assert [again.status(order.id) for order in again.orders] == before
    assert (again.requests, again.balance, again.services()) == (requests, balance, catalogue)
    assert again.refill_status("1") == "Pending"
    assert again.add(GOOD | {"token": "a"}).id not in {order.id for order, _ in before}
    assert [request.number for request in again.requests] == list(range(1, 44))
    again.close()
    assert b"secret" not in path.read_bytes()


def test_idempotency_values_come_back(tmp_path: Path):
    """A value used before a restart still answers with its order."""
    shop = Shop(state=tmp_path / "state", idempotency="token")
    first = shop.add(GOOD | {"token": "a"})
    shop.close()
    again = Shop(state=tmp_path / "state", idempotency="token")
    assert again.add(GOOD | {"token": "a"}).id == first.id
    assert len(again.orders) == 1
    again.close()


def test_time_passes_while_nothing_runs(tmp_path: Path):
    """A real panel delivers while nobody looks: after the restart the orders have gone on."""
    wall = [1_000.0]
    shop = Shop(state=tmp_path / "state", speed=60, clock=Clock(wall=lambda: wall[0]))
    order = shop.add(GOOD)
    shop.close()
    wall[0] += 1_440
    again = Shop(state=tmp_path / "state", clock=Clock(wall=lambda: wall[0]))
    assert again.status(order.id)[1].status == order.fate.status
    again.close()


@pytest.mark.parametrize("cut", [1, 10, 100])
def test_a_torn_last_line_is_taken_off(tmp_path: Path, cut: int):
    """A line cut off by a crash was never answered: it is dropped and the file goes on."""
    path = tmp_path / "state"
    shop = Shop(state=path)
    shop.add(GOOD)
    shop.add(GOOD)
    shop.close()
    path.write_bytes(path.read_bytes()[:-cut])
    again = reopened(path)
    assert len(again.orders) == 1
    again.add(GOOD)
    again.close()
    last = reopened(path)
    assert len(last.orders) == 2
    assert last.balance == Decimal("343420.5")
    last.close()


def test_a_long_torn_line_leaves_nothing_behind(tmp_path: Path):
    """However long the torn line was, what is written after it can be read back."""
    path = tmp_path / "state"
    Shop(state=path).close()
    with path.open("ab") as file:
        file.write(b'{"event": "sale", "link": "' + b"x" * 5_000)
    again = reopened(path)
    again.add(GOOD)
    again.close()
    last = reopened(path)
    assert len(last.orders) == 1
    last.close()


def test_what_sold_nothing_is_on_record_too(tmp_path: Path):
    """Refused requests, and those lost to a fault, are still on record after a restart."""
    path = tmp_path / "state"
    with running(state=path) as sandbox, httpx.Client(trust_env=False) as client:
        sandbox.faults.add(Fault("null", when="before"))
        for service in ("1", "999", "1"):
            params = {"key": sandbox.key, "action": "add", **GOOD, "service": service}
            client.post(sandbox.url, data=params)
    again = reopened(path)
    said = [(request.fault, request.error, len(request.orders)) for request in again.requests]
    again.close()
    assert said == [("null", None, 0), (None, "Incorrect service ID", 0), (None, None, 1)]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (1, "nonsense"),
        (2, '{"event": "sale"}'),
        (2, '{"event": "dance"}'),
        (2, "[]"),
        (1, '{"event": "open", "seed": 1}'),
        (1, '{"event": "balance", "at": 0, "balance": "1"}'),
    ],
)
def test_a_damaged_line_is_named(tmp_path: Path, line: int, text: str):
    """Any other line that makes no sense stops the sandbox, with file and line, and nothing is lost."""
    path = tmp_path / "state"
    shop = Shop(state=path)
    shop.add(GOOD)
    shop.close()
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[line - 1] = text
    damaged = "\n".join(lines) + "\n"
    path.write_text(damaged, encoding="utf-8")
    with pytest.raises(StateDamagedError, match=f"state, line {line}"):
        reopened(path)
    assert path.read_text(encoding="utf-8") == damaged


def test_settings_that_contradict_the_state(tmp_path: Path):
    """Seed and services belong to the state; the balance may be set anew."""
    path = tmp_path / "state"
    Shop(state=path, seed=3, services=12).close()
    for wrong in ({"seed": 4}, {"services": 13}):
        with pytest.raises(BadSettingError, match="began with"):
            Shop(state=path, **wrong)  # type: ignore[arg-type]
    shop = Shop(state=path, seed=3, services=12, balance=77)
    assert shop.balance == 77
    shop.close()


def test_a_place_that_cannot_be_written(tmp_path: Path):
    """A state file that can't be made is refused with its path."""
    with pytest.raises(SandboxError, match="cannot keep the state here"):
        Shop(state=tmp_path / "missing" / "state")


def test_a_closed_shop_sells_nothing(tmp_path: Path):
    """Once the state is closed nothing is sold that could not be kept."""
    shop = Shop(state=tmp_path / "state")
    shop.close()
    with pytest.raises(SandboxError, match="is closed"):
        shop.add(GOOD)
    assert shop.orders == []


def test_a_bad_setting_leaves_no_state(tmp_path: Path):
    """A shop that could not be opened leaves a state file that a good one can begin."""
    with pytest.raises(BadSettingError):
        Shop(state=tmp_path / "state", services=0)
    Shop(state=tmp_path / "state", services=5).close()
