"""The rows of the fault matrix that need a process stopped, starved or cut off at an exact moment."""

import asyncio
import contextlib
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import time

import pytest

from bulkorders.journal.opening import open_journal
from bulkorders.journal.sqlite.connection import WAL_IS_SOUND

SMALL = 4000
"""Bytes a file may have on a disk that seems full: an answer in the spool fits, a page of the journal doesn't."""


@pytest.fixture
def rows():
    """Return what makes so many valid rows."""
    return lambda count: [
        ("1", f"https://example.com/matrix/{number}", 200 + number) for number in range(count)
    ]


@pytest.fixture
def submit(desk, warmed):
    """Return what submits a sheet to its end."""
    return lambda sheet: warmed.run(["submit", str(sheet), "--yes", "--json"], desk.folder, desk.environment)


@pytest.fixture
def kill_in(desk, strace, warmed, killed):
    """Return what runs a sheet, one order at a time, and kills it at the Nth call on one of the journal's files."""

    def run(sheet, call, end, number):
        path = desk.folder / "home" / f"journal.sqlite{end}"
        arguments = ["submit", str(sheet), "--yes", "--concurrency", "1", "--json"]
        inject = ["-e", f"inject={call}:signal=SIGKILL:when={number}"]
        trace = ["-o", str(desk.folder / "trace.txt"), "-P", str(path), "-e", f"trace={call}", *inject]
        ended = warmed.run(arguments, desk.folder, desk.environment, trace)
        assert ended.code == killed, ended.out + ended.err

    return run


def _until(condition):
    """Wait until the condition is met."""
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until, "it never came to that"
        time.sleep(0.005)


def _asked(desk, action="add"):
    """Return how many requests of this kind the panel had."""
    return desk.sandbox.shop.stats.requests.get(action, 0)


def _placed(desk):
    """Return how many orders the journal has as placed."""
    with contextlib.closing(sqlite3.connect(desk.folder / "home" / "journal.sqlite")) as journal:
        return journal.execute("SELECT count(*) FROM orders WHERE state = 'placed'").fetchone()[0]


def _attempts(desk, row):
    """Return what came of each attempt of the order of this row of a report: outcome and kind."""

    async def ask():
        journal = await open_journal(desk.folder / "home" / "journal.sqlite", read_only=True)
        try:
            return [(each.outcome, each.kind) for each in await journal.attempts(row["key"])]
        finally:
            await journal.close()

    return asyncio.run(ask())


@pytest.fixture
def commit():
    """Return the call without which a transaction is not committed, and the end of the name of its file.

    That is the last write of the WAL where the journal has one, else the ftruncate of the rollback journal.
    """
    wal = sqlite3.sqlite_version_info >= WAL_IS_SOUND
    return ("pwrite64", "-wal") if wal else ("ftruncate", "-journal")


@pytest.fixture
def points(desk, strace, warmed, rows, commit):
    """Return which of these calls commits the first claim of two orders, and which is the next one after it."""
    sheet, (call, end) = desk.sheet(rows(2), name="count.csv"), commit
    log, home = desk.folder / "calls.txt", desk.folder / "home" / "journal.sqlite"
    arguments = ["submit", str(sheet), "--yes", "--concurrency", "1", "--json"]
    files = ["-P", f"{home}{end}", "-P", f"{home}.mark"]
    trace = ["-s", "0", "-o", str(log), *files, "-e", f"trace={call},write"]
    assert warmed.run(arguments, desk.folder, desk.environment, trace).code == 0
    calls = re.findall(rf"\b({call}|write)\(\d+", log.read_text())
    claimed = [at for at, found in enumerate(calls) if found == "write"][1]
    shutil.rmtree(desk.folder / "home")
    return {"claim": calls[:claimed].count(call), "record": calls[:claimed].count(call) + 1}


