"""Texts that can do no harm where they are imported: no formulas, no line ends, nothing that ends a field."""

import re
import unicodedata
from decimal import Decimal

from bulkorders.accounting.exports.lines import Line
from bulkorders.model.entries import EntryKind

FORMULA = tuple("=+-@\t\r\n＝＋－＠")
"""What a cell begins with that a spreadsheet may run rather than show; the full-width ones in some countries."""

GUARD = "'"
"""What stands before such a cell: spreadsheets then take it for text."""

KINDS = {
    EntryKind.ESTIMATE: "Estimate",
    EntryKind.IN_DOUBT: "In doubt",
    EntryKind.CHARGE: "Charge",
    EntryKind.CHANGE: "Change of charge",
    EntryKind.REFUND: "Refund",
    EntryKind.TOP_UP: "Top-up",
    EntryKind.OTHER: "Other",
}
"""What a line is called in a description; the same in every language, so that a file stays what it was."""

_BLANK = re.compile(r"\s+")


def neutral(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula, also where blanks go before its sign."""
    bare = text.lstrip(" \u00a0\u3000\ufeff\u200b")
    return f"{GUARD}{text}" if text.startswith(FORMULA) or bare.startswith(FORMULA) else text


def one_line(text: str) -> str:
    """Return a text on one line: control characters, line ends and rows of blanks are one blank."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    shown = "".join(" " if _unprinted(each) else each for each in text)
    return _BLANK.sub(" ", shown).strip()


def _unprinted(character: str) -> bool:
    """Whether a character is none that is shown: controls, separators of lines, signs that turn text around."""
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def number(amount: Decimal, mark: str = ".") -> str:
    """Return an amount in digits, never with an exponent, with this decimal mark and no other."""
    return format(amount, "f").replace(".", mark)


def description(line: Line) -> str:
    """Return what a line is about, for people: `Charge, order 99999, Likes, 500 pieces, campaign june`."""
    entry = line.entry
    told = [KINDS[entry.kind]]
    if entry.order_id:
        told.append(f"order {entry.order_id}")
    if entry.service_name or entry.service:
        told.append(entry.service_name or f"service {entry.service}")
    if entry.quantity is not None and entry.kind is not EntryKind.REFUND:
        told.append(f"{entry.quantity} pieces")
    if entry.campaign:
        told.append(f"campaign {entry.campaign}")
    if entry.note:
        told.append(entry.note)
    return one_line(", ".join(told))


def cut(text: str, most: int) -> str:
    """Return at most so many characters of a text."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
