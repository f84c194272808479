"""Orders that are placed, or may be, are known by their rows and never sent again."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bulkorders.model.catalogue import Service
from bulkorders.model.lifecycle import State
from bulkorders.model.orders import ErrorCell
from bulkorders.validation.batch import Checked, Memory

COMMITTED = (State.SENDING, State.PLACED, State.IN_DOUBT)


def known_keys(answers: list[Checked]) -> list[str | None]:
    """Return, row by row, the key of the order that is known."""
    return [answer.known.key if answer.known and not answer.validated else None for answer in answers]


def sendable(answers: list[Checked]) -> list[int]:
    """Return the numbers of the rows that would be sent."""
    return [answer.identified.order.row for answer in answers if answer.validated]


@pytest.mark.parametrize("state", COMMITTED)
def test_a_row_whose_order_may_have_cost_money_is_never_sent_again(desk: Any, state: State) -> None:
    """Sending, placed and in doubt are all known by the row, with no problem and nothing to send."""
    orders = desk.sent([desk.row()], state)
    answer = desk.check([desk.row()], desk.memory(*orders))[0]
    assert (answer.known, answer.validated, answer.problems) == (orders[0], None, ())
    assert answer.estimate == Decimal("1.25")


@pytest.mark.parametrize("state", [State.READY, State.DROPPED])
def test_an_order_that_was_never_sent_is_sent_as_the_row_now_stands(desk: Any, state: State) -> None:
    """A ready or dropped order is validated afresh under its key."""
    orders = desk.sent([desk.row()], state)
    answer = desk.check([desk.row()], desk.memory(*orders))[0]
    assert answer.known == orders[0]
    assert answer.validated is not None
    assert answer.validated.key == orders[0].key


def test_editing_before_anything_was_sent_is_fine(desk: Any) -> None:
    """A ready row may be edited, with and without a reference; the reference keeps its key."""
    orders = desk.sent([desk.row(), desk.row(reference="A", link="https://example.com/b")], State.READY)
    rows = [desk.row(quantity=900), desk.row(reference="A", link="https://example.com/c", quantity=901)]
    answers = desk.check(rows, desk.memory(*orders))
    assert sendable(answers) == [2, 3]
    assert answers[1].validated is not None
    assert answers[1].validated.key == orders[1].key
    assert answers[1].validated.parameters["quantity"] == "901"


@pytest.mark.parametrize(
    "changes",
    [
        {"max_rate": "0.01"},
        {"refill": "yes", "service": "2"},
        {"max_rate": "cheap"},
        {"refill": "perhaps"},
        {"allow_duplicate": "hm"},
    ],
)
def test_a_placed_row_stays_known_whatever_its_limits_say(desk: Any, changes: dict[str, Any]) -> None:
    """A rate above the limit, a refill that is gone or a note that can't be read changes no placed order."""
    row = desk.row(service=changes.get("service", "1"))
    orders = desk.sent([row])
    answer = desk.check([{**row, **changes}], desk.memory(*orders))[0]
    assert (answer.known, answer.validated, answer.problems) == (orders[0], None, ())


@pytest.mark.parametrize(
    "row",
    [
        {"service": "1"},
        {"service": "3", "quantity": None},
        {"service": "3", "quantity": 1},
        {"service": "4", "quantity": None, "comments": "a\nb"},
        {"service": "4", "quantity": 2, "comments": "a\nb"},
        {"service": "8", "quantity": 1, "comments": "a\nb\nc"},
        {"service": "3", "quantity": 1, "reference": "A"},
        {"service": "6", "suggest": "v", "search": "k"},
    ],
)
@pytest.mark.parametrize("state", COMMITTED)
def test_a_placed_row_stays_known_though_its_service_left_the_catalogue(
    desk: Any, row: dict[str, Any], state: State
) -> None:
    """With and without a quantity cell: what was sent is recognised without the service's type."""
    orders = desk.sent([desk.row(**row)], state)
    for services in (desk.without(row["service"]), replace(desk, services=())):
        answer = services.check([desk.row(**row)], desk.memory(*orders))[0]
        assert (answer.known, answer.validated, answer.problems) == (orders[0], None, ())
        assert answer.identified.key == orders[0].key


