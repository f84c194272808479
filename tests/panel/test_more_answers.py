"""Answers that no document lists, by the rules of the family: what is unclear is in doubt or stays open.

Never placed without a usable id, never refused on what could come after a sale, never another's status.
"""

import json
from decimal import Decimal
from typing import Any

import pytest

from bulkorders.panel.deliveries import delivery, entries
from bulkorders.panel.faults import fault_of
from bulkorders.panel.kinds import kinds_from
from bulkorders.panel.listings import balance, services
from bulkorders.panel.requests import read_refill_statuses, read_requests
from bulkorders.panel.verdicts import outcome_of

PLACED: dict[str, tuple[Any, list[str]]] = {
    "an ObjectId within the order": (
        {"order": {"_id": "64f0c2a1b7e9d3000a1b2c3d"}},
        ["64f0c2a1b7e9d3000a1b2c3d"],
    ),
    "an id as text with an exponent's letter": ({"order": "64e10"}, ["64e10"]),
    "ids in order_ids": ({"order_ids": [5, 6]}, ["5", "6"]),
    "ids of many lines, each in an object": (
        {"orders": [{"link": "x", "order": 5}, {"order": 6}]},
        ["5", "6"],
    ),
    "a word of no error": ({"order": 5, "error": "No error"}, ["5"]),
    "an OK as error": ({"order": 5, "error": "OK"}, ["5"]),
    "an empty text in a list of errors": ({"order": 5, "errors": [""]}, ["5"]),
    "an error object without words": ({"order": 5, "error": {"code": 0, "message": ""}}, ["5"]),
    "a good code": ({"order": 5, "code": 200, "status": 201}, ["5"]),
    "the same id at two places": ({"order": 5, "order_id": "5", "data": {"order": 5}}, ["5"]),
    "an internal id beside the order's": ({"order": 5, "id": 9}, ["5"]),
    "an anti-hijacking prefix": (')]}\',\n{"order":5}', ["5"]),
    "two byte-order marks": (b'\xef\xbb\xbf\xef\xbb\xbf{"order":5}', ["5"]),
    "a warning with an object of its own": ('<b>Warning</b>: {"x":1} in\n{"order":5}', ["5"]),
    "an escaped key": ('{"\\u006frder":5}', ["5"]),
    "a nought's charge": ({"order": 5, "charge": "0.00"}, ["5"]),
}


@pytest.mark.parametrize(("body", "ids"), PLACED.values(), ids=PLACED)
def test_an_order_is_placed_under(read: Any, body: Any, ids: list[str]) -> None:
    """Where one usable id, or one list of them, stands and nothing says no, the order is placed under it."""
    came = outcome_of(read(body))
    assert (came.verdict.value, list(came.order_ids)) == ("accepted", ids)


DOUBT: dict[str, tuple[Any, int, list[str]]] = {
    "two ids that differ": ({"order": 5, "order_id": 6}, 200, ["5", "6"]),
    "another id under data": ({"order": 5, "data": {"order": 6}}, 200, ["5", "6"]),
    "one id, and a list with more": ({"order": 5, "orders": [5, 6]}, 200, ["5", "6"]),
    "an id with a bad code": ({"order": 5, "code": 400, "message": "Bad link"}, 200, ["5"]),
    "an id that was rejected": ({"order": 5, "status": "rejected"}, 200, ["5"]),
    "an id with an error as status": ({"order": 5, "status": "Error: no funds"}, 200, ["5"]),
    "an id with an error within status": ({"order": 5, "status": {"error": "x"}}, 200, ["5"]),
    "an id with result false": ({"order": 5, "result": False}, 200, ["5"]),
    "one id and one error in a list": (
        {"status": "error", "message": "Bad link", "orders": [{"id": 1}, {"error": "x"}]},
        200,
        [],
    ),
    "one order and one error in a bare list": ([{"order": 1}, {"error": "Bad link"}], 400, []),
    "a known error beside an unusable id": ({"order": "#23501", "error": "Bad link"}, 200, []),
    "no funds beside an unusable id": ({"order": "#23501", "error": "Not enough funds"}, 402, []),
    "an order within the error": ({"error": {"message": "Bad link", "order": 5}}, 200, []),
    "too many requests beside an unusable id": ({"order": "#5", "error": "Too many requests"}, 429, []),
    "a negative id as text": ({"order": "-5"}, 200, []),
    "an id in scientific notation": ('{"order":2.35e10}', 200, []),
    "a fraction as text": ({"order": "1.5"}, 200, []),
    "nought with decimals": ({"order": "0.00"}, 200, []),
    "a date": ({"order": "2024-01-01"}, 200, []),
    "a time": ({"order": "12:30:05"}, 200, []),
    "an error's code": ({"order": "ERROR_5"}, 200, []),
    "an error's name with a number": ({"order": "neworder.error.17"}, 200, []),
    "HTTP's own code": ({"order": "HTTP500"}, 200, []),
    "ids joined by a comma": ({"order": "5,6"}, 200, []),
    "Arabic digits": ({"order": "٢٣٥"}, 200, []),
    "full-width letters in the key": ('{"ｏrder":5}', 200, []),
    "a call around it": ('callback({"order":23501});', 200, []),
    "a page around it": ('<html><body><pre>{"order":23501}</pre></body></html>', 200, []),
    "two objects": ('{"order":5}{"status":"ok"}', 200, []),
    "an object in a text": ('"{\\"order\\":5}"', 200, []),
    "XML": ('<?xml version="1.0"?><order>5</order>', 200, []),
    "a word in place of the key's value": ({"success": {"order": 5}}, 200, []),
    "a text that says success": ({"success": "Your order #5 was placed"}, 200, []),
    "an id under another name": ({"transaction_id": "T-5", "status": "success"}, 200, []),
    "a form with an id": ("order=5", 200, []),
    "no funds without saying no": ({"message": "Not enough funds on balance"}, 200, []),
    "success and no funds": ({"status": "success", "error": "Not enough funds"}, 200, []),
    "after a sale, under 429": ({"error": "Order placed, slow down"}, 429, []),
    "after a sale, under 404": ({"error": "Order created, provider not found"}, 404, []),
    "after a sale, under 401": ({"error": "Order accepted. Unauthorized"}, 401, []),
}


