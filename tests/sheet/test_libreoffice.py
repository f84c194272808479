"""The workbooks opened in LibreOffice itself, wherever it can be had."""

import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from bulkorders.model.catalogue import Catalogue, Service
from bulkorders.sheet import templates
from bulkorders.sheet.reading import read_sheet
from bulkorders.sheet.templates.examples import choice

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
SERVICES = Catalogue(
    {
        "1": Service("1", "Facebook views", rate=Decimal("2.5"), min=200, max=10_000),
        "9": Service("9", "=Plays", rate=Decimal("5400.125"), min=1_000, max=1_000_000),
    },
    currency="VND",
)

pytestmark = pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")


def through_office(path: Path, kind: str) -> Path:
    """Open a workbook in LibreOffice and save it as this kind; return where that is."""
    folder = path.parent / "saved"
    profile = f"-env:UserInstallation={(path.parent / 'profile').as_uri()}"
    command = [str(OFFICE), profile, "--headless", "--convert-to", kind, "--outdir", str(folder), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return folder / f"{path.stem}.{kind}"


def test_a_filled_order_sheet_reckons_and_is_read(tmp_path: Path):
    """LibreOffice opens the order sheet, keeps its drop-down, reckons the estimates anew, and its file is read."""
    path = tmp_path / "orders.xlsx"
    templates.write_template(path, SERVICES, rows=20)
    book = openpyxl.load_workbook(path)
    orders = book["Orders"]
    titles = {cell.value: cell.column_letter for cell in orders[2]}
    row = next(n for n in range(3, 30) if orders[f"{titles['Service']}{n}"].value is None)
    for at, (service, quantity) in enumerate((("1", 1_000), ("9", 2_000)), start=row):
        orders[f"{titles['Service']}{at}"] = choice(SERVICES.services[service])
        orders[f"{titles['Link']}{at}"] = f"https://example.com/{service}"
        orders[f"{titles['Quantity']}{at}"] = quantity
    book.save(path)
    saved = through_office(path, "xlsx")
    shown = openpyxl.load_workbook(saved, data_only=True)["Orders"]
    estimates = titles["Estimated cost (VND)"]
    assert [shown[f"{estimates}{at}"].value for at in (row, row + 1)] == [2.5, 10800.25]
    assert shown[f"{estimates}1"].value == 10802.75
    rules = openpyxl.load_workbook(saved)["Orders"].data_validations.dataValidation
    lists = [rule.formula1 for rule in rules if rule.type == "list" and f"A{row}" in rule.sqref]
    assert lists == ["service_choices"]
    sheet = read_sheet(saved)
    cells = [[each.cells[sheet.columns[name]] for name in ("link", "quantity")] for each in sheet.rows]
    assert cells == [["https://example.com/1", 1_000], ["https://example.com/9", 2_000]]
