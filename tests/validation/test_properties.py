"""What holds for every sheet: found by trying many of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bulkorders.model.lifecycle import COMMITTED, State
from bulkorders.model.orders import Submission
from bulkorders.validation.batch import Checked

LINKS = tuple(f"https://example.com/{name}" for name in ("a", "b", "a/", "c?v=1"))

ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "service": st.sampled_from(["1", "2", "3", "4", "7", "11", "999"]),
            "link": st.sampled_from([*LINKS, None, "nowhere"]),
            "quantity": st.sampled_from([None, 1, 2, 500, "500", "many"]),
            "comments": st.sampled_from([None, None, "a\nb"]),
            "reference": st.sampled_from([None, None, None, "A", "B"]),
            "allow_duplicate": st.sampled_from([None, None, "yes", "no", "?"]),
            "max_rate": st.sampled_from([None, None, "0.1", 99_999]),
            "refill": st.sampled_from([None, "yes", "maybe"]),
        }
    ),
    max_size=8,
)


def numbered(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows with numbers that stay with them."""
    return [{**row, "number": at} for at, row in enumerate(rows, start=2)]


def sent_keys(answers: Sequence[Checked]) -> Counter[str]:
    """Return the keys of what would be sent."""
    return Counter(answer.validated.key for answer in answers if answer.validated)


@given(rows=ROWS, data=st.data())
def test_permuting_rows_changes_no_key(desk: Any, rows: list[dict[str, Any]], data: st.DataObject) -> None:
    """The keys of a sheet, and the keys of what would be sent, are the same in every order of its rows."""
    rows = numbered(rows)
    shuffled = data.draw(st.permutations(rows))
    one, other = (desk.identified(desk.sheet(each)) for each in (rows, shuffled))
    assert Counter(each.key for each in one) == Counter(each.key for each in other)
    if len({row["reference"] for row in rows if row["reference"]}) == sum(
        bool(row["reference"]) for row in rows
    ):
        assert len(sent_keys(desk.check(rows))) == len(sent_keys(desk.check(shuffled)))


@given(rows=ROWS, data=st.data())
def test_a_second_run_over_the_same_sheet_sends_nothing(
    desk: Any, rows: list[dict[str, Any]], data: st.DataObject
) -> None:
    """When all that was valid is placed or in doubt, nothing is left to send: sorted, keyed or without services."""
    rows = numbered(rows)
    first = desk.check(rows)
    states = st.sampled_from([State.SENDING, State.PLACED, State.IN_DOUBT, State.REJECTED])
    orders = [desk.submission(each.validated, data.draw(states)) for each in first if each.validated]
    shuffled = data.draw(st.permutations(rows))
    keys = {each.identified.order.row: each.validated.key for each in first if each.validated}
    today = desk.without(*data.draw(st.sets(st.sampled_from(["1", "2", "3", "4"]))))
    for held in ({}, keys):
        for catalogue in (desk, today):
            again = catalogue.check(shuffled, desk.memory(*orders), keys=held)
            assert not sent_keys(again)
            known = {each.known.key for each in again if each.known}
            settled = {order.key for order in orders if catalogue is desk or order.state in COMMITTED}
            assert known >= settled


@given(rows=ROWS)
def test_every_row_has_an_answer(desk: Any, rows: list[dict[str, Any]]) -> None:
    """No row is passed over in silence: it is sent, or a problem says why not."""
    for answer in desk.check(rows):
        assert (answer.validated is not None) is not any(problem.blocks for problem in answer.problems)
        assert answer.duplicate <= (answer.validated is None)


@given(rows=ROWS)
def test_keys_are_never_shared(desk: Any, rows: list[dict[str, Any]]) -> None:
    """Two orders that would be sent never have one key."""
    assert all(count == 1 for count in sent_keys(desk.check(rows, duplicates=True)).values())


@dataclass
class Line:
    """A row as a person keeps it: `number` is who it is to the test, `key` the hidden one of a workbook."""

    number: int
    cells: dict[str, Any]
    reference: str | None = None
    key: str | None = None


