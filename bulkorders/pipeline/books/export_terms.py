"""What an export's options and the settings come to: format, terms, rates and markups, and what is worth telling."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from importlib import import_module
from typing import Any, Protocol, cast

from bulkorders.accounting.exports import locales, rates
from bulkorders.accounting.exports.lines import OF_ORDERS, Line, Markups, Reckoning, client_key
from bulkorders.accounting.exports.rates import Rates
from bulkorders.accounting.exports.terms import AccountNames, Dates, Made, Terms
from bulkorders.errors import CallError
from bulkorders.pipeline.placement.limits import zone_of
from bulkorders.settings import Settings, beside

CENTS = 2
"""Decimals that QuickBooks and Xero keep."""

REST = "default"
"""The name in `[export.markup]` that stands for all clients that are not listed."""

Making = Callable[[Sequence[Line], Terms], list[Made]]


@dataclass(frozen=True, slots=True)
class Format:
    """One format: its module, what its file is called, and which options it takes.

    `everything` says whether it carries memoranda, `rates` whether the books' currency stands in it.
    """

    module: str
    stem: str
    suffix: str
    options: frozenset[str] = frozenset()
    everything: bool = False
    rates: bool = True

    def load(self) -> Making:
        """Return what makes its files; only then are its libraries imported."""
        found = import_module(f"bulkorders.accounting.exports.{self.module}")
        return cast("Making", found.made)


FORMATS: Mapping[str, Format] = {
    "csv": Format(
        "delimited", "ledger", "csv", frozenset({"delimiter", "decimal", "dates"}), everything=True
    ),
    "xlsx": Format("workbook", "ledger", "xlsx", everything=True),
    "jsonl": Format("json_lines", "ledger", "jsonl", everything=True),
    "parquet": Format("parquet", "ledger", "parquet", everything=True),
    "beancount": Format("beancount", "ledger", "beancount"),
    "hledger": Format("hledger", "ledger", "journal"),
    "quickbooks": Format("quickbooks", "quickbooks", "csv", frozenset({"columns", "dates"}), rates=False),
    "xero": Format("xero", "xero", "csv", frozenset({"dates"}), rates=False),
}
"""Every format by its name on the command line."""


class Options(Protocol):
    """The options of a call that say how it is written."""

    @property
    def columns(self) -> int | None: ...  # noqa: D102 - as `exporting.Asked` has it
    @property
    def delimiter(self) -> str | None: ...  # noqa: D102 - as above
    @property
    def decimal(self) -> str | None: ...  # noqa: D102 - as above
    @property
    def dates(self) -> str | None: ...  # noqa: D102 - as above
    @property
    def locale(self) -> str | None: ...  # noqa: D102 - as above


def form_of(name: str) -> Format:
    """Return the format of this name. Raises CallError `export.format`."""
    if name not in FORMATS:
        raise CallError("export.format", found=name, known=list(FORMATS))
    return FORMATS[name]


def checked(name: str, asked: Any) -> None:
    """Raise CallError where an option has no use for the format, or the days are the wrong way round."""
    for option in ("columns", "delimiter", "decimal", "dates"):
        if getattr(asked, option) is not None and option not in FORMATS[name].options:
            takers = [other for other, form in FORMATS.items() if option in form.options]
            raise CallError("export.option", option=f"--{option}", format=name, takers=takers)
    if asked.since and asked.until and asked.since > asked.until:
        raise CallError("export.days", since=f"{asked.since}", until=f"{asked.until}")


def terms(name: str, asked: Options, settings: Settings) -> Terms:
    """Return how it is written: as the call says, else the settings, else as the locale does it, else plain.

    Raises CallError `export.locale`, or `export.marks` where columns and decimals would share one mark.
    """
    own = settings.export
    spoken = asked.locale or own.locale
    delimiter, decimal, dates = locales.written(spoken) if spoken else (None, None, None)
    decimal = asked.decimal or own.decimal or decimal or "."
    chosen = asked.delimiter or own.delimiter
    # A mark that was chosen by hand outdoes the delimiter of the locale, not one that was chosen too.
    delimiter = chosen or (";" if decimal == "," else delimiter or ",")
    if delimiter == decimal and name == "csv":
        raise CallError("export.marks", found=decimal)
    return Terms(
        delimiter=delimiter,
        decimal=decimal,
        dates=cast("Dates", asked.dates or own.dates or dates or "iso"),
        columns=asked.columns or 3,
        books=own.books_currency,
        bills=bool(own.markup),
        names=AccountNames(own.asset, own.expense, own.top_up, own.other, own.unknown),
    )


def reckoning(settings: Settings) -> Reckoning:
    """Return how lines are dated, converted and billed. Raises SettingsError where a file of rates can't be read."""
    own = settings.export
    percents = {
        client_key(name): Decimal(told.strip().rstrip("% ").replace(",", "."))
        for name, told in own.markup.items()
    }
    markups = Markups(percents, percents.get(REST)) if percents else None
    return Reckoning(zone_of(settings), _rates(settings), markups, own.digits)


def _rates(settings: Settings) -> Rates | None:
    own = settings.export
    if own.books_currency is None:
        return None
    if own.rates is not None:
        path = beside(own.rates)
        return Rates(own.books_currency, dated=rates.rates_of(path), unknown=own.unknown, path=str(path))
    told = own.rate if isinstance(own.rate, dict) else {"": own.rate} if own.rate else {}
    fixed = {name.upper(): rate for name, rate in told.items()}
    return Rates(own.books_currency, fixed=fixed, unknown=own.unknown)


def notes(
    name: str, lines: Sequence[Line], terms: Terms, digits: int | None
) -> Sequence[tuple[str, Mapping[str, Any]]]:
    """Return what is worth knowing of an export, as codes with facts."""
    found: list[tuple[str, Mapping[str, Any]]] = []
    if terms.books is not None and FORMATS[name].rates:
        code = "export.exact" if digits is None else "export.rounded"
        found.append((code, {"books": terms.books, "digits": digits}))
    memoranda = sum(not line.entry.moved for line in lines)
    if memoranda and not FORMATS[name].everything:
        found.append(("export.memoranda", {"count": memoranda}))
    finer = sum(_finer(line) for line in lines) if name in ("quickbooks", "xero") else 0
    if finer:
        found.append(("export.cents", {"count": finer, "format": name}))
    unbilled = {
        line.entry.client
        for line in lines
        if line.bill is None and line.entry.client and line.entry.kind in OF_ORDERS
    }
    if unbilled and terms.bills:
        found.append(("export.unbilled", {"clients": sorted(unbilled)}))
    return found


def _finer(line: Line) -> bool:
    exponent = line.amount.as_tuple().exponent
    return line.entry.moved and isinstance(exponent, int) and -exponent > CENTS
