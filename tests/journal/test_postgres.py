"""What is particular to the journal on PostgreSQL: several processes, lost connections, crashes, clocks."""

import asyncio
import contextlib
import hashlib
import re
import signal
import subprocess
import sys
import textwrap
import threading
import time

import psycopg
import pytest

from bulkorders.errors import JournalError
from bulkorders.journal.address import address_of
from bulkorders.journal.postgres import PostgresJournal
from bulkorders.journal.postgres.session import Session, Waits
from bulkorders.journal.protocol import Carried
from bulkorders.journal.relational.statements import statements
from bulkorders.model.lifecycle import State
from bulkorders.model.outcomes import Outcome, Verdict

PATIENT = Waits(patience=60, lost_after=0, silent_after=0)


@pytest.fixture
def backend():
    """Run on PostgreSQL alone."""
    return "postgres"


@pytest.fixture
def other(run, database):
    """Open the same journal once more, as another process would."""
    opened = []

    def open_it(**how):
        opened.append(run(PostgresJournal.open(address_of(database), **{"waits": PATIENT, **how})))
        return opened[-1]

    yield open_it
    for one in opened:
        run(one.close())


def ask(url, question, **values):
    """Return the first column of the rows of a question, asked beside the journal."""
    with psycopg.connect(url, autocommit=True, options="-c search_path=bulkorders") as connection:
        cursor = connection.execute(question, values)
        return [row[0] for row in cursor.fetchall()] if cursor.description else []


CLAIMS = """
    import asyncio, sys
    from bulkorders.journal.address import address_of
    from bulkorders.journal.postgres import PostgresJournal
    from bulkorders.journal.postgres.session import Waits
    from bulkorders.model.lifecycle import State

    async def main(url, name, clock, part):
        how = {"clock": lambda: clock} if clock else {}
        journal = await PostgresJournal.open(address_of(url), waits=Waits(patience=60), **how)
        keys = [one.key for one in await journal.submissions(states=[State.READY])][int(part or 0)::2 if part else 1]
        print("open", flush=True)
        sys.stdin.readline()

        async def claim(key):
            if await journal.claim(key, f"{name}-{key}", name):
                print(key, flush=True)

        for start in range(0, len(keys), 5):
            await asyncio.gather(*(claim(key) for key in keys[start:start + 5]))
        await journal.close()

    asyncio.run(main(*sys.argv[1:5]))
"""


def claimer(url, name, clock="", part=""):
    """Start a process that claims READY orders once it is told to; it prints each key it was granted.

    `part` 0 or 1: only every second one.
    """
    command = [sys.executable, "-c", textwrap.dedent(CLAIMS), url, name, clock, part]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "open\n"
    return process


def told(process, answer="go\n"):
    """Let the process go on, and return what it printed until its end."""
    out, _ = process.communicate(answer, timeout=100)
    return out.split()


