"""Problems as people read them: where, what was expected, what was found, what to do."""

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import bulkorders
from bulkorders import wording
from bulkorders.model.catalogue import Catalogue, Service
from bulkorders.model.lifecycle import State
from bulkorders.model.orders import ErrorCell, Row, Sheet, Submission
from bulkorders.model.problems import Problem
from bulkorders.model.service_types import INCIDENTAL, TYPES, UNSAID
from bulkorders.validation import batch, parsing
from bulkorders.validation.batch import Allowances, Memory, Target

FIELDS = (
    *("service", "link", "quantity", "comments", "list", "suggest", "search", "runs", "interval", "refill"),
    *("max_rate", "reference", "allow_duplicate"),
    *INCIDENTAL,
    "param:country",
)
SERVICES = {
    service.id: service
    for service in (
        Service("318", "Likes", rate=Decimal("2.5"), min=200, max=10_000, refill=False, dripfeed=False),
        Service("2", "Open", rate=Decimal(1), min=100, max=2_147_483_647),
        Service("3", "Starter", "Package", rate=Decimal(15), basis=1),
        Service("4", "Comments", "Custom Comments", rate=Decimal(1), min=2, max=4),
        Service("5", "Videos", "special", rate=Decimal(1)),
        Service("6", "Mixed", "special1", rate=Decimal(1)),
        Service("7", "Odd", "Pick a comment", rate=Decimal(1), max=10),
        Service("8", "New posts", "Subscriptions", rate=Decimal(1), min=10, max=100),
        *(Service(f"t{at}", kind.name, kind.name, rate=Decimal(1)) for at, kind in enumerate(TYPES.values())),
        Service("9", "Garbled", trouble="rate: cheap"),
        Service("10", "Upside down", rate=Decimal(1), min=9, max=1),
    )
}
SUBSCRIPTION = {
    "service": "8", "link": None, "quantity": None, "username": "a", "min": 10, "max": 20, "posts": 1, "delay": 0,
}  # fmt: skip
GOOD = {"service": "318", "link": "https://example.com/a", "quantity": 500}


def sheet_of(rows: Sequence[Mapping[str, Any]]) -> Sheet:
    """Return a sheet with these rows, the first in row 42."""
    titles = tuple(wording.field_title(name) for name in FIELDS)
    made = tuple(
        Row(number, tuple({**GOOD, **cells}.get(name) for name in FIELDS))
        for number, cells in enumerate(rows, start=42)
    )
    return Sheet("orders.xlsx", titles, {name: at for at, name in enumerate(FIELDS)}, made)


def problems_of(
    *rows: Mapping[str, Any],
    memory: Memory | None = None,
    allowed: Allowances | None = None,
    campaign: str = "may",
) -> list[Problem]:
    """Return all problems of these rows."""
    sheet = sheet_of(rows)
    target = Target("panel.example", campaign, Catalogue(SERVICES), "USD")
    orders = [each.order for each in parsing.parse(sheet)]
    identified = batch.identify((order, target) for order in orders if order is not None)
    answers = batch.check(sheet, identified, memory or Memory(), allowed or Allowances())
    return [problem for answer in answers for problem in answer.problems]


def placed(state: State = State.PLACED, *, campaign: str = "april", reference: str | None = None) -> Memory:
    """Return the memory of one order like GOOD."""
    target = Target("panel.example", campaign, Catalogue(SERVICES), "USD")
    order = parsing.parse(sheet_of([{"reference": reference}]))[0].order
    assert order is not None
    found = batch.identify([(order, target)])[0]
    known = Submission(
        found.key,
        "panel.example",
        campaign,
        found.fingerprint,
        "318",
        order.link,
        500,
        dict(found.parameters),
        state,
        42,
        reference,
        order_ids=("99999",) if state is State.PLACED else (),
        sent_at="2026-03-02T10:00:00+00:00",
    )
    return Memory([known], {found.fingerprint: known}, {found.key: known})


def placed_open(state: State = State.PLACED) -> Memory:
    """Return the memory of one order like GOOD of another campaign that is still open."""
    memory = placed(state)
    return replace(memory, campaign=(), by_key={}, still_open=tuple(memory.campaign))


