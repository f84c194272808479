"""What a panel's error text means: its kind, and the verdict that follows from it.

The table is a data file, `error_kinds.toml`; the texts of one's own panel are added in the settings, in the
same shape, and tried first.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from html import unescape
from importlib.resources import files
from typing import Any

from bulkorders.errors import SettingsError
from bulkorders.panel.expressions import Unusable, compiled

UNKNOWN = "unknown"
UNCLEAR = "unclear"
"""Texts that are known to come although the order may exist."""

LONGEST = 2000
"""Characters beyond which a text is a page or garbage, not an error that somebody listed."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of error and its verdict: `rejected`, `wait`, `stop` or `in_doubt`."""

    name: str
    verdict: str


Kinds = tuple[tuple[Kind, re.Pattern[str]], ...]
"""Kinds with their expressions, in the order in which they are tried."""

VERDICTS = ("rejected", "wait", "stop", "in_doubt")
FOR_ALL = frozenset({"wait", "stop"})
"""Verdicts that are about the panel or the account, not about a row."""

NOT_KNOWN = Kind(UNKNOWN, "in_doubt")
"""A text nobody has listed proves nothing: the order may exist."""


@cache
def table() -> Kinds:
    """Return the kinds that are known of the whole family."""
    listed = tomllib.loads(files("bulkorders.panel").joinpath("error_kinds.toml").read_text("utf-8"))
    return tuple(
        (
            Kind(entry.get("kind", section), entry["verdict"]),
            re.compile("|".join(f"(?:{text})" for text in entry["texts"]).replace("\u0131", "i")),
        )
        for section, entry in listed.items()
    )


def kinds_from(tables: Mapping[str, Any]) -> Kinds:
    """Return the kinds of a settings table that has the shape of `error_kinds.toml`.

    `{"funds": {"texts": ["wallet is empty"]}, "regional": {"texts": ["not sold in"], "verdict": "rejected"}}`:
    each section has `texts` (regular expressions, any case; a text copied from an answer is found as it
    stands) and may have a `kind` (else the section's name) and a `verdict` (needed where the kind is new).
    Raises SettingsError where a section can't be used; an expression that could match what comes after a
    sale, or that could search for ever, is refused.
    """
    return tuple(_kind_from(section, entry) for section, entry in tables.items())


def _kind_from(section: str, entry: Any) -> tuple[Kind, re.Pattern[str]]:
    try:
        kind, texts = _entry(section, entry)
        return kind, compiled(texts, after_a_sale=kind.verdict == "in_doubt")
    except Unusable as why:
        raise SettingsError("settings.error_kinds", section=section, reason=str(why)) from None


def _entry(section: str, entry: Any) -> tuple[Kind, list[str]]:
    if not isinstance(entry, Mapping):
        raise Unusable("expected a table with texts and verdict")
    if unknown := sorted(set(entry) - {"kind", "verdict", "texts"}):
        raise Unusable(f"unknown name {unknown[0]!r}; expected texts, verdict or kind")
    known = {kind.name: kind.verdict for kind, _ in table()}
    name = entry.get("kind", section)
    verdict = entry.get("verdict", known.get(name) if isinstance(name, str) else None)
    if not isinstance(name, str) or not re.fullmatch("[a-z][a-z0-9_]{0,39}", name):
        raise Unusable(f"the kind {name!r} is no word in small letters")
    if verdict not in VERDICTS:
        found = f"found {verdict!r}" if verdict is not None else "found none"
        raise Unusable(f"expected the verdict to be one of {', '.join(VERDICTS)}; {found}")
    for_all = sorted(kind for kind, known_verdict in known.items() if known_verdict in FOR_ALL)
    if verdict in FOR_ALL and name not in for_all:
        raise Unusable(f"with the verdict {verdict} the kind is one of {', '.join(for_all)}; found {name!r}")
    texts = entry.get("texts")
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
        raise Unusable("expected texts to be a list of one or more texts")
    return Kind(name, verdict), texts


def kind_of(texts: Iterable[str], extra: Kinds = ()) -> Kind:
    """Return the kind these error texts of one answer speak of.

    A code and a sentence often come together; the first kind in the table's order that any of them
    shows is taken, so what is unclear stays unclear. `extra` (from a profile) is tried first, against the
    texts as they came too.
    """
    told = list(texts)
    if any(len(text) > LONGEST for text in told):
        return NOT_KNOWN
    plain = [_plain(text) for text in told]
    as_they_came = [" ".join(unicodedata.normalize("NFC", text).split()) for text in told] if extra else []
    for kinds, searched in ((extra, (*plain, *as_they_came)), (table(), plain)):
        for kind, expression in kinds:
            if any(expression.search(text) for text in searched):
                return kind
    return NOT_KNOWN


def _plain(text: str) -> str:
    """Return the text in lower case, composed, with straight quotes, without tags, and blanks for `_`, `-`, `.`.

    Turkish has an i without a dot, whose capital is our I: with and without are one letter here and in the table.
    """
    bare = unicodedata.normalize("NFC", re.sub(r"<[^<>]*>", " ", unescape(text))).casefold()
    bare = bare.replace("i\u0307", "i").replace("\u0131", "i").replace("\u2019", "'")
    return " ".join(re.sub(r"[_\-.]+", " ", bare).split())
