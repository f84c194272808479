"""Single values of an answer: amounts, whole numbers, yes and no, ids; what is unclear is None, never a guess.

Panels write numbers as text with signs, currencies and separators, and booleans as 0, "0" or "true".
"""

import re
from decimal import Decimal
from typing import Any, Final

from bulkorders.model import money

TRUE_WORDS = frozenset({"1", "true", "yes", "on", "success", "ok"})
FALSE_WORDS = frozenset({"0", "false", "no", "off", ""})
MAGNITUDES = {"k": 1_000, "m": 1_000_000, "b": 1_000_000_000}
LONGEST = 64
EXACT_FLOAT = 2**53
_SURELY_MONEY = 15
"""Digits up to which a whole number is within every limit of `money.decimal`."""

_SIGNS = "$€£¥₫₹₽₺₩₴₦฿₱₪₸₿"
_SPACES = " \u00a0\u202f\u2009"
_WORD = rf"[^\W\d_]{{0,3}}[{_SIGNS}]|[^\W\d_]{{1,4}}"
_MONEY = re.compile(
    rf"(?P<sign>[+-]?)(?:(?P<before>Rs\.|(?:{_WORD})(?!\.))\s*)?(?P<inner>[+-]?)"
    rf"(?P<digits>\d[\d.,'\u2019{_SPACES}]*|[.,]\d+)(?P<scale>[kKmMbB](?!\S))?\s*(?P<after>{_WORD})?"
)
_THOUSAND_OR_NOT = re.compile(r"[1-9]\d{0,2}\.\d{3}")
_SHORT_CURRENCIES = frozenset(
    {
        *("đ", "vnđ", "rs", "rs.", "kr", "zł", "kč", "lei", "tl", "rp", "bs", "ft", "usdt", "usdc"),
        *("руб", "р", "тг", "грн", "лв"),
    }
)
_MAGNITUDE_WORDS = frozenset({"mio", "mil", "mln", "mrd", "bln", "bin", "млн", "тыс"})
_PLAIN = re.compile(r"\d+\.?\d*|\.\d+")
_COMMA = re.compile(r"(\d*),(\d+)")
_GROUPED = re.compile(
    rf"(?P<whole>\d{{1,3}}(?P<mark>[,.'\u2019{_SPACES}])\d{{3}}(?:(?P=mark)\d{{3}})*)(?:[.,](?P<rest>\d+))?"
)
_THOUSANDS = re.compile(rf"[+-]?\d{{1,3}}(?P<mark>[,.'\u2019{_SPACES}])\d{{3}}(?:(?P=mark)\d{{3}})*")
_TINY = re.compile(r"[+-]?\d(?:\.\d+)?[eE]-\d{1,2}")
_ID: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.:\-]{0,127}")


def amount(value: Any) -> Decimal | None:
    """Return the amount a panel wrote, as a number or as text with signs and separators, or None.

    `"1,234.50"` is a thousand and more, `"2,5"` two and a half, `"1$"` one, `"5k"` five thousand, `"1e-05"`
    a hundred thousandth. A comma followed by exactly three digits could be either; next to no other
    separator it is read as a decimal comma only where the whole part is 0. What stays unclear is None,
    never a guess.
    """
    if isinstance(value, int | Decimal):
        return money.decimal(str(value))
    if not isinstance(value, str) or len(value) > LONGEST:
        return None
    text = value.strip()
    return money.decimal(text) if _TINY.fullmatch(text) else _written(text)


def _written(text: str) -> Decimal | None:
    if _PLAIN.fullmatch(text):
        return money.decimal(text)  # as nearly all are; the long way comes to the same
    found = _MONEY.fullmatch(text)
    if found is None or (found["sign"] and found["inner"]):
        return None
    currencies = [word for word in (found["before"], found["after"]) if word]
    digits = found["digits"].rstrip(_SPACES)
    if not all(map(_is_currency, currencies)) or (currencies and _THOUSAND_OR_NOT.fullmatch(digits)):
        return None
    plain = _without_separators(digits)
    number = None if plain is None else money.decimal(found["sign"] + found["inner"] + plain)
    scale = MAGNITUDES.get((found["scale"] or "").lower(), 1)
    return None if number is None else money.EXACT.multiply(number, Decimal(scale))


