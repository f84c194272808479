"""The schedulers' recipes: they run a command there is, and their own tools take them where installed."""

import configparser
import os
import shlex
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

from bulkorders.cli.daily import daily

RECIPES = Path(__file__).parents[1] / "samples" / "schedulers"
TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
EXITS = {1, 2, 5, 6, 130}
"""Exit codes after which trying again the same day helps nobody."""


def taken(arguments):
    """Return how the command understands these arguments; it fails where one is unknown."""
    return daily.make_context("daily", list(arguments)).params


def unit(name):
    """Return a unit of systemd, by section."""
    found = configparser.ConfigParser(strict=False, interpolation=None)
    found.optionxform = str
    found.read(RECIPES / name, encoding="utf-8")
    return found


def checked(command, **more):
    """Run a scheduler's own check where it is installed."""
    if shutil.which(command[0]) is None:
        return
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **more)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_service_runs_a_day_and_is_tried_again_only_where_that_helps():
    """The unit's command is understood, and the panel's and the lock's exit codes alone start it again."""
    service = unit("bulkorders.service")["Service"]
    program, command, *arguments = shlex.split(service["ExecStart"])
    assert (Path(program).name, command) == ("bulkorders", "daily")
    assert taken(arguments)["yes"] is True
    assert {int(code) for code in service["RestartPreventExitStatus"].split()} == EXITS
    assert unit("bulkorders.timer")["Timer"]["Persistent"] == "true"


def test_systemd_takes_the_units(tmp_path):
    """`systemd-analyze verify` finds nothing wrong, where it is installed."""
    program = tmp_path / ".local" / "bin" / "bulkorders"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n", "utf-8")
    program.chmod(0o755)
    units = [shutil.copy(RECIPES / f"bulkorders.{end}", tmp_path) for end in ("service", "timer")]
    home = {**os.environ, "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    checked(["systemd-analyze", "--user", "verify", *units], env=home)


def test_cron_takes_the_line():
    """The line has five fields and a command that is understood; `crontab -n` takes it, where it is installed."""
    lines = (RECIPES / "crontab").read_text("utf-8").splitlines()
    line = next(each for each in lines if each[:1].isdigit())
    words = shlex.split(line)
    assert all(field == "*" or field.isdigit() for field in words[:5])
    assert "%" not in line, "cron reads % as the end of the line"
    at = words.index("daily")
    assert taken(words[at + 1 : words.index("||")])["yes"] is True
    checked(["crontab", "-n", str(RECIPES / "crontab")])


def test_the_task_is_well_formed():
    """The task's elements are the documented ones, in its namespace, and its command is understood."""
    task = ET.parse(RECIPES / "bulkorders-task.xml").getroot()  # noqa: S314 - a file of this repository
    assert [each.tag.removeprefix(TASK) for each in task] == [
        "RegistrationInfo",
        "Triggers",
        "Principals",
        "Settings",
        "Actions",
    ]
    found = {each.tag.removeprefix(TASK): (each.text or "").strip() for each in task.iter()}
    assert found["StartBoundary"].endswith("T08:00:00")
    assert (found["MultipleInstancesPolicy"], found["StartWhenAvailable"]) == ("IgnoreNew", "true")
    command, *arguments = found["Arguments"].split()
    assert (found["Command"].rpartition("\\")[2], command) == ("bulkorders.exe", "daily")
    assert taken(arguments)["yes"] is True
