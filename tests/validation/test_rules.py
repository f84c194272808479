"""The rules of the catalogue, each alone and all of a row at once."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bulkorders.model.catalogue import Service
from bulkorders.model.problems import Severity
from bulkorders.model.service_types import SPECIAL, TYPES
from bulkorders.validation import rules

COMMENTS = "Nice\nLovely\nWow"


def test_a_row_that_keeps_every_rule_is_valid(desk: Any) -> None:
    """An ordinary row has no problem and becomes exactly what its cells say."""
    answer = desk.check([desk.row()])[0]
    assert answer.problems == ()
    assert answer.validated is not None
    assert dict(answer.validated.parameters) == {
        "service": "1",
        "link": "https://example.com/post/1",
        "quantity": "500",
    }
    assert answer.validated.estimate == Decimal("1.25")


@pytest.mark.parametrize(
    ("cells", "codes"),
    [
        ({"service": "999"}, ["service.unknown"]),
        ({"service": "00001"}, ["service.unknown"]),
        ({"service": "9"}, ["service.unreadable"]),
        ({"service": "13"}, ["service.unreadable"]),
        ({"service": "15"}, ["service.unreadable"]),
        ({"service": "10"}, ["service.unusable"]),
        ({"service": "14", "quantity": 5}, ["service.unusable"]),
        ({"service": "16", "quantity": None}, []),
        ({"service": "11"}, ["service.type_unknown"]),
    ],
)
def test_the_service_must_be_in_the_catalogue_and_readable(
    desk: Any, cells: dict[str, Any], codes: list[str]
) -> None:
    """A service that is gone, garbled or can't take any quantity is named, and nothing is guessed for it."""
    assert desk.codes(**cells) == codes


def test_an_unknown_type_is_a_warning_and_treated_as_default(desk: Any) -> None:
    """A type nobody has listed is told and keeps no row from being sent."""
    answer = desk.check([desk.row(service="11")])[0]
    assert [(problem.code, problem.severity) for problem in answer.problems] == [
        ("service.type_unknown", Severity.WARNING)
    ]
    assert answer.problems[0].facts["type"] == "Pick a comment"
    assert answer.validated is not None
    assert dict(answer.validated.parameters)["quantity"] == "500"
    assert desk.codes(service="11", quantity=None) == ["service.type_unknown", "quantity.missing"]


@pytest.mark.parametrize(
    ("cells", "codes"),
    [
        ({"link": None}, ["link.missing"]),
        ({"quantity": None}, ["quantity.missing"]),
        ({"link": None, "quantity": None}, ["link.missing", "quantity.missing"]),
        ({"comments": "a"}, ["comments.not_taken"]),
        ({"service": "3", "quantity": None}, []),
        ({"service": "3", "quantity": 1}, []),
        ({"service": "3", "quantity": 500}, ["quantity.not_taken"]),
        ({"service": "3", "quantity": None, "link": None}, ["link.missing"]),
        (
            {"service": "3", "quantity": None, "runs": 2, "interval": 5},
            ["interval.not_taken", "runs.not_taken"],
        ),
        ({"service": "3", "quantity": None, "runs": 2}, ["runs.not_taken"]),
        ({"service": "3", "quantity": None, "suggest": "v"}, ["suggest.not_taken"]),
        ({"service": "4", "quantity": None, "comments": COMMENTS}, []),
        ({"service": "4", "quantity": 3, "comments": COMMENTS}, []),
        ({"service": "4", "quantity": 4, "comments": COMMENTS}, ["quantity.differs"]),
        ({"service": "4", "quantity": None}, ["comments.missing"]),
        ({"service": "4", "quantity": None, "comments": "\n \n"}, ["comments.missing"]),
        ({"service": "4", "quantity": None, "comments": "one"}, ["quantity.below_min"]),
        ({"service": "4", "quantity": None, "comments": "a\nb\nc\nd\ne"}, ["quantity.above_max"]),
        ({"service": "8", "quantity": None, "comments": "any\nnumber\nof\nthem\nis\none"}, []),
        ({"service": "8", "quantity": 2, "comments": "a"}, ["quantity.not_taken"]),
        ({"service": "8", "quantity": None}, ["comments.missing"]),
        ({"service": "5", "list": "v"}, []),
        ({"service": "5", "suggest": "v", "search": "k"}, []),
        ({"service": "5"}, ["list.missing"]),
        ({"service": "5", "suggest": "v"}, ["search.missing"]),
        ({"service": "5", "search": "k"}, ["suggest.missing"]),
        ({"service": "5", "list": "v", "suggest": "v", "search": "k"}, ["list.with_others"]),
        ({"service": "5", "list": "v", "suggest": "v"}, ["list.with_others"]),
        ({"service": "6", "suggest": "v", "search": "k"}, []),
        ({"service": "6", "suggest": "v"}, ["search.missing"]),
        ({"service": "6"}, ["suggest.missing", "search.missing"]),
        ({"service": "6", "list": "v"}, ["suggest.missing", "search.missing", "list.not_taken"]),
        ({"list": "v"}, ["list.on_default"]),
        ({"suggest": "v", "search": "k"}, ["list.on_default"]),
        ({"suggest": "v"}, ["search.missing"]),
    ],
)
def test_each_type_takes_its_own_fields(desk: Any, cells: dict[str, Any], codes: list[str]) -> None:
    """What a type needs must be there, and what it would ignore or charge for must not."""
    assert desk.codes(**cells) == codes