@pytest.mark.parametrize(("body", "status", "ids"), DOUBT.values(), ids=DOUBT)
def test_an_order_is_in_doubt_after(read: Any, body: Any, status: int, ids: list[str]) -> None:
    """What could be a sale, or contradicts itself, is no refusal and no acceptance; ids are kept."""
    came = outcome_of(read(body, status))
    assert (came.verdict.value, list(came.order_ids)) == ("in_doubt", ids)


REFUSED: dict[str, tuple[Any, str, str]] = {
    "error as a list": ({"error": ["Bad link"]}, "rejected", "link"),
    "errors with fields": ({"errors": [{"field": "link", "message": "Bad link"}]}, "rejected", "link"),
    "error_message alone": ({"errorMessage": "Bad link"}, "rejected", "link"),
    "error_msg alone": ({"error_msg": "Bad link"}, "rejected", "link"),
    "a description": ({"ok": False, "description": "Bad link"}, "rejected", "link"),
    "a title": ({"title": "Bad link", "status": 400}, "rejected", "link"),
    "a code": ({"code": "400", "msg": "Bad link"}, "rejected", "link"),
    "a result": ({"result": "error", "message": "Bad link"}, "rejected", "link"),
    "an error within status": ({"status": {"error": "Bad link"}}, "rejected", "link"),
    "a rejected status": ({"status": "rejected", "reason": "Bad link"}, "rejected", "link"),
    "data as a text": ({"status": False, "data": "Bad link"}, "rejected", "link"),
    "upper case": ({"ERROR": "BAD LINK!!!"}, "rejected", "link"),
    "entities and tags": ({"error": "&lt;b&gt;Bad&nbsp;link&lt;/b&gt;"}, "rejected", "link"),
    "no order": ({"order": [], "error": "Bad link"}, "rejected", "link"),
    "a field named order": ({"errors": {"order": ["The order field is required."]}}, "rejected", "fields"),
    "a form": ("status=error&error=Not+enough+funds", "not_sent", "funds"),
    "a form in upper case": ("Error=Invalid+API+key", "not_sent", "key"),
    "a bare text in JSON": ('"Invalid API key"', "not_sent", "key"),
    "a warning in front": ('<br>Warning: x\n{"error":"Bad link"}', "rejected", "link"),
    "escaped Vietnamese": ('{"error":"S\\u1ed1 d\\u01b0 kh\\u00f4ng \\u0111\\u1ee7"}', "not_sent", "funds"),
}


@pytest.mark.parametrize(("body", "verdict", "kind"), REFUSED.values(), ids=REFUSED)
def test_an_order_is_refused_by(read: Any, body: Any, verdict: str, kind: str) -> None:
    """A known error is understood in every shape the family gives it, under 200 and under 400."""
    for status in (200, 400):
        came = outcome_of(read(body, status))
        assert (came.verdict.value, came.kind) == (verdict, kind)


