"""Runs the command line on a machine whose clock is a day off: `wrong_clock.py SECONDS worker …`."""

import sys
import time

import time_machine

from bulkorders.cli.main import run

if __name__ == "__main__":
    seconds, *arguments = sys.argv[1:]
    with time_machine.travel(time.time() + float(seconds), tick=True):
        sys.exit(run(arguments))
