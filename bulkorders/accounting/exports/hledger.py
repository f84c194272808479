"""The ledger for hledger: one balanced transaction a line, known again by its code."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from bulkorders.accounting.exports import texts
from bulkorders.accounting.exports.lines import Line, counted
from bulkorders.accounting.exports.names import Names, bill_currency
from bulkorders.accounting.exports.terms import Made, Terms

HEAD = "decimal-mark .\n"
"""Says how the amounts below are to be read: `1.234` is no thousand."""

TOLD = ("order_id", "reference", "campaign", "client", "service", "link", "key", "run", "note")
"""Fields of the entry that stand as tags where they are not empty."""

_IN_HEAD = str.maketrans({";": ",", "|": "/"})
"""What ends a description, or parts it in two."""

_IN_TAG = str.maketrans({",": "%2C"})
"""A comma ends a tag's value; so written it is the same link still."""


def made(lines: Sequence[Line], terms: Terms) -> list[Made]:
    """Return one file of the lines that moved money. Accounts and commodities are called as beancount's are."""
    names = Names(terms)
    found = list(counted(lines))
    content = "\n".join([HEAD, *(_transaction(line, terms, names) for line in found)])
    return [Made("", content.encode("utf-8", "backslashreplace"), len(found))]


def _transaction(line: Line, terms: Terms, names: Names) -> str:
    panel, said = (text.translate(_IN_HEAD) for text in (line.entry.panel, texts.description(line)))
    head = f"{line.day:%Y-%m-%d} * ({line.entry.id}) {panel} | {said}\n"
    tags = "".join(f"    ; {tag}\n" for tag in _tags(line, terms, names))
    return (
        f"{head}{tags}"
        f"    {names.asset(line)}  {_amount(line.amount, line, terms, names)}\n"
        f"    {names.counterpart(line)}  {_amount(line.amount.copy_negate(), line, terms, names)}\n"
    )


def _tags(line: Line, terms: Terms, names: Names) -> Iterator[str]:
    yield f"at: {line.entry.at}"
    for name in TOLD:
        value = getattr(line.entry, name)
        if value:
            yield f"{name.replace('_id', '')}: {texts.one_line(value).translate(_IN_TAG)}"
    if line.entry.quantity is not None:
        yield f"quantity: {line.entry.quantity}"
    if line.bill is not None:
        yield f"bill: {texts.number(line.bill)} {bill_currency(line, terms, names)}"


def _amount(amount: Decimal, line: Line, terms: Terms, names: Names) -> str:
    """Return an amount with its commodity, and its price in the books' currency where that is another one."""
    own = names.commodity(line.entry.currency)
    shown = f"{texts.number(amount)} {_quoted(own)}"
    if line.rate is None or terms.books is None or names.commodity(terms.books) == own:
        return shown
    return f"{shown} @ {texts.number(line.rate)} {_quoted(names.commodity(terms.books))}"


def _quoted(name: str) -> str:
    """Return a commodity in quotes where it is not of letters alone."""
    return name if name.isalpha() else f'"{name}"'
