"""A sheet's own page: it is checked, its problems and rows are shown, and its orders are sent on to the review."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from bulkorders import wording
from bulkorders.errors import BulkordersError
from bulkorders.model.money import plain
from bulkorders.pipeline.following.recalled import recall
from bulkorders.pipeline.following.telling import history
from bulkorders.pipeline.looked import Looked, write_to_fix
from bulkorders.sheet.results.replacing import RESULTS_SUFFIX
from bulkorders.web.front import PageFront
from bulkorders.web.rendering import fragment_wanted, render
from bulkorders.web.table import Wanted, table_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from bulkorders.model.report import AccountMoney, Report
    from bulkorders.web.desk import Desk
    from bulkorders.web.jobs import Job
    from bulkorders.web.keeping import Kept

COLUMNS = frozenset({"sheet.columns_missing", "sheet.columns_twice", "sheet.which_worksheet"})
"""Errors that are answered on the page of the columns."""

RUNS = 200
"""Runs of the journal in which the last one over a sheet is looked for."""

SOON = 0.8
"""Seconds a small sheet is waited for before its progress is shown."""

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TICKED = ("allow_duplicates", "allow_changed", "retry_rejected", "canary", "one_per_link")
AMOUNTS = ("max_total", "max_order")


class LookingFront(PageFront):
    """The front of a check: what its columns mean is asked on a page of its own, not in the midst of it."""

    def choose(self, question: str, choices: Any) -> int | None:  # noqa: ARG002 - nobody is asked
        """Choose nothing: the error says what is unclear."""
        return None


def kept_of(request: Request) -> Kept:
    """Return the sheet an address names. Raises HTTPException 404 where there is none."""
    desk: Desk = request.app.state.desk
    kept = desk.shelf.get(request.path_params["sheet"])
    if kept is None:
        raise HTTPException(404)
    return kept


async def show(request: Request) -> Response:
    """Show what the check of a sheet found; begin the check where there was none."""
    desk, kept = request.app.state.desk, kept_of(request)
    running = next((job for job in desk.jobs(about=kept.id) if not job.over), None)
    if running is not None:
        return RedirectResponse(f"/jobs/{running.id}", status_code=303)
    looked: Looked | None = desk.looked.get(kept.id)
    if looked is None:
        failed = next(iter(desk.jobs(about=kept.id, kind="check")), None)
        if failed is None or failed.error is None:
            return await _checked(request, kept)
        return _unchecked(request, kept, failed.error)
    return _shown(request, kept, looked)


@dataclass(frozen=True, slots=True)
class Purse:
    """What the rows that are ready would take from one account."""

    money: AccountMoney

    @property
    def after(self) -> Decimal | None:
        """The balance that would be left, None where it is not known."""
        before = self.money.balance_before
        return None if before is None else plain(before - self.money.estimated)

    @property
    def short(self) -> bool:
        """Whether the balance is not enough."""
        return self.after is not None and self.after < 0


def _panels(desk: Desk) -> list[tuple[str, str]]:
    """Return the panels one can choose from, with what they are called."""
    names = desk.panel_names
    usual = ("", wording.translated("the usual one"))
    return [usual, *((name, name) for name in names)] if len(names) > 1 else []


def _proposal(looked: Looked) -> str:
    """Return a name for a new campaign, where it must be named."""
    if looked.unmeant is None:
        return ""
    facts = looked.unmeant.facts
    return str(facts.get("proposal") or f"{facts['campaign']}-{datetime.now().astimezone():%Y-%m}")


def _unchecked(request: Request, kept: Kept, error: BulkordersError) -> Response:
    """Show why a sheet could not be checked: on the page of its columns, where it is about these."""
    if error.code in COLUMNS:
        return RedirectResponse(f"/sheets/{kept.id}/columns", status_code=303)
    return render(request, "unchecked.html", kept=kept, error=error)


def _shown(request: Request, kept: Kept, looked: Looked) -> Response:
    desk: Desk = request.app.state.desk
    wanted = Wanted.of(request.query_params)
    table = table_of(looked, wanted)
    facts: dict[str, Any] = {
        "kept": kept,
        "looked": looked,
        "report": looked.report,
        "notes": [desk.shelf.named(sentence) for sentence in looked.report.notes],
        "unmeant": desk.shelf.named((looked.unmeant and looked.unmeant.message) or ""),
        "table": table,
        "wanted": wanted,
        "address": f"/sheets/{kept.id}?{urlencode(wanted.without_page())}&page=",
    }
    if fragment_wanted(request) and request.headers.get("hx-target") == "rows":
        return render(request, "rows.html", **facts)
    return render(
        request,
        "checked.html",
        groups=looked.groups,
        purse=[Purse(each) for each in looked.to_spend if each.estimated or len(looked.to_spend) == 1],
        panels=_panels(desk),
        last_run=desk.last_runs.get(kept.id),
        proposal=_proposal(looked),
        busy=desk.under_way(),
        held=looked.report.counts.invalid + looked.report.counts.duplicate,
        **facts,
    )


async def _checked(request: Request, kept: Kept) -> Response:
    """Check a sheet; return its page where that is quick, else the page of the check."""
    desk: Desk = request.app.state.desk
    desk.looked.pop(kept.id, None)
    front = LookingFront(plain=desk.shelf.named)

    async def look(_front: PageFront) -> Looked:
        found = await desk.hands.look(kept.options(), desk.settings, front, front.stage)
        desk.panel_names = sorted(each.name for each in await desk.hands.panels(desk.settings))
        # Made once, in the language of whoever checks: a page of the table is then quick.
        whole = found.report.model_copy(update={"orders": tuple(found.report.orders)})
        looked = replace(found, report=whole)
        desk.looked[kept.id] = looked
        place = str(kept.path.resolve())
        runs = await history(desk.settings, RUNS)
        desk.last_runs[kept.id] = next((run.id for run in runs if run.sheet == place and run.counts), None)
        return looked

    title = wording.translated("Check of {name}").format(name=kept.name)
    place = f"/sheets/{kept.id}"
    job = desk.start(request, "check", look, title=title, then=place, about=kept.id, front=front)
    return await soon(job, place)


async def soon(job: Job, place: str) -> Response:
    """Lead to `place` where a job ends at once, else to its own page."""
    await run_in_threadpool(job.wait, SOON)
    return RedirectResponse(place if job.over else f"/jobs/{job.id}", status_code=303)


async def check(request: Request) -> Response:
    """Check a sheet again, with what was chosen among the further settings."""
    desk, kept = request.app.state.desk, kept_of(request)
    form = await request.form(max_files=0, max_fields=60)
    if form.get("chosen"):
        chosen = {name: form.get(name) == "yes" for name in TICKED}
        told: dict[str, Any] = {name: _amount(str(form.get(name, ""))) for name in AMOUNTS}
        told["panel"] = str(form.get("panel", "")) or None
        desk.shelf.choose(kept, **chosen, **told)
    if form.get("meant") == "known":
        desk.shelf.choose(kept, campaign=str(form.get("known", "")) or None)
    elif form.get("meant") == "new":
        desk.shelf.choose(kept, campaign=str(form.get("campaign", "")).strip() or None)
    return await _checked(request, kept_of(request))


def _amount(told: str) -> str | None:
    """Return an amount as digits, or None where none was typed. Raises CallError where it is none."""
    if not told.strip():
        return None
    try:
        found = Decimal(told.strip().replace(" ", "").replace(",", ""))
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or found < 0:
        raise BulkordersError("page.not_amount", found=told.strip())
    return format(found, "f")


async def to_fix(request: Request) -> Response:
    """Give the workbook in whose worksheet To fix the rows can be put right."""
    desk, kept = request.app.state.desk, kept_of(request)
    looked = desk.looked.get(kept.id)
    if looked is None:
        return RedirectResponse(f"/sheets/{kept.id}", status_code=303)
    path = kept.path.parent / "to-fix" / (kept.path.stem.removesuffix(".results") + RESULTS_SUFFIX)

    def write() -> Any:
        path.parent.mkdir(exist_ok=True)
        path.unlink(missing_ok=True)
        return write_to_fix(looked, path)

    written = await run_in_threadpool(write)
    name = f"{kept.path.stem.removesuffix('.results')}.to-fix.xlsx"
    return FileResponse(written, filename=name, media_type=XLSX, headers={"cache-control": "no-store"})


async def submit(request: Request) -> Response:
    """Begin the run over a sheet: it reviews, asks, places, and ends with the results."""
    desk, kept = request.app.state.desk, kept_of(request)
    options = kept.options()

    def place(settings: Any) -> Callable[[PageFront], Awaitable[Report]]:
        async def run(front: PageFront) -> Report:
            try:
                report: Report = await desk.hands.submit(options, settings, front)
            finally:
                desk.looked.pop(kept.id, None)
            recalled = await recall(settings, report.run)
            if recalled is not None:
                desk.recalled[report.run] = recalled
            return report

        return run

    title = wording.translated("Orders of {name}").format(name=kept.name)
    job = desk.start(
        request,
        "submit",
        place(desk.settings),
        title=title,
        then=lambda report: f"/runs/{report.run}",
        about=kept.id,
    )
    await run_in_threadpool(job.wait, SOON / 2)
    return RedirectResponse(f"/jobs/{job.id}", status_code=303)


routes = [
    Route("/sheets/{sheet}", show),
    Route("/sheets/{sheet}/check", check, methods=["POST"]),
    Route("/sheets/{sheet}/to-fix.xlsx", to_fix),
    Route("/sheets/{sheet}/submit", submit, methods=["POST"]),
]
