"""What a run came to: counts, money, charts, a table of its orders, and its workbook to take away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from bulkorders import wording
from bulkorders.model import money
from bulkorders.pipeline.following.recalled import Recalled, recall
from bulkorders.sheet.results.replacing import RESULTS_SUFFIX
from bulkorders.web.history import workbook_of
from bulkorders.web.rendering import fragment_wanted, render
from bulkorders.web.sheets import XLSX
from bulkorders.web.table import SIZE, Wanted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from starlette.requests import Request

    from bulkorders.model.report import OrderPart
    from bulkorders.web.desk import Desk

KINDS = (
    *(("placed", "good"), ("ready", "info"), ("in_doubt", "doubt"), ("rejected", "bad")),
    *(("invalid", "warn"), ("duplicate", "warn"), ("dropped", "")),
)
"""States in the order in which they are drawn, each with its colour."""

MOST_BARS = 8


async def recalled(request: Request) -> Recalled:
    """Return the run an address names, as it stands today. Raises HTTPException 404 where there is none."""
    desk: Desk = request.app.state.desk
    wanted = request.path_params["run"]
    found = await recall(desk.settings, wanted, desk.recalled.get(wanted))
    if found is None:
        raise HTTPException(404)
    desk.recalled[wanted] = found
    return found


async def show(request: Request) -> Response:
    """Show a run's results."""
    found = await recalled(request)
    desk: Desk = request.app.state.desk
    wanted = Wanted.of(request.query_params)
    chosen = [order for order in found.report.orders if wanted.takes(order)]
    pages = max(-(-len(chosen) // SIZE), 1)
    page = min(wanted.page, pages)
    facts: dict[str, Any] = {
        "found": len(chosen),
        "orders": chosen[(page - 1) * SIZE : page * SIZE],
        "page": page,
        "pages": pages,
        "wanted": wanted,
        "run": found.run,
        "address": f"/runs/{found.run.id}?{urlencode(wanted.without_page())}&page=",
    }
    if fragment_wanted(request) and request.headers.get("hx-target") == "orders":
        return render(request, "orders_of_run.html", **facts)
    return render(
        request,
        "came_to.html",
        report=found.report,
        states=_states(found),
        services=_services(found.report.orders),
        kept=desk.shelf.of_path(found.run.sheet),
        there=_file(found) is not None,
        busy=desk.under_way(),
        shared=desk.settings.shared,
        **facts,
    )


def _states(found: Recalled) -> list[tuple[str, int, str, str]]:
    """Return how many rows stand where, as parts of a chart."""
    counts = found.report.counts
    return [
        (wording.translated(name.replace("_", " ")), count, wording.number(count), kind)
        for name, kind in KINDS
        if (count := getattr(counts, name))
    ]


def _services(orders: Sequence[OrderPart]) -> list[tuple[str, float, str, str]]:
    """Return what was spent on each service, the dearest first, as bars of a chart; the rest together."""
    sums: defaultdict[tuple[str, str | None], Decimal] = defaultdict(Decimal)
    for order in orders:
        told = order.charge or order.estimate
        if order.state == "placed" and told and order.service:
            sums[order.service, order.currency] += Decimal(told)
    ordered = sorted(sums.items(), key=lambda each: -each[1])
    named = wording.translated("Service {id}")
    return [
        (named.format(id=service), float(cost), wording.amount(money.plain(cost), currency), "info")
        for (service, currency), cost in ordered[:MOST_BARS]
    ]


async def download(request: Request) -> Response:
    """Give the results workbook of a run."""
    path = _file(await recalled(request))
    if path is None:
        raise HTTPException(404)
    name = path.name.replace(".to-fix.xlsx", RESULTS_SUFFIX)  # where a repaired workbook was given back
    return FileResponse(path, filename=name, media_type=XLSX, headers={"cache-control": "no-store"})


def _file(found: Recalled) -> Path | None:
    return workbook_of(found.run)


routes = [Route("/runs/{run}", show), Route("/runs/{run}/results.xlsx", download)]
