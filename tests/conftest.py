"""A desk with a pretend panel: sheets are written, whole commands are run as users run them."""

import csv
import io
import itertools
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from hypothesis import settings

from bulkorders.sandbox import Sandbox, running

CANARY = "canary-8f2c51d0e7"
"""The API key of every desk: it may stand nowhere but in the environment and on the wire."""

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of the tests' own is made in it
"""Where a server's files cost no disk: it is crashed by its processes, never by a power cut."""

PASSWORD = "p@ss/canary-51d0e7"  # noqa: S105 - of a server that lives as long as the tests
"""The password of the one database user who needs one: it may stand in no output."""

settings.register_profile("steady", derandomize=True, deadline=None, database=None)
settings.load_profile("steady")
"""The same examples in every run: what is found stays found. `--hypothesis-profile default` looks further."""

AGEING = (
    "UPDATE attempts SET claimed_at = earlier(claimed_at), finished_at = earlier(finished_at)",
    "UPDATE orders SET sent_at = earlier(sent_at), placed_at = earlier(placed_at), checked_at = earlier(checked_at)",
    "UPDATE runs SET started_at = earlier(started_at), finished_at = earlier(finished_at)",
    "UPDATE balances SET at = earlier(at)",
    "UPDATE events SET at = earlier(at)",
    "UPDATE entered SET at = earlier(at), entered_at = earlier(entered_at)",
)
"""What makes a journal older."""

HEADER = ("Service", "Link", "Quantity")


LONG = {
    "exhaustive": "every crash point and many thousand power cuts: an hour",
    "campaign": "long runs with many random harms, or of many days: minutes",
}
"""Marks of tests that run only when `-m` asks for them."""


