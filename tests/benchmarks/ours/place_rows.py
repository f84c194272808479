"""Fills a journal with so many open orders, as if they had been placed; nothing is sent.

    python place_rows.py COUNT URL

The orders stand in ten campaigns.
"""

import asyncio
import os
import sys

from bulkorders.journal.opening import open_journal
from bulkorders.model.orders import Order, ValidatedOrder, account_id
from bulkorders.model.outcomes import Outcome, Verdict
from bulkorders.settings import load_settings

AT_ONCE = 500


async def main(count: int, url: str) -> None:
    """Add, claim and record them all."""
    os.environ["BULKORDERS_PANEL_URL"] = url
    journal = await open_journal(load_settings().journal_url)
    account = account_id(url)
    for start in range(0, count, 10_000):
        orders = []
        for number in range(start, min(start + 10_000, count)):
            order = Order(
                row=number + 2, service="1", link=f"https://example.com/post/{number}", quantity=500
            )
            campaign, key = f"load-{start // 10_000}", f"{number:032x}"
            orders.append(
                ValidatedOrder(
                    order, account, campaign, key, key, order.parameters(), "", None, 1000, None, None
                )
            )
        left = [each.key for each in await journal.add(orders, "r")]

        async def work(left: list[str] = left) -> None:
            while left:
                key = left.pop()
                await journal.claim(key, f"a-{key}", "r")
                await journal.record(
                    f"a-{key}", Outcome(Verdict.ACCEPTED, order_ids=(str(int(key, 16) + 1),), http_status=200)
                )

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    await journal.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
