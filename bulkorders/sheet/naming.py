"""What one header means: the field it names for sure, those it may name, and the one it nearly names."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache

from rapidfuzz import fuzz

from bulkorders.model.orders import OWN_PARAMETER
from bulkorders.sheet.aliases import (
    BESIDE,
    FIELDS,
    HEADS,
    NUMBERING,
    OTHERS,
    PERHAPS,
    PLATFORMS,
    REMARKS,
    TOTALS,
    UNITS,
    Field,
)

NEAR, SHORT, NEAR_SHORT = 82, 6, 70
"""From this likeness on (of 100, after normalising) a header that fits no field is a near miss.

Of up to `SHORT` letters less is enough ("Lnk"), where it begins with the same letter.
"""

OWN = re.compile(rf"\s*{OWN_PARAMETER}(.*)", re.IGNORECASE | re.DOTALL)
"""A header that names a parameter of the panel's own."""

UNMARKED = str.maketrans({"đ": "d", "ø": "o", "ł": "l", "\u0131": "i", "æ": "ae", "œ": "oe", "ð": "d"})
"""Letters that Unicode does not take apart into a plain one and its mark."""

ALIKE = UNMARKED | str.maketrans(
    {"\u0629": "\u0647", "\u0649": "\u064a", "\u06cc": "\u064a", "\u06a9": "\u0643", "\u0640": None}
    | {"°": "o"}
    | {"\u0439": "\u0458"}  # the breve tells Комментарий, a remark, from Комментарии, a list
)
"""The same, and the ways to write some Arabic letters and the sign for a number."""

SEAMS = re.compile(r"[()\[\]{}（）【】/|\\\r\n\t;:,،•·–—=+&]| - |\?")  # noqa: RUF001 - the signs of other scripts
"""What stands between a name and a second language, a remark or a unit."""

WORDS = re.compile(r"[^\w'’°№#\u0300-\u036f\u064b-\u0652]+|_")
"""What stands between words."""

PLURAL = re.compile(r"(?<=\w)\((e?s)\)")
"""The ending that some write in brackets: `Link(s)`."""

LONGEST = 3
"""Words that make one, at most: `đường dẫn`, `to be delivered`."""


@lru_cache(maxsize=8192)
def normalised(header: str) -> str:
    """Return the letters and digits of a header alone, without case and accents."""
    plain = unicodedata.normalize("NFKC", header).casefold().translate(ALIKE)
    folded = unicodedata.normalize("NFKD", plain).casefold().translate(ALIKE)
    return "".join(letter for letter in folded if letter.isalnum())


def spelled(header: str) -> str:
    """Return what headers are compared by; one of signs alone, such as `#`, is its signs."""
    return normalised(header) or header.strip()


@cache
def _named() -> Mapping[str, str]:
    """Return the field of every known name, by the normalised name."""
    found = {normalised(known.name): known.name for known in FIELDS}
    for known in FIELDS:
        found[normalised(known.title)] = known.name
        for names in known.aliases.values():
            found.update((normalised(name), known.name) for name in names)
    return found


@cache
def _set(kind: str) -> frozenset[str]:
    """Return the normalised words of a kind: remarks, numbering, totals, platforms, or a field's units."""
    tables = {
        "remarks": REMARKS,
        "numbering": NUMBERING,
        "totals": TOTALS,
        "others": OTHERS,
        "platforms": PLATFORMS,
    }
    return frozenset(map(normalised, tables.get(kind) or UNITS.get(kind, ()))) - {""}


@cache
def _perhaps() -> Mapping[str, frozenset[str]]:
    """Return the normalised words that may head the column of each field."""
    return {name: frozenset(map(normalised, words)) for name, words in PERHAPS.items()}


@cache
def _titles() -> Mapping[str, str]:
    """Return the usual header of each field."""
    return {known.name: known.title for known in FIELDS}


def title_of(field_name: str) -> str:
    """Return the usual header of a field (`max_rate`: "Max rate"); a parameter of the panel's own is its own."""
    return _titles().get(field_name, field_name)


@lru_cache(maxsize=8192)
def field_of(header: str) -> str | None:
    """Return the field this header names for sure, or None.

    A second language, a remark such as "(required)" or the unit that is meant anyway may stand beside the
    name. `param:NAME` is the panel's own parameter NAME, exactly as it is written.
    """
    plain = unicodedata.normalize("NFC", header)
    own = OWN.fullmatch(plain)
    if own is not None:
        return f"{OWN_PARAMETER}{own[1].strip()}"
    plain = PLURAL.sub(r"\1", plain)
    return _named().get(normalised(plain)) or _of_pieces(plain) or _composed(plain)


