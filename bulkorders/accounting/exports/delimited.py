"""The ledger as CSV that Excel opens in the user's country: BOM, its delimiter, its decimal mark, no formulas."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from bulkorders.accounting.exports import texts
from bulkorders.accounting.exports.lines import Line
from bulkorders.accounting.exports.table import Value, columns
from bulkorders.accounting.exports.terms import Made, Terms


def made(lines: Sequence[Line], terms: Terms) -> list[Made]:
    """Return one file of all lines, memoranda too. Amounts are numbers; texts can't be formulas."""
    found = columns(terms)
    kept = io.StringIO(newline="")
    writer = csv.writer(kept, delimiter=terms.delimiter, lineterminator="\r\n")
    writer.writerow([column.name for column in found])
    writer.writerows([_cell(column.read(line), terms) for column in found] for line in lines)
    return [Made("", kept.getvalue().encode("utf-8-sig", "backslashreplace"), len(lines))]


def _cell(value: Value, terms: Terms) -> str:
    """Return a value as a cell of text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return texts.number(value, terms.decimal)
    if isinstance(value, date):
        return terms.day(value)
    return texts.neutral(value) if isinstance(value, str) else str(value)
