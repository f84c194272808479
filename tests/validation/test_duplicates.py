"""The same purchase twice: in one sheet, across campaigns, and when it is wanted."""

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from bulkorders.model.lifecycle import State
from bulkorders.validation.batch import Checked, Memory


def sendable(answers: list[Checked]) -> list[int]:
    """Return the numbers of the rows that would be sent."""
    return sorted(answer.identified.order.row for answer in answers if answer.validated)


def test_the_second_of_two_identical_rows_is_a_duplicate(desk: Any) -> None:
    """One order is sent, and the other row says which row has it."""
    first, second = desk.check([desk.row(), desk.row()])
    assert first.validated is not None
    assert (second.validated, second.duplicate) == (None, True)
    assert [(problem.code, problem.facts["first"]) for problem in second.problems] == [("row.duplicate", 2)]


@pytest.mark.parametrize(
    "link",
    [
        "https://example.com/post/1/",
        "https://www.example.com/post/1",
        "http://example.com/post/1",
        "https://EXAMPLE.com/post/1",
        "https://example.com/post/1#comments",
    ],
)
def test_a_link_spelled_in_another_way_hides_no_duplicate(desk: Any, link: str) -> None:
    """Scheme, www., case of the host, end slash and jump mark make no second purchase."""
    answers = desk.check([desk.row(), desk.row(link=link)])
    assert sendable(answers) == [2]
    assert answers[1].duplicate


def test_query_strings_make_another_purchase(desk: Any) -> None:
    """Two videos that differ only behind the question mark are two orders."""
    rows = [desk.row(link=f"https://example.com/watch?v={number}") for number in (1, 2)]
    assert sendable(desk.check(rows)) == [2, 3]


@pytest.mark.parametrize(
    ("rows", "sent"),
    [
        ([{}, {"allow_duplicate": "yes"}], 2),
        ([{}, {"allow_duplicate": "yes"}, {"allow_duplicate": "yes"}], 3),
        ([{}, {}, {"allow_duplicate": "yes"}], 2),
        ([{}, {"allow_duplicate": "no"}], 1),
        ([{"reference": "A"}, {"reference": "B"}], 2),
        ([{"reference": "A"}, {"reference": "B"}, {"reference": "C"}], 3),
        ([{"reference": "A"}, {}], 1),
        ([{"reference": "A"}, {"reference": "B"}, {}], 2),
        ([{"reference": "A"}, {"allow_duplicate": "yes"}, {}], 2),
        ([{"campaign": "x"}, {"campaign": "y"}], 1),
        ([{"campaign": "x", "reference": "A"}, {"campaign": "y", "reference": "A"}], 1),
    ],
)
def test_what_is_sent_of_likes_does_not_depend_on_their_order(
    desk: Any, rows: list[dict[str, Any]], sent: int
) -> None:
    """References and allowances say how many are wanted, however the sheet is sorted."""
    numbered = [desk.row(**cells, number=at) for at, cells in enumerate(rows, start=2)]
    found = {tuple(sendable(desk.check(permuted))) for permuted in permutations(numbered)}
    assert {len(each) for each in found} == {sent}


def test_duplicates_are_sent_when_the_person_allows_them(desk: Any) -> None:
    """With --allow-duplicates every row is an order of its own."""
    answers = desk.check([desk.row(), desk.row(), desk.row()], duplicates=True)
    assert sendable(answers) == [2, 3, 4]
    assert len({answer.identified.key for answer in answers}) == 3


def test_a_row_that_is_kept_back_makes_no_other_a_duplicate(desk: Any) -> None:
    """A wanted order is sent although its like, too dear by its own limit, is not."""
    answers = desk.check([desk.row(max_rate="0.1"), desk.row()])
    assert sendable(answers) == [3]
    assert [problem.code for problem in answers[0].problems] == ["rate.above_max"]
    assert not answers[0].duplicate


def test_likes_that_are_both_wrong_are_wrong_and_not_duplicates(desk: Any) -> None:
    """Two rows with the same mistake are told the mistake."""
    answers = desk.check([desk.row(quantity=1), desk.row(quantity=1)])
    assert [[problem.code for problem in each.problems] for each in answers] == [["quantity.below_min"]] * 2


