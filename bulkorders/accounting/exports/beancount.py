"""The ledger for beancount: one balanced transaction a line, known again by its metadata `bulkorders`."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from bulkorders.accounting.exports import texts
from bulkorders.accounting.exports.lines import Line, counted
from bulkorders.accounting.exports.names import Names, bill_currency
from bulkorders.accounting.exports.terms import Made, Terms

OPENED = "1970-01-01"
"""When accounts are opened: before any line, so that one entered late with an early date finds them open."""

TOLD = ("order_id", "reference", "campaign", "client", "service", "link", "run", "note")
"""Fields of the entry that stand as metadata where they are not empty."""


def made(lines: Sequence[Line], terms: Terms) -> list[Made]:
    """Return one file of the lines that moved money; accounts are opened in it, once over all exports.

    Lines of one order carry one link (`^`). Where there is a rate each posting has it as its price, so that
    the account's currency stays exact and the books' value stands beside it.
    """
    names = Names(terms)
    found = list(counted(lines))
    opened = "".join(f"{OPENED} open {name}\n" for name in accounts(found, terms) if name not in terms.opened)
    written = "\n".join(_transaction(line, terms, names) for line in found)
    content = "\n".join(filter(None, (opened, written)))
    return [Made("", content.encode("utf-8", "backslashreplace"), len(found))]


def accounts(lines: Sequence[Line], terms: Terms) -> list[str]:
    """Return the names of all accounts that these lines need, sorted."""
    names = Names(terms)
    return sorted({name for line in counted(lines) for name in (names.asset(line), names.counterpart(line))})


def _transaction(line: Line, terms: Terms, names: Names) -> str:
    entry = line.entry
    link = f" ^{entry.key}" if entry.key.isalnum() else ""
    head = f"{line.day:%Y-%m-%d} * {_text(entry.panel)} {_text(texts.description(line))}{link}\n"
    postings = (
        f"  {names.asset(line)}  {_amount(line.amount, line, terms, names)}\n"
        f"  {names.counterpart(line)}  {_amount(line.amount.copy_negate(), line, terms, names)}\n"
    )
    return f"{head}{''.join(_metadata(line, terms, names))}{postings}"


def _metadata(line: Line, terms: Terms, names: Names) -> Iterator[str]:
    yield f"  bulkorders: {_text(line.entry.id)}\n"
    yield f"  at: {_text(line.entry.at)}\n"
    for name in TOLD:
        value = getattr(line.entry, name)
        if value:
            yield f"  {name.replace('_id', '')}: {_text(value)}\n"
    if line.entry.quantity is not None:
        yield f"  quantity: {line.entry.quantity}\n"
    if line.bill is not None:
        yield f"  bill: {texts.number(line.bill)} {bill_currency(line, terms, names)}\n"


def _amount(amount: Decimal, line: Line, terms: Terms, names: Names) -> str:
    """Return an amount with its commodity, and its price in the books' currency where that is another one."""
    own = names.commodity(line.entry.currency)
    shown = f"{texts.number(amount)} {own}"
    if line.rate is None or terms.books is None or names.commodity(terms.books) == own:
        return shown
    return f"{shown} @ {texts.number(line.rate)} {names.commodity(terms.books)}"


def _text(text: str) -> str:
    r"""Return a text in quotes: quotes and backslashes are escaped, and it stays on its line."""
    plain = texts.one_line(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"'
