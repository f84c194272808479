"""A workbook's zip, guarded: its parts within limits, its worksheets by name, no part with a DTD."""

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from bulkorders.errors import SheetError
from bulkorders.sheet.reading.limits import Limits
from bulkorders.sheet.reading.opening import KINDS

WORKBOOK = "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
WORKSHEETS = "xl/worksheets/"
PIECE = 1 << 18

OTHERS = (("xl/workbook.bin", ".xlsb"), ("content.xml", ".ods"))
"""Parts by which a zip that is no .xlsx is known as a workbook of another kind."""

BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError, KeyError)
"""What reading a damaged zip ends with."""


@dataclass(frozen=True, slots=True)
class Worksheet:
    """One worksheet of a workbook: its name, the part that holds it, and whether it is shown."""

    name: str
    part: str
    visible: bool


class Package:
    """An opened workbook. `path` is what errors call it."""

    def __init__(self, path: str, content: bytes, limits: Limits) -> None:
        """Open the zip and look at its directory; nothing is unpacked before it is seen to be sound.

        Raises SheetError `sheet.damaged` (`reason`), `sheet.too_large` (`part`, `size`, `limit`),
        `sheet.bomb` (`part`, `ratio`, `limit`), `sheet.encrypted`, `sheet.kind` or `sheet.not_workbook`.
        """
        self.path = path
        self.content = content
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except BROKEN as error:
            raise self.damaged(str(error)) from error
        self._parts = self._checked(limits)
        self._check_kind()
        self.worksheets = tuple(self._worksheets())

    def damaged(self, reason: str) -> SheetError:
        """Return the error for a workbook that can't be read to its end."""
        return SheetError("sheet.damaged", path=self.path, reason=reason)

    def has(self, part: str) -> bool:
        """Return whether there is such a part."""
        return part.lower() in self._parts

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

    def forbidden(self, part: str) -> SheetError:
        """Return the error for a part with a DTD, which no spreadsheet program writes."""
        return SheetError("sheet.forbidden_xml", path=self.path, part=part)

    def _checked(self, limits: Limits) -> dict[str, zipfile.ZipInfo]:
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
            self._check_size(name, info, limits)
        if unpacked > limits.total:
            size, limit = unpacked, limits.total
            raise SheetError("sheet.too_large", path=self.path, part=None, size=size, limit=limit)
        return found

    def _check_size(self, name: str, info: zipfile.ZipInfo, limits: Limits) -> None:
        """Refuse a part that is too large, or packed tighter than spreadsheets ever are."""
        size = info.file_size
        ratio = size // max(info.compress_size, 1)
        if size > limits.ratio_from and ratio > limits.ratio:
            raise SheetError("sheet.bomb", path=self.path, part=name, ratio=ratio, limit=limits.ratio)
        limit = limits.worksheet if name.lower().startswith(WORKSHEETS) else limits.member
        if size > limit:
            raise SheetError("sheet.too_large", path=self.path, part=name, size=size, limit=limit)

    def _check_kind(self) -> None:
        """Refuse a zip that is no workbook, or one of a kind that is not read."""
        if self.has(WORKBOOK):
            return
        for part, kind in OTHERS:
            if self.has(part):
                raise SheetError("sheet.kind", path=self.path, kind=kind, read=KINDS)
        found = "document" if self.has("word/document.xml") else "archive"
        raise SheetError("sheet.not_workbook", path=self.path, found=found)

    def _worksheets(self) -> Iterator[Worksheet]:
        """Give the worksheets in their order; chart sheets hold no rows and are passed over."""
        targets = {}
        if self.has(RELATIONS):
            for node in self._tree(RELATIONS).iter():
                if node.get("Type", "").endswith("/worksheet"):
                    targets[node.get("Id")] = _part_of(node.get("Target", ""))
        for node in self._tree(WORKBOOK).iter():
            if node.tag.rpartition("}")[2] != "sheet":
                continue
            relation = next((value for key, value in node.items() if key.endswith("}id")), None)
            part = targets.get(relation)
            if part is not None and self.has(part):
                visible = node.get("state", "visible") == "visible"
                yield Worksheet(node.get("name", ""), part, visible)

    def _tree(self, part: str) -> Any:
        """Return a small part as a tree."""
        try:
            return fromstring(b"".join(self.pieces(part)), forbid_dtd=True)
        except DefusedXmlException:
            raise self.forbidden(part) from None
        except ParseError as error:
            raise self.damaged(f"{part}: {error}") from error


def _part_of(target: str) -> str:
    """Return the part a relation of the workbook points to; a target may be absolute."""
    plain = target.replace("\\", "/")
    return plain.lstrip("/") if plain.startswith("/") else posixpath.normpath(posixpath.join("xl", plain))