@pytest.mark.parametrize("state", [State.SENDING, State.PLACED, State.IN_DOUBT])
@pytest.mark.parametrize("cells", [{}, {"link": "https://www.example.com/post/1/"}, {"reference": "B"}])
def test_the_same_purchase_in_another_campaign_is_a_duplicate(
    desk: Any, state: State, cells: dict[str, Any]
) -> None:
    """Whatever the file is called, what was ordered lately is not ordered again by itself."""
    orders = desk.sent([desk.row(reference="A")], state)
    summer = replace(desk, campaign="summer")
    answer = summer.check([desk.row(**cells)], summer.memory(*orders))[0]
    assert (answer.validated, answer.duplicate) == (None, True)
    assert [problem.code for problem in answer.problems] == ["row.ordered_before"]
    assert answer.problems[0].facts == {
        "campaign": "spring",
        "sent_at": "2026-03-02T10:00:00+00:00",
        "order_id": orders[0].order_id,
    }


@pytest.mark.parametrize("way", ["row", "run"])
def test_the_same_purchase_in_another_campaign_can_be_allowed(desk: Any, way: str) -> None:
    """The row's own yes, or --allow-duplicates, orders it again under a key of its own campaign."""
    orders = desk.sent([desk.row()])
    summer = replace(desk, campaign="summer")
    row = desk.row(allow_duplicate="yes" if way == "row" else None)
    answer = summer.check([row], summer.memory(*orders), duplicates=way == "run")[0]
    assert answer.validated is not None
    assert answer.validated.key != orders[0].key


def test_beyond_the_look_back_window_the_same_is_ordered_again(desk: Any) -> None:
    """What memory no longer holds by fingerprint blocks no new campaign."""
    orders = desk.sent([desk.row()])
    summer = replace(desk, campaign="summer")
    assert sendable(summer.check([desk.row()], summer.memory(*orders, alike=False))) == [2]


def test_a_results_workbook_under_a_new_campaign_buys_nothing_by_itself(desk: Any) -> None:
    """Rows that carry the keys of placed orders are duplicates however long ago they were sent."""
    orders = desk.sent([desk.row()])
    summer = replace(desk, campaign="summer")
    memory = Memory((), {}, {orders[0].key: orders[0]})
    answer = summer.check([desk.row()], memory, keys={2: orders[0].key})[0]
    assert [problem.code for problem in answer.problems] == ["row.ordered_before"]
    allowed = summer.check([desk.row()], memory, keys={2: orders[0].key}, duplicates=True)
    assert sendable(allowed) == [2]


def test_a_rejected_order_makes_no_duplicate_in_another_campaign(desk: Any) -> None:
    """What was refused cost nothing and may be ordered elsewhere."""
    orders = desk.sent([desk.row()], State.REJECTED)
    summer = replace(desk, campaign="summer")
    assert sendable(summer.check([desk.row()], summer.memory(*orders))) == [2]


def test_a_second_reference_for_what_an_unnamed_row_ordered_is_a_duplicate(desk: Any) -> None:
    """A row with a reference is no new order while a row without one has placed the same."""
    orders = desk.sent([desk.row()])
    for rows in ([desk.row(), desk.row(reference="B")], [desk.row(reference="B"), desk.row()]):
        answers = desk.check(rows, desk.memory(*orders))
        assert sendable(answers) == []
        assert sum(answer.duplicate for answer in answers) == 1


def test_a_duplicate_that_is_also_wrong_is_told_both(desk: Any) -> None:
    """All problems of a row are shown at once, and it counts as invalid, not as duplicate."""
    orders = desk.sent([desk.row()])
    summer = replace(desk, campaign="summer")
    answer = summer.check([desk.row(max_rate="0.1")], summer.memory(*orders))[0]
    assert [problem.code for problem in answer.problems] == ["rate.above_max", "row.ordered_before"]
    assert not answer.duplicate
