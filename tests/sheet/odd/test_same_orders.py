"""The same rows in files of every kind, by writers of many kinds, are the same orders."""

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import xlsxwriter

from bulkorders.model.orders import Sheet, order_key
from bulkorders.sheet.reading import read_sheet
from bulkorders.validation import parsing

MADE = Path(__file__).parent / "made"
"""One sheet saved by LibreOffice in four kinds: title rows, formulas, errors, what is hidden or merged."""

HEADER = ("Service", "Link", "Quantity", "Max rate", "Reference", "Comments", "Refill", "Client")
ROWS: list[tuple[Any, ...]] = [
    (101, "https://example.com/a", 500, 1.5, "0007", None, "yes", "Café “Été”"),
    ("0102", "https://example.com/b?x=1&y=é", 600, None, "A-2", "Nice!\nMerci 🙂\nשלום", None, "東京"),
    (103, "  https://example.com/c ", "1 000", 0.25, "A-3", None, "yes", "Số\u00a05"),
    ("107", "https://example.com/g", "600 ", None, "A-7", None, None, "  "),
]


def orders(sheet: Sheet) -> list[tuple[Any, ...]]:
    """Return all that is known of each order, its key and its problems."""
    found = []
    for each in parsing.parse(sheet):
        order = each.order
        problems = [(problem.code, problem.column) for problem in each.problems]
        if order is None:
            found.append((each.row.number, problems))
            continue
        told = order.parameters()
        key = order_key("account", "june", told, 1)
        found.append((order.row, key, told, order.reference, order.max_rate, order.refill, problems))
    return found


@pytest.mark.parametrize("kind", ["xls", "ods", "csv"])
def test_one_sheet_saved_in_four_kinds_is_the_same_orders(kind: str) -> None:
    """What LibreOffice saves as .xls, .ods or .csv gives the orders, keys and problems that its .xlsx gives."""
    first = orders(read_sheet(MADE / "orders.xlsx"))
    assert [row for row, *_ in first] == [4, 5, 6, 7, 8, 9, 10, 11]
    assert [len(problems) for *_, problems in first] == [0, 0, 0, 1, 1, 0, 0, 0]
    assert orders(read_sheet(MADE / f"orders.{kind}")) == first


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_what_is_hidden_or_merged_is_told_in_every_kind(kind: str) -> None:
    """A title above, a hidden row, a hidden column and cells merged across rows are told alike."""
    sheet = read_sheet(MADE / f"orders.{kind}")
    assert (sheet.worksheet, sheet.header_row) == ("Orders", 3)
    assert sheet.notes == (
        ("title_rows", {"count": 1, "header_row": 3}),
        ("hidden_rows", {"count": 1, "rows": (9,)}),
        ("hidden_columns", {"count": 1, "columns": ("Client",)}),
        ("merged_cells", {"count": 1, "cells": ("H10:H11",)}),
    )
    merged = sheet.header.index("Client")
    assert [row.cells[merged] for row in sheet.rows[-2:]] == ["merged", None]


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_every_cell_of_every_kind_is_the_same(kind: str) -> None:
    """Dates, times, spans, yes and no, errors and text come from .xls and .ods as from .xlsx."""
    expected = read_sheet(MADE / "orders.xlsx").rows
    assert read_sheet(MADE / f"orders.{kind}").rows == expected


def by_xlsxwriter(path: Path) -> None:
    """Write the rows with shared strings and a table around them."""
    with xlsxwriter.Workbook(str(path), {"strings_to_urls": False}) as workbook:
        sheet = workbook.add_worksheet()
        sheet.add_table(0, 0, len(ROWS), len(HEADER) - 1, {"columns": [{"header": name} for name in HEADER]})
        for number, row in enumerate(ROWS, start=1):
            sheet.write_row(number, 0, row)


def by_openpyxl(path: Path) -> None:
    """Write the rows with a filter that hides none."""
    workbook = openpyxl.Workbook()
    for row in (HEADER, *ROWS):
        workbook.active.append(row)
    workbook.active.auto_filter.ref = "A1:H5"
    workbook.save(path)