@pytest.mark.parametrize(("before", "after"), [("Package", "Default"), ("Default", "Package")])
def test_a_placed_row_stays_known_though_its_service_changed_its_type(
    desk: Any, before: str, after: str
) -> None:
    """A type that takes a quantity one day and none the next makes no new order of the same row."""
    kinds = [Service("1", "x", kind, rate=Decimal(1), min=1, max=9) for kind in (before, after)]
    yesterday, today = (replace(desk, services=[kind]) for kind in kinds)
    row = desk.row(quantity=1)
    orders = yesterday.sent([row])
    assert len(orders) == 1
    answer = today.check([row], desk.memory(*orders))[0]
    assert (answer.known, answer.validated) == (orders[0], None)


def test_likes_stay_known_one_by_one_without_their_service(desk: Any) -> None:
    """Three packages of one link, spelled with and without a quantity, are three orders, not one three times."""
    rows = [
        desk.row(service="3", quantity=None),
        desk.row(service="3", quantity=1, allow_duplicate="yes"),
        desk.row(service="3", quantity=None, allow_duplicate="yes"),
    ]
    orders = desk.sent(rows)
    assert len(orders) == 3
    for catalogue in (desk, desk.without("3")):
        answers = catalogue.check(rows, desk.memory(*orders))
        assert sorted(filter(None, known_keys(answers))) == sorted(order.key for order in orders)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (1, 2, 0)])
def test_sorting_brings_no_second_purchase_of_a_row_that_was_kept_back(
    desk: Any, order: tuple[int, ...]
) -> None:
    """Where one of two likes was too dear and the other was sent, no order of rows sends the other again."""
    rows = [
        desk.row(max_rate="0.1", number=2),
        desk.row(allow_duplicate="yes", number=3),
        desk.row(link="https://example.com/other", number=4),
    ]
    orders = desk.sent(rows)
    assert len(orders) == 2
    answers = desk.check([rows[at] for at in order], desk.memory(*orders))
    assert sendable(answers) == []
    assert len(list(filter(None, known_keys(answers)))) == 2


def test_a_row_that_is_put_right_takes_its_place_beside_its_like(desk: Any) -> None:
    """Of two wanted likes one was placed; when the other is put right exactly one more is sent."""
    rows = [desk.row(max_rate="0.1"), desk.row(allow_duplicate="yes")]
    orders = desk.sent(rows)
    for permuted in (rows, rows[::-1]):
        fixed = [{**row, "max_rate": None} for row in permuted]
        answers = desk.check(fixed, desk.memory(*orders))
        assert len(sendable(answers)) == 1
        assert len(list(filter(None, known_keys(answers)))) == 1
        new = next(answer.validated for answer in answers if answer.validated)
        assert new.key != orders[0].key


def test_deleting_one_of_two_likes_sends_nothing(desk: Any) -> None:
    """The row that is left is known, whichever of the two it was."""
    rows = [desk.row(), desk.row(allow_duplicate="yes")]
    orders = desk.sent(rows)
    assert len(orders) == 2
    for left in rows:
        answers = desk.check([left], desk.memory(*orders))
        assert known_keys(answers)[0] in {order.key for order in orders}
        assert sendable(answers) == []


def test_a_third_like_is_a_duplicate_until_it_is_allowed(desk: Any) -> None:
    """Two likes placed and a third row: nothing is sent without a word, and one order with it."""
    rows = [desk.row(), desk.row(allow_duplicate="yes")]
    memory = desk.memory(*desk.sent(rows))
    third = desk.check([*rows, desk.row()], memory)
    assert sendable(third) == []
    assert sum(answer.duplicate for answer in third) == 1
    assert len(sendable(desk.check([*rows, desk.row(allow_duplicate="yes")], memory))) == 1