def pytest_configure(config: pytest.Config) -> None:
    """Make the marks known."""
    for name, meaning in LONG.items():
        config.addinivalue_line("markers", f"{name}: {meaning}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long tests out, unless marks are asked for."""
    if config.getoption("markexpr"):
        return
    long = [item for item in items if any(item.get_closest_marker(name) for name in LONG)]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


@dataclass
class Ended:
    """What a command ended with."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one object on standard output."""
        return json.loads(self.out)

    def states(self) -> list[str]:
        """Return the states of the rows of the sheet, in its order."""
        return [order["state"] for order in self.json["orders"] if order["row"] is not None]


@dataclass
class Desk:
    """A folder with a journal of its own, and a panel to send orders to."""

    folder: Path
    sandbox: Sandbox
    changes: dict[str, str] = field(default_factory=dict)
    hidden: Sequence[str] = ()

    @property
    def environment(self) -> dict[str, str]:
        """What commands see: nothing of the machine's own settings, and the panel."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BULKORDERS_")}
        seen = {
            **kept,
            "BULKORDERS_PANEL_URL": self.sandbox.url,
            "BULKORDERS_PANEL_KEY": self.sandbox.key,
            "BULKORDERS_HOME": str(self.folder / "home"),
            "PYTHONWARNINGS": "error",
            **self.changes,
        }
        return {name: value for name, value in seen.items() if name not in self.hidden}

    def command(self, *arguments: str | Path) -> list[str]:
        """Return how a command is started in a process of its own."""
        return [sys.executable, "-m", "bulkorders", *map(str, arguments)]

    def run(self, *arguments: str | Path, typed: str = "") -> Ended:
        """Run a command to its end, nothing but `typed` on its standard input."""
        done = subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment,
            input=typed,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        assert CANARY not in done.stdout + done.stderr, "the API key was shown"
        return Ended(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: str | Path) -> subprocess.Popen[str]:
        """Start a command and return its process."""
        return subprocess.Popen(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def sheet(
        self,
        rows: Sequence[Sequence[object]],
        name: str = "campaign.csv",
        header: Sequence[str] = HEADER,
    ) -> Path:
        """Write a CSV order sheet and return where it is."""
        path = self.folder / name
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            writer.writerows(rows)
        return path

    def age_journal(self, *, seconds: float) -> None:
        """Make all that the journal holds so many seconds older, as if that time had passed."""
        earlier = timedelta(seconds=seconds)
        with closing(sqlite3.connect(self.folder / "home" / "journal.sqlite")) as journal, journal:
            journal.create_function(
                "earlier",
                1,
                lambda at: at and (datetime.fromisoformat(at) - earlier).isoformat(timespec="microseconds"),
            )
            triggers = journal.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
            ).fetchall()
            for name, _ in triggers:
                journal.execute(f"DROP TRIGGER {name}")
            for change in AGEING:
                journal.execute(change)
            for _, sql in triggers:
                journal.execute(sql)

    def sold(self) -> list[Mapping[str, str]]:
        """Return the parameters of every order the panel sold, in the order of sale."""
        return [order.params for order in self.sandbox.shop.orders]


def link(number: int) -> str:
    """Return a fictional link."""
    return f"https://example.com/post/{number}"


def rows(count: int, first: int = 1) -> list[tuple[str, str, int]]:
    """Return so many valid rows for the documented service 1."""
    return [("1", link(number), 200 + number) for number in range(first, first + count)]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Yield a desk whose panel delivers at once when told to, and not before; then look for the API key."""
    with running(balance="100000000", key=CANARY) as sandbox:
        yield Desk(tmp_path, sandbox)
    leaks = [path.name for path in tmp_path.rglob("*") if path.is_file() and _holds_key(path.read_bytes())]
    assert leaks == [], "the API key was written"


@pytest.fixture(scope="session")
def desk_class() -> type[Desk]:
    """Give the desk's class, for folders that several tests begin with."""
    return Desk


def _holds_key(content: bytes) -> bool:
    """Whether a file holds the API key, in a workbook's members too."""
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return any(CANARY.encode() in archive.read(name) for name in archive.namelist())
    return CANARY.encode() in content


def binaries() -> Path:
    """Return the folder of the newest server there is; the test is skipped where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    here = shutil.which("initdb")
    if not found and here is None:
        pytest.skip("the journal on PostgreSQL isn't tested: no server is installed (Debian: postgresql)")
    return (found[-1] if found else Path(str(here))).parent


def unprivileged() -> list[str]:
    """Return what runs a command as somebody else than root, whom the server refuses."""
    if os.name != "posix" or os.geteuid() != 0:
        return []
    import pwd  # noqa: PLC0415 - Windows has no such module, and needs none

    user = pwd.getpwnam("postgres")
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


class Cluster:
    """One server. Databases are made on demand, each empty. `secret` is the password of the user `clerk`."""

    secret = PASSWORD

    def __init__(self) -> None:
        self._bin = binaries()
        self._as = unprivileged()
        self._folder = Path(
            tempfile.mkdtemp(prefix="bulkorders-pg-", dir=MEMORY if MEMORY.is_dir() else None)
        )
        self._data = self._folder / "data"
        self._numbers = itertools.count(1)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        if self._as:
            shutil.chown(self._folder, int(self._as[1].partition("=")[2]))
        self._run("initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        hba = self._data / "pg_hba.conf"
        hba.write_text("host all clerk 127.0.0.1/32 scram-sha-256\n" + hba.read_text(encoding="utf-8"))
        self.start()
        with self.connect("postgres") as connection:
            connection.execute(f"CREATE ROLE clerk LOGIN PASSWORD '{PASSWORD}'".encode())

    def _run(self, program: str, *more: str) -> None:
        command = [*self._as, str(self._bin / program), "-D", str(self._data), *more]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=self._folder)
        if done.returncode:
            pytest.skip(f"the journal on PostgreSQL isn't tested: {program} failed: {done.stderr[-500:]}")

    def start(self) -> None:
        """Start the server, and wait until it takes connections."""
        how = f"-c port={self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self._folder}"
        # the log is a file: a pipe would be held open by the server
        self._run("pg_ctl", "-w", "-s", "-l", str(self._folder / "log"), "-o", how, "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop the server; `immediate` is a crash."""
        self._run("pg_ctl", "-w", "-s", "-m", mode, "stop")

    def remove(self) -> None:
        """Stop the server, and remove all it had."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def url(self, name: str, login: str = "postgres") -> str:
        """Return the URL of a database."""
        return f"postgresql://{login}@127.0.0.1:{self.port}/{name}"

    @property
    def login(self) -> str:
        """The user who needs a password, and the password, as a URL holds them."""
        return f"clerk:{quote(self.secret, safe='')}"

    def restore(self, name: str) -> None:
        """Dump a database, drop it, and restore it from the dump."""
        local = [f"--host={self._folder}", f"--port={self.port}", "--username=postgres"]
        dump = subprocess.run([self._bin / "pg_dump", *local, name], capture_output=True, check=True).stdout
        with self.connect("postgres") as connection:
            connection.execute(f"DROP DATABASE {name}".encode())
            connection.execute(f"CREATE DATABASE {name} OWNER clerk".encode())
        restore = [self._bin / "psql", *local, "--quiet", "-v", "ON_ERROR_STOP=1", name]
        subprocess.run(restore, input=dump, capture_output=True, check=True)

    def connect(self, name: str) -> "psycopg.Connection[tuple[object, ...]]":
        """Connect to a database, each statement for itself."""
        return psycopg.connect(self.url(name), autocommit=True)

    def database(self) -> str:
        """Make an empty database, and return its URL."""
        name = f"journal{next(self._numbers)}"
        with self.connect("postgres") as connection:
            connection.execute(f"CREATE DATABASE {name} OWNER clerk".encode())
        return self.url(name)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Return a PostgreSQL server of the tests' own; the user `clerk` needs a password there."""
    running = Cluster()
    yield running
    running.remove()


@pytest.fixture
def database(cluster: Cluster) -> str:
    """Return the URL of an empty database."""
    return cluster.database()
