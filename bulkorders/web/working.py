"""The page of a run that is under way: how far it is, live; what it asks; and where it can be held and stopped."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from bulkorders import wording
from bulkorders.model.money import plain
from bulkorders.model.progress import Progress
from bulkorders.model.report import AccountMoney
from bulkorders.web.apart import hands_of
from bulkorders.web.confirming import Total, totals, typed_right
from bulkorders.web.desk import Desk
from bulkorders.web.front import Question
from bulkorders.web.jobs import Job, Stand
from bulkorders.web.rendering import render

LOOK = 0.25
"""Seconds between two looks at a run, for those who watch it."""

SOON = 0.6
MINUTE = 60

STAGES = {
    "": "Beginning",
    "reading": "Reading the sheet",
    "catalogue": "Asking the panel for its services and the balance",
    "checking": "Checking every row",
    "placing": "Placing orders",
    "asking": "Asking what became of the orders",
}


@dataclass(frozen=True, slots=True)
class Gauge:
    """How far a run is, for people: rate in orders a second, remaining in seconds (None: nobody can say yet)."""

    stage: str
    progress: Progress | None
    seconds: float
    done: int = 0
    rate: float = 0.0
    remaining: float | None = None


def job_of(request: Request) -> Job:
    """Return the job an address names. Raises HTTPException 404 where there is none."""
    desk: Desk = request.app.state.desk
    job = desk.job(request.path_params["job"])
    if job is None:
        raise HTTPException(404)
    return job


def gauge_of(job: Job) -> Gauge:
    """Return how far a job is."""
    stage, progress, seconds = job.front.now
    told = wording.translated(STAGES.get(stage, stage))
    if progress is None:
        return Gauge(told, None, seconds)
    done = progress.placed + progress.rejected + progress.in_doubt
    rate = done / seconds if seconds > 1 else 0.0
    left = progress.total - done
    remaining = left / rate if rate and not progress.paused and not progress.stopping else None
    return Gauge(told, progress, seconds, done, rate, remaining)


def span(seconds: float) -> str:
    """Return a time as people say it: `3 min 20 s`."""
    whole = round(seconds)
    if whole < MINUTE:
        return wording.translated("{n} s").format(n=whole)
    minutes, left = divmod(whole, MINUTE)
    if minutes < MINUTE:
        return wording.translated("{minutes} min {seconds} s").format(minutes=minutes, seconds=left)
    return wording.translated("{hours} h {minutes} min").format(
        hours=minutes // MINUTE, minutes=minutes % MINUTE
    )


def left_of(part: AccountMoney) -> Decimal | None:
    """Return what an account would hold after its orders, None where nobody knows."""
    return None if part.balance_before is None else plain(part.balance_before - part.estimated)


async def show(request: Request) -> Response:
    """Show a run as it stands; one that went well leads on to what it came to."""
    job = job_of(request)
    stand = job.stand
    if stand is Stand.DONE:
        return RedirectResponse(job.leads_to, status_code=303)
    if stand is Stand.FAILED and job.kind == "check":
        return RedirectResponse(job.leads_to, status_code=303)
    queued = hands_of(request).queued
    facts: dict[str, Any] = {"job": job, "stand": stand, "notes": job.front.told, "error": job.error}
    question = job.front.question
    if stand is Stand.ASKING and question is not None:
        return _asking(request, job, question)
    if stand is Stand.FAILED:
        return render(request, "ended.html", **facts)
    return render(request, "working.html", gauge=gauge_of(job), span=span, queued=queued, **facts)


def _asking(request: Request, job: Job, question: Question, wrong: str = "") -> Response:
    wanted: list[Total] = totals(question.review) if question.review is not None else []
    minutes = max(int((question.until - time.monotonic()) / 60), 0)
    return render(
        request,
        "review.html" if question.kind == "confirm" else "question.html",
        status=400 if wrong else 200,
        job=job,
        stand=Stand.ASKING,
        question=question,
        review=question.review,
        totals=wanted,
        after=left_of,
        wrong=wrong,
        queued=hands_of(request).queued,
        minutes=minutes,
        notes=job.front.told,
    )


async def answer(request: Request) -> Response:
    """Take a person's answer to what a run asks. To place orders, the total must have been typed."""
    job = job_of(request)
    form = await request.form(max_files=0, max_fields=40)
    question = job.front.question
    if question is None or question.id != form.get("question"):
        return RedirectResponse(
            f"/jobs/{job.id}", status_code=303
        )  # answered already, perhaps in another tab
    said = str(form.get("answer", "no"))
    if question.kind == "choose":
        job.front.answer(question.id, answer=int(said) if said.isdecimal() else None)
    elif said != "yes":
        job.front.answer(question.id, answer=False)
    elif question.review is not None and not typed_right(question.review, form):
        wrong = wording.translated("That is not the total. Nothing was sent yet.")
        return _asking(request, job, question, wrong)
    else:
        job.front.answer(question.id, answer=True)
    await run_in_threadpool(_moved, job)
    return RedirectResponse(f"/jobs/{job.id}", status_code=303)


