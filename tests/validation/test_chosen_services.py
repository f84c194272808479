"""Services that were chosen from the list of an order sheet: `101 – Name` in one cell."""

from typing import Any

import pytest

from bulkorders.model.problems import Severity
from bulkorders.validation import cells


@pytest.mark.parametrize(
    ("cell", "service", "name"),
    [
        ("1 – Likes", "1", "Likes"),
        (" 1 – Likes, fast – 30 days\nrefill ", "1", "Likes, fast – 30 days\nrefill"),
        ("1 - Likes", "1", "Likes"),
        ("1 — Likes", "1", "Likes"),
        ("ig-77 – Likes", "ig-77", "Likes"),
        ("1", "1", None),
        (1, "1", None),
        ("1-2", "1-2", None),
        ("Likes - 1", "Likes - 1", None),
        ("Likes – 1", "Likes – 1", None),
        ("1 –", "1 –", None),
        ("1 2 – Likes", "1 2 – Likes", None),
    ],
)
def test_the_id_is_taken_out_of_what_was_chosen(cell: Any, service: str, name: str | None) -> None:
    """Before the dash stands the id, after it the name; anything else stays as it is."""
    assert (cells.identifier(cell), cells.chosen_name(cell)) == (service, name)


def test_a_chosen_service_is_ordered_by_its_id(desk: Any) -> None:
    """The name is not sent, and makes no other order of the row."""
    plain, chosen = (desk.check([desk.row(service=each)])[0] for each in ("1", "1 – Likes"))
    assert chosen.problems == ()
    assert dict(chosen.validated.parameters) == dict(plain.validated.parameters)
    assert chosen.validated.key == plain.validated.key


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("LIKES", False),
        ("🔥 Likes", False),
        ("Likes (fast)", False),
        ("Views", True),
        ("Comments fast", True),
    ],
)
def test_a_service_that_is_called_otherwise_today_is_said(desk: Any, name: str, told: bool) -> None:
    """Where the id now belongs to a service of another name, a warning names both; a longer name is none."""
    answer = desk.check([desk.row(service=f"1 – {name}")])[0]
    assert answer.validated is not None
    codes = [
        (each.code, each.severity, each.facts["found"], each.facts["expected"]) for each in answer.problems
    ]
    assert codes == ([("service.renamed", Severity.WARNING, name, "Likes")] if told else [])
