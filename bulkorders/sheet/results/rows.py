"""The worksheets Orders and To fix: the user's columns as they were, and what became of each row."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal
from functools import lru_cache
from itertools import islice

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from bulkorders.model.orders import Cell, Sheet
from bulkorders.model.report import Line
from bulkorders.sheet.columns import KEY_COLUMN, RESULT_COLUMNS, ResultColumn
from bulkorders.sheet.results import values
from bulkorders.sheet.results.row_xml import Placed, RowWorksheet
from bulkorders.sheet.results.styles import MOMENT, TEXT, TONES, WHOLE, Styles, money_format
from bulkorders.sheet.results.writing import clean, local, number, serial, stored

SAMPLED = 500
"""Rows that are looked at for the widths of columns."""

NOTED = 1_000
"""Rows of To fix whose bad cells carry a note; a spreadsheet with many thousand notes opens slowly."""

HEADER_HEIGHT = 32.0
LINE_HEIGHT = 15.0

_WIDEST = {"message": 46, "requests": 34, "link": 48, "service_name": 30, "placed_at": 17, "checked_at": 17}
_NARROWEST = {"state": 11, "message": 24, "placed_at": 17, "checked_at": 17}
_CAP, _LEAST = 26, 7
_NUMBERS = frozenset(
    {"quantity", "max_rate", "runs", "interval", "estimate", "charge", "start_count", "remains"}
)
_WRAPPED = frozenset({"message", "requests"})
_TIMES = frozenset({"placed_at", "checked_at"})
_IDS = frozenset({"service", "reference"})
_MOST_LINES = {False: 5, True: 12}
_A4 = 9
_FIX_COLUMNS = tuple(column for column in RESULT_COLUMNS if column.name in {"state", "message"})
_BAD = {"bg_color": "#FFCBBD", "font_color": "#701F10"}


@dataclass(frozen=True, slots=True)
class Setting:
    """What all rows of a workbook share: their sheet, the sentences, the zone, decimals and formats."""

    sheet: Sheet
    describe: values.Describe
    zone: tzinfo | None
    zone_name: str
    decimals: int
    shared_keys: frozenset[str]
    styles: Styles
    footer: str


class Rows:
    """One worksheet of the user's columns and some of ours, written from the top down."""

    def __init__(
        self, worksheet: RowWorksheet, setting: Setting, ours: Sequence[ResultColumn], *, roomy: bool
    ) -> None:
        self._worksheet = worksheet
        self._setting = setting
        self._ours = ours
        self._roomy = roomy
        self._first = len(setting.sheet.header)
        self._key_column = self._first + len(ours)
        names = [column.name for column in ours]
        self._message_column = self._first + names.index("message")
        self._next = 1
        self._fields = {index: name for name, index in setting.sheet.columns.items()}
        self._widths: dict[int, float] = {}
        self._looks: dict[tuple[str | None, bool, bool, str | None, bool], Format] = {}
        self._states = {state: setting.styles.state(state) for state in TONES}
        self._local = lru_cache(maxsize=10_000)(self._made_local)

    def head(self, sample: Sequence[Line]) -> None:
        """Write the header, and set widths and print by a sample of the lines."""
        styles = self._setting.styles
        header = self._setting.sheet.header
        cells: list[Placed] = []
        for index, title in enumerate(header):
            name = self._fields.get(index, "")
            texts = [_shown(values.cells(line, self._setting.sheet), index) for line in sample]
            self._set_width(index, name, title, texts)
            cells.append((index, title, styles.header(ours=False, numbers=name in _NUMBERS)))
        for index, column in enumerate(self._ours, start=self._first):
            texts = [str(self._value(column.name, line) or "") for line in sample]
            self._set_width(index, column.name, column.title, texts)
            cells.append((index, column.title, styles.header(ours=True, numbers=column.name in _NUMBERS)))
            if column.name in _TIMES:
                self._worksheet.write_comment(0, index, f"Times are in {self._setting.zone_name}.")
        cells.append((self._key_column, KEY_COLUMN, styles.header(ours=True)))
        self._worksheet.set_column(self._key_column, self._key_column, 34, None, {"hidden": True})
        self._worksheet.add_row(0, cells, HEADER_HEIGHT)
        print_across(self._worksheet, self._setting)

    def add(self, line: Line, *, marked: Mapping[int, str] | None = None) -> None:
        """Write one line in the next row; `marked` are columns with a bad cell and what is wrong there."""
        row = self._next
        tint = TONES[line.state].row
        bad = marked or {}
        if row <= NOTED:
            for index, text in bad.items():
                self._worksheet.write_comment(row, index, clean(text), {"x_scale": 2})
        cells = self._users_cells(line, tint, bad)
        cells += self._our_cells(line, tint)
        height = self._height(cells)
        cells.append((self._key_column, values.key(line, self._setting.shared_keys), None))
        self._worksheet.add_row(row, cells, height)
        self._next += 1

    def close(self) -> None:
        """Put the filter over what was written."""
        self._worksheet.autofilter(0, 0, max(self._next - 1, 1), self._key_column - 1)

    def _users_cells(self, line: Line, tint: str | None, bad: Mapping[int, str]) -> list[Placed]:
        """Return the user's cells of a line, each with the type it was read with."""
        shown = values.cells(line, self._setting.sheet)
        look = self._look
        cells: list[Placed] = []
        for index in range(self._first):
            held, form = stored(shown[index]) if index < len(shown) else (None, None)
            text = isinstance(held, str)
            left = text or form is not None
            name = self._fields.get(index)
            if name in _IDS:
                left, form = True, TEXT if text else form
            elif name == "quantity" and isinstance(held, int):
                form = WHOLE
            wrap = text and "\n" in str(held)
            cells.append((index, held, look((form, left, wrap, tint, index in bad))))
        return cells

    def _our_cells(self, line: Line, tint: str | None) -> list[Placed]:
        """Return what became of a line, in our columns."""
        look = self._look
        cells: list[Placed] = []
        for index, column in enumerate(self._ours, start=self._first):
            name = column.name
            value = self._value(name, line)
            if name == "state":
                cells.append((index, str(value), self._states[line.state]))
            elif value is None or value == "":
                cells.append((index, None, look((None, True, False, tint, False))))
            else:
                held, form = self._held(name, value, line)
                left = isinstance(held, str) or name in _TIMES
                cells.append((index, held, look((form, left, name in _WRAPPED, tint, False))))
        return cells

    def _value(self, name: str, line: Line) -> values.Value:
        """Return what the line says in a column of ours."""
        if name != "message":
            return values.READ[name](line)
        said = values.message(line, self._setting.describe)
        return f"{said} {values.AGAIN}" if self._roomy and line.state == "rejected" else said

    def _held(self, name: str, value: values.Value, line: Line) -> tuple[float | str, str | None]:
        """Return what a cell of ours holds, a number, a time or a text, and its number format."""
        if isinstance(value, Decimal):
            shown = values.decimals(value, values.currency(line))
            return number(value), money_format(shown, self._setting.decimals)
        if isinstance(value, int):
            return value, WHOLE
        if name in _TIMES:
            return self._local(str(value)), MOMENT
        return str(value), TEXT if name == "order_id" else None

    def _made_local(self, iso: str) -> float:
        """Return a time as the clock shows it; many orders share the second they were asked about in."""
        return serial(local(iso, self._setting.zone))

    def _look(self, key: tuple[str | None, bool, bool, str | None, bool]) -> Format:
        """Return the format of a cell: number format, left, wrapped, the tint of its row, marked as wrong."""
        if (made := self._looks.get(key)) is not None:
            return made
        form, left, wrap, tint, bad = key
        properties = {"valign": "top", "align": "left" if left else "right", "indent": 1, **Styles.line()}
        if form:
            properties["num_format"] = form
        if wrap:
            properties["text_wrap"] = True
        if tint:
            properties["bg_color"] = tint
        if bad:
            properties |= _BAD
        self._looks[key] = self._setting.styles.get(**properties)
        return self._looks[key]

    def _height(self, cells: Sequence[Placed]) -> float | None:
        """Return the height of a row with a text of several lines; not every program makes room by itself."""
        most = 1
        for index, held, _ in cells:
            if isinstance(held, str) and (index == self._message_column or "\n" in held):
                most = max(most, lines_of(held, self._widths.get(index, _CAP)))
        return LINE_HEIGHT * min(most, _MOST_LINES[self._roomy]) if most > 1 else None

    def _set_width(self, index: int, name: str, title: str, texts: Sequence[str]) -> None:
        """Set one column's width, in characters, to about what the sample shows in it."""
        longest = max((len(text) for text in texts), default=0)
        words = max((len(word) for word in title.split()), default=0)
        least = max(_NARROWEST.get(name, _LEAST), words + 3)
        most = max(_WIDEST.get(name, _CAP), least)
        if self._roomy and name == "message":
            most += 22
        self._widths[index] = min(max(longest + 3, least), most)
        self._worksheet.set_column(index, index, self._widths[index])


