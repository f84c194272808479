"""Many ids in one call where the panel takes that, else one by one, and nothing asked twice that may be done."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from bulkorders.errors import PanelError
from bulkorders.panel.forms import form
from bulkorders.panel.requests import Said as Told


def shown(asked: list[dict[str, str]]) -> list[str]:
    """Return what each request named."""
    return [
        form.get("orders") or form.get("order") or form.get("refills") or form["refill"] for form in asked
    ]


def only_single(said: Any, refusal: str, good: Any) -> Callable[[dict[str, str]], Any]:
    """Return a panel that takes `order` alone and refuses `orders` in these words."""

    def answer(form: dict[str, str]) -> Any:
        return said(json.dumps(good)) if "order" in form else said(json.dumps({"error": refusal}))

    return answer


def test_a_panel_that_takes_no_list_is_asked_one_by_one_and_remembered(
    replay: Any, said: Any, ask: Any
) -> None:
    """A list refused as a form of call is not tried again on the next batch."""

    async def talk(panel: Any) -> dict[str, Any]:
        return await panel.statuses(["1", "2", "3", "4"])

    replay.says(only_single(said, "Incorrect request", {"status": "Pending", "charge": "1"}))
    told = ask(talk, batch=2)
    assert [report.status for report in told.values()] == ["Pending"] * 4
    assert shown(replay.asked) == ["1,2", "1", "2", "3", "4"]


def test_what_was_told_stays_where_a_later_call_fails(replay: Any, said: Any, ask: Any) -> None:
    """Answers are there as they came, although the panel failed in the middle."""
    found: dict[str, Any] = {}

    def answer(form: dict[str, str]) -> Any:
        return said('{"1":{"status":"Completed"}}') if "1" in form.get("orders", "") else said("", status=404)

    replay.says(answer)
    with pytest.raises(PanelError):
        ask(lambda panel: panel.statuses(["1", "2", "3", "4"], found), batch=2)
    assert [(id_, report.status) for id_, report in found.items()] == [("1", "Completed")]


def test_an_error_about_the_account_is_not_asked_again_by_halves(replay: Any, said: Any, ask: Any) -> None:
    """A closed account answers every call alike: one call shows it."""
    replay.says(said('{"error":"Your account has been suspended."}'))
    told = ask(lambda panel: panel.statuses(["1", "2", "3", "4"]))
    assert all(report.error for report in told.values())
    assert len(replay.asked) == 1


@pytest.mark.parametrize("action", ["refill", "cancel"])
def test_a_refused_list_of_requests_is_asked_for_by_halves(
    replay: Any, said: Any, ask: Any, action: str
) -> None:
    """One bad order among four does not keep the others from their refill or cancel."""

    def answer(form: dict[str, str]) -> Any:
        ids = (form.get("orders") or form.get("order", "")).split(",")
        if "bad" in ids:
            return said('{"error":"Order not found"}')
        return said(json.dumps([{"order": id_, action: 9} for id_ in ids]))

    replay.says(answer)
    told = ask(lambda panel: panel.requests(action, ["1", "2", "bad", "4"]))
    assert [each.said for each in told.values()] == [
        Told.ACCEPTED,
        Told.ACCEPTED,
        Told.REFUSED,
        Told.ACCEPTED,
    ]


def test_a_cancel_that_wants_order_gets_it(replay: Any, said: Any, ask: Any) -> None:
    """A panel that takes `order` alone is asked so once it has refused `orders`."""
    replay.says(only_single(said, "Incorrect order ID", {"success": "Your order will be canceled"}))
    told = ask(lambda panel: panel.requests("cancel", ["7"]))
    assert told["7"].said is Told.ACCEPTED
    assert [("order" in form, "orders" in form) for form in replay.asked] == [(False, True), (True, False)]


def test_a_cancel_refused_for_its_order_is_not_asked_again(replay: Any, said: Any, ask: Any) -> None:
    """A refusal that speaks of the order stands as it is."""
    replay.says(said('{"error":"Service not support cancel!"}'))
    assert ask(lambda panel: panel.requests("cancel", ["7"]))["7"].said is Told.REFUSED
    assert len(replay.asked) == 1


def test_a_lost_answer_to_a_list_is_not_asked_again(replay: Any, said: Any, ask: Any) -> None:
    """Nobody can say what became of any of them."""
    replay.says(said("", status=502))
    told = ask(lambda panel: panel.requests("refill", ["1", "2"]))
    assert [each.said for each in told.values()] == [Told.NOTHING, Told.NOTHING]
    assert len(replay.asked) == 1


def test_a_panel_that_asks_to_wait_is_asked_again(replay: Any, said: Any, ask: Any) -> None:
    """Too many requests, as a status or as a text, is no refusal of the refill."""
    replay.says(
        said("", status=429, headers=(("Retry-After", "1"),)),
        said('{"error":"Rate limit exceeded"}'),
        said('{"refill":"5"}'),
    )
    assert ask(lambda panel: panel.requests("refill", ["1"]))["1"].request_id == "5"
    assert len(replay.asked) == 3


def test_a_batch_size_of_one_names_one_order(replay: Any, said: Any, ask: Any) -> None:
    """Where the profile says so, each cancel goes alone and under `order`."""
    replay.says(said('{"ok":"true"}'))
    told = ask(lambda panel: panel.requests("cancel", ["1", "2"]), batches={"cancel": 1})
    assert [each.said for each in told.values()] == [Told.ACCEPTED, Told.ACCEPTED]
    assert [form["order"] for form in replay.asked] == ["1", "2"]


def test_refills_a_list_does_not_speak_of_are_asked_for_alone(replay: Any, said: Any, ask: Any) -> None:
    """The id left out of the list has its word from a call of its own."""

    def answer(form: dict[str, str]) -> Any:
        return said('{"1":"Completed"}') if "refills" in form else said('{"status":"Rejected"}')

    replay.says(answer)
    assert ask(lambda panel: panel.refill_words(["1", "2"])) == {"1": "Completed", "2": "Failed"}
    assert shown(replay.asked) == ["1,2", "2"]


def test_a_catalogue_cut_at_five_hundred_is_read_to_its_end(replay: Any, said: Any, ask: Any) -> None:
    """The rest is asked for with `offset`; a panel that begins again from the start has no rest."""
    listed = [
        {"service": n, "name": str(n), "rate": "1", "min": "1", "max": "9", "type": "Default"}
        for n in range(750)
    ]

    def answer(form: dict[str, str]) -> Any:
        start = int(form.get("offset", 0))
        return said(json.dumps(listed[start : start + 500]))

    replay.says(answer)
    assert len(ask(lambda panel: panel.catalogue("now")).services) == 750
    replay.asked.clear()
    replay.says(said(json.dumps(listed[:500])))
    assert len(ask(lambda panel: panel.catalogue("now")).services) == 500
    assert len(replay.asked) == 2


def test_a_panel_may_be_asked_with_get(replay: Any, said: Any, ask: Any) -> None:
    """Where the profile says GET, everything goes in the address, and no body is sent."""
    replay.says(said('{"balance":"5","currency":"USD"}'))
    assert ask(lambda panel: panel.balance(), method="GET").amount == 5
    (head,) = replay.heads
    assert head.startswith("GET /api/v2?key=")
    assert form(replay.profile(), "balance", {})["action"] in head
