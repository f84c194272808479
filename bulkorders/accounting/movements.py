"""Money that moved, or may have, and what the balance readings leave unexplained of it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from bulkorders.model.books import BalanceReading
from bulkorders.model.entries import EntryKind

SHIFTING = frozenset({EntryKind.REFUND, EntryKind.CHANGE})
"""Kinds of lines that are told some time after the money moved."""


@dataclass(slots=True, eq=False)
class Movement:
    """Money that moved, or may have: `amount` above zero left the account, as in the ledger.

    `booked` is when it was told (None: not yet, or never). `expected` is when it most likely moved, never
    before `earliest`; one with `latest` has moved by then. `moved_by` is the place of the first reading by
    which it had (the number of readings: by none of them). `promised`: only the order's status says so.
    All times are ISO texts in UTC.
    """

    amount: Decimal
    kind: EntryKind
    booked: str | None
    expected: str
    earliest: str
    latest: str | None = None
    key: str = ""
    promised: bool = False
    doubtful: bool = False
    deduced: bool = False
    moved_by: int = 0


@dataclass(frozen=True, slots=True)
class Gap:
    """What two readings, `before` and `after` by their places, leave unexplained: above zero too much is gone."""

    before: int
    after: int
    amount: Decimal


@dataclass(slots=True)
class Followed:
    """The readings with what was found between them: `deduced` payments are among the movements.

    `held` is by reading what it lacks of money that the next ones give back (below zero: what it has too much).
    """

    readings: Sequence[BalanceReading]
    movements: list[Movement]
    gaps: list[Gap] = field(default_factory=list)
    held: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