def _moved(job: Job) -> None:
    """Wait a moment for what follows from an answer."""
    until = time.monotonic() + SOON
    while time.monotonic() < until and job.stand is Stand.WORKING and not job.begun_spending:
        time.sleep(0.02)


async def stop(request: Request) -> Response:
    """Stop a run: nothing further is begun, and what is in flight is waited for."""
    job = job_of(request)
    job.stop()
    await run_in_threadpool(job.wait, SOON)
    return RedirectResponse(f"/jobs/{job.id}", status_code=303)


async def hold(request: Request) -> Response:
    """Hold a run, or let it go on."""
    job = job_of(request)
    job.reins.pause(request.url.path.endswith("/pause"))
    await asyncio.sleep(LOOK)
    return RedirectResponse(f"/jobs/{job.id}", status_code=303)


async def events(request: Request) -> Response:
    """Tell those who watch how far a run is, and when its page is another one."""
    job = job_of(request)
    watched = (
        Stand(request.query_params["stand"]) if request.query_params.get("stand") in set(Stand) else None
    )
    desk: Desk = request.app.state.desk
    stream = _told(request, job, watched, desk)
    return StreamingResponse(stream, media_type="text/event-stream", headers={"x-accel-buffering": "no"})


async def _told(request: Request, job: Job, watched: Stand | None, desk: Desk) -> AsyncIterator[str]:
    seen, heard = -1, time.monotonic()
    began = job.begun_spending
    while not desk.leaving:
        if (watched is not None and job.stand is not watched) or job.begun_spending != began:
            yield "event: moved\ndata: .\n\n"
            return
        version, now = job.front.version, time.monotonic()
        # The seconds that are left go on even where nothing comes.
        if version != seen or now - heard > 1:
            seen, heard = version, now
            page = render(request, "gauge.html", job=job, gauge=gauge_of(job), span=span)
            text = bytes(page.body).decode().replace("\n", " ")
            yield f"event: gauge\ndata: {text}\n\n"
        await asyncio.sleep(LOOK)
        if await request.is_disconnected():
            return


async def moved(request: Request) -> Response:
    """Lead a page that watched a run to where it is now."""
    return Response(status_code=204, headers={"hx-redirect": f"/jobs/{job_of(request).id}"})


routes = [
    Route("/jobs/{job}", show),
    Route("/jobs/{job}/events", events),
    Route("/jobs/{job}/moved", moved),
    Route("/jobs/{job}/answer", answer, methods=["POST"]),
    Route("/jobs/{job}/stop", stop, methods=["POST"]),
    Route("/jobs/{job}/pause", hold, methods=["POST"]),
    Route("/jobs/{job}/go-on", hold, methods=["POST"]),
]
