"""The power fails after any write of the real journal: nothing it had promised by then is forgotten.

strace records what the clerk (`clerk.py`) writes and syncs. The disk here is as bad as a real one may be:
what was not synced is there, or not, or in part, sector by sector; a new file's name is not on the disk
before its folder was synced. Each state a cut may leave is put into a folder and opened.
"""

import asyncio
import hashlib
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bulkorders.errors import JournalError
from bulkorders.journal.opening import open_journal, spool_path
from bulkorders.journal.spool import Spool

SECTOR = 512
CALLS = "openat,lseek,write,pwrite64,ftruncate,fallocate,fsync,fdatasync,unlink,rename"


# What the clerk did.


@dataclass(frozen=True)
class Step:
    """One thing that happened: `what` is make, write, size, sync, remove or say. `name` "" is the folder itself."""

    what: str
    name: str = ""
    offset: int = 0
    data: bytes = b""


class Transcript:
    """Reads what strace wrote (all strings in hexadecimal, descriptors with their paths) into steps."""

    _CALL = re.compile(r"^(\d+) +(\w+)\((.*)\) += (-?\d+)")
    _TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
    _DESCRIPTOR = re.compile(r"^(\d+)<((?:\\x[0-9a-f]{2})+)>")

    def __init__(self, folder):
        self._folder = str(folder)
        self._known = set()
        self._positions = {}

    def steps(self, log):
        """Yield the steps of one log, in the order they were completed; a promise counts from its beginning."""
        begun = {}
        for line in log.read_text(encoding="ascii").splitlines():
            thread = line.split(" ", 1)[0]
            if line.endswith("<unfinished ...>"):
                begun[thread] = line.removesuffix(" <unfinished ...>")
            elif " resumed>" in line:
                whole = begun.pop(thread) + line.partition(" resumed>")[2]
                yield from self._step(whole)
            else:
                yield from self._step(line)
        assert not [line for line in begun.values() if "pwrite64" in line], "a write was never completed"

    def _step(self, line):
        found = self._CALL.match(line)
        if found is None or int(found[4]) < 0:
            return
        name, arguments, result = found[2], found[3], int(found[4])
        if name == "write" and arguments.startswith("1<"):
            yield Step("say", data=self._text(arguments))
        elif name == "openat":
            yield from self._opened(arguments, result)
        elif name == "unlink":
            path = self._inside(self._text(arguments).decode())
            self._known.discard(path)
            yield from [Step("remove", path)] if path else []
        else:
            yield from self._on_descriptor(name, arguments, result)

    def _opened(self, arguments, descriptor):
        path = self._inside(self._text(arguments.partition(", ")[2]).decode())
        if not path:
            return
        self._positions[str(descriptor)] = 0
        if path not in self._known:
            self._known.add(path)
            yield Step("make", path)
        elif "O_TRUNC" in arguments:
            yield Step("size", path, 0)

    def _on_descriptor(self, call, arguments, result):
        found = self._DESCRIPTOR.match(arguments)
        path = None if found is None else self._inside(_bytes(found[2]).decode())
        if path is None:
            return
        number, numbers = found[1], re.findall(r"\b\d+\b", self._TEXT.sub("", arguments[found.end() :]))
        if call == "lseek":
            self._positions[number] = result
        elif call == "write":
            yield Step("write", path, self._positions[number], self._text(arguments)[:result])
            self._positions[number] += result
        elif call == "pwrite64":
            yield Step("write", path, int(numbers[-1]), self._text(arguments)[:result])
        elif call == "ftruncate":
            yield Step("size", path, int(numbers[-1]))
        elif call == "fallocate":
            yield Step("grow", path, int(numbers[-1]) + int(numbers[-2]))
        elif call in ("fsync", "fdatasync"):
            yield Step("sync", path)

    def _inside(self, path):
        """Return the name of a file in the folder, "" for the folder, None for what is elsewhere."""
        if path == self._folder:
            return ""
        return path.removeprefix(self._folder + "/") if path.startswith(self._folder + "/") else None

    def _text(self, arguments):
        found = self._TEXT.search(self._DESCRIPTOR.sub("", arguments))
        assert found is not None, arguments[:200]
        return _bytes(found[1])


