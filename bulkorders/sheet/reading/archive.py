"""A workbook's zip, guarded: its directory read first, each part within limits, none with a DTD."""

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import Any

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from bulkorders.errors import SheetError
from bulkorders.sheet.reading.limits import Limits

PIECE = 1 << 18

BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError, KeyError)
"""What reading a damaged zip ends with; NotImplementedError is zipfile's word for a packing it does not know."""


class Archive:
    """An opened zip. `path` is what errors call it; `holds_rows` tells the parts that hold a worksheet."""

    def __init__(self, path: str, content: bytes, limits: Limits, holds_rows: Callable[[str], bool]) -> None:
        """Open the zip and look at its directory; nothing is unpacked before it is seen to be sound.

        Raises SheetError `sheet.damaged` (`reason`), `sheet.too_large` (`part`, `size`, `limit`),
        `sheet.bomb` (`part`, `ratio`, `limit`) or `sheet.encrypted`.
        """
        self.path = path
        self.content = content
        self._limits = limits
        self._holds_rows = holds_rows
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except BROKEN as error:
            raise self.damaged(str(error)) from error
        self._parts = self._checked()

    def damaged(self, reason: str) -> SheetError:
        """Return the error for a workbook that can't be read to its end."""
        return SheetError("sheet.damaged", path=self.path, reason=reason)

    def forbidden(self, part: str) -> SheetError:
        """Return the error for a part with a DTD, which no spreadsheet program writes."""
        return SheetError("sheet.forbidden_xml", path=self.path, part=part)

    def has(self, part: str) -> bool:
        """Return whether there is such a part."""
        return part.lower() in self._parts

    def rooted(self, part: str) -> bool:
        """Return whether the directory has a part with a slash before its name, which not all readers take."""
        return self._parts[part.lower()].filename.startswith(("/", "\\"))

    def size(self, part: str) -> int:
        """Return how many bytes a part unpacks to."""
        return self._parts[part.lower()].file_size

    def pieces(self, part: str) -> Iterator[bytes]:
        """Give a part unpacked, piece by piece; at its end its checksum has been compared."""
        try:
            with self._zip.open(self._parts[part.lower()]) as stream:
                while piece := stream.read(PIECE):
                    yield piece
        except BROKEN as error:
            raise self.damaged(f"{part}: {error}") from error

    def check(self, part: str) -> None:
        """Unpack a part that another reader will parse: whole, as long as it says, and without a DTD."""
        before = b""
        for piece in self.pieces(part):
            if b"<!DOCTYPE" in before + piece or b"<!ENTITY" in before + piece:
                raise self.forbidden(part)
            before = piece[-16:]

    def tree(self, part: str) -> Any:
        """Return a small part as a tree."""
        try:
            return fromstring(b"".join(self.pieces(part)), forbid_dtd=True)
        except DefusedXmlException:
            raise self.forbidden(part) from None
        except (ParseError, ValueError, LookupError) as error:
            raise self.damaged(f"{part}: {error}") from error

    def renamed(self, names: dict[str, str], written: dict[str, bytes]) -> bytes:
        """Return the zip anew: these parts alone, under new names, and others as they are given."""
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            for old, new in names.items():
                archive.writestr(new, b"".join(self.pieces(old)))
            for name, content in written.items():
                archive.writestr(name, content)
        return made.getvalue()

    def _checked(self) -> dict[str, zipfile.ZipInfo]:
        """Return the parts by their name in lower case, each within the limits."""
        found: dict[str, zipfile.ZipInfo] = {}
        unpacked = 0
        for info in self._zip.infolist():
            name = info.filename.replace("\\", "/").lstrip("/")
            if name.lower() in found:
                raise self.damaged(f"{name} stands in it twice")
            if info.flag_bits & 1:
                raise SheetError("sheet.encrypted", path=self.path)
            found[name.lower()] = info
            unpacked += info.file_size
            self._check_size(name, info)
        if unpacked > self._limits.total:
            raise self._too_large(None, unpacked, self._limits.total)
        return found

    def _check_size(self, name: str, info: zipfile.ZipInfo) -> None:
        """Refuse a part that is too large, or packed tighter than spreadsheets ever are."""
        size, limits = info.file_size, self._limits
        ratio = size // max(info.compress_size, 1)
        if size > limits.ratio_from and ratio > limits.ratio:
            raise SheetError("sheet.bomb", path=self.path, part=name, ratio=ratio, limit=limits.ratio)
        limit = limits.worksheet if self._holds_rows(name.lower()) else limits.member
        if size > limit:
            raise self._too_large(name, size, limit)

    def _too_large(self, part: str | None, size: int, limit: int) -> SheetError:
        wanted = self._limits.wanted(size, limit)
        return SheetError("sheet.too_large", path=self.path, part=part, size=size, limit=limit, wanted=wanted)
