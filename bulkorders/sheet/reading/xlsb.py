"""Worksheets of an .xlsb, guarded before the fast reader sees them."""

from bulkorders.sheet.reading import binary, values
from bulkorders.sheet.reading.grid import Flow, Worksheet
from bulkorders.sheet.reading.limits import Limits
from bulkorders.sheet.reading.marks import Refused
from bulkorders.sheet.reading.package import Package
from bulkorders.sheet.reading.values import FastReader, Place


class Xlsb:
    """An opened workbook. Raises the SheetErrors of `Package`; `grid` those of `values` too."""

    def __init__(self, path: str, content: bytes, limits: Limits) -> None:
        self._package = Package(path, content, limits)
        self._limits = limits
        self._reader: FastReader | None = None
        self.worksheets = self._package.worksheets

    def grid(self, worksheet: Worksheet) -> Flow:
        """Return the rows of a worksheet that are not blank, as those of an .xlsx."""
        archive = self._package.archive
        part = self._package.part_of(worksheet)
        place = Place(archive.path, worksheet.name, part)
        try:
            marks = binary.find_marks(b"".join(archive.pieces(part)), self._limits.columns)
        except Refused as refused:
            raise place.refused(refused) from refused
        reach = values.Reach(self._limits, archive.size(part))
        reach.check(marks.rows, marks.columns, marks.last, place)
        if self._reader is None:
            self._reader = FastReader(archive.content)
        return values.grid(self._reader, worksheet, marks, reach, place)
