"""Columns of plain information, and parameters of the panel's own: what is sent of them, and what is the order."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkorders.model.orders import ErrorCell, Row, Sheet
from bulkorders.model.problems import Severity
from bulkorders.model.service_types import INCIDENTAL, UNSAID
from bulkorders.validation import parsing
from bulkorders.validation.costs import estimate

TOLD = sorted(set(INCIDENTAL) - UNSAID)
SUBSCRIPTION = {
    "service": "17", "link": None, "quantity": None, "username": "someone", "min": 10, "max": 20, "delay": 0,
    "posts": 3,
}  # fmt: skip

VALUES = st.sampled_from([None, "VN", 5, "5", "10M", "a\nb", 2.5, ErrorCell("#N/A"), "31/12/2026", True])


@pytest.mark.parametrize("field", TOLD)
def test_a_field_the_type_does_not_take_is_not_sent_and_said(desk: Any, field: str) -> None:
    """A column of information keeps no row back: a warning says that it is not sent."""
    plain, answer = (desk.check([desk.row(**cells)])[0] for cells in ({}, {field: "7"}))
    if field == "expiry":
        answer = desk.check([desk.row(expiry="31/12/2026")])[0]
    assert [(each.code, each.severity) for each in answer.problems] == [
        (f"{field}.not_taken", Severity.WARNING)
    ]
    assert answer.validated is not None
    assert answer.validated.parameters == plain.validated.parameters


@pytest.mark.parametrize("field", sorted(UNSAID))
def test_limits_copied_from_the_price_list_are_passed_over(desk: Any, field: str) -> None:
    """Min and Max beside an ordinary order are not sent, and not a word is said of them."""
    answer = desk.check([desk.row(**{field: 100})])[0]
    assert answer.problems == ()
    assert answer.validated is not None
    assert field not in answer.validated.parameters


@pytest.mark.parametrize("field", INCIDENTAL)
@pytest.mark.parametrize("service", ["1", "3", "11"])
def test_a_cell_that_can_not_be_read_matters_only_where_it_is_taken(
    desk: Any, field: str, service: str
) -> None:
    """An error in a column of information keeps no ordinary row back, whatever it is."""
    row = desk.row(service=service, quantity=None if service == "3" else 500, **{field: ErrorCell("#N/A")})
    answer = desk.check([row])[0]
    assert answer.validated is not None
    assert not [problem for problem in answer.problems if problem.code == "cell.error"]


@pytest.mark.parametrize("field", ["username", "min", "max", "posts", "delay", "expiry"])
def test_a_cell_that_can_not_be_read_keeps_back_a_row_that_takes_it(desk: Any, field: str) -> None:
    """Where the type takes the field, its unreadable cell is a problem like any other, told once."""
    answer = desk.check([desk.row(**{**SUBSCRIPTION, field: ErrorCell("#N/A")})])[0]
    assert [problem.code for problem in answer.problems] == ["cell.error"]
    assert answer.validated is None


def test_an_order_whose_taken_cell_can_not_be_read_is_not_held_as_edited(desk: Any) -> None:
    """While a cell that makes the order what it is can't be read, that alone is said of a placed row."""
    sent = desk.sent([SUBSCRIPTION])
    for keys in ({}, {2: sent[0].key}):
        again = desk.check([{**SUBSCRIPTION, "max": "10M"}], desk.memory(*sent), keys=keys)[0]
        assert [problem.code for problem in again.problems] == ["quantity.not_a_number"]


def test_an_order_whose_parameter_can_not_be_read_is_not_held_as_edited(desk: Any) -> None:
    """An unreadable parameter of the panel's own is all that is said of a placed row."""
    row = desk.row(**{"param:reaction": "love"})
    memory = desk.memory(*desk.sent([row]))
    again = desk.check([{**row, "param:reaction": ErrorCell("#N/A")}], memory)[0]
    assert [problem.code for problem in again.problems] == ["cell.error"]


@given(
    incidental=st.dictionaries(st.sampled_from(INCIDENTAL), VALUES),
    service=st.sampled_from(["1", "2", "3", "4", "5", "11"]),
)
def test_keys_do_not_depend_on_what_is_not_sent(desk: Any, incidental: dict[str, Any], service: str) -> None:
    """Whatever stands in columns of information, the row is the same order and sends the same."""
    cells = {"service": service, "comments": "a\nb" if service == "4" else None}
    one, other = (
        desk.identified(desk.sheet([desk.row(**cells, **further)]))[0] for further in ({}, incidental)
    )
    assert (one.key, one.fingerprint, one.parameters) == (other.key, other.fingerprint, other.parameters)
    assert one.order.problems == other.order.problems


