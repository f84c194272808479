"""Worksheets of an .xlsx or .xlsm, guarded before the fast reader sees them."""

from bulkorders.sheet.reading import glance, values
from bulkorders.sheet.reading.amending import TAKEN, encoding_of, in_utf8, with_taken_errors
from bulkorders.sheet.reading.grid import Flow, Worksheet
from bulkorders.sheet.reading.limits import Limits
from bulkorders.sheet.reading.marks import NO_VALUE, Marks, Refused, find_marks
from bulkorders.sheet.reading.package import Package
from bulkorders.sheet.reading.values import FastReader, Place


class Xlsx:
    """An opened workbook. Raises the SheetErrors of `Package`; `grid` those of `values` too."""

    def __init__(self, path: str, content: bytes, limits: Limits) -> None:
        self._package = Package(path, content, limits)
        self._limits = limits
        self._reader: FastReader | None = None
        self._checked = False
        self.worksheets = self._package.worksheets

    def grid(self, worksheet: Worksheet) -> Flow:
        """Return the rows of a worksheet that are not blank.

        Values come as they were entered: text as text, whole numbers as int, dates as dates; an error cell
        and a formula saved without its value as an ErrorCell, never as an empty cell.
        """
        part = self._package.part_of(worksheet)
        place = Place(self._package.archive.path, worksheet.name, part)
        marks = self._marks(part, place)
        reach = values.Reach(self._limits, self._package.archive.size(part))
        reach.check(marks.rows, marks.columns, marks.last, place)
        if not self._checked:
            for each in self._package.fixed().values():
                self._package.archive.check(each)
            self._checked = True
        amended = self._amended(part, marks, place)
        if amended:
            return values.grid(FastReader(self._package.usual(amended)), worksheet, marks, reach, place)
        if self._reader is None:
            self._reader = FastReader(self._package.usual({}))
        return values.grid(self._reader, worksheet, marks, reach, place)

    def _amended(self, part: str, marks: Marks, place: Place) -> dict[str, bytes]:
        """Return what must be put right for the fast reader, by part; mostly nothing."""
        archive = self._package.archive
        found: dict[str, bytes] = {}
        odd = set(marks.errors.values()) - TAKEN - {NO_VALUE}
        for each in (part, *self._package.fixed().values()):
            encoding = encoding_of(next(archive.pieces(each), b""))
            if encoding is None and not (odd and each == part):
                continue
            archive.check(each)
            content = b"".join(archive.pieces(each))
            try:
                content = in_utf8(content, encoding) if encoding else content
            except (LookupError, ValueError) as error:
                raise place.damaged(error) from error
            if b"<!DOCTYPE" in content:  # in two bytes a letter it was not seen
                raise archive.forbidden(each)
            found[each] = with_taken_errors(content, odd) if each == part else content
        return found

    def _marks(self, part: str, place: Place) -> Marks:
        """Go over the worksheet's XML, and refuse one whose values lie impossibly far apart."""
        archive = self._package.archive
        seen = glance.plain_marks(archive.pieces(part)) if archive.size(part) >= glance.FROM else None
        if seen is not None:
            return seen
        try:
            return find_marks(archive.pieces(part), self._limits.columns)
        except Refused as refused:
            raise place.refused(refused) from refused
