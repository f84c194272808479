"""The orders in a text file: a table with a header, or lines as panels take them."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bulkorders.model.orders import Sheet
from bulkorders.sheet.massorder import read_mass_order
from bulkorders.sheet.reading.delimited import read_delimited
from bulkorders.sheet.reading.encoding import decoded
from bulkorders.sheet.reading.header import make_sheet


def read_text(path: Path, content: bytes, mapping: Mapping[str, str] | None) -> Sheet:
    """Return the orders in a text file: a table with a header, or lines as panels take them."""
    text, notes = decoded(path, content)
    sheet = read_mass_order(str(path), text) if not mapping else None  # a mapping speaks of a header
    if sheet is None:
        sheet = make_sheet(str(path), read_delimited(path, text, mapping), mapping)
    return replace(sheet, notes=(*notes, *sheet.notes)) if notes else sheet
