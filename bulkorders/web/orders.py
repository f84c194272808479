"""Placed orders: the list of them, one order's story, a refresh, and refills and cancels after a review."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.routing import Route

from bulkorders.errors import CallError, Declined
from bulkorders.journal.opening import open_journal
from bulkorders.model.lifecycle import RequestKind, State
from bulkorders.model.outcomes import FINAL, Delivery
from bulkorders.pipeline.following.telling import story_of
from bulkorders.pipeline.requests.requesting import Choice
from bulkorders.web.apart import apart, hands_of, settings_of
from bulkorders.web.errands import Errand, ErrandFront, begin
from bulkorders.web.history import page_of
from bulkorders.web.rendering import render
from bulkorders.wording import stories

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from bulkorders.model.orders import Submission
    from bulkorders.settings import Settings

PAGE = 50
SHOWS = ("open", "completed", "other", "all")
"""What the list can be narrowed to, by what the panel says of the orders."""


@dataclass(frozen=True, slots=True)
class Listed:
    """The orders of one page of the list; `found` match what was searched for."""

    orders: Sequence[Submission]
    found: int


async def show(request: Request) -> Response:
    """List placed orders: those that are open, or others; searched by link, order id, campaign or service."""
    told = request.query_params
    which = told.get("show", "open")
    which = which if which in SHOWS else "open"
    search, page, settings = told.get("q", "").strip(), page_of(request), settings_of(request)
    listed = await apart(lambda: _listed(settings, which, search, page))
    return render(
        request,
        "orders.html",
        listed=listed,
        which=which,
        search=search,
        page=page,
        pages=max(-(-listed.found // PAGE), 1),
    )


async def _listed(settings: Settings, which: str, search: str, page: int) -> Listed:
    journal = await open_journal(settings.journal_url, read_only=True)
    try:
        placed = await journal.submissions(states=[State.PLACED], open_only=which == "open")
    finally:
        await journal.close()
    words = search.casefold().split()
    found = [
        each
        for each in reversed(placed)
        if which in ("all", _kind(each)) and all(word in _searched(each) for word in words)
    ]
    return Listed(found[(page - 1) * PAGE : page * PAGE], len(found))


def _kind(order: Submission) -> str:
    if order.status not in FINAL:
        return "open"
    return "completed" if order.status == Delivery.COMPLETED else "other"


def _searched(order: Submission) -> str:
    """Return all of an order that is looked through in a search."""
    told = (order.link, *order.order_ids, order.campaign, order.service, order.service_name)
    return " ".join((*told, order.reference or "", order.status or "")).casefold()


async def story(request: Request) -> Response:
    """Show one order's whole story: what happened, what the panel answered, its money."""
    settings, key = settings_of(request), request.path_params["key"]
    found = await apart(lambda: story_of(settings, key))
    currency = found.order.currency
    events = [(each.at, stories.event(each.kind, each.after, each.facts, currency)) for each in found.events]
    money = [(each.at, stories.entry(each)) for each in found.entries]
    return render(
        request, "order.html", order=found.order, events=events, attempts=found.attempts, money=money
    )


async def refresh(request: Request) -> Response:
    """Ask the panels about all open orders; can't spend."""
    settings, errand, hands = settings_of(request), Errand("refresh", "/orders"), hands_of(request)
    return begin(request.app, errand, lambda: hands.refresh_all(settings, ErrandFront(errand)))


async def review(request: Request) -> Response:
    """Show what asking for refills or cancels of the chosen orders would come to, before anything is asked."""
    kind, ids = await _chosen(request)
    settings, errand, hands = settings_of(request), Errand(kind.value, "/orders"), hands_of(request)
    try:
        nothing = await apart(
            lambda: hands.request(kind, Choice(order_ids=ids, reviewed=True), settings, ErrandFront(errand))
        )
    except Declined:
        lines = list(errand.told)
        return render(request, "asking.html", kind=kind.value, ids=ids, lines=lines)
    errand.found, errand.over = nothing, True
    left = [each.message for each in nothing.left_out]
    return render(request, "asking.html", kind=kind.value, ids=(), lines=left, stopped=nothing.stopped)


async def ask(request: Request) -> Response:
    """Ask for the refills or cancels that were reviewed; where the review would be another now, nothing is asked."""
    kind, ids = await _chosen(request)
    form = await request.form()
    approved = [str(line) for line in form.getlist("line")]
    settings, hands = settings_of(request), hands_of(request)
    errand = Errand(kind.value, "/orders", queued=hands.queued)
    front = ErrandFront(errand, approved)
    return begin(
        request.app,
        errand,
        lambda: hands.request(kind, Choice(order_ids=ids, reviewed=True), settings, front),
    )


async def _chosen(request: Request) -> tuple[RequestKind, list[str]]:
    """Return what is to be asked for, and the order ids it is asked for. Raises CallError."""
    form = await request.form()
    told = request.path_params["kind"]
    if told not in {each.value for each in RequestKind}:
        raise CallError("call.nothing_ticked")
    kind = RequestKind(told)
    ids = [str(each).strip() for each in form.getlist("order") if str(each).strip()]
    if not ids:
        raise CallError("call.nothing_ticked")
    return kind, ids


routes = [
    Route("/orders", show, name="orders"),
    Route("/orders/refresh", refresh, methods=["POST"], name="refresh"),
    Route("/orders/ask/{kind}/review", review, methods=["POST"], name="review_asking"),
    Route("/orders/ask/{kind}", ask, methods=["POST"], name="ask"),
    Route("/orders/{key}", story, name="order"),
]
