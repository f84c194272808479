"""Where a results workbook goes, and that it takes its place whole, or not at all, and over nothing else."""

import errno
import gc
import os
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from xlsxwriter.exceptions import XlsxWriterException

from bulkorders.errors import GuardError
from bulkorders.model.orders import Row, Sheet
from bulkorders.model.problems import Problem
from bulkorders.model.report import Line, RunSummary
from bulkorders.sheet.results import is_ours, replacing, results_path, writable, write_results
from bulkorders.sheet.results.streaming import streaming

HEADER = ("Service", "Link", "Quantity")
WHEN = "2026-05-04T02:09:00+00:00"


def write(path: Path, campaign: str = "spring") -> Path:
    """Write a small results workbook."""
    row = Row(2, ("1", "https://example.com/a", 5))
    problem = Problem(2, "quantity.below_min", "Quantity")
    sheet = Sheet("spring.xlsx", HEADER, {"service": 0, "link": 1, "quantity": 2}, (row,))
    summary = RunSummary("r", "submit", campaign, "j", "spring.xlsx", WHEN, WHEN, ())
    lines = [Line(row, "invalid", problems=(problem,))]
    return write_results(path, sheet, lines, summary, describe=lambda found: found.code)


def campaign_of(path: Path) -> str:
    """Return the campaign a results workbook is of, by its title."""
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return archive.read("docProps/core.xml").decode().partition("<dc:title>")[2].partition("<")[0]


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Give a results workbook of the campaign "before"."""
    return write(tmp_path / "spring.results.xlsx", "before")


def test_results_stand_beside_the_sheet(tmp_path: Path):
    """The results of a sheet are named after it, whatever kind it is."""
    assert results_path(tmp_path / "spring.xlsx") == tmp_path / "spring.results.xlsx"
    assert results_path(tmp_path / "spring.v2.csv") == tmp_path / "spring.v2.results.xlsx"
    assert results_path(tmp_path / "spring.results.ods") == tmp_path / "spring.results.xlsx"


def test_results_given_back_keep_their_path(results: Path, tmp_path: Path):
    """A results workbook that is given back is written where it is, also under another name."""
    assert results_path(results) == results
    renamed = results.rename(tmp_path / "for the client.xlsx")
    assert results_path(renamed) == renamed


def test_a_workbook_of_ours_is_known_by_its_content(results: Path, tmp_path: Path):
    """Only a workbook with our hidden worksheet is ours: not another workbook, a text, a folder or nothing."""
    plain = tmp_path / "plain.results.xlsx"
    with zipfile.ZipFile(plain, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook><sheets><sheet name='Orders'/></sheets></workbook>")
    text = tmp_path / "text.results.xlsx"
    text.write_text("_bulkorders")
    bomb = tmp_path / "bomb.results.xlsx"
    with zipfile.ZipFile(bomb, "w") as archive:
        archive.writestr(
            "xl/workbook.xml", "<!DOCTYPE a [<!ENTITY b 'b'>]><a><sheet name='_bulkorders'/></a>"
        )
    assert is_ours(results)
    assert not any(is_ours(each) for each in (plain, text, bomb, tmp_path, tmp_path / "nothing.xlsx"))


def test_a_place_can_be_written_to(results: Path, tmp_path: Path):
    """A free name and a results workbook of ours pass the test before the first cent, and nothing is left."""
    before = sorted(tmp_path.iterdir())
    writable(tmp_path / "new.results.xlsx", rows=1_000)
    writable(results)
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("ask", [writable, write])
def test_a_foreign_file_is_never_overwritten(ask, tmp_path: Path):
    """A file that is not a results workbook of ours is refused, and stays as it is, byte by byte."""
    own = tmp_path / "spring.results.xlsx"
    own.write_bytes(b"my own work")
    with pytest.raises(GuardError) as refused:
        ask(own)
    assert (refused.value.code, refused.value.facts) == ("results.foreign", {"path": str(own)})
    assert own.read_bytes() == b"my own work"
    assert list(tmp_path.iterdir()) == [own]


@pytest.mark.parametrize("name", ["~$spring.results.xlsx", ".~lock.spring.results.xlsx#"])
def test_a_workbook_open_elsewhere_is_refused_before_the_start(name: str, results: Path):
    """A lock file of Excel or LibreOffice is named in the refusal."""
    results.with_name(name).touch()
    with pytest.raises(GuardError) as refused:
        writable(results)
    assert refused.value.code == "results.not_writable"
    assert name in refused.value.facts["reason"]


def test_what_can_not_be_written_is_refused_before_the_start(
    results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A missing folder, a folder by that name, a read-only file, too many rows, a full disk are each said."""
    results.chmod(0o444)
    (tmp_path / "folder.results.xlsx").mkdir()
    reasons = []
    for path, rows in (
        (tmp_path / "no" / "spring.results.xlsx", 0),
        (tmp_path / "folder.results.xlsx", 0),
        (results, 0),
        (tmp_path / "long.results.xlsx", replacing.MOST_ROWS + 1),
        (tmp_path / "vast.results.xlsx", replacing.MOST_ROWS),
    ):
        monkeypatch.setattr(replacing, "_SPACE_PER_ROW", 10**9)
        with pytest.raises(GuardError) as refused:
            writable(path, rows=rows)
        assert refused.value.code == "results.not_writable"
        reasons.append(refused.value.facts["reason"])
    assert reasons[0] == f"there is no folder {tmp_path / 'no'}"
    assert reasons[1:3] == ["it is a folder", "the file is read-only"]
    assert reasons[3] == "a worksheet holds 1,048,575 rows below its header, and there are 1,048,576"
    assert "MB are needed" in reasons[4]