WRONG: list[list[Problem]] = (
    [problems_of({name: ErrorCell("#N/A")}) for name in FIELDS]
    + [
        problems_of(cells)
        for cells in (
            {"service": None},
            {"service": 1.5},
            {"reference": 1234567890123456},
            {"service": "999"},
            {"service": "318 – Views"},
            {"service": "9"},
            {"service": "10"},
            {"service": "7"},
            {"link": None},
            {"link": "example.com"},
            {"link": "https://example.com/a b"},
            {"link": "https://exam\u200bple.com/a"},
            {"quantity": None},
            {"quantity": "10k"},
            {"quantity": 1.5},
            {"quantity": 1e30},
            {"quantity": 150},
            {"quantity": 20_000},
            {"service": "2", "quantity": 5},
            {"service": "7", "quantity": 50},
            {"service": "3", "quantity": 5},
            {"service": "4", "quantity": 3, "comments": "a\nb"},
            {"service": "4", "quantity": None, "comments": "a"},
            {"service": "4", "quantity": None},
            {"comments": "a"},
            {"service": "5"},
            {"service": "5", "suggest": "a"},
            {"service": "5", "search": "a"},
            {"service": "5", "list": "a", "suggest": "b"},
            {"service": "6", "list": "a"},
            {"list": "a"},
            {
                "service": "3",
                "quantity": None,
                "runs": 2,
                "interval": 5,
                "list": "a",
                "suggest": "b",
                "search": "c",
            },
            {"service": "2", "runs": 2},
            {"service": "2", "interval": 2},
            {"service": "2", "runs": 1, "interval": 5},
            {"runs": 2, "interval": 5},
            {"refill": "maybe"},
            {"refill": "yes"},
            {"service": "2", "refill": "yes"},
            {"allow_duplicate": "maybe"},
            {"max_rate": "cheap"},
            {"max_rate": "1.250"},
            {"max_rate": "0.1"},
            {**SUBSCRIPTION, "quantity": 5},
            {**SUBSCRIPTION, "link": "https://example.com/a"},
            {**SUBSCRIPTION, "username": "a\nb"},
            {**SUBSCRIPTION, "min": 9, "max": 9},
            {**SUBSCRIPTION, "min": 101, "max": 101},
            {**SUBSCRIPTION, "min": 30},
            {**SUBSCRIPTION, "posts": None},
            {**SUBSCRIPTION, "posts": 0},
            {**SUBSCRIPTION, "expiry": "31/02/2027"},
            {"country": "VN", "param:country": "US"},
            *({field: "31/12/2026" if field == "expiry" else "1"} for field in INCIDENTAL),
            *({"service": f"t{at}", "link": None, "quantity": None} for at in range(len(TYPES))),
            *({"service": f"t{at}", "type_of_traffic": told} for at in range(len(TYPES)) for told in "12"),
        )
    ]
    + [
        problems_of({}, allowed=Allowances(max_order=Decimal(1))),
        problems_of({**SUBSCRIPTION, "posts": 0}, allowed=Allowances(capped=True)),
        problems_of({"reference": "A"}, {"reference": "A"}),
        problems_of({}, {}),
        problems_of({}, {"quantity": 600}),
        problems_of({"quantity": 600}, memory=placed_open()),
        problems_of({"quantity": 600}, memory=placed_open(State.IN_DOUBT)),
        problems_of({}, memory=placed()),
        problems_of({}, memory=placed(State.IN_DOUBT)),
        problems_of({"quantity": 700}, memory=placed(campaign="may")),
        problems_of({"quantity": 700}, memory=placed(State.IN_DOUBT, campaign="may")),
        problems_of({"reference": "B"}, memory=placed(campaign="may", reference="A")),
        [Problem(42, "panel.unknown", "Panel", {"found": "x", "known": ["a", "b"]})],
    ]
)
FOUND = [problem for problems in WRONG for problem in problems]


