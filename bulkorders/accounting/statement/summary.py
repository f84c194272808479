"""The first worksheet of a statement: each account's equation, and what the month was spent on, as charts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from xlsxwriter.chart import Chart
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from bulkorders.accounting.borders import PARTS, Held
from bulkorders.accounting.closing import AccountClosing
from bulkorders.accounting.statement.setting import UNKNOWN, Setting
from bulkorders.model import money
from bulkorders.sheet.results.styles import ACCENT, DATE, FAINT, TONES
from bulkorders.sheet.results.summary_page import COLUMN_WIDTH, LEFT, RIGHT, ROW_PIXELS, Cell, Column, Page
from bulkorders.sheet.results.writing import serial

FIGURES = "Figures"
MOST_BARS = 8
"""Campaigns or services of a chart; those beyond are one bar."""

CHART_ROWS = 13
_HALF = (RIGHT - LEFT + 1) // 2
_EQUATION = (Column("By the books", 3), Column("Amount", 2, numbers=True), Column("", 1))
_FOLLOWS = (Column("How the balances follow", 4), Column("Amount", 2, numbers=True))
_PARTS = {
    "carried": "Lines between the reading and the border",
    "not_told": "Taken by then, told later",
    "uncharged": "Taken by then, not told to this day (estimated)",
    "in_doubt": "Gone for orders in doubt",
    "not_paid_back": "Refunds told, not paid yet",
    "paid_back": "Refunds paid by then, told later",
    "not_arrived": "Payments entered under another time",
    "timing": "Taken early or late, even by the next readings",
}


def write_summary(workbook: Workbook, sheet: Worksheet, setting: Setting) -> None:
    """Write each account on a page of its own: the equation, how the balances follow, three charts."""
    page = Page(setting.styles)
    data = workbook.add_worksheet(FIGURES)
    page.heights |= {0: 8, 1: 34, 2: 18, 3: 8}
    page.across(1, LEFT, RIGHT, f"Statement {setting.title}", font_size=22, bold=True, font_color=ACCENT)
    told = (
        f"Days and months on the clock of {setting.zone}. Amounts are exact; each account stands for itself."
    )
    page.across(2, LEFT, RIGHT, told, font_color=FAINT, font_size=11)
    on = _Drawing(workbook, sheet, page, setting, _Figures(data, setting))
    row, breaks = 4, []
    for account in setting.closing.accounts:
        if row > 4:  # noqa: PLR2004 - below the title
            breaks.append(row)
        row = _account(on, row, account)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 2)
    sheet.set_column(LEFT, RIGHT, COLUMN_WIDTH)
    setting.page(sheet, "Summary")
    sheet.set_h_pagebreaks(breaks)
    sheet.set_tab_color(ACCENT)
    page.write(sheet)
    data.hide()
    sheet.activate()


@dataclass(frozen=True, slots=True)
class _Drawing:
    """What an account is put on: the page, the worksheet for its charts, and the figures behind them."""

    workbook: Workbook
    sheet: Worksheet
    page: Page
    setting: Setting
    figures: "_Figures"


def _account(on: _Drawing, row: int, account: AccountClosing) -> int:
    """Put one account; return the next free row."""
    page, setting = on.page, on.setting
    title = f"{account.account}, {account.currency}" if account.currency else account.account
    top = page.heading(row, title)
    form = (("num_format", setting.money_form(account)),)
    below = page.table(top, _EQUATION, _equation(account, form), totals=1)
    right = _follows(page, top, account, setting, form)
    row = max(below, right) + 1
    row = page.heading(row, "What it was spent on")
    half = COLUMN_WIDTH * _HALF * 7.4
    days, services, campaigns = on.figures.of(account)
    for at, column, width, name, chart in (
        (row, LEFT, half * 2, "Net spend by day", days),
        (row + CHART_ROWS + 1, LEFT, half, "Net spend by service", services),
        (row + CHART_ROWS + 1, LEFT + _HALF, half, "Net spend by campaign", campaigns),
    ):
        drawn = _chart(on.workbook, name, chart, width, setting.money_form(account))
        if drawn is not None:
            on.sheet.insert_chart(at, column, drawn, {"description": chart.described(name)})
    if not days.count:
        page.put(row, LEFT, "Nothing was charged.", font_color=FAINT)
        return row + 2
    return row + 2 * (CHART_ROWS + 1) + 1


def _equation(account: AccountClosing, form: Any) -> list[list[Cell]]:
    """Return the equation, line by line."""
    tone = TONES["in_doubt"] if account.unexplained else None
    marked = (("bg_color", tone.fill), ("font_color", tone.text)) if tone else ()
    opening, closing = (None if held is None else held.balance for held in (account.opening, account.closing))
    rows: list[tuple[str, Decimal | None, str]] = [
        ("Opening balance", opening, ""),
        ("Top-ups", account.top_ups, "added"),
        ("Other", account.other, "added"),
        ("Charges", account.charges, "taken off"),
        ("Refunds", account.refunds, "added"),
        ("Closing balance", closing, "taken off"),
        ("Unexplained", account.unexplained, "is left"),
    ]
    if not account.other:
        del rows[2]
    found = []
    for index, (label, amount, sign) in enumerate(rows):
        look = marked if index == len(rows) - 1 else ()
        shown = UNKNOWN if amount is None else amount
        found.append(
            [Cell(label, look), Cell(shown, (*form, *look)), Cell(sign, (("font_color", FAINT), *look))]
        )
    return found


def _follows(page: Page, row: int, account: AccountClosing, setting: Setting, form: Any) -> int:
    """Put beside the equation how its balances follow from the panel's own; return the next free row."""
    shifted = Page(page.styles)
    rows: list[list[Cell]] = []
    for name, held in (("Opening", account.opening), ("Closing", account.closing)):
        rows += _held(name, held, setting, form)
    rows.append([Cell("In doubt at the month's end"), Cell(account.in_doubt, form)])
    last = shifted.table(row, _FOLLOWS, rows)
    for (at, column), cell in shifted.cells.items():
        page.cells[at, column + _HALF] = cell
    for (at, first), end in shifted.merged.items():
        page.merged[at, first + _HALF] = end + _HALF
    return last