def _is_currency(word: str) -> bool:
    """Whether letters beside a number name its currency; they may be a magnitude instead (`5k$`, `5 mio`)."""
    plain = word.casefold()
    if plain[-1] in _SIGNS:
        return plain[:-1] not in MAGNITUDES
    return plain in _SHORT_CURRENCIES or (len(plain) == 3 and plain not in _MAGNITUDE_WORDS)  # noqa: PLR2004 - as all codes


def _without_separators(digits: str) -> str | None:
    if _PLAIN.fullmatch(digits):
        return digits
    if comma := _COMMA.fullmatch(digits):
        whole, rest = comma.groups()
        unclear = len(rest) == 3 and whole.strip("0")  # noqa: PLR2004 - a thousand, or a decimal comma
        return None if unclear else f"{whole or '0'}.{rest}"
    grouped = _GROUPED.fullmatch(digits)
    if grouped is None:
        return None
    decimal_mark = digits[grouped.end("whole") :][:1]
    whole = re.sub(r"\D", "", grouped["whole"])
    if decimal_mark == grouped["mark"]:
        return None
    return f"{whole}.{grouped['rest']}" if decimal_mark else whole


def whole_number(value: Any) -> int | None:
    """Return the whole number a panel wrote (`"10M"`, `"1,000"`, `-2`), or None where it is no such thing."""
    if isinstance(value, str) and len(value) <= LONGEST:
        if len(value) <= _SURELY_MONEY and value.isdecimal():
            return int(value)
        if _THOUSANDS.fullmatch(value.strip()):
            return int(re.sub(r"[^\d+-]", "", value))
    found = amount(value)
    if found is None or found != found.to_integral_value():
        return None
    return int(found)


def flag(value: Any) -> bool | None:
    """Return yes or no where the value says so exactly, else None: unknown, not false.

    `"0"` is no although the text is truthy; an enumeration's 2 or 3 is neither.
    """
    if isinstance(value, bool):
        return value
    if value is None or not isinstance(value, int | str | Decimal):
        return None
    word = str(value).strip().lower()
    if word in TRUE_WORDS:
        return True
    return False if word in FALSE_WORDS else None


def identifier(value: Any) -> str | None:
    """Return a usable id as text, exactly as it came, or None: no blanks, no zero, no word for something else.

    A word without any digit is an id only in capitals, and only where it is none of the words panels use.
    A whole number written `23501.0` is one where no digit of it can have been lost; `2.35e4` is none, and
    neither is a fraction, a date or a code that speaks of an error.
    """
    if isinstance(value, Decimal) and -EXACT_FLOAT < value < EXACT_FLOAT:
        whole = value == value.to_integral_value() and "E" not in str(value)
        value = int(value) if whole else value
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    word = str(value).strip()
    if not _ID.fullmatch(word) or not word.strip("0.") or _NO_ID.search(word):
        return None
    if any(letter.isdigit() for letter in word):
        return word
    return word if word.isupper() and word.lower() not in _NO_IDS else None


_NO_ID = re.compile(
    r"^\d+\.\d*[1-9]\d*$|^\d{4}-\d\d-\d\d|^\d+(:\d+)+$"
    r"|(?<![a-z])(errors?|err|fail(ed|ure)?|invalid|denied|rejected|missing|undefined|exception|warning|https?)(?![a-z])",
    re.IGNORECASE,
)
"""A fraction, a date, a time, or a code that speaks of an error: no id, although digits are in it."""

_NO_IDS = frozenset(
    {
        *("null", "none", "nil", "false", "true", "yes", "no", "na", "nan", "ok", "undefined", "unknown"),
        *("error", "errors", "fail", "failed", "failure", "invalid", "denied", "rejected", "missing", "void"),
        *("success", "successful", "created", "placed", "accepted", "received", "submitted", "order", "new"),
        *("pending", "processing", "progress", "inprogress", "in_progress", "in-progress", "queued", "open"),
        *("awaiting", "waiting", "active", "inactive", "completed", "complete", "done", "finished", "closed"),
        *("partial", "canceled", "cancelled", "cancel", "refunded", "test", "empty"),
    }
)
