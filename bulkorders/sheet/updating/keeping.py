"""Which additions of the user's stay on a worksheet of ours that is written anew."""

from collections.abc import Sequence
from dataclasses import dataclass

from bulkorders.sheet.columns import SUMMARY_SHEET, TO_FIX_SHEET
from bulkorders.sheet.updating.adding import Adding
from bulkorders.sheet.updating.additions import IDENTITY, additions_of, frame_of
from bulkorders.sheet.updating.book import Book, Tab


@dataclass(frozen=True, slots=True)
class Keeping:
    """What there is to know: the columns of the sheet, now and before, and whether To fix has just been read."""

    titles: Sequence[str] = ()
    fixing_read: bool = False


def adding_of(book: Book, tab: Tab, fresh: Book, source: Tab, keeping: Keeping) -> Adding | None:
    """Return what goes from a worksheet into the one that takes its place; None where nothing can be told.

    Rows below the rows to fix are orders to come: once they were read they stand in Orders. Nothing is noted
    there of rows that are right now: it would be read as an order.
    """
    frame = frame_of(fresh, source)
    if frame is None or tab.name not in (*IDENTITY, SUMMARY_SHEET):
        return None
    found = additions_of(book, tab, frame, keeping.titles if tab.name == TO_FIX_SHEET else ())
    if found is None:
        return None
    if tab.name == TO_FIX_SHEET:
        found.cells = {identity: each for identity, each in found.cells.items() if identity in frame.rows}
        if keeping.fixing_read:
            found.below = {}
    return Adding(found, frame, IDENTITY.get(tab.name, ()))
