"""Metrics in Prometheus text form, served by a worker: to this machine alone unless told otherwise."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress

from bulkorders import wording
from bulkorders.cluster import status
from bulkorders.cluster.bench import Bench
from bulkorders.cluster.status import Status
from bulkorders.errors import CallError

LOOPBACK = "127.0.0.1"
KEPT = 2.0
"""Seconds that figures are kept: however often they are asked for, the database is asked that often at most."""

LONGEST = 8192

Sample = tuple[Mapping[str, str], float]

HELP = {
    "bulkorders_orders_ready": "Queued orders that are not sent yet.",
    "bulkorders_orders_sending": "Orders whose answers are waited for.",
    "bulkorders_orders_in_doubt": "Orders without a clear answer: a person looks at them.",
    "bulkorders_oldest_ready_seconds": "How long the oldest queued order has been waiting.",
    "bulkorders_orders_per_second": "Orders begun in the last ten seconds, a second.",
    "bulkorders_panel_paused": "1 where nobody sends to the panel; the reason is a label.",
    "bulkorders_panel_held_seconds": "How long the panel asked to be left alone from now on.",
    "bulkorders_panel_balance": "What the account held when it was last read.",
    "bulkorders_catalogue_age_seconds": "How long ago a worker read the catalogue.",
    "bulkorders_slots_taken": "Lock slots of the panel that are taken.",
    "bulkorders_orders_held": "Queued orders that wait for a new review.",
    "bulkorders_jobs": "Jobs of the queue.",
    "bulkorders_worker_silent_seconds": "Seconds since a worker's last sign of life.",
    "bulkorders_worker_in_flight": "Orders a worker waits for answers of.",
    "bulkorders_worker_clock_off_seconds": "By how much a worker's clock differs from the database's.",
    "bulkorders_worker_orders_total": "Outcomes of a worker's attempts since it was started.",
}


@asynccontextmanager
async def served(bench: Bench, address: str) -> AsyncIterator[None]:
    """Serve `GET /metrics` until the block ends. Raises CallError where the address can't be had."""
    host, port = address_of(address)
    page = _Page(bench)
    try:
        server = await asyncio.start_server(page.answer, host, port, limit=LONGEST)
    except OSError as error:
        raise CallError("cluster.port", address=address, reason=error.strerror or str(error)) from None
    found = server.sockets[0].getsockname()
    bench.front.tell(wording.note("cluster.metrics", {"address": f"http://{found[0]}:{found[1]}/metrics"}))
    async with server:
        yield


def address_of(told: str) -> tuple[str, int]:
    """Return host and port of `HOST:PORT`, `:PORT` or `PORT`. Raises CallError."""
    host, _, port = told.rpartition(":")
    if not port.isdecimal() or int(port) > 65_535:  # noqa: PLR2004 - the highest port there is
        raise CallError("cluster.port", address=told, reason="it is no HOST:PORT")
    return host.strip("[]") or LOOPBACK, int(port)


class _Page:
    """The one page, made anew when it is old."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._text = ""
        self._made_at = float("-inf")
        self._making = asyncio.Lock()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request, and close."""
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            async with asyncio.timeout(10):
                head = await reader.readuntil(b"\r\n\r\n")
                found = re.match(rb"GET /metrics(\?\S*)? HTTP/1\.[01]\r\n", head) is not None
                body = (await self._fresh() if found else "there is only GET /metrics\n").encode()
                line = b"HTTP/1.1 200 OK" if found else b"HTTP/1.1 404 Not Found"
                kind = b"text/plain; version=0.0.4; charset=utf-8"
                writer.write(
                    line
                    + b"\r\nContent-Type: "
                    + kind
                    + b"\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body)
                )
                writer.write(body)
                await writer.drain()
        writer.close()

    async def _fresh(self) -> str:
        async with self._making:
            now = asyncio.get_running_loop().time()
            if now - self._made_at > KEPT:
                found = await status.read(self._bench.engine, self._bench.settings.cluster.silent_after)
                self._text, self._made_at = text(found), now
            return self._text


def text(found: Status) -> str:
    """Return the figures in Prometheus text form."""
    lines = []
    for name, samples in _samples(found).items():
        kind = "counter" if name.endswith("_total") else "gauge"
        lines += [f"# HELP {name} {HELP[name]}", f"# TYPE {name} {kind}"]
        lines += [f"{name}{_labels(labels)} {_figure(value)}" for labels, value in samples]
    return "\n".join(lines) + "\n"


def _samples(found: Status) -> Mapping[str, list[Sample]]:
    samples: dict[str, list[Sample]] = {name: [] for name in HELP}
    for panel in found.panels:
        state = panel.state
        named = {"account": state.account, "panel": state.name}
        one = {
            "bulkorders_orders_ready": panel.ready,
            "bulkorders_orders_sending": panel.sending,
            "bulkorders_orders_in_doubt": panel.in_doubt,
            "bulkorders_oldest_ready_seconds": panel.oldest or 0.0,
            "bulkorders_orders_per_second": panel.per_second,
            "bulkorders_panel_held_seconds": state.held,
            "bulkorders_catalogue_age_seconds": state.catalogue_age,
            "bulkorders_panel_balance": None if state.balance is None else float(state.balance),
            "bulkorders_slots_taken": panel.slots_taken,
        }
        for name, value in one.items():
            if value is not None:
                samples[name].append((named, float(value)))
        paused = {**named, "reason": state.paused or ""}
        samples["bulkorders_panel_paused"].append((paused, float(state.paused is not None)))
    for held in found.held:
        samples["bulkorders_orders_held"].append(
            ({"account": held.account, "campaign": held.campaign}, float(held.orders))
        )
    for task, counts in found.jobs.items():
        samples["bulkorders_jobs"] += [
            ({"task": task, "status": each}, float(count)) for each, count in counts.items()
        ]
    _add_workers(samples, found)
    return samples


def _add_workers(samples: dict[str, list[Sample]], found: Status) -> None:
    for worker in found.workers:
        named = {"worker": str(worker.id), "machine": worker.machine}
        samples["bulkorders_worker_silent_seconds"].append((named, worker.silent))
        samples["bulkorders_worker_in_flight"].append((named, float(worker.in_flight)))
        samples["bulkorders_worker_clock_off_seconds"].append((named, worker.clock_off))
        for outcome in ("placed", "rejected", "in_doubt", "not_sent"):
            samples["bulkorders_worker_orders_total"].append(
                ({**named, "outcome": outcome}, float(getattr(worker, outcome)))
            )


def _figure(value: float) -> str:
    """Return every digit of it: rounded to six, a counter stands still beyond a million."""
    return str(int(value)) if value.is_integer() else repr(value)


def _labels(labels: Mapping[str, str]) -> str:
    return "{" + ",".join(_label(labels.items())) + "}" if labels else ""


def _label(pairs: Iterable[tuple[str, str]]) -> Iterable[str]:
    for name, value in pairs:
        plain = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        yield f'{name}="{plain}"'
