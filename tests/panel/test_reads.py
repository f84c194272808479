"""Reads over real sockets: asked again where that can help, and only there."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from bulkorders.errors import PanelRefused, PanelUnreachable
from bulkorders.panel.client import Panel

GOOD = '{"balance":"343423","currency":"VND"}'


def balance(panel: Panel) -> Any:
    """Ask for the balance."""
    return panel.balance()


def catalogue(panel: Panel) -> Any:
    """Ask for the services."""
    return panel.catalogue("now")


def test_a_read_is_asked_again_after_a_servers_error(replay: Any, said: Any, ask: Any) -> None:
    """A 503 followed by a good answer is a good answer."""
    replay.says(said("<h1>503</h1>", 503), said(GOOD))
    assert ask(balance).amount == 343_423
    assert len(replay.asked) == 2


@pytest.mark.parametrize(
    "first",
    [
        {"raw": b"", "then": "reset"},
        {"body": GOOD[:9], "declared": 99, "then": "close"},
        {"body": '{"error":"Too many requests"}', "status": 429, "headers": (("Retry-After", "1"),)},
        {"body": '{"error":"Rate limit exceeded"}'},
    ],
    ids=["reset", "cut", "429", "a wait with 200"],
)
def test_a_read_is_asked_again_after_a_lost_answer_or_a_wait(
    replay: Any, said: Any, ask: Any, first: dict[str, Any]
) -> None:
    """A lost answer, or a panel that asks to wait, delays a read and does not fail it."""
    replay.says(said(**first), said(GOOD))
    assert ask(balance).amount == 343_423
    assert len(replay.asked) == 2


def test_a_wait_is_as_long_as_the_panel_says(replay: Any, said: Any, ask: Any) -> None:
    """Nobody asks again before the panel's `Retry-After` is over."""
    seen = []

    def refuse(_form: dict[str, str]) -> Any:
        seen.append(time.monotonic())
        return said("{}", 429, headers=(("Retry-After", "1"),))

    def answer(_form: dict[str, str]) -> Any:
        seen.append(time.monotonic())
        return said(GOOD)

    replay.says(refuse, answer)
    ask(balance)
    assert seen[1] - seen[0] >= 1


def test_an_outage_ends_a_read_after_three_tries(replay: Any, said: Any, fails: Any) -> None:
    """A server that keeps failing is asked three times, then told of."""
    replay.says(said("", 502))
    error = fails(balance, PanelUnreachable)
    assert (error.code, error.facts["status"], len(replay.asked)) == ("panel.server_error", 502, 3)


@pytest.mark.parametrize(
    "later",
    ["3600", format_datetime(datetime.now(UTC) + timedelta(hours=2), usegmt=True)],
    ids=["seconds", "a date"],
)
def test_a_wait_longer_than_a_run_ends_it(replay: Any, said: Any, fails: Any, later: str) -> None:
    """Who is told to wait an hour does not ask again after a minute."""
    replay.says(said('{"error":"Too many requests"}', 429, headers=(("Retry-After", later),)))
    assert fails(balance).code == "panel.busy"
    assert len(replay.asked) == 1


REFUSED = {
    "a bad key": ('{"error":"Invalid API key"}', 200, "panel.key"),
    "a bad key in Vietnamese": ('{"status":"error","msg":"API key không hợp lệ"}', 200, "panel.key"),
    "a bad key by status": ("", 401, "panel.key"),
    "a suspended account": (
        '{"error":"Your account has been suspended. Contact support"}',
        401,
        "panel.account",
    ),
    "a blocked address": ('{"error":"Your IP is not whitelisted"}', 403, "panel.account"),
    "no API there": ("<html>404</html>", 404, "panel.address"),
    "no API there, in JSON": ('{"message":"Not Found"}', 404, "panel.address"),
    "a challenge": ("<!DOCTYPE html><title>Just a moment...</title>", 403, "panel.challenge"),
    "a challenge of the older kind": (
        "<html>Checking your browser before accessing</html>",
        503,
        "panel.challenge",
    ),
    "a page": ("<!DOCTYPE html><html><body>Welcome</body></html>", 200, "panel.not_json"),
    "nothing": ("", 200, "panel.not_json"),
    "a text": ("Hello", 200, "panel.not_json"),
}


@pytest.mark.parametrize(("body", "status", "code"), REFUSED.values(), ids=REFUSED)
def test_what_asking_again_cannot_help_is_asked_once(
    replay: Any, said: Any, fails: Any, body: str, status: int, code: str
) -> None:
    """A wrong key is never tried twice (some panels lock out after five), nor is a wrong address or a page."""
    replay.says(said(body, status))
    for call in (balance, catalogue):
        error = fails(call)
        assert error.code == code
        assert error.facts["url"] == replay.url
    assert len(replay.asked) == 2


def test_a_bad_key_ends_a_status_pass_at_its_first_request(replay: Any, said: Any, fails: Any) -> None:
    """With a bad key a batch is not taken apart."""
    replay.says(said('{"error":"Invalid API key"}'))
    error = fails(lambda panel: panel.statuses([str(n) for n in range(100)]), PanelRefused)
    assert (error.code, len(replay.asked)) == ("panel.key", 1)
