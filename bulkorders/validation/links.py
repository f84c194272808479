"""The rule that a link is one address."""

import re
from collections.abc import Iterator
from unicodedata import category
from urllib.parse import urlsplit

from bulkorders.model.problems import Problem
from bulkorders.validation import cells
from bulkorders.validation.case import Case


def link_form(case: Case) -> Iterator[Problem]:
    """Check that the link is one http(s) address. A link of several lines would make several orders on some panels."""
    link = case.order.link
    if not link or "link" not in case.kind.takes:
        return
    if is_ordinary(link):
        return
    if any(map(str.isspace, link)) or SEVERAL.search(link):
        yield case.problem("link.not_one", "link", found=link)
    elif (character := _hidden(link)) is not None:
        yield case.problem("link.hidden_character", "link", found=link, character=f"U+{ord(character):04X}")
    elif not _address(link):
        yield case.problem("link.not_a_link", "link", found=link)


ORDINARY = re.compile(r"https?://(?:[a-z0-9-]+\.)+[a-z0-9-]+(?:[/?#][!-~]*)?", re.IGNORECASE)
"""What nearly every link looks like: nothing more need be asked of it."""

LOWER = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:[/?#][!-~]*)?")
"""The same with no capital in its host, as nearly all of them are: known in half the time."""


def is_ordinary(link: str) -> bool:
    """Whether a link looks as nearly every link does."""
    ordinary = LOWER.fullmatch(link) or ORDINARY.fullmatch(link)
    return ordinary is not None and link.find("://", 8) < 0


SEVERAL = re.compile(r"[^=/?&%:#]https?://", re.IGNORECASE)
"""A further address within an address, where it is no part of its path or query."""

JOINERS = "\u200c\u200d"
"""Characters that can't be seen and yet belong to Persian words and to emoji."""


def _hidden(link: str) -> str | None:
    """Return the first character of a link that nobody can see: it leads elsewhere, and costs the same."""
    if link.isascii() and link.isprintable():
        return None
    for character in link:
        unseen = category(character) in ("Cc", "Cf") or character in cells.BLANKS
        if unseen and character not in JOINERS:
            return character
    return None


def _address(link: str) -> bool:
    """Whether this is an http(s) address with the name of a host."""
    try:
        parts = urlsplit(link)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and ("." in host.strip(".") or host == "localhost")
