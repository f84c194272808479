"""What all machines know of a panel: paused or not, and by whom; how long it is to be left alone; its doubts."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bulkorders.cluster.engine import Engine

CHANNEL = "bulkorders_panels"
"""Where the database tells every worker at once that something has changed for a panel."""

DOUBTS_IN_A_ROW = 3
"""Doubts in a row, on whichever machines, after which nobody sends until the panel has answered probes."""

PROBE_AFTER = 5.0
LONGEST_PROBE = 600.0
"""Seconds until a panel that was paused for its own trouble is asked whether it is well again, doubled each time."""

PASSING = frozenset({"doubts", "unreached", "rate", "maintenance", "unchecked"})
"""Why a panel is paused that may be over by itself; all else needs a person."""

KNOW = """
INSERT INTO panels (account, name) VALUES (%(account)s, %(name)s)
ON CONFLICT (account) DO UPDATE SET name = excluded.name RETURNING account
"""

STATE = """
SELECT account, name, paused, said, paused_by, paused_at, doubts,
    greatest(0, extract(epoch FROM held_until - clock_timestamp()))::float8 AS held,
    extract(epoch FROM clock_timestamp() - catalogue_at)::float8 AS catalogue_age,
    extract(epoch FROM probe_at - clock_timestamp())::float8 AS probe_in,
    balance, currency, told_by
FROM panels WHERE account = ANY (%(accounts)s::text[]) OR %(accounts)s::text[] IS NULL ORDER BY name, account
"""

TELL = f"SELECT pg_notify('{CHANNEL}', account)"

HOLD = f"""
WITH changed AS (
    UPDATE panels SET held_until = greatest(held_until, clock_timestamp() + make_interval(secs => %(seconds)s))
    WHERE account = %(account)s RETURNING account
) {TELL} FROM changed
"""

SLOW_DOWN = """
UPDATE panels SET slowed = least(5, greatest(0.25, 2 * slowed)), slowed_at = clock_timestamp()
WHERE account = %(account)s AND slowed_at < clock_timestamp() - make_interval(secs => greatest(1, slowed))
RETURNING account
"""

PAUSE = f"""
WITH changed AS (
    UPDATE panels SET paused = %(code)s, said = %(said)s, paused_at = clock_timestamp(), paused_by = %(by)s,
        probes = 0,
        probe_at = CASE WHEN %(probe)s THEN clock_timestamp() + make_interval(secs => {PROBE_AFTER}) END
    WHERE account = %(account)s AND (paused IS NULL OR %(over)s) RETURNING account
) {TELL} FROM changed
"""

RESUME = f"""
WITH changed AS (
    UPDATE panels SET paused = NULL, said = '', doubts = 0, probe_at = NULL, paused_by = %(by)s, paused_at = NULL
    WHERE account = %(account)s AND paused IS NOT NULL AND (paused = %(code)s::text OR %(code)s::text IS NULL)
    RETURNING account
) {TELL} FROM changed
"""

DOUBT = "UPDATE panels SET doubts = doubts + 1 WHERE account = %(account)s RETURNING doubts"
WELL = "UPDATE panels SET doubts = 0 WHERE account = %(account)s AND doubts > 0 RETURNING doubts"

DUE_PROBES = f"""
UPDATE panels SET probes = probes + 1,
    probe_at = clock_timestamp() + make_interval(secs => least({LONGEST_PROBE}, {PROBE_AFTER} * power(2, probes + 1)))
WHERE paused IS NOT NULL AND probe_at < clock_timestamp() RETURNING account
"""


@dataclass(frozen=True, slots=True)
class PanelState:
    """One account as the machines share it. `paused` is the code of why nobody sends, None where it is open.

    `held` seconds it asked to be left alone; `probe_in` seconds until it is asked whether it is well again.
    """

    account: str
    name: str
    paused: str | None
    said: str
    paused_by: str
    paused_at: datetime | None
    doubts: int
    held: float
    catalogue_age: float | None
    probe_in: float | None
    balance: Decimal | None
    currency: str | None
    told_by: str


async def know(engine: Engine, account: str, name: str) -> None:
    """Make sure that there is a row for this account."""
    await engine.do(KNOW, account=account, name=name)


async def states(engine: Engine, accounts: list[str] | None = None) -> list[PanelState]:
    """Return how these accounts stand, or all of them."""
    rows = await engine.all(STATE, accounts=accounts)
    return [
        PanelState(**{**row, "balance": None if row["balance"] is None else Decimal(row["balance"])})
        for row in rows
    ]


async def hold(engine: Engine, account: str, seconds: float) -> None:
    """Let nobody on any machine begin for so many seconds."""
    await engine.do(HOLD, account=account, seconds=float(seconds))


async def slow_down(engine: Engine, account: str) -> None:
    """Let orders of all machines begin twice as far apart, for a while; what those in flight say counts once."""
    await engine.do(SLOW_DOWN, account=account)


async def pause(engine: Engine, account: str, code: str, said: str = "", *, by: str) -> bool:
    """Let nobody begin until it is resumed; a person's word goes over a breaker's. Return whether it is news."""
    asked = code == BY_HAND
    told = {"account": account, "code": code, "said": said, "by": by}
    return bool(await engine.do(PAUSE, **told, probe=code in PASSING, over=asked))


BY_HAND = "paused"
"""The code of a pause that a person asked for."""


async def resume(engine: Engine, account: str, *, by: str, code: str | None = None) -> bool:
    """Let all machines go on; with a code only where that is why it is paused. Return whether it was paused."""
    return bool(await engine.do(RESUME, account=account, by=by, code=code))


async def doubt(engine: Engine, account: str) -> int:
    """Count a doubt; return how many there are in a row on all machines."""
    row = await engine.one(DOUBT, account=account)
    return 0 if row is None else int(row["doubts"])


async def well(engine: Engine, account: str) -> None:
    """An order got through: no doubt is in a row with the next."""
    await engine.do(WELL, account=account)


async def due_probes(engine: Engine) -> list[str]:
    """Return the accounts that are to be asked now whether they are well again; each is given to one asker."""
    return [str(row["account"]) for row in await engine.all(DUE_PROBES)]
