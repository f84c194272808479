"""What the machines of one journal are doing: queue, panels and their pace, doubts, workers' signs of life."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from bulkorders.cluster import engine, panels
from bulkorders.cluster.engine import Engine
from bulkorders.cluster.panels import PanelState
from bulkorders.settings import Settings

WORKERS = """
SELECT id, machine, pid, who, version, run, panels, lanes, began_at, in_flight, placed, rejected, in_doubt, not_sent,
    clock_off, extract(epoch FROM clock_timestamp() - seen_at)::float8 AS silent, closed_at IS NULL AS working
FROM workers WHERE closed_at IS NULL AND seen_at > clock_timestamp() - interval '1 hour' ORDER BY id
"""

CHUNKS = """
SELECT c.account, count(DISTINCT c.id) AS chunks, count(o.key) FILTER (WHERE o.state = 'ready') AS ready,
    extract(epoch FROM clock_timestamp() - min(c.created_at) FILTER (WHERE o.state = 'ready'))::float8 AS oldest
FROM chunks c JOIN bulkorders.orders o ON o.key = ANY (c.keys) WHERE c.state = 'open' GROUP BY c.account
"""

ORDERS = """
SELECT account, state, count(*) AS orders FROM bulkorders.orders
WHERE state IN ('sending', 'in_doubt') GROUP BY account, state
"""

HELD = """
SELECT c.account, c.campaign, count(o.key) AS orders, max(c.said) AS said
FROM chunks c JOIN bulkorders.orders o ON o.key = ANY (c.keys) AND o.state = 'ready'
WHERE c.state = 'held' AND NOT EXISTS (
    SELECT 1 FROM chunks later WHERE later.campaign = c.campaign AND later.id > c.id AND o.key = ANY (later.keys))
GROUP BY c.account, c.campaign ORDER BY c.campaign
"""

PACE = """
SELECT o.account, count(*) AS begun FROM (
    SELECT key, taken_at FROM bulkorders.attempts ORDER BY number DESC LIMIT 5000) a
JOIN bulkorders.orders o ON o.key = a.key
WHERE a.taken_at > clock_timestamp() - interval '10 seconds' GROUP BY o.account
"""

JOBS = "SELECT task_name, status::text AS status, count(*) AS jobs FROM procrastinate_jobs GROUP BY 1, 2 ORDER BY 1, 2"
SLOTS = "SELECT account, count(*) AS all, count(worker) AS taken FROM slots GROUP BY account"


@dataclass(frozen=True, slots=True)
class PanelStatus:
    """One panel: how it stands, what waits for it. Ages are in seconds; `ready` counts queued orders."""

    state: PanelState
    chunks: int
    ready: int
    oldest: float | None
    sending: int
    in_doubt: int
    per_second: float
    slots: int | None
    slots_taken: int


@dataclass(frozen=True, slots=True)
class WorkerStatus:
    """One worker. `silent` seconds since its last sign of life; `clock_off` seconds its clock is wrong."""

    id: int
    machine: str
    pid: int
    who: str
    version: str
    run: str
    panels: list[str]
    lanes: int
    began_at: datetime
    in_flight: int
    placed: int
    rejected: int
    in_doubt: int
    not_sent: int
    clock_off: float
    silent: float
    working: bool
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """Queued orders that wait for a new review, and why."""

    account: str
    campaign: str
    orders: int
    said: str


@dataclass(frozen=True, slots=True)
class Status:
    """All of it at one moment."""

    panels: tuple[PanelStatus, ...]
    workers: tuple[WorkerStatus, ...]
    held: tuple[Held, ...]
    jobs: Mapping[str, Mapping[str, int]]

    @property
    def amiss(self) -> bool:
        """Whether a person is needed: orders wait and nobody works for them, or a panel needs a word."""
        working = {account for worker in self.workers if not worker.gone for account in worker.panels}
        idle = any(each.ready and each.state.account not in working for each in self.panels)
        return idle or bool(self.held) or any(needs_a_person(each.state) for each in self.panels)

    def as_json(self) -> Mapping[str, Any]:
        """Return it as plain values."""
        return {
            "panels": [_panel(each) for each in self.panels],
            "workers": [_plain(asdict(each)) for each in self.workers],
            "held": [asdict(each) for each in self.held],
            "jobs": {name: dict(counts) for name, counts in self.jobs.items()},
        }


def needs_a_person(state: PanelState) -> bool:
    """Whether a panel was paused for something that does not pass by itself."""
    return state.paused is not None and state.paused not in (panels.BY_HAND, *panels.PASSING)


async def look(settings: Settings) -> Status:
    """Return how everything stands. Raises SettingsError, JournalError."""
    async with engine.looked_at(settings) as found:
        return await read(found, settings.cluster.silent_after)


async def read(found: Engine, silent_after: float) -> Status:
    """Return how everything stands in this database."""
    chunks = {row["account"]: row for row in await found.all(CHUNKS)}
    orders = {(row["account"], row["state"]): int(row["orders"]) for row in await found.all(ORDERS)}
    slots = {row["account"]: row for row in await found.all(SLOTS)}
    pace = {row["account"]: int(row["begun"]) for row in await found.all(PACE)}
    told = []
    for state in await panels.states(found):
        waiting = chunks.get(state.account, {})
        taken = slots.get(state.account, {})
        told.append(
            PanelStatus(
                state,
                chunks=int(waiting.get("chunks", 0)),
                ready=int(waiting.get("ready", 0)),
                oldest=waiting.get("oldest"),
                sending=orders.get((state.account, "sending"), 0),
                in_doubt=orders.get((state.account, "in_doubt"), 0),
                per_second=pace.get(state.account, 0) / 10,
                slots=int(taken["all"]) if taken else None,
                slots_taken=int(taken.get("taken", 0)),
            )
        )
    rows = await found.all(WORKERS)
    workers = tuple(WorkerStatus(**row, gone=row["silent"] > silent_after) for row in rows)
    held = tuple(Held(**row) for row in await found.all(HELD))
    jobs: dict[str, dict[str, int]] = {}
    for row in await found.all(JOBS):
        jobs.setdefault(row["task_name"].removeprefix("bulkorders."), {})[row["status"]] = int(row["jobs"])
    return Status(tuple(told), workers, held, jobs)


def _panel(found: PanelStatus) -> Mapping[str, Any]:
    state = _plain(asdict(found.state))
    told = {name: value for name, value in asdict(found).items() if name != "state"}
    return {**state, **told}


def _plain(told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value if _simple(value) else str(value)
        for name, value in told.items()
    }


def _simple(value: Any) -> bool:
    return value is None or isinstance(value, bool | int | float | str | list)
