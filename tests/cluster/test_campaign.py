"""A long campaign on several workers under kills, freezes, database crashes and a wrong clock, judged by the panel.

Off by default: `pytest -m campaign` runs a short one. The long one is a command:
`python tests/cluster/test_campaign.py --orders 20000 --kills 12 --freezes 8 --crashes 4`; with no harm at all it
measures: `--kills 0 --freezes 0 --crashes 0 --wrong-clock 0 --per-second 0 --workers 3`, or `--workers 0` for the
one-machine mode.
"""

import argparse
import csv
import importlib.util
import json
import os
import random
import re
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

from measuring import cpu_of, cpu_of_database

HERE = Path(__file__).parent
DAY = 86_400

SETTINGS = """
concurrency = {concurrency}

[cluster]
silent_after = {silent}
lost_after = {lost}
catalogue_every = 60
refresh_every = 3600

[panels.shop]
url = "{url}"
key = "env:SHOP_KEY"
connect_timeout = 2
add_timeout = {answer}
{limits}
"""


@dataclass(frozen=True)
class Plan:
    """What a campaign is made of; `workers` 0 is the one-machine mode. `per_second` is the panel's limit (0: none)."""

    orders: int = 900
    workers: int = 3
    lanes: int = 2
    concurrency: int = 8
    per_second: int = 60
    latency: str = "300-700ms"
    kills: int = 2
    freezes: int = 2
    crashes: int = 1
    wrong_clock: int = 1
    every: float = 4.0
    silent: float = 4.0
    answer: float = 3.0
    seed: int = 1


@dataclass
class Figures:
    """What came of it. What `faults` returns must all be 0; `in_doubt` is bounded by what was in flight."""

    orders: int = 0
    kills: int = 0
    freezes: int = 0
    crashes: int = 0
    sold: int = 0
    placed: int = 0
    in_doubt: int = 0
    in_doubt_sold: int = 0
    not_sent: int = 0
    most_in_a_second: int = 0
    seconds: float = 0.0
    settled_after: float = 0.0
    per_second: float = 0.0
    cpu_ms: float = 0.0
    database_cpu_ms: float = 0.0
    exit_codes: list[int] = field(default_factory=list)

    doubled: int = 0
    asked_twice: int = 0
    lost: int = 0
    wrong_ids: int = 0
    left: int = 0
    above_the_limit: int = 0

    def faults(self) -> dict[str, int]:
        """Return what must all be 0."""
        names = ("doubled", "asked_twice", "lost", "wrong_ids", "left", "above_the_limit")
        return {name: getattr(self, name) for name in names}


