"""Catalogues and balances over real sockets: what is odd is kept with its trouble, what is none is said."""

import json
from pathlib import Path
from typing import Any

import pytest

from bulkorders.panel.client import Panel

SAMPLES = Path(__file__).parents[2] / "samples" / "answers"
GOOD = '{"balance":"343423","currency":"VND"}'


def sample(name: str) -> str:
    """Return a documented answer."""
    return (SAMPLES / f"{name}.json").read_text("utf-8")


def balance(panel: Panel) -> Any:
    """Ask for the balance."""
    return panel.balance()


def catalogue(panel: Panel) -> Any:
    """Ask for the services."""
    return panel.catalogue("now")


def test_unreadable_services_sink_nothing_else(replay: Any, said: Any, ask: Any) -> None:
    """Odd entries are kept with their trouble or left out, and the good ones stay as they are."""
    good = {"name": "Likes", "rate": "1.5", "min": "10", "max": "2147483647", "type": "Default"}
    entries = [
        {**good, "service": 1},
        {**good, "service": 2, "rate": "free"},
        {**good, "service": 3, "min": "a few", "max": {}},
        {**good, "service": 4, "min": "100", "max": "99"},
        {**good, "service": 5, "name": "<b>Likes</b> &amp; <script>x</script> \u0000\ud83d", "rate": -1},
        {**good, "service": 6},
        {**good, "service": 6, "rate": "9"},
        {**good, "service": 7},
        {**good, "service": 7},
        {**good},
        {**good, "service": None, "id": "8"},
        "a text",
        None,
        ["a list"],
    ]
    replay.says(said(json.dumps(entries)))
    found = ask(catalogue).services
    assert list(found) == ["1", "2", "3", "4", "5", "6", "7", "8"]
    assert {id_ for id_, service in found.items() if service.trouble} == {"2", "3", "5", "6"}
    assert found["1"].max == 2_147_483_647
    assert (found["4"].min, found["4"].max) == (100, 99)
    assert found["5"].name == "<b>Likes</b> & <script>x</script> \ufffd\ufffd"
    assert "twice" in found["6"].trouble


NO_CATALOGUES = {
    "an empty list": ("[]", "panel.no_services"),
    "null": ("null", "panel.no_services"),
    "an empty word": ('{"status":"success","data":"Empty Data"}', "panel.no_services"),
    "an empty list within": ('{"status":true,"data":[]}', "panel.no_services"),
    "an empty object": ("{}", "panel.unreadable"),
    "a number": ("5", "panel.unreadable"),
    "a balance": (GOOD, "panel.unreadable"),
    "a list of texts": ('["a","b"]', "panel.unreadable"),
    "a list of errors": ('[{"error":"Try again"}]', "panel.refused"),
    "an error": ('{"error":"No catalogue for you"}', "panel.refused"),
    "an error without words": ('{"status":"error"}', "panel.unreadable"),
}


@pytest.mark.parametrize(("body", "code"), NO_CATALOGUES.values(), ids=NO_CATALOGUES)
def test_what_is_no_catalogue_is_said(replay: Any, said: Any, fails: Any, body: str, code: str) -> None:
    """An answer without services is a clear error, and an unreadable one is not an empty shop."""
    replay.says(said(body))
    assert fails(catalogue).code == code


def test_the_profile_decides_basis_and_currency(replay: Any, said: Any, ask: Any) -> None:
    """What the profile says of rate basis and currency goes before what the panel says."""
    replay.says(said(sample("services")), said(GOOD))
    assert ask(catalogue, rates={"default": 1}, currency="IRT").services["1"].basis == 1
    assert ask(balance, currency="IRT").currency == "IRT"


@pytest.mark.parametrize(
    "body", ["{}", '{"balance":"a lot"}', '{"balance":null}', "[]", "5", '{"balance":"343,423"}']
)
def test_an_unreadable_balance_is_said(replay: Any, said: Any, fails: Any, body: str) -> None:
    """A balance that can't be read for sure is an error, not nought."""
    replay.says(said(body))
    assert fails(balance).code == "panel.unreadable"


def test_a_balance_beside_an_error_is_not_believed(replay: Any, said: Any, fails: Any) -> None:
    """A refusal that also shows a balance of 0 is a refusal."""
    replay.says(said('{"error":"Something is wrong","balance":"0"}'))
    assert fails(balance).code == "panel.refused"


@pytest.mark.parametrize("body", ["[]", '{"balance":"5"}'])
def test_what_comes_under_a_refusing_status_is_not_believed(
    replay: Any, said: Any, fails: Any, body: str
) -> None:
    """An empty list is no empty shop, and a balance no balance, under a 403."""
    replay.says(said(body, 403))
    assert [fails(call).code for call in (catalogue, balance)] == ["panel.unreadable", "panel.unreadable"]
