"""Worksheets of an .xls as Excel 95 to 2003 wrote it, guarded before the fast reader sees them."""

from bulkorders.errors import SheetError
from bulkorders.sheet.reading import compound, old, values
from bulkorders.sheet.reading.compound import Compound
from bulkorders.sheet.reading.grid import Flow, Worksheet
from bulkorders.sheet.reading.limits import Limits
from bulkorders.sheet.reading.marks import Refused
from bulkorders.sheet.reading.values import FastReader, Place


class Xls:
    """An opened workbook.

    Raises SheetError `sheet.encrypted`, `sheet.not_workbook` (another kind of document in the same
    container) or `sheet.damaged` (`reason`); `grid` those of `values` too.
    """

    def __init__(self, path: str, content: bytes, limits: Limits) -> None:
        self._path = path
        self._limits = limits
        self._stream = self._found(content)
        begins = self._beginnings()
        self._reader = FastReader(content, Place(path, "", "Workbook"))
        listed = self._reader.listed()
        if len(listed) != len(begins):
            raise SheetError("sheet.damaged", path=path, reason="its list of worksheets is not whole")
        self._begins: list[int] = []
        self.worksheets: list[Worksheet] = []
        for (name, visible), begin in zip(listed, begins, strict=True):
            if begin is not None:
                self.worksheets.append(Worksheet(name, len(self._begins), visible))
                self._begins.append(begin)

    def grid(self, worksheet: Worksheet) -> Flow:
        """Return the rows of a worksheet that are not blank, as those of an .xlsx."""
        place = Place(self._path, worksheet.name, worksheet.name)
        try:
            marks = old.find_marks(self._stream, self._begins[worksheet.index], self._limits.columns)
        except Refused as refused:
            raise place.refused(refused) from refused
        reach = values.Reach(self._limits, len(self._stream))
        reach.check(marks.rows, marks.columns, marks.last, place)
        return values.grid(self._reader, worksheet, marks, reach, place)

    def _found(self, content: bytes) -> bytes:
        """Return the stream that holds the workbook."""
        try:
            container = Compound(content)
            name = next((each for each in compound.OPENED if each in container.names()), None)
            if name is not None:
                return container.stream(name)
        except compound.BROKEN as error:
            raise SheetError("sheet.damaged", path=self._path, reason=str(error)) from error
        known = any(each in container.names() for each in compound.DOCUMENTS)
        raise SheetError("sheet.not_workbook", path=self._path, found="document" if known else "binary")

    def _beginnings(self) -> list[int | None]:
        """Return where each sheet begins."""
        try:
            return old.beginnings(self._stream)
        except old.Protected:
            raise SheetError("sheet.encrypted", path=self._path) from None
        except old.BROKEN as error:
            raise SheetError("sheet.damaged", path=self._path, reason=str(error)) from error
