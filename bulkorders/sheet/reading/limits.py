"""How large an order sheet may be, how much of it a zip may hide, and what reading it may take."""

from dataclasses import dataclass

MEGABYTE = 1_000_000


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

    def memory_for(self, size: int) -> int:
        """Return the bytes of memory that reading a file of this size may take."""
        return self.memory + self.memory_each * size

    def seconds_for(self, size: int) -> int:
        """Return the seconds of the processor that reading a file of this size may take."""
        return self.seconds + self.seconds_each * size // MEGABYTE


DEFAULT_LIMITS = Limits()
