"""The text in a file that does not say how it is encoded; what had to be guessed is told."""

from pathlib import Path

from bulkorders.errors import SheetError
from bulkorders.sheet.reading.grid import Note

BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)

WESTERN = "cp1252"
MISTAKEN = ("cp1250", "cp1254", "cp1257")
"""Pages that differ from the western one in few letters, so that little text fits them as well."""

CANDIDATES = (
    *(WESTERN, *MISTAKEN, "cp1258", "cp1251", "cp1253", "cp1255", "cp1256", "cp874"),
    *("gb18030", "big5", "cp932", "cp949"),
)
"""What Excel saves a plain CSV in, by the system's language."""

ODD = 0.1
"""The share of odd letters up to which the western page is believed rather than one it is mistaken for."""

LOOKED_AT = 1 << 20
"""How many bytes the guess is made from, whole lines; that all of it fits is seen afterwards."""

WIDE_SHARE = 0.2
"""The share of zero bytes, all on one side of each pair, from which on a text is two bytes a letter."""

STRAY_ZEROS = 100
"""Up to so many zero bytes a text is a text with strays, of which the first is told."""

END_OF_FILE = "\x1a"
"""What old programs write as the last character."""


def decoded(path: Path, content: bytes) -> tuple[str, list[Note]]:
    """Return the text of a file, and the note `encoding_guessed` (`encoding`) where it does not say how.

    Raises SheetError `sheet.not_text` (`found`) or `sheet.zero_byte` (`line`).
    """
    notes: list[Note] = []
    encoding: str | None = next((name for start, name in BYTE_ORDER_MARKS if content.startswith(start)), None)
    if encoding is None and b"\x00" in content and (encoding := _wide(content)) is not None:
        notes.append(_note(encoding))
    try:
        text = content.decode(encoding or "utf-8")
    except UnicodeDecodeError as error:
        guessed = None if encoding or b"\x00" in content else _guess(content)
        if guessed is None:
            raise SheetError("sheet.not_text", path=str(path), found="binary") from error
        text = content.decode(guessed)
        notes = [_note(guessed)]
    if "\x00" in text:
        raise _with_zeros(path, text)
    return text.rstrip(END_OF_FILE), notes


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


def _guess(content: bytes) -> str | None:
    """Return the likeliest encoding of bytes that are no UTF-8, or None where they are no text."""
    from charset_normalizer import from_bytes  # noqa: PLC0415 - heavy, and seldom needed

    matches = from_bytes(_sample(content), cp_isolation=list(CANDIDATES), enable_fallback=False)
    found = [match.encoding for match in matches if _decodes(content, match.encoding)]
    odd = {match.encoding: match.chaos for match in matches}
    if found and found[0] in MISTAKEN and WESTERN in found and odd[WESTERN] <= ODD:
        return WESTERN
    return found[0] if found else None


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
