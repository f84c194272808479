"""A line of an export: a ledger's entry with its day, as the account sees it, in the books' currency, billed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import ROUND_HALF_EVEN, Context, Decimal
from unicodedata import normalize

from bulkorders.accounting.exports.rates import Rates
from bulkorders.model import money
from bulkorders.model.entries import EntryKind, LedgerEntry

OF_ORDERS = frozenset({EntryKind.CHARGE, EntryKind.CHANGE, EntryKind.REFUND})
"""Kinds of lines that a client is billed for, or gets back."""

PERCENT = Decimal(100)

WIDE = Context(prec=200)
"""Enough digits that an amount is rounded only where it is asked for."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line to be exported.

    `day` is the entry's day in the books' time zone. `amount` is the entry's with the sign of the account's
    statement: below zero money left it. `rate` is what one unit of the account's currency is in the books'
    currency that day, `books` the amount in it, None where none is asked for. `bill` is what the client is to
    pay for the line, below zero what is paid back; None where nobody is billed.
    """

    entry: LedgerEntry
    day: date
    amount: Decimal
    rate: Decimal | None = None
    books: Decimal | None = None
    bill: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Markups:
    """What is put on a client's costs, in per cent: by client, and for those that are not listed (or None)."""

    by_client: Mapping[str, Decimal]
    rest: Decimal | None = None

    def of(self, client: str) -> Decimal | None:
        """Return the per cent for a client; None where the line is nobody's, or nobody said how much."""
        if not client:
            return None
        return self.by_client.get(client_key(client), self.rest)


@dataclass(frozen=True, slots=True)
class Reckoning:
    """How lines are dated, converted and billed.

    `zone` None is the machine's. `digits` are the decimals that converted and billed amounts are rounded to,
    each line by itself, halves to the even digit; None leaves them exact.
    """

    zone: tzinfo | None = None
    rates: Rates | None = None
    markups: Markups | None = None
    digits: int | None = None

    def lines(self, entries: Iterable[LedgerEntry]) -> Iterator[Line]:
        """Yield a line for each entry. Raises SettingsError `export.rate_missing` where a day has no rate."""
        return map(self._line, entries)

    def _line(self, entry: LedgerEntry) -> Line:
        day = self.day(entry)
        amount = money.plain(entry.amount.copy_negate())
        rate = self.rates.on(entry.currency, day, entry.id) if self.rates else None
        exact = amount if rate is None else money.plain(money.EXACT.multiply(amount, rate))
        return Line(
            entry, day, amount, rate, None if rate is None else self._rounded(exact), self._bill(entry, exact)
        )

    def day(self, entry: LedgerEntry) -> date:
        """Return the day of an entry in the books' time zone."""
        return datetime.fromisoformat(entry.at).astimezone(self.zone).date()

    def _bill(self, entry: LedgerEntry, cost: Decimal) -> Decimal | None:
        """Return what the client of an order's line pays for it: the exact cost and what is put on it."""
        percent = self.markups.of(entry.client) if self.markups and entry.kind in OF_ORDERS else None
        if percent is None:
            return None
        factor = money.EXACT.divide(money.EXACT.add(PERCENT, percent), PERCENT)
        return self._rounded(money.plain(money.EXACT.multiply(cost.copy_negate(), factor)))

    def _rounded(self, amount: Decimal) -> Decimal:
        if self.digits is None:
            return amount
        return amount.quantize(Decimal(1).scaleb(-self.digits), ROUND_HALF_EVEN, context=WIDE)


def client_key(client: str) -> str:
    """Return what two spellings of one client's name have in common."""
    return " ".join(normalize("NFKC", client).casefold().split())


def counted(lines: Iterable[Line]) -> Iterator[Line]:
    """Yield the lines that moved money: memoranda never count in balances, nor do lines of nothing."""
    return (line for line in lines if line.entry.moved and line.amount)
