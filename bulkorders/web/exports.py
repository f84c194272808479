"""The books as files: the ledger of a span of months in a format, and a month's statement."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile

from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from bulkorders import wording
from bulkorders.accounting.months import month_of
from bulkorders.errors import BulkordersError, CallError
from bulkorders.pipeline.books import closing
from bulkorders.pipeline.books.exporting import Asked, export
from bulkorders.pipeline.options import Quiet
from bulkorders.pipeline.placement.limits import zone_of
from bulkorders.web.apart import apart, settings_of
from bulkorders.web.failing import status_of
from bulkorders.web.rendering import render

if TYPE_CHECKING:
    from starlette.requests import Request

    from bulkorders.settings import Settings

FORMATS = (
    ("xlsx", "Excel workbook"),
    ("csv", "CSV"),
    ("quickbooks", "QuickBooks Online"),
    ("xero", "Xero"),
    ("beancount", "Beancount"),
    ("hledger", "hledger"),
    ("jsonl", "JSON Lines"),
    ("parquet", "Parquet"),
)
"""What the ledger can be written as."""

MONTHS = 24
"""Months that can be chosen, the present one first."""


async def show(
    request: Request, error: BulkordersError | None = None, told: dict[str, str] | None = None
) -> Response:
    """Show what can be exported."""
    months = _months(settings_of(request))
    return render(
        request,
        "exports.html",
        status=200 if error is None else status_of(error),
        formats=FORMATS,
        months=months,
        told=told or {"month": months[0], "format": "xlsx", "campaign": ""},
        error=error,
    )


def _months(settings: Settings) -> list[str]:
    """Return months as `2026-11`, newest first, in the time zone of the settings."""
    at = datetime.now(UTC).astimezone(zone_of(settings))
    count = at.year * 12 + at.month - 1
    return [f"{(count - back) // 12}-{(count - back) % 12 + 1:02}" for back in range(MONTHS)]


async def send(request: Request) -> Response:
    """Send the ledger of a month, or of all time, in the chosen format."""
    told = await _told(request)
    settings = settings_of(request)
    folder = TemporaryDirectory(prefix="bulkorders-")
    try:
        paths = await apart(lambda: _export(settings, told, Path(folder.name)))
    except BulkordersError as error:
        folder.cleanup()
        return await show(request, wording.explain(error), told)
    return _file(_together(paths, f"ledger-{told['month'] or 'all'}"), folder)


async def _export(settings: Settings, told: dict[str, str], folder: Path) -> list[Path]:
    since = until = None
    if told["month"]:
        month = month_of(told["month"], zone_of(settings))
        since = datetime.fromisoformat(f"{month}-01").date()
        until = (since + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    asked = Asked(told["format"], folder, since, until, told["campaign"] or None)
    written = await export(asked, settings)
    paths = [Path(each.file) for each in written.files]
    if not paths:
        raise CallError("export.nothing_there")
    return paths


async def statement(request: Request) -> Response:
    """Send the statement of a month: balances, charges, refunds, and what nothing explains."""
    told = await _told(request)
    settings = settings_of(request)
    folder = TemporaryDirectory(prefix="bulkorders-")
    out = Path(folder.name) / f"statement-{told['month']}.xlsx"
    try:
        month = told["month"] or None
        closed = await apart(
            lambda: closing.close(closing.Wanted(month, out=out), settings, Quiet(yes=False))
        )
        if closed.statement is None:
            raise CallError("export.nothing_there")
    except BulkordersError as error:
        folder.cleanup()
        return await show(request, wording.explain(error), told)
    return _file(closed.statement, folder)


async def _told(request: Request) -> dict[str, str]:
    """Return the month, the format and the campaign that were chosen; what is no choice of ours is left out."""
    form = await request.form()
    told = {name: str(form.get(name, "")).strip() for name in ("month", "format", "campaign")}
    if told["format"] not in dict(FORMATS):
        told["format"] = "xlsx"
    return told


def _together(paths: list[Path], name: str) -> Path:
    """Return the one file, or all of them in a zip."""
    if len(paths) == 1:
        return paths[0]
    made = paths[0].parent / f"{name}.zip"
    with ZipFile(made, "w", ZIP_DEFLATED) as together:
        for path in paths:
            together.write(path, path.name)
    return made


def _file(path: Path, folder: TemporaryDirectory[str]) -> Response:
    return FileResponse(
        path,
        filename=path.name,
        headers={"cache-control": "no-store"},
        background=BackgroundTask(folder.cleanup),
    )


routes = [
    Route("/exports", show, name="exports"),
    Route("/exports/ledger", send, methods=["POST"], name="ledger"),
    Route("/exports/statement", statement, methods=["POST"], name="statement"),
]