class TestSeveralProcesses:
    """Nobody holds the journal alone, and yet each order is claimed once."""

    def test_two_processes_that_claim_the_same_orders_never_share_one(self, run, journal, order, database):
        """Each order is granted to exactly one of them, and attempts and events are numbered without a gap."""
        orders = [order(number) for number in range(1, 1_001)]
        run(journal.add(orders, "r1"))
        processes = [claimer(database, name) for name in ("p1", "p2")]
        for process in processes:
            process.stdin.write("go\n")
            process.stdin.flush()
        granted = [told(process, "") for process in processes]
        assert sorted(granted[0] + granted[1]) == sorted(one.key for one in orders)
        assert ask(database, "SELECT number FROM attempts ORDER BY number") == list(range(1, 1_001))
        assert ask(database, "SELECT seq FROM events ORDER BY seq") == list(range(1, 2_001))

    def test_processes_wait_for_their_turn(self, run, journal, order, database):
        """None is refused an order that is nobody else's, and the numbers have no gap."""
        orders = [order(number) for number in range(1, 601)]
        run(journal.add(orders, "r1"))
        processes = [claimer(database, f"p{part}", part=part) for part in ("0", "1")]
        for process in processes:
            process.stdin.write("go\n")
            process.stdin.flush()
        assert [len(told(process, "")) for process in processes] == [300, 300]
        assert ask(database, "SELECT number FROM attempts ORDER BY number") == list(range(1, 601))
        assert ask(database, "SELECT seq FROM events ORDER BY seq") == list(range(1, 1_201))

    def test_a_claim_is_refused_by_the_index_whatever_the_state_says(self, run, journal, order, database):
        """The database itself holds at most one live attempt an order."""
        run(journal.add([order(1)], "r1"))
        assert run(journal.claim(order(1).key, "a1", "r1"))
        insert = "INSERT INTO attempts (number, id, key, run, claimed_at) VALUES (9, 'a9', %(key)s, 'r', '')"
        with pytest.raises(psycopg.errors.UniqueViolation):
            ask(database, insert, key=order(1).key)

    @pytest.mark.parametrize(
        "change",
        [
            "DELETE FROM events", "UPDATE events SET kind = 'x'", "TRUNCATE events", "DELETE FROM attempts",
            "DELETE FROM orders", "TRUNCATE placed", "UPDATE orders SET state = 'ready', order_ids = '[]'",
        ],
    )  # fmt: skip
    def test_what_happened_is_not_rewritten(self, placed, database, change):
        """The tables themselves refuse it."""
        placed(1)
        with pytest.raises(psycopg.errors.RaiseException):
            ask(database, change)

    def test_every_session_waits_for_the_disk(self, database):
        """`synchronous_commit` is on whatever the database's own setting says."""
        name = database.rpartition("/")[2]
        ask(database, f"ALTER DATABASE {name} SET synchronous_commit = off")
        session = Session(address_of(database), who="", waits=PATIENT, read_only=False)
        session.open(None, accept_rollback=False)
        assert session.connection.execute("SHOW synchronous_commit").fetchone() == ("on",)
        session.close()

    @pytest.mark.usefixtures("journal")
    def test_every_statement_is_understood_by_the_server(self, database):
        """Shared or worded for it alone, each is parsed with its parameters."""
        with psycopg.connect(database, options="-c search_path=bulkorders") as connection:
            for name, text in statements("postgres").items():
                found = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", text)))
                query = re.sub(r"%\((\w+)\)s", lambda one, found=found: f"${found.index(one[1]) + 1}", text)
                if name.startswith("where_"):
                    table = "requests" if name in ("where_kind", "where_request_account") else "orders"
                    query = f"SELECT 1 FROM {table} WHERE {query}"
                connection.execute(f"PREPARE s_{name} AS {query.replace('%%', '%')}".encode())


class TestWhatDangles:
    """An attempt without an answer is in doubt once its process is gone and its time is past, not before."""

    def claimed(self, run, journal, order):
        """Claim one order, and ask for a refill of another."""
        run(journal.add([order(1)], "r1"))
        assert run(journal.claim(order(1).key, "a1", "r1"))
        return order(1).key

    def test_a_living_process_keeps_its_attempts(self, run, order, other):
        """Another that starts leaves them alone, however old they are."""
        key = self.claimed(run, other(), order)
        found = other(waits=Waits(lost_after=0, silent_after=60))
        assert run(found.lose_dangling("r2")) == []
        assert run(found.submissions(keys=[key]))[0].state is State.SENDING

    def test_a_young_attempt_of_a_dead_process_waits(self, run, journal, order, other):
        """Its answer may still come to light: deadline and longest answer aren't past."""
        key = self.claimed(run, journal, order)
        run(journal.close())
        found = other(waits=Waits(lost_after=60, silent_after=0))
        assert run(found.lose_dangling("r2")) == []
        assert run(found.submissions(keys=[key]))[0].state is State.SENDING

    def test_an_old_attempt_of_a_dead_process_is_in_doubt(self, run, journal, order, other):
        """Nobody sends it again."""
        key = self.claimed(run, journal, order)
        run(journal.close())
        found = other(waits=Waits(lost_after=0, silent_after=60))
        assert [one.key for one in run(found.lose_dangling("r2"))] == [key]
        assert not run(found.claim(key, "a2", "r2"))

    def test_no_machines_clock_counts(self, run, journal, order, database, other):
        """A process whose clock is a day off changes nothing of what is old."""
        run(journal.add([order(1)], "r1"))
        (key,) = told(claimer(database, "p1", "2001-01-01T00:00:00.000000+00:00"))
        found = other(waits=Waits(lost_after=60, silent_after=0))
        assert run(found.lose_dangling("r2")) == []
        assert run(found.submissions(keys=[key]))[0].state is State.SENDING

    def test_events_have_the_databases_time(self, run, journal, order, database):
        """Which is the same for every machine."""
        (before,) = ask(database, "SELECT clock_timestamp()")
        run(journal.add([order(1)], "r1"))
        (event,) = run(journal.events())
        (after,) = ask(database, "SELECT clock_timestamp()")
        assert before.isoformat() < event.at < after.isoformat()


