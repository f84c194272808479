"""One, two and three workers on one PostgreSQL beside the one-machine mode, on the same slow panel in one run.

Each has as many orders in flight for itself as the one machine; there is no rate limit. The database's files are on the
disk that temporary folders are on, since each commit waits for it. What 10,000,000 orders a day would take is computed
from the measured cost of an order, and printed beside.
"""

import csv
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from measuring import (
    HERE,
    Figure,
    LoadPanel,
    at_least,
    at_most,
    bulkorders,
    cpu_of,
    cpu_of_database,
    figure,
    load_panel,
)

ORDERS = 3_000
LATENCY = "0.3-0.7"
LANES, CONCURRENCY = 8, 8
IN_FLIGHT = LANES * CONCURRENCY
MOST = 3
A_DAY = 10_000_000
MEAN = 0.5
"""Seconds that an order is on its way, on average."""

PEER = f"one machine, {IN_FLIGHT} in flight"

SETTINGS = """
concurrency = {concurrency}

[panels.shop]
url = "{url}"
key = "env:SHOP_KEY"
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a way of placing the sheet took: orders a second while posting, CPU an order in ms, of whom."""

    per_second: float
    ours: float
    clerk: float = 0.0
    database: float = 0.0

    @property
    def whole(self) -> float:
        """The CPU of all processes for each order."""
        return self.ours + self.clerk + self.database


def servers() -> ModuleType:
    """Return the tests' own way to a server, with its files on a disk."""
    spec = importlib.util.spec_from_file_location("servers", HERE.parent / "conftest.py")
    assert spec
    assert spec.loader
    found = importlib.util.module_from_spec(spec)
    sys.modules["servers"] = found
    spec.loader.exec_module(found)
    found.MEMORY = Path(os.devnull)
    return found


def sheet(folder: Path) -> Path:
    """Write the sheet."""
    path = folder / "orders.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("Service", "Link", "Quantity"))
        rows.writerows((number % 500 + 1, f"https://example.com/{number}", 500) for number in range(ORDERS))
    return path


def one_machine(panel: LoadPanel, folder: Path) -> Cost:
    """Place the sheet as one machine does: the whole command, journal and workbook and all."""
    home = Path(tempfile.mkdtemp(dir=folder))
    panel.ask("reset")
    told = bulkorders(
        *("submit", sheet(home), "--yes", "--json", "--concurrency", str(IN_FLIGHT)),
        environment={
            "BULKORDERS_HOME": str(home),
            "BULKORDERS_PANEL_URL": panel.url,
            "BULKORDERS_PANEL_KEY": "k",
        },
        folder=home,
    )
    assert json.loads(told.output)["counts"]["placed"] == ORDERS
    return Cost(rate(panel), told.cpu / ORDERS * 1000)


def rate(panel: LoadPanel) -> float:
    """Return the orders a second, by the panel's own clock; each was sold once."""
    told = panel.ask("figures")
    assert told["sold"] == ORDERS, told
    return told["sold"] / told["seconds"]


