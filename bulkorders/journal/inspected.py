"""A journal in numbers, and whether it is the newest there was."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Inspected:
    """A journal in numbers: bytes of its file, orders by state, attempts, runs, and what its mark says.

    `marked` is how many attempts the mark has seen, None where there is no mark; `readable` is false where
    there is one and its checksum is wrong. `moved`: the database was restored, or moved to another server.
    """

    path: str
    id: str = ""
    size: int = 0
    attempts: int = 0
    runs: int = 0
    states: Mapping[str, int] = field(default_factory=dict)
    marked: int | None = None
    marked_id: str = ""
    readable: bool = True
    moved: bool = False

    @property
    def behind(self) -> bool:
        """Whether the journal may know less than its mark: restored, rolled back, another one, or none can say."""
        if self.marked is None:
            return self.moved or not self.readable
        return self.moved or self.marked_id != self.id or self.marked > self.attempts

    @property
    def known(self) -> int:
        """How many of the attempts that the mark has seen this journal knows; none of another journal's."""
        return self.attempts if self.marked_id in ("", self.id) else 0
