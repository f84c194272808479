"""Starts the command line: `python -m bulkorders`, or `bulkorders`."""

import sys


def main() -> None:
    """Run the command line and end with its exit code."""
    from bulkorders.cli.main import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