def test_killed_before_the_claim_commits_the_order_is_ready(desk, rows, submit, points, commit, kill_in):
    """A claim that was not committed sent nothing, and the next run places the order."""
    sheet, before = desk.sheet(rows(2)), _asked(desk)
    kill_in(sheet, *commit, points["claim"])
    assert _asked(desk) == before
    assert desk.run("check", sheet, "--json").states() == ["ready", "ready"]
    ended = submit(sheet)
    assert (ended.code, ended.states(), _asked(desk) - before) == (0, ["placed", "placed"], 2)


def test_killed_after_the_claim_the_order_is_in_doubt_and_never_sent(desk, rows, submit, kill_in):
    """A committed claim is in doubt though nothing was sent: nobody can know, so no later run sends it."""
    sheet = desk.sheet(rows(2))
    kill_in(sheet, "write", ".mark", 2)
    assert _asked(desk) == 0
    for _ in range(2):
        ended = submit(sheet)
        assert (ended.code, ended.states(), _asked(desk)) == (5, ["in_doubt", "placed"], 1)


def test_killed_while_the_panel_answers_the_order_is_in_doubt(desk, rows, submit):
    """A request that was sent is in doubt, and the order the panel made of it is not made again."""
    desk.sandbox.latency = "1s"
    sheet = desk.sheet(rows(2))
    running = desk.start("submit", sheet, "--yes", "--concurrency", "1", "--json")
    _until(lambda: _asked(desk) == 1)
    running.kill()
    running.communicate()
    desk.sandbox.latency = 0
    ended = submit(sheet)
    assert (ended.code, ended.states(), _asked(desk)) == (5, ["in_doubt", "placed"], 2)


def test_killed_after_the_answer_before_the_record_the_order_is_in_doubt(
    desk, rows, submit, points, commit, kill_in
):
    """An answer that was not recorded leaves the order in doubt: the panel holds it, and gets no second request."""
    sheet, before = desk.sheet(rows(2)), _asked(desk)
    kill_in(sheet, *commit, points["record"])
    assert _asked(desk) - before == 1
    ended = submit(sheet)
    assert (ended.code, ended.states(), _asked(desk) - before) == (5, ["in_doubt", "placed"], 2)


def test_killed_after_the_record_the_order_is_placed(desk, rows, submit):
    """What was recorded is placed with its id, and the next run sends nothing."""
    sheet = desk.sheet(rows(1))
    running = desk.start("submit", sheet, "--yes", "--json")
    _until(lambda: _asked(desk) == 1)
    desk.sandbox.latency = "5s"
    _until(lambda: _asked(desk, "status") == 1)
    running.kill()
    running.communicate()
    desk.sandbox.latency = 0
    ended = submit(sheet)
    assert (ended.code, ended.states(), _asked(desk)) == (0, ["placed"], 1)
    assert ended.json["orders"][0]["order_id"] == desk.sandbox.shop.orders[0].id


def test_frozen_beyond_the_deadline_takes_the_late_answer_and_sends_no_old_claim(desk, rows, strace, warmed):
    """Thawed, an order in flight is placed by its late answer; one only claimed is claimed anew before it is sent."""
    desk.sandbox.latency = "1500ms"
    sheet, mark = desk.sheet(rows(2)), desk.folder / "home" / "journal.sqlite.mark"
    # the mark is written at the start and after each claim, before whoever claimed is told
    freeze = ["-e", "trace=write", "-e", "inject=write:signal=SIGSTOP:when=3"]
    trace = ["-o", str(desk.folder / "trace.txt"), "-P", str(mark), *freeze]
    paced = ["--concurrency", "2", "--per-second", "2"]
    pid = warmed.start(
        ["submit", str(sheet), "--yes", *paced, "--json"], desk.folder, desk.environment, trace
    )
    _until(lambda: mark.exists() and mark.read_text().split()[1:2] == ["000000000002"])
    _until(lambda: _asked(desk) == 1)
    time.sleep(10.5)
    os.kill(pid, signal.SIGCONT)
    ended = warmed.wait()
    assert (ended.code, _asked(desk)) == (0, 2), ended.out + ended.err
    orders = ended.json["orders"]
    assert [order["state"] for order in orders] == ["placed", "placed"]
    came = sorted(_attempts(desk, order) for order in orders)
    assert came == [[("accepted", "placed")], [("not_sent", "expired"), ("accepted", "placed")]]


