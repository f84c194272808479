"""A blank sheet for the live panel, made by the command."""

import csv
from pathlib import Path

from bulkorders.sheet.columns import match


def fields_of(path: Path) -> set[str]:
    """Return the fields of a template's columns."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return set(match(next(csv.reader(file))).columns)


def test_a_template_can_be_made_for_one_type(desk):
    """`--type` may stand several times, in any spelling, and narrows the columns to what these take."""
    whole = desk.run("template", "--out", "whole.csv")
    narrow = desk.run("template", "--out", "narrow.csv", "--type", "package", "--type", "CUSTOM_COMMENTS")
    assert (whole.code, narrow.code) == (0, 0), whole.err + narrow.err
    assert fields_of(desk.folder / "narrow.csv") & {"quantity", "runs", "comments", "link"} == {
        "comments",
        "link",
    }
    assert fields_of(desk.folder / "whole.csv") > fields_of(desk.folder / "narrow.csv")


def test_a_type_that_is_not_known_is_told_with_those_that_are(desk):
    """A slip in the name of a type ends the call with the names of those the panel sells, and makes no file."""
    ended = desk.run("template", "--type", "Pakage", "--json")
    assert (ended.code, ended.json["error"]["code"]) == (2, "template.type_unknown")
    assert "Pakage" in ended.json["error"]["message"]
    assert "Package" in ended.json["error"]["message"]
    assert not (desk.folder / "order-sheet.xlsx").exists()
