"""Blank order sheets: every column explained, with the live services in a drop-down where they are known."""

import csv
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from bulkorders.errors import CallError
from bulkorders.model.catalogue import Catalogue, Service
from bulkorders.model.service_types import TYPES, ServiceType, normalised_type, service_type
from bulkorders.sheet.columns import ORDERS_SHEET
from bulkorders.sheet.inputs import INPUTS, Input, inputs_for
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


_NOTES = (
    "One row is one order. Only Service and {aim} must have a column; delete the columns you don't use.",
    "A column param:NAME is sent to the panel as its own parameter NAME, such as param:reaction.",
    "Columns of your own (notes, dates, prices) are kept as they are and come back in the results workbook.",
    "Headers may be renamed to names in use (Service ID, URL, Qty, Số lượng, …) and stand in any order.",
    "First, spending nothing: bulkorders check order-sheet.xlsx. Then: bulkorders submit order-sheet.xlsx.",
)


def write_template(path: Path, services: Catalogue | None = None, types: Sequence[str] = ()) -> None:
    """Write a blank order sheet, .xlsx or .csv by the path's ending; an existing file is left alone.

    With `services` it has the columns that some of them take, the workbook lists them in a worksheet of
    their own, and the service column has them in a drop-down. `types` (names in any spelling) narrows
    both to services of these types. Raises CallError `template.exists`, `template.kind` (facts: path),
    `template.not_writable` (facts: path, reason) or `template.type_unknown` (facts: given, known).
    """
    if path.suffix.lower() not in {".xlsx", ".csv"}:
        raise CallError("template.kind", path=str(path))
    kinds = _kinds(types, services)
    listed = _of_these(services, kinds if types else None)
    inputs = inputs_for({field for kind in kinds for field in kind.takes}) if kinds else INPUTS
    try:
        if path.suffix.lower() == ".csv":
            _write_csv(path, inputs)
        else:
            _write_workbook(path, inputs, listed, services.currency if services else None)
    except FileExistsError as error:
        raise CallError("template.exists", path=str(path)) from error
    except OSError as error:
        raise CallError("template.not_writable", path=str(path), reason=error.strerror) from error


def _kinds(types: Sequence[str], services: Catalogue | None) -> list[ServiceType]:
    """Return the types of service the sheet is for: those named, else those of the catalogue."""
    each_of = services.services.values() if services else ()
    sold = {normalised_type(each.type.name): each.type for each in each_of}
    if not types:
        return list(sold.values())
    for given in types:
        if normalised_type(given) not in {*sold, *TYPES}:
            known = sorted(kind.name for kind in (sold or TYPES).values())
            raise CallError("template.type_unknown", given=given, known=known)
    return [service_type(given) for given in types]


def _of_these(services: Catalogue | None, kinds: Sequence[ServiceType] | None) -> list[Service]:
    """Return the services of these types, or all of them."""
    if services is None:
        return []
    names = None if kinds is None else {normalised_type(kind.name) for kind in kinds}
    every = services.services.values()
    return [each for each in every if names is None or normalised_type(each.type.name) in names]


def _write_csv(path: Path, inputs: Sequence[Input]) -> None:
    """Write the header alone, with the mark by which Excel knows the encoding."""
    with path.open("x", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerow(each.title for each in inputs)


def _write_workbook(
    path: Path, inputs: Sequence[Input], services: Sequence[Service], currency: str | None
) -> None:
    """Write the workbook; the same template is the same file, byte by byte."""
    with path.open("xb") as file, Workbook(file, {"constant_memory": True}) as workbook:
        styles = Styles(workbook)
        orders = workbook.add_worksheet(ORDERS_SHEET)
        explanation = workbook.add_worksheet(EXPLANATION_SHEET)
        _orders(orders, styles, inputs)
        _explanation(explanation, styles, inputs)
        if services:
            listed = workbook.add_worksheet(SERVICES_SHEET, RowWorksheet)
            _services(listed, styles, services, currency)
            _service_choice(orders, inputs, len(services))
        orders.activate()
        workbook.set_properties({"title": "Order sheet", "created": _MADE})


def _orders(worksheet: Worksheet, styles: Styles, inputs: Sequence[Input]) -> None:
    """Write the header with a note in each cell, and what the cells below take."""
    for index, each in enumerate(inputs):
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
        return {"validate": "integer", "criteria": ">=", "value": each.least, **said}
    return {}


def _service_choice(worksheet: Worksheet, inputs: Sequence[Input], count: int) -> None:
    """Put the ids of the worksheet Services into the drop-down of the service column."""
    column = next(index for index, each in enumerate(inputs) if each.field == "service")
    said = {
        "error_type": "warning",
        "error_title": "Service",
        "error_message": "This id is not in the worksheet Services.",
    }
    source = f"={SERVICES_SHEET}!$A$2:$A${count + 1}"
    worksheet.data_validation(
        1, column, PREPARED_ROWS, column, {"validate": "list", "source": source, **said}
    )


def _explanation(worksheet: Worksheet, styles: Styles, inputs: Sequence[Input]) -> None:
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
    aim = "Link" if any(each.field == "link" for each in inputs) else "Username"
    for row, note in enumerate(_NOTES, start=3):
        put_text(worksheet, row, 1, note.format(aim=aim), styles.get(font_color=FAINT))
    row += 2
    for column, title in enumerate(("Column", "Needed", "What it means"), start=1):
        put_text(worksheet, row, column, title, styles.header(ours=True))
    for offset, each in enumerate(inputs, start=1):
        look = {"valign": "top", "text_wrap": True, "align": "left", "indent": 1, **Styles.line()}
        worksheet.set_row(row + offset, 30 if len(each.meaning) > 84 else 18)  # noqa: PLR2004 - its width
        put_text(worksheet, row + offset, 1, each.title, styles.get(bold=True, **look))
        put_text(worksheet, row + offset, 2, each.needed, styles.get(**look))
        put_text(worksheet, row + offset, 3, each.meaning, styles.get(**look))
    worksheet.set_landscape()
    worksheet.set_paper(9)
    worksheet.fit_to_pages(1, 1)


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
