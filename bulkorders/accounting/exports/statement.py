"""What is imported as a bank's statement: one file for each account and currency, parted where it is long."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence

from bulkorders.accounting.exports.lines import Line, counted
from bulkorders.accounting.exports.terms import Made, Terms

Row = Sequence[str]


def of_accounts(
    lines: Sequence[Line], terms: Terms, header: Row, row: Callable[[Line], Row], most: int
) -> list[Made]:
    """Return the files: of each account and currency, in the order in which they come up, each below `most` bytes.

    Lines that moved nothing stand in none. The names' parts tell account and currency where the whole ledger
    has several, and number the files of one.
    """
    groups: dict[tuple[str, str], list[Line]] = {}
    for line in counted(lines):
        groups.setdefault((line.entry.account, line.entry.currency or ""), []).append(line)
    several = len(terms.accounts) > 1 or len(terms.currencies) > 1 or len(groups) > 1
    found: list[Made] = []
    for (account, currency), own in groups.items():
        part = f"-{_plain(f'{account} {currency}')}" if several else ""
        found += _parted(part, own, header, row, most)
    return found or [Made("", _written([header]), 0)]


def _parted(
    part: str, lines: Sequence[Line], header: Row, row: Callable[[Line], Row], most: int
) -> Iterator[Made]:
    """Yield the files of one account, numbered where there are several."""
    head = len(_written([header]))
    parts: list[list[bytes]] = [[]]
    size = head
    for line in lines:
        written = _written([row(line)])
        if size + len(written) >= most and parts[-1]:
            parts.append([])
            size = head
        parts[-1].append(written)
        size += len(written)
    for number, rows in enumerate(parts, start=1):
        numbered = f"{part}-{number}" if len(parts) > 1 else part
        yield Made(numbered, _written([header]) + b"".join(rows), len(rows))


def _written(rows: Sequence[Row]) -> bytes:
    kept = io.StringIO(newline="")
    csv.writer(kept, lineterminator="\r\n").writerows(rows)
    return kept.getvalue().encode("utf-8", "backslashreplace")


def _plain(text: str) -> str:
    """Return a text as part of a file's name."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", text).strip("-.")
