"""Chunks: up to fifty reviewed orders of one panel, written with the orders themselves; a job names one by its id."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bulkorders.cluster import queues
from bulkorders.cluster.engine import SCHEMA, Engine
from bulkorders.journal.protocol import Carried, Carrying
from bulkorders.model.lifecycle import State
from bulkorders.model.orders import Submission

MOST = 50
"""Orders in a chunk: a job an order would cost the database five times as much."""

FEWEST_CHUNKS = 8
"""A small campaign is cut finer, so that several lanes share it."""

JOB = f"""
SELECT {SCHEMA}.procrastinate_defer_jobs_v1(ARRAY[ROW(
    %(queue)s, '{queues.SUBMIT}', {queues.USUAL}, 'chunk-' || chunk.id, 'chunk-' || chunk.id,
    jsonb_build_object('chunk', chunk.id), NULL
)::{SCHEMA}.procrastinate_job_to_defer_v1]) AS jobs FROM chunk
"""

ADD = f"""
WITH chunk AS (
    INSERT INTO {SCHEMA}.chunks (account, campaign, run, keys)
    VALUES (%(account)s, %(campaign)s, %(run)s, %(keys)s::text[]) RETURNING id
){JOB}
"""

AGAIN = f"""
WITH chunk AS (
    SELECT c.id FROM chunks c WHERE c.id = %(chunk)s AND c.state = 'open' AND NOT EXISTS (
        SELECT 1 FROM procrastinate_jobs j
        WHERE j.lock = 'chunk-' || c.id AND j.status IN ('todo', 'doing'))
){JOB}
"""

WITHOUT_JOB = """
SELECT c.id, c.account FROM chunks c LEFT JOIN panels p ON p.account = c.account
WHERE c.state = 'open' AND p.paused IS NULL AND NOT EXISTS (
    SELECT 1 FROM procrastinate_jobs j WHERE j.lock = 'chunk-' || c.id AND j.status IN ('todo', 'doing'))
ORDER BY c.id LIMIT %(limit)s
"""

SETTLE = """
UPDATE chunks c SET state = %(state)s, said = %(said)s, closed_at = clock_timestamp()
WHERE c.id = %(chunk)s AND c.state = 'open' AND NOT EXISTS (
    SELECT 1 FROM bulkorders.orders o
    WHERE o.key = ANY (c.keys) AND (o.state = 'sending' OR o.state = 'ready' AND NOT o.key = ANY (%(held)s::text[])))
RETURNING c.id
"""

LEFT = """
UPDATE chunks c SET state = 'done', closed_at = clock_timestamp()
WHERE c.state = 'open' AND NOT EXISTS (
    SELECT 1 FROM bulkorders.orders o WHERE o.key = ANY (c.keys) AND o.state IN ('ready', 'sending'))
RETURNING c.id
"""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Reviewed orders of one account: their keys, and the run that queued them."""

    id: int
    account: str
    campaign: str
    run: str
    keys: tuple[str, ...]


def carrying(run: str, queued: frozenset[str] = frozenset()) -> Carrying:
    """Return what is written in the transaction that adds orders: their chunks, and a job for each.

    Orders in `queued` stand in an open chunk already.
    """

    def carry(added: Sequence[Submission]) -> Iterable[Carried]:
        ready = [one for one in added if one.state is State.READY and one.key not in queued]
        for (account, campaign), keys in _grouped(ready).items():
            size = _size(len(keys))
            for start in range(0, len(keys), size):
                yield Carried(
                    ADD,
                    {
                        "account": account,
                        "campaign": campaign,
                        "run": run,
                        "keys": keys[start : start + size],
                        "queue": queues.of_account(account),
                    },
                )

    return carry


def _size(orders: int) -> int:
    return min(MOST, max(1, -(-orders // FEWEST_CHUNKS)))


def _grouped(ready: Iterable[Submission]) -> Mapping[tuple[str, str], list[str]]:
    groups: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for one in ready:
        groups[one.account, one.campaign].append(one.key)
    return groups


async def queued_keys(engine: Engine, campaigns: Sequence[str]) -> frozenset[str]:
    """Return the keys of these campaigns' orders that stand in an open chunk."""
    rows = await engine.all(
        "SELECT unnest(keys) AS key FROM chunks WHERE state = 'open' AND campaign = ANY (%(campaigns)s::text[])",
        campaigns=list(campaigns),
    )
    return frozenset(str(row["key"]) for row in rows)


async def find(engine: Engine, chunk: int) -> Chunk | None:
    """Return a chunk that is still open, or None."""
    row = await engine.one(
        "SELECT id, account, campaign, run, keys FROM chunks WHERE id = %(chunk)s AND state = 'open'",
        chunk=chunk,
    )
    if row is None:
        return None
    return Chunk(int(row["id"]), row["account"], row["campaign"], row["run"], tuple(row["keys"]))


async def settle(engine: Engine, chunk: int, held: Sequence[str] = (), said: str = "") -> bool:
    """Close a chunk of which nothing is left to send but what is `held` for a new review; return whether it was."""
    state = "held" if held else "done"
    return bool(await engine.do(SETTLE, chunk=chunk, held=list(held), state=state, said=said))


async def settle_all(engine: Engine) -> int:
    """Close every chunk of which nothing is left to send; return how many."""
    return await engine.do(LEFT)


async def defer_again(engine: Engine, limit: int = 500) -> int:
    """Give each open chunk without a live job a new one, unless its panel is paused; return how many."""
    rows = await engine.all(WITHOUT_JOB, limit=limit)
    for row in rows:
        await engine.all(AGAIN, chunk=row["id"], queue=queues.of_account(row["account"]))
    return len(rows)
