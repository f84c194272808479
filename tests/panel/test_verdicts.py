"""The verdict table, with answers that no document lists: in doubt unless the answer proves otherwise."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from bulkorders.model.outcomes import Consequence, Verdict
from bulkorders.panel.verdicts import LONGEST_MESSAGE, outcome_of

PAGE = "<!DOCTYPE html><html><head><title>{}</title></head><body></body></html>"

ACCEPTED: list[tuple[Any, tuple[str, ...]]] = [
    ({"order": 1}, ("1",)),
    ({"order": "0007"}, ("0007",)),
    ({"order": 23501.0}, ("23501",)),
    ({"order": 12345678901234567890}, ("12345678901234567890",)),
    ({"Order": 5}, ("5",)),
    ({"ORDER_ID": "A-10432"}, ("A-10432",)),
    ({"orderId": "ord_01HG"}, ("ord_01HG",)),
    ({"orderID": "x1"}, ("x1",)),
    ({"Order ID": 77}, ("77",)),
    ({"order": {"id": 5}}, ("5",)),
    ({"order": {"order": 5, "charge": "1"}}, ("5",)),
    ({"orders": [1, 2, 3]}, ("1", "2", "3")),
    ({"orders": [{"order": 1}, {"order": 2}]}, ("1", "2")),
    ({"data": {"order": 5}}, ("5",)),
    ({"result": {"data": {"order_id": 5}}}, ("5",)),
    ({"status": True, "data": {"id": "123", "price": 5000}}, ("123",)),
    ({"status": "success", "id": 9, "message": "OK"}, ("9",)),
    ({"id": 9}, ("9",)),
    ({"id": 9, "charge": "0.5", "status": "Pending"}, ("9",)),
    ([{"order": 5}], ("5",)),
    ({"error": "", "order": 5}, ("5",)),
    ({"error": None, "errors": [], "order": 5}, ("5",)),
    ({"error": False, "status": "success", "order": 5}, ("5",)),
    ({"error": 0, "order": 5}, ("5",)),
    ({"error": "false", "order": 5}, ("5",)),
    ({"success": 1, "order": 5}, ("5",)),
    ({"status": "Pending", "order": 5}, ("5",)),
    ({"status": 200, "order": 5}, ("5",)),
    ({"order": "KQZRMA"}, ("KQZRMA",)),
    ({"order": 5, "service": {"id": 7, "rate": "2"}, "rate": "2"}, ("5",)),
    ('\ufeff\n {"order":5}\x00\n', ("5",)),
    ('Notice: index [0] in {x} on line 3\n{"order":5}', ("5",)),
    ('{"order":5}\n<br /><b>Deprecated</b>: old', ("5",)),
    ('{"order":5,"message":"two\nlines"}', ("5",)),
    ('{"order":5,"order":5}', ("5",)),
    ('{"order":null,"order":5}', ("5",)),
    ('{"order":5}'.encode("utf-16"), ("5",)),
]


@pytest.mark.parametrize(("body", "ids"), ACCEPTED)
@pytest.mark.parametrize("status", [200, 201, 202])
def test_an_id_under_an_ordinary_status_is_accepted(
    read: Any, body: Any, ids: tuple[str, ...], status: int
) -> None:
    """Wherever the family puts the id, it is found, as the text that came."""
    came = outcome_of(read(body, status))
    assert (came.verdict, came.order_ids, came.consequence) == (Verdict.ACCEPTED, ids, Consequence.GO_ON)


IN_DOUBT: list[Any] = [
    "",
    " ",
    "null",
    "true",
    "0",
    "23501",
    '"23501"',
    "[]",
    "{}",
    "[1,2]",
    {"order": None},
    {"order": 0},
    {"order": "0"},
    {"order": -1},
    {"order": False},
    {"order": True},
    {"order": ""},
    {"order": "pending"},
    {"order": "SUCCESS"},
    {"order": "your order"},
    {"order": "https://example.com/p"},
    {"order": 1.5},
    {"order": []},
    {"order": [1, None]},
    {"order": {}},
    {"status": "success", "msg": "scheduled"},
    {"message": "Your order is placed"},
    {"message": "Not enough funds"},
    {"success": True, "data": {"error": "Bad link"}},
    {"status": "success", "error": "Not enough funds on balance"},
    {"success": "true", "errors": ["The link field is required."]},
    {"error": "The moon is full"},
    {"error": ""},
    {"error": {}, "status": "error"},
    {"error": True},
    {"error": 5},
    {"error": {"code": 17}},
    {"status": "error", "msg": "", "error": ""},
    {"status": "fail"},
    {"success": False},
    {"name": "Bad Request", "success": False, "data": {"name": "Bad Request", "message": "The moon is full"}},
    {"id": "req-77", "message": "Something happened"},
    {"id": 5, "username": "me", "balance": "5"},
    {"id": 5, "error": "The moon is full"},
    {"jsonrpc": "2.0", "id": 1, "result": {}},
    [{"service": 1, "order": 3, "name": "x", "rate": "1", "min": 1, "max": 2, "category": "c"}],
    [{"id": 1, "name": "x", "rate": "1", "min": 1, "max": 2}],
    [{"order": 1}, {"order": 2}],
    '{"order":1,"order":2}',
    '{"order":1,"Order":2}',
    '{"order":1}{"order":2}',
    '{"order":1,}',
    '{"order":23501',
    '{"error":"Bad link","request":{"id":5}',
    '[{"error":"Bad link"},{"order":5}',
    '{"order":1e400}',
    '{"order":1e25}',
    '{"order":NaN}',
    "error=Something",
    "Bad link",
    "order=5",
    PAGE.format("Welcome"),
    PAGE.format('{"order":5}'),
    {"error": "x" * 5_000 + " Bad link"},
    {"error": "Bad link, order has been placed"},
    {"error": "Not enough funds at our provider"},
    {"error": "Bad link", "message": "Please contact support"},
    "[" * 100_000,
    '{"data":' * 900 + '{"order":5}' + "}" * 900,
    b"\xff\xfe\x00",
    b"\x80\x81\x82",
]


@pytest.mark.parametrize("body", IN_DOUBT, ids=range(len(IN_DOUBT)))
def test_an_answer_that_proves_nothing_is_in_doubt(read: Any, body: Any) -> None:
    """Neither an id nor a known error: the order may exist, so it is in doubt and the text is kept."""
    came = outcome_of(read(body))
    assert came.verdict is Verdict.IN_DOUBT
    assert came.order_ids == ()


ODD: list[tuple[Any, int]] = [
    ({"order": 5, "error": "Something"}, 200),
    ({"status": "error", "order": 5}, 200),
    ({"status": "error", "error": "", "order": 5}, 200),
    ({"status": 500, "order": 5}, 200),
    ({"data": {"order": 5, "error": "failed"}}, 200),
    ({"order": 5}, 400),
    ({"order": 5}, 401),
    ({"order": 5}, 404),
    ({"order": 5}, 429),
    ({"order": 5}, 500),
    ({"order": 5}, 302),
    ({"order": 4711, "error": "You have active order with this link"}, 200),
]


@pytest.mark.parametrize(("body", "status"), ODD)
def test_an_id_in_an_odd_answer_is_kept_in_doubt(read: Any, body: Any, status: int) -> None:
    """An id beside an error, or under another status, is evidence and no acceptance."""
    came = outcome_of(read(body, status))
    assert (came.verdict, came.kind, len(came.order_ids)) == (Verdict.IN_DOUBT, "odd_answer", 1)


LARAVEL = {"message": "The given data was invalid.", "errors": {"link": ["The link field is required."]}}
LOW = {"quantity": ["The quantity must be at least 100."]}
BY_STATUS: list[tuple[int, Any, Verdict, str, Consequence]] = [
    (401, "", Verdict.NOT_SENT, "key", Consequence.STOP),
    (401, PAGE.format("Unauthorized"), Verdict.NOT_SENT, "key", Consequence.STOP),
    (401, {"error": "Account suspended"}, Verdict.NOT_SENT, "account", Consequence.STOP),
    (402, {"error": "INSUFFICIENT_BALANCE"}, Verdict.NOT_SENT, "funds", Consequence.STOP),
    (402, {"error": "The moon is full"}, Verdict.IN_DOUBT, "unknown", Consequence.GO_ON),
    (403, PAGE.format("Just a moment..."), Verdict.NOT_SENT, "challenge", Consequence.STOP),
    (403, PAGE.format("Forbidden"), Verdict.IN_DOUBT, "unknown", Consequence.GO_ON),
    (403, {"error": "Access denied"}, Verdict.NOT_SENT, "account", Consequence.STOP),
    (404, PAGE.format("404"), Verdict.NOT_SENT, "address", Consequence.STOP),
    (404, {"error": "Service not found"}, Verdict.REJECTED, "service", Consequence.GO_ON),
    (404, {"error": "Unknown panel"}, Verdict.NOT_SENT, "address", Consequence.STOP),
    (404, {"error": "The moon is full"}, Verdict.NOT_SENT, "address", Consequence.STOP),
    (405, {"error": "Incorrect request"}, Verdict.NOT_SENT, "address", Consequence.STOP),
    (408, {"error": "Bad link"}, Verdict.IN_DOUBT, "server", Consequence.GO_ON),
    (409, {"error": "Duplicate order"}, Verdict.REJECTED, "duplicate", Consequence.GO_ON),
    (413, PAGE.format("Too large"), Verdict.IN_DOUBT, "unknown", Consequence.GO_ON),
    (418, "", Verdict.IN_DOUBT, "unknown", Consequence.GO_ON),
    (422, LARAVEL, Verdict.REJECTED, "link", Consequence.GO_ON),
    (422, {"errors": LOW}, Verdict.REJECTED, "quantity", Consequence.GO_ON),
    (400, {"error": "The quantity field is required."}, Verdict.REJECTED, "quantity", Consequence.GO_ON),
    (400, {"message": "Incorrect service ID"}, Verdict.REJECTED, "service", Consequence.GO_ON),
    (400, "Bad link", Verdict.IN_DOUBT, "unknown", Consequence.GO_ON),
    (429, "", Verdict.NOT_SENT, "rate", Consequence.WAIT),
    (429, PAGE.format("Slow down"), Verdict.NOT_SENT, "rate", Consequence.WAIT),
    *((status, "", Verdict.IN_DOUBT, "redirect", Consequence.STOP) for status in (301, 302, 307, 308)),
    *(
        (status, "", Verdict.IN_DOUBT, "server", Consequence.GO_ON)
        for status in (500, 502, 503, 504, 520, 522, 524)
    ),
    *(
        (500, {"error": text}, Verdict.IN_DOUBT, "server", Consequence.GO_ON)
        for text in ("Bad link", "No funds")
    ),
    (101, "", Verdict.IN_DOUBT, "server", Consequence.GO_ON),
    (204, "", Verdict.IN_DOUBT, "no_id", Consequence.GO_ON),
    (999, "", Verdict.IN_DOUBT, "server", Consequence.GO_ON),
]


@pytest.mark.parametrize(("status", "body", "verdict", "kind", "then"), BY_STATUS)
def test_the_table_of_statuses(
    read: Any, status: int, body: Any, verdict: Verdict, kind: str, then: Consequence
) -> None:
    """Each HTTP status comes to the table's verdict, after the body has been read."""
    came = outcome_of(read(body, status))
    assert (came.verdict, came.kind, came.consequence, came.http_status) == (verdict, kind, then, status)


