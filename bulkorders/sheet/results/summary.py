"""The worksheet Summary: the run on one page, fit to be shown to the client it was made for."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from xlsxwriter.workbook import Workbook

from bulkorders.model import money
from bulkorders.model.outcomes import Delivery
from bulkorders.model.report import AccountMoney, Line, RunSummary
from bulkorders.sheet.results import values
from bulkorders.sheet.results.charts import CHART_ROWS, Charts, Place, charted, rows_for
from bulkorders.sheet.results.figures import (
    Figures,
    Standing,
    by_campaign,
    by_service,
    standings,
    total_by_currency,
)
from bulkorders.sheet.results.row_xml import RowWorksheet
from bulkorders.sheet.results.rows import Setting
from bulkorders.sheet.results.styles import ACCENT, FAINT, PERCENT, TONES, WHOLE, money_format
from bulkorders.sheet.results.summary_page import (
    COLUMN_WIDTH,
    LEFT,
    RIGHT,
    Cell,
    Column,
    Page,
    Tile,
)
from bulkorders.sheet.results.writing import local

UNKNOWN = "not known"

_STANDING = (
    Column("", 2),
    Column("State", 2),
    Column("Rows", 1, numbers=True),
    Column("Share", 1, numbers=True),
)
_MONEY = (
    Column("Account", 4),
    Column("Currency"),
    *(Column(title, 1, numbers=True) for title in ("Estimated", "Charged", "In doubt")),
    *(Column(title, 1, numbers=True) for title in ("Balance before", "Balance after")),
    *(Column(title, 1, numbers=True) for title in ("Refunded", "Unexplained")),
)
_FIGURES = (
    *(Column(title, 1, numbers=True) for title in ("Orders", "Completed", "Ordered", "Delivered", "Share")),
    Column("Currency"),
    *(Column(title, 1, numbers=True) for title in ("Estimate", "Charge")),
)
_SERVICES = (Column("Service"), Column("Name", 3), *_FIGURES)
_CAMPAIGNS = (Column("Campaign", 4), *_FIGURES)
_NAME_COLUMN, _ORDERED_COLUMN, _DELIVERED_COLUMN = LEFT + 1, LEFT + 6, LEFT + 7
_SHARE_COLUMN, _SPENT_COLUMN = LEFT + 8, LEFT + 11
_ONE_PAGE = 75
"""Rows of the Summary that are still read well on one printed page."""

_TILE_DECIMALS = 2
"""A tile shows the amount at a glance; the table below it shows every digit."""


def write_summary(
    workbook: Workbook, worksheet: RowWorksheet, setting: Setting, lines: Sequence[Line], summary: RunSummary
) -> None:
    """Write the worksheet: what was run, where the rows stand, the money, services, campaigns, and charts."""
    page = Page(setting.styles)
    standing, services = standings(lines), by_service(lines)
    rows = sum(line.row is not None for line in lines)
    _title(page, setting, summary)
    row = page.tiles(4, _tiles(rows, sum(1 for _ in values.to_fix(lines)), standing, services))
    row = _notices(page, row, summary)
    top = page.heading(row + 1, "Where the rows stand")
    row = _standings(page, top, standing)
    drawn = Charts(workbook, worksheet)
    if standing:
        drawn.standing(top, standing)
        row = max(row, top + CHART_ROWS + 1)
    row = _money(page, row + 1, summary)
    row = _services(page, row + 1, services, drawn)
    row = _campaigns(page, row, by_campaign(lines, summary.campaign), drawn)
    _particulars(page, row + 1, setting, summary)
    _layout(worksheet, setting, row)
    page.write(worksheet)


def _title(page: Page, setting: Setting, summary: RunSummary) -> None:
    """Put the campaign's name over the page."""
    page.heights |= {0: 8, 1: 34, 2: 18, 3: 8}
    page.across(1, LEFT, RIGHT, summary.campaign, font_size=22, bold=True, font_color=ACCENT)
    moment = local(summary.finished_at or summary.started_at, setting.zone)
    when = f"{moment:%Y-%m-%d %H:%M} ({setting.zone_name})"
    page.across(2, LEFT, RIGHT, f"Order report, {when}", font_color=FAINT, font_size=11)


