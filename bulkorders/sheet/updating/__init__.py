"""An existing results workbook brought up to date in place: what its user did in it stays, byte by byte.

Of the worksheet Orders only the cells that changed are written. The other worksheets of ours are written
anew and put in their places. All else in the package (the user's worksheets, charts, pictures, notes,
looks) is copied as it is packed.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from pathlib import Path
from typing import BinaryIO

from bulkorders.model.orders import Sheet
from bulkorders.model.report import Line, RunSummary
from bulkorders.sheet import markers
from bulkorders.sheet.columns import HIDDEN_SHEET, IN_DOUBT_SHEET, TO_FIX_SHEET
from bulkorders.sheet.markers import USER
from bulkorders.sheet.results import Told, values, write_whole
from bulkorders.sheet.results.replacing import room_for
from bulkorders.sheet.results.showing import Showing
from bulkorders.sheet.results.values import Describe
from bulkorders.sheet.updating.book import WORKBOOK, Book
from bulkorders.sheet.updating.directory import workbook_xml
from bulkorders.sheet.updating.filling import Filling, Origin, users_columns
from bulkorders.sheet.updating.fixing import edited_cells
from bulkorders.sheet.updating.joining import Joined, by_key, by_number
from bulkorders.sheet.updating.keeping import Keeping
from bulkorders.sheet.updating.looks import Looks
from bulkorders.sheet.updating.orders import Orders, read_orders
from bulkorders.sheet.updating.package import Package, relations_part
from bulkorders.sheet.updating.remarks import remarks_of
from bulkorders.sheet.updating.rewriting import Rewriting
from bulkorders.sheet.updating.tables import tables_around
from bulkorders.sheet.updating.transplanting import Transplant
from bulkorders.sheet.updating.unfit import Unfit

__all__ = ["Unfit", "campaigns_of", "update"]


@dataclass(frozen=True, slots=True)
class Content:
    """What a workbook is to say: as for `write_results`; and what the sheet was read from."""

    sheet: Sheet
    lines: Sequence[Line]
    summary: RunSummary
    describe: Describe
    zone: tzinfo | None
    origin: Origin


def update(path: Path, file: BinaryIO, content: Content) -> int:
    """Write the workbook at `path`, brought up to date, into a file; return how many cells of Orders changed.

    Raises Unfit where that can't be done without a risk to what its user did in it; then the file has
    nothing of worth in it. Raises GuardError `results.not_writable` where rows are more than fit.
    """
    with Package(path) as package:
        book = Book(package)
        told, columns = book.hidden()
        if not _same_campaign(told.get("campaign", ""), content.summary.campaign):
            raise Unfit("workbook.other_campaign", campaign=told.get("campaign", ""))
        orders = read_orders(book, columns)
        return _write(path, file, book, orders, content)


def campaigns_of(path: Path) -> str | None:
    """Return the campaigns a results workbook says it is of, None where it can't be read."""
    try:
        with Package(path) as package:
            return Book(package).hidden()[0].get("campaign")
    except Unfit:
        return None


def _same_campaign(one: str, other: str) -> bool:
    """Return whether two lists of campaigns have one in common."""
    return bool(set(one.split(", ")) & set(other.split(", ")))


def _write(path: Path, file: BinaryIO, book: Book, orders: Orders, content: Content) -> int:
    """Write all parts."""
    filling = _filling(orders, content)
    room_for(path, orders.last - orders.header_row + len(filling.joined.new))
    told = Told(filling.columns, edited_cells(path, book, content.sheet, content.lines))
    with tempfile.TemporaryFile(prefix="bulkorders-") as scratch:
        _scratch(path, scratch, content, told)
        with Package(path, scratch) as package:
            fresh = Book(package)
            remarks = remarks_of(book, fresh)
            if not remarks:
                return _merge(file, book, fresh, orders, filling)
    with tempfile.TemporaryFile(prefix="bulkorders-") as scratch:
        # Where a note goes is known only now, and none can be put in afterwards.
        _scratch(path, scratch, content, replace(told, remarks=remarks))
        with Package(path, scratch) as package:
            return _merge(file, book, Book(package), orders, filling)


