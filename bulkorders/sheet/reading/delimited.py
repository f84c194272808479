"""CSV, TSV and the like read into a grid; an open quote never swallows the orders after it."""

import csv
import io
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bulkorders.errors import SheetError
from bulkorders.model.orders import Cell
from bulkorders.sheet import columns
from bulkorders.sheet.reading.grid import Grid, blank, titles

SEPARATOR_LINE = re.compile(r'"?sep=([^"\r\n])"?(?:\r\n?|\n|\Z)', re.IGNORECASE)
"""A line by which Excel is told the delimiter; it shows no such row, so it has no number."""

DELIMITERS = (",", ";", "\t", "|")
SAMPLE = 1 << 16
SAMPLE_ROWS = 60
FORCED = 2
"""How many quotation marks a cell has that is written as `="00123"`."""

LONGEST_CELL = 10_000_000


def read_delimited(path: Path, text: str, mapping: Mapping[str, str] | None = None) -> Grid:
    """Return the rows of a text that are not blank, numbered as a spreadsheet shows them.

    A record with line ends in quotes is one row, blank lines count, a first line `sep=;` does not. All
    cells are text; empty ones are None. Raises SheetError `sheet.quotes` (`row` and `line`: where a quote
    is left open or text follows a closed one; `reason`) or `sheet.long_cell` (`row`, `line`, `limit`).
    """
    named, text = _separator_line(text)
    delimiter = named or _delimiter(path, text, mapping)
    first = 2 if named else 1
    records = _records(path, text, delimiter, first)
    return Grid([(number, cells) for number, cells in records if not blank(cells)])


def _separator_line(text: str) -> tuple[str | None, str]:
    """Return the delimiter that a first line `sep=;` names, and the text below that line."""
    found = SEPARATOR_LINE.match(text)
    return (found[1], text[found.end() :]) if found else (None, text)


def _delimiter(path: Path, text: str, mapping: Mapping[str, str] | None) -> str:
    """Return the delimiter under which a header is found; else the one that cuts rows most evenly."""
    usual = "\t" if path.suffix.lower() == ".tsv" else ","
    candidates = sorted(DELIMITERS, key=lambda each: each != usual)
    tried = {each: _sample(text, each) for each in candidates}
    for delimiter, rows in tried.items():
        if any(columns.complete(columns.find(titles(row), mapping)) for row in rows):
            return delimiter
    return max(candidates, key=lambda each: _evenness(tried[each]))


def _sample(text: str, delimiter: str) -> list[list[str]]:
    """Return the first records under this delimiter, read leniently."""
    records = csv.reader(io.StringIO(text[:SAMPLE], newline=""), delimiter=delimiter)
    found: list[list[str]] = []
    try:
        found.extend(itertools.islice((record for record in records if record), SAMPLE_ROWS))
    except csv.Error:
        return found
    return found


def _evenness(rows: Sequence[Sequence[str]]) -> tuple[int, int]:
    """Return how many rows have as many cells as most have, and how many those are; (0, 0) for one cell."""
    widths = [len(row) for row in rows if len(row) > 1]
    if not widths:
        return 0, 0
    usual = max(set(widths), key=widths.count)
    return widths.count(usual), usual


def _plain(cell: str) -> str | None:
    """Return a cell; one written as `="00123"`, by which programs keep Excel from changing it, as what it shows."""
    if cell.startswith('="') and cell.endswith('"') and cell.count('"') == FORCED:
        return cell[2:-1] or None
    return cell


def _records(path: Path, text: str, delimiter: str, first: int) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    """Give each record with its number. Strictly: an open quote would swallow all orders after it.

    `first` is the line of the file at which the text begins.
    """
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_CELL))
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number, line = 0, first
    try:
        for number, record in enumerate(records, start=1):
            yield (
                number,
                tuple([None if not cell else _plain(cell) if cell[0] == "=" else cell for cell in record]),
            )
            line = first + records.line_num
    except csv.Error as error:
        where, row = str(path), number + 1
        if "field limit" in str(error):
            limit = csv.field_size_limit()
            raise SheetError("sheet.long_cell", path=where, row=row, line=line, limit=limit) from error
        raise SheetError("sheet.quotes", path=where, row=row, line=line, reason=str(error)) from error