@pytest.mark.parametrize(
    ("cells", "sent"),
    [
        ({"service": "3", "quantity": 1}, {"service", "link"}),
        ({"service": "4", "quantity": 3, "comments": COMMENTS}, {"service", "link", "comments"}),
        ({"service": "8", "quantity": 1, "comments": "a"}, {"service", "link", "comments"}),
        (
            {"service": "6", "suggest": "v", "search": "k"},
            {"service", "link", "quantity", "suggest", "search"},
        ),
        ({"runs": 2, "interval": 5}, {"service", "link", "quantity", "runs", "interval"}),
    ],
)
def test_a_counted_or_fixed_quantity_is_not_sent(desk: Any, cells: dict[str, Any], sent: set[str]) -> None:
    """Where the panel counts or fixes the quantity itself, `add` carries none."""
    answer = desk.check([desk.row(**cells)])[0]
    assert answer.validated is not None
    assert set(answer.validated.parameters) == sent


@pytest.mark.parametrize(
    ("service", "quantity", "code", "least", "most"),
    [
        ("1", 199, "quantity.below_min", 200, 10_000),
        ("1", 200, None, None, None),
        ("1", 10_000, None, None, None),
        ("1", 10_001, "quantity.above_max", 200, 10_000),
        ("1", 0, "quantity.below_min", 200, 10_000),
        ("2", 99, "quantity.below_min", 100, None),
        ("2", 2_147_483_648, None, None, None),
        ("2", 10**12, None, None, None),
        ("12", 0, "quantity.below_min", 1, None),
        ("12", 10**12, None, None, None),
    ],
)
def test_the_quantity_lies_within_the_limits(
    desk: Any, *, service: str, quantity: int, code: str | None, least: int | None, most: int | None
) -> None:
    """Min and max count themselves in, 2,147,483,647 is no limit, and nothing is less than one piece."""
    problems = desk.problems(service=service, quantity=quantity)
    assert [problem.code for problem in problems] == ([code] if code else [])
    if code:
        assert (problems[0].facts["min"], problems[0].facts["max"]) == (least, most)
        assert problems[0].column == "Quantity"


def test_the_limits_hold_for_the_count_of_comments(desk: Any) -> None:
    """Too few comments are a problem of the column Comments, with their number."""
    problem = desk.problems(service="4", quantity=None, comments="one")[0]
    assert (problem.column, problem.facts["found"], problem.facts["min"]) == ("Comments", 1, 2)


@pytest.mark.parametrize(
    "link",
    [
        "https://example.com/a",
        "http://example.com",
        "HTTPS://EXAMPLE.COM/A",
        "https://example.com:8080/a?b=c#d",
        "https://example.com/đường/ảnh",
        "https://例え.example/道",
        "https://example.com/%C4%91",
        "https://example.com/\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "https://example.com/?u=https://example.org/",
        "https://example.com/web/2020/https://example.org/",
        "https://localhost/a",
    ],
)
def test_an_address_is_taken_as_it_stands(desk: Any, link: str) -> None:
    """Any http(s) address with a host is sent exactly as the person wrote it, letters of any script included."""
    answer = desk.check([desk.row(link=link)])[0]
    assert answer.problems == ()
    assert answer.validated is not None
    assert answer.validated.parameters["link"] == link