@pytest.fixture(params=["full", "EIO"])
def break_disk(request, desk):
    """Return what makes the journal of a running process unwritable: its disk is full, or answers with EIO."""
    tracers = []

    def fill(pid):
        resource = pytest.importorskip("resource")
        if not hasattr(resource, "prlimit"):
            pytest.skip("only Linux can limit another process")
        hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (SMALL, hard))

    def fail(pid):
        strace, journal = request.getfixturevalue("strace"), str(desk.folder / "home" / "journal.sqlite")
        files = [word for end in ("", "-journal", "-wal") for word in ("-P", f"{journal}{end}")]
        only = [*files, "-e", "inject=fsync,fdatasync:error=EIO"]
        tracer = subprocess.Popen(
            [strace, "-f", "-p", str(pid), "-o", str(desk.folder / "trace.txt"), *only],
            stderr=subprocess.PIPE,
            text=True,
        )
        assert "attached" in tracer.stderr.readline()
        tracers.append(tracer)

    yield {"full": fill, "EIO": fail}[request.param]
    for tracer in tracers:
        tracer.communicate()


def test_a_disk_that_fails_at_the_claim_stops_before_sending(desk, rows, submit, break_disk):
    """An order whose claim can't be written is not sent, the run stops, and the next one places it."""
    sheet = desk.sheet(rows(2))
    running = desk.start("submit", sheet, "--yes", "--concurrency", "1", "--per-second", "0.5", "--json")
    _until(lambda: _asked(desk) == 1)
    _until(lambda: _placed(desk) == 1)
    break_disk(running.pid)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 4, out + err
    assert _asked(desk) == 1
    ended = submit(sheet)
    assert (ended.code, ended.states(), _asked(desk)) == (0, ["placed"] * 2, 2)


def test_a_disk_that_fails_at_the_record_keeps_the_answer_in_the_spool(desk, rows, submit, break_disk):
    """An answer that can't be recorded is spooled, nothing more is sent, and the next run places the order by it."""
    desk.sandbox.latency = "1s"
    sheet = desk.sheet(rows(2))
    running = desk.start("submit", sheet, "--yes", "--concurrency", "1", "--json")
    _until(lambda: _asked(desk) == 1)
    break_disk(running.pid)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 4, out + err
    assert _asked(desk) == 1
    desk.sandbox.latency = 0
    ended = submit(sheet)
    assert "waited beside the journal" in ended.err
    assert (ended.code, ended.states(), _asked(desk)) == (0, ["placed"] * 2, 2)
    assert ended.json["orders"][0]["order_id"] == desk.sandbox.shop.orders[0].id


def test_rows_inserted_sorted_and_doubled_after_a_kill_are_known_again(desk, rows, submit, judge):
    """Rows that moved are the same orders: the next run sends the inserted rows and those not yet sent, no other."""
    desk.sandbox.latency = "200ms"
    old = rows(12)
    running = desk.start("submit", desk.sheet(old), "--yes", "--concurrency", "3", "--json")
    _until(lambda: _asked(desk) >= 6)
    running.kill()
    running.communicate()
    sent = {order["link"] for order in desk.sold()}
    new = [("1", f"https://example.com/inserted/{number}", 300) for number in range(3)]
    changed = [*old, *new]
    random.Random(5).shuffle(changed)  # noqa: S311 - a rehearsal
    changed.append(old[0])
    ended = submit(desk.sheet(changed))
    states = ended.states()
    assert states[-1] == "duplicate"
    orders = [order for order in ended.json["orders"] if order["state"] != "duplicate"]
    assert len(orders) == 15
    assert not judge([(order.params["link"], order.id) for order in desk.sandbox.shop.orders], orders)
    assert 0 < len(sent) < 12
    assert states.count("in_doubt") <= 3