def _scratch(path: Path, scratch: BinaryIO, content: Content, told: Told) -> None:
    """Write our worksheets, but for the rows of Orders."""
    write_whole(
        scratch,
        path,
        content.sheet,
        content.lines,
        content.summary,
        describe=content.describe,
        zone=content.zone,
        told=told,
    )
    scratch.seek(0)


def _filling(orders: Orders, content: Content) -> Filling:
    """Return what goes into which cell of Orders."""
    lines = list(values.listed(content.lines))
    shared = values.shared_keys(content.lines)
    origin = content.origin
    joined: Joined | None = None
    if origin == "same":
        joined = by_number(orders.kept, lines, lambda line: values.key(line, shared))
    if joined is None:
        origin = "changed" if origin == "same" else origin
        numbers = not content.sheet.results
        joined = by_key(
            orders.kept, lines, lambda line: values.key(line, shared), values.mark, numbers=numbers
        )
    if origin == "changed":
        # Only what is certain is written: the next run reads the rows as they are now.
        joined.left.clear()
        joined.new = [line for line in joined.new if line.submission is not None]
    showing = Showing(content.describe, content.zone, values.finest(content.lines))
    places, columns, titles = users_columns(
        orders, content.sheet, same=content.sheet.results and origin != "other"
    )
    return Filling(orders, joined, content.sheet, showing, shared, places, columns, titles, origin)


def _merge(file: BinaryIO, book: Book, fresh: Book, orders: Orders, filling: Filling) -> int:
    """Put the rewritten worksheet and our new ones together with all that stays."""
    styles = book.part_of("styles")
    if styles is None:
        raise Unfit("workbook.unread", reason="it has no table of looks")
    looks = Looks(book.package.read(styles))
    known = [title for name, title in orders.written.columns if name == USER]
    keeping = Keeping(
        (*known, *filling.sheet.header), filling.sheet.results and filling.origin in ("same", "part")
    )
    transplant = Transplant(book, fresh, looks, keeping)
    there = [
        tab.name for tab in fresh.tabs if tab.name != fresh.tabs[0].name and _wanted(tab.name, book, filling)
    ]
    transplant.put_all(there)
    transplant.drop_calculation_chain()
    changed = transplant.finish()
    tables = tables_around(book, orders)
    rewriting = Rewriting(
        book,
        looks,
        filling.wanted,
        orders.header_row,
        orders.last,
        orders.width,
        titles=filling.titles,
        new=filling.new_rows(),
        rows_added=len(filling.joined.new),
        foot=tables.foot,
        formulas=tables.formulas,
    )
    if rewriting.rows_added:
        changed.update(tables.grown(orders, rewriting.rows_added))
    # The looks are known only when all rows are written: their part comes behind.
    changed[orders.tab.part] = rewriting.pieces(orders.tab.part)
    local = _local_names(fresh, there)
    reaches = (orders.tab.name, orders.last + rewriting.rows_added) if rewriting.rows_added else None
    names = markers.names(orders.tab.name, filling.marked(), orders.header_row - 1)
    changed[WORKBOOK], related = workbook_xml(
        book, transplant.added, names, ours=there, local=local, filtered=reaches
    )
    if related is not None:
        changed[relations_part(WORKBOOK)] = related
    book.package.write(file, changed, last={styles: looks.content})
    return rewriting.changed


def _wanted(name: str, book: Book, filling: Filling) -> bool:
    """Return whether a worksheet of ours is put in: it is there, or something needs a person."""
    if book.tab(name) is not None or name == HIDDEN_SHEET:
        return True
    states = {TO_FIX_SHEET: values.TO_FIX, IN_DOUBT_SHEET: {"in_doubt"}}.get(name, set())
    return any(line.state in states for line in filling.joined.lines.values())


def _local_names(fresh: Book, tabs: Sequence[str]) -> list[tuple[str, str, str]]:
    """Return the names (print titles, filters) that belong to worksheets of the new workbook."""
    return [each for each in fresh.local_names() if each[0] in tabs]
