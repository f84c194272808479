"""What one unit of an account's currency is in the books': one rate, one a currency, or one a day from a CSV."""

import csv
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from bulkorders.errors import SettingsError
from bulkorders.model import money

HEADERS = (("date", "rate"), ("date", "currency", "rate"))
"""What the first row of a file of rates holds."""


@dataclass(frozen=True, slots=True)
class Dated:
    """Rates by day, in the order of their days."""

    days: Sequence[date]
    rates: Sequence[Decimal]

    def on(self, day: date) -> Decimal | None:
        """Return the last rate on or before a day."""
        found = bisect_right(self.days, day)
        return self.rates[found - 1] if found else None


@dataclass(slots=True)
class Rates:
    """Rates into the currency of the books (`books`), each what one unit of an account's currency is worth.

    `fixed` are those that hold on every day, by currency, `dated` those of a file. The entry "" of either is
    for any currency; it then serves one currency alone, since two can't be worth the same. `unknown` is what
    an account's currency is taken for where its panel tells none; `path` names the file in errors.
    """

    books: str
    fixed: Mapping[str, Decimal] = field(default_factory=dict)
    dated: Mapping[str, Dated] = field(default_factory=dict)
    unknown: str = ""
    path: str | None = None
    _any: str | None = None

    def on(self, currency: str | None, day: date, line: str) -> Decimal:
        """Return the rate for a currency on a day; `line` is the id of the line that needs it.

        Raises SettingsError `export.rate_missing` (facts currency, day, books, path, line), or
        `export.rate_currency` where one rate without a currency is asked for by a second currency.
        """
        code = (currency or self.unknown).upper()
        if code == self.books.upper():
            return Decimal(1)
        found = self.fixed.get(code)
        if found is None and code in self.dated:
            found = self.dated[code].on(day)
        elif found is None:
            found = self._of_any(code, day)
        if found is None:
            raise SettingsError(
                "export.rate_missing",
                currency=code,
                day=f"{day}",
                books=self.books,
                path=self.path,
                line=line,
            )
        return found

    def _of_any(self, code: str, day: date) -> Decimal | None:
        found = self.fixed.get("")
        if found is None and "" in self.dated:
            found = self.dated[""].on(day)
        if found is not None:
            if self._any not in (None, code):
                raise SettingsError("export.rate_currency", first=self._any, other=code, books=self.books)
            self._any = code
        return found


def rates_of(path: Path) -> Mapping[str, Dated]:
    """Return the rates of a CSV with the columns `date,rate` or `date,currency,rate`, by currency ("" for any).

    Dates are ISO (`2026-10-31`). With semicolons between the columns a rate may have a decimal comma. Raises
    SettingsError `export.rates_unreadable` (path, reason) or `export.rates_wrong` (path, row, found).
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise SettingsError("export.rates_unreadable", path=str(path), reason=str(reason).lower()) from None
    mark = ";" if ";" in text.partition("\n")[0] else ","
    rows = [
        [cell.strip() for cell in row] for row in csv.reader(text.splitlines(), delimiter=mark, strict=False)
    ]
    header = tuple(cell.lower() for cell in rows[0]) if rows else ()
    if header not in HEADERS:
        raise SettingsError("export.rates_wrong", path=str(path), row=1, found=mark.join(header))
    found: dict[str, dict[date, Decimal]] = {}
    for number, row in enumerate(rows[1:], start=2):
        if any(row):
            currency, day, rate = _read(path, number, row, len(header), mark)
            if found.setdefault(currency, {}).setdefault(day, rate) != rate:
                raise SettingsError("export.rates_wrong", path=str(path), row=number, found=mark.join(row))
    return {
        currency: Dated(sorted(dated), [dated[day] for day in sorted(dated)])
        for currency, dated in found.items()
    }


def _read(path: Path, number: int, row: Sequence[str], width: int, mark: str) -> tuple[str, date, Decimal]:
    """Return currency, day and rate of a row."""
    rate = None
    if len(row) == width:
        rate = money.decimal(row[-1].replace(",", ".") if mark == ";" else row[-1])
    try:
        day = date.fromisoformat(row[0])
    except ValueError:
        rate = None
    if rate is None or rate <= 0:
        raise SettingsError("export.rates_wrong", path=str(path), row=number, found=mark.join(row))
    return (row[1].upper() if width == len(HEADERS[1]) else ""), day, rate