@pytest.mark.parametrize(
    ("link", "code"),
    [
        ("example.com/a", "link.not_a_link"),
        ("@someone", "link.not_a_link"),
        ("ftp://example.com/a", "link.not_a_link"),
        ("https://", "link.not_a_link"),
        ("https://example", "link.not_a_link"),
        ("https://.com.", "link.not_a_link"),
        ("https:///a", "link.not_a_link"),
        ("javascript://example.com/", "link.not_a_link"),
        ("https://example.com:port/", "link.not_a_link"),
        ("https://[example.com/", "link.not_a_link"),
        ("500", "link.not_a_link"),
        (500, "link.not_a_link"),
        ("https://example.com/a b", "link.not_one"),
        ("https://example.com/a\u00a0b", "link.not_one"),
        ("https://example.com/a\nhttps://example.com/b", "link.not_one"),
        ("https://example.com/a,https://example.com/b", "link.not_one"),
        ("https://example.com/a;HTTPS://example.com/b", "link.not_one"),
        ("https://example.com/ahttps://example.com/b", "link.not_one"),
        ("https://exam\u200bple.com/a", "link.hidden_character"),
        ("https://example.com/\u200ea", "link.hidden_character"),
        ("https://example.com/a\u00adb", "link.hidden_character"),
        ("https://example.com/\x07a", "link.hidden_character"),
        ("https://example.com/\u2800a", "link.hidden_character"),
    ],
)
def test_what_is_not_one_address_is_refused(desk: Any, link: Any, code: str) -> None:
    """Half an address, two of them, or one with a character nobody sees is a problem of the link."""
    problems = desk.problems(link=link)
    assert [(problem.code, problem.column) for problem in problems] == [(code, "Link")]


@pytest.mark.parametrize(
    ("cells", "codes"),
    [
        ({"runs": 2, "interval": 30}, []),
        ({"runs": 2, "interval": 0}, []),
        ({"runs": 1, "interval": 30}, ["runs.too_few"]),
        ({"runs": 0, "interval": 30}, ["runs.too_few"]),
        ({"runs": 5}, ["interval.missing"]),
        ({"interval": 5}, ["runs.missing"]),
        ({"runs": 2, "interval": "soon"}, ["quantity.not_a_number"]),
        ({"runs": "often"}, ["quantity.not_a_number", "interval.missing"]),
        ({"service": "2", "runs": 2, "interval": 5}, ["runs.not_offered"]),
        ({"service": "7", "runs": 2, "interval": 5}, ["runs.unknown"]),
        ({"service": "1", "quantity": 199, "runs": 9, "interval": 5}, ["quantity.below_min"]),
    ],
)
def test_a_drip_feed_has_runs_and_an_interval(desk: Any, cells: dict[str, Any], codes: list[str]) -> None:
    """Each run is a whole order within the limits, and a panel that does not say it drips leaves a warning."""
    assert desk.codes(**cells) == codes


@pytest.mark.parametrize(
    ("service", "refill", "code", "blocks"),
    [
        ("1", "yes", None, None),
        ("1", "auto", None, None),
        ("2", "yes", "refill.not_offered", True),
        ("2", "auto", "refill.not_offered", True),
        ("2", "no", None, None),
        ("2", None, None, None),
        ("7", "yes", "refill.unknown", False),
        ("7", "auto", "refill.unknown", False),
        ("7", "no", None, None),
    ],
)
def test_a_wanted_refill_can_be_had(
    desk: Any, *, service: str, refill: str | None, code: str | None, blocks: bool | None
) -> None:
    """A refill the service lacks is refused; one that the catalogue is silent about is only warned of."""
    problems = desk.problems(service=service, refill=refill)
    assert [(problem.code, problem.blocks) for problem in problems] == ([(code, blocks)] if code else [])


@pytest.mark.parametrize(
    ("limit", "valid"),
    [("2.5", True), (2.5, True), ("2.50", True), ("2.49", False), (0, False), (None, True)],
)
def test_the_live_rate_is_not_above_the_rows_limit(desk: Any, limit: Any, *, valid: bool) -> None:
    """A rate equal to the limit is accepted, one above it keeps the row back."""
    assert desk.codes(max_rate=limit) == ([] if valid else ["rate.above_max"])


