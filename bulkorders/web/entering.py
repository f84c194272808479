"""The way in and out: the address of this launch, or a name and a password."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bulkorders.web.rendering import render
from bulkorders.web.sessions import Session, Sessions


async def enter(request: Request) -> Response:
    """Let in whoever opened the address of this launch; the cookie is what lets them in from then on."""
    sessions: Sessions = request.app.state.sessions
    session = sessions.enter(request.query_params.get("token", ""))
    if session is None:
        return RedirectResponse("/login", status_code=303)
    # A page of our own, not a redirect: a strict cookie is not sent along a way that began elsewhere.
    return _with_cookie(request, render(request, "entered.html"), session)


async def login(request: Request) -> Response:
    """Ask for name and password; or, where there are none, say how to get in."""
    sessions: Sessions = request.app.state.sessions
    if request.state.session is not None:
        return RedirectResponse("/", status_code=303)
    wrong = closed = False
    if request.method == "POST" and sessions.passwords is not None:
        form = await request.form(max_files=0, max_fields=4)
        closed = sessions.closed_for_now
        name, password = str(form.get("name", "")).strip(), str(form.get("password", ""))
        session = await run_in_threadpool(sessions.log_in, name, password)
        if session is not None:
            return _with_cookie(request, RedirectResponse("/", status_code=303), session)
        wrong = not closed
    return render(
        request,
        "login.html",
        status=401 if wrong else 429 if closed else 200,
        by_password=sessions.passwords is not None,
        wrong=wrong,
        closed=closed,
    )


async def logout(request: Request) -> Response:
    """End the session."""
    request.app.state.sessions.end(request.state.session)
    answer = RedirectResponse("/login", status_code=303)
    answer.delete_cookie(request.app.state.cookie)
    return answer


def _with_cookie(request: Request, answer: Response, session: Session) -> Response:
    answer.set_cookie(
        request.app.state.cookie,
        session.id,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
        path="/",
    )
    return answer


routes = [
    Route("/enter", enter),
    Route("/login", login, methods=["GET", "POST"]),
    Route("/logout", logout, methods=["POST"]),
]
