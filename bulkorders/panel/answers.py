"""An answer as it really comes: read, the key masked, and whether and in which words it says no.

The HTTP status is read after the body. What can't be read makes an order in doubt or a field empty, never
a guess, and never an exception.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl

from bulkorders.panel.arriving import Exchange
from bulkorders.panel.decoding import UNREADABLE, joined, json_of, text_of
from bulkorders.panel.figures import TRUE_WORDS
from bulkorders.panel.masking import Mask

KEPT = 2000
"""Characters of a raw answer that are kept as evidence."""

WRAPPERS = ("data", "result", "results", "response", "payload")
ERROR_KEYS = ("error", "errors", "err", "error_message", "error_msg")
TEXT_KEYS = ("message", "msg", "detail", "reason", "name", "description", "title")
SAYS_HOW_IT_WENT = ("status", "success", "ok", "result")
CODES = ("code", "status_code", "http_code")
NEGATIVE_WORDS = frozenset({"error", "fail", "failed", "failure", "false", "0"})
SAYS_NO = re.compile(r"(errors?|fail(ed|ure)?|rejected|refused|denied|invalid|unsuccessful)\b")
ABSENT_WORDS = frozenset(
    {
        *("", "0", "false", "null", "none", "no", "nil", "n/a", "-"),
        *("ok", "success", "no error", "no errors"),
    }
)
VAGUE = frozenset(
    {
        *("bad request", "unprocessable entity", "unprocessable content", "not found", "conflict"),
        *("payment required", "true", "yes"),
    }
)
"""Phrases of HTTP and mere flags: they say nothing where the panel gives its own words beside them."""
FORM = re.compile(r"\s*[A-Za-z_]{1,20}=")
MOST_TEXTS = 20
LONGEST_KEY = 128
HTTP_ERRORS = range(400, 600)


@dataclass(frozen=True, slots=True)
class Reply:
    """An exchange, read: the JSON value (or UNREADABLE), and the raw text, which may still hold the key."""

    exchange: Exchange
    value: Any = field(repr=False)
    raw: str = field(repr=False)
    mask: Mask = field(repr=False)

    @classmethod
    def of(cls, exchange: Exchange, mask: Mask) -> "Reply":
        """Read what came."""
        text = text_of(exchange.body)
        value = json_of(text)
        if value is UNREADABLE and FORM.match(text):
            value = _form_of(text.strip())
        return cls(exchange, value, text, mask)

    @property
    def text(self) -> str:
        """The answer as text, the key masked."""
        return self.mask(self.raw)

    @property
    def evidence(self) -> str:
        """What is kept of the raw answer: the key masked, cut to a sensible length."""
        # Masked before it is cut: half a key at the end would not be recognised.
        shown = self.text
        if len(shown) > KEPT:
            shown = f"{shown[:KEPT]}… ({len(self.raw)} characters)"
        return " | ".join(filter(None, (self.mask(self.exchange.failure), shown)))

    @property
    def refused(self) -> bool:
        """Whether the answer says no in some way, with or without a text."""
        status = self.exchange.status
        return (status is not None and 400 <= status < 500) or says_no(self.value)  # noqa: PLR2004 - HTTP's own ranges

    @property
    def contradicts_itself(self) -> bool:
        """Whether it says both that it went well and that it did not."""
        return says_yes(self.value) and says_no(self.value)

    @property
    def errors(self) -> tuple[str, ...]:
        """The panel's own words for why not, key masked; empty where it gives none."""
        found = error_texts(self.value) if self.refused else []
        return tuple(dict.fromkeys(map(self.mask, found)))


def _form_of(text: str) -> Any:
    """Return the fields of a form that holds an error, `status=error&error=Bad+link`; any other is unreadable."""
    try:
        fields = joined(parse_qsl(text, max_num_fields=MOST_TEXTS))
    except ValueError:
        return UNREADABLE
    return fields if any(present(folded(fields).get(name)) for name in ERROR_KEYS) else UNREADABLE