class Cut(Session):
    """A session whose connection is lost around the next COMMIT: before it, or after the database took it."""

    fault = ""
    away = False

    def connect(self):
        """Connect, unless the database is away."""
        if Cut.away:
            raise JournalError("journal.unreachable", path=self.address.shown, reason="it is away")
        super().connect()

    def commit(self):
        """Commit, or lose the connection as told."""
        fault, Cut.fault = Cut.fault, ""
        if fault.startswith("after"):
            self.connection.execute("COMMIT")
        Cut.away = fault.endswith("away")
        if fault:
            self.connection.close()
            raise psycopg.OperationalError("the connection was lost")
        super().commit()


class TestLostConnections:
    """A connection may be lost at any moment; what became of a commit is looked up, never assumed."""

    @pytest.fixture
    def cut(self, monkeypatch, run, reopen):
        """Return a journal whose connection can be cut."""
        monkeypatch.setattr("bulkorders.journal.postgres.Session", Cut)
        opened = run(reopen())
        yield opened
        run(opened.close())

    @pytest.mark.parametrize("fault", ["before", "after"])
    def test_an_unclear_claim_is_looked_up(self, run, cut, order, fault):
        """It is granted once, whether its commit took place before the connection was lost or not."""
        run(cut.add([order(1), order(2)], "r1"))
        Cut.fault = fault
        assert run(cut.claim(order(1).key, "a1", "r1"))
        assert [one.id for one in run(cut.attempts(order(1).key))] == ["a1"]
        assert [one.kind for one in run(cut.events(key=order(1).key))] == ["add", "claim"]
        assert run(cut.claim(order(2).key, "a2", "r1"))

    @pytest.mark.parametrize("fault", ["before", "after"])
    def test_an_unclear_answer_is_recorded_once(self, run, cut, order, accept, fault):
        """Neither lost nor written twice."""
        run(cut.add([order(1)], "r1"))
        run(cut.claim(order(1).key, "a1", "r1"))
        Cut.fault = fault
        assert run(cut.record("a1", accept("77"))).order_ids == ("77",)
        assert [one.kind for one in run(cut.events(key=order(1).key))] == ["add", "claim", "accept"]

    @pytest.mark.parametrize("fault", ["before", "after"])
    def test_each_of_an_unclear_group_is_told_its_own(self, run, cut, order, accept, fault):
        """What was refused stays refused, what was done is done once, whichever time the group ran."""
        run(cut.add([order(number) for number in range(1, 4)], "r1"))
        run(cut.claim(order(1).key, "a1", "r1"))

        async def together():
            return await asyncio.gather(
                cut.claim(order(2).key, "a2", "r1"),
                cut.claim("nobody", "a3", "r1"),
                cut.record("never", accept("70")),
                cut.record("a1", accept("71")),
                cut.claim(order(2).key, "a4", "r1"),
                cut.claim(order(3).key, "a5", "r1"),
                return_exceptions=True,
            )

        Cut.fault = fault
        claimed, unknown, never, placed, late, other = run(together())
        assert (claimed, late, other) == (True, False, True)
        assert (unknown.code, never.code) == ("journal.unknown_order", "journal.unknown_attempt")
        assert placed.order_ids == ("71",)
        kinds = [[each.kind for each in run(cut.events(key=order(number).key))] for number in (1, 2, 3)]
        assert kinds == [["add", "claim", "accept"], ["add", "claim"], ["add", "claim"]]

    def test_a_database_that_stays_away_grants_nothing(self, run, order, database, monkeypatch):
        """Claim and answer say so; a claim that was committed all the same is withdrawn as soon as it is back."""
        monkeypatch.setattr("bulkorders.journal.postgres.Session", Cut)
        journal = run(PostgresJournal.open(address_of(database), waits=Waits(patience=0.2)))
        run(journal.add([order(1), order(2)], "r1"))
        Cut.fault = "after, and away"
        with pytest.raises(JournalError) as raised:
            run(journal.claim(order(1).key, "a1", "r1"))
        assert raised.value.code == "journal.unreachable"
        with pytest.raises(JournalError):
            run(journal.record("a1", Outcome(Verdict.NOT_SENT)))
        Cut.away = False
        assert run(journal.claim(order(2).key, "a2", "r1"))
        first, second = run(journal.submissions())
        assert (first.state, second.state) == (State.READY, State.SENDING)
        assert [one.outcome for one in run(journal.attempts(first.key))] == ["not_sent"]
        run(journal.close())

    def test_a_server_that_crashes_forgets_no_claim_that_was_granted(
        self, run, order, cluster, database, other
    ):
        """`pg_ctl stop -m immediate` three times in the middle of claims: each granted one is there, once."""
        journal = other()
        orders = [order(number) for number in range(1, 601)]
        run(journal.add(orders, "r1"))
        done = threading.Event()

        def crash():
            for _ in range(3):
                time.sleep(0.3)
                cluster.stop("immediate")
                cluster.start()
            done.set()

        granted = []

        async def claim_all():
            async def claim(key):
                if await journal.claim(key, f"a-{key}", "r1"):
                    granted.append(key)

            left = [one.key for one in orders]
            while left:
                await asyncio.gather(*(claim(key) for key in left[:5]))
                left = left[5:]
                if not done.is_set():
                    await asyncio.sleep(0.01)

        crashing = threading.Thread(target=crash)
        crashing.start()
        run(claim_all())
        crashing.join()
        assert sorted(granted) == sorted(one.key for one in orders)
        assert ask(database, "SELECT count(*) FROM attempts WHERE outcome IS NULL") == [600]
        assert ask(database, "SELECT count(*) FROM events WHERE kind = 'claim'") == [600]

    def test_a_process_that_is_killed_leaves_its_claim_and_frees_its_turn(
        self, run, journal, order, database, other
    ):
        """Kill -9 between claim and answer: the order is in doubt, and the others go on."""
        run(journal.add([order(number) for number in range(1, 41)], "r1"))
        process = claimer(database, "p1")
        process.stdin.write("go\n")
        process.stdin.flush()
        first = process.stdout.readline().strip()
        process.send_signal(signal.SIGKILL)
        rest, _ = process.communicate(timeout=60)
        granted = {first, *rest.split()}
        found = other(waits=Waits(lost_after=0, silent_after=0))
        lost = {one.key for one in run(found.lose_dangling("r2"))}
        assert granted <= lost
        assert {one.state for one in run(found.submissions(keys=sorted(granted)))} == {State.IN_DOUBT}
        ready = run(found.submissions(states=[State.READY]))
        assert all(run(found.claim(one.key, f"b-{one.key}", "r2")) for one in ready)

    def test_a_frozen_process_holds_the_others_up_for_a_while_only(
        self, run, journal, order, database, other
    ):
        """One that stops within its turn loses it after the server's limit, and what it did is undone."""
        run(journal.add([order(1)], "r1"))
        frozen = Session(address_of(database), who="", waits=Waits(idle=0.5), read_only=False)
        frozen.open(None, accept_rollback=False)
        frozen.begin()
        assert run(other().claim(order(1).key, "a1", "r1"))
        with contextlib.suppress(psycopg.Error):
            frozen.commit()
        frozen.close()


