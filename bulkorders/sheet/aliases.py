"""What the columns of an order sheet are called: each field's own title, and the names people give it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "vi", "es", "pt", "tr", "ru", "id", "ar", "fr")
"""The languages whose names stand in the folder `names`, a file each."""

_FOLDER = Path(__file__).parent / "names"
_READ: Mapping[str, Mapping[str, Any]] = {
    language: tomllib.loads((_FOLDER / f"{language}.toml").read_text("utf-8")) for language in LANGUAGES
}


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a sheet can say of an order: its name in the code, its usual header, its other names.

    `aliases` are by language, in any spelling: they are normalised before they are compared. A word that
    often heads something else (an amount of money, a client's account, a note) is not among them: where
    such a word could be meant, it stands in PERHAPS, and a person is asked.
    """

    name: str
    title: str
    required: bool = False
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


_FIELDS: tuple[Field, ...] = (
    Field("service", "Service", required=True),
    Field("link", "Link", required=True),
    Field("quantity", "Quantity"),
    Field("reference", "Reference"),
    Field("comments", "Comments"),
    Field("list", "List"),
    Field("suggest", "Suggest"),
    Field("search", "Search"),
    Field("runs", "Runs"),
    Field("interval", "Interval"),
    Field("refill", "Refill"),
    Field("max_rate", "Max rate"),
    Field("panel", "Panel"),
    Field("campaign", "Campaign"),
    Field("client", "Client"),
    Field("allow_duplicate", "Allow duplicate"),
    Field("keywords", "Keywords"),
    Field("username", "Username"),
    Field("usernames", "Usernames"),
    Field("hashtag", "Hashtag"),
    Field("hashtags", "Hashtags"),
    Field("media", "Media"),
    Field("answer_number", "Answer number"),
    Field("groups", "Groups"),
    Field("min", "Min"),
    Field("max", "Max"),
    Field("posts", "Posts"),
    Field("old_posts", "Old posts"),
    Field("delay", "Delay"),
    Field("expiry", "Expiry"),
    Field("country", "Country"),
    Field("device", "Device"),
    Field("type_of_traffic", "Type of traffic"),
    Field("google_keyword", "Google keyword"),
    Field("referring_url", "Referring URL"),
)


def _with_names(known: Field) -> Field:
    """Return the field with the names that the files have for it, beside its own."""
    told = {language: tuple(read[known.name]) for language, read in _READ.items() if known.name in read}
    return replace(known, aliases={**known.aliases, **told})


def _words(table: str, name: str) -> tuple[str, ...]:
    """Return the words of all languages that stand under a name of a table, each once."""
    every = (word for read in _READ.values() for word in read.get(table, {}).get(name, ()))
    return tuple(dict.fromkeys(every))


FIELDS: tuple[Field, ...] = tuple(map(_with_names, _FIELDS))
"""In the order in which an order sheet shows them; from `keywords` on, those that only some types take."""

PERHAPS: Mapping[str, tuple[str, ...]] = {
    name: _words("perhaps", name) for name in ("service", "link", "quantity")
}
"""By field: words that may head its column, and often head another. Proposed and asked about, never taken."""

NUMBERING = _words("words", "numbering")
"""Headers of columns that only number the rows: never a reference, never another field."""

REMARKS = _words("words", "remarks")
"""Remarks beside a name, in brackets or on a line of their own, that change nothing of what it means."""

TOTALS = _words("words", "totals")
"""What stands in a row that sums up the rows above it."""

OTHERS = _words("words", "others")
"""What heads columns of other things: never a slip of the pen for a field."""

_MINUTES, _THOUSAND = _words("units", "minutes"), _words("units", "thousand")
_CURRENCIES = (
    "USD",
    "VND",
    "EUR",
    "GBP",
    "IDR",
    "TRY",
    "TL",
    "RUB",
    "BRL",
    "INR",
    "SAR",
    "AED",
    "MXN",
    "đ",
    "₫",
    "$",
    "€",
    "US$",
)

UNITS: Mapping[str, tuple[str, ...]] = {
    "service": ("ID", "No", "№"),
    "quantity": _words("units", "quantity"),
    "interval": _MINUTES,
    "delay": _MINUTES,
    "max_rate": (*_THOUSAND, *_CURRENCIES),
    "expiry": ("dd", "mm", "yyyy", "yy", "date", "dd-mm-yyyy", "yyyy-mm-dd"),
}
"""By field: the units its values are in anyway, so that naming them beside it changes nothing."""

_WORDS: Mapping[str, Mapping[str, list[str]]] = tomllib.loads((_FOLDER / "words.toml").read_text("utf-8"))
HEADS: Mapping[str, tuple[str, ...]] = {name: tuple(told["head"]) for name, told in _WORDS.items()}
BESIDE: Mapping[str, tuple[str, ...]] = {name: tuple(told["with"]) for name, told in _WORDS.items()}
"""By field: the words of which one at least makes a header its name, and those that may stand beside it."""

PLATFORMS = (
    *("facebook", "fb", "instagram", "insta", "ig", "tiktok", "tik tok", "youtube", "yt", "twitter", "x", "telegram"),
    *("tg", "threads", "linkedin", "snapchat", "spotify", "soundcloud", "pinterest", "reddit", "discord", "twitch"),
    *("vk", "whatsapp", "shopee", "zalo", "kwai", "likee", "google", "google maps", "quora", "tumblr", "vimeo"),
)  # fmt: skip
"""Where pages are: beside a name of Link they change nothing of what it means."""
