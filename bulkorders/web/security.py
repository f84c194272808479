"""What stands before every page: the host, the session, where a change comes from, and what browsers may do."""

from collections.abc import Iterable
from hmac import compare_digest
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bulkorders.pipeline.recording import WHO
from bulkorders.web.sessions import Session, Sessions
from bulkorders.wording import DOOR

OPEN_TO_ALL = ("/assets/", "/enter", "/login", "/language")
"""Addresses that need no session: they show and change nothing of anybody's."""

LARGEST_FORM = 2_000_000
"""Bytes of a form without a file."""

LARGEST_SHEET = 100_000_000
"""Bytes of a form with a file."""

MOST_FIELDS = 100_000

UPLOADS = ("/sheets",)
"""Addresses that take a file; the handler compares the form's own mark with `same_mark`."""

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
}
"""What every answer tells browsers."""


class TooLarge(HTTPException):
    """More was sent than is taken."""

    def __init__(self, most: int) -> None:
        super().__init__(413, detail=str(most))
        self.most = most


class Fence:
    """Middleware: lets through what comes from a page of ours, by somebody who was let in, to a host of ours."""

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str], sessions: Sessions, cookie: str) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)
        self._sessions = sessions
        self._cookie = cookie

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # nothing here speaks anything else
        DOOR.set("page")
        sending = _with_headers(send)
        refused = self._refused(scope)
        if refused is not None:
            await refused(scope, receive, sending)
            return
        await self._let_in(scope, receive, sending)

    def _refused(self, scope: Scope) -> Response | None:
        """Return the answer to what comes to a wrong host or from a wrong place, or None."""
        headers = Headers(scope=scope)
        if headers.getlist("host") != [headers.get("host", "")] or headers["host"].lower() not in self._hosts:
            return PlainTextResponse("This is not the address of this page.\n", status_code=421)
        if scope["method"] in ("GET", "HEAD"):
            return None
        if scope["method"] != "POST":
            return PlainTextResponse("Not allowed.\n", status_code=405)
        if not self._own(headers.getlist("origin")):
            return PlainTextResponse("This change was asked for by another page.\n", status_code=403)
        return None

    def _own(self, origins: list[str]) -> bool:
        """Whether a change comes from a page of this very server."""
        if len(origins) != 1:
            return False
        parts = urlsplit(origins[0])
        return parts.scheme in ("http", "https") and parts.netloc.lower() in self._hosts

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        session = self._sessions.find(request.cookies.get(self._cookie))
        scope.setdefault("state", {})
        scope["state"] |= {
            "csrf": session.csrf if session else "",
            "who": session.who if session else "",
            "session": session,
        }
        WHO.set(session.who if session else "")
        if session is None and not scope["path"].startswith(OPEN_TO_ALL):
            await self._outside(request)(scope, receive, send)
            return
        if scope["method"] == "POST" and session is not None:
            taken = await _marked(request, receive, session)
            if taken is None:
                answer = PlainTextResponse(
                    "This form is out of date: load the page again.\n", status_code=403
                )
                await answer(scope, receive, send)
                return
            receive = taken
        elif scope["method"] == "POST":
            receive = _bounded(receive, LARGEST_FORM)
        await self._app(scope, receive, send)

    def _outside(self, request: Request) -> Response:
        """Return what somebody is told who was not let in."""
        if request.method in ("GET", "HEAD") and request.headers.get("hx-request") != "true":
            return RedirectResponse("/login", status_code=303)
        return PlainTextResponse("Not let in.\n", status_code=401, headers={"hx-redirect": "/login"})


async def _marked(request: Request, receive: Receive, session: Session) -> Receive | None:
    """Return how a form's body is read on, where it carries the session's mark; None where it does not.

    A form with a file is read as it comes, and its handler compares the mark.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data" and request.url.path in UPLOADS:
        return _bounded(receive, LARGEST_SHEET)
    if kind not in ("application/x-www-form-urlencoded", ""):
        return None
    body = await _whole(_bounded(receive, LARGEST_FORM))
    if body is None:
        return None
    given = request.headers.get("x-csrf-token")
    if given is None:
        given = _field(body, "csrf")
    return _again(body, receive) if same_mark(session, given) else None


def _field(body: bytes, name: str) -> str:
    """Return a field of a form; an empty text where it has none, or makes no sense."""
    try:
        return parse_qs(body.decode("latin-1"), max_num_fields=MOST_FIELDS).get(name, [""])[0]
    except ValueError:
        return ""


def same_mark(session: Session | None, given: str) -> bool:
    """Whether a form carries the mark of the session it was made for."""
    return session is not None and compare_digest(session.csrf.encode(), given.encode())


async def _whole(receive: Receive) -> bytes | None:
    """Return the whole body, or None where it is too large or whoever sent it has gone."""
    parts = []
    while True:
        try:
            message = await receive()
        except TooLarge:
            return None
        if message["type"] != "http.request":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def _again(body: bytes, further: Receive) -> Receive:
    """Return what gives a body that was read already, once, and then what really comes: whoever asks may leave."""
    left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return left.pop() if left else await further()

    return receive


def _bounded(receive: Receive, most: int) -> Receive:
    """Return what reads on until more came than is taken; then it raises TooLarge."""
    count = 0

    async def bounded() -> Message:
        nonlocal count
        message = await receive()
        count += len(message.get("body", b""))
        if count > most:
            raise TooLarge(most)
        return message

    return bounded


def _with_headers(send: Send) -> Send:
    """Return what sends an answer with the headers every answer has."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            headers.setdefault("cache-control", "no-store")
        await send(message)

    return sending