def test_results_replace_those_before(results: Path, tmp_path: Path):
    """New results take the place of the old ones, and nothing else is left in the folder."""
    assert write(results, "after") == results
    assert campaign_of(results) == "after"
    assert list(tmp_path.iterdir()) == [results]


def test_results_have_the_rights_of_any_new_file(results: Path, tmp_path: Path):
    """The workbook may be read by whom other new files may be read by, not by its writer alone."""
    other = tmp_path / "other"
    other.touch()
    assert stat.S_IMODE(results.stat().st_mode) == stat.S_IMODE(other.stat().st_mode)


@pytest.mark.parametrize("name", ["~$spring.results.xlsx", ".~lock.spring.results.xlsx#"])
def test_results_are_saved_beside_a_workbook_open_elsewhere(name: str, results: Path):
    """A workbook opened during the run keeps its place; the results stand beside it, under a name that was free."""
    results.with_name(name).touch()
    taken = results.with_name("spring.results-2.xlsx")
    taken.write_text("somebody's")
    assert write(results, "after") == results.with_name("spring.results-3.xlsx")
    assert campaign_of(results.with_name("spring.results-3.xlsx")) == "after"
    assert campaign_of(results) == "before"
    assert taken.read_text() == "somebody's"


def test_results_are_saved_beside_what_can_not_be_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Where the system refuses to replace a file that is held, it is tried again, then saved beside it."""
    monkeypatch.setattr(replacing, "PAUSE", 0)
    tried: list[Path] = []

    def held(source: Path, target: Path) -> None:
        tried.append(target)
        if target.name == "spring.results.xlsx":
            raise PermissionError(errno.EACCES, "held by another program")
        source.replace(target)

    with replacing.in_place_of(tmp_path / "spring.results.xlsx", put=held) as replacement:
        replacement.file.write(b"results")
    beside = tmp_path / "spring.results-2.xlsx"
    assert replacement.path == beside
    assert beside.read_bytes() == b"results"
    assert [each.name for each in tried].count("spring.results.xlsx") == replacing.RETRIES
    assert list(tmp_path.iterdir()) == [beside]


def test_another_failure_is_said_and_leaves_nothing(tmp_path: Path):
    """An error that no other name would cure is a refusal with the system's reason, and leaves no file."""

    def broken(_source: Path, _target: Path) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with (
        pytest.raises(GuardError) as refused,
        replacing.in_place_of(tmp_path / "spring.results.xlsx", put=broken) as replacement,
    ):
        replacement.file.write(b"results")
    assert refused.value.facts["reason"] == "input/output error"
    assert list(tmp_path.iterdir()) == []


