"""The roles that the README lets the database know: who only looks, and who queues."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.timeout(300)

README = Path(__file__).parents[2] / "README.md"
NAMES = {"looker": "only_looks", "clerk": "only_queues"}
"""Roles are the whole server's, and the tests' own server has a clerk."""


@pytest.fixture
def roles(team, cluster):
    """Start a worker, and make the roles as the README has it; return the URL of the database for each."""
    team.start()
    (grants,) = re.findall(r"```sql\n(-- who only looks.*?)```", README.read_text("utf-8"), re.DOTALL)
    for name, own in NAMES.items():
        grants = re.sub(rf"\b{name}\b", own, grants)
    with cluster.connect(re.sub(r".*/", "", team.database)) as connection:
        connection.execute(grants.encode())
        yield {name: team.database.replace("postgres@", f"{own}@") for name, own in NAMES.items()}
        for own in reversed(NAMES.values()):
            connection.execute(f"DROP OWNED BY {own}; DROP ROLE {own}".encode())


def test_a_role_that_may_only_read_sees_everything_and_changes_nothing(team, roles):
    """Status, history, show, doubts and exports work for it; a submit is refused in a sentence."""
    team.desk.sheet([("1", "https://example.com/a", 500)])
    assert team.desk.run("submit", "campaign.csv", "--queue", "--wait", "--yes").code == 0
    team.desk.changes["BULKORDERS_JOURNAL"] = roles["looker"]
    (order,) = team.desk.sandbox.shop.orders
    for command in (
        ("status",),
        ("history",),
        ("show", order.id),
        ("resolve",),
        ("export", "--format", "csv"),
    ):
        done = team.desk.run(*command)
        assert done.code == 0, done.err
    team.desk.sheet([("1", "https://example.com/b", 500)], "other.csv")
    for command in (("submit", "other.csv", "--queue", "--yes"), ("panels", "pause", "shop")):
        refused = team.desk.run(*command, "--json").json["error"]
        assert (refused["code"], "permission denied" in refused["message"]) == ("journal.role", True)
    assert len(team.desk.sold()) == 1


def test_a_role_that_queues_needs_neither_key_nor_more_rights(team, roles):
    """It queues sheets, sees results, asks for cancels and does its day; it can't pause a panel."""
    team.desk.changes["BULKORDERS_JOURNAL"] = roles["clerk"]
    team.desk.sheet([("1", "https://example.com/a", 500)])
    done = team.desk.run("submit", "campaign.csv", "--queue", "--wait", "--yes", "--json")
    assert (done.code, done.states()) == (0, ["placed"]), done.out + done.err
    assert team.desk.run("refresh", "campaign.csv", "--queue").code == 0
    assert team.desk.run("daily", "campaign.csv", "--queue", "--yes").code == 0
    assert team.desk.run("cancel", "campaign.csv", "--queue", "--yes").code == 0
    refused = team.desk.run("panels", "pause", "shop", "--json").json["error"]
    assert refused["code"] == "journal.role"
