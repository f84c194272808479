"""What a run is asked to do, and how it talks to whoever asked: options, and the front's protocol."""

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Protocol, TypeVar

from pydantic import BaseModel

from bulkorders.model.progress import Progress, Review


@dataclass(frozen=True, slots=True)
class Options:
    """What `check`, `submit` and `refresh` take. Amounts are in the panel's currency.

    `yes` answers the review beforehand. `mapping` names fields for headers (`{"Menge": "quantity"}`).
    `canary` places one order on each panel first, and holds its real charge against the estimate.
    `one_per_link` lets rows wait while an order for the same service and link is open. `recheck` is the
    age in seconds from which on the catalogue is asked for again before an order is placed; without it
    that is a minute before the first order, and ten between them. `recheck_final` lets a refresh ask about
    orders with a final status too.
    """

    sheet: Path
    yes: bool = False
    campaign: str | None = None
    panel: str | None = None
    results: Path | None = None
    worksheet: str | None = None
    mapping: dict[str, str] = field(default_factory=dict)
    concurrency: int | None = None
    per_second: float | None = None
    max_total: Decimal | None = None
    max_order: Decimal | None = None
    allow_duplicates: bool = False
    allow_changed: bool = False
    retry_rejected: bool = False
    dry_run: bool = False
    canary: bool = False
    one_per_link: bool = False
    recheck: float | None = None
    recheck_final: bool = False


class Front(Protocol):
    """The door a run was started from: it is asked, told and shown."""

    def confirm(self, review: Review) -> bool:
        """Show the review and return whether to go on. Raises GuardError where nobody can be asked."""
        ...

    def agree(self, question: str) -> bool:
        """Ask a question that is to be answered once, and return whether the answer was yes."""
        ...

    def tell(self, sentence: str) -> None:
        """Tell something that stops nothing."""
        ...

    def progress(self, progress: Progress) -> None:
        """Show how far the run is."""
        ...


class Quiet:
    """The front of a program: nobody is asked, nothing is shown. `yes` answers every question."""

    def __init__(self, *, yes: bool) -> None:
        self._yes = yes

    def confirm(self, review: Review) -> bool:  # noqa: ARG002 - nobody looks at it
        """Return the answer given beforehand."""
        return self._yes

    def agree(self, question: str) -> bool:  # noqa: ARG002 - nobody reads it
        """Return the answer given beforehand."""
        return self._yes

    def tell(self, sentence: str) -> None:
        """Show nothing."""

    def progress(self, progress: Progress) -> None:
        """Show nothing."""


Noted = TypeVar("Noted", bound=BaseModel)


class Listening:
    """A front that keeps what it is told, for the report of a run."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._told: list[str] = []
        self.confirm, self.agree, self.progress = front.confirm, front.agree, front.progress

    def tell(self, sentence: str) -> None:
        """Tell it, and keep it."""
        self._told.append(sentence)
        self._front.tell(sentence)

    def noted(self, report: Noted) -> Noted:
        """Return a report, of one run or several, with what was told."""
        return report.model_copy(update={"notes": tuple(dict.fromkeys(self._told))})
