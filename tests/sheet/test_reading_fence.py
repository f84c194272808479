"""The process a workbook is read in: bounded, without the key, and never the run's own end."""

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bulkorders.errors import SheetError
from bulkorders.sheet.reading import bounds, read_sheet, workbook
from bulkorders.sheet.reading.limits import DEFAULT_LIMITS, MEGABYTE, Limits
from bulkorders.sheet.reading.workbook import Workbook

system = pytest.importorskip("resource", reason="Windows has no such limits")
HEADER = ("Service", "Link", "Quantity")
LINK = "https://example.com/a"

MakeXlsx = Callable[..., Path]


@pytest.fixture
def large(make_xlsx: MakeXlsx) -> Path:
    """Give a workbook that takes a moment to read."""
    return make_xlsx(Orders=[HEADER, *((1, f"{LINK}/{number}", number) for number in range(60_000))])


def refusal(path: Path, limits: Limits) -> tuple[str, dict[str, Any]]:
    """Return code and facts of the error reading ends with."""
    with pytest.raises(SheetError) as caught:
        read_sheet(path, limits=limits)
    return caught.value.code, caught.value.facts


def test_too_much_memory_ends_the_reader_alone(large: Path) -> None:
    """A workbook that takes more memory than allowed is refused, and the next one is read."""
    code, told = refusal(large, Limits(memory=40 * MEGABYTE, memory_each=0))
    assert (code, told["limit"]) == ("sheet.too_demanding", 40 * MEGABYTE)
    assert len(read_sheet(large).rows) == 60_000


def test_too_much_time_ends_the_reader_alone(large: Path) -> None:
    """A workbook that takes longer than allowed is given up."""
    code, told = refusal(large, Limits(seconds=0, seconds_each=0))
    assert (code, told["seconds"]) == ("sheet.too_slow", 0)


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("import os; os.abort()", "sheet.too_demanding"),
        ("import os; os._exit(77)", "sheet.too_demanding"),
        ("import os; os.kill(os.getpid(), 11)", "sheet.damaged"),
        ("raise SystemExit(3)", "sheet.damaged"),
        (
            "import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 2))\nwhile True: pass",
            "sheet.too_slow",
        ),
    ],
)
def test_however_the_reader_dies_there_is_one_sentence(
    make_xlsx: MakeXlsx, monkeypatch: pytest.MonkeyPatch, program: str, code: str
) -> None:
    """A reader that aborts, crashes, leaves or never ends is told by what ended it."""
    monkeypatch.setattr(workbook, "START", program)
    assert refusal(make_xlsx(Orders=[HEADER, (1, LINK, 5)]), DEFAULT_LIMITS)[0] == code


