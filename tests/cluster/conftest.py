"""A team: a journal on PostgreSQL, the pretend panel over a socket, workers as processes of their own."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bulkorders.model.orders import Order, ValidatedOrder

sys.path.insert(0, str(Path(__file__).parent))

from teams import Team, teamed


@pytest.fixture
def make_order() -> Callable[[int], ValidatedOrder]:
    """Make validated orders, each for a link of its own."""

    def make(number: int) -> ValidatedOrder:
        order = Order(row=number + 2, service="1", link=f"https://example.com/post/{number}", quantity=500)
        key = f"key-{number}"
        return ValidatedOrder(
            order, "shop.example.com", "may", key, key, order.parameters(), "", None, 1000, None, None
        )

    return make


@pytest.fixture
def team(desk: Any, database: str) -> Iterator[Team]:
    """Return a team; its workers are ended with the test."""
    with teamed(desk, database) as team:
        yield team
