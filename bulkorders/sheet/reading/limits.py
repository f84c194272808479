"""How large an order sheet may be, and how much of it a zip may hide."""

from dataclasses import dataclass

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What is refused before a file is opened. Raise them for a sheet of many hundred thousand rows.

    `member`, `worksheet` and `total` are bytes unpacked: of one part, of one worksheet (a results workbook
    of 100,000 rows takes about 120 MB), of all parts; `ratio` is unpacked by packed, asked of parts above
    `ratio_from` bytes; `columns` is the last column that may hold a value; `area` is rows by
    columns, beyond which a sheet must not be nearly empty.
    """

    member: int = 50 * MEGABYTE
    worksheet: int = 200 * MEGABYTE
    total: int = 300 * MEGABYTE
    ratio: int = 200
    ratio_from: int = MEGABYTE
    columns: int = 1_000
    area: int = 20_000_000


DEFAULT_LIMITS = Limits()