def test_nothing_sent_is_not_sent_whatever_came(read: Any) -> None:
    """Without a first byte there is no doubt."""
    came = outcome_of(read("", None, sent=False, complete=False, failure="ConnectError: refused"))
    assert (came.verdict, came.consequence, came.message) == (
        Verdict.NOT_SENT,
        Consequence.WAIT,
        "ConnectError: refused",
    )


@pytest.mark.parametrize("body", [{"order": 5}, {"error": "Bad link"}, {"error": "Not enough funds"}])
def test_an_answer_that_did_not_come_whole_is_in_doubt(read: Any, body: Any) -> None:
    """What was announced and did not come could say anything."""
    assert outcome_of(read(body, complete=False)).verdict is Verdict.IN_DOUBT


LATER = format_datetime(datetime.now(UTC) + timedelta(days=1), usegmt=True)
EARLIER = format_datetime(datetime.now(UTC) - timedelta(seconds=600), usegmt=True)
WAITS = [
    ("30", 30, 30),
    (" 7 ", 7, 7),
    ("1.5", 1.5, 1.5),
    (LATER, 80_000, 86_400),
    (EARLIER, 0, 0),
    *(
        (text, None, None)
        for text in ("", "soon", "-5", "²", "1e9", "9" * 400, "Mon, 99 Jan 99999 99:99:99", "0x5")
    ),
]