@given(
    cells=st.fixed_dictionaries(
        {"country": st.sampled_from([None, "VN"]), "username": st.sampled_from([None, "someone"])}
    ),
    service=st.sampled_from(["1", "17"]),
    held=st.booleans(),
)
def test_a_row_is_known_though_its_service_is_gone(
    desk: Any, cells: dict[str, Any], service: str, *, held: bool
) -> None:
    """A placed row whose service has left the catalogue is the same order, columns of information and all."""
    row = {**(SUBSCRIPTION if service == "17" else desk.row()), **cells}
    row |= {"username": "someone"} if service == "17" else {}
    sent = desk.sent([row])
    keys = {2: sent[0].key} if held else {}
    again = desk.without(service).check([row], desk.memory(*sent), keys=keys)[0]
    assert again.known is not None
    assert again.known.key == sent[0].key


@pytest.mark.parametrize("cells", [{"service": "1"}, {"service": "3", "quantity": None}, SUBSCRIPTION])
def test_a_parameter_of_the_panels_own_is_sent_whatever_the_type(desk: Any, cells: dict[str, Any]) -> None:
    """`param:reaction` reaches the panel as `reaction`, and makes another order."""
    plain, own = (desk.check([desk.row(**{**cells, **more})])[0] for more in ({}, {"param:reaction": "love"}))
    assert own.problems == ()
    assert dict(own.validated.parameters) == {**plain.validated.parameters, "reaction": "love"}
    assert own.validated.key != plain.validated.key
    assert own.validated.fingerprint != plain.validated.fingerprint


@pytest.mark.parametrize(
    ("cell", "sent"),
    [
        (5, "5"),
        (5.0, "5"),
        (0.25, "0.25"),
        (1e-7, "0.0000001"),
        (True, "true"),
        (" x ", "x"),
        ("a\r\nb", "a\nb"),
        ("00501", "00501"),
    ],
)
def test_a_parameter_is_sent_as_a_person_would_write_it(desk: Any, cell: Any, sent: str) -> None:
    """Numbers have no idle decimals, lines stay lines, and nothing else is changed."""
    assert desk.order(**{"param:reaction": cell}).own == (("reaction", sent),)


@pytest.mark.parametrize("cell", [None, "", "  "])
def test_an_empty_parameter_is_not_sent(desk: Any, cell: Any) -> None:
    """A row that has nothing in such a column is the order it would be without the column."""
    assert desk.order(**{"param:reaction": cell}).own == ()


def test_a_parameter_that_can_not_be_read_keeps_its_row_back(desk: Any) -> None:
    """An error cell under the panel's own parameter is never an empty one."""
    assert desk.codes(**{"param:reaction": ErrorCell("#N/A")}) == ["cell.error"]


@pytest.mark.parametrize(
    ("field", "own", "codes"),
    [
        ("VN", "VN", []),
        ("VN", "US", ["param.differs"]),
        (None, "US", []),
        ("US", None, ["country.not_taken"]),
    ],
)
def test_a_parameter_and_the_field_of_its_name_agree(
    desk: Any, field: str | None, own: str | None, codes: list[str]
) -> None:
    """Where both stand in a row and say two things, nobody can say which is meant."""
    assert desk.codes(country=field, **{"param:country": own}) == codes


def test_a_parameter_stands_for_the_field_of_its_name() -> None:
    """Where the type needs the field, the panel's own parameter of that name is it, limits and all."""
    header = ("Service", "Link", "Quantity", "param:runs", "param:interval")
    columns = {"service": 0, "link": 1, "quantity": 2, "param:runs": 3, "param:interval": 4}
    row = Row(2, ("1", "https://example.com/a", 500, "often", "10m"))
    order = parsing.parse(Sheet("o.csv", header, columns, (row,)))[0].order
    assert order is not None
    assert order.own == (("interval", "10m"),)
    assert [(each.code, each.column) for each in order.problems] == [("quantity.not_a_number", "param:runs")]


def test_runs_given_as_a_parameter_are_in_the_estimate(desk: Any) -> None:
    """Runs multiply the cost, by whichever column they come."""
    sheet = desk.sheet([])
    columns = {**sheet.columns, "param:runs": sheet.columns["param:reaction"]}
    del columns["param:reaction"]
    plain = desk.check([desk.row()])[0]
    order = parsing.parse(
        Sheet("o.csv", sheet.header, columns, desk.sheet([desk.row(**{"param:reaction": 4})]).rows)
    )[0].order
    service = {each.id: each for each in desk.services}["1"]
    assert estimate(order, service) == 4 * plain.estimate


def test_an_edited_parameter_is_an_edited_row(desk: Any) -> None:
    """A placed row whose parameter was changed is held, and its own column is named."""
    row = desk.row(**{"param:reaction": "love"})
    sent = desk.sent([row])
    again = desk.check([{**row, "param:reaction": "wow"}], desk.memory(*sent), keys={2: sent[0].key})[0]
    assert [problem.code for problem in again.problems] == ["row.changed_after_placed"]
    assert (again.problems[0].facts["found"], again.problems[0].facts["sent"]) == ("wow", "love")
    assert again.problems[0].column == "Param:reaction"
