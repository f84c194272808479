"""Which language a page speaks: the one the reader chose (a cookie), else what the browser asks for."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bulkorders.wording.languages import LANGUAGES, speaking

COOKIE = "bulkorders_language"
YEAR = 365 * 24 * 3600


class Speaking:
    """Middleware: everything said while a request is answered, errors too, is said in the reader's language.

    Tasks and threads that a request begins go on in it: a run speaks the language of whoever started it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request in its reader's language."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with speaking(language_of(Request(scope))):
            await self._app(scope, receive, send)


def language_of(request: Request) -> str:
    """Return `en` or `vi`: the cookie's, else the first of Accept-Language that there is, else English."""
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return chosen
    return _preferred(request.headers.get("accept-language", ""))


def _preferred(header: str) -> str:
    """Return the best language of an Accept-Language header, by its weights."""
    wanted = []
    for place, part in enumerate(header.split(",")[:20]):
        name, _, terms = part.strip().partition(";")
        weight = terms.strip().removeprefix("q=") if terms.strip().startswith("q=") else "1"
        try:
            wanted.append((-float(weight), place, name.strip().casefold().partition("-")[0]))
        except ValueError:
            continue
    return next((name for weight, _, name in sorted(wanted) if weight < 0 and name in LANGUAGES), "en")


async def choose(request: Request) -> Response:
    """Keep the chosen language in a cookie, and go back to where the reader was (a path of this page alone)."""
    told = request.query_params
    back = told.get("back", "/")
    if not back.startswith("/") or back.startswith(("//", "/\\")):
        back = "/"
    answer = RedirectResponse(back, status_code=303)
    if told.get("to") in LANGUAGES:
        answer.set_cookie(COOKIE, told["to"], max_age=YEAR, httponly=True, samesite="strict")
    return answer


routes = [Route("/language", choose, name="language")]