class TestOpening:
    """What is refused before anything is sent."""

    @pytest.mark.parametrize("setting", ["fsync = off", "full_page_writes = off"])
    def test_a_server_that_forgets_commits_is_refused(self, run, cluster, database, setting):
        """Its settings are read back, as the file's are."""
        with cluster.connect("postgres") as connection:
            connection.execute(f"ALTER SYSTEM SET {setting}")
            connection.execute("SELECT pg_reload_conf()")
            try:
                until = time.monotonic() + 30
                while ask(database, f"SHOW {setting.split()[0]}") != ["off"] and time.monotonic() < until:
                    time.sleep(0.05)
                with pytest.raises(JournalError) as raised:
                    run(PostgresJournal.open(address_of(database)))
            finally:
                connection.execute(f"ALTER SYSTEM RESET {setting.split()[0]}")
                connection.execute("SELECT pg_reload_conf()")
        assert raised.value.code == "journal.server_unsafe"

    def test_a_newer_schema_and_foreign_tables_are_refused(self, run, journal, database):
        """Neither is touched."""
        run(journal.close())
        ask(database, "UPDATE meta SET value = '99' WHERE name = 'schema' RETURNING 1")
        with pytest.raises(JournalError) as raised:
            run(PostgresJournal.open(address_of(database)))
        assert raised.value.code == "journal.newer"
        ask(database, "DELETE FROM meta RETURNING 1")
        with pytest.raises(JournalError) as raised:
            run(PostgresJournal.open(address_of(database)))
        assert raised.value.code == "journal.foreign"

    def test_two_that_open_a_new_database_at_once_make_one_journal(self, run, database):
        """The schema is made under a lock."""

        async def both():
            return await asyncio.gather(*(PostgresJournal.open(address_of(database)) for _ in range(4)))

        journals = run(both())
        assert len({one.id for one in journals}) == 1
        for one in journals:
            run(one.close())

    def test_a_database_restored_under_a_run_stops_it(self, run, journal, order, database):
        """It no longer knows the run's last group, and takes nothing more from it."""
        run(journal.add([order(1)], "r1"))
        ask(database, "UPDATE writers SET last_group = 0 RETURNING 1")
        with pytest.raises(JournalError) as raised:
            run(journal.claim(order(1).key, "a1", "r1"))
        assert raised.value.code == "journal.restored"

    def test_odd_addresses_show_no_password(self):
        """Whatever a password holds, escaped or not, what is shown lacks it."""
        for password in ("p@ss", "p%40ss", "a/b?c", "x:y", "@@"):
            for address in (
                f"postgresql://u:{password}@h:5/d?sslmode=disable",
                f"postgres://h/d?user=u&password={password}",
            ):
                if "?" in password and "password=" in address:
                    continue
                found = address_of(address)
                assert password not in found.shown + repr(found) + found.stem
                assert password not in found.url.replace("sslmode", "")


