"""The process is killed at a chosen system call: before it touches the journal, the spool, the socket, the results.

strace kills it as it enters the Nth call of a kind, so what precedes the call has happened and the call has
not. The ordinary run takes a sample of the points; `pytest -m exhaustive` takes them all.
"""

import re
import shutil
import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ORDERS = 5
DATABASE = ("", "-journal", "-wal")
FILES = (*DATABASE, ".mark", ".spool", ".lock", ".holder")

GROUPS = {
    "journal": "fsync,fdatasync,pwrite64,ftruncate,fallocate",
    "write": "write",
    "files": "openat,unlink,rename",
    "connect": "connect",
    "send": "sendto",
    "receive": "recvfrom",
}
"""Calls by what they touch. strace counts them for each thread: these groups are each at home in one."""

SAMPLE = (
    ("journal", 0.3),
    ("journal", 0.5),
    ("journal", 0.6),
    ("journal", 0.75),
    ("write", 0.5),
    ("send", 0.4),
    ("receive", 0.5),
    ("connect", 0.6),
)
"""Which points the ordinary run takes: a group, and how far through its calls."""

RESUMED = ("killed", "spooled")
"""How the run before may have ended, when the one that resumes is killed in its turn: with claims that dangle,
or with a disk that failed and answers in the spool."""


@dataclass
class Figures:
    """What was tried and what came of it."""

    tried: int = 0
    not_reached: int = 0
    in_doubt: int = 0
    spooled: int = 0
    faults: list[str] = field(default_factory=list)


class Trial:
    """One small campaign in a folder of its own, on the desk's panel."""

    def __init__(self, desk, warmed, judge, name):
        self._desk, self._warmed, self._judge, self._name = desk, warmed, judge, name
        self._kills = 0
        self.folder = desk.folder / name
        self.folder.mkdir()
        rows = [("1", f"https://example.com/{name}/{number}", 200 + number) for number in range(ORDERS)]
        self._sheet = desk.sheet(rows, name=f"{name}/{name}.csv")

    @property
    def home(self) -> Path:
        """Where the journal is."""
        return self.folder / "home"

    def submit(self, *trace):
        """Submit the sheet, under strace where it is given options."""
        environment = {**self._desk.environment, "BULKORDERS_HOME": str(self.home)}
        arguments = ["submit", str(self._sheet), "--yes", "--concurrency", "2", "--json"]
        return self._warmed.run(arguments, self.folder, environment, trace)

    def options(self, group):
        """Return what strace follows a group of calls with; files are ours alone, and no text is copied."""
        given = ["-s", "0", "-e", f"trace={GROUPS[group]}"]
        if group == "files":
            paths = [str(self.home / f"journal.sqlite{end}") for end in FILES]
            paths.append(str(self._sheet.with_suffix(".results.xlsx")))
            given += [word for path in paths for word in ("-P", path)]
        return given

    def calls(self):
        """Return how many calls of each group an undisturbed run makes, in the thread that makes most."""
        log = self.folder / "calls.txt"
        everything = ",".join(GROUPS[group] for group in GROUPS if group != "files")
        ended = self.submit("-s", "0", "-e", f"trace={everything}", "-o", str(log))
        assert ended.code in (0, 5), ended.out + ended.err
        groups = {**GROUPS, "sync": "fsync,fdatasync"}
        return {group: _most_in_a_thread(log, names.split(",")) for group, names in groups.items()}

    def calls_on_files(self):
        """Return how many calls of the group `files` an undisturbed run makes."""
        log = self.folder / "calls.txt"
        assert self.submit(*self.options("files"), "-o", str(log)).code == 0
        return _most_in_a_thread(log, GROUPS["files"].split(","))

    def sold(self):
        """Return what the panel sold to this campaign: pairs of link and id."""
        orders = [(order.params["link"], order.id) for order in self._desk.sandbox.shop.orders]
        return [(link, order_id) for link, order_id in orders if f"/{self._name}/" in link]

    def kill_at(self, group, number, killed):
        """Kill it at this call; return whether it came to that."""
        inject = f"inject={GROUPS[group]}:signal=SIGKILL:when={number}"
        ended = self.submit(*self.options(group), "-e", inject, "-o", str(self.folder / "trace.txt"))
        assert ended.code in (killed, 0, 5), ended.out + ended.err
        self._kills += ended.code == killed
        return ended.code == killed

    def fail_disk_at(self, number):
        """Let every sync of the journal fail from this one on; return whether answers were spooled."""
        paths = [word for end in DATABASE for word in ("-P", str(self.home / f"journal.sqlite{end}"))]
        fail = ["-e", "trace=fdatasync,fsync", "-e", f"inject=fdatasync,fsync:error=EIO:when={number}+"]
        ended = self.submit("-s", "0", *paths, *fail, "-o", str(self.folder / "trace.txt"))
        assert ended.code == 4, ended.out + ended.err
        # A claim whose commit failed may be on the disk all the same: nothing was sent, and nobody can say so.
        self._kills += 1
        return (self.home / "journal.sqlite.spool").exists()

    def faults(self):
        """Go on to the end, twice; return what is wrong, and how many orders are in doubt."""
        wrong = [] if _is_sound(self.home, self.folder / "copy") else ["the journal is damaged"]
        for _ in range(2):
            before = self.sold()
            ended = self.submit()
            if ended.code not in (0, 5):
                return [*wrong, f"exit {ended.code}: {ended.out}{ended.err}"], 0
            if judgement := self._judge(self.sold(), ended.json["orders"]):
                wrong.append(str(judgement))
        if self.sold() != before:
            wrong.append("the second resume sent something")
        in_doubt = ended.json["counts"]["in_doubt"]
        if in_doubt > 2 * self._kills:
            wrong.append(f"{in_doubt} in doubt, though no more than 2 were in flight at an interruption")
        return wrong, in_doubt


