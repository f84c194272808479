"""Orders of every type of service: what each must carry, exactly what is sent, and what it comes to."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from bulkorders.model.catalogue import Service
from bulkorders.model.orders import ErrorCell
from bulkorders.model.problems import Severity
from bulkorders.model.service_types import TYPES
from bulkorders.validation.batch import Checked

LINK = {"link": "https://example.com/post/1"}
PIECES = {**LINK, "quantity": "500"}
POSTS = {"username": "someone", "min": "100", "max": "200", "delay": "0"}

FULL: dict[str, dict[str, str]] = {
    "Default": PIECES,
    "Drip-feed": {**PIECES, "runs": "3", "interval": "30"},
    "Package": LINK,
    "Custom Comments": {**LINK, "comments": "Nice\nLovely"},
    "Custom Comments Package": {**LINK, "comments": "Nice\nLovely"},
    "Comment Replies": {**LINK, "username": "someone", "comments": "Nice\nLovely"},
    "Comment Likes": {**PIECES, "username": "someone"},
    "Mentions": {**PIECES, "usernames": "one\ntwo"},
    "Mentions with Hashtags": {**PIECES, "usernames": "one\ntwo", "hashtags": "#a\n#b"},
    "Mentions Custom List": {**LINK, "usernames": "one\ntwo"},
    "Mentions Hashtag": {**PIECES, "hashtag": "#spring"},
    "Mentions User Followers": {**PIECES, "username": "https://example.com/someone"},
    "Mentions Media Likers": {**PIECES, "media": "https://example.com/media/1"},
    "Poll": {**PIECES, "answer_number": "7"},
    "Invites from Groups": {**PIECES, "groups": "https://example.com/g/1\nhttps://example.com/g/2"},
    "SEO": {**PIECES, "keywords": "spring\nsummer"},
    "SEO2": {**PIECES, "keywords": "spring"},
    "Web Traffic": {**PIECES, "country": "WW", "device": "5", "type_of_traffic": "3"},
    "Subscriptions": {**POSTS, "posts": "3"},
    "Likes spread": {**POSTS, "old_posts": "4"},
    "Special": {**PIECES, "list": "v"},
    "Special1": {**PIECES, "suggest": "v", "search": "k"},
    **dict.fromkeys(("Like", "Subscribe", "Comment", "Like to comment", "Dislike"), PIECES),
    **dict.fromkeys(
        ("Dislike to comment", "Repost", "Friend", "Vote", "Retweet", "Follow", "Favorite"), PIECES
    ),
}
"""By type: a row with all it needs, and so exactly what is sent beside the service."""

REQUIRED = [(kind.name, field) for kind in TYPES.values() for field in kind.required]


def answer(desk: Any, kind: str, cells: Mapping[str, Any], **allowed: Any) -> Checked:
    """Return the answer for one row of a service of this type."""
    service = Service("1", "It", kind, rate=Decimal(2), min=1, max=1_000)
    found: Checked = replace(desk, services=[service]).check([{"service": "1", **cells}], **allowed)[0]
    return found


def codes(desk: Any, kind: str, cells: Mapping[str, Any], **allowed: Any) -> list[str]:
    """Return the codes of that row's problems."""
    return [problem.code for problem in answer(desk, kind, cells, **allowed).problems]


def test_every_type_has_a_row_above() -> None:
    """No type of the table is left out of these tests."""
    assert set(FULL) == {kind.name for kind in TYPES.values()}


@pytest.mark.parametrize("kind", FULL)
def test_a_row_with_all_its_fields_is_valid_and_sends_exactly_them(desk: Any, kind: str) -> None:
    """A row of the required fields has no problem, and just these are sent under their own names."""
    found = answer(desk, kind, FULL[kind])
    assert found.problems == ()
    assert found.validated is not None
    assert dict(found.validated.parameters) == {"service": "1", **FULL[kind]}


@pytest.mark.parametrize(("kind", "field"), REQUIRED)
def test_a_missing_field_is_a_problem_of_its_own_column(desk: Any, kind: str, field: str) -> None:
    """Each field a type needs is missed by name, and nothing else is said."""
    cells = {name: told for name, told in FULL[kind].items() if name != field}
    problems = answer(desk, kind, cells).problems
    assert [(each.code, each.column) for each in problems] == [
        (f"{field}.missing", field.replace("_", " ").capitalize())
    ]