def _tiles(rows: int, fix: int, standing: Sequence[Standing], services: Sequence[Figures]) -> list[Tile]:
    """Return the six figures that matter most."""
    count = {state: sum(each.rows for each in standing if each.state == state) for state in TONES}
    completed = sum(each.rows for each in standing if each.word == Delivery.COMPLETED)
    return [
        Tile("Rows in the sheet", rows),
        Tile("Orders placed", count["placed"], tone=TONES["placed"]),
        Tile("Completed", completed, tone=TONES["placed"]),
        Tile("In doubt", count["in_doubt"], tone=TONES["in_doubt"] if count["in_doubt"] else None),
        Tile("To fix", fix, tone=TONES["invalid"] if fix else None),
        _spent(services),
    ]


def _spent(services: Sequence[Figures]) -> Tile:
    """Return the tile of what was charged, or is reckoned to be where nothing has been charged yet."""
    currencies = {each.currency for each in services}
    if len(currencies) > 1:
        return Tile("Charged", f"{len(currencies)} currencies")
    charged = any(each.charge is not None for each in services)
    amount = money.total(each.charge if charged else each.estimate for each in services)
    code = next(iter(currencies), None)
    label = "Charged" if charged else "Estimated"
    form = money_format(min(values.decimals(amount, code), _TILE_DECIMALS), 0)
    return Tile(f"{label}, {code}" if code else label, amount, form)


