"""Tests of what a machine keeps for each process beside a journal in a database."""

import pytest

from bulkorders.errors import JournalError
from bulkorders.journal.mark import Reading
from bulkorders.journal.seat import Seat, highest
from bulkorders.journal.spool import Spool

STEM = "postgresql-127.0.0.1-5432-orders-0a1b2c3d"


@pytest.fixture
def take(tmp_path):
    """Take seats; all are left at the end."""
    taken = []

    def one():
        taken.append(Seat.take(tmp_path, STEM))
        return taken[-1]

    yield one
    for seat in taken:
        seat.mark.close()
        seat.release()


def test_processes_at_once_have_files_of_their_own(take):
    """And the first seat that was left is taken next."""
    first, second = take(), take()
    assert (first.beside.name, second.beside.name) == (f"{STEM}.1", f"{STEM}.2")
    first.release()
    assert take().beside == first.beside


def test_answers_that_a_dead_process_left_are_taken_over(take, tmp_path, accept):
    """A seat whose spool isn't empty comes before all others."""
    seats = [take(), take(), take()]
    spool = Spool.open(seats[2].beside.with_name(f"{seats[2].beside.name}.spool"), size=4096)
    spool.append("a1", "k1", accept("5"))
    spool.close()
    for seat in seats:
        seat.release()
    found = take()
    assert found.beside == seats[2].beside
    again = Spool.open(found.beside.with_name(f"{found.beside.name}.spool"), size=4096)
    assert [one.attempt for one in again.entries()] == ["a1"]
    again.close()


def test_the_highest_mark_of_all_seats_counts(take, tmp_path):
    """What any process of this machine has seen, all of them know."""
    first, second = take(), take()
    first.mark.agree("j", 5, accept_rollback=False, path="")
    second.mark.agree("j", 7, accept_rollback=False, path="")
    first.mark.rise(6)
    assert highest(tmp_path, STEM) == Reading("j", 7)
    with pytest.raises(JournalError) as raised:
        take().mark.agree("j", 6, accept_rollback=False, path="")
    assert (raised.value.code, raised.value.facts["expected"]) == ("journal.behind", 7)


def test_a_mark_of_another_journal_refuses(take):
    """An empty database in the place of the one that is missed."""
    take().mark.agree("j", 5, accept_rollback=False, path="")
    with pytest.raises(JournalError):
        take().mark.agree("other", 5, accept_rollback=False, path="")


def test_a_persons_word_counts_for_all_seats(take, tmp_path):
    """After it no seat remembers more than the journal knows."""
    take().mark.agree("j", 9, accept_rollback=False, path="")
    told = take()
    told.mark.forget()
    told.mark.agree("j", 3, accept_rollback=True, path="")
    assert highest(tmp_path, STEM) == Reading("j", 3)


def test_a_folder_that_cannot_be_written_says_so(tmp_path):
    """With the folder's name."""
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError) as raised:
        Seat.take(tmp_path / "file", STEM)
    assert raised.value.code == "journal.unwritable"
