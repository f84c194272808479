"""Machines that hold a key and place orders themselves, on a journal that others share: one pace, one word of pause."""

import csv
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

pytestmark = pytest.mark.timeout(300)

LIMIT = 8


def sheet(team, name, first, count):
    """Write a sheet on the machine with the key."""
    with (team.machine / name).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("Service", "Link", "Quantity"))
        writer.writerows(
            ("1", f"https://example.com/post/{number}", 1000) for number in range(first, first + count)
        )
    return name


def test_two_who_submit_themselves_keep_one_limit_together(team):
    """Two submits at once, each with the key, stay within the panel's limit of orders a second together."""
    team.configure(f'limits = {{ add = "{LIMIT}/s" }}')
    names = [sheet(team, f"part{number}.csv", 100 * number, 20) for number in range(2)]
    with ThreadPoolExecutor(2) as both:
        done = list(both.map(lambda name: team.machine_run("submit", name, "--yes"), names))
    assert [each["counts"]["placed"] for each in done] == [20, 20], done
    requests = team.desk.sandbox.shop.requests
    times = sorted(
        each.time if isinstance(each.time, datetime) else datetime.fromisoformat(each.time)
        for each in requests
    )
    most = max(sum(0 <= (other - each).total_seconds() < 1 for other in times) for each in times)
    assert most <= LIMIT


def test_a_pause_from_any_machine_holds_who_submits_itself(team):
    """While a panel is paused nothing is sent, whoever holds the key; resumed, the same command places the orders."""
    team.stop(team.start())
    name = sheet(team, "june.csv", 0, 5)
    assert team.desk.run("panels", "pause", "shop", "--reason", "price talks").code == 0
    held = team.machine_run("submit", name, "--yes")
    assert (held["stopped"]["code"], team.desk.sold()) == ("paused", []), held
    assert "price talks" in held["stopped"]["message"]
    assert team.desk.run("panels", "resume", "shop").code == 0
    placed = team.machine_run("submit", name, "--yes")
    assert placed["counts"]["placed"] == len(team.desk.sold()) == 5


def test_a_day_with_a_key_of_its_own_is_held_by_a_pause_too(team):
    """`daily` on a machine with the key sends nothing to a panel that is paused."""
    team.stop(team.start())
    name = sheet(team, "june.csv", 0, 3)
    assert team.desk.run("panels", "pause", "shop").code == 0
    day = team.machine_run("daily", name, "--yes")
    assert team.desk.sold() == [], day
    assert [run["stopped"]["code"] for run in day["runs"]] == ["paused"], day