def folded(value: Any) -> dict[str, Any]:
    """Return an object with its keys as `start_count` (panels write Start_Count, startCount), or an empty one."""
    if not isinstance(value, dict):
        return {}
    return joined([(_key(name), entry) for name, entry in value.items()])


@lru_cache(maxsize=1024)
def _key(name: str) -> str:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name[:LONGEST_KEY].strip())
    return re.sub(r"[\s\-]+", "_", spaced).lower()


def present(value: Any) -> bool:
    """Whether a field of an answer holds anything: PHP writes nothing as null, "", 0, "false", [], {} or [""]."""
    if isinstance(value, str):
        return value.strip(" .!").lower() not in ABSENT_WORDS
    if isinstance(value, list | dict):
        return any(map(present, value.values() if isinstance(value, dict) else value))
    return bool(value)


def says_no(value: Any) -> bool:
    """Whether an answer is a refusal: an error key that holds something, or a negative status."""
    if isinstance(value, str):
        return True
    if isinstance(value, list):
        return len(value) == 1 and isinstance(value[0], dict) and says_no(value[0])
    entry = folded(value)
    return (
        any(present(entry.get(name)) for name in ERROR_KEYS)
        or any(_negative(entry.get(name)) for name in SAYS_HOW_IT_WENT)
        or any(_of_an_error(entry.get(name)) for name in CODES)
        or any(says_no(entry[name]) for name in WRAPPERS if isinstance(entry.get(name), dict))
    )


def _negative(told: Any) -> bool:
    if isinstance(told, str):
        word = told.strip().lower()
        return word in NEGATIVE_WORDS or SAYS_NO.match(word) is not None or _of_an_error(word)
    if isinstance(told, dict):
        return says_no(told)
    return told is False or (isinstance(told, int) and told == 0) or _of_an_error(told)


def _of_an_error(told: Any) -> bool:
    """Whether a code is one of HTTP's for an error, as a number or as text."""
    if isinstance(told, str):
        return re.fullmatch("[45][0-9]{2}", told.strip()) is not None
    return isinstance(told, int) and told in HTTP_ERRORS


def says_yes(value: Any) -> bool:
    """Whether an answer says of itself that the call went well."""
    entry = folded(value)
    told = [entry[name] for name in SAYS_HOW_IT_WENT if name in entry]
    return any(each is True or (isinstance(each, int | str) and _word(each) in TRUE_WORDS) for each in told)


def _word(value: Any) -> str:
    return str(value).strip().lower()


def error_texts(value: Any) -> list[str]:
    """Return the texts of a refusal, wherever the family puts them."""
    found = [text for text in _texts(value) if present(text)]
    telling = [text for text in found if not (_word(text).strip(" .") in VAGUE or text.strip().isdigit())]
    return telling or found


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [text for entry in value[:MOST_TEXTS] for text in _texts(entry)][:MOST_TEXTS]
    if not isinstance(value, dict):
        return []
    entry = folded(value)
    found: list[str] = []
    for name in (*ERROR_KEYS, *TEXT_KEYS, "code"):
        told = entry.get(name)
        inner = _texts(told)
        found.extend(inner or (_by_field(told) if name in ERROR_KEYS else []))
    found.extend(
        text for name in SAYS_HOW_IT_WENT if isinstance(entry.get(name), dict) for text in _texts(entry[name])
    )
    for name in WRAPPERS:
        if isinstance(entry.get(name), dict | str):
            found.extend(_texts(entry[name]))
    return found[:MOST_TEXTS]


def _by_field(told: Any) -> list[str]:
    """Return the texts of errors listed by field, `{"link": ["The link field is required."]}`."""
    if not isinstance(told, dict):
        return []
    lists = [each if isinstance(each, list) else [each] for each in islice(told.values(), MOST_TEXTS)]
    return [text for each in lists for text in each[:MOST_TEXTS] if isinstance(text, str)]
