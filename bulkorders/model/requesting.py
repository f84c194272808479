"""What a refill or cancel command says of itself: the `--json` of `refill` and `cancel`, `schema: 1`."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bulkorders.model.report import Part, Stop


class RequestCounts(Part):
    """How many requests came to what; `left_out` were not asked for."""

    asked: int = 0
    accepted: int = 0
    refused: int = 0
    in_doubt: int = 0
    left_out: int = 0


class LeftOutPart(Part):
    """One order that was not asked for, and why."""

    key: str
    order_id: str
    campaign: str
    row: int
    reference: str | None
    service: str
    status: str | None
    code: str
    message: str


class Requested(BaseModel):
    """What a refill or cancel command came to. `results` are the workbooks that were written."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    schema_: Literal[1] = Field(default=1, alias="schema")
    run: str
    kind: Literal["refill", "cancel"]
    counts: RequestCounts
    requests: tuple[dict[str, Any], ...]
    left_out: tuple[LeftOutPart, ...]
    results: tuple[str, ...] = ()
    stopped: Stop | None = None
    notes: tuple[str, ...] = ()
    named: bool = Field(default=False, exclude=True)

    def to_json(self) -> str:
        """Return it as one JSON object."""
        return self.model_dump_json(by_alias=True)
