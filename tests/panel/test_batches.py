"""Many statuses over real sockets: batches are taken apart, and each order has its own answer."""

import json
from collections.abc import Callable
from typing import Any

import pytest


def shop(said: Any, known: dict[str, Any], *, shape: str = "dict", limit: int = 10**9) -> Callable[..., Any]:
    """Return a panel that knows these orders and answers `status` in one of the family's ways."""

    def answer(form: dict[str, str]) -> Any:
        if "order" in form:
            return said(json.dumps(known.get(form["order"], {"error": "Incorrect order ID"})))
        ids = form["orders"].split(",")[:limit]
        found = [(id_, known[id_]) for id_ in ids if id_ in known]
        rows = [{"order": id_, **row} for id_, row in reversed(found)]
        keyed = dict(found) if found else []
        shapes = {
            "dict": keyed,
            "dict, strings": {id_: known.get(id_, "Incorrect order ID") for id_ in ids},
            "list": rows,
            "wrapped list": {"status": "success", "orders": rows},
            "wrapped dict": {"status": "success", "data": keyed},
            "list without ids": [row for _, row in reversed(found)],
            "refuses all": keyed if len(found) == len(ids) else {"error": "Incorrect order ID"},
        }
        return said(json.dumps(shapes[shape]))

    return answer


SHAPES = ["dict", "dict, strings", "list", "wrapped list", "wrapped dict", "list without ids", "refuses all"]


@pytest.mark.parametrize("shape", SHAPES)
def test_each_order_has_its_own_status_in_any_shape(replay: Any, said: Any, ask: Any, shape: str) -> None:
    """Whatever the shape, each order gets its own row and the unknown one its own error."""
    known = {str(n): {"status": "In progress", "charge": f"{n}.5", "remains": str(n)} for n in range(1, 8)}
    replay.says(shop(said, known, shape=shape))
    told = ask(lambda panel: panel.statuses([*known, "999"]))
    assert {id_: str(report.charge) for id_, report in told.items() if report.error is None} == {
        id_: row["charge"] for id_, row in known.items()
    }
    assert told["999"].error == "Incorrect order ID"


@pytest.mark.parametrize("shape", ["dict", "list"])
def test_ids_left_out_are_asked_about_alone(replay: Any, said: Any, ask: Any, shape: str) -> None:
    """Only the ids a batch does not speak of are asked about again."""
    replay.says(shop(said, {"1": {"status": "Pending"}, "2": {"status": "Pending"}}, shape=shape))
    ask(lambda panel: panel.statuses(["1", "8", "2", "9"]))
    assert [form.get("orders") or form["order"] for form in replay.asked] == ["1,8,2,9", "8", "9"]


def test_a_batch_cut_short_loses_nobody(replay: Any, said: Any, ask: Any) -> None:
    """A panel that answers the first five of eight without a word is asked about the others."""
    known = {str(n): {"status": "Completed"} for n in range(8)}
    replay.says(shop(said, known, limit=5))
    told = ask(lambda panel: panel.statuses(list(known)))
    assert all(report.status == "Completed" for report in told.values())
    assert [len(form["orders"].split(",")) for form in replay.asked] == [8, 3]


def test_a_bad_id_that_sinks_its_batch_is_found_by_halves(replay: Any, said: Any, ask: Any) -> None:
    """One bad id among 64 costs a few requests, not 64."""
    known = {str(n): {"status": "Completed"} for n in range(1, 64)}
    replay.says(shop(said, known, shape="refuses all"))
    told = ask(lambda panel: panel.statuses([*known, "bad"]))
    assert sum(report.status == "Completed" for report in told.values()) == 63
    assert told["bad"].error == "Incorrect order ID"
    assert len(replay.asked) <= 13


def test_no_request_carries_more_ids_than_the_profile_allows(replay: Any, said: Any, ask: Any) -> None:
    """250 ids are asked about in batches of the profile's size, none of them larger."""
    known = {str(n): {"status": "Completed"} for n in range(250)}
    replay.says(shop(said, known))
    for batch, requests in ((100, 3), (7, 36), (1, 250)):
        replay.asked.clear()
        told = ask(lambda panel: panel.statuses(list(known)), batch=batch)
        assert len(told) == 250
        assert len(replay.asked) == requests
        assert all(len(form.get("orders", "").split(",")) <= batch for form in replay.asked)


def test_no_ids_no_request(replay: Any, ask: Any) -> None:
    """Asking about nothing asks nobody."""
    assert ask(lambda panel: panel.statuses([])) == {}
    assert replay.asked == []


def test_a_status_of_another_order_is_not_believed(replay: Any, said: Any, ask: Any) -> None:
    """An answer that names another order says nothing about the one that was asked for."""
    replay.says(said('{"order":"7","status":"Completed","charge":"1"}'))
    assert ask(lambda panel: panel.statuses(["5"]))["5"].status is None
