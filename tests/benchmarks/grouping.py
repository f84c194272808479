"""The journal beside itself: claims and answers in shared commits, and each with a commit of its own."""

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import whole_runs
from journals import orders
from measuring import Figure, at_least, at_most, figure, load_panel, told_only

from bulkorders.journal.opening import open_journal
from bulkorders.journal.sqlite import connection
from bulkorders.model.outcomes import Outcome, Verdict

IN_FLIGHT = 50


async def durable(folder: Path, in_flight: int, campaign: str) -> float:
    """Return claims and answers a second with so many orders in flight, each durable before the next step."""
    return await kept(folder / "journal.sqlite", in_flight, campaign)


async def forgetful(folder: Path, campaign: str) -> float:
    """Return the same of the very same journal in WAL and NORMAL, a commit for each event: the usual advice.

    After a power cut it has forgotten what it acknowledged.
    """

    def careless(database: sqlite3.Connection, _path: Path) -> None:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")

    with mock.patch.object(connection, "make_durable", careless):
        return await kept(folder / "forgetful.sqlite", 1, campaign)


async def kept(path: Path, in_flight: int, campaign: str) -> float:
    """Return claims and answers a second of the journal at this path."""
    journal = await open_journal(path)
    left = [one.key for one in await journal.add(orders(campaign), "r")]
    count = len(left)

    async def work() -> None:
        while left:
            key = left.pop()
            assert await journal.claim(key, f"a-{key}", "r")
            await journal.record(
                f"a-{key}", Outcome(Verdict.ACCEPTED, order_ids=(f"o-{key}",), http_status=200)
            )

    began = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(in_flight)))
    took = time.perf_counter() - began
    await journal.close()
    return count / took


def bare(folder: Path, campaign: str) -> float:
    """Return orders a second of a table without an index, two small rows an order, in WAL and NORMAL."""
    database = sqlite3.connect(folder / f"{campaign}.sqlite", isolation_level=None)
    database.executescript(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
        "CREATE TABLE events (key TEXT, at TEXT, kind TEXT, facts TEXT);"
    )
    keys = [one.key for one in orders(campaign)]
    began = time.perf_counter()
    for key in keys:
        for kind in ("claim", "accept"):
            database.execute("INSERT INTO events VALUES (?, ?, ?, ?)", (key, "2026-11-01", kind, "{}"))
    took = time.perf_counter() - began
    database.close()
    return len(keys) / took


def share(runs: int) -> Iterator[Figure]:
    """Yield how much longer posting takes with the journal than with one that costs nothing, and its CPU."""
    kept, free, cpu = [], [], []
    with tempfile.TemporaryDirectory() as name, load_panel(0.1) as panel:
        folder = Path(name)
        sheet = whole_runs.sheet(folder / "orders.xlsx", whole_runs.ORDERS)
        for _ in range(runs):
            free.append(whole_runs.watched(panel, folder, sheet, IN_FLIGHT, "--no-journal")["seconds"])
            told = whole_runs.watched(panel, folder, sheet, IN_FLIGHT)
            kept.append(told["seconds"])
            cpu.append(told["journal_cpu"])
    what = "posting of 10,000 orders, 100 ms, 50 at once, with the durable journal"
    yield figure(what, "with one that costs nothing", "s", kept, free, at_most(1.05))
    yield figure("CPU of the journal's thread meanwhile", "that posting", "s", cpu, kept, told_only())


def measure(runs: int) -> Iterator[Figure]:
    """Yield the gain of shared commits, the journal beside forgetful ones, and its share of a run."""
    yield from share(runs)
    grouped, single, forgetting, least = [], [], [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(runs):
            single.append(asyncio.run(durable(folder, 1, f"single-{number}")))
            grouped.append(asyncio.run(durable(folder, IN_FLIGHT, f"grouped-{number}")))
            forgetting.append(asyncio.run(forgetful(folder, f"forgetting-{number}")))
            least.append(bare(folder, f"bare-{number}"))
    for what, peer, theirs, aim in (
        ("journal, 50 in flight, claim and answer durable", "1 in flight", single, at_least(15)),
        ("the same", "the same journal in WAL + NORMAL, a commit an event", forgetting, at_least(1)),
        ("the same", "a bare table in WAL + NORMAL, a commit an event", least, told_only()),
    ):
        yield figure(what, peer, "/s", grouped, theirs, aim)
