"""Which column of a results workbook is which, after its user has moved, renamed or deleted some.

A header is known by its text. Where that has been renamed, a hidden name of the workbook that points at
its cell tells it: spreadsheet programs move such names along with the cell.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bulkorders.sheet.columns import KEY_COLUMN, RESULT_COLUMNS, ROW_COLUMN

MARKER = "bulkorders_c"
"""What the hidden names begin with; then comes the column's number in the list that the workbook keeps."""

USER = "user"
KEY = "key"
ROW = "row"
"""How the list calls the user's own columns, the column of the keys and that of the rows' digests."""

OURS: Mapping[str, str] = {
    **{column.name: column.title for column in RESULT_COLUMNS},
    KEY: KEY_COLUMN,
    ROW: ROW_COLUMN,
}
"""Our columns by name, with their headers."""

_TARGET = re.compile(r"(?:'((?:[^']|'')+)'|([^'!]+))!\$?([A-Z]{1,3})\$?(\d+)")


@dataclass(frozen=True, slots=True)
class Written:
    """What a results workbook keeps of its columns when it is written.

    `columns` are name and header of each, in the order written; the user's are called `USER`. `marked`
    says for some of them (by place in `columns`) in which column their name points now, from 0.
    """

    columns: Sequence[tuple[str, str]] = ()
    marked: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """Where the columns are: ours by name, the user's by their place among the user's as written.

    `unclear` are our columns whose header stands there several times, nobody can say which is ours.
    """

    ours: Mapping[str, int]
    users: Mapping[int, int]
    unclear: Sequence[str] = ()


def target_of(reference: str) -> tuple[str, int, int] | None:
    """Return worksheet, row and column (from 0) of the one cell a defined name points at, or None."""
    found = _TARGET.fullmatch(reference.strip())
    if found is None:
        return None
    quoted, plain, letters, digits = found.groups()
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return quoted.replace("''", "'") if quoted else plain, int(digits) - 1, column - 1


def names(worksheet: str, places: Mapping[int, int], header_row: int) -> dict[str, str]:
    """Return the names that mark columns, with their references; `places` is by place in the list, from 0."""
    quoted = worksheet.replace("'", "''")
    return {
        f"{MARKER}{at + 1}": f"'{quoted}'!${letters_of(column)}${header_row + 1}"
        for at, column in sorted(places.items())
    }


def letters_of(column: int) -> str:
    """Return the letters over a column, counted from 0: 26 is AA."""
    letters = ""
    left = column + 1
    while left:
        left, digit = divmod(left - 1, 26)
        letters = chr(65 + digit) + letters
    return letters


def marked_on(names: Mapping[str, str], worksheet: str, header_row: int) -> dict[int, int]:
    """Return which columns the workbook's names (name, reference) point at in this row (from 0)."""
    found = {}
    for name, reference in names.items():
        place = target_of(reference) if name.startswith(MARKER) else None
        number = name.removeprefix(MARKER)
        if place is not None and number.isdecimal() and place[:2] == (worksheet, header_row):
            found[int(number) - 1] = place[2]
    return found


def find(header: Sequence[str], written: Written) -> Found:
    """Return where each column that was written stands among these headers now."""
    titles = [title.strip() for title in header]
    listed = [(name, title.strip()) for name, title in written.columns]
    listed = listed or [(name, title) for name, title in OURS.items()]
    known = {title for _, title in listed} | set(OURS.values())
    ours: dict[str, int] = {}
    unclear: list[str] = []
    for at, (name, title) in enumerate(listed):
        if name == USER:
            continue
        places = [index for index, each in enumerate(titles) if each == title]
        wanted = sum(each == title for _, each in listed) if written.columns else len(places)
        index = _place(titles, places, wanted, written.marked.get(at), known)
        if index is not None:
            ours[name] = index
        elif places and len(places) >= wanted:
            unclear.append(title)
    users = _users(titles, listed, written, set(ours.values()), known)
    return Found(ours, users, unclear)


def _place(
    titles: Sequence[str], places: Sequence[int], wanted: int, marked: int | None, known: set[str]
) -> int | None:
    """Return the column of one of ours: the marked one, the only one, the last of as many as were written."""
    if marked in places:
        return marked
    if places:
        # Ours stand right of the user's: where both have a "Status", the last one is ours.
        return places[-1] if len(places) == wanted else None
    return marked if _renamed(titles, marked, known) else None


def _renamed(titles: Sequence[str], marked: int | None, known: set[str]) -> bool:
    """Return whether the marked header is one that nobody knew before."""
    return (
        marked is not None and marked < len(titles) and bool(titles[marked]) and titles[marked] not in known
    )


def _users(
    titles: Sequence[str],
    listed: Sequence[tuple[str, str]],
    written: Written,
    ours: set[int],
    known: set[str],
) -> dict[int, int]:
    """Return where the user's columns stand, by their place among the user's as they were written."""
    found: dict[int, int] = {}
    taken = set(ours)
    places = [at for at, (name, _) in enumerate(listed) if name == USER]
    for number, at in enumerate(places):
        title = listed[at][1]
        free = [index for index, each in enumerate(titles) if each == title and index not in taken]
        marked = written.marked.get(at)
        if marked in free:
            found[number] = marked
        elif free and title:
            found[number] = free[0]
        elif marked is not None and marked not in taken and _renamed(titles, marked, known):
            found[number] = marked
        if number in found:
            taken.add(found[number])
    return found
