"""A long campaign under kill -9, freezes and a full disk, judged by the panel's own record of what it sold.

Off by default: `pytest -m campaign` runs a short one. A long one is a command:
`python tests/crash/test_campaign.py --orders 20000 --kills 200`.
"""

import argparse
import contextlib
import csv
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pytest

resource = pytest.importorskip("resource", reason="a disk is made to seem full with it")

JOURNAL_FULL = 4000
"""Bytes a file may have when no disk can be filled: an answer's line in the spool fits, a page of the journal not."""


@dataclass(frozen=True)
class Plan:
    """What a campaign is made of. Orders stand in sheets of `rows`; freezes last longer than the deadline."""

    orders: int = 1200
    rows: int = 400
    kills: int = 9
    freezes: int = 1
    full_disks: int = 2
    concurrency: int = 30
    latency: str = "300-700ms"
    frozen_seconds: float = 11.0
    seed: int = 1


@dataclass
class Figures:
    """What came of it. All but the first group must be 0; `in_doubt` is bounded by what was in flight."""

    orders: int = 0
    runs: int = 0
    kills: int = 0
    kills_before_sending: int = 0
    freezes: int = 0
    full_disks: int = 0
    sold: int = 0
    placed: int = 0
    in_doubt: int = 0
    in_doubt_sold: int = 0
    in_doubt_a_kill: float = 0.0
    seconds: float = 0.0
    exit_codes: dict[int, int] = field(default_factory=dict)

    doubled: int = 0
    asked_twice: int = 0
    lost: int = 0
    wrong_ids: int = 0
    other_states: int = 0
    crashes: int = 0
    sent_by_the_last_run: int = 0

    def faults(self) -> dict[str, int]:
        """Return what must all be 0."""
        names = (
            "doubled",
            "asked_twice",
            "lost",
            "wrong_ids",
            "other_states",
            "crashes",
            "sent_by_the_last_run",
        )
        return {name: getattr(self, name) for name in names}


class Panel:
    """The pretend panel in a process of its own, asked over HTTP."""

    def __init__(self, latency: str) -> None:
        balance = ["--balance", "1000000000000"]
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "bulkorders",
                "sandbox",
                "--port",
                "0",
                "--json",
                "--latency",
                latency,
                *balance,
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        told = json.loads(self._process.stdout.readline())
        self.key = told["key"]
        self.url = told["url"]

    def ask(self, what: str) -> Any:
        """Return `sold`, `requests` or `stats`."""
        with urllib.request.urlopen(f"{self.url.removesuffix('/api/v2')}/sandbox/{what}") as answer:  # noqa: S310 - loopback
            return json.load(answer)

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.communicate()


