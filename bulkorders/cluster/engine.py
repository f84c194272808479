"""The queue beside the journal: one connection pool, its schema applied under a lock, statements through outages."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.schema import SchemaManager

from bulkorders.errors import JournalError, SettingsError
from bulkorders.journal.address import Address, address_of, is_postgres
from bulkorders.journal.opening import open_journal
from bulkorders.settings import Settings

SCHEMA = "bulkorders_engine"
"""The database schema of the queue and of what machines share; the journal's own is `bulkorders`."""

PREPARING = 0x62756C6D
"""The advisory lock under which the schema is made and upgraded."""

NOT_ALLOWED = "42501"
"""What the server says where the role it is asked by may not do something."""

ENGINE_VERSION = "1"
PAUSE, LONGEST_PAUSE = 0.05, 2.0

for _name in ("procrastinate", "psycopg.pool"):
    # What these would print is raised, and told in our words; the reasons stand in the log file of who wants one.
    logging.getLogger(_name).addHandler(logging.NullHandler())

log = logging.getLogger(__name__)

T = TypeVar("T")


class Engine:
    """The queue's app and the database behind it. Made by `opened`."""

    def __init__(self, address: Address, app: App) -> None:
        self.address = address
        self.app = app

    async def all(self, statement: str, **values: Any) -> list[dict[str, Any]]:
        """Run one statement and return its rows; a database that is away is tried again until it is back.

        A statement whose answer was lost runs twice: only what may be done twice is asked here.
        """
        return await self._through(lambda: self.app.connector.execute_query_all_async(statement, **values))

    async def run(self, statement: str) -> None:
        """Run one statement that returns no rows."""
        await self._through(lambda: self.app.connector.execute_query_async(statement))

    async def _through(self, ask: Callable[[], Awaitable[T]]) -> T:
        pause = PAUSE
        while True:
            try:
                return await ask()
            except ConnectorException as error:
                if not _passes(error):
                    reason = self.address.masked(error.__cause__ or error)
                    allowed = getattr(error.__cause__, "sqlstate", None) != NOT_ALLOWED
                    code = "journal.refused" if allowed else "journal.role"
                    raise JournalError(code, path=self.address.shown, reason=reason) from None
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)

    async def one(self, statement: str, **values: Any) -> dict[str, Any] | None:
        """Run one statement and return its first row, or None."""
        rows = await self.all(statement, **values)
        return rows[0] if rows else None

    async def do(self, statement: str, **values: Any) -> int:
        """Run one statement that returns rows for what it changed; return how many."""
        return len(await self.all(statement, **values))


def _passes(error: ConnectorException) -> bool:
    """Whether the same statement may succeed a little later: the database is away, or shuts down."""
    state = getattr(error.__cause__, "sqlstate", None)
    if state is None:  # the driver's own: only a lost connection may be there again
        return any(kind.__name__ == "OperationalError" for kind in type(error.__cause__).__mro__)
    return state in PASSING or state.startswith("08")


PASSING = frozenset({"40001", "40P01", "53300", "55P03", "57P01", "57P02", "57P03", "57014", "25P03"})


def address_for(settings: Settings) -> Address:
    """Return the database of these settings; SettingsError where the journal is a file."""
    if not is_postgres(settings.journal_url):
        raise SettingsError("cluster.needs_postgres", path=settings.journal_url)
    return address_of(settings.journal_url)


@asynccontextmanager
async def opened(settings: Settings, *, size: int = 4) -> AsyncIterator[Engine]:
    """Give the engine of these settings' database, which holds the journal already; its schema is made first.

    Raises SettingsError where the journal is a file, JournalError where the database can't be reached.
    """
    address = address_for(settings)
    more = {} if address.password is None else {"password": address.password}
    connector = PsycopgConnector(
        conninfo=address.url,
        kwargs={
            **more,
            "connect_timeout": 5,
            "application_name": "bulkorders engine",
            "options": f"-c search_path={SCHEMA},bulkorders,public -c client_min_messages=warning"
            " -c lock_timeout=10s -c statement_timeout=60s -c idle_in_transaction_session_timeout=20s",
        },
        min_size=1,
        max_size=size,
        timeout=20,
        num_workers=1,
        configure=_each_alone,
    )
    app = App(connector=connector)
    try:
        await app.open_async()
    except Exception as error:  # noqa: BLE001 - the pool's, the driver's or the queue's: it can't be reached
        raise JournalError("journal.unreachable", path=address.shown, reason=address.masked(error)) from None
    try:
        engine = Engine(address, app)
        await _prepare(engine)
        yield engine
    finally:
        await app.close_async()


