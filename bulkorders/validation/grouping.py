"""Places of rows that share a mark, such as a key or a fingerprint."""

from collections import defaultdict
from collections.abc import Collection, Iterable

Marked = Iterable[tuple[int, str]]
"""Places, each with its mark."""


def grouped(marked: Marked) -> Collection[list[int]]:
    """Return the places by their mark, in the order in which the marks come first."""
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for at, mark in marked:
        groups[mark].append(at)
    return groups.values()


def repeating(marked: Marked) -> Collection[list[int]]:
    """Return the same of those marks alone that several places have: of a million rows mostly none."""
    first: dict[str, int] = {}
    groups: dict[str, list[int]] = {}
    for at, mark in marked:
        before = first.setdefault(mark, at)
        if before != at:
            groups.setdefault(mark, [before]).append(at)
    return groups.values()
