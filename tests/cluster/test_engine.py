"""The queue's tables: made once, upgraded together, found from the journal's own transaction."""

import asyncio

import pytest

from bulkorders.cluster import chunks, engine
from bulkorders.errors import JournalError
from bulkorders.journal.opening import open_journal
from bulkorders.settings import Settings


@pytest.fixture
def settings(database, tmp_path):
    """Return settings whose journal is an empty database."""
    return Settings(journal=database, home=tmp_path)


async def opened(settings):
    """Open the engine, and return its version."""
    async with engine.opened(settings) as found:
        return (await found.one("SELECT value FROM meta WHERE name = 'version'"))["value"]


def run(settings, work):
    """Run work where there is a journal."""

    async def all_of_it():
        journal = await open_journal(settings.journal_url, home=settings.home)
        try:
            return await work(journal)
        finally:
            await journal.close()

    return asyncio.run(all_of_it())


def test_four_machines_make_the_tables_once(settings):
    """Machines that come at the same moment wait for the one that makes the tables, and find them."""

    async def work(_journal):
        return await asyncio.gather(*(opened(settings) for _ in range(4)))

    assert len(set(run(settings, work))) == 1


def test_an_older_machine_is_refused_and_changes_nothing(settings):
    """A machine whose version is older than the tables says so; an older queue is brought to this version."""

    async def mark(version):
        async with engine.opened(settings) as found:
            await found.all(
                "UPDATE meta SET value = %(version)s WHERE name = 'version' RETURNING value", version=version
            )

    async def work(_journal):
        now = await opened(settings)
        await mark("99/99.0.0")
        with pytest.raises(JournalError) as refused:
            await opened(settings)
        return now, refused.value

    now, refused = run(settings, work)
    assert (refused.code, refused.facts["found"], refused.facts["known"]) == (
        "cluster.engine_version",
        "99/99.0.0",
        now,
    )


def test_orders_and_their_chunks_are_written_together_or_not_at_all(settings, make_order):
    """A chunk stands in the queue with its job exactly if its orders stand in the journal."""

    async def work(journal):
        async with engine.opened(settings) as found:
            orders = [make_order(number) for number in range(120)]
            await journal.add(orders, "r1", carrying=chunks.carrying("r1"))
            rows = await found.all("SELECT cardinality(keys) AS size FROM chunks ORDER BY id")
            jobs = await found.all("SELECT args FROM procrastinate_jobs ORDER BY id")

            def failing(added):
                yield from chunks.carrying("r2")(added)
                raise ValueError("no such thing")

            with pytest.raises(ValueError, match="no such thing"):
                await journal.add([make_order(500)], "r2", carrying=failing)
            after = await found.all("SELECT run FROM chunks WHERE run = 'r2'")
            known = await journal.submissions(keys=[make_order(500).key])
            return [row["size"] for row in rows], [set(job["args"]) for job in jobs], after, known

    sizes, jobs, after, known = run(settings, work)
    assert sizes == [15] * 8
    assert jobs == [{"chunk"}] * 8, "ids alone"
    assert (after, known) == ([], [])
