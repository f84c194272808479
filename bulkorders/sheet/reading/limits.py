"""How large an order sheet may be, how much of it a zip may hide, and what reading it may take."""

from dataclasses import dataclass
from typing import Self

MEGABYTE = 1_000_000
USUAL = 200
"""Megabytes that a worksheet may unpack to, where nothing else is set."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What is refused before a file is opened, and while it is read. Raise them for very large sheets.

    `member`, `worksheet` and `total` are bytes unpacked: of one part, of one worksheet (a results workbook
    of 100,000 rows takes about 120 MB), of all parts; `ratio` is unpacked by packed, asked of parts above
    `ratio_from` bytes; `columns` is the last column that may hold a value; `area` is rows by
    columns, beyond which a sheet must not be nearly empty.

    The process that reads a workbook may take `memory` bytes and `seconds` of the processor, and for each
    byte of the file so many more: `memory_each` bytes, `seconds_each` seconds a megabyte.
    """

    member: int = 50 * MEGABYTE
    worksheet: int = 200 * MEGABYTE
    total: int = 300 * MEGABYTE
    ratio: int = 200
    ratio_from: int = MEGABYTE
    columns: int = 1_000
    area: int = 20_000_000
    memory: int = 1_500 * MEGABYTE
    memory_each: int = 40
    seconds: int = 60
    seconds_each: int = 5

    @classmethod
    def sized(cls, megabytes: int) -> Self:
        """Return the limits under which a worksheet may unpack to so many megabytes, all others in proportion.

        What is usual is allowed in any case.
        """
        part = max(megabytes, USUAL)
        return cls(
            member=cls.in_proportion(50, part),
            worksheet=megabytes * MEGABYTE,
            total=cls.in_proportion(300, part),
            area=20 * cls.in_proportion(1, part),
            memory=cls.in_proportion(1_500, part),
            seconds=60 * part // USUAL,
        )

    @staticmethod
    def in_proportion(megabytes: int, part: int) -> int:
        """Return as many bytes to so many megabytes as a worksheet may have to what is usual."""
        return megabytes * part * MEGABYTE // USUAL

    def wanted(self, size: int, limit: int) -> int:
        """Return the megabytes of a worksheet that would let this size pass where `limit` stopped it."""
        whole = self.worksheet if limit == self.worksheet else max(self.worksheet, USUAL * MEGABYTE)
        return -(-size * whole // (limit * MEGABYTE))

    def memory_for(self, size: int) -> int:
        """Return the bytes of memory that reading a file of this size may take."""
        return self.memory + self.memory_each * size

    def seconds_for(self, size: int) -> int:
        """Return the seconds of the processor that reading a file of this size may take."""
        return self.seconds + self.seconds_each * size // MEGABYTE


DEFAULT_LIMITS = Limits()
