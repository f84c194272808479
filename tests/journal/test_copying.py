"""Tests of moving a journal from its file into a database."""

import dataclasses
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from decimal import Decimal

import psycopg
import pytest

from bulkorders.errors import JournalError
from bulkorders.journal import copying
from bulkorders.journal.address import address_of
from bulkorders.journal.copying import copy_journal
from bulkorders.journal.opening import open_journal
from bulkorders.journal.spool import Spool
from bulkorders.model.books import BalanceReading
from bulkorders.model.lifecycle import RequestKind, RequestState, State
from bulkorders.model.orders import Request
from bulkorders.model.outcomes import DeliveryReport, Outcome, Verdict


@pytest.fixture
def backend():
    """Begin on SQLite."""
    return "sqlite"


@pytest.fixture
def full(run, journal, order, placed, accept, tmp_path):
    """Return the file of a journal with something in every state, closed."""
    first = placed(1, "11", "12")
    placed(2)
    run(journal.add([order(number) for number in range(3, 7)], "r1"))
    for number, outcome in (
        (3, Outcome(Verdict.REJECTED, kind="x", message="nö")),
        (4, Outcome(Verdict.IN_DOUBT)),
    ):
        run(journal.claim(order(number).key, f"a{number}", "r1"))
        run(journal.record(f"a{number}", outcome))
    run(journal.drop([order(5).key], "r1"))
    run(
        journal.deliver(
            [(first, DeliveryReport("Completed", charge=Decimal("1.250"), remains=-2))], "2026-05-04", "r1"
        )
    )
    asked = Request("q1", first, "11", RequestKind.REFILL, RequestState.ASKING, "2026-05-04T10:00:00+00:00")
    run(journal.ask([asked], "r1"))
    run(journal.remember_key_mark("a", "m"))
    run(
        journal.keep_balance(
            BalanceReading("a", Decimal("9.50"), "VND", "2026-05-04", "r1", "start", quiet=False)
        )
    )
    run(journal.close())
    return tmp_path / "journal.sqlite"


def everything(run, place):
    """Return all that a journal tells."""
    journal = run(open_journal(place, read_only=True))
    orders = run(journal.submissions())
    told = (
        journal.id,
        orders,
        [run(journal.attempts(one.key)) for one in orders],
        run(journal.events()),
        run(journal.requests()),
        run(journal.readings()),
        run(journal.key_mark("a")),
    )
    run(journal.close())
    return told


def test_a_copy_tells_what_the_original_tells(run, full, database, tmp_path, order):
    """Orders, attempts, events, requests, money: all the same, and it goes on where the file ended."""
    before = everything(run, full)
    copied = copy_journal(full, address_of(database), home=tmp_path)
    assert copied.rows["orders"] == 6
    assert everything(run, database) == before
    journal = run(open_journal(database, home=tmp_path))
    run(journal.add([order(9)], "r2"))
    assert run(journal.claim(order(6).key, "b6", "r2"))
    (attempt,) = run(journal.attempts(order(6).key))
    assert attempt.number == 5
    run(journal.close())


def test_the_old_one_is_sealed(run, full, database, tmp_path):
    """It can be read, and is written no more; it says where the journal is."""
    copy_journal(full, address_of(database), home=tmp_path)
    with pytest.raises(JournalError) as raised:
        run(open_journal(full))
    assert (raised.value.code, raised.value.facts["to"]) == ("journal.sealed", database)
    assert len(everything(run, full)[1]) == 6


def test_a_copy_that_was_made_can_be_asked_for_again(full, database, tmp_path):
    """The same command finds that all is there, as after a break at the very end."""
    first = copy_journal(full, address_of(database), home=tmp_path)
    assert copy_journal(full, address_of(database), home=tmp_path) == first


KILLED = """
import os, signal, sys
from pathlib import Path
from bulkorders.journal import copying
from bulkorders.journal.address import address_of

honest = copying._copy

def killed(file, connection, table):
    if table == "events":
        os.kill(os.getpid(), signal.SIGKILL)
    honest(file, connection, table)

copying._copy = killed
copying.copy_journal(Path(sys.argv[1]), address_of(sys.argv[2]), home=Path(sys.argv[3]))
"""


