"""What a run says of itself: its lines for the results workbook, and the `--json` contract, `schema: 1`.

Amounts are strings of digits, times ISO texts in UTC with offset; what can't be read is null.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SkipValidation, field_serializer

from bulkorders.model.orders import Order, Row, Submission
from bulkorders.model.problems import Problem

OrderState = Literal["invalid", "duplicate", "ready", "placed", "rejected", "in_doubt", "dropped"]


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the sheet with all that is known of it; or an order whose row has left the sheet (`row` None).

    `order` is None where the row could not be parsed, `submission` where the journal has no such order.
    `held`: a refused order that may have been paid, since the books of its run are open.
    """

    row: Row | None
    state: OrderState
    order: Order | None = None
    submission: Submission | None = None
    problems: tuple[Problem, ...] = ()
    key: str | None = None
    service_name: str | None = None
    estimate: Decimal | None = None
    rate: Decimal | None = None
    currency: str | None = None
    message: str = ""
    held: bool = False


@dataclass(frozen=True, slots=True)
class AccountMoney:
    """The money of one account in a run, exact, in its currency; None where it could not be learned.

    `unexplained_rows` are the rows that an unexplained amount could be.
    """

    account: str
    currency: str | None
    estimated: Decimal
    charged: Decimal
    in_doubt: Decimal
    balance_before: Decimal | None = None
    balance_after: Decimal | None = None
    unexplained: Decimal | None = None
    refunded: Decimal | None = None
    unexplained_rows: tuple[int, ...] = ()


class Part(BaseModel):
    """A frozen part of the report."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ProblemPart(Part):
    """One thing wrong with one row (or worth knowing: `warning`), and how to put it right."""

    code: str
    column: str
    message: str
    severity: Literal["error", "warning"] = "error"


class OrderPart(Part):
    """One row and the order it became. `state` is ours; `status` is the panel's word for a placed order."""

    row: int | None
    key: str | None
    reference: str | None
    service: str | None
    link: str | None
    quantity: int | None
    state: OrderState
    order_id: str | None
    order_ids: tuple[str, ...]
    estimate: str | None
    charge: str | None
    currency: str | None
    status: str | None
    start_count: int | None
    remains: int | None
    message: str
    requests: tuple[dict[str, Any], ...]
    problems: tuple[ProblemPart, ...]


class Counts(Part):
    """How many rows stand where. `completed`, `open` and `uncharged` are parts of placed."""

    rows: int = 0
    invalid: int = 0
    duplicate: int = 0
    ready: int = 0
    placed: int = 0
    rejected: int = 0
    in_doubt: int = 0
    dropped: int = 0
    completed: int = 0
    open: int = 0
    uncharged: int = 0


class MoneyPart(Part):
    """The money of one account in this run, in its currency."""

    account: str
    currency: str | None
    estimated: str
    charged: str
    in_doubt: str
    balance_before: str | None
    balance_after: str | None
    unexplained: str | None
    refunded: str | None = None
    unexplained_rows: tuple[int, ...] = ()


class Stop(Part):
    """What stopped a run before its end: where, what was expected and found, and what to do next."""

    code: str
    message: str
    next: str


class Report(Part):
    """One run over one sheet: the result of `check`, `submit` and `refresh`, and their `--json`.

    `notes` are sentences that stopped nothing, each once, in the order they were told.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    schema_: Literal[1] = Field(default=1, alias="schema")
    run: str
    campaign: str
    sheet: str
    results: str | None
    counts: Counts
    money: tuple[MoneyPart, ...]
    orders: Annotated[Sequence[OrderPart], SkipValidation]
    stopped: Stop | None
    notes: tuple[str, ...] = ()

    def to_json(self) -> str:
        """Return the report as the one JSON object of the contract."""
        return self.model_dump_json(by_alias=True)

    def notable(self) -> Iterable[OrderPart]:
        """Return at least the orders with problems, or with refills or cancels; the others may be left out."""
        sift = getattr(self.orders, "notable", None)
        return self.orders if sift is None else sift()

    def to_lines(self) -> Iterator[str]:
        """Yield each order as a JSON object of its own, and at last the report without them."""
        for order in self.orders:
            yield order.model_dump_json()
        yield self.model_dump_json(by_alias=True, exclude={"orders"})

    @field_serializer("orders")
    def _whole(self, orders: Sequence[OrderPart]) -> list[OrderPart]:
        """Write all orders, however they are kept."""
        return list(orders)


@dataclass(frozen=True, slots=True)
class PastRun:
    """An earlier run over the same campaign. Times are ISO texts in UTC with offset; `counts` as in the report.

    `money` are charge, what is unexplained (None: not known) and currency of each account.
    """

    run: str
    command: str
    started_at: str
    finished_at: str | None
    stopped: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    money: Sequence[tuple[Decimal, Decimal | None, str | None]] = ()


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What the Summary sheet tells of a run, apart from its lines. Times are ISO texts in UTC with offset.

    `rates` are those of the catalogue as this run found it, by account and service. `runs` are the campaign's
    earlier runs, newest first.
    """

    run: str
    command: str
    campaign: str
    journal_id: str
    sheet: str
    started_at: str
    finished_at: str
    money: Sequence[AccountMoney]
    stopped: str = ""
    notices: Sequence[str] = ()
    rates: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)
    runs: Sequence[PastRun] = ()