def test_a_clock_ends_a_reader_that_only_sleeps(make_xlsx: MakeXlsx, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system counts no seconds, the clock of whoever asked ends the process."""
    monkeypatch.setattr(workbook, "START", "import time; time.sleep(600)")
    monkeypatch.setattr(workbook, "PATIENCE", 0.2)
    limits = Limits(seconds=1, seconds_each=0)
    assert refusal(make_xlsx(Orders=[HEADER, (1, LINK, 5)]), limits)[0] == "sheet.too_slow"


def test_a_reader_that_cannot_start_is_told(make_xlsx: MakeXlsx, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an interpreter to start there is an error, and text files are read all the same."""
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert refusal(make_xlsx(Orders=[HEADER, (1, LINK, 5)]), DEFAULT_LIMITS)[0] == "sheet.no_reader"


def test_the_reader_is_not_given_the_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The process sees none of our settings, and so no API key."""
    monkeypatch.setenv("BULKORDERS_PANEL_KEY", "canary-of-the-reader")
    monkeypatch.setenv("OTHER", "seen")
    told = tmp_path / "seen.txt"
    program = f"import os; open({str(told)!r}, 'w').write(repr(dict(os.environ)))"
    monkeypatch.setattr(workbook, "START", program)
    with pytest.raises(SheetError):
        Workbook("a.xlsx", b"PK", ".xlsx", DEFAULT_LIMITS)
    assert "canary" not in told.read_text("utf-8")
    assert "seen" in told.read_text("utf-8")


def test_the_reader_takes_no_module_from_the_folder(
    make_xlsx: MakeXlsx, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A module that lies in the current folder under a library's name is not run."""
    path = make_xlsx(Orders=[HEADER, (1, LINK, 5)])
    (tmp_path / "zipfile.py").write_text("raise SystemExit(9)", "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    assert len(read_sheet(path).rows) == 1


def test_no_reader_is_left_behind(make_xlsx: MakeXlsx) -> None:
    """Read or refused, the process and its pipes are gone."""
    opened = Workbook("a.xlsx", make_xlsx(Orders=[HEADER]).read_bytes(), ".xlsx", DEFAULT_LIMITS)
    process = opened._process  # noqa: SLF001 - the process is what this is about
    assert process.poll() is None
    opened.close()
    assert process.poll() is not None
    assert process.stdout is not None
    assert process.stdout.closed


def test_the_reader_ends_when_who_asked_is_gone(make_xlsx: MakeXlsx) -> None:
    """A run that is killed while a workbook is open leaves no reader behind."""
    path = make_xlsx(Orders=[HEADER])
    program = (
        "import os, sys\n"
        "from bulkorders.sheet.reading.limits import DEFAULT_LIMITS\n"
        "from bulkorders.sheet.reading.workbook import Workbook\n"
        f"opened = Workbook('a.xlsx', open({str(path)!r}, 'rb').read(), '.xlsx', DEFAULT_LIMITS)\n"
        "print(opened._process.pid, flush=True)\n"
        "os._exit(1)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    pid = int(done.stdout)
    gone = threading.Event()
    for _ in range(600):
        try:
            state = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
        except OSError:
            state = "X"
        if state in "XZ":
            gone.set()
            break
        gone.wait(0.05)
    assert gone.is_set()


def test_the_public_functions_need_no_guarded_main(make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    """A script that reads a workbook at its top level, without any guard, is run once."""
    path = make_xlsx(Orders=[HEADER, (1, LINK, 5)])
    script = tmp_path / "script.py"
    script.write_text(
        "print('began')\n"
        "from bulkorders.sheet.reading import read_sheet\n"
        f"print(len(read_sheet({str(path)!r}).rows))\n",
        "utf-8",
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr) == ("began\n1\n", "")


def limits_of(found: dict[int, tuple[int, int]], *, refuses: bool = False) -> Any:
    """Return a module of limits that keeps what it is told in `found`."""

    def setrlimit(which: int, pair: tuple[int, int]) -> None:
        if refuses:
            raise ValueError
        found[which] = pair

    names = {
        name: getattr(system, name) for name in ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_CORE", "RLIM_INFINITY")
    }
    return SimpleNamespace(**names, getrlimit=lambda _: (5_000, 4_000), setrlimit=setrlimit)


def test_limits_never_rise_above_what_the_system_allows() -> None:
    """Where a machine's own limit is lower it stays."""
    found: dict[int, tuple[int, int]] = {}
    bounds.bound(9_000, 10, limits_of(found))
    assert found[system.RLIMIT_AS] == (4_000, 4_000)
    assert found[system.RLIMIT_CPU] == (10, 15)


@pytest.mark.parametrize("limits", [None, limits_of({}, refuses=True)])
def test_where_the_system_keeps_no_memory_a_thread_does(monkeypatch: pytest.MonkeyPatch, limits: Any) -> None:
    """Without limits, or where they are refused, what is taken is looked at, and too much ends the process."""
    ended = threading.Event()
    monkeypatch.setattr(bounds, "over", ended.set)
    assert bounds.bound(1, 60, limits) is False
    assert ended.wait(60)


def test_a_watch_ends_only_what_takes_too_much() -> None:
    """While the memory is within bounds the thread goes on looking; where it can't be told it stops."""
    told = iter([10, 99, None])
    ended = threading.Event()
    thread = bounds.watch(100, lambda: next(told), ended.set)
    thread.join(60)
    assert not ended.is_set()
    assert (bounds.taken() or 0) > MEGABYTE
