"""A terminal on which commands ask for numbers."""

import os
import re
import struct
import subprocess
import sys

import pytest

if sys.platform != "win32":  # pragma: no branch - there are no pseudo-terminals of this kind
    import fcntl
    import pty
    import termios

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture
def answering(desk):
    """Return a function that runs a command on a terminal, 100 wide, and types a number at each question.

    It returns the exit code and what was shown, without colours; blanks and line ends are one blank each,
    unless `columns` says how wide the terminal is: then the lines stay.
    """
    if sys.platform == "win32":  # pragma: no cover
        pytest.skip("needs a Unix pseudo-terminal")

    def run(*arguments, numbers=(), columns=None):
        leader, follower = pty.openpty()
        fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns or 100, 0, 0))
        running = subprocess.Popen(
            desk.command(*arguments),
            cwd=desk.folder,
            env={**desk.environment, "COLUMNS": str(columns or 100), "TERM": "xterm-256color"},
            stdin=follower,
            stdout=follower,
            stderr=follower,
            start_new_session=True,
        )
        os.close(follower)
        shown, answered = b"", 0
        while True:
            try:
                part = os.read(leader, 4096)
            except OSError:
                break
            if not part:
                break
            shown += part
            if answered < len(numbers) and shown.count(b"]: ") > answered:
                os.write(leader, f"{numbers[answered]}\n".encode())
                answered += 1
        os.close(leader)
        text = ESCAPES.sub("", shown.decode()).replace("\r", "")
        return running.wait(timeout=60), text if columns else " ".join(text.split())

    return run