@pytest.mark.parametrize(("told", "least", "most"), WAITS, ids=range(len(WAITS)))
def test_how_long_to_wait(read: Any, told: str, least: float | None, most: float | None) -> None:
    """`Retry-After` is read as seconds or as a date; what is neither is no wait, and no exception."""
    came = outcome_of(read({"error": "Too many requests"}, 429, headers={"retry-AFTER": told}))
    if least is None or most is None:
        assert came.wait is None
    else:
        assert came.wait is not None
        assert least <= came.wait <= most


def test_the_charge_of_the_answer_is_kept(read: Any) -> None:
    """A charge beside the id, or under `data`, is kept exactly; one that can't be read is left out."""
    charges = [
        outcome_of(read(body)).charge
        for body in (
            '{"order":1,"charge":"1,234.50"}',
            '{"data":{"order":1,"charge":0.10}}',
            '{"order":1,"charge":"1,234"}',
            '{"order":1}',
        )
    ]
    assert [None if charge is None else str(charge) for charge in charges] == ["1234.50", "0.10", None, None]


def test_what_is_kept_has_a_sensible_length(read: Any) -> None:
    """A megabyte of words becomes neither a message nor evidence of that length."""
    came = outcome_of(read({"order": 1, "message": "m" * 1_000_000}))
    assert len(came.message) <= LONGEST_MESSAGE + 1
    came = outcome_of(read({"error": "e" * 1_000_000}))
    assert len(came.message) <= LONGEST_MESSAGE + 1
    assert len(came.answer) < 3_000