class Campaign(RuleBasedStateMachine):
    """A person edits, sorts, copies and deletes rows between runs, and runs end in every way they can."""

    desk: Any
    keyed = False
    kept = True

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Line] = []
        self.made = 0
        self.journal: dict[str, Submission] = {}
        self.stood: set[int] = set()
        self.gone: set[str] = set()

    @rule(
        service=st.sampled_from(["1", "2", "3"]),
        link=st.sampled_from(LINKS[:3]),
        quantity=st.sampled_from([None, 500, 700]),
        allow=st.booleans(),
        named=st.booleans(),
    )
    def add(self, service: str, link: str, quantity: int | None, *, allow: bool, named: bool) -> None:
        """Write a new row."""
        self.made += 1
        cells = {"service": service, "link": link, "quantity": quantity, "allow_duplicate": allow}
        self.rows.append(Line(self.made, cells, f"R{self.made}" if named else None))

    @precondition(lambda self: self.rows)
    @rule(data=st.data())
    def copy(self, data: st.DataObject) -> None:
        """Copy a row, hidden key and all, below itself."""
        line = data.draw(st.sampled_from(self.rows))
        self.made += 1
        self.rows.append(replace(line, number=self.made, cells=dict(line.cells)))

    @precondition(lambda self: self.rows)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        """Delete a row."""
        self.rows.remove(data.draw(st.sampled_from(self.rows)))

    @rule(data=st.data())
    def sort(self, data: st.DataObject) -> None:
        """Put the rows into another order."""
        self.rows = data.draw(st.permutations(self.rows))

    @precondition(lambda self: self.rows)
    @rule(data=st.data(), quantity=st.sampled_from([None, 1, 500, 700, 900, "x"]))
    def edit_quantity(self, data: st.DataObject, quantity: Any) -> None:
        """Write another quantity."""
        data.draw(st.sampled_from(self.rows)).cells["quantity"] = quantity

    @precondition(lambda self: self.rows)
    @rule(data=st.data(), limit=st.sampled_from([None, "0.1", "cheap"]))
    def edit_limit(self, data: st.DataObject, limit: str | None) -> None:
        """Write another limit, which is not sent."""
        data.draw(st.sampled_from(self.rows)).cells["max_rate"] = limit

    @precondition(lambda self: self.rows)
    @rule(data=st.data())
    def edit_reference(self, data: st.DataObject) -> None:
        """Give a row a reference of its own, or take it away."""
        line = data.draw(st.sampled_from(self.rows))
        line.reference = None if line.reference else f"R{line.number}"

    @precondition(lambda self: self.keyed and self.rows)
    @rule(data=st.data(), link=st.sampled_from(LINKS), service=st.sampled_from(["1", "2"]))
    def edit_address(self, data: st.DataObject, link: str, service: str) -> None:
        """Write another link and service: in a results workbook the hidden key tells."""
        data.draw(st.sampled_from(self.rows)).cells.update(link=link, service=service)

    @rule(service=st.sampled_from(["1", "2", "3"]))
    def change_catalogue(self, service: str) -> None:
        """Take a service out of the catalogue, or put it back."""
        self.gone ^= {service}

    @rule(data=st.data(), rejected=st.booleans())
    def run(self, data: st.DataObject, *, rejected: bool) -> None:
        """Submit: what is valid is sent, and ends in any state."""
        numbers = {line.number: line for line in self.rows}
        rows = [{**line.cells, "reference": line.reference, "number": line.number} for line in self.rows]
        keys = {line.number: line.key for line in self.rows if line.key} if self.keyed else {}
        memory = self.desk.memory(*self.journal.values())
        answers = self.desk.without(*self.gone).check(rows, memory, keys=keys, rejected=rejected)
        wanted = {each.validated.key for each in answers if each.validated}
        for key, order in self.journal.items():
            if order.state is State.READY and key not in wanted:
                self.journal[key] = replace(order, state=State.DROPPED)
        for each in answers:
            line = numbers[each.identified.order.row]
            if each.validated or each.known:
                self.stood.add(line.number)
            if each.validated is None:
                line.key = each.known.key if each.known else (line.key if self.kept else None)
                continue
            before = self.journal.get(each.validated.key)
            assert before is None or before.state not in COMMITTED, "a committed order would be sent again"
            assert before is None or before.state is not State.REJECTED or rejected or edited(before, each)
            state = data.draw(st.sampled_from([State.PLACED, State.IN_DOUBT, State.REJECTED, State.READY]))
            self.journal[each.validated.key] = self.desk.submission(each.validated, state)
            line.key = each.validated.key

    @rule(data=st.data())
    def resolve(self, data: st.DataObject) -> None:
        """Settle an order in doubt: it was placed after all, or it was not."""
        doubts = [key for key, order in self.journal.items() if order.state is State.IN_DOUBT]
        if doubts:
            key = data.draw(st.sampled_from(doubts))
            state = data.draw(st.sampled_from([State.PLACED, State.READY]))
            self.journal[key] = replace(self.journal[key], state=state)

    @invariant()
    def never_more_orders_than_rows(self) -> None:
        """Never are there more orders than rows that once were an order, whatever was done to them."""
        assert sum(order.state in COMMITTED for order in self.journal.values()) <= len(self.stood)


def edited(before: Submission, answer: Checked) -> bool:
    """Whether a row says something else than the order that was rejected."""
    return dict(before.parameters) != dict(answer.identified.parameters)


@pytest.mark.parametrize("keyed", [False, True])
def test_no_editing_between_runs_buys_a_row_twice(desk: Any, *, keyed: bool) -> None:
    """Over any course of edits, sorts, copies, deletions and runs there is at most one order a row."""
    machine = type("Course", (Campaign,), {"desk": desk, "keyed": keyed})
    course = settings(max_examples=60, stateful_step_count=25, deadline=None)
    run_state_machine_as_test(machine, settings=course)