@pytest.mark.parametrize(
    ("told", "codes_found"),
    [
        ({"type_of_traffic": 1}, ["google_keyword.missing"]),
        ({"type_of_traffic": 1, "google_keyword": "spring"}, []),
        ({"type_of_traffic": "2"}, ["referring_url.missing"]),
        ({"type_of_traffic": 2.0, "referring_url": "https://example.com"}, []),
        ({"type_of_traffic": 1, "google_keyword": ErrorCell("#N/A")}, ["cell.error"]),
        ({"runs": 2}, ["interval.missing", "runs.unknown"]),
        ({"runs": 2, "interval": 30}, ["runs.unknown"]),
        ({"device": "one\ntwo"}, ["cell.several_lines"]),
    ],
)
def test_traffic_needs_what_its_source_needs(desk: Any, told: dict[str, Any], codes_found: list[str]) -> None:
    """Traffic of searches needs the keyword, traffic of a referrer its address, any other neither."""
    assert codes(desk, "Web Traffic", {**FULL["Web Traffic"], **told}) == codes_found


@pytest.mark.parametrize(
    ("kind", "cells", "expected"),
    [
        ("Mentions Custom List", {"quantity": 2}, []),
        ("Mentions Custom List", {"quantity": 3}, ["quantity.differs"]),
        ("Comment Replies", {"quantity": 3}, ["quantity.differs"]),
        ("Mentions Custom List", {"usernames": "one\n\n"}, []),
        ("Subscriptions", {"quantity": 5}, ["quantity.by_min_and_max"]),
        ("Subscriptions", LINK, ["link.not_taken"]),
        ("Subscriptions", {"link": "@someone"}, ["link.not_taken"]),
        ("Subscriptions", {"comments": "a"}, ["comments.not_taken"]),
        ("Subscriptions", {"min": 201}, ["min.more_than_max"]),
        ("Subscriptions", {"min": 0}, ["min.below_min"]),
        ("Subscriptions", {"max": 1_001}, ["max.above_max"]),
        ("Subscriptions", {"min": 1_001}, ["min.above_max", "min.more_than_max"]),
        ("Subscriptions", {"min": 0, "max": 0}, ["min.below_min", "max.below_min"]),
        ("Subscriptions", {"posts": None}, ["posts.missing"]),
        ("Subscriptions", {"posts": "some"}, ["quantity.not_a_number"]),
        ("Subscriptions", {"posts": None, "old_posts": 5}, ["posts.unlimited"]),
        ("Subscriptions", {"posts": 0, "old_posts": 5}, ["posts.unlimited"]),
        ("Subscriptions", {"posts": 0}, ["posts.unlimited"]),
        ("Subscriptions", {"posts": 0, "old_posts": 0}, ["posts.unlimited"]),
        ("Likes spread", {"old_posts": 0}, ["posts.unlimited"]),
        ("Subscriptions", {"min": "10M"}, ["quantity.not_a_number"]),
        ("Subscriptions", {"username": "one\ntwo"}, ["cell.several_lines"]),
        ("Subscriptions", {"expiry": "31/02/2027"}, ["expiry.not_a_date"]),
        ("Subscriptions", {"expiry": "soon"}, ["expiry.not_a_date"]),
        ("Subscriptions", {"expiry": 46_000}, ["expiry.not_a_date"]),
        ("Poll", {"answer_number": "second"}, ["quantity.not_a_number"]),
    ],
)
def test_what_a_type_can_not_do_is_told(
    desk: Any, kind: str, cells: dict[str, Any], expected: list[str]
) -> None:
    """Counts that disagree, limits that are broken and fields that stand for another are named."""
    assert codes(desk, kind, {**FULL[kind], **cells}) == expected