def _of_pieces(header: str) -> str | None:
    """Return the only field that fits all pieces of a header, where one of them names it."""
    pieces = [piece for piece in SEAMS.split(header) if normalised(piece)]
    names = {_name(piece) for piece in pieces} - {None}
    fitting = [name for name in names if name and all(_fits(piece, name) for piece in pieces)]
    return fitting[0] if len(fitting) == 1 else None


def _name(piece: str) -> str | None:
    """Return the field that a piece names, by itself or as the link of a platform."""
    found = _named().get(normalised(piece))
    if found is not None:
        return found
    words = [normalised(word) for word in WORDS.split(piece)]
    rest = "".join(word for word in words if word not in _set("platforms"))
    return "link" if rest != "".join(words) and _named().get(rest) == "link" else None


@cache
def _grammar() -> Mapping[str, tuple[frozenset[str], frozenset[str]]]:
    """Return for each field the words that make a name of it, and those that may stand beside them."""
    made = {}
    for name, heads in HEADS.items():
        head = frozenset(map(normalised, heads))
        beside = frozenset(map(normalised, BESIDE[name])) | _set(name)
        made[name] = (head, beside | (_set("platforms") if name == "link" else frozenset()))
    return made


def _composed(header: str) -> str | None:
    """Return the only field whose words all words of a header are, one of them at least its head."""
    words = [word for word in map(normalised, WORDS.split(header)) if word]
    fitting = [name for name, (head, beside) in _grammar().items() if _made_of(words, head, beside)]
    return fitting[0] if len(fitting) == 1 else None


def _made_of(words: Sequence[str], head: frozenset[str], beside: frozenset[str]) -> bool:
    """Return whether words, up to three taken as one, are all among these, and one of them a head."""
    at, named = 0, False
    while at < len(words):
        for length in range(min(LONGEST, len(words) - at), 0, -1):
            word = "".join(words[at : at + length])
            if word in head or word in beside:
                named, at = named or word in head, at + length
                break
        else:
            return False
    return named


def _fits(piece: str, name: str) -> bool:
    """Return whether a piece of a header may stand beside the name of this field."""
    word = normalised(piece)
    return _name(piece) == name or word in _set("remarks") or word in _set(name)


def perhaps(header: str, name: str) -> bool:
    """Return whether a header that names nothing for sure may be meant for this field."""
    words = _perhaps().get(name, frozenset())
    pieces = [normalised(piece) for piece in SEAMS.split(header) if normalised(piece)]
    rest = [piece for piece in pieces if piece not in _set("remarks") and piece not in _set(name)]
    return normalised(header) in words or (bool(rest) and all(piece in words for piece in rest))


def sums_up(text: str) -> bool:
    """Return whether a text says that its row sums up others: "Total", "Tổng cộng:", "TOTAL (12)"."""
    letters = re.sub(r"[\d.,]+", "", SEAMS.sub(" ", text))
    return normalised(letters) in _set("totals")


def near_misses(titles: Iterable[str], fields: Sequence[Field]) -> Iterable[tuple[str, str]]:
    """Yield (header, field) where a header nearly names one of these fields, the best."""
    for title in titles:
        word = normalised(title)
        if (
            not word
            or word.isdigit()
            or any(word in _set(kind) for kind in ("numbering", "totals", "others"))
        ):
            continue
        likeness = {known.name: _likeness(word, known) for known in fields}
        best = max(likeness, key=likeness.__getitem__, default="")
        if best and likeness[best] >= NEAR:
            yield title, best


def _likeness(word: str, known: Field) -> float:
    """Return how near a normalised header comes to the names of a field, of 100."""
    names = {known.title, *(name for names in known.aliases.values() for name in names)}
    return max(_alike(word, normalised(name)) for name in names)


def _alike(word: str, name: str) -> float:
    """Return how alike two normalised words are; of short ones a letter that was left out weighs less."""
    ratio = fuzz.ratio(word, name)
    ends = word[:1] + word[-1:] == name[:1] + name[-1:] and ratio >= NEAR_SHORT
    if len(name) <= SHORT and (ends or sorted(word) == sorted(name)):
        return max(ratio, float(NEAR))
    return ratio
