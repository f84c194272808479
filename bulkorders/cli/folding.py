"""Long lines folded at words for the terminal they are shown on."""

import shutil
import sys
import textwrap

NARROWEST = 40


def folded(text: str, indent: str = "") -> str:
    """Return lines folded for standard error, what follows a fold set in; as they are where it is no terminal."""
    if not sys.stderr.isatty():
        return text
    width = max(shutil.get_terminal_size().columns, NARROWEST)
    return "\n".join(_folded(line, width, indent) for line in text.split("\n"))


def _folded(line: str, width: int, indent: str) -> str:
    before = line[: len(line) - len(line.lstrip())]
    parts = textwrap.wrap(
        line, width, subsequent_indent=before + indent, break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(parts)
