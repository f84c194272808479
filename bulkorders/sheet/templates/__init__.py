"""Blank order sheets: every column explained, with the live services in a drop-down where they are known."""

import csv
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from xlsxwriter.workbook import Workbook

from bulkorders.errors import CallError
from bulkorders.model.catalogue import Catalogue, Service
from bulkorders.model.service_types import TYPES, ServiceType, normalised_type, service_type
from bulkorders.sheet.columns import ORDERS_SHEET
from bulkorders.sheet.inputs import INPUTS, Input, inputs_for
from bulkorders.sheet.results.row_xml import RowWorksheet
from bulkorders.sheet.results.styles import Styles
from bulkorders.sheet.templates.orders import PREPARED_ROWS, write_orders
from bulkorders.sheet.templates.pages import (
    EXPLANATION_SHEET,
    SERVICES_SHEET,
    write_explanation,
    write_services,
)

_MADE = datetime(2026, 1, 1, tzinfo=UTC)
"""The date a template says it was made on: fixed, so that the same template is the same file."""


def write_template(
    path: Path, services: Catalogue | None = None, types: Sequence[str] = (), rows: int = PREPARED_ROWS
) -> None:
    """Write a blank order sheet, .xlsx or .csv by the path's ending; an existing file is left alone.

    With `services` it has the columns that some of them take, the workbook lists them in a worksheet of
    their own, the service column has them in a drop-down, quantities are held against their limits, and
    each row shows what it would cost. `types` (names in any spelling) narrows
    both to services of these types. `rows` are prepared with drop-downs, checks and estimates; rows below
    them are read all the same. Raises CallError `template.exists`, `template.kind` (facts: path),
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
            _write_workbook(path, inputs, listed, services.currency if services else None, rows)
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
    path: Path, inputs: Sequence[Input], services: Sequence[Service], currency: str | None, rows: int
) -> None:
    """Write the workbook; the same template is the same file, byte by byte."""
    with path.open("xb") as file, Workbook(file, {"constant_memory": True}) as workbook:
        styles = Styles(workbook)
        orders = workbook.add_worksheet(ORDERS_SHEET)
        explanation = workbook.add_worksheet(EXPLANATION_SHEET)
        write_orders(orders, styles, inputs, services, currency, rows=rows)
        write_explanation(explanation, styles, inputs, services=bool(services))
        if services:
            listed = workbook.add_worksheet(SERVICES_SHEET, RowWorksheet)
            write_services(workbook, listed, styles, services, currency)
        orders.activate()
        workbook.set_properties({"title": "Order sheet", "created": _MADE})
