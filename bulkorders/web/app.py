"""The page put together: its routes, what stands before them, and what is shown where something can't be."""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bulkorders import wording
from bulkorders.errors import BulkordersError
from bulkorders.pipeline.placement.limits import zone_of
from bulkorders.sandbox import Sandbox
from bulkorders.web import (
    assets,
    catalogue,
    columns,
    doubts,
    entering,
    errands,
    exports,
    failing,
    history,
    language,
    orders,
    rehearsing,
    results,
    sheets,
    start,
    working,
)
from bulkorders.web.desk import Desk
from bulkorders.web.language import Speaking
from bulkorders.web.rendering import render
from bulkorders.web.security import Fence, TooLarge
from bulkorders.web.sessions import Sessions

LOG = logging.getLogger(__name__)

PAGES = (
    *(assets, language, entering, start, sheets, columns, working, results),
    *(history, orders, doubts, catalogue, exports, errands, rehearsing),
)
"""The modules with pages; each has `routes`."""


def make_app(
    desk: Desk, sessions: Sessions, *, hosts: Sequence[str], cookie: str, sandbox: Sandbox | None = None
) -> Starlette:
    """Return the page over this desk; it answers to these hosts, each with its port, and to nobody outside."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield

    app = Starlette(
        routes=[route for page in PAGES for route in _routes(page)],
        middleware=[
            Middleware(Fence, hosts=hosts, sessions=sessions, cookie=cookie),
            Middleware(Speaking),
            Middleware(Unbroken),
        ],
        exception_handlers={BulkordersError: failing.failed, 404: failing.missing, HTTPException: _refused},
        lifespan=lifespan,
    )
    app.state.desk = desk
    app.state.settings = desk.settings
    app.state.sessions = sessions
    app.state.sandbox = sandbox
    app.state.cookie = cookie
    app.state.zone = zone_of(desk.settings)
    return app


def _routes(page: object) -> list[Route]:
    return list(getattr(page, "routes"))  # noqa: B009 - a module is asked, and has no type of its own


async def _refused(request: Request, error: Exception) -> Response:
    """Show that something is too large, or makes no sense."""
    assert isinstance(error, HTTPException)  # noqa: S101 - as above
    code = "page.too_large" if isinstance(error, TooLarge) else "page.unfit"
    most = error.most // 1_000_000 if isinstance(error, TooLarge) else 0
    found = wording.explain(BulkordersError(code, most=most))
    return render(request, "failed.html", status=error.status_code, error=found)


class Unbroken:
    """Middleware: what nobody foresaw becomes a page too.

    The kind of such an error is told, and never its text: that may hold anything.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, whatever happens."""
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:  # the one place where a page's errors end
            LOG.exception("a page failed: %s", scope.get("path"))
            if begun or scope["type"] != "http":
                raise
            request = Request(scope)
            found = wording.explain(BulkordersError("crash", kind=type(error).__name__))
            await render(request, "failed.html", status=500, error=found)(scope, receive, send)
