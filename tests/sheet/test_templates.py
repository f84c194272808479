"""The blank order sheet: every column explained, checked while typing, and read by our own reader."""

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bulkorders.errors import CallError, SheetError
from bulkorders.model.catalogue import Catalogue, Service
from bulkorders.model.service_types import INCIDENTAL, TYPES
from bulkorders.sheet import columns
from bulkorders.sheet.inputs import INPUTS, OF_SOME_TYPES, inputs_for
from bulkorders.sheet.reading import read_sheet
from bulkorders.sheet.templates import write_template

ROOT = Path(__file__).parents[2]
SERVICES = Catalogue(
    {
        "1": Service("1", "Facebook views", rate=Decimal("2.5"), min=200, max=10_000, refill=True),
        "9": Service("9", "=Plays", category="Music", rate=Decimal("5400.125"), min=1_000, max=1_000_000),
    },
    currency="VND",
)


EVERY_TYPE = Catalogue({str(at): Service(str(at), name, name) for at, name in enumerate(TYPES)})
WEB = Catalogue(
    {
        "1": Service("1", "Visits", "web_traffic"),
        "2": Service("2", "Fans", "subscription"),
        "3": Service("3", "Odd", "Odd"),
    }
)


def header_of(path: Path) -> list[str]:
    """Return the header of a template in a text file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        (header,) = csv.reader(file)
    return header


def fields_of(path: Path) -> set[str]:
    """Return the fields of its columns; each header must be one."""
    match = columns.match(header_of(path))
    assert match.own == ()
    return set(match.columns)


def test_a_blank_sheet_has_the_columns_that_any_panel_may_need(tmp_path: Path):
    """Without a catalogue the template has a column for each field but those of some types alone."""
    path = tmp_path / "order-sheet.csv"
    write_template(path)
    assert fields_of(path) == {known.name for known in columns.FIELDS} - set(INCIDENTAL)


def test_every_field_has_a_column(tmp_path: Path):
    """For a panel that sells every type the template has every field, and each header is recognised."""
    path = tmp_path / "order-sheet.csv"
    write_template(path, EVERY_TYPE)
    assert fields_of(path) == {known.name for known in columns.FIELDS}
    assert [each.field for each in OF_SOME_TYPES] == list(INCIDENTAL)


def test_a_panels_sheet_has_the_columns_its_services_take(tmp_path: Path):
    """With a catalogue, fields that none of its services takes have no column; the useful ones stay."""
    path = tmp_path / "order-sheet.csv"
    write_template(
        path, Catalogue({"1": Service("1", "Starter", "Package"), "2": Service("2", "Vote", "Poll")})
    )
    assert fields_of(path) == {
        *("service", "link", "quantity", "answer_number"),
        *("reference", "refill", "max_rate", "panel", "campaign", "client", "allow_duplicate"),
    }


def test_a_sheet_for_one_type_has_its_columns_and_its_services(tmp_path: Path):
    """Narrowed to subscriptions, there is neither a link nor a quantity, and only these can be chosen."""
    write_template(tmp_path / "a.csv", WEB, ["SUBSCRIPTION"])
    assert fields_of(tmp_path / "a.csv") == {
        *("service", "username", "min", "max", "posts", "old_posts", "delay", "expiry"),
        *("reference", "refill", "max_rate", "panel", "campaign", "client", "allow_duplicate"),
    }
    write_template(tmp_path / "a.xlsx", WEB, ["SUBSCRIPTION"])
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert [cells[:2] for cells in book["Services"].iter_rows(min_row=2, values_only=True)] == [("2", "Fans")]
    assert "Only Service and Username must have a column" in str(book["Explanation"]["B4"].value)


def test_several_types_may_be_named(tmp_path: Path):
    """A sheet for two types has the columns of both."""
    write_template(tmp_path / "a.csv", WEB, ["web-traffic", "subscriptions", "odd"])
    assert fields_of(tmp_path / "a.csv") >= {"link", "quantity", "country", "username", "delay", "runs"}


def test_a_type_that_nobody_sells_has_a_sheet_all_the_same(tmp_path: Path):
    """A known type of which the panel has no service gives the columns, and no list of services."""
    write_template(tmp_path / "a.xlsx", WEB, ["Poll"])
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["Orders", "Explanation"]
    assert "Answer number" in [cell.value for cell in book["Orders"][1]]


def test_a_type_that_is_not_known_is_refused_with_those_that_are(tmp_path: Path):
    """A name that is no type, here or on the panel, is an error that lists what the panel sells, and leaves no file."""
    with pytest.raises(CallError) as refused:
        write_template(tmp_path / "a.xlsx", WEB, ["Subscriptions", "Pole"])
    assert (refused.value.code, refused.value.facts["given"]) == ("template.type_unknown", "Pole")
    assert refused.value.facts["known"] == ["Odd", "Subscriptions", "Web Traffic"]
    assert list(tmp_path.iterdir()) == []


def test_every_column_shown_is_explained(tmp_path: Path):
    """Explanation lists each column of a panel's sheet, and no other."""
    write_template(tmp_path / "a.xlsx", WEB)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    listed = [cells[1].value for cells in book["Explanation"].iter_rows()]
    shown = [cell.value for cell in book["Orders"][1]]
    assert listed[-len(shown) :] == shown
    assert "Keywords" not in shown


def test_what_is_sent_stands_left_of_what_is_not():
    """Limits and labels stand at the right end, whatever fields a panel needs."""
    fields = [each.field for each in inputs_for(set(INCIDENTAL) | {"link", "quantity"})]
    assert fields[:3] == ["service", "link", "quantity"]
    assert fields[-6:] == ["refill", "max_rate", "panel", "campaign", "client", "allow_duplicate"]


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


def test_templates_folder_has_the_blank_text_sheet_of_today(tmp_path: Path):
    """The text file in templates/ is the one the code makes today, byte by byte."""
    write_template(tmp_path / "order-sheet.csv")
    assert (tmp_path / "order-sheet.csv").read_bytes() == (
        ROOT / "templates" / "order-sheet.csv"
    ).read_bytes()


def contents(path: Path) -> dict[str, Any]:
    """Return all that a person meets in a workbook: cells with their notes and forms, checks and widths."""
    found: dict[str, Any] = {}
    for sheet in openpyxl.load_workbook(path):
        cells = {
            cell.coordinate: (cell.value, cell.comment.text if cell.comment else None, cell.number_format)
            for row in sheet.iter_rows()
            for cell in row
        }
        checks = {
            str(each.sqref): (each.type, each.operator, each.formula1, each.error)
            for each in sheet.data_validations.dataValidation
        }
        shapes = {
            letter: (shape.width, shape.hidden, shape.number_format)
            for letter, shape in sheet.column_dimensions.items()
        }
        found[sheet.title] = (cells, checks, shapes, sheet.freeze_panes, sheet.sheet_state)
    return found


def test_templates_folder_has_the_blank_workbook_of_today(tmp_path: Path):
    """The workbook in templates/ says cell by cell what the code writes today, by whatever version of its writer."""
    write_template(tmp_path / "order-sheet.xlsx")
    assert contents(tmp_path / "order-sheet.xlsx") == contents(ROOT / "templates" / "order-sheet.xlsx")
