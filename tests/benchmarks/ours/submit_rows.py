"""Submits a sheet as the command does, and prints what the posting alone took: from the plan to the last record.

    python submit_rows.py SHEET URL AT_ONCE FOLDER [--no-journal]

CPU is of the whole process while it posts, the journal's thread included, and of that thread apart. With
`--no-journal` claims and records cost nothing and are kept nowhere; the run ends with the posting then.
"""

import argparse
import json
import os
import resource
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

from bulkorders import submit
from bulkorders.model.lifecycle import State
from bulkorders.pipeline import story


class NoJournal:
    """Says yes to every claim, and forgets every answer."""

    def __init__(self, ready: Any) -> None:
        """Know the orders that are to be placed."""
        self._orders = {order.key: order for order in ready}
        self._claimed: dict[str, str] = {}

    async def claim(self, key: str, attempt: str, run: str) -> bool:
        """Let it be sent."""
        del run
        self._claimed[attempt] = key
        return True

    async def record(self, attempt: str, outcome: Any) -> Any:
        """Return the order as if it had been recorded."""
        order = self._orders[self._claimed.pop(attempt)]
        return replace(order, state=State.PLACED, order_ids=outcome.order_ids)


def journal_cpu() -> float:
    """Return the seconds of CPU of the journal's thread."""
    thread = next(each for each in threading.enumerate() if each.name == "bulkorders-journal")
    assert thread.ident is not None
    return time.clock_gettime(time.pthread_getcpuclockid(thread.ident))


def told(began: tuple[float, float, float]) -> None:
    """Print what was used since."""
    names = ("seconds", "cpu", "journal_cpu")
    used = (now - then for now, then in zip(sampled(), began, strict=True))
    print(json.dumps(dict(zip(names, used, strict=True))), flush=True)


def sampled() -> tuple[float, float, float]:
    """Return the clock, the process's CPU and the journal's."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return time.perf_counter(), used.ru_utime + used.ru_stime, journal_cpu()


def main(sheet: str, url: str, at_once: int, folder: Path, *, without: bool) -> None:
    """Submit, with an eye on the posting."""
    os.environ |= {
        "BULKORDERS_HOME": str(folder / "home"),
        "BULKORDERS_PANEL_URL": url,
        "BULKORDERS_PANEL_KEY": "k",
    }
    place = story.place

    async def watched(run: Any, record: Any, front: Any, ready: Any) -> Any:
        keeping = replace(record, journal=NoJournal(ready)) if without else record
        began = sampled()
        stopped = await place(run, keeping, front, ready)
        told(began)
        if without:
            os._exit(0)  # there is nothing to tell of the orders
        return stopped

    with mock.patch.object(story, "place", watched):
        submit(sheet, yes=True, concurrency=at_once, campaign=folder.name, results=folder / "results.xlsx")


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("sheet")
    asked.add_argument("url")
    asked.add_argument("at_once", type=int)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--no-journal", action="store_true")
    given = asked.parse_args()
    main(given.sheet, given.url, given.at_once, given.folder, without=given.no_journal)
