"""The text in a file that does not say how it is encoded; what had to be guessed is told."""

import re
from collections import Counter
from pathlib import Path

from bulkorders.errors import SheetError
from bulkorders.sheet.reading.alphabets import ALPHABETS, WIDE, fit, likelihood
from bulkorders.sheet.reading.grid import Note
from bulkorders.sheet.reading.pages import expected, home_page

BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)

SURE = 2.9
"""By how much a reading must be likelier than any other, as a logarithm: some twenty times."""

LIKELY, LIKELY_WIDE = -5.0, -10.0
"""How likely, as a logarithm, the letters of a text are on average in a language it is really written in."""

LOOKED_AT = 1 << 20
"""How many bytes the guess is made from, whole lines; that all of it fits is seen afterwards."""

WIDE_SHARE = 0.2
"""The share of zero bytes, all on one side of each pair, from which on a text is two bytes a letter."""

STRAY_ZEROS = 100
"""Up to so many zero bytes a text is a text with strays, of which the first is told."""

CONTROLS = tuple(bytes([sign]) for sign in (*range(9), *range(14, 26), 28, 29))
"""Bytes that stand in no text."""

RUN = re.compile(r"[A-Za-z]?[^\x00-\x7f]+[A-Za-z]?")
REPEATED = 3
"""How often the same run of letters counts at most."""

MENTIONED = 3
"""How many encodings are named where it isn't clear which of them it is."""

END_OF_FILE = "\x1a"
"""What old programs write as the last character."""


def decoded(path: Path, content: bytes, home: str | None = None) -> tuple[str, list[Note]]:
    """Return the text of a file, and the note `encoding_guessed` (`encoding`) where it does not say how.

    `home` is the encoding in which programs of this machine save plain text, by its language.

    Raises SheetError `sheet.not_text` (`found`), `sheet.zero_byte` (`line`) or `sheet.encoding_unsure`
    (`encodings`: which it could be): a comment that is garbled is bought garbled.
    """
    notes: list[Note] = []
    encoding: str | None = next((name for start, name in BYTE_ORDER_MARKS if content.startswith(start)), None)
    if encoding is None and b"\x00" in content and (encoding := _wide(content)) is not None:
        notes.append(_note(encoding))
    try:
        text = content.decode(encoding or "utf-8")
    except UnicodeDecodeError as error:
        guessed, others = (
            ("", []) if encoding or _is_binary(content) else _guess(content, home or home_page())
        )
        if not guessed:
            raise SheetError("sheet.not_text", path=str(path), found="binary") from error
        if others:
            likely = [guessed, *others][:MENTIONED]
            raise SheetError("sheet.encoding_unsure", path=str(path), encodings=likely) from error
        text = content.decode(guessed)
        notes = [_note(guessed)]
    if "\x00" in text:
        raise _with_zeros(path, text)
    return text.rstrip(END_OF_FILE), notes


def _is_binary(content: bytes) -> bool:
    """Return whether these bytes have signs that no text has."""
    return any(content[: 1 << 16].count(sign) for sign in CONTROLS)


def _note(encoding: str) -> Note:
    return "encoding_guessed", {"encoding": encoding}


def _wide(content: bytes) -> str | None:
    """Return which of the two orders a text of two bytes a letter is in; None where that isn't certain.

    Signs, digits and line ends have a zero byte there, always on the same side, and no letter has two.
    """
    if len(content) % 2:
        return None
    high, low = content[0::2].count(0), content[1::2].count(0)
    enough = len(content) // 2 * WIDE_SHARE
    if low > enough and not high:
        return "utf-16-le"
    return "utf-16-be" if high > enough and not low else None


def _with_zeros(path: Path, text: str) -> SheetError:
    """Return the error for a text with zero bytes: strays are told by the first, many are no text."""
    if text.count("\x00") > min(STRAY_ZEROS, len(text) // 20) and text.count("\x00") > 1:
        return SheetError("sheet.not_text", path=str(path), found="binary")
    before = text[: text.index("\x00")]
    return SheetError("sheet.zero_byte", path=str(path), line=len((before + "x").splitlines()))


def _guess(content: bytes, home: str) -> tuple[str, list[str]]:
    """Return the likeliest encoding of bytes that are no UTF-8, and those that are nearly as likely."""
    sample = _sample(content)
    readings: dict[str, tuple[float, str, bool]] = {}
    for encoding in (*ALPHABETS, *WIDE):
        if not _decodes(content, encoding):
            continue
        beyond, runs = _beyond(sample.decode(encoding, "replace"))
        fits = (
            WIDE[encoding](beyond) if encoding in WIDE else likelihood(encoding, beyond) + fit(encoding, runs)
        )
        judged = fits + expected(encoding, home)
        if beyond not in readings or judged > readings[beyond][0]:  # pages that read it alike are one reading
            likely = fits > len(beyond) * (LIKELY_WIDE if encoding in WIDE else LIKELY)
            readings[beyond] = (judged, encoding, likely)
    ranked = sorted(readings.values(), reverse=True)
    if not ranked:
        return "", []
    best, encoding, likely = ranked[0]
    return encoding, [other for judged, other, _ in ranked[1:] if best - judged < SURE or not likely]


def _beyond(text: str) -> tuple[str, list[str]]:
    """Return the letters beyond ASCII, and their runs with the plain letter at each end, if there is one.

    What stands there again and again counts a few times, being no new proof.
    """
    counted = Counter(RUN.findall(text))
    runs = [run for run, count in counted.items() for _ in range(min(count, REPEATED))]
    return "".join(letter for run in runs for letter in run if not letter.isascii()), runs


def _sample(content: bytes) -> bytes:
    """Return the lines a guess is made from: of a long file those that hold a letter beyond ASCII, in their order."""
    if len(content) <= LOOKED_AT:
        return content
    chosen: list[bytes] = []
    taken = 0
    for line in content.splitlines(keepends=True):
        if not line.isascii():
            chosen.append(line)
            taken += len(line)
            if taken > LOOKED_AT:
                break
    return b"".join(chosen)


def _decodes(content: bytes, encoding: str) -> bool:
    """Return whether all of it can be read so, not only the parts that were looked at."""
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
