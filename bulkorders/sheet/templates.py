"""Blank order sheets: every column explained, with the live services in a drop-down where they are known."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from bulkorders.errors import CallError
from bulkorders.model.catalogue import Catalogue, Service
from bulkorders.sheet.columns import ORDERS_SHEET, title_of
from bulkorders.sheet.results.row_xml import RowWorksheet
from bulkorders.sheet.results.styles import ACCENT, FAINT, TEXT, WHOLE, Styles, money_format
from bulkorders.sheet.results.values import decimals
from bulkorders.sheet.results.writing import number, put_text

EXPLANATION_SHEET = "Explanation"
SERVICES_SHEET = "Services"

PREPARED_ROWS = 5_000
"""Rows below the header that have drop-downs and checks. Rows below them are read all the same."""

_MADE = datetime(2026, 1, 1, tzinfo=UTC)
"""The date a template says it was made on: fixed, so that the same template is the same file."""


@dataclass(frozen=True, slots=True)
class Input:
    """One column of the order sheet: its field, width, whether an order needs it, and what it means.

    `choices` are the words it takes; `form` is the number format of its cells.
    """

    field: str
    width: int
    needed: str
    meaning: str
    choices: tuple[str, ...] = ()
    form: str | None = None

    @property
    def title(self) -> str:
        """Return the header of the column."""
        return title_of(self.field)


INPUTS: tuple[Input, ...] = (
    Input("service", 12, "always", "The id of the service, as the panel's catalogue has it.", form=TEXT),
    Input("link", 44, "always", "The address of the page, post or video. One address a row.", form=TEXT),
    Input(
        "quantity",
        12,
        "by most services",
        "How many: a whole number within the service's min and max. Packages and comments need none.",
        form=WHOLE,
    ),
    Input(
        "reference",
        16,
        "optional",
        "Your own number for the order, different in each row. With it a row keeps its identity when it is "
        "edited. A column that only counts rows is not a reference.",
        form=TEXT,
    ),
    Input(
        "comments",
        32,
        "by services of custom comments",
        "The comments, one a line in the same cell (Alt+Enter). Each line is one piece.",
        form=TEXT,
    ),
    Input("list", 24, "by special video services", "The list of videos or channels, one a line.", form=TEXT),
    Input(
        "suggest",
        24,
        "by special video services",
        "Addresses of the videos whose suggestions are used, one a line. Goes with Search.",
        form=TEXT,
    ),
    Input(
        "search",
        24,
        "by special video services",
        "What is searched for, one a line. Goes with Suggest.",
        form=TEXT,
    ),
    Input(
        "runs",
        9,
        "optional",
        "Drip-feed: how many times the quantity is delivered. Goes with Interval.",
        form=WHOLE,
    ),
    Input("interval", 10, "optional", "Drip-feed: minutes between two runs. Goes with Runs.", form=WHOLE),
    Input(
        "refill",
        9,
        "optional",
        "yes: the service must offer refills. auto: a refill is asked for when the count drops. no: neither.",
        choices=("yes", "no", "auto"),
    ),
    Input(
        "max_rate",
        12,
        "optional",
        "The highest rate you accept, as the catalogue writes it. Dearer today: the row is not sent.",
    ),
    Input(
        "panel",
        14,
        "optional",
        "The name of a panel from your settings, where rows go to several.",
        form=TEXT,
    ),
    Input(
        "campaign",
        16,
        "optional",
        "The campaign the row belongs to. Without it: the name of the file.",
        form=TEXT,
    ),
    Input(
        "allow_duplicate",
        12,
        "optional",
        "yes: send the row although the same order was placed before or stands in another row.",
        choices=("yes", "no"),
    ),
)
"""The columns of the order sheet, in order."""

_NOTES = (
    "One row is one order. Only Service and Link must have a column; delete the columns you don't use.",
    "Columns of your own (client, notes, dates) are kept as they are and come back in the results workbook.",
    "Headers may be renamed to names in use (Service ID, URL, Qty, Số lượng, …) and stand in any order.",
    "First, spending nothing: bulkorders check order-sheet.xlsx. Then: bulkorders submit order-sheet.xlsx.",
)


def write_template(path: Path, services: Catalogue | None = None) -> None:
    """Write a blank order sheet, .xlsx or .csv by the path's ending; an existing file is left alone.

    With `services` the workbook lists them in a worksheet of their own, and the service column has them
    in a drop-down. Raises CallError `template.exists`, `template.kind` (facts: path) or
    `template.not_writable` (facts: path, reason).
    """
    if path.suffix.lower() not in {".xlsx", ".csv"}:
        raise CallError("template.kind", path=str(path))
    try:
        if path.suffix.lower() == ".csv":
            _write_csv(path)
        else:
            _write_workbook(path, services)
    except FileExistsError as error:
        raise CallError("template.exists", path=str(path)) from error
    except OSError as error:
        raise CallError("template.not_writable", path=str(path), reason=error.strerror) from error


def _write_csv(path: Path) -> None:
    """Write the header alone, with the mark by which Excel knows the encoding."""
    with path.open("x", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerow(each.title for each in INPUTS)


def _write_workbook(path: Path, services: Catalogue | None) -> None:
    """Write the workbook; the same template is the same file, byte by byte."""
    with path.open("xb") as file, Workbook(file, {"constant_memory": True}) as workbook:
        styles = Styles(workbook)
        orders = workbook.add_worksheet(ORDERS_SHEET)
        explanation = workbook.add_worksheet(EXPLANATION_SHEET)
        _orders(orders, styles)
        _explanation(explanation, styles)
        if services is not None and services.services:
            listed = workbook.add_worksheet(SERVICES_SHEET, RowWorksheet)
            _services(listed, styles, list(services.services.values()), services.currency)
            _service_choice(orders, len(services.services))
        orders.activate()
        workbook.set_properties({"title": "Order sheet", "created": _MADE})


def _orders(worksheet: Worksheet, styles: Styles) -> None:
    """Write the header with a note in each cell, and what the cells below take."""
    for index, each in enumerate(INPUTS):
        look = styles.get(num_format=each.form, valign="top") if each.form else None
        worksheet.set_column(index, index, each.width, look)
        put_text(worksheet, 0, index, each.title, styles.header(ours=each.needed == "always"))
        note = {"x_scale": 1.6, "y_scale": 1.2, "author": "bulkorders"}
        worksheet.write_comment(0, index, f"Needed: {each.needed}.\n{each.meaning}", note)
        rule = _rule(each)
        if rule:
            worksheet.data_validation(1, index, PREPARED_ROWS, index, rule)
    worksheet.set_row(0, 32)
    worksheet.freeze_panes(1, 0)
    worksheet.set_landscape()
    worksheet.set_paper(9)
    worksheet.fit_to_pages(1, 0)
    worksheet.repeat_rows(0)
    worksheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})


def _rule(each: Input) -> dict[str, Any]:
    """Return what a spreadsheet checks while people type into this column."""
    said = {"error_title": each.title, "error_message": each.meaning[:255]}
    if each.choices:
        return {"validate": "list", "source": list(each.choices), **said}
    if each.form == WHOLE:
        return {"validate": "integer", "criteria": ">=", "value": 1, **said}
    return {}


def _service_choice(worksheet: Worksheet, count: int) -> None:
    """Put the ids of the worksheet Services into the drop-down of the service column."""
    column = next(index for index, each in enumerate(INPUTS) if each.field == "service")
    said = {
        "error_type": "warning",
        "error_title": "Service",
        "error_message": "This id is not in the worksheet Services.",
    }
    source = f"={SERVICES_SHEET}!$A$2:$A${count + 1}"
    worksheet.data_validation(
        1, column, PREPARED_ROWS, column, {"validate": "list", "source": source, **said}
    )


def _explanation(worksheet: Worksheet, styles: Styles) -> None:
    """Write what each column means."""
    worksheet.hide_gridlines(2)
    for index, width in enumerate((2, 20, 30, 84)):
        worksheet.set_column(index, index, width)
    put_text(
        worksheet,
        1,
        1,
        "How to fill in the order sheet",
        styles.get(bold=True, font_size=16, font_color=ACCENT),
    )
    row = 3
    for row, note in enumerate(_NOTES, start=3):
        put_text(worksheet, row, 1, note, styles.get(font_color=FAINT))
    row += 2
    for column, title in enumerate(("Column", "Needed", "What it means"), start=1):
        put_text(worksheet, row, column, title, styles.header(ours=True))
    for offset, each in enumerate(INPUTS, start=1):
        look = {"valign": "top", "text_wrap": True, "align": "left", "indent": 1, **Styles.line()}
        worksheet.set_row(row + offset, 30 if len(each.meaning) > 84 else 18)  # noqa: PLR2004 - its width
        put_text(worksheet, row + offset, 1, each.title, styles.get(bold=True, **look))
        put_text(worksheet, row + offset, 2, each.needed, styles.get(**look))
        put_text(worksheet, row + offset, 3, each.meaning, styles.get(**look))
    worksheet.set_landscape()
    worksheet.set_paper(9)
    worksheet.fit_to_pages(1, 0)


_SERVICE_COLUMNS = (
    ("Service", 10), ("Name", 44), ("Category", 24), ("Type", 18), ("Rate", 14), ("For", 10),
    ("Currency", 10), ("Min", 10), ("Max", 12), ("Refill", 9),
)  # fmt: skip


def _services(
    worksheet: RowWorksheet, styles: Styles, services: Sequence[Service], currency: str | None
) -> None:
    """Write the live services, to be looked up and chosen from."""
    for index, (_, width) in enumerate(_SERVICE_COLUMNS):
        worksheet.set_column(index, index, width)
    header = styles.header(ours=True)
    worksheet.add_row(0, [(index, title, header) for index, (title, _) in enumerate(_SERVICE_COLUMNS)], 24)
    text = styles.get(align="left", indent=1, num_format=TEXT, **Styles.line())
    figure = styles.get(align="right", indent=1, num_format=WHOLE, **Styles.line())
    for row, service in enumerate(services, start=1):
        told = [
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
        ]
        worksheet.add_row(row, [(index, value, look) for index, (value, look) in enumerate(told)])
    worksheet.autofilter(0, 0, max(len(services), 1), len(_SERVICE_COLUMNS) - 1)
    worksheet.freeze_panes(1, 0)
    worksheet.set_landscape()
    worksheet.set_paper(9)
    worksheet.fit_to_pages(1, 0)
    worksheet.repeat_rows(0)
    worksheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})


def _rate(rate: Decimal | None, styles: Styles) -> tuple[float | str | None, Format]:
    """Return what a rate's cell holds, and a look that shows all its decimals."""
    form = money_format(decimals(rate, None), 0) if rate is not None else WHOLE
    look = styles.get(align="right", indent=1, num_format=form, **Styles.line())
    return (None if rate is None else number(rate)), look
