"""Numbers, amounts, lists and times as people read them."""

import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from bulkorders import wording
from bulkorders.errors import BulkordersError, SheetError
from bulkorders.model.problems import Problem


@pytest.mark.parametrize(
    ("value", "told"),
    [(None, ""), (0, "0"), (1234, "1,234"), (Decimal("1E+3"), "1,000"), (Decimal("1234.50"), "1,234.50")],
)
def test_thousands_are_grouped(value: Any, told: str) -> None:
    """Whole numbers and amounts show their thousands, and never an exponent."""
    assert wording.number(value) == told


@pytest.mark.parametrize(
    ("value", "currency", "told"),
    [
        (None, "VND", "unknown"),
        (Decimal("1234.5"), "VND", "1,234.5 VND"),
        (Decimal("0.00000125"), None, "0.00000125"),
        (Decimal("1E-9"), "", "0.000000001"),
    ],
)
def test_amounts_carry_their_currency(value: Decimal | None, currency: str | None, told: str) -> None:
    """An amount is shown with all its digits; one that is not known is said to be unknown, never nought."""
    assert wording.amount(value, currency) == told


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([], ""),
        (["A"], "A"),
        (["A", "B"], "A and B"),
        (("A", "B", "C"), "A, B and C"),
        ([1000, None], "1,000 and nothing"),
    ],
)
def test_lists_are_told_in_a_row(values: Any, told: str) -> None:
    """One needs no `and`, three need a comma."""
    assert wording.listed(values) == told


def test_facts_are_shown_by_their_kind() -> None:
    """Pairs, maps, yes and no, row numbers and amounts each read as people write them."""

    def told(code: str, **facts: Any) -> str:
        return wording.note(code, facts)

    assert "5 → 41 and 6 → 42" in told("to_fix_added", count=2, numbers=((5, 41), (6, 42)))
    assert "(rows 1000, 2000 and 3000)" in told("hidden_rows", count=1500, rows=(1000, 2000, 3000))
    assert told("hidden_rows", count=1500, rows=(7,)).startswith("1,500 hidden rows")


def test_wrong_settings_are_named_one_by_one() -> None:
    """Each setting that is wrong is told with its reason."""
    wrong = [
        {"setting": "max_total", "reason": "not a number"},
        {"setting": "panels.a.url", "reason": "missing"},
    ]
    told = wording.explain(BulkordersError("settings.wrong", wrong=wrong)).message
    assert told == "The settings are wrong: max_total: not a number and panels.a.url: missing."


def test_missing_columns_name_what_comes_near() -> None:
    """Where a header nearly fits, it is shown beside the field it may mean; else nothing is said of it."""
    facts = {
        "path": "o.xlsx",
        "header_row": 3,
        "missing": ["Quantity"],
        "found": ["Service", "Link", "Quantty"],
    }
    near = wording.explain(
        SheetError("sheet.columns_missing", **facts, near=[("Quantty", "Quantity")])
    ).message
    assert near is not None
    assert "Quantty → Quantity" in near
    none = wording.explain(SheetError("sheet.columns_missing", **facts, near=[])).message
    assert none == "o.xlsx, row 3: expected columns for Quantity, found Service, Link and Quantty."


def test_a_long_fact_is_cut() -> None:
    """A sentence never becomes a page, whether a cell, a list or a panel's answer is long."""
    for found in ("x" * 5000, ["column"] * 5000):
        told = wording.problem(Problem(2, "link.not_a_link", "Link", {"found": found}))
        assert len(told) < 500
        assert "…" in told


def test_an_error_is_explained_once_and_keeps_its_words() -> None:
    """Explaining fills in both sentences; a second time changes nothing, and unknown codes stay readable."""
    error = SheetError("sheet.not_found", path="a.xlsx")
    assert str(error) == "sheet.not_found (path=a.xlsx)"
    assert str(wording.explain(error)) == "There is no file a.xlsx. Check the name and the folder."
    error.facts["path"] = "b.xlsx"
    assert str(wording.explain(error)) == "There is no file a.xlsx. Check the name and the folder."
    assert wording.explain(BulkordersError("brand.new", path="a")).message == "brand.new"


def test_a_fact_that_is_not_given_fails_no_sentence() -> None:
    """A gap is shown as such; an error while telling of an error would hide both."""
    assert (
        wording.explain(BulkordersError("panel.redirect")).message == "? sends to another address (HTTP ?)."
    )


def test_a_missing_fact_has_its_own_sentence() -> None:
    """Where a fact is empty or not there, the sentence that does without it is said."""
    for facts in ({"order_ids": ["7"]}, {"order_ids": []}, {}):
        told = wording.explain(BulkordersError("journal.unknown_attempt", attempt="a", **facts)).message
        assert told is not None
        assert ("order ids 7" in told) is bool(facts.get("order_ids"))
        assert "?" not in told


def test_every_field_has_a_title() -> None:
    """A field is called by its usual header, and one without any by its own name."""
    assert wording.field_title("max_rate") == "Max rate"
    assert wording.field_title("answer_number") == "Answer number"


@pytest.fixture
def in_hanoi(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put the machine into a time zone for one test."""
    if not hasattr(time, "tzset"):
        pytest.skip("this system has no way to set a time zone for one process")
    monkeypatch.setenv("TZ", "Asia/Ho_Chi_Minh")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("in_hanoi")
def test_a_moment_is_told_in_the_machines_zone_with_its_offset() -> None:
    """Times are shown to the second with their offset, so that nobody mistakes them."""
    assert wording.moment("2026-03-02T23:30:15.123+00:00") == "2026-03-03 06:30:15 +0700"
    assert wording.moment(None) == ""