class TestCarrying:
    """A queue's jobs are written with the orders, or not at all."""

    def carry(self, table):
        """Return what writes the key of each READY order into a table."""
        statement = f"INSERT INTO {table} VALUES (%(key)s)"
        return lambda found: [
            Carried(statement, {"key": one.key}) for one in found if one.state is State.READY
        ]

    def test_a_callers_statement_is_committed_with_the_orders(self, run, journal, order, database):
        """It is told how the orders stand."""
        ask(database, "CREATE TABLE public.jobs AS SELECT ''::text AS key LIMIT 0")
        run(journal.add([order(1), order(2)], "r1", carrying=self.carry("jobs")))
        assert sorted(ask(database, "SELECT key FROM public.jobs")) == sorted([order(1).key, order(2).key])

    def test_where_it_fails_no_order_is_added(self, run, journal, order):
        """And the caller is told."""
        with pytest.raises(JournalError):
            run(journal.add([order(1)], "r1", carrying=self.carry("no_such_table")))
        assert run(journal.submissions()) == []


class TestRefused:
    """What the server refuses of one operation."""

    def test_an_id_too_long_for_the_index_is_refused_alone(self, run, journal, order, accept):
        """The others of its group have their orders, and the order it was for stays as it was."""
        run(journal.add([order(number) for number in range(1, 4)], "r1"))
        run(journal.claim(order(1).key, "a1", "r1"))
        run(journal.claim(order(2).key, "a2", "r1"))
        # without repetitions: the server packs what an index holds
        long = "".join(hashlib.sha256(bytes([number])).hexdigest() for number in range(250))

        async def together():
            return await asyncio.gather(
                journal.record("a1", accept(long)),
                journal.record("a2", accept("72")),
                journal.claim(order(3).key, "a3", "r1"),
                return_exceptions=True,
            )

        refused, placed, claimed = run(together())
        assert (refused.code, placed.order_ids, claimed) == ("journal.refused", ("72",), True)
        states = [one.state for one in run(journal.submissions())]
        assert states == [State.SENDING, State.PLACED, State.SENDING]


class TestTurns:
    """Nobody has the turn for long."""

    def test_a_large_sheet_is_added_in_parts(self, run, journal, order, database):
        """Each part is one transaction, and what is carried is told of each."""
        ask(database, "CREATE TABLE public.jobs AS SELECT 0 AS number LIMIT 0")
        parts = []

        def carrying(found):
            parts.append(len(found))
            return [Carried("INSERT INTO jobs VALUES (%(number)s)", {"number": len(found)})]

        orders = [order(number) for number in range(1, 2_501)]
        assert [one.key for one in run(journal.add(orders, "r1", carrying=carrying))] == [
            one.key for one in orders
        ]
        assert parts == ask(database, "SELECT number FROM public.jobs") == [1_000, 1_000, 500]

    def test_an_order_under_way_elsewhere_is_not_resolved(self, run, journal, order):
        """Neither placed nor ruled out while its answer may still come."""
        run(journal.add([order(1)], "r1"))
        run(journal.claim(order(1).key, "a1", "r1"))
        for event in ("find", "rule out"):
            with pytest.raises(JournalError) as raised:
                run(journal.resolve(order(1).key, event, order_ids=["5"], run="r2"))
            assert raised.value.code == "journal.under_way"
