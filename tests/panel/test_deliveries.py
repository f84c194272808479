"""Status and request answers that no document lists: what is unclear stays open, and nobody's row is another's."""

from typing import Any

import pytest

from bulkorders.panel.deliveries import delivery, entries
from bulkorders.panel.requests import Said, read_refill_statuses, read_requests

PLAIN = str

STATUSES: list[tuple[Any, str | None]] = [
    ({"status": "COMPLETE"}, "Completed"),
    ({"status": "IN-PROGRESS"}, "In progress"),
    ({"status": "In progess"}, "In progress"),
    ({"status": "PARTIALLY COMPLETED"}, "Partial"),
    ({"Status": "Completed", "Start_Count": "5", "Remains": 0}, "Completed"),
    ({"status": "Refunded"}, "Refunded"),
    ({"status": "Rejected"}, "Failed"),
    ({"status": "error", "charge": "0", "remains": "5"}, "Failed"),
    ({"status": "Paused"}, "Paused"),
    ({"status": "weird"}, "weird"),
    ({"status": 2, "charge": "1"}, "2"),
    ({"order_status": "Pending", "status": "success"}, "Pending"),
    ({"orderStatus": "In progress", "status": "success"}, "In progress"),
    ({"status": "success", "data": {"status": "Processing"}}, "Processing"),
    ({"status": "Success", "charge": "1", "remains": "0"}, "Completed"),
    ({"status": "success", "charge": "1", "remains": "50"}, "success"),
    ("Completed", "Completed"),
    ({"status": "success"}, None),
    ({"status": "ok"}, None),
    ({"status": True}, None),
    ({"status": 200}, None),
    ({"status": ""}, None),
    ({"status": "error", "message": "Order not found"}, None),
    ({"status": "fail", "msg": "x", "charge": "0", "remains": "0"}, None),
    ({"status": "Completed", "error": "Incorrect order ID"}, None),
    ({"error": "x", "data": {"status": "Completed"}}, None),
    ({"balance": "5", "currency": "USD"}, None),
    ("Incorrect order ID", None),
    ("error", None),
    ("success", None),
    (None, None),
    ([], None),
    (5, None),
]


@pytest.mark.parametrize(("entry", "status"), STATUSES)
def test_a_status_is_the_orders_own(entry: Any, status: str | None) -> None:
    """The order's state is told from the call's; an unknown word stays as it came, an error is no state."""
    report = delivery("1", entry, PLAIN)
    assert report.status == status
    assert (report.error is None) is (status is not None)


def test_a_profiles_words_go_first() -> None:
    """A panel's own words are understood as its profile says."""
    assert delivery("1", {"status": "En_Curso"}, PLAIN, {"en curso": "In progress"}).status == "In progress"
    assert delivery("1", {"status": "Partial"}, PLAIN, {"partial": "Processing"}).status == "Processing"


ROW = {"status": "Completed"}
BY_ID: list[tuple[Any, list[str], list[str]]] = [
    ({"1": ROW, "2": ROW}, ["1", "2"], ["1", "2"]),
    ({" 1 ": ROW}, ["1", "2"], ["1"]),
    ([{"order": 1, **ROW}, {"order": "2", **ROW}], ["1", "2"], ["1", "2"]),
    ([{"order_id": 1, **ROW}, {"id": 2, **ROW}], ["1", "2"], ["1", "2"]),
    ([{"order": 1, "service": 5, **ROW}, {"id": 2, "service": 5, **ROW}], ["1", "2"], ["1", "2"]),
    ({"1": {"service": 5, **ROW}}, ["1", "2"], ["1"]),
    ({"orders": [{"order": 1, **ROW}]}, ["1", "2"], ["1"]),
    ({"status": "success", "data": {"1": ROW}}, ["1", "2"], ["1"]),
    ({"result": {"orders": {"2": ROW}}}, ["1", "2"], ["2"]),
    ({"data": [ROW]}, ["1"], ["1"]),
    ([ROW], ["1"], ["1"]),
    (ROW, ["1"], ["1"]),
    ({"status": "In progress", "orders": [101, 102]}, ["40"], ["40"]),
    ([ROW, ROW], ["1", "2"], []),
    ([ROW], ["1", "2"], []),
    (ROW, ["1", "2"], []),
    ([{"order": 1, **ROW}, {"order": 1, "status": "Pending"}, {"order": 2, **ROW}], ["1", "2"], ["2"]),
    ([{"order": 1, **ROW}, {"order": 1, **ROW}], ["1", "2"], ["1"]),
    ({"1": {"order": 2, **ROW}}, ["1"], []),
    ({"order": 7, **ROW}, ["1"], []),
    ({"data": {"order": 7, **ROW}}, ["1"], []),
    ([{"order": 7, **ROW}], ["1"], []),
    ([{"order": 7, **ROW}, {"order": 8, **ROW}], ["1", "2"], []),
    ([{"service": 1, "name": "x", "rate": "1"}], ["1"], []),
    ([{"id": 1, "name": "x", "rate": "1", "min": 1, "max": 5, "refill": True}], ["1"], []),
    ({"1": {"name": "x", "rate": "1", "category": "c", "refill": True}}, ["1"], []),
    (None, ["1"], []),
    (5, ["1"], []),
    ([], ["1"], []),
]


