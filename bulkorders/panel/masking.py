"""Keeps the API key out of every text that leaves this package: some panels echo it in their errors.

Characters that no journal, workbook or terminal takes are replaced on the same way out.
"""

import re
from collections.abc import Callable
from html import entities

Mask = Callable[[str], str]

HIDDEN = "[key]"
SHORT = 8
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def masking(*secrets: str) -> Mask:
    """Return a function that hides these secrets in a text, in each spelling an answer may carry them.

    Each character may stand as itself, percent-encoded, or escaped as in JSON or HTML, in either case. A
    short secret is hidden only where it stands by itself: it may be part of an innocent word.
    """
    longest_first = sorted({secret for secret in secrets if secret}, key=len, reverse=True)
    if not longest_first:
        return printable
    pattern = re.compile("|".join(map(_pattern, longest_first)), re.IGNORECASE)
    return lambda text: printable(pattern.sub(HIDDEN, text))


def printable(text: str) -> str:
    """Return the text with lone surrogates and control characters (but tab and line breaks) replaced."""
    return UNPRINTABLE.sub("\ufffd", text)


def _pattern(secret: str) -> str:
    plain = "".join(f"(?:{'|'.join(_spellings(letter))})" for letter in secret)
    return plain if len(secret) >= SHORT else rf"(?<![0-9A-Za-z]){plain}(?![0-9A-Za-z])"


def _spellings(letter: str) -> list[str]:
    number = ord(letter)
    in_json = "".join(rf"\\{{1,4}}u{unit:04x}" for unit in _utf16(letter))
    in_url = "".join(f"%(?:25){{0,2}}{byte:02x}" for byte in letter.encode("utf-8", "replace"))
    in_html = rf"&(?:amp;){{0,2}}#(?:0{{0,4}}{number}|x0{{0,4}}{number:x});"
    spelled = [re.escape(letter), in_json, in_url, in_html]
    if not letter.isalnum():
        spelled.append(rf"\\{{1,4}}{re.escape(letter)}")
    if letter == " ":
        spelled.append(r"\+")
    name = "apos" if letter == "'" else entities.codepoint2name.get(number)
    return [*spelled, f"&(?:amp;){{0,2}}{name};"] if name else spelled


def _utf16(letter: str) -> list[int]:
    units = letter.encode("utf-16-be", "surrogatepass")
    return [int.from_bytes(units[at : at + 2]) for at in range(0, len(units), 2)]
