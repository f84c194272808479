"""From the bytes of an answer to plain values: JSON as it really comes.

Sources of each oddity: public documents and code of the panel family, where PHP prints warnings before
or after JSON, byte-order marks, raw line breaks within texts, and JSON under any content type.
"""

import json
import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any, Final


class Unreadable:
    """The mark for bytes that hold no JSON."""

    __slots__ = ()


UNREADABLE: Final = Unreadable()

BLANK = " \t\r\n\f\v\0\u00a0\ufeff"
PAGE = re.compile(r"<\s*(!doctype|html|head|body)\b", re.IGNORECASE)
BRACKETS = re.compile(r"[\[{]")
JSON_BEGINS = re.compile(r"[\[{]\s*[\"\[{\]}]")
FAR_ENOUGH = 50
DEEPEST = 64
LONGEST_NUMBER = 64
LONGEST_JOINED = 500


def text_of(body: bytes) -> str:
    """Return the answer as text: UTF-8 without a byte-order mark, odd bytes replaced."""
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return body.decode("utf-16", "replace")
    return body.decode("utf-8-sig", "replace")


def json_of(text: str) -> Any:
    """Return the JSON value in this text with exact decimals, or UNREADABLE.

    PHP prints its warnings before or after the value: text in front of it is passed over unless the text
    is a page, and so is text behind an object or list unless that holds a further one. What begins as JSON
    and breaks off or has mistakes is unreadable as a whole: a part of it may say the opposite of the whole.
    """
    stripped = text.strip(BLANK)
    if not stripped:
        return UNREADABLE
    whole = _decoded(stripped, 0, alone=False)
    if whole is not UNREADABLE or JSON_BEGINS.match(stripped) or PAGE.search(stripped):
        return whole
    for begin in islice(BRACKETS.finditer(stripped), FAR_ENOUGH):
        found = _decoded(stripped, begin.start(), alone=True)
        if found is not UNREADABLE:
            return found
    return UNREADABLE


def _decoded(text: str, start: int, *, alone: bool) -> Any:
    try:
        value, end = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return UNREADABLE
    rest = text[end:].strip(BLANK)
    if rest and (alone or not isinstance(value, dict | list) or BRACKETS.search(rest)):
        return UNREADABLE
    return UNREADABLE if _too_deep(value) else value


def _too_deep(value: Any) -> bool:
    """Whether a value is nested beyond anything a panel says, and beyond what recursion can follow."""
    level = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


def joined(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Return these pairs as an object; of a name that comes twice, both values as one text.

    Neither of two contradicting values may be believed, and neither may be lost: joined, they are no id,
    no amount and no known word, and an error stays an error.
    """
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    found = {}
    for name, value in pairs:
        held = found.get(name)
        if held in (None, ""):
            found[name] = value
        elif value not in (None, "", held):
            found[name] = f"{held} | {value}"[:LONGEST_JOINED]
    return found


def _exact(digits: str) -> Decimal | str:
    if len(digits) > LONGEST_NUMBER:
        return digits
    try:
        return Decimal(digits)
    except InvalidOperation:
        return digits


def _whole(digits: str) -> int | str:
    return digits if len(digits) > LONGEST_NUMBER else int(digits)


_DECODER = json.JSONDecoder(
    parse_float=_exact, parse_int=_whole, parse_constant=str, object_pairs_hook=joined, strict=False
)
