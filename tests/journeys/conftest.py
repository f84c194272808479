"""Long journeys run only when `-m campaign` asks for them."""

import contextlib
import io
import json
import os
from dataclasses import dataclass
from typing import Any

import pytest

from bulkorders.cli import main


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known, also where only these tests are collected."""
    config.addinivalue_line("markers", "campaign: many random runs: minutes")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long journeys out, unless marks are asked for."""
    if config.getoption("markexpr"):
        return
    long = [item for item in items if item.get_closest_marker("campaign")]
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


@pytest.fixture
def within(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the desk run its commands within this process: the same commands, without the time to start one."""

    def run(*arguments: object) -> Ended:
        out, err = io.StringIO(), io.StringIO()
        with monkeypatch.context() as patched:
            patched.chdir(desk.folder)
            for name in [name for name in os.environ if name.startswith("BULKORDERS_")]:
                patched.delenv(name)
            for name, value in desk.environment.items():
                patched.setenv(name, value)
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = main.run([str(each) for each in arguments])
        return Ended(code, out.getvalue(), err.getvalue())

    desk.run = run