def test_a_copy_that_is_killed_midway_is_made_anew(run, full, database, tmp_path):
    """Nothing of it is in the database, nobody writes the file meanwhile, and the same command completes it."""
    before = everything(run, full)
    process = [sys.executable, "-c", KILLED, str(full), database, str(tmp_path)]
    assert subprocess.run(process, check=False).returncode == -signal.SIGKILL
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM bulkorders.orders").fetchone() == (0,)
    with pytest.raises(JournalError) as raised:
        run(open_journal(full))
    assert raised.value.code == "journal.sealed"
    copied = copy_journal(full, address_of(database), home=tmp_path)
    assert (copied.rows["orders"], everything(run, database)) == (6, before)


def test_a_database_with_entries_of_its_own_is_refused(run, full, database, tmp_path, order):
    """Nothing is mixed, and the file stays in use."""
    journal = run(open_journal(database, home=tmp_path))
    run(journal.add([order(77)], "r1"))
    run(journal.close())
    with pytest.raises(JournalError) as raised:
        copy_journal(full, address_of(database), home=tmp_path)
    assert raised.value.code == "journal.copy_not_empty"
    run(run(open_journal(full)).close())


def test_a_copy_that_differs_is_undone(run, full, database, tmp_path, monkeypatch):
    """One row that came through otherwise, and nothing was copied; the file stays in use."""
    honest = copying._copy  # noqa: SLF001 - the step that could go wrong

    def wrong(file, connection, table):
        honest(file, connection, table)
        if table == "orders":
            connection.execute("UPDATE orders SET charge = '1.251' WHERE charge IS NOT NULL")

    monkeypatch.setattr(copying, "_copy", wrong)
    with pytest.raises(JournalError) as raised:
        copy_journal(full, address_of(database), home=tmp_path)
    assert (raised.value.code, raised.value.facts["what"]) == ("journal.copy_differs", "sum charge of orders")
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM bulkorders.orders").fetchone() == (0,)
    run(run(open_journal(full)).close())


def test_answers_that_wait_come_first(full, database, tmp_path, accept):
    """An answer in the spool belongs into the file before it is moved."""
    spool = Spool.open(full.with_name("journal.sqlite.spool"), size=4096)
    spool.append("a4", "k", accept("5"))
    spool.close()
    with pytest.raises(JournalError) as raised:
        copy_journal(full, address_of(database), home=tmp_path)
    assert raised.value.code == "journal.copy_waiting"


def test_the_machine_remembers_how_far_the_database_came(run, full, database, tmp_path):
    """A database that forgets the copy afterwards is behind this machine's mark."""
    copy_journal(full, address_of(database), home=tmp_path)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("DROP SCHEMA bulkorders CASCADE")
    with pytest.raises(JournalError) as raised:
        run(open_journal(database, home=tmp_path))
    assert raised.value.code == "journal.behind"


def test_what_dangled_is_in_doubt_after_its_time(run, journal, order, database, tmp_path):
    """An attempt without an answer is taken along, and belongs to nobody alive."""
    run(journal.add([order(1)], "r1"))
    run(journal.claim(order(1).key, "a1", "r1"))
    run(journal.close())
    copy_journal(tmp_path / "journal.sqlite", address_of(database), home=tmp_path)
    (one,) = everything(run, database)[1]
    assert one.state is State.SENDING
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("UPDATE bulkorders.attempts SET taken_at = taken_at - interval '1 day'")
    opened = run(open_journal(database, home=tmp_path))
    assert [lost.state for lost in run(opened.lose_dangling("r2"))] == [State.IN_DOUBT]
    run(opened.close())


def test_a_journal_of_an_older_program_is_upgraded_on_the_way(run, full, database, tmp_path):
    """The file's schema is brought up to date before it is sealed."""
    with closing(sqlite3.connect(full)) as file, file:
        file.execute("DROP TABLE exports")
        file.execute("DROP TABLE entered")
        file.execute("ALTER TABLE orders DROP COLUMN client")
        file.execute("UPDATE meta SET value = '2' WHERE name = 'schema'")
    copied = copy_journal(full, address_of(database), home=tmp_path)
    assert dataclasses.astuple(copied)[2]["entered"] == 0
