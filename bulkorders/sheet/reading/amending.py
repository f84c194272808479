"""What the fast reader does not take is put right in a copy of the part it stands in: odd errors, odd encodings."""

import codecs
import re
from collections.abc import Collection

TAKEN = frozenset(
    {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#DATA!", "#GETTING_DATA"}
)
"""The errors that the fast reader knows; at any other it gives up the whole worksheet."""

DECLARED = re.compile(rb"""\s*<\?xml[^>]*?encoding=["']([\w.-]+)["'][^>]*\?>""")
MARKS = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def encoding_of(start: bytes) -> str | None:
    """Return the encoding of XML by how it begins, where it is not UTF-8."""
    for mark, encoding in MARKS:
        if start.startswith(mark):
            return encoding
    found = DECLARED.match(start.removeprefix(codecs.BOM_UTF8))
    told = found[1].decode("ascii").lower() if found else "utf-8"
    return None if told in ("utf-8", "utf8", "us-ascii") else told


def in_utf8(content: bytes, encoding: str) -> bytes:
    """Return XML in UTF-8. Raises LookupError or ValueError where it is in no such encoding."""
    text = content.decode(encoding)
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", text.removeprefix("\ufeff")).encode()


def with_taken_errors(content: bytes, shown: Collection[str]) -> bytes:
    """Return a worksheet's XML with errors that the fast reader does not know as one it does.

    Where they stand is known already, and they are put back there with their own names.
    """
    for text in shown:
        value = re.escape(text.encode())
        content = re.sub(rb"(<(?:\w+:)?v(?: [^>]*)?>)\s*" + value + rb"\s*<", rb"\1#N/A<", content)
    return content
