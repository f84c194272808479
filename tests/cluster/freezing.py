"""Runs the command line, and freezes itself where it is worst: `freezing.py FILE worker …`.

That is right after its twentieth claim was granted, before anything of that order is sent; FILE has the order's key.
"""

import itertools
import os
import signal
import sys
from pathlib import Path

from bulkorders.cli.main import run
from bulkorders.journal.postgres import PostgresJournal

CLAIM = 20

if __name__ == "__main__":
    told, *arguments = sys.argv[1:]
    honest, numbers = PostgresJournal.claim, itertools.count(1)

    async def claim(self: PostgresJournal, key: str, attempt: str, of: str) -> bool:
        """Claim as always, and freeze once."""
        granted = await honest(self, key, attempt, of)
        if granted and next(numbers) == CLAIM:
            Path(told).write_text(key, encoding="utf-8")
            os.kill(os.getpid(), signal.SIGSTOP)
        return granted

    PostgresJournal.claim = claim  # type: ignore[method-assign]
    sys.exit(run(arguments))
