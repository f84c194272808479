"""The demo: the sample campaign on the sandbox panel, with a throw-away journal, until all is delivered."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path

from pydantic import SecretStr

from bulkorders.model.outcomes import FINAL
from bulkorders.model.report import Report
from bulkorders.pipeline import story
from bulkorders.pipeline.following import refreshing
from bulkorders.pipeline.options import Front, Options
from bulkorders.sandbox import Sandbox
from bulkorders.sandbox.server import running
from bulkorders.settings import Settings

SHEET = "demo-campaign.xlsx"
WRONG_ROWS = 7
"""Rows of the sample that are wrong on purpose, each in its own way."""

SPEED = 20_000.0
"""A day of the sandbox panel in a few seconds."""

LONGEST = 45.0
PAUSE = 1.5


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What the demo came to: both reports, what the panel says it sold, and whether all went as rehearsed."""

    submitted: Report
    refreshed: Report
    sold: int
    seconds: float

    @property
    def as_expected(self) -> bool:
        """Whether every placed row has an id, a charge and a final status, and the panel sold each once."""
        placed = [order for order in self.refreshed.orders if order.state == "placed"]
        counts = self.refreshed.counts
        return (
            bool(placed)
            and all(order.order_id and order.charge is not None and order.status in FINAL for order in placed)
            and counts.invalid + counts.duplicate == WRONG_ROWS
            and counts.in_doubt == counts.ready == counts.rejected == 0
            and self.sold == len(placed)
        )


@contextmanager
def pretending(*, speed: float, latency: str) -> Iterator[tuple[Settings, Sandbox]]:
    """Give settings whose only panel is a pretend one, and that panel; it and the journal are gone afterwards.

    `speed` is how many times as fast its time passes, `latency` how long it takes to answer ("40-160ms").
    """
    with (
        tempfile.TemporaryDirectory(prefix="bulkorders-rehearsal-", ignore_cleanup_errors=True) as home,
        running(speed=speed, latency=latency, seed=1) as sandbox,
    ):
        # Built as it stands: no file and no variable of the person's own may lead a rehearsal to a real panel.
        settings = Settings.model_construct(
            panel_url=sandbox.url,
            panel_key=SecretStr(sandbox.key),
            home=Path(home),
            journal=str(Path(home) / "journal.sqlite"),
            panels={},
        )
        yield settings, sandbox


def rehearse(folder: Path, front: Front) -> Rehearsed:
    """Run the sample in this folder, and leave its sheet and results workbook there."""
    sheet = _sample_in(folder)
    began = time.monotonic()
    with pretending(speed=SPEED, latency="40-160ms") as (settings, sandbox):
        options = Options(sheet=sheet, yes=True, campaign="demo-campaign")
        submitted = asyncio.run(story.submit(options, settings, front))
        refreshed = submitted
        while _open(refreshed) and time.monotonic() - began < LONGEST:
            time.sleep(PAUSE)
            refreshed = asyncio.run(refreshing.refresh(replace(options, yes=False), settings, front))
        sold = len(sandbox.shop.orders)
    return Rehearsed(submitted, refreshed, sold, time.monotonic() - began)


def _open(report: Report) -> bool:
    return any(order.state == "placed" and order.status not in FINAL for order in report.orders)


def _sample_in(folder: Path) -> Path:
    """Put the sample sheet into the folder; one that is there already is the demo's own, and is replaced."""
    target = folder / SHEET
    with as_file(_sample()) as source:
        shutil.copyfile(source, target)
    return target


def _sample() -> Traversable:
    """Return the sample of the installed package, or of the checkout where it runs from one."""
    packaged = files("bulkorders") / "samples" / "campaign.xlsx"
    if packaged.is_file():
        return packaged
    return files("bulkorders").joinpath("..") / "samples" / "campaign.xlsx"
