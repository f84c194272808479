"""Rows that were edited after their order was sent are held until a person says so."""

from dataclasses import replace
from typing import Any

import pytest

from bulkorders.model.lifecycle import State
from bulkorders.validation.batch import Checked, Memory

LINK = "https://example.com/post/1"


def held(answer: Checked) -> bool:
    """Whether the row waits for a person's word because it was changed."""
    return answer.validated is None and [each.code for each in answer.problems] == [
        "row.changed_after_placed"
    ]


EDITS = [
    ({"quantity": 700}, "Quantity", "500", "700"),
    ({"link": "https://example.com/post/2"}, "Link", LINK, "https://example.com/post/2"),
    ({"link": f"{LINK}/"}, "Link", LINK, f"{LINK}/"),
    ({"service": "2"}, "Service", "1", "2"),
    ({"runs": 2, "interval": 5}, "Interval", None, "5"),
]


@pytest.mark.parametrize("state", [State.SENDING, State.PLACED, State.IN_DOUBT])
@pytest.mark.parametrize(("edit", "column", "sent", "found"), EDITS)
def test_a_reference_with_other_parameters_is_held(
    desk: Any, *, state: State, edit: dict[str, Any], column: str, sent: str | None, found: str
) -> None:
    """The same reference that would now send something else says what was sent, what stands there, and its order."""
    orders = desk.sent([desk.row(reference="A")], state)
    answer = desk.check([desk.row(reference="A", **edit)], desk.memory(*orders))[0]
    assert held(answer)
    problem = answer.problems[0]
    assert problem.column == column
    assert (problem.facts["sent"], problem.facts["found"]) == (sent, found)
    assert (problem.facts["order_id"], problem.facts["state"]) == (orders[0].order_id, state.value)


@pytest.mark.parametrize(("edit", "column", "sent", "found"), EDITS)
def test_a_hidden_key_with_other_parameters_is_held(
    desk: Any, edit: dict[str, Any], column: str, sent: str | None, found: str
) -> None:
    """In a returned results workbook any edit of a placed row is seen, even of its service or link."""
    orders = desk.sent([desk.row()])
    answer = desk.check([desk.row(**edit)], desk.memory(*orders), keys={2: orders[0].key})[0]
    assert held(answer)
    problem = answer.problems[0]
    assert (problem.column, problem.facts["sent"], problem.facts["found"]) == (column, sent, found)


@pytest.mark.parametrize("edit", [{"quantity": 700}, {"link": f"{LINK}/"}, {"runs": 2, "interval": 5}])
def test_a_vanished_row_with_the_same_service_and_link_is_held(desk: Any, edit: dict[str, Any]) -> None:
    """Without a reference or a key, an order whose row is gone is looked for by its service and link."""
    orders = desk.sent([desk.row()])
    answer = desk.check([desk.row(**edit)], desk.memory(*orders))[0]
    assert held(answer)
    assert answer.problems[0].facts["order_id"] == orders[0].order_id


def test_an_edited_row_beside_its_unedited_self_is_a_new_order(desk: Any) -> None:
    """A second row on the same link is no edit while the first row still stands."""
    orders = desk.sent([desk.row()])
    answers = desk.check([desk.row(quantity=700), desk.row()], desk.memory(*orders))
    assert answers[0].validated is not None
    assert answers[1].known == orders[0]


def test_a_copied_row_that_was_edited_is_a_new_order(desk: Any) -> None:
    """Copying a placed row of a results workbook and editing the copy is wanted: the original still stands."""
    orders = desk.sent([desk.row()])
    rows = [desk.row(), desk.row(link="https://example.com/post/2")]
    answers = desk.check(rows, desk.memory(*orders), keys={2: orders[0].key, 3: orders[0].key})
    assert answers[0].known == orders[0]
    assert answers[1].validated is not None


def test_a_copied_row_left_as_it_is_is_a_duplicate(desk: Any) -> None:
    """Copying a placed row of a results workbook buys nothing by itself."""
    orders = desk.sent([desk.row()])
    rows = [desk.row(), desk.row()]
    answers = desk.check(rows, desk.memory(*orders), keys={2: orders[0].key, 3: orders[0].key})
    assert answers[0].known == orders[0]
    assert (answers[1].duplicate, answers[1].validated) == (True, None)


def test_every_new_row_on_the_link_of_a_vanished_order_is_held(desk: Any) -> None:
    """Which of several new rows was the placed one nobody can say, so all of them wait."""
    orders = desk.sent([desk.row()])
    rows = [desk.row(quantity=700), desk.row(quantity=800)]
    assert all(held(answer) for answer in desk.check(rows, desk.memory(*orders)))


def test_a_row_that_was_ready_beside_a_placed_one_is_not_an_edit(desk: Any) -> None:
    """Of two orders on one link the unsent one is still sent when the row of the placed one is deleted."""
    rows = [desk.row(), desk.row(quantity=700)]
    placed, ready = desk.sent(rows)
    ready = replace(ready, state=State.READY, order_ids=(), sent_at=None)
    answer = desk.check([rows[1]], desk.memory(placed, ready))[0]
    assert answer.validated is not None
    assert answer.validated.key == ready.key


def test_a_row_edited_back_to_what_was_dropped_is_held(desk: Any) -> None:
    """A ready order that was edited away, then placed as edited, is no way round when it is edited back."""
    first = desk.sent([desk.row()], State.DROPPED)
    second = desk.sent([desk.row(quantity=700)])
    assert held(desk.check([desk.row()], desk.memory(*first, *second))[0])