def test_a_profiles_statuses_decide_what_was_not_placed(read: Any) -> None:
    """Only the statuses a profile names prove that nothing was placed; 429 is in doubt where it is not among them."""
    came = outcome_of(read("", 503), not_placed=frozenset({429, 503}))
    assert (came.verdict.value, came.kind, came.consequence.value) == ("not_sent", "rate", "wait")
    assert outcome_of(read("", 429), not_placed=frozenset({503})).verdict.value == "in_doubt"
    assert (
        outcome_of(read({"error": "Too many requests"}, 429), not_placed=frozenset()).verdict.value
        == "in_doubt"
    )
    assert (
        outcome_of(read({"status": "success"}, 200), not_placed=frozenset({200})).verdict.value == "in_doubt"
    )
    told = read_requests(read("", 503), "refill", ["1"], not_placed=frozenset({503}))
    assert told["1"].said.value == "refused"
    assert read_requests(read("", 429), "refill", ["1"], not_placed=frozenset())["1"].said.value == "nothing"


def test_a_profiles_error_texts_decide_an_order(read: Any) -> None:
    """A text of one's own panel has the kind its profile gives it, before the table's."""
    own = kinds_from(
        {"funds": {"texts": ["wallet is empty"]}, "link": {"texts": ["Bad link"], "verdict": "in_doubt"}}
    )
    came = outcome_of(read({"error": "Your wallet is empty."}), extra=own)
    assert (came.verdict.value, came.kind, came.consequence.value) == ("not_sent", "funds", "stop")
    assert outcome_of(read({"error": "Your wallet is empty."})).verdict.value == "in_doubt"
    assert outcome_of(read({"error": "Bad link"}), extra=own).verdict.value == "in_doubt"


def test_a_profiles_error_texts_decide_a_read(read: Any) -> None:
    """A text of one's own panel that asks to wait, or speaks of the key, does so in answers to reads too."""
    own = kinds_from({"rate": {"texts": ["coffee break"]}, "key": {"texts": ["who are you"]}})
    facts = {"url": "u", "panel": "p", "action": "status"}
    told = [fault_of(read({"error": text}), facts, own) for text in ("Coffee break!", "Who are you?", "Else")]
    assert [fault and fault.error.code for fault in told] == ["panel.busy", "panel.key", None]
    assert fault_of(read({"error": "Coffee break!"}), facts) is None


ROW = {"status": "Completed"}
STATUS: dict[str, tuple[Any, str | None]] = {
    "success with nothing said of what is left": (
        {"status": "success", "charge": "1", "start_count": "5"},
        "success",
    ),
    "success with orders beside it": ({"status": "success", "orders": ["1"]}, "success"),
    "success with an unreadable rest": ({"status": "Success", "charge": "1", "remains": "5 left"}, "Success"),
    "success with nothing left": ({"status": "success", "charge": "1", "remains": "-3"}, "Completed"),
    "success within, without a figure": ({"status": True, "data": {"status": "Success"}}, None),
    "success as the order's own": ({"status": "ok", "order_status": "Success", "charge": "1"}, "Completed"),
    "the order within the answer": (
        {"success": True, "order": {"id": 1, "status": "Completed"}},
        "Completed",
    ),
    "markup": ({"status": "<b>Completed</b>."}, "Completed"),
    "a word in another language": ({"status": "Hoàn thành"}, "Hoàn thành"),
    "more words": ({"status": "Partially Refunded"}, "Partially Refunded"),
    "waiting": ({"status": "waiting"}, "Pending"),
    "a number": ({"status": 1, "charge": "1"}, "1"),
    "an object": ({"status": {"name": "Completed"}}, None),
    "twice, and not the same": ('{"1":{"status":"Completed"},"1":{"status":"Pending"}}', None),
    "another order's id": ({"id": "9", "status": "Completed"}, None),
    "another order's id within": ({"data": {"id": 9, "status": "Completed"}}, None),
    "another order": ({"success": True, "order": {"id": 2, "status": "Completed"}}, None),
    "an internal id under the order's own": ({"1": {"id": 9, "status": "Completed"}}, "Completed"),
    "an error beside the order's own entry": ({"error": "x", "1": ROW}, "Completed"),
}


@pytest.mark.parametrize(("body", "status"), STATUS.values(), ids=STATUS)
def test_the_status_of_an_order_is_told_by(read: Any, body: Any, status: str | None) -> None:
    """A status is the order's own word; what may only speak of the call, or of another order, closes nothing."""
    told = entries(read(body).value, ["1"])
    found = delivery("1", told["1"], str).status if "1" in told else None
    assert found == status


