"""Reads a sheet and holds every row against the catalogue; prints seconds and memory, start and catalogue left out.

    python check_rows.py SHEET URL

What the command does between asking the panel and telling the person, by the same functions.
"""

import asyncio
import json
import os
import resource
import sys
import time
from pathlib import Path

from bulkorders.journal.opening import open_journal
from bulkorders.pipeline import accounts
from bulkorders.pipeline.intake import checking
from bulkorders.pipeline.options import Options, Quiet
from bulkorders.settings import load_settings


def peak(whose: int) -> float:
    """Return the largest memory of this process, or of the one that read the workbook, in MB."""
    return resource.getrusage(whose).ru_maxrss / 1024


async def main(sheet: str, url: str) -> None:
    """Check, and print what it took and what came of it."""
    os.environ |= {"BULKORDERS_PANEL_URL": url, "BULKORDERS_PANEL_KEY": "k"}
    settings, options = load_settings(), Options(Path(sheet))
    async with accounts.opened(settings, options, [None]) as opened:
        await accounts.ask_all(opened.values())
        began = time.perf_counter()
        run = await checking.read(options, settings, Quiet(yes=True))
        read = time.perf_counter()
        journal = await open_journal(settings.journal_url, read_only=True)
        await checking.check(run, opened, journal)
        took = time.perf_counter()
        await journal.close()
    told = {
        "seconds": took - began,
        "reading_and_parsing": read - began,
        "rows": len(run.parsed),
        "ready": sum(each.sendable for each in run.checked.values()),
        "megabytes": peak(resource.RUSAGE_SELF),
        "reader_megabytes": peak(resource.RUSAGE_CHILDREN),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
