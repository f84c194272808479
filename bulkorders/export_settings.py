"""The table `[export]` of the settings: how the ledger is written for other programs."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Rate = Annotated[Decimal, Field(gt=0)]

PER_CENT = r"^\s*[0-9]{1,6}([.,][0-9]{1,6})?\s*%\s*$"


class ExportSettings(BaseModel):
    """The table `[export]`: what the accounts of the books are called, how files are written, what is converted.

    Names of accounts are templates: parts between colons, in which `{panel}`, `{account}`, `{campaign}`,
    `{client}`, `{service}` and `{currency}` are filled in. `unknown` is the currency where a panel tells none.
    `rate` is what one unit of an account's currency is worth in `books_currency`, or a table of such by
    currency; `rates` a CSV of them (`date,rate` or `date,currency,rate`). `digits` are the decimals that
    converted and billed amounts are rounded to. `markup` is by client, in per cent, `default` for the others.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    asset: str = "Assets:Panels:{panel}"
    expense: str = "Expenses:Orders"
    top_up: str = "Equity:TopUps"
    other: str = "Expenses:Panels:Other"
    unknown: str = "UNKNOWN"
    delimiter: Annotated[str, Field(pattern=r"^[,;\t|]$")] | None = None
    decimal: Literal[",", "."] | None = None
    dates: Literal["iso", "dmy", "mdy"] | None = None
    locale: str | None = None
    books_currency: str | None = None
    rate: Rate | dict[str, Rate] | None = None
    rates: Path | None = None
    digits: int | None = Field(default=None, ge=0, le=12)
    markup: dict[str, Annotated[str, Field(pattern=PER_CENT)]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _books(self) -> Self:
        if (self.rate is None and self.rates is None) != (self.books_currency is None):
            raise ValueError("books_currency needs rate or rates, and they need books_currency")
        if self.rate is not None and self.rates is not None:
            raise ValueError("rate and rates exclude each other")
        return self
