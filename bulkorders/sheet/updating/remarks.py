"""Notes that a user pinned to cells of our own worksheets: each goes to the cell that has taken that one's place."""

import re
from collections.abc import Iterator

from bulkorders.sheet.columns import (
    IN_DOUBT_SHEET,
    RUNS_SHEET,
    SERVICES_SHEET,
    SUMMARY_SHEET,
    TO_FIX_SHEET,
)
from bulkorders.sheet.results import AUTHOR, Remark
from bulkorders.sheet.updating.additions import IDENTITY, Frame, frame_of
from bulkorders.sheet.updating.book import Book, Tab
from bulkorders.sheet.updating.package import relations, tree
from bulkorders.sheet.updating.tokens import column_of

OURS = frozenset({"", AUTHOR, "Unknown Author"})
"""Authors that notes of ours may have, also after another program has saved them: LibreOffice forgets who wrote."""

CLOCK = "Times are in "
"""How the notes begin that we write elsewhere than on the rows to fix."""

_CELL = re.compile(r"([A-Z]+)(\d+)")
_SHEETS = (TO_FIX_SHEET, IN_DOUBT_SHEET, SUMMARY_SHEET, SERVICES_SHEET, RUNS_SHEET)


def remarks_of(book: Book, fresh: Book) -> dict[str, list[Remark]]:
    """Return the user's notes by worksheet, each at its place in the fresh ones; those without one are left out."""
    found: dict[str, list[Remark]] = {}
    for name in _SHEETS:
        old, new = book.tab(name), fresh.tab(name)
        written = list(_written(book, old)) if old is not None else []
        if old is None or new is None or not written:
            continue
        frames = frame_of(book, old), frame_of(fresh, new)
        taken = {(remark.row, remark.column) for remark in _written(fresh, new, everyone=True)}
        placed = [_placed(remark, *frames, paged=name not in IDENTITY) for remark in written]
        found[name] = [each for each in placed if each is not None and (each.row, each.column) not in taken]
    return {name: remarks for name, remarks in found.items() if remarks}


def _written(book: Book, tab: Tab, *, everyone: bool = False) -> Iterator[Remark]:
    """Give the notes of a worksheet that others wrote, or all."""
    for kind, part in relations(book.package, tab.part).values():
        if kind != "comments" or not book.package.has(part):
            continue
        root = tree(book.package.read(part))
        authors = [node.text or "" for node in root.iter() if node.tag.endswith("}author")]
        for node in root.iter():
            place = _CELL.fullmatch(node.get("ref", "")) if node.tag.endswith("}comment") else None
            number = int(node.get("authorId", "0"))
            author = authors[number] if number < len(authors) else ""
            text = "".join(each.text or "" for each in node.iter() if each.tag.endswith("}t"))
            ours = author.strip() in OURS if tab.name == TO_FIX_SHEET else text.startswith(CLOCK)
            if place is not None and (everyone or not ours):
                yield Remark(int(place[2]) - 1, column_of(place[1].encode()), author, text)


def _placed(remark: Remark, old: Frame | None, new: Frame | None, *, paged: bool) -> Remark | None:
    """Return a note where its row and column are now, None where one of them is no more."""
    if old is None or new is None:
        return None
    if paged:
        return remark
    rows = {number: identity for identity, number in old.rows.items()} | {old.header_row: ()}
    titles = {column: title for title, column in old.titles.items()}
    identity, title = rows.get(remark.row + 1), titles.get(remark.column)
    row = new.header_row if identity == () else new.rows.get(identity or ("",))
    column = new.titles.get(title or ("", 0))
    if row is None or column is None:
        return None
    return Remark(row - 1, column, remark.author, remark.text)