def by_openpyxl_streaming(path: Path) -> None:
    """Write the rows as inline text, without an extent."""
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet("Orders")
    for row in (HEADER, *ROWS):
        sheet.append(row)
    workbook.save(path)


def by_pandas(path: Path) -> None:
    """Write the rows as a frame, with its styled header."""
    pd.DataFrame(ROWS, columns=list(HEADER), dtype=object).to_excel(path, index=False)


def by_pandas_as_text(path: Path) -> None:
    """Write the rows as a frame to a text file."""
    pd.DataFrame(ROWS, columns=list(HEADER), dtype=object).to_csv(path, index=False)


def by_csv(dialect: str, encoding: str, delimiter: str) -> Callable[[Path], None]:
    """Return what writes the rows as text of this dialect."""

    def write(path: Path) -> None:
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file, dialect, delimiter=delimiter).writerows((HEADER, *ROWS))

    return write


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("a.xlsx", by_openpyxl),
        ("b.xlsm", by_openpyxl_streaming),
        ("c.XLSX", by_pandas),
        ("d.csv", by_pandas_as_text),
        ("e.csv", by_csv("excel", "utf-8-sig", ";")),
        ("f.csv", by_csv("unix", "utf-8", ",")),
        ("g.txt", by_csv("excel-tab", "utf-16", "\t")),
        ("h.csv", by_csv("unix", "utf-16-le", "|")),
        ("i.tsv", by_csv("excel-tab", "utf-16-be", "\t")),
    ],
)
def test_every_writer_gives_the_same_orders(tmp_path: Path, name: str, write: Callable[[Path], None]) -> None:
    """Whoever wrote the rows, in whatever dialect, they are the same orders with the same keys."""
    by_xlsxwriter(tmp_path / "first.xlsx")
    write(tmp_path / name)
    first = orders(read_sheet(tmp_path / "first.xlsx"))
    assert [len(problems) for *_, problems in first] == [0, 0, 0, 0]
    assert orders(read_sheet(tmp_path / name)) == first


def test_binary_workbooks_are_the_same_orders(tmp_path: Path, binary: Any) -> None:
    """An .xlsb and an .xls made of records give the orders of the .xlsx."""
    by_xlsxwriter(tmp_path / "first.xlsx")
    rows = dict(enumerate((HEADER, *ROWS), start=1))
    first = orders(read_sheet(tmp_path / "first.xlsx"))
    assert orders(read_sheet(binary.xlsb(rows))) == orders(read_sheet(binary.xls(rows))) == first


def test_an_opendocument_sheet_without_styles_is_the_same_orders(tmp_path: Path, opendocument: Any) -> None:
    """An .ods of bare XML gives the orders of the .xlsx, blanks and lines within cells included."""

    def cell(value: Any) -> str:
        if value is None:
            return "<table:table-cell/>"
        if isinstance(value, int | float):
            return str(opendocument.number(str(value)))
        lines = value.replace("&", "&amp;").replace("  ", '<text:s text:c="2"/>').split("\n")
        inner = "".join(f"<text:p>{line}</text:p>" for line in lines)
        return f'<table:table-cell office:value-type="string">{inner}</table:table-cell>'

    by_xlsxwriter(tmp_path / "first.xlsx")
    path = opendocument.make("".join(opendocument.row(*map(cell, row)) for row in (HEADER, *ROWS)))
    assert orders(read_sheet(path)) == orders(read_sheet(tmp_path / "first.xlsx"))


def test_days_are_the_same_day_in_every_kind(tmp_path: Path) -> None:
    """A day typed in a workbook is a date, and in .ods and .xls no other than in .xlsx."""
    due = read_sheet(MADE / "orders.xlsx").header.index("Due")
    found = {kind: read_sheet(MADE / f"orders.{kind}").rows[0].cells[due] for kind in ("xlsx", "xls", "ods")}
    assert set(found.values()) == {date(2026, 6, 1)}
