"""What a team keeps as evidence, and counts as money: one clock, and everybody's orders."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from bulkorders.journal.opening import open_journal
from bulkorders.model.books import BalanceReading

pytestmark = pytest.mark.timeout(300)

SENDING = "SELECT count(*) FROM bulkorders.orders WHERE state = 'sending'"


def rows(count, first=0):
    """Return so many valid rows."""
    return [("1", f"https://example.com/post/{number}", 1000) for number in range(first, first + count)]


def test_a_balance_has_the_databases_time_whatever_clock_read_it(database, tmp_path):
    """A reading of a machine whose clock is a day ahead stands between the orders it was read between."""

    async def keep():
        journal = await open_journal(database, home=tmp_path)
        at = datetime.now(UTC).isoformat()
        await journal.keep_balance(BalanceReading("a", Decimal(9), "VND", at, "r1", "start", quiet=True))
        (found,) = await journal.balances("a")
        await journal.close()
        return datetime.fromisoformat(found.at)

    now = datetime.now(UTC)
    with time_machine.travel(now + timedelta(days=1), tick=True):
        kept = asyncio.run(keep())
    assert abs(kept - now) < timedelta(minutes=1)


def test_no_reading_is_quiet_while_a_worker_sends(team, cluster):
    """A balance that is read on one machine while another sends proves nothing of that moment."""
    team.start()
    team.desk.sandbox.latency = "1200ms"
    team.desk.sheet(rows(240))
    assert team.desk.run("submit", "campaign.csv", "--queue", "--yes").code == 0
    team.until(lambda: team.ask(cluster, SENDING)[0][0], "orders are on their way")
    team.machine_run("refresh", "--all")
    kept = team.ask(cluster, "SELECT moment, quiet FROM bulkorders.balances ORDER BY seq")
    assert ("start", 0) in kept, kept
    assert ("start", 1) not in kept


def test_funds_are_what_is_left_of_the_last_reading(team):
    """What was placed since a worker read the balance is taken off it before the next sheet is reviewed."""
    team.start()
    team.desk.sheet(rows(20))
    assert team.desk.run("submit", "campaign.csv", "--queue", "--wait", "--yes").code == 0
    team.desk.sheet(rows(1, first=90), "other.csv")
    done = team.desk.run("submit", "other.csv", "--queue", "--yes")
    assert "Balance 99,999,950 VND" in done.out + done.err, done.out + done.err