def test_a_row_edited_back_to_what_was_rejected_is_not_sent(desk: Any) -> None:
    """Neither by itself nor with --retry-rejected does an edit back bring a second order for the row."""
    first = desk.sent([desk.row()], State.REJECTED)
    second = desk.sent([desk.row(quantity=700)])
    memory = desk.memory(*first, *second)
    assert desk.check([desk.row()], memory)[0].validated is None
    assert desk.check([desk.row()], memory, rejected=True)[0].validated is None


@pytest.mark.parametrize("way", ["reference", "key", "place"])
def test_a_changed_row_that_is_allowed_is_sent_once(desk: Any, way: str) -> None:
    """With --allow-changed it is ordered besides; the next run knows it without the word, and sends nothing."""
    before = desk.row(reference="A" if way == "reference" else None)
    after = {**before, "quantity": 700}
    orders = desk.sent([before])
    keys = {2: orders[0].key} if way == "key" else None
    answer = desk.check([after], desk.memory(*orders), keys=keys, changed=True)[0]
    assert answer.validated is not None
    assert answer.validated.key != orders[0].key
    both = desk.memory(*orders, desk.submission(answer.validated))
    for changed in (False, True):
        again = desk.check([after], both, keys=keys, changed=changed)[0]
        assert again.known is not None
        assert (again.known.key, again.validated, again.problems) == (answer.validated.key, None, ())


@pytest.mark.parametrize("state", [State.READY, State.REJECTED, State.IN_DOUBT])
def test_a_changed_row_goes_on_where_it_stopped(desk: Any, state: State) -> None:
    """What was allowed and not yet sent is still sent; rejected stays rejected, in doubt stays in doubt."""
    orders = desk.sent([desk.row(reference="A")])
    after = desk.row(reference="A", quantity=700)
    answer = desk.check([after], desk.memory(*orders), changed=True)[0]
    assert answer.validated is not None
    changed = desk.submission(answer.validated, state)
    again = desk.check([after], desk.memory(*orders, changed))[0]
    assert again.known == changed
    assert (again.validated is not None) is (state is State.READY)
    if again.validated is not None:
        assert again.validated.key == changed.key


def test_a_changed_row_that_was_dropped_needs_the_word_again(desk: Any) -> None:
    """Put back and edited once more, a changed row waits for a person again."""
    orders = desk.sent([desk.row(reference="A")])
    after = desk.row(reference="A", quantity=700)
    answer = desk.check([after], desk.memory(*orders), changed=True)[0]
    assert answer.validated is not None
    memory = desk.memory(*orders, desk.submission(answer.validated, State.DROPPED))
    assert held(desk.check([after], memory)[0])
    allowed = desk.check([after], memory, changed=True)[0]
    assert allowed.validated is not None
    assert allowed.validated.key == answer.validated.key


def test_a_row_that_was_put_back_is_known_as_before(desk: Any) -> None:
    """After a change that was allowed, the first order is known again when the row says what it said."""
    orders = desk.sent([desk.row(reference="A")])
    answer = desk.check([desk.row(reference="A", quantity=700)], desk.memory(*orders), changed=True)[0]
    assert answer.validated is not None
    memory = desk.memory(*orders, desk.submission(answer.validated))
    back = desk.check([desk.row(reference="A")], memory)[0]
    assert back.known == orders[0]


def test_a_change_of_a_change_is_held(desk: Any) -> None:
    """Each further edit of a reference needs the word anew."""
    orders = desk.sent([desk.row(reference="A")])
    answer = desk.check([desk.row(reference="A", quantity=700)], desk.memory(*orders), changed=True)[0]
    assert answer.validated is not None
    memory = desk.memory(*orders, desk.submission(answer.validated))
    assert held(desk.check([desk.row(reference="A", quantity=800)], memory)[0])


def test_a_changed_row_that_is_also_wrong_is_not_sent_when_allowed(desk: Any) -> None:
    """The word for a change is no word against the rules."""
    orders = desk.sent([desk.row(reference="A")])
    answer = desk.check([desk.row(reference="A", quantity=3)], desk.memory(*orders), changed=True)[0]
    assert [problem.code for problem in answer.problems] == ["quantity.below_min"]
    assert answer.validated is None


def test_a_results_workbook_on_another_panel_is_held(desk: Any) -> None:
    """Rows that carry the keys of another account's orders are not bought again because the panel's URL moved."""
    orders = desk.sent([desk.row()])
    moved = replace(desk, account="new.example/api/v2")
    memory = Memory((), {}, {orders[0].key: orders[0]})
    answer = moved.check([desk.row()], memory, keys={2: orders[0].key})[0]
    assert held(answer)
    assert answer.problems[0].column == "Panel"
    assert answer.problems[0].facts["sent"] == desk.account


@pytest.mark.parametrize("state", [State.READY, State.REJECTED, State.DROPPED])
def test_a_hidden_key_of_an_order_that_cost_nothing_holds_nothing(desk: Any, state: State) -> None:
    """Editing a row of a results workbook whose order was never placed is an ordinary edit."""
    orders = desk.sent([desk.row()], state)
    answer = desk.check([desk.row(quantity=700)], desk.memory(*orders), keys={2: orders[0].key})[0]
    assert answer.validated is not None
