"""What came of one attempt to place an order, and what the panel tells of an order it holds."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Verdict(StrEnum):
    """The four things one attempt can come to."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    NOT_SENT = "not_sent"
    IN_DOUBT = "in_doubt"


class Consequence(StrEnum):
    """What an outcome means for the rest of the run."""

    GO_ON = "go_on"
    WAIT = "wait"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt: a verdict, the evidence, and what follows for the run.

    `order_ids` holds the ids as the text that came (more than one where a link held many lines); with
    IN_DOUBT an id that came under an unusual status is kept. `kind` names the panel's error
    (`key`, `funds`, `rate`, …; see `panel.answers`). `answer` is the raw answer, key masked and cut to
    a sensible length. `wait` is in seconds, as the panel asked. `charge` is what the answer itself said.
    """

    verdict: Verdict
    kind: str = ""
    message: str = ""
    order_ids: tuple[str, ...] = ()
    charge: Decimal | None = None
    http_status: int | None = None
    answer: str = ""
    consequence: Consequence = Consequence.GO_ON
    wait: float | None = None


class Delivery(StrEnum):
    """The panel's word for a placed order, normalised; an unknown word is kept as it came and stays open."""

    PENDING = "Pending"
    PROCESSING = "Processing"
    IN_PROGRESS = "In progress"
    COMPLETED = "Completed"
    PARTIAL = "Partial"
    CANCELED = "Canceled"
    REFUNDED = "Refunded"
    FAILED = "Failed"


FINAL = frozenset(
    word.value
    for word in (
        Delivery.COMPLETED,
        Delivery.PARTIAL,
        Delivery.CANCELED,
        Delivery.REFUNDED,
        Delivery.FAILED,
    )
)
"""Statuses that do not change by themselves: such orders are not asked about again."""


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What one `status` answer says of one order.

    `status` is a word of `Delivery` where it is known, else the panel's own word. `charge` is money as
    the panel wrote it, `start_count` and `remains` whole numbers (negative remains: over-delivered).
    What can't be read is None. `error` is set where the panel does not know the order; then the rest
    is empty and a status known before is kept.
    """

    order_id: str
    status: str | None = None
    charge: Decimal | None = None
    currency: str | None = None
    start_count: int | None = None
    remains: int | None = None
    error: str | None = None

    @property
    def final(self) -> bool:
        """Whether the panel will not change this status by itself."""
        return self.status in FINAL
