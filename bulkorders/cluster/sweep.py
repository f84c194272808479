"""The sweep: what dead workers left is released, what they were sending is in doubt, and nothing ready is forgotten."""

import logging

from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status

from bulkorders.cluster import asks, chunks, panels, queues
from bulkorders.cluster.bench import Bench
from bulkorders.cluster.engine import Engine
from bulkorders.pipeline.placement.limits import zone_of

ONCE = """
INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args)
VALUES (%(queue)s, %(task)s, %(priority)s, %(once)s, %(once)s, %(args)s)
ON CONFLICT DO NOTHING RETURNING id
"""

DUE = """
INSERT INTO timers (name, at) VALUES (%(name)s, clock_timestamp())
ON CONFLICT (name) DO UPDATE SET at = excluded.at
WHERE timers.at < clock_timestamp() - make_interval(secs => %(every)s) RETURNING name
"""

NEWS = """
INSERT INTO timers (name, at, mark) VALUES (%(name)s, clock_timestamp(), %(mark)s)
ON CONFLICT (name) DO UPDATE SET at = excluded.at, mark = excluded.mark WHERE timers.mark <> excluded.mark
RETURNING name
"""

RESTORED = """
WITH said AS (
    SELECT coalesce((SELECT id FROM bulkorders.runs WHERE command = 'journal accept-rollback'
        ORDER BY seq DESC LIMIT 1), '') AS run
), news AS (
    INSERT INTO meta (name, value) SELECT 'accepted', run FROM said
    ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE meta.value <> excluded.value RETURNING value
)
UPDATE chunks SET state = 'held', said = %(said)s, closed_at = clock_timestamp()
WHERE state = 'open' AND EXISTS (SELECT 1 FROM news WHERE value <> '') RETURNING id
"""

FORGET = """
DELETE FROM procrastinate_jobs j WHERE j.status IN ('succeeded', 'failed', 'cancelled', 'aborted')
    AND NOT EXISTS (SELECT 1 FROM procrastinate_events e WHERE e.job_id = j.id AND e.at > now() - interval '1 day')
    AND NOT EXISTS (SELECT 1 FROM procrastinate_periodic_defers p WHERE p.job_id = j.id)
RETURNING id
"""

FORGET_CHUNKS = (
    "DELETE FROM chunks WHERE state = 'done' AND closed_at < now() - interval '7 days' RETURNING id"
)
FORGET_WORKERS = "DELETE FROM workers WHERE seen_at < now() - interval '30 days' RETURNING id"

log = logging.getLogger(__name__)


async def hold_restored(engine: Engine, said: str) -> int:
    """Hold every open chunk where a restored journal was taken back into use: what it forgot may be sent already.

    Only a new review sends them. Return how many were held.
    """
    return await engine.do(RESTORED, said=said)


async def sweep(bench: Bench) -> None:
    """Do all that is due. Several may do it at once: each step is one statement, or may be done twice."""
    engine = bench.engine
    await release_stalled(bench)
    lost = await bench.record.journal.lose_dangling(bench.run)
    if lost:
        log.warning("%d orders of workers that are gone are in doubt", len(lost))
    await chunks.settle_all(engine)
    for account in await panels.due_probes(engine):
        await once(
            engine, queues.care_of(account), queues.LOOK, f"look {account}", {"account": account}, urgent=True
        )
    await _timers(bench)
    await asks.defer_again(engine)
    deferred = await chunks.defer_again(engine)
    if deferred:
        log.info("%d chunks without a live job were queued again", deferred)


async def release_stalled(bench: Bench) -> int:
    """Take back the jobs of workers that give no sign of life; return how many."""
    manager = bench.engine.app.job_manager
    silent = bench.settings.cluster.silent_after
    stalled = list(await manager.get_stalled_jobs(seconds_since_heartbeat=silent))
    for job in stalled:
        try:
            await manager.finish_job(job=job, status=Status.FAILED, delete_job=True)
        except ConnectorException as error:  # another sweep, or the worker itself, was quicker
            log.info("job %s: %s", job.id, error)
    return len(stalled)


async def once(
    engine: Engine, queue: str, task: str, name: str, args: dict[str, object], *, urgent: bool = False
) -> None:
    """Ask for a job, unless the same one waits already; never two of them at a time."""
    priority = queues.URGENT if urgent else queues.PATIENT
    await engine.all(ONCE, queue=queue, task=task, once=name, args=args, priority=priority)


async def _due(engine: Engine, name: str, every: float) -> bool:
    """Whether so many seconds have passed, by the database's clock; only one of all machines is told so."""
    return bool(await engine.do(DUE, name=name, every=float(every)))


async def _timers(bench: Bench) -> None:
    """Ask for what comes round: refresh and catalogue of each panel, the books, and the tidying of old jobs."""
    engine, settings = bench.engine, bench.settings.cluster
    for state in await panels.states(engine):
        account = state.account
        if await _due(engine, f"refresh {account}", settings.refresh_every):
            name = f"refresh {account}"
            await once(engine, queues.care_of(account), queues.REFRESH, name, {"account": account})
        if await _due(engine, f"look {account}", settings.catalogue_every):
            await once(engine, queues.care_of(account), queues.LOOK, f"look {account}", {"account": account})
    if await _due(engine, "tidy", 3600):
        for forgotten in (FORGET, FORGET_CHUNKS, FORGET_WORKERS):
            await engine.do(forgotten)
    await _papers(bench)


async def _papers(bench: Bench) -> None:
    """Ask for the statement of a month that is over, and for the day's exports."""
    engine, settings = bench.engine, bench.settings.cluster
    row = await engine.one("SELECT clock_timestamp() AS at")
    assert row is not None  # noqa: S101 - it is one row
    at = row["at"].astimezone(zone_of(bench.settings))
    if settings.close and await engine.do(NEWS, name="close", mark=f"{at:%Y-%m}"):
        await once(engine, queues.PAPERS, queues.CLOSE, "close", {})
    for form in settings.exports:
        if await engine.do(NEWS, name=f"export {form}", mark=f"{at:%Y-%m-%d}"):
            await once(engine, queues.PAPERS, queues.EXPORT, f"export {form}", {"format": form})