FIGURES: dict[str, tuple[dict[str, Any], str | None, int | None, int | None]] = {
    "exponents": ({"charge": "1e-05", "start_count": "1.0", "remains": "1.000"}, "0.00001", 1, 1000),
    "thousands": (
        {"charge": "1,234.500000", "start_count": "10M", "remains": "1,000"},
        "1234.500000",
        10_000_000,
        1000,
    ),
    "a decimal comma and a currency": (
        {"charge": "2,5 USD", "start_count": "-1", "remains": "+5"},
        "2.5",
        -1,
        5,
    ),
    "words": ({"charge": "Unknown", "start_count": "N/A", "remains": "5/100"}, None, None, None),
    "booleans": ({"charge": True, "start_count": False, "remains": True}, None, None, None),
    "nothing": ({"charge": "", "start_count": None, "remains": []}, None, None, None),
    "what could be two numbers": (
        {"charge": "1,234", "start_count": "1.5", "remains": "1e5"},
        None,
        None,
        None,
    ),
    "Arabic digits": ({"charge": "١٢٫٥", "start_count": "٥", "remains": "٠"}, None, 5, 0),
}


@pytest.mark.parametrize(("fields", "charge", "start", "remains"), FIGURES.values(), ids=FIGURES)
def test_figures_of_an_order_with(
    read: Any, fields: dict[str, Any], charge: str | None, start: int | None, remains: int | None
) -> None:
    """Charge, start count and remains are exact, or empty where they can't be read; the status stays."""
    report = delivery("1", read({"status": "Completed", **fields}).value, str)
    shown = None if report.charge is None else f"{report.charge:f}"
    assert (report.status, shown, report.start_count, report.remains) == ("Completed", charge, start, remains)


ASKED: dict[str, tuple[str, list[str], Any, int, list[str]]] = {
    "an object with a text": ("refill", ["1"], {"refill": {"message": "Too early"}}, 200, ["nothing"]),
    "an object with a small no": ("refill", ["1"], {"1": {"refill": {"error": "no"}}}, 200, ["nothing"]),
    "an object with an empty error": ("cancel", ["1"], {"cancel": {"error": ""}}, 200, ["nothing"]),
    "an object that says yes": ("cancel", ["1"], {"cancel": {"status": 1}}, 200, ["accepted"]),
    "an object that says no": ("cancel", ["1"], {"cancel": {"status": "0"}}, 200, ["refused"]),
    "an error within status": (
        "refill",
        ["1"],
        [{"refill": 7, "status": {"error": "Too early"}}],
        200,
        ["refused"],
    ),
    "a refill's id by its full name": (
        "refill",
        ["1"],
        {"status": "success", "refill_id": 5},
        200,
        ["accepted 5"],
    ),
    "an id and a failure": ("refill", ["1"], {"refill": 5, "status": "error"}, 200, ["refused"]),
    "a rejected word": ("refill", ["1"], {"refill": "Rejected"}, 200, ["refused"]),
    "a waiting word": ("cancel", ["1"], [{"order": 1, "cancel": "waiting"}], 200, ["accepted"]),
    "a request's id": ("cancel", ["1"], {"cancel": "ord_5"}, 200, ["accepted"]),
    "a list of the canceled": ("cancel", ["1", "2"], {"cancelled": ["1"]}, 200, ["accepted", "nothing"]),
    "a list of the canceled with an error": (
        "cancel",
        ["1", "2"],
        {"canceled": [1], "error": "x y"},
        200,
        ["accepted", "nothing"],
    ),
    "one yes for two": ("cancel", ["1", "2"], {"ok": "true"}, 200, ["nothing", "nothing"]),
    "one no for two": ("cancel", ["1", "2"], {"error": "x y"}, 200, ["refused", "refused"]),
    "ids without orders": ("refill", ["1", "2"], [{"refill": 1}, {"refill": 2}], 200, ["nothing", "nothing"]),
    "one order twice": (
        "refill",
        ["1", "2"],
        [{"order": 1, "refill": 5}, {"order": 1, "refill": 6}, {"order": 2, "refill": 6}],
        200,
        ["nothing", "accepted 6"],
    ),
    "a yes under an error's status": (
        "cancel",
        ["1", "2"],
        {"1": {"cancel": 1}, "2": {"error": "x"}},
        422,
        ["nothing", "refused"],
    ),
    "a browser check": ("cancel", ["1"], "<!DOCTYPE html><title>Just a moment...</title>", 403, ["refused"]),
    "the order's status": ("cancel", ["1"], {"status": "Canceled", "charge": "0"}, 200, ["nothing"]),
    "the catalogue": ("refill", ["1"], [{"service": 1, "rate": "1", "refill": True}], 200, ["nothing"]),
}