def _held(name: str, held: Held | None, setting: Setting, form: Any) -> list[list[Cell]]:
    if held is None:
        return [[Cell(f"{name}: no reading of the balance"), Cell(UNKNOWN)]]
    read = f"{name}: the panel's balance, {setting.local(held.at):%Y-%m-%d %H:%M}"
    parts = [(_PARTS[part], getattr(held, part)) for part in PARTS]
    rows = [[Cell(read), Cell(held.reading, form)]]
    faint = ("font_color", FAINT)
    rows += [
        [Cell(told, (("indent", 2), faint)), Cell(amount, (*form, faint))] for told, amount in parts if amount
    ]
    return rows


class _Series:
    """The cells a chart is drawn from, and what they hold."""

    def __init__(self, first: int, column: int, names: Sequence[Any], amounts: Sequence[Decimal]) -> None:
        self.first, self.column = first, column
        self.names, self.amounts = list(names), list(amounts)

    @property
    def count(self) -> int:
        """How many bars."""
        return len(self.names)

    def described(self, name: str) -> str:
        """Return what the chart shows, for those who can't see it."""
        told = ", ".join(
            f"{each} {money.text(amount)}" for each, amount in zip(self.names, self.amounts, strict=True)
        )
        return f"{name}: {told}."[:2000]


class _Figures:
    """The hidden worksheet from which the charts are drawn, account by account."""

    def __init__(self, sheet: Worksheet, setting: Setting) -> None:
        self.sheet, self.setting, self.row = sheet, setting, 0

    def of(self, account: AccountClosing) -> tuple[_Series, _Series, _Series]:
        """Write an account's figures; return its days, services and campaigns."""
        days = [(each.day, money.total((each.charges, each.refunds.copy_negate()))) for each in account.days]
        services = [(each.name or each.id, each.net) for each in account.services]
        campaigns = [(each.name, each.net) for each in account.campaigns]
        found = (
            self._series(0, days),
            self._series(2, _fewer(services)),
            self._series(4, _fewer(campaigns)),
        )
        self.row += max(each.count for each in found) + 1
        return found

    def _series(self, column: int, figures: Sequence[tuple[Any, Decimal]]) -> _Series:
        for offset, (name, amount) in enumerate(figures):
            row = self.row + offset
            if hasattr(name, "isoformat"):
                look = self.setting.styles.get(num_format=DATE)
                self.sheet.write_number(row, column, serial(datetime.combine(name, time())), look)
            else:
                self.setting.put(self.sheet, row, column, name)
            self.sheet.write_number(row, column + 1, float(amount))
        return _Series(self.row, column, [name for name, _ in figures], [amount for _, amount in figures])


def _fewer(figures: Sequence[tuple[str, Decimal]]) -> list[tuple[str, Decimal]]:
    """Return the largest figures, those beyond as one; the largest last, as bars are drawn from the bottom."""
    shown = [each for each in figures if each[1]]
    if len(shown) <= MOST_BARS:
        return shown[::-1]
    rest = money.total(amount for _, amount in shown[MOST_BARS - 1 :])
    return [(f"{len(shown) - MOST_BARS + 1} others", rest), *shown[MOST_BARS - 2 :: -1]]


def _chart(workbook: Workbook, name: str, series: _Series, width: float, form: str) -> Chart | None:
    """Draw a chart: days as columns over time, the others as bars, the largest on top."""
    if not series.count:
        return None
    by_day = hasattr(series.names[0], "isoformat")
    chart = workbook.add_chart({"type": "column" if by_day else "bar"})
    if chart is None:
        raise TypeError("this XlsxWriter draws no such charts")
    last = series.first + series.count - 1
    chart.add_series(
        {
            "name": name,
            "categories": [FIGURES, series.first, series.column, last, series.column],
            "values": [FIGURES, series.first, series.column + 1, last, series.column + 1],
            "fill": {"color": ACCENT},
            "border": {"none": True},
            "gap": 40,
        }
    )
    chart.set_legend({"none": True})
    chart.set_title(
        {"name": name, "name_font": {"size": 11, "bold": True, "color": ACCENT}, "overlay": False}
    )
    quiet = {"num_font": {"size": 9}, "line": {"none": True}, "major_tick_mark": "none"}
    values = {**quiet, "num_format": form, "major_gridlines": {"visible": True, "line": {"color": "#E4E8ED"}}}
    if by_day:
        chart.set_x_axis({**quiet, "date_axis": True, "num_format": "d mmm", "label_position": "low"})
        chart.set_y_axis(values)
    else:
        chart.set_y_axis({**quiet, "label_position": "low"})
        chart.set_x_axis(values)
    chart.set_chartarea({"border": {"none": True}, "fill": {"none": True}})
    chart.set_size({"width": int(width), "height": ROW_PIXELS * CHART_ROWS})
    # Hidden cells are drawn too: the figures stand on a worksheet that is.
    chart.show_hidden_data()
    return chart
