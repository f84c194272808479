"""Whatever a panel answers, byte soup included: no reader raises, and no wrong conclusion is a dangerous one."""

import json
import os
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bulkorders.model.catalogue import Balance
from bulkorders.model.outcomes import Outcome, Verdict
from bulkorders.panel.answers import Reply, says_no
from bulkorders.panel.arriving import Exchange
from bulkorders.panel.deliveries import delivery, entries
from bulkorders.panel.faults import fault_of
from bulkorders.panel.figures import amount, flag, identifier, whole_number
from bulkorders.panel.kinds import kind_of
from bulkorders.panel.listings import balance, services
from bulkorders.panel.masking import masking
from bulkorders.panel.order_ids import names_an_order
from bulkorders.panel.requests import Said, read_refill_statuses, read_requests
from bulkorders.panel.verdicts import is_challenge, outcome_of

EXAMPLES = int(os.environ.get("BULKORDERS_TEST_EXAMPLES", "250"))
fuzz = settings(max_examples=EXAMPLES, deadline=None, derandomize=EXAMPLES == 250)

KEYS = [
    "order",
    "orders",
    "order_id",
    "order_ids",
    "Order",
    "id",
    "_id",
    "data",
    "result",
    "response",
    "error",
    "error_message",
    "errors",
    "err",
    "status",
    "success",
    "ok",
    "message",
    "msg",
    "name",
    "code",
    "service",
    "services",
    "rate",
    "price",
    "min",
    "max",
    "type",
    "category",
    "balance",
    "funds",
    "amount",
    "currency",
    "charge",
    "remains",
    "start_count",
    "start_counter",
    "refill",
    "refills",
    "refill_status",
    "cancel",
    "canceled",
    "order_status",
    "runs",
    "reason",
    "refill_id",
    "cancelled",
    "status_code",
    "1",
    "2",
    "K7",
]
WORDS = [
    "success",
    "error",
    "fail",
    "true",
    "false",
    "0",
    "1",
    "2",
    "12345",
    "A7K2M9",
    "ord_01HG",
    "-2",
    "2,5",
    "1,234",
    "10M",
    "Completed",
    "Partial",
    "pending",
    "Canceled",
    "Refunded",
    "none",
    "null",
    "Default",
    "Package",
    "VND",
]
TEXTS = [
    "",
    "Bad link",
    "Not enough funds on balance",
    "Invalid API key",
    "Too many requests",
    "You have active order with this link",
    "Internal server error",
    "liên hệ Admin",
    "Incorrect order ID",
    "Order placed, low balance",
    "#23501",
    "error=Bad link",
    "1e-05",
    "2.0",
    "2024-01-01",
    "Quantity less than minimal 200",
    "\ud800",
    "a\x00b",
]
ASKED = [["1"], ["1", "2"], ["K7"], ["12345", "1"]]

scalars = st.one_of(
    st.sampled_from(WORDS + TEXTS).map(json.dumps),
    st.text(max_size=12).map(json.dumps),
    st.sampled_from(
        ["null", "true", "false", "NaN", "-Infinity", "1e9999", "1e99999999999999999999", "-0", "0.0"]
    ),
    st.integers(-3, 200_000).map(str),
    st.integers().map(str),
    st.decimals(allow_nan=False, allow_infinity=False).map(str),
    st.integers(30, 6_000).map(lambda digits: "9" * digits),
)
names = st.one_of(st.sampled_from(KEYS), st.sampled_from(KEYS), st.text(max_size=5))


def _object(pairs: list[tuple[str, str]]) -> str:
    return "{" + ",".join(f"{json.dumps(name)}:{value}" for name, value in pairs) + "}"


def _nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    listed = st.lists(inner, max_size=4).map(lambda values: f"[{','.join(values)}]")
    # Pairs, not a dict: names may come twice.
    return st.one_of(listed, *[st.lists(st.tuples(names, inner), max_size=6).map(_object)] * 3)


anything = st.recursive(scalars, _nested, max_leaves=12)


def _shaped(*fields: str) -> st.SearchStrategy[str]:
    """Return objects with some of these fields, each holding anything."""
    pairs = st.tuples(st.sampled_from(fields), st.one_of(scalars, scalars, anything))
    return st.lists(pairs, min_size=2, max_size=8).map(_object)


