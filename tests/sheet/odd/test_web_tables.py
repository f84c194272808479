"""Web pages and Excel's XML of 2003, as panels and web programs save them under a workbook's name."""

from pathlib import Path

import pytest

from bulkorders.errors import SheetError
from bulkorders.model.orders import ErrorCell
from bulkorders.sheet.reading import read_sheet

HEAD = "<tr><th>Service</th><th>Link</th><th>Quantity</th></tr>"
ROW = "<tr><td>1</td><td>https://example.com/a</td><td>1,500</td></tr>"
SPACE = "urn:schemas-microsoft-com:office:spreadsheet"
BOOK = (
    f'<?xml version="1.0"?><Workbook xmlns="{SPACE}" xmlns:ss="{SPACE}">'
    '<Worksheet ss:Name="June"><Table>{}</Table></Worksheet></Workbook>'
)


def text(value: str) -> str:
    """Return a cell with a text."""
    return f'<Cell><Data ss:Type="String">{value}</Data></Cell>'


def number(value: object) -> str:
    """Return a cell with a number."""
    return f'<Cell><Data ss:Type="Number">{value}</Data></Cell>'


def test_a_table_of_a_web_page_is_read(tmp_path: Path):
    """A page saved as .xls is read: the table with the header, links as they are shown, scripts left out."""
    page = (
        '<html><head><meta charset="windows-1252"><style>td{}</style></head><body>'
        "<table><tr><td>Menu</td></tr></table><table>"
        f"{HEAD}<tr><td>1</td><td><script>x()</script><a href='https://bad.example.com'>https://example.com/a&amp;b"
        "</a></td><td>\n 1,500 </td><td>señor<br>sí</td></tr></table></body></html>"
    )
    path = tmp_path / "panel.xls"
    path.write_bytes(page.encode("cp1252"))
    sheet = read_sheet(path)
    assert [(row.number, row.cells) for row in sheet.rows] == [
        (2, ("1", "https://example.com/a&b", "1,500", "señor\nsí"))
    ]
    assert ("read_as", {"kind": ".html"}) in sheet.notes


@pytest.mark.parametrize(
    "page",
    [
        "<table><tr><td>Service<td>Link<td>Quantity<tr><td>1<td>https://example.com/a<td>1,500",
        f"<table><tr><td colspan=3>June</td></tr>{HEAD}{ROW}</table>",
        f"<table>{HEAD}<tr><td>1</td><td>https://example.com/a<table><tr><td>9</td></tr></table></td><td>1,500</td></tr></table>",
    ],
)
def test_tables_as_programs_write_them(page: str, tmp_path: Path):
    """Ends that are left out, cells that reach across and tables within cells do not move any cell."""
    path = tmp_path / "panel.xls"
    path.write_text(page, encoding="utf-8")
    assert [row.cells for row in read_sheet(path).rows] == [("1", "https://example.com/a", "1,500")]


def test_a_cell_that_reaches_down_counts_for_its_first_row(tmp_path: Path):
    """Below a cell that takes several rows the others keep their columns, and a note says what counts."""
    page = f"<table>{HEAD}<tr><td rowspan=2>1</td><td>https://example.com/a</td><td>5</td></tr><tr><td>b</td><td>6</td></tr></table>"
    path = tmp_path / "panel.xls"
    path.write_text(page, encoding="utf-8")
    sheet = read_sheet(path)
    assert [row.cells for row in sheet.rows] == [("1", "https://example.com/a", "5"), (None, "b", "6")]
    assert ("merged_cells", {"count": 1, "cells": ("A2:A3",)}) in sheet.notes


def test_excels_xml_of_2003_is_read(tmp_path: Path):
    """Rows and cells that are skipped, hidden rows, errors and formulas without a value keep their places."""
    rows = (
        f'<Row ss:Index="3">{text("Service")}{text("Link")}{text("Quantity")}</Row>'
        f"<Row>{number(1)}{text('https://example.com/a')}{number('5E2')}</Row>"
        f'<Row ss:Index="9" ss:Hidden="1">{number(1)}<Cell ss:Index="3"><Data ss:Type="Error">#N/A</Data></Cell></Row>'
        f'<Row>{number(1.5)}{text("b")}<Cell ss:Formula="=1+1"/></Row>'
    )
    path = tmp_path / "old.xls"
    path.write_text(BOOK.format(rows), encoding="utf-8")
    sheet = read_sheet(path)
    assert [(row.number, row.cells) for row in sheet.rows] == [
        (4, (1, "https://example.com/a", 500)),
        (9, (1, None, ErrorCell("#N/A"))),
        (10, (1.5, "b", ErrorCell("formula without a value"))),
    ]
    assert ("hidden_rows", {"count": 1, "rows": (9,)}) in sheet.notes


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (BOOK.format("<Row>"), "sheet.damaged"),
        (BOOK.format('<Row><Cell ss:Index="5000"/></Row>'), "sheet.far_cell"),
        ('<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>' + BOOK[21:].format(""), "sheet.forbidden_xml"),
        (f"<table>{HEAD}<tr><td>1</td><td colspan=9999999>a</td><td>5</td></tr></table>", "sheet.far_cell"),
        ("<html><body>Please log in</body></html>", "sheet.not_workbook"),
        ("<table><tr><td></td></tr></table>", "sheet.empty"),
    ],
)
def test_what_can_not_be_read_of_them_is_refused(content: str, code: str, tmp_path: Path):
    """A page or XML that is damaged, reaches too far, holds a DTD or no table is refused in one sentence."""
    path = tmp_path / "panel.xls"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SheetError) as refused:
        read_sheet(path)
    assert refused.value.code == code
