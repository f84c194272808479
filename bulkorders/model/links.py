"""Links as panels compare them."""

import re
from urllib.parse import unquote

LINK = re.compile(
    r"(?:(?:[a-z][a-z0-9+.-]*:)?//)?(?:www\.)?(?P<host>[^/?#]*)(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?(?:#(?P<mark>.*))?",
    re.IGNORECASE | re.DOTALL,
)
"""Any text at all, taken apart as an address."""

PLAIN_LINK = re.compile(r"https?://(?:www\.)?([a-z0-9.-]*(?:/[!-\"$&->@-~]*)?)")
"""An address as most are: its host in lower case and without a port, no query, no fragment, nothing written out."""

ROUTE = ("!", "/")


def normalised_link(link: str) -> str:
    """Return the link as panels compare it: no scheme, `www.`, fragment or end slash, host in lower case.

    Query strings stay: on video sites they say which video is meant; so do fragments that are routes
    (`#!/…`). Letters written out (`%C4%91`) and as they are (`đ`) are the same.
    """
    plain = PLAIN_LINK.fullmatch(link)
    if plain is not None:
        return plain[1].rstrip("/")
    parts = LINK.fullmatch(link.strip())
    if parts is None:
        return link
    host, path, query, mark = parts.groups()
    found = host.lower().removesuffix(":443").removesuffix(":80") + path.rstrip("/")
    if query:
        found = f"{found}?{query}"
    if mark and mark.startswith(ROUTE):
        found = f"{found}#{mark}"
    return unquote(found, errors="surrogateescape") if "%" in found else found
