"""Errands: what a page begins and does not wait for (a refresh, refills, cancels), found again by its address.

An errand goes on in its thread when the tab is closed; its page looks every second how far it is. Errands are
kept as long as the program runs: what they did stands in the journal, as a run.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bulkorders import wording
from bulkorders.errors import BulkordersError
from bulkorders.submission.reins import REINS, Reins
from bulkorders.web.apart import apart
from bulkorders.web.evidence import told_of
from bulkorders.web.rendering import fragment_wanted, render

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from starlette.applications import Starlette
    from starlette.requests import Request

    from bulkorders.model.orders import Submission
    from bulkorders.model.progress import Progress, Review
    from bulkorders.web.desk import Desk

MOST = 50
"""Errands that are kept; the oldest that are over are forgotten first."""


@dataclass(slots=True)
class Errand:
    """One errand: what it is (`refresh`, `refill`, `cancel`, `prove`), how far it is, and what it came to.

    `found` is the pipeline's own answer, `error` what stopped it instead; `queued`: workers do what it asked for.
    """

    kind: str
    back: str
    queued: bool = False
    id: str = field(default_factory=lambda: uuid4().hex[:12])
    far: Progress | None = None
    told: list[str] = field(default_factory=list)
    found: Any = None
    error: BulkordersError | None = None
    over: bool = False
    reins: Reins = field(default_factory=Reins)


class ErrandFront:
    """The front of an errand: it tells the errand's page; a question has the one answer approved beforehand."""

    def __init__(self, errand: Errand, approved: Sequence[str] | None = None) -> None:
        self._errand = errand
        self._approved = approved

    def confirm(self, review: Review) -> bool:  # noqa: ARG002 - no errand spends
        """Say no: what spends is no errand."""
        return False

    def agree(self, question: str) -> bool:  # noqa: ARG002 - the review before it is what was approved
        """Say yes where what was told last is what the person has seen and approved."""
        approved = list(self._approved or ())
        return bool(approved) and self._errand.told[-len(approved) :] == approved

    def choose(self, question: str, choices: Sequence[str]) -> int | None:
        """Choose nothing: what is unclear stays an error."""

    def tell(self, sentence: str) -> None:
        """Keep a sentence for the errand's page."""
        self._errand.told.append(sentence)

    def progress(self, progress: Progress) -> None:
        """Keep how far the errand is."""
        self._errand.far = progress


def begin(
    app: Starlette,
    errand: Errand,
    story: Callable[[], Coroutine[Any, Any, Any]],
) -> Response:
    """Begin an errand in a thread of its own, and lead the reader to its page."""
    kept = _kept(app)
    for old in [each.id for each in kept.values() if each.over][: max(len(kept) - MOST, 0)]:
        del kept[old]
    kept[errand.id] = errand
    task = asyncio.create_task(_go(errand, story))
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
    return RedirectResponse(f"/errands/{errand.id}", status_code=303)


_tasks: set[asyncio.Task[None]] = set()
"""Errands under way: the event loop itself holds its tasks only weakly."""


async def _go(errand: Errand, story: Callable[[], Coroutine[Any, Any, Any]]) -> None:
    REINS.set(errand.reins)
    try:
        errand.found = await apart(story)
    except BulkordersError as error:
        errand.error = wording.explain(error)
    except Exception as error:  # noqa: BLE001 - told on the errand's page, as the command line tells it
        errand.error = wording.explain(BulkordersError("crash", kind=type(error).__name__))
    finally:
        errand.over = True


def _kept(app: Starlette) -> dict[str, Errand]:
    desk: Desk = app.state.desk
    return desk.errands


async def show(request: Request) -> Response:
    """Show how far an errand is, or what it came to."""
    errand = _kept(request.app).get(request.path_params["id"])
    if errand is None:
        return render(request, "missing.html", status=404)
    template = "errand_part.html" if fragment_wanted(request) else "errand.html"
    return render(request, template, errand=errand, asked=_asked(errand), verdicts=_verdicts(errand))


def _verdicts(errand: Errand) -> list[tuple[Submission, str]]:
    """Return what the balance says of each order that it was held against."""
    if errand.kind != "prove" or errand.found is None:
        return []
    orders = {each.order.key: each.order for each in errand.found.doubts}
    orders |= {each.key: each for each in errand.found.settled}
    return [(orders[key], told_of(told)) for key, told in errand.found.verdicts.items() if key in orders]


def _asked(errand: Errand) -> dict[str, Sequence[str]]:
    """Return, of refills and cancels, why orders were left out, and what the panel said where it took none."""
    if errand.kind not in ("refill", "cancel") or errand.found is None:
        return {"reasons": (), "lines": ()}
    from bulkorders.wording import asked as texts  # noqa: PLC0415 - only where there is an answer

    unclear = [texts.line(each) for each in errand.found.requests if each["state"] != "accepted"]
    return {"reasons": texts.reasons(errand.found), "lines": unclear}


routes = [Route("/errands/{id}", show, name="errand")]
