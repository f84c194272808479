"""What the machines of one journal are doing, in lines: a heading for each panel and worker, and what is told below."""

from typing import Any

from bulkorders.wording import amount, note, number, translated

CLOCK_OFF = 5.0
"""Seconds from which on a wrong clock is told of."""

Told = tuple[str, list[str]]


def panel(found: Any) -> Told:
    """Return heading and lines of a panel."""
    state = found.state
    lines = [_paused(state)] if state.paused else []
    if state.paused and state.probe_in is not None:
        lines.append(note("status.probe", {"seconds": max(0, round(state.probe_in))}))
    elif state.paused:
        lines.append(note("status.resume", {"name": state.name}))
    if state.held > 0:
        lines.append(note("status.held", {"seconds": round(state.held)}))
    lines.append(_queue(found))
    if found.in_doubt:
        lines.append(note("status.doubts", {"count": found.in_doubt}))
    if found.slots is not None:
        lines.append(note("status.slots", {"taken": found.slots_taken, "slots": found.slots}))
    if state.catalogue_age is not None:
        held = amount(state.balance, state.currency)
        facts = {"balance": held, "age": span(state.catalogue_age), "by": state.told_by}
        lines.append(note("status.card", facts))
    return note("status.panel", {"name": state.name, "account": state.account}), lines


def _paused(state: Any) -> str:
    since = f"{state.paused_at.astimezone():%Y-%m-%d %H:%M:%S}" if state.paused_at else ""
    facts = {"code": state.paused, "by": state.paused_by, "since": since, "said": state.said or "-"}
    return note("status.paused", facts)


def _queue(found: Any) -> str:
    facts = {
        "ready": found.ready,
        "chunks": found.chunks,
        "sending": found.sending,
        "per_second": number(found.per_second),
        "age": span(found.oldest or 0.0),
    }
    return note("status.queue" if found.ready else "status.queue_empty", facts)


def worker(found: Any) -> Told:
    """Return heading and lines of a worker."""
    head = {"id": found.id, "machine": found.machine, "pid": str(found.pid), "who": found.who}
    names = ("in_flight", "placed", "rejected", "in_doubt", "lanes")
    facts = {name: getattr(found, name) for name in names}
    since = f"{found.began_at.astimezone():%Y-%m-%d %H:%M}"
    lines = [note("status.worker_does", {**facts, "since": since, "silent": round(found.silent)})]
    if found.gone:
        lines.append(note("status.gone", {}))
    if abs(found.clock_off) > CLOCK_OFF:
        lines.append(note("status.clock_off", {"seconds": round(found.clock_off)}))
    return note("status.worker", head), lines


def held(found: Any) -> Told:
    """Return heading and lines of queued orders that wait for a new review."""
    facts = {"campaign": found.campaign, "count": found.orders, "account": found.account}
    return note("status.to_review", facts), [note("status.review_again", {"said": found.said})]


def span(seconds: float) -> str:
    """Return a time that has passed as people say it."""
    if seconds < 120:  # noqa: PLR2004 - two minutes are told in seconds
        return translated("{count} seconds").format(count=round(seconds))
    if seconds < 7200:  # noqa: PLR2004 - two hours in minutes
        return translated("{count} minutes").format(count=round(seconds / 60))
    return translated("{count} hours").format(count=round(seconds / 3600))
