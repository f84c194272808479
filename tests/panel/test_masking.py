"""The API key, in whatever spelling a panel echoes it, leaves the package in no text at all."""

import asyncio
import html
import json
import logging
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from bulkorders.errors import PanelError
from bulkorders.panel.answers import KEPT, Reply
from bulkorders.panel.arriving import Exchange
from bulkorders.panel.masking import HIDDEN, masking
from bulkorders.panel.requests import read_requests
from bulkorders.panel.verdicts import outcome_of
from bulkorders.panel.wire import Sending

ODD = "a/B \"c\"+'d'&<é>😀%x1"
SPELLINGS = {
    "raw": str,
    "in capitals": str.upper,
    "in small letters": str.lower,
    "percent-encoded": lambda key: quote(key, safe=""),
    "percent-encoded but for slashes": quote,
    "percent-encoded in small letters": lambda key: quote(key, safe="").lower(),
    "percent-encoded twice": lambda key: quote(quote(key, safe=""), safe=""),
    "as in a form": quote_plus,
    "in JSON": lambda key: json.dumps(key)[1:-1],
    "in JSON with slashes escaped": lambda key: json.dumps(key)[1:-1].replace("/", "\\/"),
    "in JSON without escapes of letters": lambda key: json.dumps(key, ensure_ascii=False)[1:-1],
    "in JSON within JSON": lambda key: json.dumps(json.dumps(key))[3:-3],
    "in HTML": html.escape,
    "in HTML as PHP writes it": lambda key: html.escape(key).replace("&#x27;", "&#039;"),
    "in HTML by numbers": lambda key: "".join(f"&#{ord(letter)};" for letter in key),
    "in HTML twice": lambda key: html.escape(html.escape(key)),
    "in JSON by numbers": lambda key: "".join(
        f"\\u{int.from_bytes(letter.encode('utf-16-be')[at : at + 2]):04X}"
        for letter in key
        for at in range(0, len(letter.encode("utf-16-be")), 2)
    ),
}


@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("secret", [ODD, "0123456789abcdefABCDEF", "5b1e8a3c"])
def test_a_key_is_hidden_in_each_spelling(secret: str, spell: Any) -> None:
    """Before, behind and between other words the key is replaced, and nothing else is."""
    echoed = spell(secret)
    assert masking(secret)(f"key {echoed} or {echoed}.") == f"key {HIDDEN} or {HIDDEN}."


def test_a_short_key_hides_only_where_it_stands_alone() -> None:
    """A key that could be part of a word or number leaves words and numbers as they are."""
    assert masking("12")("12, 312, 1234, (12) a12") == f"{HIDDEN}, 312, 1234, ({HIDDEN}) a12"


def test_no_key_hides_nothing() -> None:
    """An empty key is no pattern that would match everywhere."""
    assert masking("", "")("all, of it!") == "all, of it!"


def test_what_no_journal_takes_is_replaced() -> None:
    """Lone surrogates and control characters are replaced; tabs and line breaks stay."""
    assert masking("secret-key")("a\ud800b\x00c\x1bd\te\nf") == "a\ufffdb\ufffdc\ufffdd\te\nf"


@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
def test_an_outcome_never_holds_the_key(spell: Any) -> None:
    """Message and evidence of an order, and the messages of requests, are free of an echoed key."""
    secret = "Qx9/canary+7f3Kx"  # noqa: S105 - made up, to be looked for
    echoed = spell(secret)
    bodies = (
        f'{{"error":"bad key {echoed}"}}',
        json.dumps({"error": f"bad key {echoed}"}),
        json.dumps({"order": 5, "message": f"by {echoed}"}),
        f"<html>{echoed}</html>",
        "x" * (KEPT - len(echoed) + 1) + echoed,  # cut within the key
    )
    for body in bodies:
        exchange = Exchange(sent=True, status=200, body=body.encode(), complete=True, failure=f"at {echoed}")
        reply = Reply.of(exchange, masking(secret))
        told = [repr(outcome_of(reply)), repr(reply), repr(read_requests(reply, "cancel", ["1", "2"]))]
        for text in told:
            assert echoed[:-1] not in text
            assert "canary" not in text.lower()


ANSWERS = {
    "a refusal": {"body": '{"error":"Invalid API key KEY"}'},
    "an unknown error": {"body": '{"error":"Who is KEY?"}'},
    "a page": {"body": "<html>Hello KEY</html>"},
    "a page that is missing": {"body": "<html>no /api?key=KEY</html>", "status": 404},
    "a redirect": {"status": 302, "headers": (("Location", "/login?key=KEY"),)},
    "a header": {"body": '{"balance":"1"}', "headers": (("X-Key", "KEY"), ("Set-Cookie", "k=KEY"))},
    "not HTTP": {"raw": b"KEY\r\n\r\n", "then": "close"},
    "a wait": {
        "body": '{"error":"Too many requests by KEY"}',
        "status": 429,
        "headers": (("Retry-After", "99"),),
    },
    "catalogue of nothing": {"body": '{"status":"success","data":"Empty for KEY"}'},
}


@pytest.mark.parametrize("told", ANSWERS.values(), ids=ANSWERS)
def test_neither_errors_nor_logs_hold_the_key(
    replay: Any, said: Any, key: str, told: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """With every logger at its most talkative, nothing logged, raised or returned holds the key."""
    for name in ("", "bulkorders", "httpx", "httpcore", "httpcore.http11", "httpcore.connection", "asyncio"):
        caplog.set_level(logging.DEBUG, logger=name)
    full = {name: _with_key(value, key) for name, value in told.items()}
    replay.says(said(**full))
    texts = []

    async def talk() -> None:
        async with replay.panel(url=f"{replay.url}?api_key={key}") as panel:
            texts.append(repr(panel.profile))
            texts.append(repr(await panel.add({"service": "1", "link": "x", "quantity": "1"}, Sending())))
            for ask in (panel.balance(), panel.catalogue("now"), panel.statuses(["1", "2"])):
                try:
                    texts.append(repr(await ask))
                except PanelError as error:
                    texts.append(f"{error} {error!r} {error.facts} {error.__cause__!r} {error.__context__!r}")

    asyncio.run(talk())
    logged = [f"{record.getMessage()} {record.args}" for record in caplog.records]
    assert replay.asked
    assert not [text for text in (*texts, *logged) if key.lower() in text.lower()]


def _with_key(value: Any, key: str) -> Any:
    if isinstance(value, bytes):
        return value.replace(b"KEY", key.encode())
    if isinstance(value, tuple):
        return tuple((name, text.replace("KEY", key)) for name, text in value)
    return value.replace("KEY", key) if isinstance(value, str) else value


def test_the_library_may_log_what_is_not_ours(caplog: pytest.LogCaptureFixture) -> None:
    """Only our own requests are kept out of the HTTP library's log."""
    caplog.set_level(logging.DEBUG, logger="httpx")
    logging.getLogger("httpx").info("somebody else's request")
    assert "somebody else's request" in caplog.text