class Team:
    """So many workers on an empty database."""

    def __init__(self, panel: LoadPanel, folder: Path, cluster: Any, count: int) -> None:
        self.panel, self.cluster, self.url = panel, cluster, cluster.database()
        self.home = Path(tempfile.mkdtemp(dir=folder))
        self.environment = {"BULKORDERS_JOURNAL": self.url, "SHOP_KEY": "k"}
        text = SETTINGS.format(concurrency=CONCURRENCY, url=panel.url)
        (self.home / "bulkorders.toml").write_text(text, "utf-8")
        self.workers = [self._start(number) for number in range(count)]

    def _start(self, number: int) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "bulkorders", "worker", "--yes", "--lanes", str(LANES)]
        with (self.home / f"{number}.log").open("wb") as log:
            return subprocess.Popen(command, cwd=self.home, env=self._seen("home"), stdout=log, stderr=log)

    def _seen(self, home: str) -> dict[str, str]:
        return {**os.environ, **self.environment, "BULKORDERS_HOME": str(self.home / home)}

    def ready(self) -> None:
        """Wait until all of them are, and are quiet."""
        end = time.monotonic() + 60
        logs = [self.home / f"{number}.log" for number in range(len(self.workers))]
        while not all("is ready" in log.read_text("utf-8") for log in logs):
            assert time.monotonic() < end, [log.read_text("utf-8") for log in logs]
            time.sleep(0.2)
        time.sleep(2)

    def place(self) -> Cost:
        """Let a clerk queue the sheet, and wait until all of it is recorded."""
        self.panel.ask("reset")
        workers, database = self._used(), self._database()
        clerk = self.home / "clerk"
        clerk.mkdir()
        told = bulkorders(
            *("submit", sheet(clerk), "--queue", "--yes", "--json"),
            environment=self._seen("clerk"),
            folder=clerk,
        )
        self._until_recorded()
        spent, kept = self._used() - workers, self._database() - database
        each = 1000 / ORDERS
        return Cost(rate(self.panel), spent * each, told.cpu * each, kept * each)

    def _used(self) -> float:
        return sum(cpu_of(worker.pid) for worker in self.workers)

    def _database(self) -> float:
        return cpu_of_database(self.cluster._data)  # noqa: SLF001 - the tests' own

    def _until_recorded(self) -> None:
        left = "SELECT count(*) FROM bulkorders_engine.chunks WHERE state = 'open'"
        while self.panel.ask("figures")["sold"] < ORDERS:
            time.sleep(0.5)
        with self.cluster.connect(self.url.rpartition("/")[2]) as connection:
            while connection.execute(left).fetchone()[0]:
                time.sleep(0.2)
            states = connection.execute("SELECT DISTINCT state FROM bulkorders.orders").fetchall()
        assert states == [("placed",)], states

    def end(self) -> None:
        """End the workers."""
        for worker in self.workers:
            worker.terminate()
        for worker in self.workers:
            worker.wait()


def by_workers(panel: LoadPanel, folder: Path, cluster: Any, count: int) -> Cost:
    """Place the sheet with so many workers."""
    team = Team(panel, folder, cluster, count)
    try:
        team.ready()
        return team.place()
    finally:
        team.end()


def measure(runs: int) -> Iterator[Figure]:
    """Yield the figures of one, two and three workers."""
    alone: list[Cost] = []
    teams: dict[int, list[Cost]] = {count: [] for count in range(1, MOST + 1)}
    cluster = servers().Cluster()
    try:
        with tempfile.TemporaryDirectory() as name, load_panel(LATENCY, services=500) as panel:
            for _ in range(runs):
                alone.append(one_machine(panel, Path(name)))
                for count, costs in teams.items():
                    costs.append(by_workers(panel, Path(name), cluster, count))
    finally:
        cluster.remove()
    for count, costs in teams.items():
        yield from _beside(count, costs, alone)
    growth = [[each.per_second for each in teams[count]] for count in (MOST, 1)]
    yield figure(f"growth from 1 to {MOST} workers", "1 worker", "/s", growth[0], growth[1], at_least(1.5))
    for line in on_paper(teams[MOST], teams[1]):
        print(line, file=sys.stderr)


def _beside(count: int, costs: list[Cost], alone: list[Cost]) -> Iterator[Figure]:
    named = f"{count} worker{'s' if count > 1 else ''}, {count * IN_FLIGHT} in flight"
    rates = [[each.per_second for each in these] for these in (costs, alone)]
    yield figure(f"orders a second, {named}", PEER, "/s", *rates, at_least(0.8))
    peers = [each.ours for each in alone]
    for whose, spent, aim in (
        ("the workers", [each.ours for each in costs], 1.5),
        ("PostgreSQL", [each.database for each in costs], 1.0),
        ("workers, clerk and PostgreSQL", [each.whole for each in costs], 2.5),
    ):
        yield figure(f"CPU of {whose} for each order, {named}", PEER, "ms", spent, peers, at_most(aim))


def on_paper(costs: list[Cost], one: list[Cost]) -> Iterator[str]:
    """Yield what so many orders a day would take, at the cost of an order as measured with all workers."""
    a_second = A_DAY / 86_400
    ours, database = (
        statistics.median(getattr(each, name) for each in costs) for name in ("ours", "database")
    )
    alone = statistics.median(each.ours for each in one)
    yield (
        f"{A_DAY:,} orders a day are {a_second:.0f} a second: {a_second * ours / 1000:.2f} cores of workers, "
        f"{a_second * database / 1000:.2f} cores of PostgreSQL, {a_second * MEAN:.0f} in flight at {MEAN} s each"
    )
    # workers are added as needed, and the database is one
    yield (
        f"first to be full: a worker's one core, at {1000 / alone:.0f} orders a second; with as many workers as "
        f"that takes, PostgreSQL, at {1000 / database:.0f} a second for each of its cores"
    )
