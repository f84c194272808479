"""The public doors of the pipeline: `check`, `submit` and `refresh` as ordinary functions."""

import asyncio
from collections.abc import Awaitable, Callable
from os import PathLike
from pathlib import Path
from typing import Any

from bulkorders import wording
from bulkorders.errors import BulkordersError
from bulkorders.model.report import Report
from bulkorders.pipeline import story
from bulkorders.pipeline.following import refreshing
from bulkorders.pipeline.options import Front, Options, Quiet
from bulkorders.settings import Settings, load_settings

Story = Callable[[Options, Settings, Front], Awaitable[Report]]


def check(sheet: str | PathLike[str], **options: Any) -> Report:
    """Validate every row of an order sheet against the panel's live catalogue; spend and record nothing.

    `options` are those of `Options`. Raises BulkordersError.
    """
    return _told(story.check, sheet, options)


def submit(sheet: str | PathLike[str], *, yes: bool = False, **options: Any) -> Report:
    """Place the orders of a sheet, each at most once, and write its results workbook beside it.

    Nothing is sent without `yes=True`. Run again it goes on where it stopped. Raises BulkordersError for
    what ends a run before the first cent; what stops it later is in the report's `stopped`.
    """
    return _told(story.submit, sheet, {**options, "yes": yes})


def refresh(sheet: str | PathLike[str], **options: Any) -> Report:
    """Ask what became of a sheet's placed orders, and write its results workbook. Can't spend.

    Raises BulkordersError.
    """
    return _told(refreshing.refresh, sheet, options)


def _told(run: Story, sheet: str | PathLike[str], options: dict[str, Any]) -> Report:
    asked = Options(sheet=Path(sheet), **options)
    try:
        return asyncio.run(_run(run, asked))
    except BulkordersError as error:
        raise wording.explain(error) from error.__cause__


async def _run(run: Story, options: Options) -> Report:
    return await run(options, load_settings(), Quiet(yes=options.yes))
