"""What accounts held is kept for good, journals of version 1 are upgraded, and what turns up is known."""

import sqlite3
from contextlib import closing
from decimal import Decimal

import pytest

from bulkorders.journal.opening import open_journal
from bulkorders.journal.relational.statements import migrations
from bulkorders.journal.sqlite.connection import SCHEMA_VERSION
from bulkorders.model.books import BalanceReading
from bulkorders.model.outcomes import Outcome, Verdict

READING = BalanceReading(
    "a.example.com", Decimal("343423.50"), "VND", "2026-11-22T10:00:00.000+00:00", "r1", "start", quiet=True
)


@pytest.fixture
def old(tmp_path):
    """Return the path of a journal as version 1 left it."""
    path = tmp_path / "journal.sqlite"
    with closing(sqlite3.connect(path)) as file, file:
        file.executescript(migrations("sqlite")[0])
        file.execute("INSERT INTO meta VALUES ('journal_id', 'j-old'), ('schema', '1')")
        file.execute(
            "INSERT INTO orders (key, account, campaign, fingerprint, service, link, parameters, state, sheet_row,"
            " service_name, basis) VALUES ('k', 'a', 'may', 'f', '1', 'l', '{}', 'ready', 2, 'Likes', 1000)"
        )
    return path


def test_readings_come_back_as_they_were_kept(run, journal):
    """Amount to the last digit, moment and quiet; oldest first, and only of the account asked for."""
    later = BalanceReading("a.example.com", Decimal(0), None, "2026-11-22T11:00:00.000+00:00", "r1", "end")
    other = BalanceReading("b.example.com", Decimal(1), None, "2026-11-22T10:30:00.000+00:00", "r1", "end")
    for each in (later, READING, other):
        run(journal.keep_balance(each))
    assert run(journal.balances("a.example.com")) == [READING, later]
    assert str(run(journal.balances("a.example.com"))[0].amount) == "343423.50"
    assert run(journal.balances("a.example.com", later.at)) == [later]


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_reading_is_never_changed(run, reopen, tmp_path):
    """Readings can be neither altered nor deleted."""
    journal = run(reopen())
    run(journal.keep_balance(READING))
    run(journal.close())
    with closing(sqlite3.connect(tmp_path / "journal.sqlite")) as file:
        for change in ("UPDATE balances SET amount = '0'", "DELETE FROM balances"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                file.execute(change)


def test_a_journal_of_version_1_is_upgraded_when_it_is_opened_to_write(run, old):
    """Its orders and its id stay, and readings can be kept from then on."""
    journal = run(open_journal(old))
    assert (journal.id, run(journal.submissions())[0].key) == ("j-old", "k")
    run(journal.keep_balance(READING))
    assert run(journal.balances("a.example.com")) == [READING]
    run(journal.close())
    with closing(sqlite3.connect(old)) as file:
        assert file.execute("SELECT value FROM meta WHERE name = 'schema'").fetchone() == (
            str(SCHEMA_VERSION),
        )


def test_a_journal_of_version_1_can_be_read_without_being_upgraded(run, old):
    """Reading beside an older program leaves the file as it is; there are no readings in it."""
    before = old.read_bytes()
    journal = run(open_journal(old, read_only=True))
    assert run(journal.submissions())[0].key == "k"
    assert run(journal.balances("a.example.com")) == []
    assert (run(journal.turned_up()), run(journal.ruled_out())) == ({}, set())
    run(journal.close())
    assert old.read_bytes() == before


def _ruled_out(run, journal, order):
    run(journal.add([order(1)], "r1"))
    key = order(1).key
    run(journal.claim(key, "a1", "r1"))
    run(journal.record("a1", Outcome(Verdict.IN_DOUBT)))
    run(journal.resolve(key, "rule out", reason="not there", run="r1"))
    return key


def test_an_order_ruled_out_is_watched(run, journal, order, accept):
    """Ruled out it is listed; its late answer makes it one that turned up, with its id."""
    key = _ruled_out(run, journal, order)
    assert (run(journal.ruled_out()), run(journal.turned_up())) == ({key}, {})
    run(journal.record("a1", accept("77")))
    assert run(journal.turned_up()) == {key: ("77",)}


def test_an_order_that_was_sent_again_and_then_turns_up_is_known_to_be_bought_twice(
    run, journal, order, accept
):
    """The second sending was accepted too: the first's late id is told, and the order has both."""
    key = _ruled_out(run, journal, order)
    run(journal.claim(key, "a2", "r2"))
    run(journal.record("a2", accept("88")))
    assert run(journal.turned_up()) == {}
    run(journal.record("a1", accept("77")))
    assert run(journal.turned_up()) == {key: ("77",)}
    assert run(journal.submissions(keys=[key]))[0].order_ids == ("88", "77")
