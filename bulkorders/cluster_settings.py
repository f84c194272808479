"""The table `[cluster]` of the settings: how several machines share one journal."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Seconds = Annotated[float, Field(gt=0)]
ExportFormat = Literal["csv", "xlsx", "jsonl", "parquet", "beancount", "hledger", "quickbooks", "xero"]


class ClusterSettings(BaseModel):
    """The table `[cluster]`; all machines of one journal should have the same. Times are in seconds.

    A process counts as gone `silent_after` its last sign of life; what it was sending is in doubt `lost_after`
    the claim, which is longer than the deadline and the longest answer together. A catalogue that workers read
    is good for `catalogue_age`, and asked for again each `catalogue_every`; open orders are asked about each
    `refresh_every`. `close` writes the statement of the last month into `folder` as soon as it is over;
    `exports` are formats that are exported there once a day, each time what is new.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    silent_after: Seconds = 30
    lost_after: Seconds = 180
    catalogue_every: Seconds = 300
    catalogue_age: Seconds = 1800
    refresh_every: Seconds = 600
    close: bool = False
    exports: tuple[ExportFormat, ...] = ()
    folder: str = "."
