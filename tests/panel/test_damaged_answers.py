"""Real answers, damaged on their way: no reader raises, and no part says what the whole did not."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bulkorders.errors import PanelError
from bulkorders.model.outcomes import Outcome, Verdict
from bulkorders.panel.answers import Reply
from bulkorders.panel.arriving import Exchange
from bulkorders.panel.decoding import text_of
from bulkorders.panel.deliveries import delivery, entries
from bulkorders.panel.faults import fault_of
from bulkorders.panel.kinds import kind_of
from bulkorders.panel.listings import balance, services
from bulkorders.panel.masking import masking
from bulkorders.panel.requests import read_refill_statuses, read_requests
from bulkorders.panel.verdicts import outcome_of
from bulkorders.panel.wire import Sending

CASES = json.loads(Path(__file__).with_name("dialects.json").read_text("utf-8"))
ADDS = [case for case in CASES if case["action"] == "add"]
QUICK = [case for case in CASES if case.get("expect") and "rate" not in json.dumps(case["expect"])]
PIECES = [
    b"",
    b"\x00",
    b"\xff",
    b'"',
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"null",
    b"-",
    b"0",
    b"5",
    b"e9",
    b"\\",
    b'"order":7,',
]

FACTS = {"url": "u", "panel": "p", "action": "status"}


def reply(body: bytes, status: int) -> Reply:
    """Return an answer as if it had come whole."""
    return Reply.of(Exchange(sent=True, status=status, body=body, complete=True), masking("canary-key-1"))


def in_raw(came: Outcome, body: bytes) -> bool:
    """Whether every id of an outcome stands in the answer's bytes."""
    return all(id_.encode() in body for id_ in came.order_ids)


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in ADDS])
def test_no_beginning_of_an_answer_says_more_than_the_whole(case: dict[str, Any]) -> None:
    """Wherever an answer is cut, it comes to the whole's own verdict and ids, or it is in doubt without any."""
    body = case["body"].encode()
    whole = outcome_of(reply(body, case["status"]))
    for cut in range(len(body)):
        came = outcome_of(reply(body[:cut], case["status"]))
        same = (came.verdict, came.order_ids) == (whole.verdict, whole.order_ids)
        alone = came.verdict is Verdict.NOT_SENT and case["status"] in (401, 404, 405, 429)
        assert same or alone or (came.verdict, came.order_ids) == (Verdict.IN_DOUBT, ()), body[:cut]


@st.composite
def damaged(draw: st.DrawFn, cases: list[dict[str, Any]]) -> tuple[dict[str, Any], bytes]:
    """Return a real answer with a few bytes flipped, cut out, put in, doubled, or another's beside it."""
    case = draw(st.sampled_from(cases))
    body = case["body"].encode()
    for _ in range(draw(st.integers(0, 4))):
        start, length = draw(st.integers(0, len(body))), draw(st.integers(0, 12))
        piece = body[start : start + length]
        how = draw(st.sampled_from(["flip", "drop", "put", "double", "other"]))
        other = draw(st.sampled_from(CASES))["body"].encode()[:200]
        changed = {
            "flip": bytes(byte ^ draw(st.sampled_from([1, 4, 32, 128])) for byte in piece),
            "drop": b"",
            "put": draw(st.sampled_from(PIECES)) + piece,
            "double": piece * 2,
            "other": other + piece,
        }
        body = body[:start] + changed[how] + body[start + length :]
    return case, body


@settings(max_examples=400)
@given(built=damaged(ADDS))
def test_a_damaged_answer_places_only_what_it_names(built: tuple[dict[str, Any], bytes]) -> None:
    """Accepted only with ids that stand in the bytes that came; refused only with a known text or status."""
    case, body = built
    told = reply(body, case["status"])
    came = outcome_of(told)
    assert came.verdict is not Verdict.ACCEPTED or (came.order_ids and in_raw(came, told.raw.encode()))
    if came.verdict is Verdict.REJECTED:
        assert kind_of(told.errors).verdict == "rejected"


@settings(max_examples=400)
@given(built=damaged(CASES), asked=st.sampled_from([["1"], ["1", "2"], ["K7", "K8"], ["123", "456"]]))
def test_no_reader_raises_for_a_damaged_answer(built: tuple[dict[str, Any], bytes], asked: list[str]) -> None:
    """Every reader takes every damaged answer: a value, a fault, or nothing."""
    case, body = built
    told = reply(body, case["status"])
    fault_of(told, FACTS)
    services(told.value)
    balance(told.value)
    found = entries(told.value, asked)
    assert set(found) <= set(asked)
    for id_, entry in found.items():
        delivery(id_, entry, told.mask)
    for action in ("refill", "cancel"):
        assert list(read_requests(told, action, asked)) == asked
    assert set(read_refill_statuses(told, asked)) <= set(asked)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(built=damaged(QUICK))
def test_the_client_raises_nothing_but_its_own_errors(
    replay: Any, said: Any, built: tuple[dict[str, Any], bytes]
) -> None:
    """Over a real socket, reads end in a value or in a PanelError, and an order always in an outcome."""
    case, body = built
    replay.says(said(body, min(case["status"], 404), case["type"]))

    async def talk() -> list[Any]:
        asked = case.get("asked", ["1", "2"])
        async with replay.panel() as panel:
            ordered = [await panel.add({"service": "1", "link": "https://example.com/p"}, Sending())]
            for action in ("refill", "cancel"):
                assert set(await panel.requests(action, asked)) == set(asked)
            calls = (
                panel.catalogue("now"),
                panel.balance(),
                panel.statuses(asked),
                panel.refill_words(asked),
            )
            errors = await asyncio.gather(*calls, return_exceptions=True)
            return [*ordered, *(error for error in errors if isinstance(error, BaseException))]

    came, *errors = asyncio.run(talk())
    assert isinstance(came, Outcome)
    assert in_raw(came, text_of(body).encode())
    assert [error for error in errors if not isinstance(error, PanelError)] == []
