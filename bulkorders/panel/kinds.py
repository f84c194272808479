"""What a panel's error text means: its kind, and the verdict that follows from it.

The table is a data file, `error_kinds.toml`, so that a text of one's own panel can be added.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import unescape
from importlib.resources import files
from typing import Any

UNKNOWN = "unknown"
LONGEST = 2000
"""Characters beyond which a text is a page or garbage, not an error that somebody listed."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of error and its verdict: `rejected`, `wait`, `stop` or `in_doubt`."""

    name: str
    verdict: str


NOT_KNOWN = Kind(UNKNOWN, "in_doubt")
"""A text nobody has listed proves nothing: the order may exist."""


@cache
def table() -> tuple[tuple[Kind, re.Pattern[str]], ...]:
    """Return the kinds with their expressions, in the order in which they are tried."""
    listed = tomllib.loads(files("bulkorders.panel").joinpath("error_kinds.toml").read_text("utf-8"))
    return tuple(
        (
            Kind(entry.get("kind", section), entry["verdict"]),
            re.compile("|".join(f"(?:{text})" for text in entry["texts"])),
        )
        for section, entry in listed.items()
    )


def kind_of(texts: Iterable[str], extra: Sequence[tuple[Kind, re.Pattern[str]]] = ()) -> Kind:
    """Return the kind these error texts of one answer speak of.

    A code and a sentence often come together; the first kind in the table's order that any of them
    shows is taken, so what is unclear stays unclear. `extra` (from a profile) is tried first.
    """
    told = list(texts)
    if any(len(text) > LONGEST for text in told):
        return NOT_KNOWN
    plain = [_plain(text) for text in told]
    for kind, expression in (*extra, *table()):
        if any(expression.search(text) for text in plain):
            return kind
    return NOT_KNOWN


def _plain(text: str) -> str:
    """Return the text in lower case, composed, with straight quotes, without tags, and blanks for `_`, `-`, `.`."""
    bare = unicodedata.normalize("NFC", re.sub(r"<[^<>]*>", " ", unescape(text))).casefold()
    bare = bare.replace("i\u0307", "i").replace("\u2019", "'")
    return " ".join(re.sub(r"[_\-.]+", " ", bare).split())


def kinds_from(tables: Mapping[str, Any]) -> tuple[tuple[Kind, re.Pattern[str]], ...]:
    """Return the kinds of further tables."""
    verdicts = {kind.name: kind.verdict for kind, _ in table()}
    return tuple(
        (
            Kind(entry.get("kind", section), entry.get("verdict", verdicts.get(section, "in_doubt"))),
            re.compile("|".join(f"(?:{text})" for text in entry["texts"])),
        )
        for section, entry in tables.items()
    )
