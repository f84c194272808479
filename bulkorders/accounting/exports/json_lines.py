"""The ledger as JSON Lines: one line an object, amounts as texts in digits so that no reader rounds them."""

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from bulkorders.accounting.exports import texts
from bulkorders.accounting.exports.lines import Line
from bulkorders.accounting.exports.table import Value, columns
from bulkorders.accounting.exports.terms import Made, Terms

LINE_ENDS = {0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}
"""What some readers take for the end of a line, written out."""


def made(lines: Sequence[Line], terms: Terms) -> list[Made]:
    """Return one file of all lines, memoranda too; what is not known is null, dates are ISO."""
    found = columns(terms)
    written = [
        json.dumps({column.name: _plain(column.read(line)) for column in found}, ensure_ascii=False)
        for line in lines
    ]
    content = "".join(f"{line.translate(LINE_ENDS)}\n" for line in written)
    return [Made("", content.encode("utf-8", "backslashreplace"), len(lines))]


def _plain(value: Value) -> str | int | bool | None:
    if isinstance(value, Decimal):
        return texts.number(value)
    return value.isoformat() if isinstance(value, date) else value
