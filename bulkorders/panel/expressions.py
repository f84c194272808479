"""Regular expressions that a person wrote into the settings: compiled, or refused with the reason."""

import re
import unicodedata
import warnings
from collections.abc import Sequence

LONGEST = 500
MOST_UNBOUNDED = 2
"""Repetitions without an end in one expression: each multiplies the time a long text takes."""

PROVE_NOTHING = (
    *("", "error", "failed", "success", "ok", "order", "order placed", "your order has been placed"),
    *("order 23501 has been created", "order is being processed", "processing", "please try again later"),
    *("something went wrong", "unknown error", "an error occurred", "please contact support", "timeout"),
    *(
        "internal server error",
        "failed to place order",
        "service unavailable",
        "23501",
        "https://example.com/",
    ),
)
"""What a panel may say after it has sold: no expression that matches one of these can prove a refusal."""

LITERALS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?", re.DOTALL)
UNITS = re.compile(r"\{(?P<least>\d*)(?P<comma>,?)(?P<most>\d*)\}|.", re.DOTALL)
FEW = 50
"""Repetitions up to which one that has an end costs no time."""


class Unusable(ValueError):
    """An expression or table that can't be used; the text says why."""


def compiled(texts: Sequence[str], *, after_a_sale: bool) -> re.Pattern[str]:
    """Return one expression, in any case, for all of these; each text is also found as it stands.

    Raises Unusable where one is empty, invalid or could search for ever, and, unless `after_a_sale`, where
    it matches what a panel may say although it has sold.
    """
    for text in texts:
        _check(text)
    whole = "|".join(f"(?:{text})|{re.escape(text)}" for text in map(_composed, texts))
    try:
        found = re.compile(whole, re.IGNORECASE)
    except re.error as error:
        raise Unusable(f"the texts can't be one expression: {error}") from None
    matched = None if after_a_sale else next((each for each in PROVE_NOTHING if found.search(each)), None)
    if matched is not None:
        raise Unusable(f"the texts match {matched!r}, which a panel may say after it has sold")
    return found


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _check(text: str) -> None:
    if not text.strip():
        raise Unusable("a text is empty")
    if len(text) > LONGEST:
        raise Unusable(f"a text is longer than {LONGEST} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # of expressions that mean something else in a later Python
            re.compile(text, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError, Warning) as error:
        raise Unusable(f"{text!r} is no regular expression: {error}") from None
    if may_search_for_ever(text):
        raise Unusable(f"{text!r} repeats what is itself repeated: it could search for ever")


def may_search_for_ever(expression: str) -> bool:
    """Whether a valid expression repeats a group that itself repeats or chooses, or has many open repetitions.

    More is refused than would be needed: an error text needs no such expression.
    """
    plain = LITERALS.sub(lambda found: "(" if found[0] == "(?" else "x", expression)
    varies, closed, open_ones = [False], False, 0
    for unit in UNITS.finditer(plain):
        sign = "{" if len(unit[0]) > 1 else unit[0]
        if closed and sign in "+*{":
            return True
        closed = False
        if sign == "(":
            varies.append(False)
        elif sign == ")":
            closed = varies.pop()
            varies[-1] |= closed
        elif sign in "+*?{|":
            varies[-1] |= sign != "{" or bool(unit["comma"])
            open_ones += sign in "+*" or (sign == "{" and _many(unit))
    return open_ones > MOST_UNBOUNDED


def _many(braces: re.Match[str]) -> bool:
    most = braces["most"] if braces["comma"] else braces["least"]
    return not most or int(most) > FEW
