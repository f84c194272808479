"""The container of an .xls: the stream with the workbook in it, found by following its sectors."""

import struct
from collections.abc import Iterator
from struct import unpack_from

OPENED = ("Workbook", "Book")
"""The streams a workbook is kept in, by the version of Excel."""

DOCUMENTS = ("WordDocument", "PowerPoint Document", "VisioDocument", "__properties_version1.0")
LAST = 0xFFFFFFFA
"""Numbers from here on are no sectors."""

ENTRY = 128
BROKEN = (struct.error, IndexError, KeyError, UnicodeDecodeError)
"""What reading a damaged container ends with."""


class Compound:
    """An opened container. Raises the errors of `BROKEN` where it is damaged."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        shift, mini = unpack_from("<HH", content, 30)
        if not (7 <= shift <= 16 and 4 <= mini <= shift):  # noqa: PLR2004 - 512 and 4,096 in all that is written
            raise IndexError("its sectors have no sensible size")
        self._sector, self._mini = 1 << shift, 1 << mini
        (first,) = unpack_from("<I", content, 48)
        self._cutoff, mini_first = unpack_from("<II", content, 56)
        self._table = self._fat()
        self._entries = dict(self._listed(self._chain(first, self._table)))
        self._mini_first = mini_first

    def names(self) -> tuple[str, ...]:
        """Return the names of all streams."""
        return tuple(self._entries)

    def stream(self, name: str) -> bytes:
        """Return the bytes of a stream."""
        start, size = self._entries[name]
        if size >= self._cutoff:
            return self._joined(start)[:size]
        table = self._numbers(self._joined(self._mini_first))
        root = self._joined(self._entries["Root Entry"][0])
        return b"".join(root[at * self._mini : (at + 1) * self._mini] for at in self._chain(start, table))[
            :size
        ]

    def _fat(self) -> list[int]:
        """Return which sector follows each sector."""
        content = self._content
        listed = [each for each in unpack_from("<109I", content, 76) if each < LAST]
        (more,) = unpack_from("<I", content, 68)
        seen = 0
        while more < LAST:
            numbers = self._numbers(self._at(more))
            listed += [each for each in numbers[:-1] if each < LAST]
            more = numbers[-1]
            seen += 1
            if seen > len(content) // self._sector:
                raise IndexError("its sectors go round in a circle")
        return [number for sector in listed for number in self._numbers(self._at(sector))]

    def _listed(self, sectors: Iterator[int]) -> Iterator[tuple[str, tuple[int, int]]]:
        """Give the streams by name, with first sector and size."""
        directory = b"".join(self._at(sector) for sector in sectors)
        for at in range(0, len(directory) - ENTRY + 1, ENTRY):
            (length,) = unpack_from("<H", directory, at + 64)
            if 2 <= length <= 64:  # noqa: PLR2004 - bytes of a name, its end included
                start, size = unpack_from("<II", directory, at + 116)
                yield directory[at : at + length - 2].decode("utf-16-le"), (start, size)

    def _joined(self, first: int) -> bytes:
        return b"".join(self._at(sector) for sector in self._chain(first, self._table))

    def _chain(self, first: int, table: list[int]) -> Iterator[int]:
        """Give the sectors that follow each other from this one on."""
        sector, count = first, 0
        while sector < LAST:
            yield sector
            sector = table[sector]
            count += 1
            if count > len(table):
                raise IndexError("its sectors go round in a circle")

    def _at(self, sector: int) -> bytes:
        start = (sector + 1) * self._sector
        if start >= len(self._content):
            raise IndexError("a sector is missing")
        return self._content[start : start + self._sector]

    def _numbers(self, sectors: bytes) -> list[int]:
        return list(unpack_from(f"<{len(sectors) // 4}I", sectors))
