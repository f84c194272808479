"""Orders pasted on standard input (`-` for the sheet), kept in a file so that a run can go on with them."""

import contextlib
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from bulkorders import wording
from bulkorders.errors import CallError

STANDARD_INPUT = "-"
LONGEST = 300_000_000
"""Bytes of standard input that are read, as many as of a file."""

TERMINALS = ("CONIN$",) if sys.platform == "win32" else ("/dev/tty",)
"""Where the terminal can be asked while standard input is taken by the orders."""


@contextlib.contextmanager
def kept(sheet: str, tell: Callable[[str], None], *, keep: bool) -> Iterator[str]:
    """Give the path of the sheet; for `-` that of a file with what comes on standard input.

    The file is called after its contents, `mass-order-3f2a9c1b.txt`, and so is the campaign: the same
    orders pasted twice are the same campaign, and are not placed twice. With `keep` it stays in the
    current folder, and its results go beside it; without it is gone afterwards. Raises CallError
    `call.pasted_nothing`, `call.pasted_not_kept` (`path`, `reason`) or `call.pasted_unsettled` (`path`).
    """
    if sheet != STANDARD_INPUT:
        yield sheet
        return
    if sys.stdin.isatty():
        tell(wording.note("paste", {}))
    content = sys.stdin.buffer.read(LONGEST + 1)
    if not content.strip():
        raise CallError("call.pasted_nothing")
    from bulkorders.sheet.massorder import pasted_name

    name = pasted_name(content)
    with _asked_elsewhere():
        if keep:
            path = _written(Path(name), content)
            tell(wording.note("pasted", {"path": path}))
            yield str(path)
            return
        with tempfile.TemporaryDirectory(prefix="bulkorders-") as folder:
            yield str(_written(Path(folder, name), content))


def _written(path: Path, content: bytes) -> Path:
    """Write the file; one that holds the same already is left as it is."""
    from bulkorders.sheet.massorder import pasted_mark

    try:
        if path.exists():
            if pasted_mark(path.read_bytes()) != pasted_mark(content):
                raise CallError("call.pasted_unsettled", path=str(path))
            return path
        path.write_bytes(content)
    except OSError as error:
        raise CallError("call.pasted_not_kept", path=str(path), reason=error.strerror) from error
    return path


@contextlib.contextmanager
def _asked_elsewhere() -> Iterator[None]:
    """Ask the person on the terminal itself, if there is one: standard input has given all it had."""
    before = sys.stdin
    for name in () if before.isatty() else TERMINALS:
        with contextlib.suppress(OSError):
            sys.stdin = open(name, encoding=before.encoding)  # noqa: SIM115, PTH123 - closed below
            break
    try:
        yield
    finally:
        if sys.stdin is not before:
            sys.stdin.close()
            sys.stdin = before
