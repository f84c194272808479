"""What a journal that was moved came to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Copied:
    """A journal that was moved: where it was, where it is, and how many rows each table has."""

    source: str
    target: str
    rows: dict[str, int]
