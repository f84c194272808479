"""How an export is written: delimiter, decimal mark, dates, columns, names of accounts; and what it comes out as."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Dates = Literal["iso", "dmy", "mdy"]

FORMS: Mapping[Dates, str] = {"iso": "%Y-%m-%d", "dmy": "%d/%m/%Y", "mdy": "%m/%d/%Y"}


@dataclass(frozen=True, slots=True)
class AccountNames:
    """What the accounts of the books are called, as templates: parts between colons, `{panel}` and the like in them.

    `asset` is the account with the panel, `expense` what orders cost, `top_up` where paid-in money comes from,
    `other` what moved otherwise. `unknown` is the commodity where a panel tells no currency.
    """

    asset: str = "Assets:Panels:{panel}"
    expense: str = "Expenses:Orders"
    top_up: str = "Equity:TopUps"
    other: str = "Expenses:Panels:Other"
    unknown: str = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Terms:
    """How an export is written.

    `columns` are QuickBooks' (3 or 4). `books` is the currency of the books, None where nothing is converted;
    `bills` says whether clients are billed. `accounts` and `currencies` are all that the whole ledger knows,
    in the order in which they came up: names are made distinct by them, whatever part is exported. `opened`
    are the names of accounts that an earlier export opened which this one goes on from.
    """

    delimiter: str = ","
    decimal: str = "."
    dates: Dates = "iso"
    columns: int = 3
    books: str | None = None
    bills: bool = False
    names: AccountNames = field(default_factory=AccountNames)
    accounts: Sequence[str] = ()
    currencies: Sequence[str] = ()
    opened: frozenset[str] = frozenset()

    def day(self, day: date) -> str:
        """Return a day as it is written."""
        return day.strftime(FORMS[self.dates])


@dataclass(frozen=True, slots=True)
class Made:
    """One file of an export: what its name ends with before the dot (`-2`), its bytes, and how many lines it has."""

    part: str
    content: bytes
    lines: int
