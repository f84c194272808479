"""Prints the README's one-line command that ends with the given word."""

import re
import sys
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"


def command(word: str) -> str:
    """Return the line of a console block that ends with this word."""
    blocks = re.findall(r"```console\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    found = [line for block in blocks for line in block.splitlines() if line.endswith(word)]
    if len(found) != 1:
        raise SystemExit(f"the README has {len(found)} commands that end with {word!r}, not one")
    return found[0]


if __name__ == "__main__":
    print(command(sys.argv[1]))  # noqa: T201 - this is its output
