"""A pretend panel and a throw-away journal for the page, so that everything can be tried and nothing is spent."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bulkorders.pipeline.rehearsal import pretending
from bulkorders.sandbox import Sandbox
from bulkorders.sandbox.faults import Fault
from bulkorders.settings import Settings
from bulkorders.web.rendering import render

LATENCY = "80-250ms"
SPEED = 2_000.0
LOST = 12
"""Which order's answer is lost on its way, so that an order in doubt can be settled once."""

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Settings whose only panel is a pretend one, and that panel."""

    settings: Settings
    sandbox: Sandbox


@contextmanager
def rehearsing() -> Iterator[Rehearsal]:
    """Give a rehearsal; its panel and journal are gone afterwards."""
    with pretending(speed=SPEED, latency=LATENCY) as (settings, sandbox):
        sandbox.faults.set([Fault(kind="none", times=LOST - 1), Fault(kind="close", when="after")])
        yield Rehearsal(settings, sandbox)


async def show(request: Request) -> Response:
    """Show the pretend panel's own list of orders, as a real panel shows it on its own pages."""
    sandbox: Sandbox | None = getattr(request.app.state, "sandbox", None)
    if sandbox is None:
        raise HTTPException(404)
    orders = list(reversed(sandbox.shop.orders))
    return render(request, "rehearsal.html", orders=orders[:SHOWN], count=len(orders))


routes = [Route("/rehearsal", show)]