def lines_of(text: str, width: float) -> int:
    """Return about how many lines a text takes in a column of this many characters."""
    return sum(max(1, math.ceil(len(paragraph) / width)) for paragraph in text.split("\n"))


def print_across(worksheet: Worksheet, setting: Setting) -> None:
    """Make a worksheet print well: across, one page wide, the header on each page."""
    worksheet.freeze_panes(1, 0)
    worksheet.set_landscape()
    worksheet.set_paper(_A4)
    worksheet.set_margins(left=0.3, right=0.3, top=0.4, bottom=0.5)
    worksheet.fit_to_pages(1, 0)
    worksheet.repeat_rows(0)
    worksheet.set_footer(setting.footer)
    worksheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})


def write_orders(worksheet: RowWorksheet, setting: Setting, lines: Sequence[Line]) -> None:
    """Write the worksheet Orders: every row in the sheet's order, then orders whose row has left it."""
    rows = Rows(worksheet, setting, RESULT_COLUMNS, roomy=False)
    rows.head(list(islice(values.listed(lines), SAMPLED)))
    for line in values.listed(lines):
        rows.add(line)
    rows.close()


def write_to_fix(worksheet: RowWorksheet, setting: Setting, lines: Sequence[Line]) -> bool:
    """Write the worksheet To fix, bad cells marked, to be put right and given in; return whether any."""
    rows = Rows(worksheet, setting, _FIX_COLUMNS, roomy=True)
    rows.head(list(islice(values.to_fix(lines), SAMPLED)))
    any_line = False
    for line in values.to_fix(lines):
        rows.add(line, marked=_marked(line, setting))
        any_line = True
    rows.close()
    return any_line


def _marked(line: Line, setting: Setting) -> dict[int, str]:
    """Return which of the user's columns hold something wrong, and what is said of it."""
    said: dict[int, list[str]] = {}
    for problem in line.problems:
        if problem.blocks and problem.column in setting.sheet.header:
            said.setdefault(setting.sheet.header.index(problem.column), []).append(setting.describe(problem))
    return {index: "\n".join(texts) for index, texts in said.items()}


def _shown(shown: Sequence[Cell], index: int) -> str:
    """Return about what a cell shows."""
    value = shown[index] if index < len(shown) else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).partition("\n")[0]
