"""A sandbox per test, and a client that asks it as a panel is asked."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from bulkorders.sandbox import Sandbox, running

Ask = Callable[..., Any]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Yield a sandbox on a free port, whose time passes as slowly as the wall's."""
    with running() as served:
        yield served


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    """Yield a client that takes nothing from the environment and reads no certificates it won't need."""
    with httpx.Client(trust_env=False, timeout=5, verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)) as opened:
        yield opened


@pytest.fixture
def post(sandbox: Sandbox, client: httpx.Client) -> Callable[..., httpx.Response]:
    """Return a function that posts one action and returns the response."""

    def send(action: str, **params: str) -> httpx.Response:
        return client.post(sandbox.url, data={"key": sandbox.key, "action": action, **params})

    return send


@pytest.fixture
def ask(post: Callable[..., httpx.Response]) -> Ask:
    """Return a function that posts one action and returns the JSON of a 200."""

    def send(action: str, **params: str) -> Any:
        response = post(action, **params)
        assert response.status_code == 200
        assert response.headers["content-type"] == "application/json"
        return response.json()

    return send


@pytest.fixture
def buy(ask: Ask) -> Callable[..., str]:
    """Return a function that buys from service 1 (or another) and returns the order id."""

    def send(
        link: str = "https://example.com/p/1", service: str = "1", quantity: str = "500", **more: str
    ) -> str:
        return str(ask("add", service=service, link=link, quantity=quantity, **more)["order"])

    return send
