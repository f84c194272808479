"""What the panels sell and what the accounts hold: services with a search, balances, a blank order sheet.

A panel may take its time: pages come at once, and fetch what the panel says into their place.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from bulkorders import wording
from bulkorders.errors import BulkordersError
from bulkorders.sheet.templates import write_template
from bulkorders.web.apart import apart, hands_of, settings_of
from bulkorders.web.history import XLSX, page_of
from bulkorders.web.rendering import fragment_wanted, render
from bulkorders.wording import summaries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request

    from bulkorders.model.catalogue import Service
    from bulkorders.pipeline.accounts import Account
    from bulkorders.web.hands import Named

PAGE = 50
FRESH = 120.0
"""Seconds for which a catalogue is searched before it is asked for again; an order never trusts it."""


@dataclass(frozen=True, slots=True)
class Held:
    """What one account holds, or why it could not be asked."""

    panel: Named
    account: Account | None = None
    error: BulkordersError | None = None


async def services(request: Request) -> Response:
    """List what a panel sells today, searched by words."""
    told = request.query_params
    panels = await _panels(request)
    panel = told.get("panel") or None
    account = _kept(request, panel)
    search, page = told.get("q", "").strip(), page_of(request)
    if account is None and not (fragment_wanted(request) or "ask" in told):
        return render(request, "services.html", panels=panels, panel=panel, search=search, account=None)
    try:
        account = account or await _asked(request, panel)
    except BulkordersError as error:
        told_error = wording.explain(error)
        return render(
            request,
            "services.html",
            panels=panels,
            panel=panel,
            search=search,
            account=None,
            error=told_error,
        )
    found = _matching(account, search)
    return render(
        request,
        "services.html",
        panels=panels,
        panel=panel,
        search=search,
        account=account,
        services=found[(page - 1) * PAGE : page * PAGE],
        found=len(found),
        page=page,
        pages=max(-(-len(found) // PAGE), 1),
        most=summaries.most,
    )


def _matching(account: Account, search: str) -> Sequence[Service]:
    words = search.casefold().split()
    return [
        each
        for each in account.catalogue.services.values()
        if all(word in f"{each.id} {each.name} {each.category} {each.type_name}".casefold() for word in words)
    ]


def _kept(request: Request, panel: str | None) -> Account | None:
    at, account = _shelf(request).get(panel, (float("-inf"), None))
    return account if time.monotonic() - at < FRESH else None


def _shelf(request: Request) -> dict[str | None, tuple[float, Account]]:
    if not hasattr(request.app.state, "catalogues"):
        request.app.state.catalogues = {}
    found: dict[str | None, tuple[float, Account]] = request.app.state.catalogues
    return found


async def _asked(request: Request, panel: str | None) -> Account:
    settings, hands = settings_of(request), hands_of(request)
    account = await apart(lambda: hands.ask_one(settings, panel, catalogue=True))
    _shelf(request)[panel] = (time.monotonic(), account)
    return account


async def balance(request: Request) -> Response:
    """Show what each account holds; one that can't be asked says why, and keeps no other from being shown."""
    panels = await _panels(request)
    if not (fragment_wanted(request) or "ask" in request.query_params):
        return render(request, "balance.html", panels=panels, held=None)
    held = [await _held(request, each) for each in panels]
    return render(request, "balance.html", panels=panels, held=held)


async def _panels(request: Request) -> Sequence[Named]:
    settings, hands = settings_of(request), hands_of(request)
    return await apart(lambda: hands.panels(settings))


async def _held(request: Request, panel: Named) -> Held:
    settings, hands = settings_of(request), hands_of(request)
    try:
        account = await apart(lambda: hands.ask_one(settings, panel.name, catalogue=False))
    except BulkordersError as error:
        return Held(panel, error=wording.explain(error))
    return Held(panel, account)


async def template(request: Request) -> Response:
    """Send a blank order sheet with the services a panel sells today in a drop-down. Raises PanelError."""
    panel = request.query_params.get("panel") or None
    account = _kept(request, panel) or await _asked(request, panel)
    folder = TemporaryDirectory(prefix="bulkorders-")
    path = Path(folder.name) / "order-sheet.xlsx"
    await _in_thread(path, account)
    return FileResponse(
        path,
        media_type=XLSX,
        filename=path.name,
        headers={"cache-control": "no-store"},
        background=BackgroundTask(folder.cleanup),
    )


async def _in_thread(path: Path, account: Account) -> None:
    async def write() -> None:
        write_template(path, account.catalogue)

    await apart(write)


routes = [
    Route("/services", services, name="services"),
    Route("/balance", balance, name="balance"),
    Route("/template", template, name="template"),
]
