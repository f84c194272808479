"""A pretend panel and a throw-away journal for the page, so that everything can be tried and nothing is spent."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr

from bulkorders.sandbox.server import running
from bulkorders.settings import Settings

LATENCY = "80-250ms"
SPEED = 2_000.0


@contextmanager
def rehearsing() -> Iterator[Settings]:
    """Give settings whose only panel is a pretend one; it and the journal are gone afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="bulkorders-rehearsal-", ignore_cleanup_errors=True) as home,
        running(speed=SPEED, latency=LATENCY, seed=1) as sandbox,
    ):
        # Built as it stands: no file and no variable of the person's own may lead a rehearsal to a real panel.
        yield Settings.model_construct(
            panel_url=sandbox.url,
            panel_key=SecretStr(sandbox.key),
            home=Path(home),
            journal=str(Path(home) / "journal.sqlite"),
            panels={},
        )