class Disk:
    """The folder the journal is in, which can be filled to the last byte, or, without root, seem to be full."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=1g", "tmpfs", str(folder)]
        can_mount = sys.platform == "linux" and os.geteuid() == 0
        self.real = can_mount and subprocess.run(mount, capture_output=True, check=False).returncode == 0
        self._ballast = folder / "ballast"

    def fill(self, pid: int) -> None:
        """Leave no room for anything new."""
        if not self.real:
            hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (JOURNAL_FULL, hard))
            return
        with self._ballast.open("wb", buffering=0) as file:
            for size in (1 << 24, 1 << 20, 1 << 12, 1):
                with contextlib.suppress(OSError):
                    while file.write(bytes(size)) == size:
                        pass

    def empty(self) -> None:
        """Make room again."""
        self._ballast.unlink(missing_ok=True)

    def close(self) -> None:
        """Take it away."""
        if self.real:
            subprocess.run(["umount", "-l", str(self.folder)], check=True)


class Campaign:
    """Runs `submit` over the sheets, does harm to it, and judges."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self.plan = plan
        self.folder = folder
        self.figures = Figures(orders=plan.orders)
        self._draw = random.Random(plan.seed)  # noqa: S311 - a rehearsal
        self._codes: Counter[int] = Counter()
        self.sheets = list(self._sheets())

    def run(self) -> Figures:
        """Go through all of it and return the figures."""
        began = time.monotonic()
        self.panel = Panel(self.plan.latency)
        self.disk = Disk(self.folder / "home")
        try:
            harms = self._harms()
            for sheet in self.sheets:
                self._work(sheet, [harm for at, harm in harms if at == sheet])
            self._judge()
        finally:
            self.panel.close()
            self.disk.close()
        self.figures.seconds = round(time.monotonic() - began, 1)
        self.figures.exit_codes = dict(sorted(self._codes.items()))
        return self.figures

    def _sheets(self) -> Iterator[Path]:
        for first in range(0, self.plan.orders, self.plan.rows):
            path = self.folder / f"campaign-{first}.csv"
            with path.open("w", newline="", encoding="utf-8") as file:
                writer = csv.writer(file)
                writer.writerow(("Service", "Link", "Quantity"))
                for number in range(first, min(first + self.plan.rows, self.plan.orders)):
                    writer.writerow(("1", f"https://example.com/campaign/{number}", 200 + number % 500))
            yield path

    def _harms(self) -> list[tuple[Path, str]]:
        """Return which sheet meets which harm, in the order they happen: kills evenly, the rest where it falls."""
        plan = self.plan
        harms = [(self.sheets[number % len(self.sheets)], "kill") for number in range(plan.kills)]
        rest = ["freeze"] * plan.freezes + ["full"] * plan.full_disks
        harms += [(self._draw.choice(self.sheets), harm) for harm in rest]
        self._draw.shuffle(harms)
        return harms

    def _work(self, sheet: Path, harms: list[str]) -> None:
        """Submit the sheet until every harm was done to it, then to its end."""
        left = self.plan.rows
        while harms:
            start = self._attempts()
            harm = harms.pop()
            running = self._start(sheet)
            if harm == "kill" and self._draw.random() < 1 / 8:
                time.sleep(self._draw.uniform(0, 3))
                self.figures.kills_before_sending += self._attempts() == start
                self._kill(running)
            else:
                self._wait_for(running, start + 1 + int(self._draw.uniform(0, left / (len(harms) + 2))))
                time.sleep(self._draw.uniform(0, 0.4))
                getattr(self, f"_{harm}")(running)
            left -= self._attempts() - start
            if running.returncode not in (None, -signal.SIGKILL) and left <= 0:
                break
        self._end(self._start(sheet))

    def _start(self, sheet: Path) -> "subprocess.Popen[bytes]":
        self.figures.runs += 1
        given = ["--yes", "--json", "--concurrency", str(self.plan.concurrency)]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BULKORDERS_")}
        with self._told(sheet).open("wb") as out, (self.folder / "errors.txt").open("ab") as errors:
            return subprocess.Popen(
                [sys.executable, "-m", "bulkorders", "submit", sheet.name, *given],
                cwd=self.folder,
                env={
                    **kept,
                    "BULKORDERS_PANEL_URL": self.panel.url,
                    "BULKORDERS_PANEL_KEY": self.panel.key,
                    "BULKORDERS_HOME": str(self.disk.folder),
                },
                stdout=out,
                stderr=errors,
            )

    def _told(self, sheet: Path) -> Path:
        return sheet.with_suffix(".json")

    def _attempts(self) -> int:
        """Return how many claims the journal has had: its mark says so, and asking it disturbs nobody."""
        with contextlib.suppress(OSError, IndexError, ValueError):
            return int((self.disk.folder / "journal.sqlite.mark").read_text().split()[1])
        return 0

    def _wait_for(self, running: "subprocess.Popen[bytes]", attempts: int) -> None:
        until = time.monotonic() + 300
        while running.poll() is None and self._attempts() < attempts:
            assert time.monotonic() < until, "nothing is sent any more"
            time.sleep(0.01)

    def _end(self, running: "subprocess.Popen[bytes]") -> None:
        """Let it end by itself."""
        code = running.wait(timeout=900)
        self._codes[code] += 1
        self.figures.crashes += code == 1

    def _kill(self, running: "subprocess.Popen[bytes]") -> None:
        if running.poll() is None:
            running.kill()
            running.wait()
            self.figures.kills += 1
        else:
            self._end(running)

    def _freeze(self, running: "subprocess.Popen[bytes]") -> None:
        if running.poll() is None:
            running.send_signal(signal.SIGSTOP)
            time.sleep(self.plan.frozen_seconds)
            running.send_signal(signal.SIGCONT)
            self.figures.freezes += 1
        time.sleep(self._draw.uniform(0, 2))
        self._kill(running)

    def _full(self, running: "subprocess.Popen[bytes]") -> None:
        if running.poll() is None:
            self.disk.fill(running.pid)
            self.figures.full_disks += 1
        self._end(running)
        self.disk.empty()

    def _judge(self) -> None:
        """Run every sheet once more, which must send nothing, and hold what it says against the panel's record."""
        figures, before = self.figures, len(self.panel.ask("requests"))
        rows: list[dict[str, Any]] = []
        for sheet in self.sheets:
            self._end(self._start(sheet))
            rows += json.loads(self._told(sheet).read_bytes())["orders"]
        requests = self.panel.ask("requests")
        figures.sent_by_the_last_run = len(requests) - before
        figures.asked_twice = len(requests) - len({each["params"]["link"] for each in requests})
        sold = self.panel.ask("sold")
        ids = {each["params"]["link"]: each["order"] for each in sold}
        figures.sold, figures.doubled = len(sold), len(sold) - len(ids)
        states = {row["link"]: row["state"] for row in rows}
        figures.lost = sum(states.get(link) not in ("placed", "in_doubt") for link in ids)
        placed = [row for row in rows if row["state"] == "placed"]
        figures.wrong_ids = sum(row["order_ids"] != [ids.get(row["link"])] for row in placed)
        figures.placed = len(placed)
        figures.in_doubt = sum(state == "in_doubt" for state in states.values())
        figures.in_doubt_sold = sum(states.get(link) == "in_doubt" for link in ids)
        figures.in_doubt_a_kill = round(figures.in_doubt / max(1, figures.kills), 1)
        figures.other_states = self.plan.orders - figures.placed - figures.in_doubt


@pytest.mark.campaign
@pytest.mark.timeout(600)
def test_a_campaign_under_kills_freezes_and_a_full_disk_doubles_and_loses_nothing(tmp_path):
    """Whatever happens to the process and its disk, nothing is sold twice, lost, or placed under a wrong id."""
    plan = Plan()
    figures = Campaign(plan, tmp_path).run()
    assert set(figures.faults().values()) == {0}, figures
    assert figures.placed > 0
    assert figures.in_doubt <= (plan.kills + plan.freezes) * plan.concurrency + 3 * figures.runs
    assert figures.kills > plan.kills // 2


def main() -> None:
    """Run a campaign of any size and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, value in asdict(Plan()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    plan = Plan(**vars(parser.parse_args()))
    with tempfile.TemporaryDirectory() as folder:
        figures = Campaign(plan, Path(folder)).run()
        told = (Path(folder) / "errors.txt").read_text(errors="replace")
    counted = Counter(told.splitlines())
    print(json.dumps({"plan": asdict(plan), "figures": asdict(figures)}, indent=2))  # noqa: T201 - its purpose
    print("\n".join(f"{count} × {line}" for line, count in counted.most_common(12)))  # noqa: T201 - its purpose
    sys.exit(any(figures.faults().values()))


if __name__ == "__main__":
    main()