@pytest.mark.parametrize(
    ("kind", "cells", "cost"),
    [
        ("Drip-feed", {}, "3"),
        ("Mentions Custom List", {}, "0.004"),
        ("Comment Replies", {"comments": "a\nb\nc"}, "0.006"),
        ("Web Traffic", {"runs": 3, "interval": 5}, "3"),
        ("Subscriptions", {}, "1.2"),
        ("Subscriptions", {"old_posts": 2}, "2"),
        ("Subscriptions", {"posts": None, "old_posts": 2}, "0.8"),
        ("Subscriptions", {"posts": 0, "old_posts": 0}, "0.4"),
        ("Likes spread", {}, "1.6"),
    ],
)
def test_an_estimate_is_the_most_an_order_can_cost(
    desk: Any, kind: str, cells: dict[str, Any], cost: str
) -> None:
    """Counted lines, runs, and the most for each post are all in the estimate; without an end it is of one post."""
    assert answer(desk, kind, {**FULL[kind], **cells}).estimate == Decimal(cost)


@pytest.mark.parametrize("allowed", [{"capped": True}, {"max_order": Decimal(1_000)}])
def test_a_subscription_without_end_is_not_sent_under_a_cap(desk: Any, allowed: dict[str, Any]) -> None:
    """Where so much and no more may be spent, an order that nothing ends is an error and not a warning."""
    endless = answer(desk, "Subscriptions", {**FULL["Subscriptions"], "posts": 0}, **allowed)
    assert [(each.code, each.severity) for each in endless.problems] == [("posts.uncapped", Severity.ERROR)]
    assert endless.validated is None
    assert codes(desk, "Subscriptions", FULL["Subscriptions"], **allowed) == []


def test_a_dear_subscription_is_kept_back_by_the_cap(desk: Any) -> None:
    """The cap on one order holds for the most a subscription can cost, told in the column that it is reckoned by."""
    problems = answer(desk, "Subscriptions", FULL["Subscriptions"], max_order=Decimal(1)).problems
    assert [(each.code, each.column, each.facts["found"]) for each in problems] == [
        ("cap.order", "Max", Decimal("1.2"))
    ]


@pytest.mark.parametrize(
    ("cell", "sent"),
    [
        (date(2026, 12, 31), "31/12/2026"),
        (datetime(2026, 2, 1), "01/02/2026"),  # noqa: DTZ001 - a cell has no time zone
        ("31/12/2026", "31/12/2026"),
        ("1/2/2026", "01/02/2026"),
        ("2026-02-01", "01/02/2026"),
        ("2026-02-01 00:00:00", "01/02/2026"),
    ],
)
def test_an_expiry_is_sent_as_the_documents_write_it(desk: Any, cell: Any, sent: str) -> None:
    """However the day stands in its cell, it is sent as day/month/year, and is the same order."""
    found = answer(desk, "Subscriptions", {**FULL["Subscriptions"], "expiry": cell})
    assert found.validated is not None
    assert found.validated.parameters["expiry"] == sent


def test_an_edited_subscription_is_known_by_its_user(desk: Any) -> None:
    """A placed subscription whose row says something else is held, and one for another user is an order."""
    rows = [{"service": "17", **FULL["Subscriptions"]}]
    memory = desk.memory(*desk.sent(rows))
    edited, other = desk.check(
        [{**rows[0], "username": "@Someone", "max": 300}, {**rows[0], "username": "another"}], memory
    )
    assert [problem.code for problem in edited.problems] == ["row.changed_after_placed"]
    assert other.validated is not None


def test_a_subscription_that_stands_twice_is_told_at_its_user(desk: Any) -> None:
    """The second of two like subscriptions is a duplicate, in the column of what it is for."""
    rows = [{"service": "17", **FULL["Subscriptions"]}] * 2
    problems = desk.check(rows)[1].problems
    assert [(each.code, each.column) for each in problems] == [("row.duplicate", "Username")]


def test_a_subscription_upside_down_has_no_limits_to_keep(desk: Any) -> None:
    """Where the service's own limits can't be kept, that alone is said."""
    service = Service("1", "It", "Subscriptions", rate=Decimal(2), min=500, max=10)
    found = replace(desk, services=[service]).check([{"service": "1", **FULL["Subscriptions"]}])[0]
    assert [problem.code for problem in found.problems] == ["service.unusable"]