@asynccontextmanager
async def looked_at(settings: Settings) -> AsyncIterator[Engine]:
    """Give the engine to who only looks, where there is a journal: nothing is made by looking.

    Raises SettingsError, JournalError.
    """
    address_for(settings)
    journal = await open_journal(settings.journal_url, read_only=True)
    await journal.close()
    async with opened(settings, size=2) as found:
        yield found


async def _each_alone(connection: Any) -> None:
    """Let every statement be a transaction of its own."""
    await connection.set_autocommit(True)


async def _prepare(engine: Engine) -> None:
    """Bring queue and tables to what this version knows; others wait meanwhile. Raises JournalError."""
    wanted = f"{ENGINE_VERSION}/{version('procrastinate')}"
    found = await _version(engine)
    if found != wanted and (found is None or _both(found) < _both(wanted)):
        await engine.run(_script(found))
        found = await _version(engine)
    if found != wanted:
        raise JournalError("cluster.engine_version", path=engine.address.shown, found=found, known=wanted)


async def _version(engine: Engine) -> str | None:
    there = await engine.one("SELECT to_regclass(%(name)s) IS NOT NULL AS found", name=f"{SCHEMA}.meta")
    if there is None or not there["found"]:
        return None
    row = await engine.one("SELECT value FROM meta WHERE name = 'version'")
    return None if row is None else str(row["value"])


def _script(found: str | None) -> str:
    """Return all that is missing as one transaction: who comes second finds it done, and does nothing."""
    if found is None:
        ours = files("bulkorders.cluster").joinpath("engine.sql").read_text(encoding="utf-8")
        steps = [SchemaManager.get_schema(), ours]
    else:
        steps = _migrations(found.partition("/")[2])
    mark = f"{ENGINE_VERSION}/{version('procrastinate')}"
    known = "NULL" if found is None else f"'{found}'"
    body = "\n".join(steps).replace("%", "%%")
    return GUARDED.format(
        schema=SCHEMA, lock=PREPARING, known=known, mark=mark, body=body.replace("$engine$", "")
    )


def _migrations(before: str) -> list[str]:
    """Return the queue's own steps since this version of it."""
    folder = Path(SchemaManager.get_migrations_path())
    scripts = sorted(folder.glob("*.sql"))
    return [one.read_text(encoding="utf-8") for one in scripts if _release(one.name) > _release(before)]


def _both(told: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return our version and the queue's own, to be compared; only both together go up."""
    ours, _, queue = told.partition("/")
    return _release(ours), _release(queue)


def _release(name: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", name.partition("_")[0])[:3])


GUARDED = """
DO $engine$
DECLARE
    was TEXT;
    one RECORD;
BEGIN
    PERFORM pg_advisory_xact_lock({lock});
    CREATE SCHEMA IF NOT EXISTS {schema};
    IF to_regclass('{schema}.meta') IS NOT NULL THEN
        SELECT value INTO was FROM {schema}.meta WHERE name = 'version';
    END IF;
    IF was IS NOT DISTINCT FROM {known} THEN
        EXECUTE $engine_body${body}$engine_body$;
        INSERT INTO {schema}.meta (name, value) VALUES ('version', '{mark}')
        ON CONFLICT (name) DO UPDATE SET value = excluded.value;
        -- whoever calls them, also from the journal's transaction, they find their own tables
        FOR one IN SELECT p.oid::regprocedure AS called FROM pg_proc p
            WHERE p.pronamespace = '{schema}'::regnamespace AND p.prokind = 'f'
        LOOP
            EXECUTE format('ALTER FUNCTION %%s SET search_path = {schema}, bulkorders, public', one.called);
        END LOOP;
    END IF;
END
$engine$
"""
