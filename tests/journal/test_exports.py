"""What the journal keeps for accountants: for whom an order is, and up to where exports went."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace

from bulkorders.journal.opening import open_journal
from bulkorders.model.lifecycle import State


def for_client(order, client):
    """Return an order that is for a client."""
    return replace(order, order=replace(order.order, client=client))


def facts(run, journal, kind):
    """Return the facts of the last event of this kind."""
    return [event.facts for event in run(journal.events()) if event.kind == kind][-1]


def test_a_client_is_kept_with_the_order_and_told_in_its_event(run, journal, order):
    """Read again it is there; an order without one has an empty text, and its event says nothing of it."""
    run(journal.add([for_client(order(1), "Café \ud800"), order(2)], "r1"))
    first, second = run(journal.submissions())
    assert (first.client, second.client) == ("Café \\ud800", "")
    told = [event.facts.get("client") for event in run(journal.events())]
    assert told == ["Café \\ud800", None]


def test_a_client_may_change_until_the_order_is_sent(run, journal, order, accept):
    """A ready order takes the new one; what was placed stays whose it was, and no line of its money changes."""
    run(journal.add([for_client(order(1), "A")], "r1"))
    run(journal.add([for_client(order(1), "B")], "r2"))
    assert (run(journal.submissions())[0].client, facts(run, journal, "change")["client"]) == ("B", "B")
    run(journal.claim(order(1).key, "a1", "r2"))
    run(journal.record("a1", accept("7")))
    (kept,) = run(journal.add([for_client(order(1), "C")], "r3"))
    assert (kept.state, kept.client) == (State.PLACED, "B")


def test_up_to_where_an_export_went_is_kept_by_scope(run, journal):
    """The last one counts; another scope begins at 0."""
    assert run(journal.exported("csv")) == 0
    run(journal.keep_export({"csv": 5, "csv | entered": 2}, "2026-11-01T00:00:00+00:00", "r1", "a.csv"))
    run(journal.keep_export({"csv": 9}, "2026-11-02T00:00:00+00:00", "r2", "b.csv"))
    scopes = ("csv", "csv | entered", "xlsx")
    assert [run(journal.exported(scope)) for scope in scopes] == [9, 2, 0]


def test_a_journal_of_version_2_can_be_read_without_being_upgraded(run, tmp_path, order):
    """Its orders are nobody's, nothing was entered or exported, and the file stays as it is."""
    path = tmp_path / "journal.sqlite"
    journal = run(open_journal(path))
    run(journal.add([order(1)], "r1"))
    run(journal.close())
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("ALTER TABLE orders DROP COLUMN client")
        file.execute("DROP TABLE entered")
        file.execute("DROP TABLE exports")
        file.execute("UPDATE meta SET value = '2' WHERE name = 'schema'")
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(path, before := tmp_path / "before.sqlite")
    journal = run(open_journal(path, read_only=True))
    (kept,) = run(journal.submissions(keys=[order(1).key]))
    assert (kept.client, run(journal.entered()), run(journal.exported("csv"))) == ("", [], 0)
    run(journal.close())
    assert path.read_bytes() == before.read_bytes()