@pytest.mark.parametrize(("action", "asked", "body", "status", "said"), ASKED.values(), ids=ASKED)
def test_a_request_is_answered_by(
    read: Any, action: str, asked: list[str], body: Any, status: int, said: list[str]
) -> None:
    """A refill or cancel is taken or refused where the answer says so of this order, else nothing is known."""
    told = read_requests(read(body, status), action, asked).values()
    assert [" ".join(filter(None, (one.said.value, one.request_id))) for one in told] == said


REFILLS: dict[str, tuple[list[str], Any, dict[str, str]]] = {
    "success of the call": (["1"], {"status": "success"}, {"1": "success"}),
    "success of the refill": (["1"], {"1": "success"}, {"1": "Completed"}),
    "success within": (["1"], {"status": True, "data": {"status": "Success"}}, {"1": "Completed"}),
    "failure of the call": (["1"], {"status": "fail"}, {}),
    "many, keyed": (
        ["1", "2"],
        {"1": {"status": "Completed"}, "2": {"error": "Not found"}},
        {"1": "Completed"},
    ),
    "many, listed": (
        ["1", "2"],
        [{"refill": 2, "status": "Rejected"}, {"refill": 1, "status": "In Progress"}],
        {"1": "In progress", "2": "Failed"},
    ),
    "many without ids": (["1", "2"], [{"status": "Completed"}, {"status": "Rejected"}], {}),
    "another refill": (["1"], {"id": 2, "status": "Completed"}, {}),
    "a wrapped list": (["1"], {"refills": [{"refill": 1, "status": "Completed"}]}, {"1": "Completed"}),
}


@pytest.mark.parametrize(("asked", "body", "words"), REFILLS.values(), ids=REFILLS)
def test_a_refills_state_is_told_by(read: Any, asked: list[str], body: Any, words: dict[str, str]) -> None:
    """A refill's state is its own word; what may only speak of the call settles none."""
    assert read_refill_statuses(read(body), asked) == words


FLAGS: dict[Any, bool | None] = {
    True: True,
    "1": True,
    "true": True,
    "2": True,
    2: True,
    "0": False,
    "false": False,
    3: False,
    "3": False,
    None: None,
    4: None,
    "maybe": None,
}


@pytest.mark.parametrize(("told", "offered"), FLAGS.items(), ids=map(repr, FLAGS))
def test_whether_a_refill_is_offered(read: Any, told: Any, offered: bool | None) -> None:
    """Flags and the numbering of some panels (2 passed on, 3 not offered) are understood, anything else is unknown."""
    found = services(read([{"service": 1, "rate": "1", "refill": told}]).value) or []
    assert [service.refill for service in found] == [offered]


def test_a_catalogue_of_ten_thousand_services_is_read_whole(read: Any) -> None:
    """Ten thousand services keep their order; the few that can't be read are marked alone, differing twins too."""
    good = {"name": "Lượt xem 🚀 &amp; <b>x</b>", "rate": "0", "min": 1, "max": 2147483647, "category": None}
    listed = [{**good, "service": number} for number in range(1, 10_001)]
    listed[5_000] |= {"rate": "1,234"}
    listed[6_000] |= {"min": "a few"}
    listed += [{**good, "service": 7}, {**good, "service": 8, "rate": "9"}]
    found = services(read(json.dumps(listed)).value) or []
    assert [service.id for service in found] == [str(number) for number in range(1, 10_001)]
    assert {service.id for service in found if service.trouble} == {"5001", "6001", "8"}
    assert found[0].name == "Lượt xem 🚀 & <b>x</b>"
    assert (found[0].rate, found[0].max, found[0].category) == (Decimal(0), 2_147_483_647, "")


BALANCES: dict[str, tuple[Any, str | None]] = {
    "an exponent": ('{"balance":1e-05}', "0.00001"),
    "a negative one": ({"balance": "-12.5"}, "-12.5"),
    "a wrapped one": ({"status": True, "data": {"balance": "5"}}, "5"),
    "other names": ({"funds": "5.00000"}, "5.00000"),
    "a currency's sign": ({"balance": "$1,234.50"}, "1234.50"),
    "what could be two": ({"balance": "1,234"}, None),
    "a word": ({"balance": "unlimited"}, None),
    "a flag": ({"balance": True}, None),
    "a list": ([{"balance": "5"}], None),
}


@pytest.mark.parametrize(("body", "amount"), BALANCES.values(), ids=BALANCES)
def test_a_balance_is(read: Any, body: Any, amount: str | None) -> None:
    """A balance is exact, or none where it could be another."""
    found = balance(read(body).value)
    assert (None if found is None else f"{found.amount:f}") == amount
