"""What is wrong with a row: a value with a place, never an exception."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """An error keeps the row from being sent; a warning is shown and the row goes on."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one row.

    `code` names the rule (`quantity.below_min`); problems of one code are put right in one way, so
    people's lists are grouped by it. `column` is the header as the sheet has it (or the field's usual
    header where the sheet has no such column). `facts` are what the sentence in `wording` speaks of.
    """

    row: int
    code: str
    column: str
    facts: dict[str, Any] = field(default_factory=dict)
    severity: Severity = Severity.ERROR

    @property
    def blocks(self) -> bool:
        """Whether this keeps the row from being sent."""
        return self.severity is Severity.ERROR
