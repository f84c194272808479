"""The log of unattended runs: it begins anew when full, and holds no secret."""

import logging
import re

import pytest

from bulkorders.cli.logfile import log_to
from bulkorders.errors import CallError
from bulkorders.panel.masking import masking

KEY = "canary-5d10c2"


@pytest.fixture
def path(tmp_path):
    """Return where the log goes: a folder that is not there yet."""
    return tmp_path / "logs" / "daily.log"


def test_a_full_log_begins_anew_and_the_oldest_goes(path):
    """No file grows past its size, and no more of the earlier ones are kept than were asked for."""
    with log_to(path, masking(), most=500, kept=2):
        for number in range(60):
            logging.getLogger("bulkorders.somewhere").info("event %d", number)
    found = sorted(each.name for each in path.parent.iterdir())
    assert found == ["daily.log", "daily.log.1", "daily.log.2"]
    assert all(each.stat().st_size <= 500 for each in path.parent.iterdir())
    assert "event 59" in path.read_text("utf-8")


def test_no_secret_reaches_the_log(path):
    """A key is hidden in what is said, in its facts, and in an error's traceback; each event is one line."""
    with log_to(path, masking(KEY)):
        log = logging.getLogger("bulkorders.panel")
        log.warning("said %s\nand more", KEY)
        log.error("failed", exc_info=ValueError(KEY))
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) == 2
    assert KEY not in "".join(lines)
    assert re.match(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4} WARNING bulkorders.panel: said \[key\] and more", lines[0]
    )


def test_the_log_is_let_go_of(path):
    """After the run nothing is written any more, and others' loggers never were."""
    with log_to(path, masking()):
        logging.getLogger("httpx").warning("a request line")
    logging.getLogger("bulkorders").warning("later")
    assert path.read_text("utf-8") == ""


def test_a_log_that_cannot_be_renamed_goes_on(path, monkeypatch):
    """Where another process holds the file, as on Windows, lines go on into the same one."""

    def refuse(*_):
        raise PermissionError("in use")

    monkeypatch.setattr("os.rename", refuse)
    with log_to(path, masking(), most=200, kept=2):
        for number in range(20):
            logging.getLogger("bulkorders").info("event %d", number)
    assert len(path.read_text("utf-8").splitlines()) == 20


def test_a_log_that_cannot_be_written_is_said(tmp_path):
    """A place where no file can be is a mistake of the call."""
    (tmp_path / "taken").write_text("", "utf-8")
    with (
        pytest.raises(CallError, match=r"log\.unwritable"),
        log_to(tmp_path / "taken" / "day.log", masking()),
    ):
        pass
