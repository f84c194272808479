"""The command's start, beside importing click alone."""

import sys
from collections.abc import Iterator

from measuring import Figure, at_most, bulkorders, figure, run


def measure(runs: int) -> Iterator[Figure]:
    """Yield how long `--help` takes; starts are short, so more of them are made."""
    ours, click = [], []
    for _ in range(runs * 5):
        click.append(run(sys.executable, "-c", "import click").seconds)
        ours.append(bulkorders("--help").seconds)
    yield figure("bulkorders --help", "python -c 'import click'", "s", ours, click, at_most(1.3))