sold = _shaped("order", "orders", "order_id", "id", "status", "message", "charge", "data", "error", "code")
service = _shaped("service", "id", "name", "type", "category", "rate", "min", "max", "refill", "dripfeed")
status = _shaped("order", "status", "charge", "start_count", "remains", "currency", "error", "order_status")
asked_for = _shaped("order", "refill", "cancel", "status", "error", "success", "id")
entry = st.one_of(status, asked_for, service)
keyed = st.lists(
    st.tuples(st.sampled_from(["1", "2", "K7", "12345", "x"]), st.one_of(entry, scalars)), max_size=4
).map(_object)
listed = st.lists(entry, max_size=4).map(lambda rows: f"[{','.join(rows)}]")
wrapped = st.tuples(
    st.sampled_from(["data", "orders", "services", "result", "refills"]),
    st.one_of(keyed, listed, entry, sold),
).map(lambda pair: f'{{"status":"success","{pair[0]}":{pair[1]}}}')
documents = st.one_of(anything, sold, entry, keyed, listed, wrapped)
deep = st.tuples(st.integers(1, 2_000), st.sampled_from(["", "data", "error", "order"]))


def _deep(built: tuple[int, str]) -> str:
    depth, name = built
    if not name:
        return "[" * depth + "5" + "]" * depth
    return f'{{"{name}":' * depth + '{"order":5}' + "}" * depth


def _damaged(built: tuple[str, str, str, int]) -> bytes:
    text, before, after, cut = built
    whole = f"{before}{text}{after}".encode("utf-8", "surrogatepass")
    return whole[: len(whole) - cut]


noise = st.sampled_from(
    ["", "", "", "<br />Warning: [x] in {y} ", "\ufeff", "<html>", "error=", " \n", "{", "["]
)
bodies = st.one_of(
    st.tuples(documents, noise, noise, st.sampled_from([0, 0, 0, 1, 2, 7])).map(_damaged),
    deep.map(_deep).map(str.encode),
    st.binary(max_size=200),
)
http_statuses = st.one_of(
    st.just(200),
    st.sampled_from([200, 201, 400, 401, 402, 403, 404, 405, 408, 422, 429, 302, 500]),
    st.integers(100, 999),
)
headers = st.dictionaries(
    st.sampled_from(["Retry-After", "cf-mitigated", "X"]), st.text(max_size=40), max_size=2
)
replies = st.builds(
    lambda body, status, head, complete: Reply.of(
        Exchange(sent=True, status=status, headers=head, body=body, complete=complete),
        masking("canary-key-1"),
    ),
    bodies,
    http_statuses,
    headers,
    st.sampled_from([True, True, True, False]),
)


def printable(*texts: Any) -> None:
    """Fail where a text could not be written into any journal or workbook."""
    for text in texts:
        if text is not None:
            assert isinstance(text, str)
            assert "\x00" not in text
            text.encode("utf-8")


def _a_known_refusal(reply: Reply, came: Outcome) -> bool:
    told = kind_of(reply.errors)
    by_text = reply.refused and told.name == came.kind and told.verdict in ("stop", "wait")
    return (
        by_text
        or reply.exchange.status in (401, 404, 405, 429)
        or (reply.exchange.status == 403 and is_challenge(reply))
    )


@fuzz
@given(reply=replies)
def test_an_order_comes_to_a_verdict_that_its_answer_bears_out(reply: Reply) -> None:
    """Accepted has ids that stand in the answer; not sent and rejected stand in the table; the rest is in doubt."""
    came = outcome_of(reply)
    printable(came.kind, came.message, came.answer)
    assert all(identifier(id_) == id_ and id_ in reply.raw for id_ in came.order_ids)
    status = reply.exchange.status or 0
    if came.verdict is Verdict.ACCEPTED:
        assert came.order_ids
        assert not says_no(reply.value)
        assert 200 <= status < 300
        assert reply.exchange.complete
    elif came.verdict is Verdict.NOT_SENT:
        assert _a_known_refusal(reply, came)
        assert reply.exchange.complete
    elif came.verdict is Verdict.REJECTED:
        assert kind_of(reply.errors).verdict == "rejected"
        assert 200 <= status < 300 or 400 <= status < 500
        assert reply.exchange.complete
    if came.verdict in (Verdict.NOT_SENT, Verdict.REJECTED):
        assert came.order_ids == ()
        assert not names_an_order(reply.value)


