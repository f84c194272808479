"""The ledger for Xero: Date, Amount, Payee, Description, Reference; one file for each account and currency."""

from collections.abc import Sequence

from bulkorders.accounting.exports import texts
from bulkorders.accounting.exports.lines import Line
from bulkorders.accounting.exports.statement import of_accounts
from bulkorders.accounting.exports.terms import Made, Terms

MOST = 900_000
"""Bytes below which a file stays: an upload of a bank's statement takes about a megabyte."""

HEADER = ("Date", "Amount", "Payee", "Description", "Reference")

LONGEST = 220
"""Characters of a description."""


def made(lines: Sequence[Line], terms: Terms) -> list[Made]:
    """Return the files. Spending is below zero; the reference is the line's id."""

    def row(line: Line) -> Sequence[str]:
        entry = line.entry
        told = texts.neutral(texts.cut(texts.description(line), LONGEST))
        payee = texts.neutral(entry.panel)
        return (terms.day(line.day), texts.number(line.amount), payee, told, entry.id)

    return of_accounts(lines, terms, HEADER, row, MOST)
