"""Answers that wait while the journal can't be written."""

import errno
import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Coroutine, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bulkorders.errors import JournalError
from bulkorders.journal import disk
from bulkorders.journal.protocol import Journal
from bulkorders.journal.spool import Spool
from bulkorders.model.lifecycle import State
from bulkorders.model.orders import ValidatedOrder
from bulkorders.model.outcomes import Consequence, Outcome, Verdict

Runs = Callable[[Coroutine[Any, Any, Any]], Any]
Orders = Callable[..., ValidatedOrder]

FULL = Outcome(
    Verdict.ACCEPTED,
    kind="ok",
    message="Đặt hàng thành công\n\r\0",
    order_ids=("5", "6"),
    charge=Decimal("1.250"),
    http_status=200,
    answer='{"order":5}',
    consequence=Consequence.WAIT,
    wait=1.5,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the spool stands."""
    return tmp_path / "journal.sqlite.spool"


@pytest.fixture
def spool(path: Path) -> Iterator[Spool]:
    """Return an empty spool of 64 KB."""
    opened = Spool.open(path, size=65536)
    yield opened
    opened.close()


def reopened(spool: Spool, path: Path) -> Spool:
    """Return the same spool as the next run finds it."""
    spool.close()
    return Spool.open(path, size=65536)


def test_an_answer_is_kept_whole(spool: Spool, path: Path) -> None:
    """Every field of the outcome comes back, with its attempt and key."""
    spool.append("a1", "k1", FULL)
    spool.append("a2", "k2", Outcome(Verdict.IN_DOUBT))
    again = reopened(spool, path)
    first, second = again.entries()
    assert (first.attempt, first.key, first.outcome) == ("a1", "k1", FULL)
    assert second.outcome == Outcome(Verdict.IN_DOUBT)
    again.close()


@pytest.mark.parametrize("torn", [1, 20, 60])
def test_a_torn_last_line_is_ignored(spool: Spool, path: Path, torn: int) -> None:
    """Whatever was cut off was never acknowledged; what came before and what comes after counts."""
    spool.append("a1", "k1", FULL)
    whole = path.read_bytes().index(b"\0")
    spool.append("a2", "k2", FULL)
    spool.close()
    with path.open("r+b") as file:
        file.seek(whole + torn)
        file.write(bytes(4096))
    again = Spool.open(path, size=65536)
    assert [entry.attempt for entry in again.entries()] == ["a1"]
    again.append("a3", "k3", FULL)
    last = reopened(again, path)
    assert [entry.attempt for entry in last.entries()] == ["a1", "a3"]
    last.close()


def test_a_damaged_line_costs_no_other(spool: Spool, path: Path) -> None:
    """A line whose checksum fails is left out alone."""
    for number in range(3):
        spool.append(f"a{number}", "k", FULL)
    spool.close()
    text = path.read_bytes()
    path.write_bytes(text.replace(b'"attempt":"a1"', b'"attempt":"b1"'))
    again = Spool.open(path, size=65536)
    assert [entry.attempt for entry in again.entries()] == ["a0", "a2"]
    again.close()


def test_its_space_is_taken_at_the_start(spool: Spool, path: Path) -> None:
    """The file occupies the disk before the first answer, and appending does not make it longer."""
    assert path.stat().st_size == 65536
    if sys.platform == "linux":
        assert path.stat().st_blocks * 512 >= 65536
    spool.append("a1", "k1", FULL)
    assert path.stat().st_size == 65536


def test_where_the_system_cannot_reserve_zeros_are_written(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the call, or on a file system that doesn't know it, the space is taken all the same."""

    def refuse(*_: int) -> None:
        raise OSError(errno.EOPNOTSUPP, "not supported")

    monkeypatch.setattr(os, "posix_fallocate", refuse, raising=False)
    Spool.open(path, size=200_000).close()
    with path.open("wb") as file:
        file.write(b"kept")
        file.flush()
        disk.reserve(file.fileno(), 100_000)
    monkeypatch.delattr(os, "posix_fallocate")
    with path.open("r+b") as file:
        disk.reserve(file.fileno(), 200_000)
    assert path.stat().st_size == 200_000
    assert path.read_bytes().startswith(b"kept\0")


def test_a_replay_records_and_empties(
    run: Runs, journal: Journal, order: Orders, spool: Spool, path: Path
) -> None:
    """What waited is in the journal afterwards, and waits no more."""
    run(journal.add([order(1)], "r1"))
    run(journal.claim(order(1).key, "a1", "r1"))
    spool.append("a1", order(1).key, FULL)
    (found,) = run(spool.replay(journal)).recorded
    assert (found.state, found.order_ids) == (State.PLACED, ("5", "6"))
    again = reopened(spool, path)
    assert again.entries() == []
    again.close()


def test_a_replay_after_the_start_finds_the_order_in_doubt(
    run: Runs, journal: Journal, order: Orders, spool: Spool
) -> None:
    """A dangling attempt that was put in doubt first is found by its spooled answer."""
    run(journal.add([order(1)], "r1"))
    run(journal.claim(order(1).key, "a1", "r1"))
    spool.append("a1", order(1).key, FULL)
    run(journal.lose_dangling("r2"))
    assert run(spool.replay(journal)).recorded[0].state is State.PLACED


def test_a_replay_that_fails_keeps_everything(
    run: Runs, journal: Journal, order: Orders, spool: Spool
) -> None:
    """While the journal can't be written, answers go on waiting."""
    run(journal.add([order(1)], "r1"))
    run(journal.claim(order(1).key, "a1", "r1"))
    spool.append("a1", order(1).key, FULL)
    run(journal.close())
    with pytest.raises(JournalError):
        run(spool.replay(journal))
    assert len(spool.entries()) == 1


def test_answers_to_unknown_attempts_are_moved_aside(
    run: Runs, journal: Journal, order: Orders, spool: Spool, path: Path
) -> None:
    """A journal that was rolled back loses no order id: it is told and kept in a file beside."""
    run(journal.add([order(1)], "r1"))
    run(journal.claim(order(1).key, "a1", "r1"))
    spool.append("forgotten", "k9", FULL)
    spool.append("a1", order(1).key, FULL)
    came = run(spool.replay(journal))
    assert [one.key for one in came.recorded] == [order(1).key]
    assert [entry.outcome.order_ids for entry in came.unmatched] == [("5", "6")]
    kept = path.with_name(f"{path.name}.unmatched").read_text(encoding="ascii")
    assert json.loads(kept.partition(" ")[2])["order_ids"] == ["5", "6"]
    assert spool.entries() == []


def test_a_spool_in_which_nothing_waits_is_removed(spool: Spool, path: Path) -> None:
    """Closing leaves no empty file, and keeps one that holds an answer."""
    spool.close()
    spool.close()
    assert not path.exists()
    again = Spool.open(path, size=65536)
    again.append("a1", "k1", FULL)
    again.close()
    assert path.exists()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """No spool, no run."""
    with pytest.raises(JournalError, match=r"journal\.spool_unwritable"):
        Spool.open(tmp_path / "nowhere" / "spool")


FULL_DISK = """
    import json, resource, sys
    from pathlib import Path
    from bulkorders.errors import JournalError
    from bulkorders.journal.spool import Spool
    from bulkorders.model.outcomes import Outcome, Verdict

    spool = Spool.open(Path(sys.argv[1]), size=8192)
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, limit[1]))
    kept = []
    try:
        for number in range(100):
            ids = (str(number),)
            spool.append(f"a{number}", "k", Outcome(Verdict.ACCEPTED, order_ids=ids, answer="x" * 1500))
            kept.append(number)
    except JournalError as error:
        print(json.dumps([kept, error.code, error.facts["order_ids"]]))
    spool.close()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files, which Windows can't")
def test_on_a_full_disk_ids_outlive_raw_answers(path: Path) -> None:
    """The reserved space is used to its end, then for short entries; the id that fits no more is told."""
    child = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FULL_DISK), path], capture_output=True, text=True, check=True
    )
    kept, code, order_ids = json.loads(child.stdout)
    spool = Spool.open(path, size=65536)
    entries = spool.entries()
    spool.close()
    assert [entry.attempt for entry in entries] == [f"a{number}" for number in kept]
    assert entries[0].outcome.answer
    assert not entries[-1].outcome.answer
    assert (code, order_ids) == ("journal.spool_unwritable", [str(len(kept))])
