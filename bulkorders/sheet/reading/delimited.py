"""CSV, TSV and the like read into a grid; encoding, delimiter and quotes are never guessed silently."""

import csv
import io
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bulkorders.errors import SheetError
from bulkorders.model.orders import Cell
from bulkorders.sheet import columns
from bulkorders.sheet.reading.grid import Grid, Note, blank, titles

BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)

WESTERN = "cp1252"
MISTAKEN = ("cp1250", "cp1254", "cp1257")
"""Pages that differ from the western one in few letters, so that little text fits them as well."""

CANDIDATES = (
    *(WESTERN, *MISTAKEN, "cp1258", "cp1251", "cp1253", "cp1255", "cp1256", "cp874"),
    *("gb18030", "big5", "cp932", "cp949"),
)
"""What Excel saves a plain CSV in, by the system's language."""

ODD = 0.1
"""The share of odd letters up to which the western page is believed rather than one it is mistaken for."""

SEPARATOR_LINE = re.compile(r'"?sep=([^"\r\n])"?(?:\r\n?|\n|\Z)', re.IGNORECASE)
"""A line by which Excel is told the delimiter; it shows no such row, so it has no number."""

DELIMITERS = (",", ";", "\t", "|")
SAMPLE = 1 << 16
SAMPLE_ROWS = 60
LONGEST_CELL = 10_000_000


def read_delimited(path: Path, content: bytes, mapping: Mapping[str, str] | None = None) -> Grid:
    """Return the rows of a text file that are not blank, numbered as a spreadsheet shows them.

    A record with line ends in quotes is one row, blank lines count, a first line `sep=;` does not. All
    cells are text; empty ones are None. Raises SheetError `sheet.not_text` (`found`) or `sheet.quotes`
    (`row`: where a quote is left open or text follows a closed one, `reason`).
    """
    text, notes = _decoded(path, content)
    named, text = _separator_line(text)
    delimiter = named or _delimiter(path, text, mapping)
    rows = [(number, cells) for number, cells in _records(path, text, delimiter) if not blank(cells)]
    return Grid(rows, notes=notes)


def _decoded(path: Path, content: bytes) -> tuple[str, list[Note]]:
    """Return the text, and a note where its encoding had to be guessed."""
    notes: list[Note] = []
    encoding: str | None = next((name for start, name in BYTE_ORDER_MARKS if content.startswith(start)), None)
    try:
        text = content.decode(encoding or "utf-8")
    except UnicodeDecodeError as error:
        guessed = None if encoding or b"\x00" in content else _guess(content)
        if guessed is None:
            raise SheetError("sheet.not_text", path=str(path), found="binary") from error
        text = content.decode(guessed)
        notes.append(("encoding_guessed", {"encoding": guessed}))
    if "\x00" in text:
        raise SheetError("sheet.not_text", path=str(path), found="binary")
    return text, notes


def _guess(content: bytes) -> str | None:
    """Return the likeliest encoding of bytes that are no UTF-8, or None where they are no text."""
    from charset_normalizer import from_bytes  # noqa: PLC0415 - heavy, and seldom needed

    matches = from_bytes(content, cp_isolation=list(CANDIDATES), enable_fallback=False)
    found = [match.encoding for match in matches if _decodes(content, match.encoding)]
    odd = {match.encoding: match.chaos for match in matches}
    if found and found[0] in MISTAKEN and WESTERN in found and odd[WESTERN] <= ODD:
        return WESTERN
    return found[0] if found else None


def _decodes(content: bytes, encoding: str) -> bool:
    """Return whether all of it can be read so, not only the parts that were looked at."""
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


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


def _records(path: Path, text: str, delimiter: str) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    """Give each record with its number. Strictly: an open quote would swallow all orders after it."""
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_CELL))
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, record in enumerate(records, start=1):
            yield number, tuple([cell or None for cell in record])
    except csv.Error as error:
        raise SheetError("sheet.quotes", path=str(path), row=number + 1, reason=str(error)) from error
