"""`--jsonl`: a report too long for one object, an order a line, and the run at last."""

import json

import pytest

ROWS = [("1", f"https://example.com/{number}", 500) for number in range(4)] + [
    ("1", "https://example.com/few", 3)
]


@pytest.mark.parametrize("command", [("check",), ("submit", "--yes"), ("refresh",)])
def test_each_order_is_a_line_and_the_last_line_is_the_run(desk, command):
    """The lines hold the same orders as the one object does, and the last what else it holds."""
    sheet = desk.sheet(ROWS)
    desk.run("submit", sheet, "--yes")
    *orders, run = map(json.loads, desk.run(*command, sheet, "--jsonl").out.splitlines())
    whole = desk.run(*command, sheet, "--json").json
    assert [order["row"] for order in orders] == [2, 3, 4, 5, 6]
    assert orders == whole["orders"]
    assert "orders" not in run
    assert run["schema"] == 1
    assert run["counts"] == whole["counts"]


def test_it_ends_as_the_one_object_does(desk):
    """Exit code 6 where a row is wrong, and nothing is told beside the lines."""
    ended = desk.run("check", desk.sheet(ROWS), "--jsonl")
    assert (ended.code, ended.err) == (6, "")


def test_an_error_is_one_object_too(desk):
    """A sheet that is not there is told in JSON."""
    ended = desk.run("check", "absent.xlsx", "--jsonl")
    assert ended.code == 2
    assert json.loads(ended.out)["error"]["code"] == "sheet.not_found"


def test_every_open_order_is_not_told_by_lines(desk):
    """`refresh --all --jsonl` is refused with what to type: its reports are many."""
    ended = desk.run("refresh", "--all", "--jsonl")
    assert ended.code == 2
    assert "--json with --all" in json.loads(ended.out)["error"]["next"]
