"""What a person is shown of a run before and while it spends: the review, and how far it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bulkorders.model.report import AccountMoney


@dataclass(frozen=True, slots=True)
class ServiceCost:
    """What is ordered of one service: the rate is the price of `basis` pieces, the cost an estimate."""

    account: str
    service: str
    name: str
    orders: int
    rate: Decimal
    basis: int
    cost: Decimal
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """The consequences of a submit in numbers, before anything is spent.

    `services` are the dearest first. `warnings` are kinds of problems that stop nothing, with the count of
    their rows. `waiting` rows are held back because of an open order on their link.
    """

    campaign: str
    orders: int
    money: Sequence[AccountMoney]
    sheet: str = ""
    results: str = ""
    services: Sequence[ServiceCost] = ()
    warnings: Sequence[tuple[str, int]] = ()
    waiting: int = 0
    invalid: int = 0
    duplicate: int = 0
    placed: int = 0
    rejected: int = 0
    in_doubt: int = 0
    dropped: int = 0
    notices: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. `awaited` answers are in flight; `longest` is how many seconds they may still take.

    `paused`: a person holds it, and nothing further is begun.
    """

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
    paused: bool = False
    stage: str = ""
