"""Lock slots: how many orders may be in flight on one panel from all machines together."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import uuid4

from bulkorders.cluster.engine import Engine

LOOK = 1.0
"""Seconds between two looks for a free slot."""

NUMBER = """
INSERT INTO slots (account, number) SELECT %(account)s, generate_series(1, %(count)s) ON CONFLICT DO NOTHING
RETURNING number
"""

TAKE = """
UPDATE slots SET worker = %(worker)s, holder = %(holder)s WHERE (account, number) IN (
    SELECT s.account, s.number FROM slots s LEFT JOIN workers w ON w.id = s.worker
    WHERE s.account = %(account)s AND s.number <= %(count)s AND (w.id IS NULL OR w.closed_at IS NOT NULL
        OR w.seen_at < clock_timestamp() - make_interval(secs => %(silent)s))
    ORDER BY s.number LIMIT %(wanted)s FOR UPDATE OF s SKIP LOCKED)
RETURNING number
"""

RELEASE = """
UPDATE slots SET worker = NULL, holder = NULL WHERE account = %(account)s AND holder = %(holder)s RETURNING number
"""


@asynccontextmanager
async def taken(
    engine: Engine,
    account: str,
    *,
    worker: int,
    of: int | None,
    wanted: int,
    silent_after: float,
    go_on: Callable[[], bool],
) -> AsyncIterator[int]:
    """Hold at least one slot and at most `wanted` of an account's `of`; give how many. None: there is no limit.

    Where none is free it waits as long as `go_on` says so, and gives 0 then.
    """
    if of is None:
        yield wanted
        return
    holder = uuid4().hex
    asked = {"account": account, "worker": worker, "holder": holder, "count": of, "wanted": wanted}
    await engine.do(NUMBER, account=account, count=of)
    try:
        found = await engine.do(TAKE, **asked, silent=silent_after)
        while not found and go_on():
            await asyncio.sleep(LOOK)
            found = await engine.do(TAKE, **asked, silent=silent_after)
        yield found
    finally:
        await engine.do(RELEASE, account=account, holder=holder)
