"""The columns of the formats that carry everything: what each is called, what it holds, and its kind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from bulkorders.accounting.exports.lines import Line
from bulkorders.accounting.exports.terms import Terms

Kind = Literal["text", "day", "moment", "amount", "whole", "yes_no"]
Value = str | int | bool | date | Decimal | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, the kind of its values, how to read it off a line, its width in a worksheet."""

    name: str
    kind: Kind
    read: Callable[[Line], Value]
    width: int = 12


def _of(name: str, kind: Kind = "text", width: int = 12) -> Column:
    """Return the column of a field of the entry; what is empty is None."""

    def read(line: Line) -> Value:
        found: Value = getattr(line.entry, name)
        return None if found == "" else found

    return Column(name, kind, read, width)


FIRST = (
    _of("id", width=34),
    Column("date", "day", lambda line: line.day),
    _of("at", "moment", 34),
    Column("kind", "text", lambda line: line.entry.kind.value),
    Column("moved", "yes_no", lambda line: line.entry.moved, 8),
    Column("amount", "amount", lambda line: line.amount, 14),
    _of("currency", width=10),
)

REST = (
    _of("account", width=28),
    _of("panel", width=24),
    _of("campaign", width=18),
    _of("client", width=18),
    _of("service"),
    _of("service_name", width=30),
    _of("quantity", "whole"),
    _of("link", width=40),
    _of("order_id", width=14),
    _of("reference", width=14),
    _of("key", width=34),
    _of("run", width=14),
    _of("note", width=24),
)


def columns(terms: Terms) -> Sequence[Column]:
    """Return the columns of an export: those of the books' currency and of bills only where they are asked for."""
    books = terms.books
    converted = (
        Column("rate", "amount", lambda line: line.rate),
        Column("books_amount", "amount", lambda line: line.books, 14),
        Column("books_currency", "text", lambda line: None if line.books is None else books),
    )
    billed = (
        Column("bill", "amount", lambda line: line.bill, 14),
        Column("bill_currency", "text", lambda line: bill_currency(line, books)),
    )
    return (*FIRST, *(converted if books else ()), *(billed if terms.bills else ()), *REST)


def bill_currency(line: Line, books: str | None) -> str | None:
    """Return what a bill is in: the books' currency where there is one, else the account's."""
    if line.bill is None:
        return None
    return books if line.books is not None else line.entry.currency
