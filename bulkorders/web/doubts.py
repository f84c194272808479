"""What is in doubt: each order, refill and cancel with its evidence, settled by a person's word or the balance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bulkorders import wording
from bulkorders.errors import BulkordersError, CallError
from bulkorders.pipeline.settling import resolving
from bulkorders.pipeline.settling.resolving import Verdicts
from bulkorders.web.apart import apart, hands_of, settings_of
from bulkorders.web.errands import Errand, ErrandFront, begin
from bulkorders.web.evidence import evidence, risk
from bulkorders.web.failing import status_of
from bulkorders.web.rendering import render

if TYPE_CHECKING:
    from starlette.requests import Request


MOST = 100
"""Orders in doubt that one page shows; settling some brings up the others."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A word that was not taken: of which order or request, why, and what was typed."""

    about: str
    error: BulkordersError
    id: str = ""
    reason: str = ""


async def show(request: Request, wrong: Wrong | None = None) -> Response:
    """List what is in doubt, with its evidence and the words that settle it."""
    settings = settings_of(request)
    campaign = request.query_params.get("campaign", "").strip() or None
    found = await apart(lambda: resolving.show(settings, campaign=campaign))
    at = datetime.now(UTC)
    return render(
        request,
        "doubts.html",
        status=200 if wrong is None else status_of(wrong.error),
        doubts=found.doubts[:MOST],
        count=len(found.doubts),
        requests=found.requests[:MOST],
        evidence=evidence,
        early=lambda each: at < each.settled_from,
        wrong=wrong,
        settled=request.query_params.get("settled", ""),
        about=request.query_params.get("about", ""),
        campaign=campaign,
        queued=hands_of(request).queued,
        risk=risk(found.doubts),
    )


async def settle(request: Request) -> Response:
    """Take a person's word on one order, refill or cancel, after it was checked; say why where it was not taken."""
    form = {name: str(value).strip() for name, value in (await request.form()).items()}
    settings, about, word = settings_of(request), request.path_params["about"], form.get("word", "")
    id_, reason = form.get("id", ""), form.get("reason", "")
    try:
        verdicts = _verdicts(about, word, id_, reason)
        front = ErrandFront(Errand("settle", "/doubts"))
        await apart(lambda: resolving.settle(settings, verdicts, front))
    except BulkordersError as error:
        return await show(request, Wrong(about, wording.explain(error), id_, reason))
    return RedirectResponse(f"/doubts?settled={word}&about={about[:8]}", status_code=303)


def _verdicts(about: str, word: str, id_: str, reason: str) -> Verdicts:
    """Return the word as the pipeline takes it. Raises CallError where something is missing."""
    if word in ("not_placed", "not_taken") and not reason:
        raise CallError("resolve.reason")
    if word == "placed" and not id_:
        raise CallError("resolve.pair", found=id_)
    words = {
        "placed": Verdicts(placed={about: id_}, reason=reason),
        "not_placed": Verdicts(not_placed=(about,), reason=reason),
        "taken": Verdicts(taken={about: id_}, reason=reason),
        "not_taken": Verdicts(not_taken=(about,), reason=reason),
    }
    if word not in words:
        raise CallError("resolve.pair", found=word)
    return words[word]


async def prove(request: Request) -> Response:
    """Settle what the balances prove."""
    settings, errand = settings_of(request), Errand("prove", "/doubts")
    return begin(request.app, errand, lambda: resolving.settle_by_evidence(settings, ErrandFront(errand)))


routes = [
    Route("/doubts", show, name="doubts"),
    Route("/doubts/prove", prove, methods=["POST"], name="prove"),
    Route("/doubts/{about}", settle, methods=["POST"], name="settle"),
]