def _is_sound(home, copy):
    """Whether SQLite finds nothing wrong with a copy of the journal as the kill left it."""
    if not (home / "journal.sqlite").exists():
        return True
    shutil.copytree(home, copy)
    connection = sqlite3.connect(copy / "journal.sqlite")
    try:
        return connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    finally:
        connection.close()


def _most_in_a_thread(log, names):
    """Return how many calls of these names the thread made that made most of them."""
    calls = re.findall(r"^(\d+) +(\w+)\(", log.read_text(errors="replace"), re.MULTILINE)
    return max(Counter(thread for thread, name in calls if name in names).values(), default=0)


def _tried(make, points, killed, prepare=None):
    """Kill a fresh campaign at each of these points, after what came before; return the figures."""
    figures = Figures()
    for group, number in points:
        trial = make(f"{group}-{number}")
        if prepare is not None:
            figures.spooled += prepare(trial)
        figures.tried += 1
        figures.not_reached += not trial.kill_at(group, number, killed)
        wrong, in_doubt = trial.faults()
        figures.in_doubt += in_doubt
        figures.faults += [f"{group} {number}: {each}" for each in wrong]
        shutil.rmtree(trial.folder)
    return figures


@pytest.fixture
def make(desk, strace, warmed, judge):
    """Return what makes a campaign of a name, for a panel just slow enough for two orders to overlap."""
    desk.sandbox.latency = "20-40ms"
    return lambda name: Trial(desk, warmed, judge, name)


@pytest.mark.timeout(300)
def test_a_run_killed_at_a_sample_of_system_calls_doubles_and_loses_nothing(make, killed):
    """Killed at the journal, the network or a file, the next run places the rest, and nothing twice."""
    counted = make("count").calls()
    figures = _tried(make, [(group, 1 + int(counted[group] * part)) for group, part in SAMPLE], killed)
    assert figures.faults == []
    assert figures.tried == len(SAMPLE)
    assert figures.not_reached <= 1


@pytest.fixture(params=RESUMED)
def prepare(request, make, killed):
    """Return how the run before ends in the middle of sending; it tells whether that leaves answers in the spool."""
    calls = make("middle").calls()

    def kill(trial):
        trial.kill_at("send", calls["send"] // 2, killed)
        return False

    def fail_disk(trial):
        return trial.fail_disk_at(calls["sync"] // 2)

    return {"killed": kill, "spooled": fail_disk}[request.param]


@pytest.mark.timeout(300)
def test_a_run_that_resumes_and_is_killed_too_doubles_and_loses_nothing(make, prepare, killed):
    """Killed while it settles what an earlier run left, the next run still places the rest, and nothing twice."""
    trial = make("count")
    prepare(trial)
    count = trial.calls()["journal"]
    figures = _tried(make, [("journal", 1 + int(count * part)) for part in (0.2, 0.4, 0.7)], killed, prepare)
    assert figures.faults == []
    assert figures.not_reached <= 1


@pytest.mark.exhaustive
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("group", GROUPS)
def test_a_run_killed_at_any_system_call_doubles_and_loses_nothing(make, killed, group, record_property):
    """Killed at every single call of its kind, the next run places the rest, and nothing twice."""
    trial = make("count")
    count = trial.calls_on_files() if group == "files" else trial.calls()[group]
    figures = _tried(make, [(group, number) for number in range(1, count + 1)], killed)
    print(f"{group}: {figures}")  # noqa: T201 - the figures are what it is run for
    record_property("figures", str(figures))
    assert figures.faults == []
    assert figures.tried - figures.not_reached > 0


@pytest.mark.exhaustive
@pytest.mark.timeout(3600)
def test_a_run_that_resumes_killed_at_any_call_doubles_and_loses_nothing(
    make, prepare, killed, record_property
):
    """Killed at every single call on the journal while it resumes, the next run loses and doubles nothing."""
    trial = make("count")
    prepare(trial)
    count = trial.calls()["journal"]
    figures = _tried(make, [("journal", number) for number in range(1, count + 1)], killed, prepare)
    print(f"resumed: {figures}")  # noqa: T201 - the figures are what it is run for
    record_property("figures", str(figures))
    assert figures.faults == []