def emitted() -> set[str]:
    """Return the codes of problems that stand in the code, and those that are made of a field's name."""
    found: set[str] = set()
    for path in Path(bulkorders.__file__).parent.glob("validation/*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {node.value} if re.fullmatch(r"[a-z_]+\.[a-z_]+", node.value) else set()
    for kind in TYPES.values():
        found |= {f"{field}.missing" for field in kind.required}
        extras = {"comments", "list", "suggest", "search", "runs", "interval"}
        found |= {f"{field}.not_taken" for field in {*extras, *INCIDENTAL} - kind.takes - UNSAID}
        found |= {f"{needed}.missing" for _, _, needed in kind.depending}
    return found | {"panel.unknown"}


def test_every_problem_is_among_the_examples() -> None:
    """The rows above are wrong in every way the rules know."""
    assert emitted() == {problem.code for problem in FOUND}


@pytest.mark.parametrize("problem", FOUND, ids=lambda problem: problem.code)
def test_a_problem_is_told_in_a_whole_sentence(problem: Problem) -> None:
    """Filled in with the facts of its rule, a sentence has no gap, and begins with its row and column."""
    told = wording.problem(problem)
    assert told.startswith(f"Row {problem.row}, {problem.column}: ")
    assert not re.search(r"[{}?]|  |\.\.", told)
    assert told.endswith(".")
    assert problem.code not in told


@pytest.mark.parametrize("problem", FOUND, ids=lambda problem: problem.code)
def test_a_problem_has_a_repair(problem: Problem) -> None:
    """Problems of one code have a heading that says what puts them right."""
    told = wording.repair(problem.code)
    assert told != problem.code
    assert not re.search(r"[{}?]", told)


@pytest.mark.parametrize("problem", [each for each in FOUND if each.blocks], ids=lambda problem: problem.code)
def test_a_problem_says_what_to_do(problem: Problem) -> None:
    """Whatever keeps a row back is told in two sentences at least: what is wrong, and how to put it right."""
    assert len(re.findall(r"\. [A-Z]", wording.problem(problem))) >= 1


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (
            {"quantity": 150},
            (
                "Row 42, Quantity: service 318 takes 200 to 10,000, found 150. "
                "Raise it to 200, or choose another service."
            ),
        ),
        (
            {"quantity": 20_000},
            (
                "Row 42, Quantity: service 318 takes 200 to 10,000, found 20,000. "
                "Lower it to 10,000, or choose another service."
            ),
        ),
        (
            {"service": "2", "quantity": 5},
            "Row 42, Quantity: service 2 takes 100 or more, found 5. Raise it to 100, or choose another service.",
        ),
        (
            {"service": "4", "quantity": None},
            (
                "Row 42, Comments: there is nothing, and service 4 (Custom Comments) needs Comments. "
                "Fill it in, or choose another service."
            ),
        ),
        (
            {"max_rate": "0.1"},
            (
                "Row 42, Max rate: the rate of service 318 is 2.5 today, above the 0.1 of this row. "
                "Raise the limit, or choose another service."
            ),
        ),
    ],
)
def test_a_sentence_says_where_expected_found_and_fix(cells: dict[str, Any], told: str) -> None:
    """The common mistakes read as the house wants them."""
    assert [wording.problem(problem) for problem in problems_of(cells)] == [told]


def test_a_changed_row_says_what_stands() -> None:
    """What was sent, what the row says now, and the order that stands are all in the sentence."""
    told = wording.problem(problems_of({"quantity": 700}, memory=placed(campaign="may"))[0])
    assert "was sent with 500, and now has 700; its order 99999 stands" in told
    doubtful = wording.problem(
        problems_of({"quantity": 700}, memory=placed(State.IN_DOUBT, campaign="may"))[0]
    )
    assert "in doubt" in doubtful
    assert "nothing" not in doubtful


def test_a_code_nobody_listed_is_shown_as_it_is() -> None:
    """A missing sentence shows the code and crashes nothing."""
    unlisted = Problem(3, "brand.new", "Quantity")
    assert wording.problem(unlisted) == "Row 3, Quantity: brand.new"
    assert wording.repair("brand.new") == "brand.new"


def test_what_a_person_wrote_is_never_taken_for_a_sentence() -> None:
    """Braces and codes in a cell are shown as they are."""
    found = replace(problems_of({"link": "{service} {0} %s"})[0])
    assert "{service} {0} %s" in wording.problem(found)
