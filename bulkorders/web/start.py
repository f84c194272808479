"""The start page: a sheet is dropped, chosen or pasted; what was given before is found again."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bulkorders.errors import CallError, SheetError
from bulkorders.journal.protocol import Run
from bulkorders.pipeline.following.telling import history
from bulkorders.sheet.massorder import pasted_name
from bulkorders.web.desk import Desk
from bulkorders.web.keeping import Kept
from bulkorders.web.rendering import render
from bulkorders.web.security import LARGEST_SHEET, same_mark

SHOWN = 8
"""Sheets that the start page names."""

RUNS = 200
"""Runs of the journal in which the last one over a sheet is looked for."""


@dataclass(frozen=True, slots=True)
class Given:
    """A sheet that was given, with the last run that could place its orders; `interrupted` where it has no end."""

    kept: Kept
    run: Run | None
    interrupted: bool


async def start(request: Request) -> Response:
    """Show where a sheet is given, and those given before."""
    desk: Desk = request.app.state.desk
    given = await given_before(desk, SHOWN)
    return render(
        request,
        "start.html",
        given=given,
        busy=desk.under_way(),
        panels=_panels(desk),
        queued=desk.hands.queued,
        who=request.state.who,
        largest=LARGEST_SHEET // 1_000_000,
    )


def _panels(desk: Desk) -> int:
    """Return how many panels there are, without a word of what they are."""
    return len(desk.settings.all_panels())


SENDING = frozenset({"submit", "submit --queue"})
"""Commands that send the orders of a sheet."""


async def given_before(desk: Desk, most: int) -> list[Given]:
    """Return the sheets given last, with what became of them."""
    runs = [run for run in await history(desk.settings, RUNS) if run.command in SENDING]
    last: dict[str, Run] = {}
    for each in reversed(runs):
        last[each.sheet or ""] = each
    busy = desk.under_way()
    given = []
    for kept in (await run_in_threadpool(desk.shelf.all))[:most]:
        run = last.get(str(kept.path.resolve()))
        alive = busy is not None and busy.about == kept.id
        given.append(Given(kept, run, run is not None and run.finished_at is None and not alive))
    return given


async def take(request: Request) -> Response:
    """Keep a sheet that was sent, or orders that were pasted, and go on to its columns and its check."""
    desk: Desk = request.app.state.desk
    async with request.form(max_files=1, max_fields=4, max_part_size=LARGEST_SHEET) as form:
        if not same_mark(request.state.session, str(form.get("csrf", ""))):
            raise CallError("page.stale")
        file, text = form.get("file"), str(form.get("text", ""))
        if isinstance(file, UploadFile) and file.filename:
            if not file.size:
                raise SheetError("page.empty_file", name=Path(file.filename).name)
            kept = await run_in_threadpool(desk.shelf.keep, file.filename, file.file, request.state.who)
        elif text.strip():
            content = text.encode()
            name = pasted_name(content)
            kept = await run_in_threadpool(desk.shelf.keep, name, BytesIO(content), request.state.who)
        else:
            raise CallError("page.nothing_given")
    return RedirectResponse(f"/sheets/{kept.id}", status_code=303)


routes = [Route("/", start), Route("/sheets", take, methods=["POST"])]
