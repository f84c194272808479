"""Commands run within the process of the tests, where that tells as much as a process of its own."""

import contextlib
import io
import json
import os
from dataclasses import dataclass
from typing import Any

import pytest

from bulkorders.cli import main


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