def test_a_failure_while_writing_leaves_the_old_results(results: Path, tmp_path: Path):
    """An exception in the middle leaves the workbook before as it was, and no temporary file anywhere."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    row = Row(2, ("1", "https://example.com/a", 5))
    sheet = Sheet("spring.xlsx", HEADER, {"service": 0, "link": 1, "quantity": 2}, (row,))
    line = Line(row, "invalid", problems=(Problem(2, "quantity.below_min", "Quantity"),))
    summary = RunSummary("r", "submit", "after", "j", "spring.xlsx", WHEN, WHEN, ())
    with pytest.raises(KeyError):
        write_results(results, sheet, [line], summary, describe=lambda found: {}[found.code])
    assert campaign_of(results) == "before"
    assert sorted(tmp_path.iterdir()) == [results, temporary]


PROGRAM = """
import os, resource, signal, sys
from pathlib import Path
from bulkorders.errors import GuardError
from bulkorders.model.orders import Row, Sheet
from bulkorders.model.problems import Problem
from bulkorders.model.report import Line, RunSummary
from bulkorders.sheet.results import write_results

how, path = sys.argv[1], Path(sys.argv[2])
rows = [Row(number, ("1", os.urandom(20).hex(), 5)) for number in range(2, 20_000)]
lines = [Line(row, "invalid", problems=(Problem(row.number, "quantity.below_min", "Quantity"),)) for row in rows]
when = "2026-05-04T02:09:00+00:00"
summary = RunSummary("r", "submit", "after", "j", "spring.xlsx", when, when, ())

def describe(problem):
    if how == "killed" and problem.row == 15_000:
        os.kill(os.getpid(), signal.SIGKILL)
    return problem.code

if how == "full":
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
try:
    write_results(path, Sheet("s", ("Service", "Link", "Quantity"), {}, tuple(rows)), lines, summary, describe=describe)
except GuardError as error:
    print(error.code, error.facts["reason"])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the kill and the limit are calls of POSIX systems")
@pytest.mark.parametrize(
    ("how", "code", "said"), [("killed", -9, ""), ("full", 0, "results.not_writable file too large\n")]
)
def test_a_crash_or_a_full_disk_leaves_the_old_results(
    how: str, code: int, said: str, results: Path, tmp_path: Path
):
    """Killed in the middle, or without room on the disk, the workbook before stays whole; no room is said plainly."""
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM, how, str(results)],
        check=False, capture_output=True, text=True, env={**os.environ, "TMPDIR": str(tmp_path)},
    )  # fmt: skip
    assert (run.returncode, run.stdout, run.stderr) == (code, said, "")
    assert campaign_of(results) == "before"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_a_disk_that_fills_at_the_end_leaves_no_open_zip():
    """Where the last step finds no room, the zip left open tries no more to end itself (pytest would see it)."""
    with (
        pytest.raises(XlsxWriterException, match="No space left"),
        Path("/dev/full").open("wb", buffering=0) as full,
        streaming(full) as workbook,
    ):
        workbook.add_worksheet().write_string(0, 0, "text")
    gc.collect()


@pytest.mark.skipif(sys.platform == "win32", reason="making a symbolic link takes a right there")
def test_a_symbolic_link_stays_a_link(results: Path, tmp_path: Path):
    """Results written through a symbolic link replace what it points to; the link stays."""
    link = tmp_path / "latest.xlsx"
    link.symlink_to(results)
    assert write(link, "after") == link
    assert link.is_symlink()
    assert campaign_of(results) == "after"
