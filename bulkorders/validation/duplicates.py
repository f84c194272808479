"""Rows of one sheet that repeat another, whatever order they stand in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from bulkorders.validation.identity import Identified


class Standing(IntEnum):
    """Where a row stands before it is held against the others."""

    KNOWN = 0
    """Its order is in the journal: placed, maybe placed, or rejected."""
    SENDABLE = 1
    HELD = 2
    """It was changed after it was sent, and waits for a person's word."""
    BLOCKED = 3
    """A rule keeps it from being sent: it makes no other row a duplicate."""
    OUT = 4
    """Its reference stands in another row: nobody knows what it is."""


def repeated(
    groups: Iterable[Sequence[int]], rows: Sequence[Identified], standing: Sequence[Standing]
) -> Mapping[int, int]:
    """Return, by place, the number of the row that a row repeats; rows that may repeat another are left out.

    `groups` are the places that share a fingerprint.

    Two rows that order the same are one order and its duplicate, unless each has a reference of its own.
    The order that is known stands before the others, then rows with a reference, then those that are no
    allowed duplicates, then the first: so sorting the sheet changes nothing.
    """
    found: dict[int, int] = {}
    for places in groups:
        kept = [at for at in places if standing[at] is not Standing.OUT]
        found.update(_repeated_in(kept, rows, standing))
    return found


@dataclass(slots=True)
class _Stood:
    """The rows of one kind that stand: by reference, and the first that has none."""

    plain: int | None = None
    referenced: dict[str, int] = field(default_factory=dict)

    def twin(self, reference: str | None) -> int | None:
        """Return the number of the row that a row with this reference repeats."""
        if self.plain is not None:
            return self.plain
        if reference is not None:
            return self.referenced.get(reference)
        return next(iter(self.referenced.values()), None)

    def stand(self, row: int, reference: str | None) -> None:
        """Count a row among them."""
        if reference is not None:
            self.referenced.setdefault(reference, row)
        elif self.plain is None:
            self.plain = row


def _repeated_in(
    places: Sequence[int], rows: Sequence[Identified], standing: Sequence[Standing]
) -> Mapping[int, int]:
    """Return the same for the rows of one kind."""

    def rank(at: int) -> tuple[bool, bool, bool]:
        order = rows[at].order
        return standing[at] is not Standing.KNOWN, order.reference is None, order.allow_duplicate

    stood, found = _Stood(), {}
    for at in sorted(places, key=rank):
        order = rows[at].order
        twin = stood.twin(order.reference)
        new = standing[at] in (Standing.SENDABLE, Standing.BLOCKED)
        if twin is not None and new and not order.allow_duplicate:
            found[at] = twin
        elif standing[at] is not Standing.BLOCKED:
            stood.stand(order.row, order.reference)
    return found
