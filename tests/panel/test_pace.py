"""The pace of one process: never more at once than asked, never faster, nobody while the panel asks to wait."""

import asyncio
from itertools import pairwise

import pytest

from bulkorders.model.pace import Limit
from bulkorders.panel.pace import LocalPace


def test_never_more_at_once_than_asked() -> None:
    """Of fifty that want to begin, three are under way at most, and three are."""

    async def measured() -> int:
        pace, now, most = LocalPace(3), 0, 0

        async def one() -> None:
            nonlocal now, most
            async with pace.slot():
                now += 1
                most = max(most, now)
                await asyncio.sleep(0.001)
                now -= 1

        await asyncio.gather(*(one() for _ in range(50)))
        return most

    assert asyncio.run(measured()) == 3


async def begins(pace: LocalPace, count: int) -> list[float]:
    """Return when each of so many began, in seconds since all were started, in order."""
    loop = asyncio.get_running_loop()
    start, seen = loop.time(), []

    async def one() -> None:
        async with pace.slot():
            await pace.turn("add")
            seen.append(loop.time() - start)

    await asyncio.gather(*(one() for _ in range(count)))
    return sorted(seen)


def test_never_faster_than_asked() -> None:
    """The n-th begins no sooner than n intervals after the first could."""
    seen = asyncio.run(begins(LocalPace(10, per_second=50), 10))
    assert all(moment >= number / 50 - 0.001 for number, moment in enumerate(seen))


def test_nobody_begins_during_a_hold() -> None:
    """A hold keeps back those that wait already and those that come."""

    async def measured() -> list[float]:
        pace = LocalPace(10)
        await pace.hold(0.2)
        return await begins(pace, 5)

    assert min(asyncio.run(measured())) >= 0.2 - 0.001


def test_a_hold_that_grows_keeps_those_who_wait() -> None:
    """A further hold prolongs the wait of who was about to begin; a shorter one changes nothing."""

    async def measured() -> list[float]:
        pace = LocalPace(10)
        await pace.hold(0.05)
        waiting = asyncio.create_task(begins(pace, 3))
        await asyncio.sleep(0.01)
        await pace.hold(0.2)
        await pace.hold(0.01)
        return await waiting

    assert min(asyncio.run(measured())) >= 0.2


def test_the_rate_holds_after_a_hold() -> None:
    """When a hold ends, those it kept begin one interval apart, not all together."""

    async def measured() -> list[float]:
        pace = LocalPace(10, per_second=50)
        waiting = asyncio.create_task(begins(pace, 6))
        await asyncio.sleep(0.01)
        await pace.hold(0.2)
        return await waiting

    seen = asyncio.run(measured())
    kept = [moment for moment in seen if moment >= 0.2]
    assert len(kept) >= 5
    assert all(moment >= 0.2 + number / 50 - 0.001 for number, moment in enumerate(kept))


def test_a_slot_is_given_back_whatever_happens() -> None:
    """A failure within a slot, or a task cancelled while it waits, leaves the slots free for others."""

    async def measured() -> int:
        pace = LocalPace(1)
        with pytest.raises(ValueError, match="broken"):
            async with pace.slot():
                raise ValueError("broken")
        await pace.hold(30)
        waiting = asyncio.create_task(begins(pace, 1))
        await asyncio.sleep(0.01)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        pace._held_until = 0.0  # noqa: SLF001 - the hold is over
        return len(await begins(pace, 3))

    assert asyncio.run(measured()) == 3


def turns(pace: LocalPace, *actions: str) -> list[float]:
    """Return when each of these calls had its turn, asked for one after the other."""

    async def taken() -> list[float]:
        loop = asyncio.get_running_loop()
        start, seen = loop.time(), []
        for action in actions:
            await pace.turn(action)
            seen.append(loop.time() - start)
        return seen

    return asyncio.run(taken())


def test_a_limit_of_one_action_leaves_the_others_alone() -> None:
    """The third status within the time waits; a balance asked for beside it does not."""
    pace = LocalPace(8, limits={"status": Limit(2, 0.2)})
    seen = turns(pace, "status", "status", "balance", "status")
    assert seen[2] < 0.1
    assert seen[3] >= 0.2


def test_a_limit_of_all_counts_every_action() -> None:
    """Two calls of different kinds use up a limit of two for all."""
    seen = turns(LocalPace(8, limits={"all": Limit(2, 0.2)}), "services", "balance", "add")
    assert seen[1] < 0.1
    assert seen[2] >= 0.2


def test_both_the_rate_and_the_limit_are_kept() -> None:
    """Orders keep the rate that was asked for and the panel's own limit, whichever is slower."""
    pace = LocalPace(8, per_second=20, limits={"add": Limit(2, 0.3)})
    seen = turns(pace, "add", "add", "add")
    assert seen[1] >= 1 / 20 - 0.001
    assert seen[2] >= 0.3


def test_a_panel_that_complains_gets_orders_further_apart_for_a_while() -> None:
    """After a complaint orders begin apart, and nearer again with each that it takes; other calls are free."""

    async def measured() -> tuple[list[float], list[float]]:
        pace, loop = LocalPace(8), asyncio.get_running_loop()
        await pace.turn("add")
        for _ in range(5):
            await pace.slow_down()  # five in flight complain of one haste
        start, orders, others = loop.time(), [], []
        for _ in range(3):
            await pace.turn("add")
            orders.append(loop.time() - start)
        for _ in range(5):
            await pace.turn("status")
            others.append(loop.time() - start)
        return orders, others

    orders, others = asyncio.run(measured())
    assert 0.2 <= orders[0] < 1.0
    gaps = [later - earlier for earlier, later in pairwise(orders)]
    assert all(gap > 0.15 for gap in gaps)
    assert others[-1] - orders[-1] < 0.15
