"""The runs of the past: the list of them, and the workbook a run wrote."""

import platform
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from bulkorders.journal.protocol import Run
from bulkorders.pipeline.following.telling import history as latest
from bulkorders.web.apart import apart, settings_of
from bulkorders.web.rendering import render
from bulkorders.wording import stories

PAGE = 25
FURTHEST = 4_000
"""Runs that are looked back at, at most."""

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def show(request: Request) -> Response:
    """List the latest runs, newest first; of one campaign, where it is named."""
    campaign = request.query_params.get("campaign", "").strip() or None
    page = page_of(request)
    settings = settings_of(request)
    runs = await apart(lambda: latest(settings, min(page * PAGE + 1, FURTHEST), campaign=campaign))
    shown = runs[(page - 1) * PAGE : page * PAGE]
    more = len(runs) > page * PAGE
    return render(
        request,
        "history.html",
        runs=[(each, told_of(each)) for each in shown],
        campaign=campaign,
        shared=settings.shared,
        page=page,
        more=more,
        workbooks={each.id for each in shown if workbook_of(each) is not None},
    )


def told_of(run: Run) -> str:
    """Return what a run came to, in a line."""
    counts = stories.counts(run.counts, over_sheet="rows" in run.counts)
    return "; ".join(filter(None, (counts, stories.money(run.money))))


def page_of(request: Request) -> int:
    """Return which page of a list is asked for, from 1."""
    told = request.query_params.get("page", "1")
    return max(int(told), 1) if told.isascii() and told.isdigit() and len(told) < 6 else 1  # noqa: PLR2004 - a sane number


def workbook_of(run: Run) -> Path | None:
    """Return the results workbook a run wrote, where it is still there; another machine's path is none of ours."""
    path = Path(run.results) if run.results and run.machine in ("", platform.node()) else None
    return path if path is not None and path.suffix.lower() == ".xlsx" and path.is_file() else None


async def workbook(request: Request) -> Response:
    """Send the workbook of a run: a path that the journal names, never one that the address does."""
    settings, wanted = settings_of(request), request.path_params["run"]
    runs = await apart(lambda: latest(settings, FURTHEST))
    path = next((workbook_of(each) for each in runs if each.id == wanted), None)
    if path is None:
        return render(request, "missing.html", status=404)
    return FileResponse(path, media_type=XLSX, filename=path.name, headers={"cache-control": "no-store"})


routes = [
    Route("/history", show, name="history"),
    Route("/history/{run}/workbook", workbook, name="workbook"),
]
