"""Commands that can be killed at a system call, and the judge: the pretend panel's own record of what it sold."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass
class Ended:
    """What a command ended with: an exit code, or minus the signal that ended it."""

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


class Warmed:
    """A process that has loaded the package and forks a command whenever it is asked to."""

    def __init__(self, folder: Path) -> None:
        self._out, self._err = folder / "out.txt", folder / "err.txt"
        self._tracer: subprocess.Popen[str] | None = None
        self._process = subprocess.Popen(
            [sys.executable, "-u", str(Path(__file__).with_name("warmed.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        )

    def run(
        self,
        arguments: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        trace: Sequence[str] = (),
    ) -> Ended:
        """Run a command to its end; `trace` are the options strace follows it with, from its first step."""
        self.start(arguments, folder, environment, trace)
        return self.wait()

    def start(
        self,
        arguments: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        trace: Sequence[str] = (),
    ) -> int:
        """Start a command and return its process id; one at a time."""
        request = {"arguments": list(arguments), "folder": str(folder), "environment": dict(environment)}
        files = {"out": str(self._out), "err": str(self._err)}
        self._say(json.dumps({**request, **files, "hold": bool(trace)}))
        pid = int(self._hear()["pid"])
        self._tracer = self._traced(pid, trace) if trace else None
        return pid

    def wait(self) -> Ended:
        """Wait until the command has ended."""
        code = os.waitstatus_to_exitcode(self._hear()["status"])
        if self._tracer is not None:
            self._tracer.communicate()
        return Ended(code, self._out.read_text(encoding="utf-8"), self._err.read_text(encoding="utf-8"))

    def close(self) -> None:
        """End it."""
        self._process.communicate()

    def _traced(self, pid: int, trace: Sequence[str]) -> "subprocess.Popen[str]":
        """Attach strace, and let the command begin once it is."""
        tracer = subprocess.Popen(["strace", "-f", "-p", str(pid), *trace], stderr=subprocess.PIPE, text=True)
        assert tracer.stderr is not None
        told = tracer.stderr.readline()
        self._say("go")
        if "attached" not in told:
            self._hear()
            tracer.communicate()
            pytest.skip(f"strace may not trace here: {told.strip()}")
        return tracer

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def _hear(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


@pytest.fixture(scope="module")
def warmed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warmed]:
    """Yield a process that forks commands, which strace can then follow."""
    if not hasattr(os, "fork"):
        pytest.skip("needs processes that fork")
    process = Warmed(tmp_path_factory.mktemp("warmed"))
    yield process
    process.close()


@pytest.fixture
def strace() -> str:
    """Return where strace is; the test is left out where there is none."""
    found = shutil.which("strace")
    if found is None:
        pytest.skip("strace is not installed")
    return found


@dataclass
class Judgement:
    """What was found wrong, by kind; all lists are empty when nothing was."""

    doubled: list[str]
    lost: list[str]
    wrong: list[str]
    unsettled: list[str]

    def __bool__(self) -> bool:
        return bool(self.doubled or self.lost or self.wrong or self.unsettled)


def judge(sold: Sequence[tuple[str, str]], orders: Sequence[Mapping[str, Any]]) -> Judgement:
    """Hold a report's orders against what the panel sold: pairs of link and order id.

    Each order the panel holds is placed with its id or in doubt; nothing is placed that it doesn't hold;
    every row is placed or in doubt.
    """
    links = [link for link, _ in sold]
    ids, rows = dict(sold), {order["link"]: order for order in orders}
    return Judgement(
        doubled=[link for link in ids if links.count(link) > 1],
        lost=[link for link in ids if link not in rows or rows[link]["state"] not in ("placed", "in_doubt")],
        wrong=[
            link
            for link, row in rows.items()
            if row["state"] == "placed" and row["order_ids"] != [ids.get(link)]
        ],
        unsettled=[link for link, row in rows.items() if row["state"] not in ("placed", "in_doubt")],
    )


@pytest.fixture(name="judge")
def judge_fixture() -> Any:
    """Return the judge."""
    return judge


@pytest.fixture
def killed() -> int:
    """Return what a command that was killed ends with."""
    return -9