@fuzz
@given(reply=replies, basis=st.sampled_from([1, 1000]))
def test_a_catalogue_or_balance_is_read_or_not(reply: Reply, basis: int) -> None:
    """Any answer is services with an id each, or none; any answer is a finite balance, or none."""
    for service in services(reply.value, lambda _: basis) or []:
        printable(
            service.id, service.name, service.type_name, service.category, service.currency, service.trouble
        )
        assert service.id
        assert service.rate is None or (service.rate.is_finite() and service.rate >= 0)
        assert all(limit is None or type(limit) is int for limit in (service.min, service.max))
        assert service.rate is not None or service.trouble
    found = balance(reply.value)
    assert found is None or (isinstance(found, Balance) and found.amount.is_finite())
    assert found is None or printable(found.currency) is None


@fuzz
@given(reply=replies, asked=st.sampled_from(ASKED), words=st.sampled_from([None, {"weird": "Completed"}]))
def test_a_status_is_read_or_not(reply: Reply, asked: list[str], words: dict[str, str] | None) -> None:
    """Only ids that were asked about are spoken of; each has a status or an error, and figures or nothing."""
    told = entries(reply.value, asked)
    assert set(told) <= set(asked)
    for id_ in asked:
        report = delivery(id_, told.get(id_, reply.value), reply.mask, words)
        printable(report.status, report.currency, report.error)
        assert (report.status is None) is (report.error is not None)
        assert report.charge is None or report.charge.is_finite()
        assert all(count is None or type(count) is int for count in (report.start_count, report.remains))


@fuzz
@given(reply=replies, asked=st.sampled_from(ASKED), action=st.sampled_from(["refill", "cancel"]))
def test_requests_are_read_or_not(reply: Reply, asked: list[str], action: str) -> None:
    """Every order asked for has an answer, never "not sent" once it was; refill words are words."""
    told = read_requests(reply, action, asked)
    assert list(told) == list(dict.fromkeys(asked))
    for answer in told.values():
        printable(answer.message, answer.request_id)
        assert answer.said is not Said.NOT_SENT
        assert answer.request_id is None or identifier(answer.request_id) == answer.request_id
        assert reply.exchange.complete or answer.said is Said.NOTHING
    words = read_refill_statuses(reply, asked)
    assert set(words) <= set(asked)
    printable(*words.values())


@fuzz
@given(reply=replies, action=st.sampled_from(["services", "balance", "status", "refill_status"]))
def test_a_read_ends_in_an_error_or_a_value(reply: Reply, action: str) -> None:
    """Any answer to a read is readable JSON under a good status, or a fault whose error can be shown."""
    fault = fault_of(reply, {"url": "u", "panel": "p", "action": action})
    if fault is None:
        assert reply.exchange.complete
        assert reply.exchange.status is not None
        assert reply.exchange.status < 500
    else:
        printable(str(fault.error))
        assert fault.wait is None or fault.wait >= 0


@fuzz
@given(
    value=st.one_of(
        st.text(max_size=80), st.from_regex(r"[-+$€ A-Za-z]{0,4}[0-9.,' ]{1,30}[kKmMbB%A-Za-z]{0,4}")
    )
)
def test_any_text_is_a_figure_or_none(value: str) -> None:
    """No text makes a number reader raise, and what is read is finite and of sensible size."""
    found = amount(value)
    assert found is None or (found.is_finite() and abs(found) < Decimal(10) ** 42)
    assert whole_number(value) is None or type(whole_number(value)) is int
    assert flag(value) in (True, False, None)
    assert identifier(value) is None or identifier(value) == value.strip()


@pytest.mark.parametrize(
    "piece", ["[", "{", '{"a":', "\\", "&amp;", "%25", "<", "minimum ", "9", "1,", "<html", '"', "x"]
)
def test_much_of_anything_is_read(piece: str) -> None:
    """Long repetitions neither raise nor take the reader's time: the test's own limit would end it."""
    body = (piece * (300_000 // len(piece))).encode()
    for wrapped in (body, b'{"error":"' + body.replace(b'"', b"").replace(b"\\", b"\\\\") + b'"}'):
        for status in (200, 403):
            reply = Reply.of(
                Exchange(sent=True, status=status, body=wrapped, complete=True), masking("k/3y%&\\<1")
            )
            assert outcome_of(reply).verdict is Verdict.IN_DOUBT
            assert services(reply.value) is None
            read_requests(reply, "cancel", ["1", "2"])
