"""Files of an export are put in place whole, and never over a different one by accident."""

import os
import sys

import pytest

from bulkorders.accounting.exports.placing import place
from bulkorders.errors import GuardError


def test_files_are_written(tmp_path):
    """Each has its bytes, and nothing else is left in the folder."""
    files = [(tmp_path / "a.csv", b"1"), (tmp_path / "b.csv", b"2")]
    assert place(files, force=False) == ["written", "written"]
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.csv": b"1", "b.csv": b"2"}


def test_the_same_bytes_are_left_alone(tmp_path):
    """A file that is there as it would be written is not touched."""
    (path := tmp_path / "a.csv").write_bytes(b"1")
    os.utime(path, (1, 1))
    assert place([(path, b"1")], force=False) == ["unchanged"]
    assert path.stat().st_mtime == 1


def test_a_different_file_stops_all_of_them(tmp_path):
    """Nothing is written beside it; with force it is replaced."""
    (path := tmp_path / "b.csv").write_bytes(b"mine")
    files = [(tmp_path / "a.csv", b"1"), (path, b"2")]
    with pytest.raises(GuardError) as refused:
        place(files, force=False)
    assert (refused.value.code, refused.value.facts["path"]) == ("export.exists", str(path))
    assert [each.name for each in tmp_path.iterdir()] == ["b.csv"]
    assert place(files, force=True) == ["written", "replaced"]
    assert path.read_bytes() == b"2"


def test_a_place_that_takes_no_file_is_an_error_and_leaves_nothing(tmp_path):
    """A missing folder, or a folder of that name: nothing half written stays."""
    with pytest.raises(GuardError) as missing:
        place([(tmp_path / "a.csv", b"1"), (tmp_path / "none" / "b.csv", b"2")], force=False)
    assert missing.value.code == "export.unwritable"
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "folder").mkdir()
    with pytest.raises(GuardError):
        place([(tmp_path / "folder", b"1")], force=True)
    assert [each.name for each in tmp_path.iterdir()] == ["folder"]


@pytest.mark.skipif(sys.platform == "win32", reason="making a link needs rights there")
def test_a_link_stays_a_link(tmp_path):
    """What it points to is replaced."""
    (target := tmp_path / "real.csv").write_bytes(b"old")
    (link := tmp_path / "a.csv").symlink_to(target)
    place([(link, b"new")], force=True)
    assert (link.is_symlink(), target.read_bytes()) == (True, b"new")
