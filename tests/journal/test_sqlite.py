"""What is particular to the journal on SQLite: group commit, durability, faults of the disk."""

import asyncio
import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from bulkorders.errors import JournalError
from bulkorders.journal.protocol import Journal
from bulkorders.journal.sqlite import SqliteJournal
from bulkorders.journal.sqlite import connection as connections
from bulkorders.model.lifecycle import IllegalTransition, State
from bulkorders.model.orders import ValidatedOrder
from bulkorders.model.outcomes import FINAL, Outcome, Verdict

Runs = Callable[[Coroutine[Any, Any, Any]], Any]
Orders = Callable[..., ValidatedOrder]
Place = Callable[..., str]


class Faulty:
    """A connection whose next COMMIT reports an I/O error: before it took place, or after it did."""

    def __init__(self, inner: sqlite3.Connection) -> None:
        self.inner = inner
        self.fault: str | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        """Run the statement, or fail as told."""
        if sql == "COMMIT" and self.fault is not None:
            fault, self.fault = self.fault, None
            if fault == "after":
                self.inner.execute(sql)
            raise sqlite3.OperationalError("disk I/O error")
        return self.inner.execute(sql, *values)


class FaultyJournal(SqliteJournal):
    """A journal whose disk fails when it is told to."""

    disk: Faulty

    def _connect(self) -> sqlite3.Connection:
        self.disk = Faulty(super()._connect())
        return self.disk  # type: ignore[return-value]


