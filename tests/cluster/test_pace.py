"""One pace for all machines: turns by the database's clock, and what one machine hears, all know."""

import asyncio
import time

import pytest

from bulkorders.cluster import engine, panels, slots
from bulkorders.cluster.pace import ORDER, DatabaseClock, SharedPace, Window, windows_of
from bulkorders.journal.opening import open_journal
from bulkorders.model.pace import Limit
from bulkorders.settings import Settings

ACCOUNT = "panel.example.com/api/v2"


@pytest.fixture
def settings(database, tmp_path):
    """Return settings whose journal is an empty database."""
    return Settings(journal=database, home=tmp_path)


def together(settings, work):
    """Run work on two engines of one database, as two machines have them."""

    async def both():
        journal = await open_journal(settings.journal_url, home=settings.home)
        await journal.close()
        async with engine.opened(settings) as one, engine.opened(settings) as other:
            await panels.know(one, ACCOUNT, "shop")
            return await work(one, other)

    return asyncio.run(both())


def paces(*engines, limits=None, **more):
    """Return a pace on each engine."""
    limits = limits if limits is not None else {ORDER: Limit(50, 1.0)}
    return [SharedPace(each, ACCOUNT, limits, at_once=50, **more) for each in engines]


async def begun(pace, count):
    """Take so many turns at once; return when each order may leave."""

    async def one():
        await pace.turn(ORDER)
        assert await pace.still()
        return time.monotonic()

    return await asyncio.gather(*(one() for _ in range(count)))


def test_two_machines_share_one_rate(settings):
    """Turns that two machines take at once lie a limit's ninety per cent apart, whoever takes them."""

    async def work(one, other):
        first, second = paces(one, other)
        mine, theirs = await asyncio.gather(begun(first, 20), begun(second, 20))
        return [*mine, *theirs]

    times = sorted(together(settings, work))
    assert times[-1] - times[0] >= 39 / 45 - 0.2
    assert max(sum(at <= each < at + 1 for each in times) for at in times) <= 50


def test_a_turn_that_is_too_old_is_taken_again(settings):
    """An order whose claim took long waits for another turn, and doesn't leave together with the next ones."""

    async def work(one, _other):
        (pace,) = paces(one, limits={ORDER: Limit(2, 1.0)})
        await pace.turn(ORDER)
        began = time.monotonic()
        await asyncio.sleep(0.6)
        assert await pace.still()
        first = time.monotonic() - began
        await pace.turn(ORDER)
        assert await pace.still()
        return first, time.monotonic() - began - first

    first, second = together(settings, work)
    assert first >= 0.6
    assert second >= 0.4


def test_a_hold_counts_on_every_machine(settings):
    """What a panel asks one machine to wait, the next turn of another waits too."""

    async def work(one, other):
        first, second = paces(one, other)
        await first.hold(1.0)
        began = time.monotonic()
        await second.turn(ORDER)
        assert await second.still()
        return time.monotonic() - began

    assert together(settings, work) >= 0.9


def test_a_pause_is_seen_with_the_next_turn(settings):
    """Once one machine has paused a panel, a turn on another comes back at once, and says so."""

    async def work(one, other):
        first, second = paces(one, other)
        await first.turn(ORDER)
        assert await panels.pause(one, ACCOUNT, "key", "Invalid key", by="worker 1")
        await second.turn(ORDER)
        said = second.paused
        assert not await second.still()
        assert not await panels.pause(other, ACCOUNT, "doubts", "", by="worker 2"), "the first reason stands"
        assert await panels.pause(other, ACCOUNT, panels.BY_HAND, "lunch", by="ana"), "a person goes over it"
        (state,) = await panels.states(other)
        assert await panels.resume(one, ACCOUNT, by="ana")
        return said, state.paused, (await panels.states(other))[0].paused

    assert together(settings, work) == (("key", "Invalid key"), "paused", None)


def test_orders_slowed_down_on_one_machine_come_further_apart_on_all(settings):
    """A panel's word that orders come too fast spreads those of the other machine, too."""

    async def work(one, other):
        first, second = paces(one, other)
        await first.slow_down()
        times = sorted(await begun(second, 4))
        return times[-1] - times[0]

    assert together(settings, work) >= 3 * 0.25 * 0.8


def test_few_calls_an_hour_may_come_together_orders_never():
    """A limit of ten an hour lets a few calls through at once; orders and what counts everything come evenly."""
    hourly = {"services": Limit(10, 3600.0), "add": Limit(60, 60.0), "all": Limit(100, 60.0)}
    assert windows_of("services", hourly) == (
        Window("services", 720.0, 720.0 * 3),
        Window("all", 60 / 90, 0.0),
    )
    assert [each.gap for each in windows_of("add", hourly)] == [60 / 54, 60 / 90]
    assert windows_of("add", {}, 2.0) == (Window("add", 0.5),)


def test_slots_are_shared_and_those_of_the_silent_are_free_again(settings):
    """No more orders are in flight than the panel's slots; a worker that gives no sign of life loses its own."""

    async def work(one, other):
        columns = "machine, pid, who, version, run, panels, lanes"
        joined = f"INSERT INTO workers ({columns}) VALUES ('m', 1, '', '', '', '{{}}', 1) RETURNING id"
        first, second = [(await each.one(joined))["id"] for each in (one, other)]

        def taken(by, worker, wanted, *, go_on=lambda: False, silent=30.0):
            return slots.taken(
                by, ACCOUNT, worker=worker, of=5, wanted=wanted, silent_after=silent, go_on=go_on
            )

        async with taken(one, first, 4) as four, taken(other, second, 4) as rest:
            async with taken(other, second, 4) as none:
                full = (four, rest, none)
            async with taken(other, second, 4, silent=0.0) as silent:
                pass
        async with taken(other, second, 9) as every:
            return (*full, silent, every)

    assert together(settings, work) == (4, 1, 0, 4, 5)


def test_a_slow_answer_moves_no_turn():
    """What the database's clock says is told by its quickest answer, and not by one that took half a second."""
    clock = DatabaseClock()
    clock.heard(10.0, 10.5, 1010.25)
    assert clock.here(1011.0) == pytest.approx(11.0)
    clock.heard(20.0, 20.002, 1020.101)
    clock.heard(21.0, 21.5, 1021.1)
    assert clock.here(1022.0) == pytest.approx(21.9)
    clock.heard(100.0, 100.1, 1100.05)
    assert clock.here(1101.0) == pytest.approx(101.0), "an old comparison is kept no longer than a minute"
