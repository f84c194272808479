"""A team: workers as processes of their own, a clerk's folder without a key, one database."""

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SETTINGS = """
concurrency = 8

[cluster]
silent_after = 6
lost_after = 50

[panels.shop]
url = "{url}"
key = "env:SHOP_KEY"
connect_timeout = 2
add_timeout = 3
{more}
"""


@dataclass
class Team:
    """Workers with a key, a clerk's folder without one, and one database."""

    desk: Any
    database: str
    more: str = ""
    workers: list[subprocess.Popen[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.desk.hidden = ("BULKORDERS_PANEL_URL", "BULKORDERS_PANEL_KEY")
        self.desk.changes = {"BULKORDERS_JOURNAL": self.database}
        self.machine = self.desk.folder / "machine"
        self.machine.mkdir()
        self.configure()

    def configure(self, more: str = "") -> None:
        """Write the settings of the workers' machines."""
        text = SETTINGS.format(url=self.desk.sandbox.url, more=more or self.more)
        (self.machine / "bulkorders.toml").write_text(text, encoding="utf-8")

    @property
    def environment(self) -> dict[str, str]:
        """What workers see: the key as well."""
        home = str(self.machine / "home")
        return {**self.desk.environment, "SHOP_KEY": self.desk.sandbox.key, "BULKORDERS_HOME": home}

    def start(
        self, *arguments: str, before: tuple[str, ...] = (), wait: bool = True
    ) -> subprocess.Popen[str]:
        """Start a worker; return once it is ready."""
        log = (self.machine / f"worker{len(self.workers)}.log").open("w+", encoding="utf-8")
        worker = subprocess.Popen(
            [*before, *self.desk.command("worker", "--yes", *arguments)],
            cwd=self.machine,
            env=self.environment,
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        worker.log = Path(log.name)  # type: ignore[attr-defined]
        log.close()
        self.workers.append(worker)
        if wait:
            self.until(
                lambda: "is ready" in self.said(worker) or worker.poll() is not None, "a worker is ready"
            )
            assert worker.poll() is None, self.said(worker)
        return worker

    def said(self, worker: subprocess.Popen[str]) -> str:
        """Return what a worker has written."""
        return worker.log.read_text(encoding="utf-8")  # type: ignore[attr-defined]

    def stop(self, worker: subprocess.Popen[str], number: int = signal.SIGTERM) -> int:
        """Send a worker a signal and wait for its end; return its exit code."""
        if worker.poll() is None:
            worker.send_signal(signal.SIGCONT)
            worker.send_signal(number)
        return worker.wait(timeout=60)

    def until(self, seen: Callable[[], Any], what: str, seconds: float = 200) -> Any:
        """Look until something is seen; fail after so many seconds, which a working team never needs."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := seen():
                return found
            time.sleep(0.1)
        logs = "\n".join(self.said(worker)[-2000:] for worker in self.workers)
        raise AssertionError(f"not seen: {what}\n{logs}")

    def ask(self, cluster: Any, statement: str) -> list[tuple[Any, ...]]:
        """Ask the database."""
        with cluster.connect(re.sub(r".*/", "", self.database)) as connection:
            return connection.execute(statement.encode()).fetchall()

    def machine_run(self, *arguments: str) -> Any:
        """Run a command on the workers' machine, with the key; return what it printed as JSON."""
        done = subprocess.run(
            self.desk.command(*arguments, "--json"),
            cwd=self.machine,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        return json.loads(done.stdout)


@contextmanager
def teamed(desk: Any, database: str) -> Iterator[Team]:
    """Give a team; its workers are ended with it."""
    team = Team(desk, database)
    try:
        yield team
    finally:
        for worker in team.workers:
            if worker.poll() is None:
                os.kill(worker.pid, signal.SIGKILL)
                worker.wait(timeout=30)