def _bytes(text):
    return bytes.fromhex(text.replace("\\x", ""))


# The disk.


@dataclass
class File:
    """What is on the disk of a file, and what was done to it since it was synced."""

    durable: bytes = b""
    pending: list = field(default_factory=list)

    def content(self, keep):
        """Return its bytes where `keep()` says of each pending piece whether it reached the disk."""
        content = bytearray(self.durable)
        for step in self.pending:
            if step.what == "write":
                _write(content, step, keep)
            elif keep():
                grown = step.what == "size" or step.offset > len(content)
                if grown:
                    content[step.offset :] = bytes(max(0, step.offset - len(content)))
        return bytes(content)


def _write(content, step, keep):
    """Write a step's data sector by sector, those that are kept."""
    at, end = step.offset, step.offset + len(step.data)
    while at < end:
        until = min(end, (at // SECTOR + 1) * SECTOR)
        if keep():
            content.extend(bytes(max(0, until - len(content))))
            content[at:until] = step.data[at - step.offset : until - step.offset]
        at = until


class Disk:
    """A disk that keeps what was synced, and of the rest what it likes."""

    def __init__(self):
        self._live = {}
        self._durable = {}

    def do(self, step):
        """Let one step happen."""
        if step.what == "make":
            self._live[step.name] = File()
        elif step.what == "remove":
            del self._live[step.name]
        elif step.what != "sync":
            self._live[step.name].pending.append(step)
        elif step.name == "":
            self._durable = dict(self._live)
        else:
            file = self._live[step.name]
            file.durable, file.pending = file.content(_always), []

    def after_a_cut(self, keep):
        """Return the files as they are when the power comes back."""
        left = {}
        for name in {**self._durable, **self._live}:
            before, now = self._durable.get(name), self._live.get(name)
            file = now if before is now or keep() else before
            if file is not None:
                left[name] = file.content(keep)
        return left


def _always():
    return True


def _never():
    return False


# What must be found again.


@dataclass(frozen=True)
class Found:
    """What a journal holds after a cut: whether it is sound, and its facts as the clerk words them."""

    sound: bool
    facts: frozenset


@dataclass
class Figures:
    """Cuts tried, states they left, and of the cuts: in how many a promise was broken or the journal damaged."""

    cuts: int = 0
    states: int = 0
    forgotten: int = 0
    damaged: int = 0
    refused: int = 0


class PowerCuts:
    """Cuts the power after each step, in several ways, and looks what is left."""

    def __init__(self, folder, *, ways, open_every=0):
        self._folder, self._ways, self._open_every = folder, ways, open_every
        self._draw = random.Random(3)  # noqa: S311 - a rehearsal
        self._seen = {}
        self.figures = Figures()

    def over(self, steps):
        """Go through all steps; return the figures."""
        disk, promised = Disk(), set()
        for step in steps:
            if step.what == "say":
                promised.add(step.data.decode().strip())
            else:
                disk.do(step)
            for keep in (_never, _always, *[self._by_chance] * self._ways):
                self._cut(disk.after_a_cut(keep), promised)
        self.figures.states = len(self._seen)
        return self.figures

    def _by_chance(self):
        return self._draw.random() < 0.5

    def _cut(self, files, promised):
        digest = hashlib.sha256(repr(sorted(files.items())).encode()).digest()
        if digest not in self._seen:
            if self._open_every and len(self._seen) % self._open_every == 0:
                self.figures.refused += not _opens(self._put(files))
            self._seen[digest] = _found(self._put(files))
        found = self._seen[digest]
        self.figures.cuts += 1
        self.figures.damaged += not found.sound
        self.figures.forgotten += not promised <= found.facts

    def _put(self, files):
        """Put these files into the folder, and nothing else; return where the journal is."""
        for old in self._folder.iterdir():
            old.unlink()
        for name, content in files.items():
            (self._folder / name).write_bytes(content)
        return self._folder / "journal.sqlite"


def _found(path):
    """Return what the journal at this path and its spool hold."""
    sound, facts = True, set()
    if path.exists():
        with closing(sqlite3.connect(path)) as journal:
            try:
                journal.execute("PRAGMA synchronous = OFF")
                sound = journal.execute("PRAGMA quick_check").fetchall() == [("ok",)]
                tables = {name for (name,) in journal.execute("SELECT name FROM sqlite_master")}
                if "events" in tables:
                    facts |= {f"claimed {key}" for (key,) in journal.execute("SELECT key FROM attempts")}
                    placed = journal.execute("SELECT key, order_id FROM placed").fetchall()
                    facts |= {
                        f"{what} {key} {order_id}"
                        for key, order_id in placed
                        for what in ("placed", "spooled")
                    }
            except sqlite3.DatabaseError:
                sound = False
    spool = Spool.open(spool_path(path), size=SECTOR)
    facts |= {f"spooled {entry.key} {entry.outcome.order_ids[0]}" for entry in spool.entries()}
    spool.close()
    return Found(sound, frozenset(facts))


def _opens(path):
    """Whether the journal opens as at the start of any run."""

    async def open_and_close():
        await (await open_journal(path)).close()

    try:
        asyncio.run(open_and_close())
    except JournalError:
        return False
    return True


# The claims.


@pytest.fixture
def recorded(tmp_path, strace):
    """Return what lets the clerk work, twice, and returns every step it took."""

    def record(*words, orders):
        home, steps = tmp_path / "home", []
        transcript = Transcript(home)
        for number, (first, count) in enumerate(orders):
            log, clerk = tmp_path / f"{number}.txt", Path(__file__).with_name("clerk.py")
            command = [sys.executable, str(clerk), str(home), str(first), str(count), *words]
            trace = [strace, "-f", "-xx", "-y", "-s", "1000000", "-e", f"trace={CALLS}", "-o", str(log)]
            subprocess.run([*trace, *command], check=True, capture_output=True)
            steps += transcript.steps(log)
        return steps

    return record


@pytest.fixture
def cuts():
    """Return what cuts the power after each of these steps, in memory where there is a folder for that."""

    def cut(steps, **how):
        memory = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
        with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as left:
            return PowerCuts(Path(left), **how).over(steps)

    return cut


def test_the_steps_replayed_make_the_files_the_clerk_left(recorded, tmp_path):
    """With no power cut the simulated disk holds, byte for byte, what the real one does: the record is whole."""
    disk = Disk()
    for step in recorded(orders=[(0, 6), (6, 3)]):
        if step.what != "say":
            disk.do(step)
    files = disk.after_a_cut(_always)
    left = {path.name: path.read_bytes() for path in (tmp_path / "home").iterdir()}
    for found in (files, left):
        found.pop(
            "journal.sqlite-shm", None
        )  # SQLite's index of a WAL: written in memory, and made anew after a cut
    assert files == left


def test_no_power_cut_forgets_a_claim_or_an_order_id(recorded, cuts):
    """Whatever a cut takes of what was not synced, each promised claim, id and spooled answer is there again."""
    figures = cuts(recorded(orders=[(0, 9), (9, 5)]), ways=1, open_every=25)
    assert (figures.forgotten, figures.damaged, figures.refused) == (0, 0, 0), figures
    assert figures.cuts > 1000


@pytest.mark.parametrize("words", [("wal", "NORMAL"), ("truncate", "OFF")], ids=" ".join)
def test_a_careless_journal_is_found_out(recorded, cuts, words):
    """The same cuts do find forgotten claims where SQLite is set as it usually is: they can fail."""
    figures = cuts(recorded(*words, orders=[(0, 6)]), ways=1)
    assert figures.forgotten > figures.cuts // 20, figures


@pytest.mark.exhaustive
@pytest.mark.timeout(3600)
def test_no_power_cut_of_many_thousand_forgets_anything(recorded, cuts, record_property):
    """As above, with forty random fates for what was not synced at each step."""
    figures = cuts(recorded(orders=[(0, 20), (20, 12), (32, 8)]), ways=40, open_every=100)
    print(figures)  # noqa: T201 - the figures are what it is run for
    record_property("figures", str(figures))
    assert (figures.forgotten, figures.damaged, figures.refused) == (0, 0, 0), figures
