"""Keeps a real journal and its spool in a folder, and says on standard output what it was told is durable.

`clerk.py FOLDER FIRST COUNT [MODE LEVEL]` adds so many orders, claims each, and records what came of it;
every fourth answer goes to the spool, as if the journal could not be written. One line follows each promise:
`claimed KEY`, `placed KEY ID`, `spooled KEY ID`. What an earlier clerk spooled is recorded first. With MODE
and LEVEL the journal is kept as carelessly as these words of SQLite say.
"""

import asyncio
import os
import sqlite3
import sys
from decimal import Decimal
from pathlib import Path

from bulkorders.journal.opening import open_journal, spool_path
from bulkorders.journal.protocol import Journal
from bulkorders.journal.spool import Spool
from bulkorders.journal.sqlite import connection
from bulkorders.model.orders import Order, ValidatedOrder, fingerprint, order_key
from bulkorders.model.outcomes import Outcome, Verdict

ACCOUNT = "panel.example.com/api/v2"
AT_ONCE = 3
SPOOL = 16_384


def order(number: int) -> ValidatedOrder:
    """Return the validated order of this number."""
    raw = Order(row=number, service="1", link=f"https://example.com/clerk/{number}", quantity=500)
    sent = raw.parameters()
    return ValidatedOrder(
        order=raw,
        account=ACCOUNT,
        campaign="clerk",
        key=order_key(ACCOUNT, "clerk", sent, 1),
        fingerprint=fingerprint(ACCOUNT, sent),
        parameters=sent,
        service_name="Likes",
        rate=Decimal("2.5"),
        basis=1000,
        estimate=Decimal("1.25"),
        currency="VND",
    )


def say(*words: str) -> None:
    """Tell what is durable now, in one system call."""
    os.write(1, f"{' '.join(words)}\n".encode())


async def place(journal: Journal, spool: Spool, numbers: list[int]) -> None:
    """Claim these orders one after the other and record their answers."""
    for number in numbers:
        key, attempt = order(number).key, f"attempt-{number}"
        assert await journal.claim(key, attempt, "run")
        say("claimed", key)
        accepted = Outcome(Verdict.ACCEPTED, order_ids=(str(90_000 + number),), http_status=200)
        if number % 4 == 0:
            spool.append(attempt, key, accepted)
            say("spooled", key, *accepted.order_ids)
        else:
            await journal.record(attempt, accepted)
            say("placed", key, *accepted.order_ids)


async def work(folder: Path, first: int, count: int) -> None:
    """Open, put in order, place a few at once, and go without a word."""
    path = folder / "journal.sqlite"
    journal = await open_journal(path)
    spool = Spool.open(spool_path(path), size=SPOOL)
    for found in (await spool.replay(journal)).recorded:
        say("placed", found.key, *found.order_ids)
    await journal.add([order(number) for number in range(first, first + count)], "run")
    each = [list(range(first + at, first + count, AT_ONCE)) for at in range(AT_ONCE)]
    await asyncio.gather(*(place(journal, spool, numbers) for numbers in each))
    os._exit(0)


def careless(mode: str, level: str) -> None:
    """Let the journal be opened with these words instead of its own."""

    def make(opened: sqlite3.Connection, _path: Path) -> None:
        opened.execute(f"PRAGMA journal_mode = {mode}")
        opened.execute(f"PRAGMA synchronous = {level}")

    connection.make_durable = make


def main() -> None:
    """Do it."""
    folder, first, count, *words = sys.argv[1:]
    if words:
        careless(*words)
    asyncio.run(work(Path(folder), int(first), int(count)))


if __name__ == "__main__":
    main()