class Panel:
    """The pretend panel in a process of its own, asked over HTTP."""

    def __init__(self, latency: str) -> None:
        command = [
            sys.executable,
            "-m",
            "bulkorders",
            "sandbox",
            "--port",
            "0",
            "--json",
            "--latency",
            latency,
        ]
        self._process = subprocess.Popen(
            [*command, "--balance", "1000000000000"], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        told = json.loads(self._process.stdout.readline())
        self.key, self.url = told["key"], told["url"]

    def ask(self, what: str) -> Any:
        """Return `sold`, `requests` or `stats`."""
        with urllib.request.urlopen(f"{self.url.removesuffix('/api/v2')}/sandbox/{what}") as answer:  # noqa: S310 - loopback
            return json.load(answer)

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.communicate()


class Campaign:
    """Workers, a clerk without a key, what does them harm, and the judge."""

    def __init__(self, plan: Plan, cluster: Any, folder: Path) -> None:
        self.plan = plan
        self.cluster = cluster
        self.folder = folder
        self.url = cluster.database()
        self.figures = Figures(orders=plan.orders)
        self._draw = random.Random(plan.seed)  # noqa: S311 - the same harm in every run
        self._workers: list[subprocess.Popen[bytes]] = []
        self._cpu = 0.0

    def run(self) -> Figures:
        """Place all orders through all harms; judge."""
        self.panel = Panel(self.plan.latency)
        try:
            self._configure()
            self._submit()
            self._judge()
        finally:
            for worker in self._workers:
                if worker.poll() is None:
                    worker.kill()
                    worker.wait()
            self.panel.close()
        return self.figures

    def _configure(self) -> None:
        limit = f'limits = {{ add = "{self.plan.per_second}/s" }}' if self.plan.per_second else ""
        text = SETTINGS.format(
            concurrency=self.plan.concurrency,
            silent=self.plan.silent,
            lost=10 + 2 + 30 + 2 * self.plan.answer,
            answer=self.plan.answer,
            url=self.panel.url,
            limits=limit,
        )
        for place in ("machine", "clerk"):
            (self.folder / place).mkdir()
        (self.folder / "machine" / "bulkorders.toml").write_text(text, encoding="utf-8")
        with (self.folder / "clerk" / "may.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(("Service", "Link", "Quantity"))
            writer.writerows(
                ("1", f"https://example.com/post/{number}", 200) for number in range(self.plan.orders)
            )

    def _environment(self, place: str, **more: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BULKORDERS_")}
        home = str(self.folder / place / "home")
        journal = {"BULKORDERS_JOURNAL": self.url} if self.plan.workers else {}
        return {**kept, **journal, "BULKORDERS_HOME": home, **more}

    def _start(self, number: int) -> subprocess.Popen[bytes]:
        log = (self.folder / f"worker{number}.log").open("ab")
        own = (
            ["-m", "bulkorders"]
            if number >= self.plan.wrong_clock
            else [str(HERE / "wrong_clock.py"), str(DAY)]
        )
        worker = subprocess.Popen(
            [sys.executable, *own, "worker", "--yes", "--lanes", str(self.plan.lanes)],
            cwd=self.folder / "machine",
            env=self._environment("machine", SHOP_KEY=self.panel.key),
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
        )
        log.close()
        self._workers.append(worker)
        return worker

    def _submit(self) -> None:
        plan, began = self.plan, time.monotonic()
        here = [self._start(number) for number in range(plan.workers)]
        self._wait_ready(plan.workers)
        place, how = (
            ("clerk", ["--queue"]) if plan.workers else ("machine", ["--concurrency", str(plan.concurrency)])
        )
        sheet = self.folder / "clerk" / "may.csv"
        cpu, database = self._used(), self._database_used()
        done = subprocess.Popen(
            [sys.executable, "-m", "bulkorders", "submit", str(sheet), "--yes", "--json", *how],
            cwd=self.folder / place,
            env=self._environment(place, **({} if plan.workers else {"SHOP_KEY": self.panel.key})),
            stdout=subprocess.PIPE,
            stderr=(self.folder / "clerk.log").open("ab"),
        )
        assert done.stdout is not None
        done.stdout.read()
        self.figures.exit_codes.append(done.wait())
        began = time.monotonic() if plan.workers else began
        harms = ["kill"] * plan.kills + ["freeze"] * plan.freezes + ["crash"] * plan.crashes
        self._draw.shuffle(harms)
        for harm in harms:
            time.sleep(plan.every)
            self._do(harm, here)
        if plan.workers:
            self._until_done()
        self.figures.settled_after = round(time.monotonic() - began, 1)
        for worker in here:
            if worker.poll() is None:
                worker.terminate()
                self.figures.exit_codes.append(worker.wait(timeout=60))
        self.figures.cpu_ms = round((self._used() - cpu) / plan.orders * 1000, 2)
        self.figures.database_cpu_ms = round((self._database_used() - database) / plan.orders * 1000, 2)

    def _wait_ready(self, count: int) -> None:
        end = time.monotonic() + 60
        while count and time.monotonic() < end:
            logs = [path.read_text(encoding="utf-8") for path in self.folder.glob("worker*.log")]
            if sum("is ready" in log for log in logs) >= count:
                return
            time.sleep(0.2)
        assert not count, "\n".join(path.read_text() for path in self.folder.glob("worker*.log"))

    def _do(self, harm: str, here: list[subprocess.Popen[bytes]]) -> None:
        number = self._draw.randrange(len(here))
        worker = here[number]
        if harm == "kill":
            worker.kill()
            worker.wait()
            here[number] = self._start(number)
            self.figures.kills += 1
        elif harm == "freeze":
            worker.send_signal(signal.SIGSTOP)
            time.sleep(max(self.plan.silent, 10) + self._draw.uniform(2, 6))
            worker.send_signal(signal.SIGCONT)
            self.figures.freezes += 1
        else:
            self.cluster.stop("immediate")
            time.sleep(self._draw.uniform(0.2, 2.0))
            self.cluster.start()
            self.figures.crashes += 1

    def _kept(self) -> list[tuple[Any, ...]]:
        """Return link, state and ids of all orders: of the one machine, from its file."""
        asked = "SELECT link, state, order_ids FROM orders"
        if self.plan.workers:
            return self._ask(asked.replace("FROM ", "FROM bulkorders."))
        with closing(sqlite3.connect(self.folder / "machine" / "home" / "journal.sqlite")) as journal:
            return journal.execute(asked).fetchall()

    def _ask(self, statement: str) -> list[tuple[Any, ...]]:
        with self.cluster.connect(re.sub(r".*/", "", self.url)) as connection:
            return connection.execute(statement.encode()).fetchall()

    def _until_done(self) -> None:
        end = time.monotonic() + 120 + self.plan.orders / 5
        asked = "SELECT count(*) FROM bulkorders.orders WHERE state IN ('ready', 'sending')"
        while time.monotonic() < end and self._ask(asked)[0][0]:
            time.sleep(0.5)

    def _used(self) -> float:
        """Return the seconds of CPU of all workers, past and present."""
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        alive = sum(cpu_of(worker.pid) for worker in self._workers if worker.poll() is None)
        return used.ru_utime + used.ru_stime - self._cpu + alive

    def _database_used(self) -> float:
        """Return the seconds of CPU of the database's processes there are."""
        return cpu_of_database(self.cluster._data)  # noqa: SLF001 - the tests' own

    def _judge(self) -> None:
        """Hold the journal against the panel's own record of what it was asked and sold."""
        figures = self.figures
        requests, sold = self.panel.ask("requests"), self.panel.ask("sold")
        figures.asked_twice = len(requests) - len({each["params"]["link"] for each in requests})
        ids = {each["params"]["link"]: each["order"] for each in sold}
        figures.sold, figures.doubled = len(sold), len(sold) - len(ids)
        rows = {link: (state, json.loads(found)) for link, state, found in self._kept()}
        states = Counter(state for state, _ in rows.values())
        figures.placed, figures.in_doubt = states["placed"], states["in_doubt"]
        figures.left = self.plan.orders - figures.placed - figures.in_doubt - states["rejected"]
        figures.lost = sum(rows[link][0] not in ("placed", "in_doubt") for link in ids)
        figures.in_doubt_sold = sum(rows[link][0] == "in_doubt" for link in ids)
        figures.wrong_ids = sum(
            found != [ids.get(link)] for link, (state, found) in rows.items() if state == "placed"
        )
        times = sorted(datetime.fromisoformat(each["time"]).timestamp() for each in requests)
        (self.folder / "times.json").write_text(json.dumps(times), encoding="utf-8")
        figures.seconds = round(times[-1] - times[0], 1)
        figures.per_second = round(len(times) / max(figures.seconds, 1), 1)
        figures.most_in_a_second = max(_windows(times))
        if self.plan.per_second:
            figures.above_the_limit = sum(count > self.plan.per_second for count in _windows(times))
        if self.plan.workers:
            asked = "SELECT count(*) FROM bulkorders.attempts WHERE outcome IN ('not_sent', 'ruled_out')"
            figures.not_sent = self._ask(asked)[0][0]


def _windows(times: list[float]) -> Iterator[int]:
    """Yield, for each moment, how many came in the second that begins with it."""
    last = 0
    for first, moment in enumerate(times):
        while last < len(times) and times[last] < moment + 1:
            last += 1
        yield last - first


@pytest.mark.campaign
@pytest.mark.timeout(900)
def test_three_workers_share_a_campaign_through_all_harms(cluster, tmp_path):
    """Whatever happens to workers and database, nothing is sold twice, lost, left ready or placed under a wrong id."""
    figures = Campaign(Plan(), cluster, tmp_path).run()
    assert set(figures.faults().values()) == {0}, figures
    assert figures.placed > 0.9 * figures.orders, figures


def _servers() -> Any:
    """Return the tests' own way to a server."""
    spec = importlib.util.spec_from_file_location("servers", HERE.parent / "conftest.py")
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    sys.modules["servers"] = found
    spec.loader.exec_module(found)
    return found


def main() -> None:
    """Run a campaign of any size and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, value in asdict(Plan()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    parser.add_argument("--folder", type=Path, default=None, help="Where the logs stay.")
    given = vars(parser.parse_args())
    folder = given.pop("folder") or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    plan = Plan(**given)
    cluster = _servers().Cluster()
    try:
        figures = Campaign(plan, cluster, folder).run()
    finally:
        cluster.remove()
    print(json.dumps({"plan": asdict(plan), "figures": asdict(figures)}, indent=2))  # noqa: T201 - its purpose
    sys.exit(any(figures.faults().values()))


if __name__ == "__main__":
    main()
