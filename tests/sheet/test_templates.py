"""The blank order sheet: every column explained, checked while typing, and read by our own reader."""

import csv
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from bulkorders.errors import CallError, SheetError
from bulkorders.model.catalogue import Catalogue, Service
from bulkorders.sheet import columns
from bulkorders.sheet.reading import read_sheet
from bulkorders.sheet.templates import INPUTS, write_template

ROOT = Path(__file__).parents[2]
SERVICES = Catalogue(
    {
        "1": Service("1", "Facebook views", rate=Decimal("2.5"), min=200, max=10_000, refill=True),
        "9": Service("9", "=Plays", category="Music", rate=Decimal("5400.125"), min=1_000, max=1_000_000),
    },
    currency="VND",
)


def test_every_field_has_a_column(tmp_path: Path):
    """The template has a column for each field that a sheet can have, and each is recognised by its header."""
    path = tmp_path / "order-sheet.csv"
    write_template(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        (header,) = csv.reader(file)
    match = columns.match(header)
    assert set(match.columns) == {known.name for known in columns.FIELDS}
    assert match.own == ()


def test_workbook_is_a_blank_order_sheet(tmp_path: Path):
    """Filled in by hand, the workbook is read as an order sheet; blank, it is one without rows."""
    path = tmp_path / "order-sheet.xlsx"
    write_template(path, SERVICES)
    with pytest.raises(SheetError) as blank:
        read_sheet(path)
    assert blank.value.code == "sheet.no_rows"
    book = openpyxl.load_workbook(path)
    book["Orders"]["A2"], book["Orders"]["B2"], book["Orders"]["C2"] = "1", "https://example.com/a", 500
    book.save(tmp_path / "filled.xlsx")
    sheet = read_sheet(tmp_path / "filled.xlsx")
    assert sheet.worksheet == "Orders"
    assert [row.cells[:3] for row in sheet.rows] == [("1", "https://example.com/a", 500)]


def test_headers_explain_themselves(tmp_path: Path):
    """Each header cell has a note with what the column means, and Explanation lists the same."""
    path = tmp_path / "order-sheet.xlsx"
    write_template(path)
    book = openpyxl.load_workbook(path)
    notes = [cell.comment.text for cell in book["Orders"][1]]
    assert all(each.meaning in note for each, note in zip(INPUTS, notes, strict=True))
    listed = [value for cells in book["Explanation"].iter_rows(values_only=True) for value in cells]
    assert all(each.meaning in listed and each.title in listed for each in INPUTS)


def test_cells_take_what_the_column_means(tmp_path: Path):
    """Ids and links are text cells; quantities are whole numbers; refill is yes, no or auto."""
    path = tmp_path / "order-sheet.xlsx"
    write_template(path)
    orders = openpyxl.load_workbook(path)["Orders"]
    rules = {str(rule.sqref): (rule.type, rule.formula1) for rule in orders.data_validations.dataValidation}
    titles = {cell.value: cell.column_letter for cell in orders[1]}
    assert rules[f"{titles['Quantity']}2:{titles['Quantity']}5001"] == ("whole", "1")
    assert rules[f"{titles['Refill']}2:{titles['Refill']}5001"] == ("list", '"yes,no,auto"')
    assert rules[f"{titles['Allow duplicate']}2:{titles['Allow duplicate']}5001"] == ("list", '"yes,no"')
    forms = {title: orders.column_dimensions[letter].number_format for title, letter in titles.items()}
    assert {forms[title] for title in ("Service", "Link", "Reference")} == {"@"}


def test_live_services_can_be_chosen(tmp_path: Path):
    """With a catalogue the workbook lists the services, and the service column has them in a drop-down."""
    path = tmp_path / "order-sheet.xlsx"
    write_template(path, SERVICES)
    book = openpyxl.load_workbook(path)
    assert [list(cells) for cells in book["Services"].values] == [
        ["Service", "Name", "Category", "Type", "Rate", "For", "Currency", "Min", "Max", "Refill"],
        ["1", "Facebook views", None, "Default", 2.5, "1,000", "VND", 200, 10_000, "yes"],
        ["9", "=Plays", "Music", "Default", 5400.125, "1,000", "VND", 1_000, 1_000_000, None],
    ]
    choices = [rule.formula1 for rule in book["Orders"].data_validations.dataValidation if "A2" in rule.sqref]
    assert choices == ["Services!$A$2:$A$3"]


@pytest.mark.parametrize(("name", "code"), [("a.xlsx", "template.exists"), ("a.pdf", "template.kind")])
def test_no_file_is_overwritten(name: str, code: str, tmp_path: Path):
    """A file that is there stays as it is, and an ending that is no order sheet's is refused."""
    path = tmp_path / name
    path.write_text("mine")
    with pytest.raises(CallError) as refused:
        write_template(path)
    assert refused.value.code == code
    assert path.read_text() == "mine"


@pytest.mark.parametrize("name", ["order-sheet.xlsx", "order-sheet.csv"])
def test_templates_folder_is_up_to_date(name: str, tmp_path: Path):
    """The files in templates/ are those the code makes today, byte by byte."""
    write_template(tmp_path / name)
    assert (tmp_path / name).read_bytes() == (ROOT / "templates" / name).read_bytes()