@pytest.mark.parametrize(("value", "asked", "about"), BY_ID)
def test_an_entry_is_about_the_id_it_names(value: Any, asked: list[str], about: list[str]) -> None:
    """Nothing is taken for an order's row that names another, names none among many, or is a service."""
    assert list(entries(value, asked)) == about


REQUESTS: list[tuple[Any, int, str, str | None]] = [
    ({"refill": "1"}, 200, "accepted", "1"),
    ({"refill": {"id": 88}}, 200, "accepted", "88"),
    ({"refill": True}, 200, "accepted", None),
    ({"status": "success", "refill": "T-100"}, 201, "accepted", "T-100"),
    ({"success": True, "data": {"message": "Refill requested"}}, 200, "accepted", None),
    ({"success": True, "data": {"refill": 9}}, 200, "accepted", "9"),
    ({"status": "success", "message": "Requested"}, 200, "accepted", None),
    ({"ok": "true"}, 200, "accepted", None),
    ({"1": 88}, 200, "accepted", "88"),
    ({"1": "success"}, 200, "accepted", None),
    ({"1": "Pending"}, 200, "accepted", None),
    ([{"order": 1, "refill": {"status": 1}}], 200, "accepted", None),
    ({"refill": 0}, 200, "refused", None),
    ({"refill": False}, 200, "refused", None),
    ({"refill": "false"}, 200, "refused", None),
    ({"refill": {"error": "Too early"}}, 200, "refused", None),
    ({"success": False, "data": {"message": "Too early"}}, 200, "refused", None),
    ({"message": "Less than 24 hours ago"}, 422, "refused", None),
    ({"1": "Incorrect order ID"}, 200, "refused", None),
    ([{"error": "Incorrect order ID"}], 200, "refused", None),
    ("Too early", 200, "refused", None),
    ("", 404, "refused", None),
    ("", 429, "refused", None),
    ({"refill": ""}, 200, "nothing", None),
    ({"refill": []}, 200, "nothing", None),
    ({"refill": None}, 200, "nothing", None),
    ({"refill": "weird"}, 200, "nothing", None),
    ({"status": "success", "charge": "1", "remains": "0"}, 200, "nothing", None),
    ({"order": 7, "refill": 1}, 200, "nothing", None),
    ([{"service": 1, "refill": True, "rate": "1"}], 200, "nothing", None),
    ([{"id": 1, "refill": True, "rate": "1", "min": 1, "max": 5}], 200, "nothing", None),
    ("", 200, "nothing", None),
    ("null", 200, "nothing", None),
    ({"refill": 1}, 500, "nothing", None),
    ({"refill": 1}, 302, "nothing", None),
    ("<html>", 200, "nothing", None),
]


@pytest.mark.parametrize(("body", "status", "said", "id_"), REQUESTS)
def test_a_request_is_taken_refused_or_unclear(
    read: Any, body: Any, status: int, said: str, id_: str | None
) -> None:
    """A refill is taken only where the answer says so; a cut, foreign or empty answer tells nothing."""
    text = f'"{body}"' if isinstance(body, str) and " " in body else body
    answer = read_requests(read(text, status), "refill", ["1"])["1"]
    assert (answer.said.value, answer.request_id) == (said, id_)


def test_a_request_that_never_left_was_not_sent(read: Any) -> None:
    """Without a first byte every order of the batch may be asked for again."""
    told = read_requests(read("", None, sent=False, complete=False, failure="refused"), "cancel", ["1", "2"])
    assert [each.said for each in told.values()] == [Said.NOT_SENT] * 2


def test_a_cut_answer_tells_nothing_of_a_request(read: Any) -> None:
    """A batch whose answer broke off is unclear for each of its orders."""
    told = read_requests(read({"1": {"cancel": 1}}, complete=False), "cancel", ["1", "2"])
    assert [each.said for each in told.values()] == [Said.NOTHING] * 2


def test_a_list_of_the_canceled_leaves_the_others_open(read: Any) -> None:
    """Where only the canceled ones are listed, nothing is known of the rest."""
    told = read_requests(read({"canceled": [1, "3"]}), "cancel", ["1", "2", "3"])
    assert [each.said.value for each in told.values()] == ["accepted", "nothing", "accepted"]


REFILLS: list[tuple[Any, dict[str, str]]] = [
    ({"status": "Completed"}, {"1": "Completed"}),
    ({"status": "Failed"}, {"1": "Failed"}),
    ({"refill_status": "Pending", "status": "success"}, {"1": "Pending"}),
    ({"status": True, "data": {"status": "Rejected"}}, {"1": "Failed"}),
    ({"1": "Not found"}, {"1": "Not found"}),
    ({"1": "Awaiting"}, {"1": "Pending"}),
    ({"1": "Incorrect refill ID"}, {}),
    ({"status": "error", "message": "no such refill"}, {}),
    ({"status": "Completed", "error": "x"}, {}),
    ({"status": {"error": "Refill not found"}}, {}),
    ({"refill": 7, "status": "Completed"}, {}),
    ({"error": "x"}, {}),
    ([], {}),
]


@pytest.mark.parametrize(("body", "words"), REFILLS)
def test_a_refills_word_is_read_or_absent(read: Any, body: Any, words: dict[str, str]) -> None:
    """A refill's state is the panel's word for it; an error, or another refill's state, is none."""
    assert read_refill_statuses(read(body), ["1"]) == words