@pytest.fixture
def backend() -> str:
    """Run on SQLite alone."""
    return "sqlite"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the `journal` fixture has its file."""
    return tmp_path / "journal.sqlite"


class TestGroupCommit:
    """Operations that come together share a commit."""

    def test_operations_that_come_together_share_a_commit(
        self, run: Runs, journal: SqliteJournal, order: Orders
    ) -> None:
        """A hundred claims at once take a few commits, one after another a hundred."""
        orders = [order(number) for number in range(1, 121)]
        run(journal.add(orders, "r1"))

        async def claim(part: list[ValidatedOrder]) -> None:
            assert all(await asyncio.gather(*(journal.claim(one.key, f"a{one.key}", "r1") for one in part)))

        before = journal.commits
        run(claim(orders[:100]))
        assert journal.commits - before <= 10
        before = journal.commits
        for one in orders[100:]:
            run(claim([one]))
        assert journal.commits - before == 20

    def test_one_that_fails_undoes_itself_alone(
        self, run: Runs, journal: SqliteJournal, order: Orders, placed: Place
    ) -> None:
        """The others of its group are committed."""
        key = placed(1)
        orders = [order(2), order(3)]
        run(journal.add(orders, "r1"))

        async def together() -> list[Any]:
            return await asyncio.gather(
                journal.claim(orders[0].key, "b1", "r1"),
                journal.again([key], "r1"),
                journal.claim("nobody", "c1", "r1"),
                journal.claim(orders[1].key, "d1", "r1"),
                return_exceptions=True,
            )

        first, again, unknown, last = run(together())
        assert (first, last) == (True, True)
        assert isinstance(again, IllegalTransition)
        assert isinstance(unknown, JournalError)
        states = [one.state for one in run(journal.submissions(keys=[one.key for one in orders]))]
        assert states == [State.SENDING, State.SENDING]

    def test_an_answer_waits_for_its_commit(self, run: Runs, path: Path, order: Orders) -> None:
        """A claim whose commit failed is never acknowledged, nor is any other of its group."""
        journal = run(FaultyJournal.open(path))
        orders = [order(number) for number in range(1, 6)]
        run(journal.add(orders, "r1"))
        journal.disk.fault = "before"

        async def together() -> list[Any]:
            claims = (journal.claim(one.key, f"a{one.key}", "r1") for one in orders)
            return await asyncio.gather(*claims, return_exceptions=True)

        told = run(together())
        failed = [one for one, answer in zip(orders, told, strict=True) if answer is not True]
        assert failed
        assert all(answer is True or answer.code == "journal.unwritable" for answer in told)
        for one in failed:
            assert run(journal.attempts(one.key)) == []
            assert run(journal.claim(one.key, f"b{one.key}", "r1"))
        run(journal.close())


class TestUnclearCommits:
    """A caller who was not told of its claim sends nothing; the journal must not think otherwise."""

    def test_a_claim_that_was_committed_after_all_is_withdrawn(
        self, run: Runs, path: Path, order: Orders
    ) -> None:
        """The commit took place and reported an error: the journal finds the attempt and takes it back."""
        journal = run(FaultyJournal.open(path))
        run(journal.add([order(1)], "r1"))
        journal.disk.fault = "after"
        with pytest.raises(JournalError, match=r"journal\.unwritable"):
            run(journal.claim(order(1).key, "a1", "r1"))
        (attempt,) = run(journal.attempts(order(1).key))
        assert (attempt.outcome, attempt.kind) == ("not_sent", "unacknowledged")
        assert run(journal.claim(order(1).key, "a2", "r1"))
        run(journal.close())

    def test_a_group_that_was_committed_after_all_is_withdrawn_as_a_whole(
        self, run: Runs, path: Path, order: Orders
    ) -> None:
        """None of its callers was told of a claim, so each order is READY; a claim granted before it stays."""
        journal = run(FaultyJournal.open(path))
        orders = [order(number) for number in range(1, 6)]
        run(journal.add(orders, "r1"))
        assert run(journal.claim(orders[0].key, "a0", "r1"))

        async def together() -> list[Any]:
            claims = (journal.claim(one.key, f"a{one.key}", "r1") for one in orders)
            return await asyncio.gather(*claims, return_exceptions=True)

        journal.disk.fault = "after"
        assert [answer.code for answer in run(together())] == ["journal.unwritable"] * 5
        assert [one.state for one in run(journal.submissions())] == [State.SENDING] + [State.READY] * 4
        outcomes = [[each.outcome for each in run(journal.attempts(one.key))] for one in orders]
        assert outcomes == [[None]] + [["not_sent"]] * 4
        run(journal.close())

    def test_an_answer_that_was_committed_after_all_may_be_recorded_again(
        self, run: Runs, path: Path, order: Orders, accept: Callable[..., Outcome]
    ) -> None:
        """The spooled answer finds itself recorded, and changes nothing."""
        journal = run(FaultyJournal.open(path))
        run(journal.add([order(1)], "r1"))
        run(journal.claim(order(1).key, "a1", "r1"))
        journal.disk.fault = "after"
        with pytest.raises(JournalError, match=r"journal\.unwritable"):
            run(journal.record("a1", accept("5")))
        events = run(journal.events())
        assert run(journal.record("a1", accept("5"))).order_ids == ("5",)
        assert run(journal.events()) == events
        run(journal.close())


def test_an_answer_is_recorded_though_its_caller_is_cancelled(
    run: Runs, journal: SqliteJournal, order: Orders, accept: Callable[..., Outcome]
) -> None:
    """Ctrl-C while an answer waits for its commit loses no order id."""
    run(journal.add([order(1)], "r1"))
    run(journal.claim(order(1).key, "a1", "r1"))

    async def cancel() -> None:
        task = asyncio.create_task(journal.record("a1", accept("5")))
        await asyncio.sleep(0)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    run(cancel())
    assert run(journal.submissions())[0].order_ids == ("5",)


FULL_DISK = """
    import asyncio, json, resource, sys
    from pathlib import Path
    from bulkorders.errors import JournalError
    from bulkorders.journal.sqlite import SqliteJournal
    from bulkorders.model.outcomes import Outcome, Verdict

    async def main(path):
        journal = await SqliteJournal.open(path)
        keys = [one.key for one in await journal.submissions()]
        limit = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 16384, limit[1]))
        told = {"claimed": [], "refused": [], "codes": []}
        for key in keys:
            try:
                if await journal.claim(key, "a" + key, "r1"):
                    told["claimed"].append(key)
            except JournalError as error:
                told["refused"].append(key)
                told["codes"].append(error.code)
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        told["readable"] = len(await journal.submissions())
        told["later"] = await journal.claim(told["refused"][0], "later", "r1")
        print(json.dumps(told))
        await journal.close()

    asyncio.run(main(Path(sys.argv[1])))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files, which Windows can't")
def test_a_full_disk_forgets_no_acknowledged_claim(
    run: Runs, path: Path, journal: SqliteJournal, order: Orders
) -> None:
    """Claims are refused while the disk is full, kept if acknowledged, and accepted again afterwards."""
    run(journal.add([order(number) for number in range(1, 201)], "r1"))
    run(journal.close())
    child = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FULL_DISK), path], capture_output=True, text=True, check=True
    )
    told = json.loads(child.stdout)
    assert told["claimed"]
    assert set(told["codes"]) == {"journal.unwritable"}
    assert (told["readable"], told["later"]) == (200, True)
    again = run(SqliteJournal.open(path))
    sending = {one.key for one in run(again.submissions(states=[State.SENDING]))}
    assert sending == {*told["claimed"], told["refused"][0]}
    run(again.close())