def test_the_hidden_key_tells_likes_apart(desk: Any) -> None:
    """In a returned results workbook each of two likes is the order whose key it carries, however it is sorted."""
    rows = [desk.row(), desk.row(allow_duplicate="yes")]
    one, two = desk.sent(rows)
    answers = desk.check(rows[::-1], desk.memory(one, two), keys={2: two.key, 3: one.key})
    assert known_keys(answers) == [two.key, one.key]


@pytest.mark.parametrize("keyed", [False, True])
def test_a_row_that_got_or_lost_its_reference_is_still_known(desk: Any, *, keyed: bool) -> None:
    """Adding a column of references, or leaving it out, buys nothing again."""
    plain, named = desk.row(), desk.row(reference="A-1")
    for before, after in ((plain, named), (named, plain)):
        orders = desk.sent([before])
        keys = {2: orders[0].key} if keyed else None
        answer = desk.check([after], desk.memory(*orders, alike=False), keys=keys)[0]
        assert (answer.known, answer.validated, answer.problems) == (orders[0], None, ())


@pytest.mark.parametrize("state", [State.PLACED, State.IN_DOUBT])
def test_a_reference_that_was_renamed_is_held(desk: Any, state: State) -> None:
    """The same order under a new reference, its old one gone from the sheet, waits for a person's word."""
    orders = desk.sent([desk.row(reference="A-1")], state)
    for keys in (None, {2: orders[0].key}):
        memory = desk.memory(*orders)
        answer = desk.check([desk.row(reference="A-001")], memory, keys=keys)[0]
        assert answer.validated is None
        problem = answer.problems[0]
        assert (problem.code, problem.column) == ("row.changed_after_placed", "Reference")
        assert (problem.facts["sent"], problem.facts["found"]) == ("A-1", "A-001")
        assert sendable(desk.check([desk.row(reference="A-001")], memory, keys=keys, changed=True)) == [2]


def test_a_new_reference_beside_the_old_one_is_a_new_order(desk: Any) -> None:
    """Where the row of the first reference still stands, a second one is wanted and sent."""
    orders = desk.sent([desk.row(reference="A-1")])
    answers = desk.check([desk.row(reference="A-1"), desk.row(reference="A-2")], desk.memory(*orders))
    assert sendable(answers) == [3]


def test_a_reference_that_stands_twice_is_a_problem_of_one_row(desk: Any) -> None:
    """The first row keeps the reference, the other is told where it stands."""
    first, second = desk.check(
        [desk.row(reference="A"), desk.row(reference="A", link="https://example.com/b")]
    )
    assert first.validated is not None
    assert [(problem.code, problem.column, problem.facts) for problem in second.problems] == [
        ("reference.twice", "Reference", {"found": "A", "first": 2})
    ]
    assert second.validated is None


def test_a_reference_that_stands_twice_belongs_to_the_row_that_was_sent(desk: Any) -> None:
    """Sorting the sheet does not make the other row of a reference the owner of a placed order."""
    rows = [desk.row(reference="A", number=2), desk.row(reference="A", quantity=900, number=3)]
    orders = desk.sent(rows)
    answers = desk.check(rows[::-1], desk.memory(*orders))
    assert known_keys(answers) == [None, orders[0].key]
    assert [problem.code for problem in answers[0].problems] == ["reference.twice"]
    assert sendable(desk.check(rows[::-1], desk.memory(*orders), changed=True, duplicates=True)) == []


def test_a_reference_that_stands_twice_belongs_to_the_row_that_can_be_sent(desk: Any) -> None:
    """Of two new rows with one reference the one that keeps the rules has it, in every order of the rows."""
    rows = [desk.row(reference="A", quantity=None, number=2), desk.row(reference="A", number=3)]
    for permuted in (rows, rows[::-1]):
        answers = {each.identified.order.row: each for each in desk.check(permuted)}
        assert answers[3].validated is not None
        assert [problem.code for problem in answers[2].problems] == ["reference.twice"]


