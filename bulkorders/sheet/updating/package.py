"""An existing workbook's zip: its parts read where needed, and copied byte for byte where not changed."""

import posixpath
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self
from xml.etree.ElementTree import Element  # only the class; parsing is defusedxml's

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from bulkorders.sheet.reading.archive import BROKEN
from bulkorders.sheet.updating.unfit import Unfit

CONTENT_TYPES = "[Content_Types].xml"
PIECE = 1 << 20
_MOST_SMALL = 400_000_000
"""Bytes a part may unpack to that is held as a whole: styles, shared strings, relations."""

_LOCAL_HEADER = 30
_DESCRIPTOR = 0x08


class Package:
    """The parts of an existing workbook. Part names have no leading slash."""

    def __init__(self, path: Path, opened: BinaryIO | None = None) -> None:
        """Open the zip, of a file that is open already where one is given. Raises Unfit `workbook.unread`."""
        try:
            self._file = opened or path.open("rb")
        except OSError as error:
            raise Unfit("workbook.unread", reason=(error.strerror or str(error)).lower()) from error
        try:
            self._zip = zipfile.ZipFile(self._file)
            self.infos = {info.filename: info for info in self._zip.infolist()}
        except BROKEN as error:
            self._file.close()
            raise Unfit("workbook.unread", reason=str(error)) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()
        self._file.close()

    def has(self, part: str) -> bool:
        """Return whether there is such a part."""
        return part in self.infos

    def read(self, part: str) -> bytes:
        """Return a part, unpacked. Raises Unfit where it is missing, broken or too large."""
        info = self.infos.get(part)
        if info is None or info.file_size > _MOST_SMALL:
            raise Unfit("workbook.unread", reason=f"its part {part} is {'too large' if info else 'missing'}")
        return b"".join(self.pieces(part))

    def pieces(self, part: str) -> Iterator[bytes]:
        """Give a part unpacked, piece by piece."""
        try:
            with self._zip.open(self.infos[part]) as stream:
                while piece := stream.read(PIECE):
                    yield piece
        except BROKEN as error:
            raise Unfit("workbook.unread", reason=f"{part}: {error}") from error

    def raw(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        """Give a part as it is packed."""
        self._file.seek(info.header_offset)
        header = self._file.read(_LOCAL_HEADER)
        name, extra = (int.from_bytes(header[at : at + 2], "little") for at in (26, 28))
        self._file.seek(info.header_offset + _LOCAL_HEADER + name + extra)
        left = info.compress_size
        while left:
            piece = self._file.read(min(left, PIECE))
            if not piece:
                raise Unfit("workbook.unread", reason=f"{info.filename} is cut short")
            left -= len(piece)
            yield piece

    def write(
        self,
        file: BinaryIO,
        changed: Mapping[str, "Content | None"],
        last: Mapping[str, Callable[[], bytes | None]],
    ) -> None:
        """Write the workbook with these parts changed, added, or (None) left out; all others as they are.

        `last` are parts whose content is asked for when all others are written; None: as it was.
        """
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as target:
            for name, info in self.infos.items():
                if name in last:
                    continue
                if name not in changed:
                    _copy(target, file, info, self.raw(info))
                elif (content := changed[name]) is not None:
                    _add(target, name, content)
            for name, content in changed.items():
                if name not in self.infos and content is not None:
                    _add(target, name, content)
            for name, asked in last.items():
                now = asked()
                if now is None:
                    _copy(target, file, self.infos[name], self.raw(self.infos[name]))
                else:
                    _add(target, name, now)


Content = bytes | Iterable[bytes]


def _add(target: zipfile.ZipFile, name: str, content: Content) -> None:
    """Write a part that is new or changed."""
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    info._compresslevel = 4  # type: ignore[attr-defined]  # noqa: SLF001 - ZipFile.open takes none, and its stubs know no private names
    with target.open(info, "w", force_zip64=not isinstance(content, bytes)) as stream:
        for piece in (content,) if isinstance(content, bytes) else _larger(content):
            stream.write(piece)


def _larger(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Give small pieces joined: packing each by itself takes longer than packing them."""
    waiting: list[bytes] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= PIECE >> 4:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)


def _copy(target: zipfile.ZipFile, file: BinaryIO, source: zipfile.ZipInfo, raw: Iterable[bytes]) -> None:
    """Copy a part as it is packed; zipfile itself can only pack anew."""
    info = zipfile.ZipInfo(source.filename, source.date_time)
    for name in ("compress_type", "comment", "create_system", "external_attr", "CRC", "file_size"):
        setattr(info, name, getattr(source, name))
    info.compress_size = source.compress_size
    info.flag_bits = source.flag_bits & ~_DESCRIPTOR
    file.seek(target.start_dir)
    info.header_offset = file.tell()
    file.write(info.FileHeader())
    file.writelines(raw)
    target.filelist.append(info)
    target.NameToInfo[info.filename] = info
    target.start_dir = file.tell()
    target._didModify = True  # type: ignore[attr-defined]  # noqa: SLF001 - or the directory is not written; not in the stubs


def relations_part(part: str) -> str:
    """Return the part that says what this one refers to."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def relations(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Return what a part refers to, by id: the kind (last word of its type) and the part; links are left out."""
    found: dict[str, tuple[str, str]] = {}
    place = relations_part(part)
    if not package.has(place):
        return found
    for node in tree(package.read(place)).iter():
        if node.get("Id") and node.get("TargetMode") != "External":
            kind = node.get("Type", "").rpartition("/")[2]
            found[node.get("Id", "")] = (kind, resolved(part, node.get("Target", "")))
    return found


def resolved(part: str, target: str) -> str:
    """Return the part that a target of this part names; it may be absolute."""
    plain = target.replace("\\", "/")
    if plain.startswith("/"):
        return plain.lstrip("/")
    return posixpath.normpath(posixpath.join(posixpath.dirname(part), plain))


def tree(content: bytes) -> Element:
    """Return a small part as a tree. Raises Unfit."""
    try:
        return fromstring(content, forbid_dtd=True)  # type: ignore[no-any-return]
    except (DefusedXmlException, ParseError, ValueError) as error:
        raise Unfit("workbook.unread", reason=str(error) or "its XML is broken") from error


def free_name(taken: Iterable[str], wanted: str) -> str:
    """Return the wanted part name, or one with a higher number where that is taken."""
    known = {name.lower() for name in taken}
    if wanted.lower() not in known:
        return wanted
    stem, _, ending = wanted.rpartition(".")
    stem = re.sub(r"\d+$", "", stem)
    number = 1
    while f"{stem}{number}.{ending}".lower() in known:
        number += 1
    return f"{stem}{number}.{ending}"
