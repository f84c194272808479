"""Runs `bulkorders` commands in children forked from a process that has loaded everything already.

A crash test runs hundreds of commands; started afresh each would load the same modules for a second. One
request a line comes in as JSON, one answer a line goes out:
{"arguments": [...], "folder": "...", "environment": {...}, "out": "...", "err": "...", "hold": false}
starts a command and is answered by {"pid": 1}, then, when it has ended, by {"status": 0} (as of os.wait).
With `hold` the command waits until the line `go` comes: somebody wants to trace it first.
"""

import importlib
import json
import os
import pkgutil
import sys
from typing import Any

import bulkorders
from bulkorders.cli.main import run


def load_everything() -> None:
    """Load every module of the package, so that no child has to."""
    for found in pkgutil.walk_packages(bulkorders.__path__, "bulkorders."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)


def become(request: dict[str, Any], gate: int) -> None:
    """Be the command that is asked for, to the end of this process."""
    if request["hold"]:
        os.read(gate, 1)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    for number, name in ((1, "out"), (2, "err")):
        descriptor = os.open(request[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(descriptor, number)
        os.close(descriptor)
    code = 1
    try:
        code = run(request["arguments"])
        sys.stdout.flush()
    finally:
        os._exit(code)


def serve() -> None:
    """Run what is asked for, one after the other, until there is nothing more to read."""
    for line in sys.stdin:
        request = json.loads(line)
        gate, opener = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(opener)
            become(request, gate)
        os.close(gate)
        print(json.dumps({"pid": pid}), flush=True)  # noqa: T201 - it is how this talks
        if request["hold"]:
            sys.stdin.readline()
            os.write(opener, b"!")
        os.close(opener)
        _, status = os.waitpid(pid, 0)
        print(json.dumps({"status": status}), flush=True)  # noqa: T201 - it is how this talks


if __name__ == "__main__":
    load_everything()
    serve()