def test_the_same_reference_in_another_campaign_is_another_order(desk: Any) -> None:
    """A reference counts within its campaign."""
    rows = [desk.row(reference="A"), desk.row(reference="A", campaign="summer", quantity=900)]
    assert sendable(desk.check(rows)) == [2, 3]


@pytest.mark.parametrize("reference", [None, "A"])
def test_a_rejected_row_stays_rejected_until_it_is_retried_or_edited(
    desk: Any, reference: str | None
) -> None:
    """A rejection stands run after run; a person's word or an edit makes the row an order again."""
    row = desk.row(reference=reference)
    orders = desk.sent([row], State.REJECTED)
    memory = desk.memory(*orders)
    still = desk.check([row], memory)[0]
    assert (still.known, still.validated, still.problems) == (orders[0], None, ())
    again = desk.check([row], memory, rejected=True)[0]
    assert again.known == orders[0]
    assert again.validated is not None
    assert again.validated.key == orders[0].key
    edited = desk.check([{**row, "quantity": 700}], memory)[0]
    assert edited.validated is not None
    assert (edited.validated.key == orders[0].key) is (reference is not None)


def test_the_copy_of_a_rejected_row_is_not_sent_in_its_place(desk: Any) -> None:
    """A duplicate that was held back stays held back when its first was rejected."""
    rows = [desk.row(), desk.row()]
    orders = desk.sent(rows, State.REJECTED)
    assert len(orders) == 1
    answers = desk.check(rows, desk.memory(*orders))
    assert sendable(answers) == []
    assert answers[1].duplicate


def test_a_row_that_cannot_be_read_is_not_said_to_have_left_the_sheet(desk: Any) -> None:
    """A placed row with a broken quantity is invalid itself, and makes no other row of its link an edited one."""
    orders = desk.sent([desk.row(), desk.row(service="2", quantity=300)])
    rows = [desk.row(quantity="5oo"), desk.row(service="2", quantity=300), desk.row(quantity=700)]
    answers = desk.check(rows, desk.memory(*orders), keys={2: orders[0].key, 3: orders[1].key})
    assert [problem.code for problem in answers[0].problems] == ["quantity.not_a_number"]
    assert answers[1].known == orders[1]
    assert sendable(answers) == [4]


@pytest.mark.parametrize(
    "cells",
    [{"service": ErrorCell("#N/A")}, {"link": ErrorCell("#N/A")}, {"quantity": "5oo"}, {"service": None}],
)
@pytest.mark.parametrize("keyed", [False, True])
def test_a_placed_row_that_cannot_be_read_is_never_sent(
    desk: Any, cells: dict[str, Any], *, keyed: bool
) -> None:
    """A cell that breaks after the order was sent makes the row invalid and nothing else."""
    orders = desk.sent([desk.row(reference="A"), desk.row(link="https://example.com/b")])
    keys = {2: orders[0].key, 3: orders[1].key} if keyed else None
    rows = [desk.row(reference="A", **cells), desk.row(**{"link": "https://example.com/b", **cells})]
    for changed in (False, True):
        answers = desk.check(rows, desk.memory(*orders), keys=keys, changed=changed, duplicates=True)
        assert sendable(answers) == []
        assert known_keys(answers) == [None, None]


def test_an_order_of_another_campaign_is_not_this_rows(desk: Any) -> None:
    """The hidden key of another campaign's order claims nothing: the row is a new order of this one."""
    orders = desk.sent([desk.row()])
    summer = replace(desk, campaign="summer")
    memory = Memory((), {}, {orders[0].key: orders[0]})
    answer = summer.check([desk.row(quantity=900)], memory, keys={2: orders[0].key})[0]
    assert answer.validated is not None
    assert answer.validated.campaign == "summer"
