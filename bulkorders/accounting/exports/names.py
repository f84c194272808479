"""Names of accounts and commodities that beancount and hledger take, each its own in the whole ledger."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, lru_cache
from string import Formatter

from bulkorders.accounting.exports.lines import Line
from bulkorders.accounting.exports.terms import Terms
from bulkorders.errors import SettingsError
from bulkorders.model.entries import EntryKind
from bulkorders.model.orders import digest
from bulkorders.sheet.columns import UNMARKED

ROOTS = ("Assets", "Liabilities", "Equity", "Income", "Expenses")
"""What an account's name begins with; beancount takes no other."""

PLACES = ("panel", "account", "campaign", "client", "service", "currency")
"""What a template may name in braces; without a value it is `None`."""

SIGNS = {
    "$": "USD",
    "€": "EUR",
    "£": "GBP",
    "₫": "VND",
    "Đ": "VND",
    "₽": "RUB",
    "₹": "INR",
    "¥": "JPY",
    "₺": "TRY",
}
"""Currencies that panels write as a sign."""

COMMODITY = re.compile(r"[A-Z][A-Z0-9'._-]{0,22}[A-Z0-9]")

DOTLESS = "\u0131"
"""A small letter whose capital is a plain I already."""

_LETTERS = {
    **UNMARKED,
    **{ord(chr(code).upper()): word.upper() for code, word in UNMARKED.items() if chr(code) != DOTLESS},
}
_NONE = "None"


@lru_cache(maxsize=4096)
def component(text: str) -> str:
    """Return one part of an account's name: ASCII letters, digits and dashes, beginning with a capital or digit.

    Texts that lose letters by it (of another script) keep apart by a mark made of the text.
    """
    plain = "".join(
        each
        for each in unicodedata.normalize("NFKD", text.translate(_LETTERS))
        if not unicodedata.combining(each)
    )
    kept = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")
    if any(each.isalnum() and not each.isascii() for each in plain) or (text.strip() and not kept):
        kept = f"{kept}-{digest('name', text)[:6]}".strip("-")
    kept = kept or _NONE
    return kept[0].upper() + kept[1:]


@lru_cache(maxsize=256)
def commodity(text: str) -> str:
    """Return a currency as a commodity: capitals, digits and `'._-`, beginning and ending with a letter or digit."""
    code = SIGNS.get(text.strip(), text).strip().upper()
    if COMMODITY.fullmatch(code):
        return code
    plain = re.sub(r"[^A-Z0-9]+", "-", component(code).upper()).strip("-")
    return (
        plain[:24].strip("-")
        if COMMODITY.fullmatch(plain[:24].strip("-"))
        else f"CUR-{plain}"[:24].strip("-")
    )


def distinct(texts: Iterable[str], make: Callable[[str], str]) -> Mapping[str, str]:
    """Return the name of each text, no two of them the same: the first keeps its name, others get a mark."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for text in texts:
        name = make(text)
        if name in taken:
            name = f"{name}-{digest('name', text)[:6].upper()}"
        found[text] = name
        taken.add(name)
    return found


def panel_name(account: str) -> str:
    """Return what an account is called: its panel's host, and its label where it has one."""
    place, _, label = account.partition("#")
    return f"{place.partition('/')[0]} {label}".strip()


class Names:
    """The accounts and commodities of the books for the lines of one ledger. Raises SettingsError as made."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        for template in (terms.names.asset, terms.names.expense, terms.names.top_up, terms.names.other):
            checked(template)

    @cached_property
    def _panels(self) -> Mapping[str, str]:
        return distinct(self._terms.accounts, lambda account: component(panel_name(account)))

    @cached_property
    def _commodities(self) -> Mapping[str, str]:
        return distinct(dict.fromkeys(each.upper() for each in self._terms.currencies), commodity)

    def commodity(self, currency: str | None) -> str:
        """Return the commodity of a currency."""
        code = (currency or self._terms.names.unknown).upper()
        return self._commodities.get(code) or commodity(code)

    def asset(self, line: Line) -> str:
        """Return the account with the panel."""
        return self._filled(self._terms.names.asset, line)

    def counterpart(self, line: Line) -> str:
        """Return the other account of a line: what orders cost, where paid-in money comes from, or other."""
        names = self._terms.names
        kinds = {EntryKind.TOP_UP: names.top_up, EntryKind.OTHER: names.other}
        return self._filled(kinds.get(line.entry.kind, names.expense), line)

    def _filled(self, template: str, line: Line) -> str:
        entry = line.entry
        values = {
            "panel": self._panels.get(entry.account) or component(panel_name(entry.account)),
            "account": component(entry.account),
            "campaign": component(entry.campaign),
            "client": component(entry.client),
            "service": component(entry.service_name or entry.service),
            "currency": component(self.commodity(entry.currency)),
        }
        root, *parts = template.split(":")
        return ":".join((root, *(component(part.format(**values)) for part in parts)))


def bill_currency(line: Line, terms: Terms, names: Names) -> str:
    """Return the commodity a bill is in: the books' where the line is converted, else the account's."""
    return names.commodity(line.entry.currency if line.books is None else terms.books)


def checked(template: str) -> str:
    """Return the template of an account's name; SettingsError `export.account_name` where it can be none."""
    root, *parts = template.split(":")
    try:
        fields = [name for _, name, _, _ in Formatter().parse(template) if name is not None]
    except ValueError:
        fields = ["{"]
    if (
        root not in ROOTS
        or not parts
        or not all(part.strip() for part in parts)
        or not set(fields) <= set(PLACES)
    ):
        raise SettingsError("export.account_name", found=template, roots=list(ROOTS), places=list(PLACES))
    return template
