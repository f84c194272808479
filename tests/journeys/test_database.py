"""Whole commands with the journal on PostgreSQL, over a real panel; its password is shown by none of them."""

import asyncio

import pytest

from bulkorders.journal.mark import Mark
from bulkorders.journal.opening import open_journal
from bulkorders.sandbox import Fault


def rows(count, first=1):
    """Return so many valid rows."""
    return [
        ("1", f"https://example.com/post/{number}", 200 + number) for number in range(first, first + count)
    ]


@pytest.fixture
def shared(desk, cluster, database):
    """Return a desk whose journal is a database that wants a password; then look for the password."""
    name = database.rpartition("/")[2]
    desk.changes["BULKORDERS_JOURNAL"] = cluster.url(name, cluster.login)
    said = []
    run = desk.run

    def listening(*arguments, **how):
        ended = run(*arguments, **how)
        said.append(ended.out + ended.err)
        return ended

    desk.run = listening
    yield desk
    written = [path.read_bytes() for path in desk.folder.rglob("*") if path.is_file()]
    assert cluster.secret not in "".join(said), "the database's password was shown"
    assert not [one for one in written if cluster.secret.encode() in one], (
        "the database's password was written"
    )


def test_the_whole_job_is_done_on_a_database(shared):
    """Submit, submit again, refresh, show, history, close: the same as on a file."""
    sheet = shared.sheet(rows(6))
    shared.sandbox.faults.set([Fault(kind="none", times=2), Fault(kind="close", when="after")])
    first = shared.run("submit", sheet, "--yes", "--concurrency", "1", "--json")
    assert (first.code, first.states().count("placed"), first.states().count("in_doubt")) == (5, 5, 1), (
        first.err
    )
    again = shared.run("submit", sheet, "--yes", "--json")
    assert again.states() == first.states()
    assert len(shared.sold()) == 6, "the one in doubt was bought, and is not bought again"
    doubt = next(one for one in first.json["orders"] if one["state"] == "in_doubt")
    placed = {one["order_id"] for one in first.json["orders"]}
    (lost,) = (order.id for order in shared.sandbox.shop.orders if order.id not in placed)
    told = shared.run("resolve", sheet, "--placed", f"{doubt['key']}={lost}", "--json")
    assert told.code == 0, told.out + told.err
    refreshed = shared.run("refresh", sheet, "--json")
    assert refreshed.code in (0, 6), refreshed.out + refreshed.err
    assert refreshed.json["counts"]["placed"] == 6
    for command in (
        ("show", first.json["orders"][0]["order_id"]),
        ("history",),
        ("close", "--month", "2026-11"),
    ):
        ended = shared.run(*command, "--json")
        assert ended.code in (0, 6), (command, ended.out + ended.err)


def test_the_journal_says_where_it_is_without_the_password(shared, cluster):
    """`journal path` and `journal status` show host, user and name."""
    shared.run("submit", shared.sheet(rows(2)), "--yes", "--json")
    path = shared.run("journal", "path", "--json").json["path"]
    assert path.startswith(f"postgresql://clerk@127.0.0.1:{cluster.port}/")
    held = shared.run("journal", "status", "--json").json["journal"]
    assert (held["path"], held["attempts"], held["orders"], held["behind"]) == (path, 2, {"placed": 2}, False)


def test_a_database_that_is_away_is_told_of_without_the_password(shared, cluster):
    """A wrong password and a closed port are one clear error each, with exit 4."""
    url = shared.changes["BULKORDERS_JOURNAL"]
    for wrong in (url.replace(":p%40", ":q%40"), url.replace(f":{cluster.port}/", ":1/")):
        shared.changes["BULKORDERS_JOURNAL"] = wrong
        ended = shared.run("submit", shared.sheet(rows(1)), "--yes", "--json")
        assert ended.json["error"]["code"] in ("journal.unreachable", "journal.address_wrong"), ended.out
        assert "canary-51d0e7" not in ended.out + ended.err
    assert shared.sold() == []


