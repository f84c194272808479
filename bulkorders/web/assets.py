"""The page's own files: style, scripts and the vendors' scripts, each at an address that changes with its content."""

import hashlib
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

PAGES = Path(__file__).parent / "pages"
SERVED = (
    *("style.css", "page.js", "icon.svg"),
    *("vendor/htmx-2.0.11.min.js", "vendor/htmx-ext-sse-2.2.4.min.js"),
)
"""What is served: by name, so that nothing else of the folder ever is."""

FOREVER = "public, max-age=31536000, immutable"


def asset(name: str) -> str:
    """Return the address of a file of the page: `/assets/style.css?v=…`."""
    return f"/assets/{name}?v={_mark(name)}"


@cache
def _mark(name: str) -> str:
    return hashlib.sha256((PAGES / name).read_bytes()).hexdigest()[:10]


async def serve(request: Request) -> Response:
    """Serve one of the page's files."""
    name = request.path_params["name"]
    if name not in SERVED:
        return PlainTextResponse("Not found", status_code=404)
    caching = FOREVER if request.query_params.get("v") == _mark(name) else "no-cache"
    return FileResponse(PAGES / name, headers={"cache-control": caching})


routes = [Route("/assets/{name:path}", serve, name="assets")]