@pytest.mark.parametrize(
    ("cells", "cost"),
    [
        ({}, "1.25"),
        ({"quantity": 333}, "0.8325"),
        ({"service": "12", "quantity": 1}, "0.00000125"),
        ({"service": "3", "quantity": None}, "15"),
        ({"service": "3", "quantity": 1}, "15"),
        ({"service": "4", "quantity": None, "comments": COMMENTS}, "4.5"),
        ({"service": "8", "quantity": None, "comments": COMMENTS}, "9"),
        ({"runs": 4, "interval": 5}, "5"),
        ({"runs": 10**6, "interval": 5}, "1250000"),
    ],
)
def test_the_estimate_is_exact(desk: Any, cells: dict[str, Any], cost: str) -> None:
    """The cost is rate x pieces x runs by the service's own basis, to the last digit."""
    answer = desk.check([desk.row(**cells)])[0]
    assert answer.validated is not None
    assert answer.estimate == answer.validated.estimate == Decimal(cost)


def test_all_problems_of_a_row_are_told_at_once(desk: Any) -> None:
    """Cells that can't be read and broken rules are named together, and each field only once."""
    codes = desk.codes(
        service="2", link="nowhere", quantity="lots", comments="c", runs=1, refill="yes", max_rate="0.1"
    )
    assert codes == [
        "quantity.not_a_number",
        "comments.not_taken",
        "link.not_a_link",
        "interval.missing",
        "runs.too_few",
        "runs.not_offered",
        "refill.not_offered",
        "rate.above_max",
    ]


def test_a_row_of_a_service_that_is_gone_still_tells_its_other_mistakes(desk: Any) -> None:
    """What holds for every service is looked at even where the service is unknown."""
    assert desk.codes(service="999", link="nowhere", max_rate="cheap") == [
        "max_rate.not_a_number",
        "service.unknown",
        "link.not_a_link",
    ]


def test_a_dear_order_is_kept_back_by_the_cap(desk: Any) -> None:
    """An order above the cap for one order is a problem with both amounts; one at the cap is sent."""
    held, sent = desk.check(
        [desk.row(quantity=401), desk.row(quantity=400, link="https://example.com/b")], max_order=Decimal(1)
    )
    assert [problem.code for problem in held.problems] == ["cap.order"]
    assert held.problems[0].facts == {"found": Decimal("1.0025"), "expected": Decimal(1), "currency": "VND"}
    assert held.validated is None
    assert held.estimate == Decimal("1.0025")
    assert sent.validated is not None


def test_every_rule_has_a_case_that_breaks_it(desk: Any) -> None:
    """No rule of the list is idle: each gives a problem for a row made to break it."""
    broken = {
        rules.readable: {"service": "9"},
        rules.known_type: {"service": "11"},
        rules.named_as_chosen: {"service": "1 – Views"},
        rules.required: {"quantity": None},
        rules.not_taken: {"comments": "c"},
        rules.own_agree: {"param:country": "US", "country": "VN"},
        rules.counts_agree: {"service": "4", "quantity": 9, "comments": COMMENTS},
        rules.no_link_or_quantity: {"service": "17"},
        rules.min_and_max: {"service": "17", "min": 9, "max": 20},
        rules.posts_told: {"service": "17"},
        rules.within_limits: {"quantity": 1},
        rules.link_form: {"link": "x"},
        rules.special_lists: {"service": "5"},
        rules.drip_feed: {"runs": 2},
        rules.refill_offered: {"service": "2", "refill": "yes"},
        rules.rate_accepted: {"max_rate": 1},
    }
    services = {service.id: service for service in desk.services}
    assert set(broken) == set(rules.RULES)
    for rule, cells in broken.items():
        order = desk.order(**cells)
        case = rules.case_of(order, services[order.service], desk.sheet([]))
        assert list(rule(case)), rule.__name__
        assert not list(rule(rules.case_of(desk.order(), services["1"], desk.sheet([])))), rule.__name__


def test_a_special_type_can_take_what_it_needs() -> None:
    """Every listed type that speaks of special videos takes the documented fields it requires."""
    for kind in TYPES.values():
        assert set(kind.required) <= kind.takes
        if kind.takes & set(SPECIAL):
            assert {"link", "quantity"} <= kind.takes


def test_a_catalogue_that_is_silent_blocks_nothing_by_itself(desk: Any) -> None:
    """A service with nothing but an id and a rate takes any order; what it leaves open is warned of."""
    silent = replace(desk, services=[Service("1", "", rate=Decimal(1))])
    answer = silent.check([silent.row(refill="yes", runs=2, interval=5)])[0]
    assert answer.validated is not None
    assert {problem.code for problem in answer.problems} == {"refill.unknown", "runs.unknown"}