KILLED = """
    import asyncio, itertools, sys
    from bulkorders.journal.opening import open_journal

    async def main(path):
        journal = await open_journal(path, who="submit may.xlsx")
        keys = [one.key for one in await journal.submissions()]

        async def claim(key):
            if await journal.claim(key, "a" + key, "r1"):
                sys.stdout.write(key + "\\n")
                sys.stdout.flush()

        for start in range(0, len(keys), 5):
            await asyncio.gather(*(claim(key) for key in keys[start:start + 5]))

    asyncio.run(main(sys.argv[1]))
"""


@pytest.mark.parametrize("acknowledged", [1, 57, 213])
def test_kill_9_forgets_no_acknowledged_claim(
    run: Runs, path: Path, journal: SqliteJournal, order: Orders, acknowledged: int
) -> None:
    """Whatever a killed process had been told it claimed is in doubt at the next start."""
    run(journal.add([order(number) for number in range(1, 1001)], "r1"))
    run(journal.close())
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(KILLED), path], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        told = [child.stdout.readline().strip() for _ in range(acknowledged)]
        child.send_signal(signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
        told += child.stdout.read().split()
    again = run(SqliteJournal.open(path))
    in_doubt = {one.key for one in run(again.lose_dangling("r2"))}
    assert set(told) <= in_doubt
    assert len(in_doubt) < 1000
    run(again.close())


class TestFile:
    """The file: its modes, its guards, its schema."""

    def test_commits_survive_a_power_cut(self, path: Path) -> None:
        """TRUNCATE with EXTRA, or WAL with FULL where SQLite has no fault in it."""
        connection = connections.connect(path)
        found = [
            connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")
        ]
        connection.close()
        sound = sqlite3.sqlite_version_info >= (3, 51, 3)
        assert found == (["wal", 2] if sound else ["truncate", 3])

    def test_a_mode_that_is_not_granted_is_refused(self, path: Path) -> None:
        """A database that can't be made durable is no journal."""
        connection = sqlite3.connect(":memory:")
        with pytest.raises(JournalError, match=r"journal\.not_durable"):
            connections.make_durable(connection, path)
        connection.close()

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE events SET facts = '{}' WHERE seq = 1",
            "DELETE FROM events",
            "DELETE FROM orders",
            "DELETE FROM attempts",
            "DELETE FROM placed",
            "UPDATE orders SET state = 'ready', order_ids = '[]'",
            "UPDATE orders SET order_ids = '[]'",
            "UPDATE orders SET final = 2",
            "UPDATE attempts SET outcome = 'perhaps'",
            "INSERT INTO attempts (id, key, run, claimed_at) SELECT 'z', key, 'r', 'now' FROM orders",
            "INSERT INTO attempts (id, key, run, claimed_at) VALUES ('z', 'nobody', 'r', 'now')",
        ],
    )
    def test_the_database_itself_refuses(
        self, run: Runs, path: Path, journal: SqliteJournal, placed: Place, statement: str
    ) -> None:
        """What must never happen is refused by the schema, whoever asks for it."""
        placed(1)
        run(journal.close())
        with contextlib.closing(sqlite3.connect(path)) as raw:
            raw.execute("PRAGMA foreign_keys = ON")
            with pytest.raises(sqlite3.IntegrityError):
                raw.execute(statement)

    @pytest.mark.parametrize("outcome", ["in_doubt", "accepted", None])
    def test_a_second_live_attempt_is_refused(
        self, run: Runs, path: Path, journal: SqliteJournal, placed: Place, outcome: str | None
    ) -> None:
        """The partial unique index counts attempts under way, accepted and in doubt."""
        key = placed(1)
        run(journal.close())
        with contextlib.closing(sqlite3.connect(path)) as raw:
            raw.execute("UPDATE attempts SET outcome = 'ruled_out'")
            insert = "INSERT INTO attempts (id, key, run, claimed_at, outcome) VALUES (?, ?, 'r', 'now', ?)"
            raw.execute(insert, ("z1", key, outcome))
            with pytest.raises(sqlite3.IntegrityError, match=r"attempts\.key"):
                raw.execute(insert, ("z2", key, outcome))

    def test_final_statuses_close_an_order(self, run: Runs, journal: SqliteJournal, placed: Place) -> None:
        """Each final word of the model, and no other, takes an order off the open ones."""
        from bulkorders.model.outcomes import Delivery, DeliveryReport  # noqa: PLC0415 - only here

        keys = {word: placed(number) for number, word in enumerate([*Delivery, "Unheard of"], start=1)}
        reports = [(key, DeliveryReport("1", status=str(word))) for word, key in keys.items()]
        run(journal.deliver(reports, "now", "r2"))
        still = {one.status for one in run(journal.submissions(open_only=True))}
        assert still == {str(word) for word in keys} - FINAL


