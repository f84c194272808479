"""Measures what the README claims of speed and memory, each beside a named peer in the same run.

    python tests/benchmarks/run.py [--runs 3] [--json FILE] [NAME …]

NAME is one of: start, submit, sheets, refresh, journal, full, machines. Without a name all but `full` and `machines`
are measured; `machines` needs a PostgreSQL server that it can start (Debian: postgresql).
It prints a table, and may keep everything as JSON.
"""

import argparse
import importlib
import sys
from pathlib import Path

from measuring import Figure, kept, table

MEASURES = {
    "start": "starting",
    "submit": "whole_runs",
    "sheets": "sheets",
    "refresh": "refreshing",
    "journal": "grouping",
    "full": "full_sheet",
    "machines": "machines",
}

LONG = ("full", "machines")
"""What takes more than five minutes, or needs more than this machine: measured where it is named."""


def main() -> None:
    """Measure what is asked for; the figures so far are printed as they come."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("names", nargs="*", choices=[*MEASURES, []], metavar="NAME")
    asked.add_argument("--runs", type=int, default=3, help="runs of each, in turns (3)")
    asked.add_argument("--json", type=Path, metavar="FILE", help="where the figures are kept")
    given = asked.parse_args()
    figures: list[Figure] = []
    for name in given.names or [each for each in MEASURES if each not in LONG]:
        for each in importlib.import_module(MEASURES[name]).measure(given.runs):
            figures.append(each)
            print(table([each]).splitlines()[-1], file=sys.stderr, flush=True)
    print(table(figures))
    if given.json:
        given.json.write_text(kept(figures, given.runs), "utf-8")


if __name__ == "__main__":
    main()
