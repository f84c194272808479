"""A pretend panel and a throw-away journal for the page, so that everything can be tried and nothing is spent."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bulkorders.sandbox import Sandbox
from bulkorders.sandbox.faults import Fault
from bulkorders.sandbox.server import running
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
    with (
        tempfile.TemporaryDirectory(prefix="bulkorders-rehearsal-", ignore_cleanup_errors=True) as home,
        running(speed=SPEED, latency=LATENCY, seed=1) as sandbox,
    ):
        sandbox.faults.set([Fault(kind="none", times=LOST - 1), Fault(kind="close", when="after")])
        # Built as it stands: no file and no variable of the person's own may lead a rehearsal to a real panel.
        settings = Settings.model_construct(
            panel_url=sandbox.url,
            panel_key=SecretStr(sandbox.key),
            home=Path(home),
            journal=str(Path(home) / "journal.sqlite"),
            panels={},
        )
        yield Rehearsal(settings, sandbox)


async def show(request: Request) -> Response:
    """Show the pretend panel's own list of orders, as a real panel shows it on its own pages."""
    sandbox: Sandbox | None = getattr(request.app.state, "sandbox", None)
    if sandbox is None:
        raise HTTPException(404)
    orders = list(reversed(sandbox.shop.orders))
    return render(request, "rehearsal.html", orders=orders[:SHOWN], count=len(orders))


routes = [Route("/rehearsal", show)]
