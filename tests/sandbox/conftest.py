"""A sandbox per test, and a client that asks it as a panel is asked."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
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


class Panel:
    """A served dialect, and how it is asked."""

    def __init__(self, sandbox: Sandbox, client: httpx.Client) -> None:
        self.sandbox, self.shop, self.client = sandbox, sandbox.shop, client
        self.name = sandbox.shop.terms.name

    def ask(self, action: str, *, key: str | None = None, **params: str) -> httpx.Response:
        """Post one action in the dialect's own parameters, two seconds of the shop after the last."""
        self.shop.advance(2)
        told = {"key": key or self.sandbox.key, "action": action} | params
        if self.name == "indonesian":
            own = {"key": "api_key", "link": "target", "order": "id"}
            told = {own.get(name, name): value for name, value in told.items()} | {"api_id": "7"}
        return self.client.post(self.sandbox.url, data=told)

    def buy(self, service: str = "1", quantity: str = "500", **params: str) -> str:
        """Buy, and return the order's id."""
        response = self.ask(
            "add", service=service, quantity=quantity, **({"link": "https://example.com/a"} | params)
        )
        assert response.status_code < 300, response.text
        return self.shop.orders[-1].id

    def bought(self) -> tuple[str, str]:
        """Buy twice; the first is delivered, the second is being processed."""
        first, second = self.buy(), self.buy("7", "101")
        self.shop.pin(first, "Completed", remains=-2, start_count=168)
        self.shop.pin(second, "Processing")
        return first, second


@pytest.fixture
def speaking(client: httpx.Client) -> Iterator[Callable[[str], Panel]]:
    """Return a function that serves a dialect whose time stands still between the asked for."""
    with ExitStack() as stack:

        def serve(dialect: str) -> Panel:
            return Panel(stack.enter_context(running(dialect=dialect, speed=0)), client)

        yield serve
