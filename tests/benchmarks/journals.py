"""Measures the two journals side by side: claims and answers a second, at several in flight.

    python tests/benchmarks/journals.py postgresql://USER@HOST/EMPTY-DATABASE FOLDER

Nothing is sent: each order is claimed and its answer recorded at once, each with its own durable commit or a
share in one. Run it where the disk is the one that counts.
"""

import asyncio
import resource
import sys
import time
from pathlib import Path

from bulkorders.journal.opening import open_journal
from bulkorders.journal.protocol import Journal
from bulkorders.model.orders import Order, ValidatedOrder
from bulkorders.model.outcomes import Outcome, Verdict

ORDERS = 800
IN_FLIGHT = (8, 50)


def orders(campaign: str) -> list[ValidatedOrder]:
    """Return valid orders of a campaign of its own."""
    made = []
    for number in range(ORDERS):
        order = Order(
            row=number + 2, service="1", link=f"https://example.com/{campaign}/{number}", quantity=500
        )
        key = f"{campaign}-{number}"
        made.append(
            ValidatedOrder(order, "a", campaign, key, key, order.parameters(), "", None, 1000, None, None)
        )
    return made


async def measure(journal: Journal, name: str, in_flight: int) -> str:
    """Claim and record so many at a time; return one line of figures."""
    campaign = f"{name}-{in_flight}"
    left = [one.key for one in await journal.add(orders(campaign), "r")]

    async def work() -> None:
        while left:
            key = left.pop()
            assert await journal.claim(key, f"a-{key}", "r")
            await journal.record(
                f"a-{key}", Outcome(Verdict.ACCEPTED, order_ids=(f"o-{key}",), http_status=200)
            )

    began, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    await asyncio.gather(*(work() for _ in range(in_flight)))
    took, now = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF)
    cpu = (now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime) / ORDERS * 1000
    return f"{name:10} {in_flight:3} in flight: {ORDERS / took:7.0f} orders/s, {cpu:.2f} ms of CPU each on this side"


async def main(url: str, folder: Path) -> None:
    """Print the figures of both, taken in turns."""
    journals = {
        "SQLite": await open_journal(folder / "journal.sqlite"),
        "PostgreSQL": await open_journal(url, home=folder),
    }
    for in_flight in IN_FLIGHT:
        for name, journal in journals.items():
            print(await measure(journal, name, in_flight), flush=True)
    for journal in journals.values():
        await journal.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