class TestOpeningTheFile:
    """Files that are no journal of ours, or not of today."""

    def change(self, path: Path, *statements: str) -> None:
        """Run statements on the file, past the journal."""
        with contextlib.closing(sqlite3.connect(path)) as raw:
            for statement in statements:
                raw.execute(statement)
            raw.commit()

    def fails(self, run: Runs, path: Path, **how: Any) -> str:
        """Return the code of the error that opening ends with."""
        with pytest.raises(JournalError) as caught:
            run(SqliteJournal.open(path, **how))
        return caught.value.code

    @pytest.mark.parametrize("read_only", [False, True])
    def test_a_newer_schema_is_refused(
        self,
        run: Runs,
        path: Path,
        journal: Journal,
        read_only: bool,
    ) -> None:
        """A journal that a newer program has changed is left alone."""
        run(journal.close())
        self.change(path, "UPDATE meta SET value = '99' WHERE name = 'schema'")
        assert self.fails(run, path, read_only=read_only) == "journal.newer"

    @pytest.mark.parametrize("read_only", [False, True])
    def test_another_database_is_refused(
        self,
        run: Runs,
        path: Path,
        read_only: bool,
    ) -> None:
        """Somebody else's SQLite file is not written to."""
        self.change(path, "CREATE TABLE recipes (name TEXT)")
        assert self.fails(run, path, read_only=read_only) == "journal.foreign"

    @pytest.mark.parametrize("read_only", [False, True])
    def test_a_file_that_is_no_database_is_refused(
        self,
        run: Runs,
        path: Path,
        read_only: bool,
    ) -> None:
        """A text file is said to be damaged, not written over."""
        path.write_text("order;link\n" * 1000, encoding="utf-8")
        assert self.fails(run, path, read_only=read_only) == "journal.corrupt"
        assert path.read_text(encoding="utf-8").startswith("order;link")

    def test_damage_is_found_at_opening(self, run: Runs, path: Path, journal: Journal, order: Orders) -> None:
        """A page written over with rubbish is noticed before an order is sent."""
        run(journal.add([order(number) for number in range(1, 200)], "r1"))
        run(journal.close())
        with path.open("r+b") as file:
            file.seek(path.stat().st_size // 2 // 4096 * 4096)
            file.write(b"\xff" * 8192)
        assert self.fails(run, path) == "journal.corrupt"

    def test_a_folder_is_no_journal(self, run: Runs, tmp_path: Path) -> None:
        """A path that can't be opened says why."""
        assert self.fails(run, tmp_path) == "journal.unwritable"


def test_a_reader_beside_the_writer_sees_what_is_committed(
    run: Runs, path: Path, journal: SqliteJournal, order: Orders
) -> None:
    """Reading needs no lock, hinders nobody, and can't write."""
    run(journal.add([order(1)], "r1"))
    reader = run(SqliteJournal.open(path, read_only=True))
    assert len(run(reader.submissions())) == 1
    run(journal.add([order(2)], "r1"))
    assert len(run(reader.submissions())) == 2
    assert reader.id == journal.id
    with (
        contextlib.closing(connections.connect_to_read(path)) as raw,
        pytest.raises(sqlite3.OperationalError, match="readonly"),
    ):
        raw.execute("DELETE FROM meta")
    with pytest.raises(JournalError, match=r"journal\.read_only"):
        run(reader.claim(order(1).key, "a1", "r1"))
    run(reader.close())


def test_a_journal_that_is_not_there_reads_as_empty(run: Runs, path: Path) -> None:
    """`history` before the first run makes no file."""
    reader = run(SqliteJournal.open(path, read_only=True))
    assert run(reader.submissions()) == []
    run(reader.close())
    assert not path.exists()


def test_a_lost_attempt_is_not_sendable_by_itself(
    run: Runs, path: Path, journal: SqliteJournal, order: Orders
) -> None:
    """Over any number of starts an order in doubt stays in doubt."""
    run(journal.add([order(1)], "r1"))
    run(journal.claim(order(1).key, "a1", "r1"))
    run(journal.record("a1", Outcome(Verdict.IN_DOUBT)))
    run(journal.close())
    for number in range(3):
        again = run(SqliteJournal.open(path))
        run(again.lose_dangling(f"r{number}"))
        (found,) = run(again.add([order(1)], f"r{number}"))
        assert found.state is State.IN_DOUBT
        assert not run(again.claim(order(1).key, f"b{number}", "r2"))
        run(again.close())