def _notices(page: Page, row: int, summary: RunSummary) -> int:
    """Put what stopped the run, and what there is to know; return the next free row."""
    tone = TONES["in_doubt"]
    said: list[tuple[str, str | None]] = (
        [(f"Stopped: {summary.stopped}", tone.fill)] if summary.stopped else []
    )
    said += [(notice, tone.row) for notice in summary.notices]
    for offset, (text, ground) in enumerate(said, start=1):
        look = {"text_wrap": True, "indent": 1, "bg_color": ground, "font_color": tone.text}
        page.heights[row + offset] = 18 * (1 + len(text) // 150)
        page.across(row + offset, LEFT, RIGHT, text, **look)
    return row + 1 + len(said) if said else row


def _standings(page: Page, row: int, standing: Sequence[Standing]) -> int:
    """Put the table of where the rows stand; return the next free row."""
    everything = sum(each.rows for each in standing)
    rows, before = [], ""
    for each in standing:
        tone = TONES[each.state]
        marked: tuple[tuple[str, Any], ...] = (
            ("bg_color", tone.fill),
            ("font_color", tone.text),
            ("indent", 1),
        )
        group = "" if each.group == before else each.group
        share = Cell(each.rows / everything, (("num_format", "0%"), ("font_color", FAINT)))
        rows.append([Cell(group), Cell(each.word, marked), _count(each.rows), share])
        before = each.group
    rows.append([Cell("All"), Cell(""), _count(everything), Cell("")])
    return page.table(row, _STANDING, rows, totals=1)


def _money(page: Page, row: int, summary: RunSummary) -> int:
    """Put the money of each account; return the next free row."""
    if not summary.money:
        return row
    row = page.heading(row, "Money")
    rows = []
    most = max(_finest(_amounts(each), each.currency) for each in summary.money)
    for each in summary.money:
        code = each.currency
        *amounts, unexplained = (_amount(amount, code, most) for amount in _amounts(each))
        if each.unexplained:
            tone = TONES["in_doubt"]
            unexplained = Cell(
                unexplained.value, (*unexplained.look, ("bg_color", tone.fill), ("bold", True))
            )
        rows.append([Cell(each.account), Cell(code or ""), *amounts, unexplained])
    return page.table(row, _MONEY, rows)


def _amounts(each: AccountMoney) -> tuple[Decimal | None, ...]:
    """Return the amounts of an account in the order of the table."""
    balances = (each.balance_before, each.balance_after)
    return (each.estimated, each.charged, each.in_doubt, *balances, each.refunded, each.unexplained)


def _services(page: Page, row: int, services: Sequence[Figures], drawn: Charts) -> int:
    """Put the orders by service, with a total for each currency, and charts of them; return the next free row."""
    if not services:
        return row
    top = page.heading(row, "By service")
    row = _figures(page, top, _SERVICES, services, drawn)
    shown = charted(services)
    drawn.spent(row + 1, LEFT, "Spent by service", shown, Place(top + 1, _NAME_COLUMN, _SPENT_COLUMN))
    delivery = Place(top + 1, _NAME_COLUMN, _ORDERED_COLUMN, _DELIVERED_COLUMN)
    drawn.delivered(row + 1, LEFT + 6, "Delivered against ordered, in pieces", shown, delivery)
    return row + 1 + rows_for(shown)


def _campaigns(page: Page, row: int, campaigns: Sequence[Figures], drawn: Charts) -> int:
    """Put the orders by campaign where there are several, with a chart; return the next free row."""
    if len({each.what for each in campaigns}) <= 1:
        return row
    top = page.heading(row + 1, "By campaign")
    row = _figures(page, top, _CAMPAIGNS, campaigns, drawn)
    shown = charted(campaigns)
    drawn.spent(row + 1, LEFT, "Spent by campaign", shown, Place(top + 1, LEFT, _SPENT_COLUMN))
    return row + 1 + rows_for(shown)


def _figures(
    page: Page, row: int, columns: Sequence[Column], figures: Sequence[Figures], drawn: Charts
) -> int:
    """Put a table of figures with its totals; return the next free row."""
    totals = total_by_currency(figures)
    shown = [*figures, *totals]
    most = max(_finest((each.estimate, each.charge), each.currency) for each in shown)
    drawn.bars(row + 1, row + len(figures), _SHARE_COLUMN)
    named = len(columns) - len(_FIGURES)
    return page.table(row, columns, [_row(each, most, named) for each in shown], totals=len(totals))


def _row(figures: Figures, most: int, named: int) -> list[Cell]:
    """Return a row of a table of figures, `named` cells of which say what it is of."""
    code = figures.currency
    share = Decimal(min(figures.delivered, figures.quantity)) / figures.quantity if figures.quantity else None
    return [
        *(Cell(figures.what), Cell(figures.name))[:named],
        _count(figures.orders),
        _count(figures.completed),
        # Packages are ordered without a quantity.
        _count(figures.quantity) if figures.quantity else Cell(""),
        _count(figures.delivered) if figures.quantity else Cell(""),
        Cell("" if share is None else float(share), (("num_format", PERCENT),)),
        Cell(code or ""),
        _amount(figures.estimate, code, most),
        _amount(figures.charge, code, most, unknown=""),
    ]


def _particulars(page: Page, row: int, setting: Setting, summary: RunSummary) -> None:
    """Put what the run was, small, at the foot."""
    row = page.heading(row, "This run")
    told = (
        ("Sheet", summary.sheet),
        ("Command", summary.command),
        ("Run", summary.run),
        ("Started", _clock(summary.started_at, setting)),
        ("Finished", _clock(summary.finished_at, setting)),
        ("Times are in", setting.zone_name),
        ("Journal", summary.journal_id),
    )
    half = (len(told) + 1) // 2
    for number, (name, value) in enumerate(told):
        at, column = row + number % half, LEFT + (number // half) * 7
        page.put(at, column, name, font_color=FAINT, font_size=9, indent=1)
        page.put(at, column + 1, value, font_color=FAINT, font_size=9)


def _clock(iso: str, setting: Setting) -> str:
    return f"{local(iso, setting.zone):%Y-%m-%d %H:%M:%S}" if iso else UNKNOWN


def _count(rows: int) -> Cell:
    return Cell(rows, (("num_format", WHOLE),))


def _finest(amounts: Sequence[Decimal | None], code: str | None) -> int:
    """Return the most decimals any of these amounts shows."""
    return max(values.decimals(amount, code) for amount in (*amounts, Decimal(0)) if amount is not None)


def _amount(amount: Decimal | None, code: str | None, most: int, unknown: str = UNKNOWN) -> Cell:
    """Return a cell that shows an amount with all its decimals, or that it isn't known."""
    if amount is None:
        return Cell(unknown, (("font_color", FAINT),))
    return Cell(amount, (("num_format", money_format(values.decimals(amount, code), most)),))


def _layout(worksheet: RowWorksheet, setting: Setting, rows: int) -> None:
    """Set widths and print: no grid, across, one page wide."""
    worksheet.hide_gridlines(2)
    worksheet.set_column(0, 0, 2)
    worksheet.set_column(LEFT, RIGHT, COLUMN_WIDTH)
    worksheet.set_landscape()
    worksheet.set_paper(9)
    worksheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    worksheet.fit_to_pages(1, 1 if rows <= _ONE_PAGE else 0)
    worksheet.set_footer(setting.footer)
    worksheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
