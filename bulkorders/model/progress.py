"""What a person is shown of a run before and while it spends: the review, and how far it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bulkorders.model.report import AccountMoney


@dataclass(frozen=True, slots=True)
class Review:
    """The consequences of a submit in numbers, before anything is spent."""

    campaign: str
    orders: int
    money: Sequence[AccountMoney]
    invalid: int = 0
    duplicate: int = 0
    placed: int = 0
    rejected: int = 0
    in_doubt: int = 0
    dropped: int = 0
    notices: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. `awaited` answers are in flight; `longest` is how many seconds they may still take."""

    total: int = 0
    placed: int = 0
    rejected: int = 0
    in_doubt: int = 0
    spent: Decimal = Decimal(0)
    at_risk: Decimal = Decimal(0)
    currency: str | None = None
    awaited: int = 0
    longest: float = 0
    stopping: bool = False
    stage: str = ""
