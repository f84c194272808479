"""The pages behind an order sheet: what each column means, and the live services to choose from."""

from collections.abc import Sequence
from decimal import Decimal

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from bulkorders.model.catalogue import UNLIMITED, Service
from bulkorders.sheet.inputs import Input
from bulkorders.sheet.results.row_xml import RowWorksheet
from bulkorders.sheet.results.styles import ACCENT, FAINT, TEXT, WHOLE, Styles, money_format
from bulkorders.sheet.results.values import decimals
from bulkorders.sheet.results.writing import Stored, number, put_text
from bulkorders.sheet.templates import formulas
from bulkorders.sheet.templates.examples import choice

EXPLANATION_SHEET = "Explanation"
SERVICES_SHEET = "Services"

OPEN = {"autofilter": True, "sort": True, "format_columns": True, "format_rows": True, "format_cells": True}
"""What may be done with a page that is protected from slips of the hand; there is no password."""

_NOTES = (
    "One row is one order. Only Service and {aim} must have a column; delete the columns you don't use.",
    "Service: choose from the list, or write the id alone. The page Services can be searched and filtered.",
    "Grey rows are examples, and not ordered while their {mark} is the example's; write over it to make one an order.",
    "Estimated cost reckons by itself, with the rates of the day this sheet was made; its sum stands above the header.",
    "A column param:NAME is sent to the panel as its own parameter NAME, such as param:reaction.",
    "Columns of your own (notes, dates, prices) are kept as they are and come back in the results workbook.",
    "Headers may be renamed to names in use (Service ID, URL, Qty, Số lượng, Cantidad, …) and stand in any order.",
    "First, spending nothing: bulkorders check order-sheet.xlsx. Then: bulkorders submit order-sheet.xlsx.",
)
_OF_SERVICES = (1, 3)
"""Places of notes that speak of services: without a list of them they are left out."""


def write_explanation(
    worksheet: Worksheet, styles: Styles, inputs: Sequence[Input], *, services: bool
) -> None:
    """Write what each column means."""
    worksheet.hide_gridlines(2)
    for index, width in enumerate((2, 20, 30, 84)):
        worksheet.set_column(index, index, width)
    title = styles.get(bold=True, font_size=16, font_color=ACCENT)
    put_text(worksheet, 1, 1, "How to fill in the order sheet", title)
    aim = "Link" if any(each.field == "link" for each in inputs) else "Username"
    notes = [note for at, note in enumerate(_NOTES) if services or at not in _OF_SERVICES]
    for row, note in enumerate(notes, start=3):
        put_text(worksheet, row, 1, note.format(aim=aim, mark=aim.lower()), styles.get(font_color=FAINT))
    row = len(notes) + 4
    for column, text in enumerate(("Column", "Needed", "What it means"), start=1):
        put_text(worksheet, row, column, text, styles.header(ours=True))
    for offset, each in enumerate(inputs, start=1):
        look = {"valign": "top", "text_wrap": True, "align": "left", "indent": 1, **Styles.line()}
        worksheet.set_row(row + offset, 30 if len(each.meaning) > 84 else 18)  # noqa: PLR2004 - its width
        put_text(worksheet, row + offset, 1, each.title, styles.get(bold=True, **look))
        put_text(worksheet, row + offset, 2, each.needed, styles.get(**look))
        put_text(worksheet, row + offset, 3, each.meaning, styles.get(**look))
    worksheet.set_landscape()
    worksheet.set_paper(9)
    worksheet.fit_to_pages(1, 1)
    worksheet.protect("", OPEN)


_COLUMNS = (
    ("Service", 10), ("Name", 44), ("Category", 24), ("Type", 18), ("Rate", 14), ("For", 10),
    ("Currency", 10), ("Min", 10), ("Max", 12), ("Refill", 9),
)  # fmt: skip
_HIDDEN = (formulas.CHOICES, formulas.LEAST, formulas.MOST, formulas.PRICES, formulas.WAYS)
"""What the order sheet looks up, in hidden columns right of those that people read."""


def write_services(
    workbook: Workbook,
    worksheet: RowWorksheet,
    styles: Styles,
    services: Sequence[Service],
    currency: str | None,
) -> None:
    """Write the live services, to be looked up and chosen from, and name what the formulas look up."""
    for index, (_, width) in enumerate(_COLUMNS):
        worksheet.set_column(index, index, width)
    worksheet.set_column(len(_COLUMNS), len(_COLUMNS) + len(_HIDDEN) - 1, 12, None, {"hidden": True})
    titles = [title for title, _ in _COLUMNS] + list(_HIDDEN)
    header = styles.header(ours=True)
    worksheet.add_row(0, [(index, title, header) for index, title in enumerate(titles)], 24)
    text = styles.get(align="left", indent=1, num_format=TEXT, **Styles.line())
    figure = styles.get(align="right", indent=1, num_format=WHOLE, **Styles.line())
    for row, service in enumerate(services, start=1):
        told: list[tuple[Stored, Format | None]] = [
            (service.id, text),
            (service.name, text),
            (service.category, text),
            (service.type_name, text),
            _rate(service.rate, styles),
            (f"{service.basis:,}", text),
            (service.currency or currency, text),
            (service.min, figure),
            (service.max, figure),
            ({True: "yes", False: "no", None: None}[service.refill], text),
            *((value, None) for value in _looked_up(service)),
        ]
        worksheet.add_row(row, [(index, value, look) for index, (value, look) in enumerate(told)])
    _name_lists(workbook, len(services))
    worksheet.autofilter(0, 0, max(len(services), 1), len(_COLUMNS) - 1)
    worksheet.freeze_panes(1, 0)
    worksheet.set_landscape()
    worksheet.set_paper(9)
    worksheet.fit_to_pages(1, 0)
    worksheet.repeat_rows(0)
    worksheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    worksheet.protect("", OPEN)


def _looked_up(service: Service) -> tuple[Stored, ...]:
    """Return what the order sheet looks up of a service, in the order of the hidden columns."""
    way = formulas.way_of(service)
    unlimited = service.max is None or service.max == UNLIMITED
    most = 1 if way == formulas.ONE else formulas.NO_LIMIT if unlimited else service.max
    least = 1 if way == formulas.ONE else max(service.min or 1, 1)
    price = None if service.rate is None else number(service.rate / service.basis)
    return choice(service), least, most, price, way


def _name_lists(workbook: Workbook, count: int) -> None:
    """Give each list the name by which formulas know it."""
    for at, name in ((0, formulas.IDS), *enumerate(_HIDDEN, start=len(_COLUMNS))):
        letters = xl_col_to_name(at)
        workbook.define_name(name, f"={SERVICES_SHEET}!${letters}$2:${letters}${count + 1}")


def _rate(rate: Decimal | None, styles: Styles) -> tuple[float | str | None, Format]:
    """Return what a rate's cell holds, and a look that shows all its decimals."""
    form = money_format(decimals(rate, None), 0) if rate is not None else WHOLE
    look = styles.get(align="right", indent=1, num_format=form, **Styles.line())
    return (None if rate is None else number(rate)), look
