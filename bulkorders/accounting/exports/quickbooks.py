"""The ledger for QuickBooks Online: three columns (Amount) or four (Credit, Debit), files below its limit."""

from collections.abc import Sequence
from decimal import Decimal

from bulkorders.accounting.exports import texts
from bulkorders.accounting.exports.lines import Line
from bulkorders.accounting.exports.statement import of_accounts
from bulkorders.accounting.exports.terms import Made, Terms

MOST = 350_000
"""Bytes below which a file stays: QuickBooks takes 350 KB."""

HEADERS = {3: ("Date", "Description", "Amount"), 4: ("Date", "Description", "Credit", "Debit")}

LONGEST = 220
"""Characters of a description, before the line's id."""


def made(lines: Sequence[Line], terms: Terms) -> list[Made]:
    """Return the files. Spending is below zero, or a debit; the line's id ends its description."""
    header = HEADERS[terms.columns]

    def row(line: Line) -> Sequence[str]:
        told = f"{texts.cut(texts.description(line), LONGEST)} [{line.entry.id}]"
        return (terms.day(line.day), texts.neutral(told), *_amounts(line.amount, len(header)))

    return of_accounts(lines, terms, header, row, MOST)


def _amounts(amount: Decimal, width: int) -> Sequence[str]:
    """Return the cells of an amount; of Credit and Debit one is blank."""
    if width == len(HEADERS[3]):
        return (texts.number(amount),)
    return (texts.number(amount), "") if amount > 0 else ("", texts.number(amount.copy_negate()))
