"""An order's money as dated entries: what was expected, charged, paid back, and what is in doubt."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class EntryKind(StrEnum):
    """What an entry is about.

    ESTIMATE and IN_DOUBT are memoranda: no money of the account's moved, or nobody knows; they never count
    in a balance. The others are movements of the account.
    """

    ESTIMATE = "estimate"
    IN_DOUBT = "in_doubt"
    CHARGE = "charge"
    CHANGE = "change"
    REFUND = "refund"
    TOP_UP = "top_up"
    OTHER = "other"


MEMORANDA = frozenset({EntryKind.ESTIMATE, EntryKind.IN_DOUBT})


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One dated line of an order's money, or of an account's. Never changed once it was made.

    `id` is the same for ever and on every machine: made from the journal's id, the event's number and the
    place within it. `seq` is the number of the journal's event it comes from (0 where a person entered it),
    and lines come in that order. `at` is an ISO text in UTC with offset. `amount` is in the account's
    currency, exact: above zero money left the account, below zero it came back or was paid in. An IN_DOUBT
    line is taken back by one with the opposite amount once the doubt is settled, an ESTIMATE once the order
    is dropped or refused. `panel` is the account's address without its path. `order_id` is None before there is one.
    """

    id: str
    seq: int
    at: str
    kind: EntryKind
    amount: Decimal
    currency: str | None
    account: str
    panel: str
    campaign: str
    service: str = ""
    service_name: str = ""
    quantity: int | None = None
    link: str = ""
    key: str = ""
    order_id: str | None = None
    reference: str | None = None
    client: str = ""
    run: str | None = None
    note: str = ""

    @property
    def moved(self) -> bool:
        """Whether the account's balance moved by it."""
        return self.kind not in MEMORANDA


class EnteredKind(StrEnum):
    """What a person may enter: money paid in, what an account held when the books began, or something else."""

    TOP_UP = "top_up"
    OPENING = "opening"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Entered:
    """Money that moved without an order of ours, as a person entered it; corrected by an opposite one.

    `amount` above zero was paid in. An OPENING is no movement: it says what the account held at that time.
    `at` is when it happened, `entered_at` when it was written down, both ISO texts in UTC with offset.
    """

    id: str
    account: str
    amount: Decimal
    currency: str | None
    at: str
    kind: EnteredKind
    note: str
    entered_at: str
    run: str
