"""Money that persons entered: kept as it was, for ever."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from decimal import Decimal

import pytest

from bulkorders.errors import JournalError
from bulkorders.journal.opening import open_journal
from bulkorders.journal.relational.statements import migrations
from bulkorders.model.entries import Entered, EnteredKind

ROW = Entered(
    id="e1",
    account="a.example.com",
    amount=Decimal("250.50"),
    currency="VND",
    at="2026-10-05T00:00:00+00:00",
    kind=EnteredKind.TOP_UP,
    note="bank",
    entered_at="2026-10-06T00:00:00+00:00",
    run="r1",
)


def test_entries_come_back_as_they_were_kept(run, journal):
    """To the last digit, in the order in which they were entered."""
    earlier = replace(ROW, id="e2", at="2026-10-01T00:00:00+00:00", kind=EnteredKind.OPENING, currency=None)
    for each in (ROW, earlier):
        run(journal.enter(each))
    assert run(journal.entered()) == [ROW, earlier]
    assert str(run(journal.entered())[0].amount) == "250.50"


def test_an_entry_is_made_once(run, journal):
    """Its id is its own."""
    run(journal.enter(ROW))
    with pytest.raises(JournalError):
        run(journal.enter(ROW))
    assert run(journal.entered()) == [ROW]


@pytest.mark.parametrize("backend", ["sqlite"])
def test_an_entry_is_never_changed(run, reopen, tmp_path):
    """What was entered can be neither altered nor deleted."""
    journal = run(reopen())
    run(journal.enter(ROW))
    run(journal.close())
    with closing(sqlite3.connect(tmp_path / "journal.sqlite")) as file:
        for change in ("UPDATE entered SET amount = '0'", "DELETE FROM entered"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                file.execute(change)


@pytest.mark.parametrize("version", [1, 2])
def test_an_older_journal_is_read_as_one_without_entries(run, tmp_path, version):
    """Reading upgrades nothing: there are no entries, and the file stays as it is."""
    path = tmp_path / "old.sqlite"
    with closing(sqlite3.connect(path)) as file, file:
        for script in migrations("sqlite")[:version]:
            file.executescript(script)
        meta = {"journal_id": "j-old", "schema": str(version)}
        file.executemany("INSERT INTO meta (name, value) VALUES (?, ?)", meta.items())
    before = path.read_bytes()
    journal = run(open_journal(path, read_only=True))
    assert (run(journal.entered()), run(journal.readings())) == ([], [])
    run(journal.close())
    assert path.read_bytes() == before