def test_the_password_may_stand_in_the_environment(shared, cluster):
    """`env:NAME` in the place of the password names a variable."""
    url = shared.changes["BULKORDERS_JOURNAL"]
    shared.changes["BULKORDERS_JOURNAL"] = url.replace(
        url.split("clerk:")[1].split("@")[0], "env:TEAM_PASSWORD"
    )
    shared.changes["TEAM_PASSWORD"] = cluster.secret
    ended = shared.run("submit", shared.sheet(rows(1)), "--yes", "--json")
    assert (ended.code, ended.states()) == (0, ["placed"]), ended.out + ended.err


def test_a_restored_database_refuses_to_submit_until_told(shared, cluster, database):
    """After pg_dump and pg_restore the tables are others: nothing is sent without a person's word."""
    shared.run("submit", shared.sheet(rows(1)), "--yes", "--json")
    cluster.restore(database.rpartition("/")[2])
    sheet = shared.sheet(rows(2, first=10), "more.csv")
    refused = shared.run("submit", sheet, "--yes", "--json")
    assert refused.json["error"]["code"] == "journal.moved"
    assert shared.run("journal", "status").code == 4
    assert shared.run("journal", "accept-rollback", "--yes").code == 0
    assert shared.run("submit", sheet, "--yes", "--json").code == 0
    assert len(shared.sold()) == 3


def test_a_database_behind_the_machines_mark_refuses(shared, database):
    """What this machine has sent and the database forgot is missed: its mark is kept in the home folder."""
    shared.run("submit", shared.sheet(rows(1)), "--yes", "--json")
    (mark,) = (shared.folder / "home").glob("*.mark")

    async def raise_mark():
        journal = await open_journal(database, read_only=True)
        name = journal.id
        await journal.close()
        return name

    ahead = Mark(mark)
    ahead.agree(asyncio.run(raise_mark()), 9, accept_rollback=True, path="")
    ahead.close()
    refused = shared.run("submit", shared.sheet(rows(1, first=5), "more.csv"), "--yes", "--json")
    assert refused.json["error"]["code"] == "journal.behind"
    assert len(shared.sold()) == 1


def test_two_runs_of_one_sheet_at_once_buy_each_order_once(shared):
    """Both go on at the same time; each order is claimed by one of them."""
    sheet = shared.sheet(rows(30))
    shared.sandbox.faults.set([Fault(kind="slow", seconds=0.1, times=30)])
    runs = [
        shared.start("submit", sheet, "--yes", "--json", "--results", shared.folder / f"{name}.xlsx")
        for name in ("one", "two")
    ]
    told = [run.communicate(timeout=100) for run in runs]
    assert {run.returncode for run in runs} <= {0, 5, 6}, told
    assert sorted(one["link"] for one in shared.sold()) == sorted(row[1] for row in rows(30))
    final = shared.run("submit", sheet, "--yes", "--json")
    assert set(final.states()) == {"placed"}, final.out
    assert len(shared.sold()) == 30


def test_a_file_is_moved_into_the_database_and_the_work_goes_on(shared, database):
    """`journal copy`, then submit again: nothing is bought twice, and the old file is written no more."""
    url = shared.changes.pop("BULKORDERS_JOURNAL")
    sheet = shared.sheet(rows(4))
    assert shared.run("submit", sheet, "--yes", "--json").code == 0
    old = shared.folder / "home" / "journal.sqlite"
    moved = shared.run("journal", "copy", f"sqlite:///{old}", url, "--json")
    assert (moved.code, moved.json["rows"]["orders"], moved.json["rows"]["attempts"]) == (0, 4, 4), moved.out
    refused = shared.run("submit", sheet, "--yes", "--json")
    assert (refused.code, refused.json["error"]["code"]) == (4, "journal.sealed")
    shared.changes["BULKORDERS_JOURNAL"] = url
    again = shared.run("submit", sheet, "--yes", "--json")
    assert set(again.states()) == {"placed"}, again.out
    assert len(shared.sold()) == 4
