"""How things are measured: whole processes and what the system says of them, medians of runs in turns, a table."""

import json
import os
import platform
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import ProxyHandler, build_opener

HERE = Path(__file__).parent
DIRECT = build_opener(ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class Used:
    """What a process used: seconds by the clock, seconds of CPU, and its largest memory in MB."""

    seconds: float
    cpu: float
    megabytes: float
    output: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One claim, measured: ours and the peer's medians, their ratio, and what the ratio should be."""

    what: str
    peer: str
    unit: str
    ours: float
    theirs: float
    ratio: float
    aim: str
    met: bool


def at_least(aim: float) -> tuple[str, Callable[[float], bool]]:
    """Return an aim from below."""
    return f"≥ {aim:g}", lambda ratio: ratio >= aim


def at_most(aim: float) -> tuple[str, Callable[[float], bool]]:
    """Return an aim from above."""
    return f"≤ {aim:g}", lambda ratio: ratio <= aim


def told_only() -> tuple[str, Callable[[float], bool]]:
    """Return no aim: the figure is there to be known."""
    return "none", lambda _: True


def figure(
    what: str,
    peer: str,
    unit: str,
    ours: Sequence[float],
    theirs: Sequence[float],
    aim: tuple[str, Callable[[float], bool]],
) -> Figure:
    """Return a figure from runs made in turns: the ratio is the median of each pair's own."""
    ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    words, holds = aim
    return Figure(
        what, peer, unit, statistics.median(ours), statistics.median(theirs), ratio, words, holds(ratio)
    )


def run(
    *command: str | Path,
    environment: Mapping[str, str] | None = None,
    code: int = 0,
    folder: Path | None = None,
) -> Used:
    """Run a process to its end; it must end with `code`."""
    began = time.perf_counter()
    with subprocess.Popen(
        [str(part) for part in command],
        env={**os.environ, **(environment or {})},
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        out, errors = _both(process)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    took = time.perf_counter() - began
    if process.returncode != code:
        raise SystemExit(f"{command} ended with {process.returncode}:\n{out[-2000:]}\n{errors[-2000:]}")
    return Used(took, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, out)


def _both(process: "subprocess.Popen[str]") -> tuple[str, str]:
    """Return what a process prints, without waiting for the process itself, so that its usage can be had."""
    assert process.stdout
    assert process.stderr
    errors: list[str] = []
    reader = threading.Thread(target=lambda: errors.append(process.stderr.read()))  # type: ignore[union-attr]
    reader.start()
    out = process.stdout.read()
    reader.join()
    return out, errors[0]


def python(script: str, *arguments: str | Path, **options: object) -> Used:
    """Run one of the scripts beside this one."""
    return run(sys.executable, HERE / script, *arguments, **options)  # type: ignore[arg-type]


def bulkorders(*arguments: str | Path, **options: object) -> Used:
    """Run a command of ours."""
    return run(sys.executable, "-m", "bulkorders", *arguments, **options)  # type: ignore[arg-type]


class LoadPanel:
    """The load's panel, running."""

    def __init__(self, port: int) -> None:
        """Know where it is."""
        self.url = f"http://127.0.0.1:{port}/api/v2"

    def ask(self, action: str, **facts: object) -> dict[str, float]:
        """Ask it for figures, to begin anew, or to answer otherwise."""
        body = urlencode({"action": action, **facts}).encode()
        with DIRECT.open(self.url, body, timeout=30) as answer:
            return json.loads(answer.read())


@contextmanager
def load_panel(latency: float | str, services: int = 5000) -> Iterator[LoadPanel]:
    """Start the load's panel, and end it; `latency` in seconds, or a range of them such as `0.3-0.7`."""
    command = [
        *(sys.executable, str(HERE / "load_panel.py")),
        *("--latency", str(latency), "--services", str(services)),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield LoadPanel(int(process.stdout.readline()))
        finally:
            process.terminate()


def cpu_of(pid: int, *, children: bool = False) -> float:
    """Return the seconds of CPU that a running process has used, with `children` those of its ended ones too."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, told[11 : 15 if children else 13])) / os.sysconf("SC_CLK_TCK")


def cpu_of_database(folder: Path) -> float:
    """Return the seconds of CPU of all processes of the server whose data is in this folder."""
    postmaster = int((folder / "postmaster.pid").read_text().split()[0])
    found = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(postmaster)], capture_output=True, text=True, check=False
    )
    return cpu_of(postmaster, children=True) + sum(cpu_of(int(each)) for each in found.stdout.split())


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as a table in Markdown."""
    lines = ["| what | ours | peer | ratio | aim | |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {each.what} | {each.ours:,.3g} {each.unit} | {each.theirs:,.3g} {each.unit} ({each.peer}) "
        f"| {each.ratio:.3g} | {each.aim} | {_verdict(each)} |"
        for each in figures
    ]
    return "\n".join(lines)


def _verdict(each: Figure) -> str:
    if each.aim == told_only()[0]:
        return ""
    return "met" if each.met else "not met"


def kept(figures: Sequence[Figure], runs: int) -> str:
    """Return the figures as JSON to keep, with what they were measured on."""
    return json.dumps(
        {
            "at": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
            "python": platform.python_version(),
            "system": platform.platform(),
            "cores": os.cpu_count(),
            "load": os.getloadavg()[0],
            "runs": runs,
            "figures": [asdict(each) for each in figures],
        },
        indent=1,
    )
