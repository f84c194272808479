"""The blank order sheet: every column explained, checked while typing, and read by our own reader."""

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bulkorders.errors import CallError, SheetError
from bulkorders.model.catalogue import Catalogue, Service, basis_of
from bulkorders.model.orders import Sheet
from bulkorders.model.service_types import INCIDENTAL, TYPES
from bulkorders.sheet import columns, templates
from bulkorders.sheet.inputs import INPUTS, OF_SOME_TYPES, inputs_for
from bulkorders.sheet.naming import field_of
from bulkorders.sheet.reading import read_sheet
from bulkorders.sheet.template_marks import ESTIMATE, EXAMPLE_LINK, EXAMPLE_USER, TITLE
from bulkorders.sheet.templates import formulas
from bulkorders.sheet.templates.examples import choice, examples
from bulkorders.validation import costs
from bulkorders.validation.parsing import parse

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


ROWS = 30
"""Rows prepared in a test's workbook: as many as are looked at."""


def write_template(path: Path, *told: Any) -> None:
    """Write a template with few prepared rows."""
    templates.write_template(path, *told, rows=ROWS)


def priced(services: Catalogue) -> Catalogue:
    """Return a catalogue with a rate, limits and the usual basis for each service."""
    return Catalogue(
        {
            each.id: Service(
                each.id,
                each.name,
                each.type_name,
                rate=Decimal("12.5"),
                min=5,
                max=2_000,
                basis=basis_of(each.type_name),
            )
            for each in services.services.values()
        },
        "USD",
    )


def titles_of(book: Any) -> dict[str, str]:
    """Return the letters of the columns of a template's orders, by their header."""
    return {cell.value: cell.column_letter for cell in book["Orders"][2]}


def orders_of(sheet: Sheet) -> list[tuple[str, str, int | None]]:
    """Return service, link and quantity of each row as they are parsed; each must be free of problems."""
    found = parse(sheet)
    assert [each.problems for each in found] == [()] * len(found)
    return [(each.order.service, each.order.link, each.order.quantity) for each in found if each.order]


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
    assert "Answer number" in titles_of(book)


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
    shown = [title for title in titles_of(book) if not title.startswith(ESTIMATE)]
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
    orders = book["Orders"]
    for row, service in ((10, choice(SERVICES.services["9"])), (11, 1), (12, "1")):
        orders[f"A{row}"], orders[f"B{row}"], orders[f"C{row}"] = service, f"https://example.com/{row}", 500
    book.save(tmp_path / "filled.xlsx")
    sheet = read_sheet(tmp_path / "filled.xlsx")
    assert (sheet.worksheet, sheet.header_row) == ("Orders", 2)
    assert orders_of(sheet) == [
        ("9", "https://example.com/10", 500),
        ("1", "https://example.com/11", 500),
        ("1", "https://example.com/12", 500),
    ]
    assert [code for code, _ in sheet.notes] == ["example_rows"]


def test_an_example_that_was_written_over_is_an_order(tmp_path: Path):
    """With a link of one's own an example row is an order; with all else changed it is still an example."""
    write_template(tmp_path / "a.xlsx", SERVICES)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    orders = book["Orders"]
    assert orders["B3"].value.startswith(EXAMPLE_LINK)
    orders["A3"], orders["C3"] = "9", 7_000
    orders["A4"], orders["B4"], orders["C4"] = "9", "https://example.com/mine", 8_000
    book.save(tmp_path / "b.xlsx")
    assert orders_of(read_sheet(tmp_path / "b.xlsx")) == [("9", "https://example.com/mine", 8_000)]
    orders["B3"] = "https://example.com/mine-too"
    book.save(tmp_path / "c.xlsx")
    assert orders_of(read_sheet(tmp_path / "c.xlsx")) == [
        ("9", "https://example.com/mine-too", 7_000),
        ("9", "https://example.com/mine", 8_000),
    ]


@pytest.mark.parametrize("name", [*TYPES, "Odd"])
def test_every_type_has_an_example_that_would_be_an_order(name: str, tmp_path: Path):
    """For one type alone there is an example with all it needs, and its estimate is what validation reckons."""
    services = priced(Catalogue({"7": Service("7", "Something – nice", name)}))
    write_template(tmp_path / "a.xlsx", services, [name])
    service = services.services["7"]
    (example, cost), *more = examples([service])
    assert more == []
    assert example.get("link", EXAMPLE_LINK).startswith(EXAMPLE_LINK)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    titles = titles_of(book)
    orders = book["Orders"]
    mine = {"link": "https://example.com/mine", "username": "somebody"}
    aims = [field for field in ("link", "username") if field in example]
    assert all(
        str(orders[f"{titles[columns.title_of(field)]}3"].value).startswith(str(example[field]))
        for field in aims
    )
    for field in aims:
        orders[f"{titles[columns.title_of(field)]}3"] = mine[field]
    book.save(tmp_path / "b.xlsx")
    (parsed,) = parse(read_sheet(tmp_path / "b.xlsx"))
    assert parsed.order is not None
    assert (parsed.problems, parsed.order.service) == ((), "7")
    assert costs.estimate(parsed.order, service) == cost > 0
    needed = {*service.type.required, *((service.type.counted,) if service.type.counted else ())}
    assert needed <= {
        field_of(title) for title, letter in titles.items() if orders[f"{letter}3"].value is not None
    }


def test_the_examples_of_users_are_known_without_a_link(tmp_path: Path):
    """A blank sheet of subscriptions, whose examples have no link, has no orders either."""
    write_template(tmp_path / "a.xlsx", priced(WEB), ["Subscriptions"])
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book["Orders"][f"{titles_of(book)['Username']}3"].value == EXAMPLE_USER
    with pytest.raises(SheetError) as blank:
        read_sheet(tmp_path / "a.xlsx")
    assert blank.value.code == "sheet.no_rows"


def test_headers_explain_themselves(tmp_path: Path):
    """Each header cell has a note with what the column means, and Explanation lists the same."""
    path = tmp_path / "order-sheet.xlsx"
    write_template(path)
    book = openpyxl.load_workbook(path)
    assert book["Orders"]["A1"].value == TITLE
    notes = [cell.comment.text for cell in book["Orders"][2]]
    assert all(each.meaning in note for each, note in zip(INPUTS, notes, strict=True))
    listed = [value for cells in book["Explanation"].iter_rows(values_only=True) for value in cells]
    assert all(each.meaning in listed and each.title in listed for each in INPUTS)


def test_cells_take_what_the_column_means(tmp_path: Path):
    """Ids and links are text cells; quantities are whole numbers; refill is yes, no or auto."""
    path = tmp_path / "order-sheet.xlsx"
    write_template(path)
    book = openpyxl.load_workbook(path)
    orders, titles = book["Orders"], titles_of(book)
    rules = {str(rule.sqref): (rule.type, rule.formula1) for rule in orders.data_validations.dataValidation}
    assert rules[f"{titles['Quantity']}3:{titles['Quantity']}32"] == ("whole", "1")
    assert rules[f"{titles['Refill']}3:{titles['Refill']}32"] == ("list", '"yes,no,auto"')
    assert rules[f"{titles['Allow duplicate']}3:{titles['Allow duplicate']}32"] == ("list", '"yes,no"')
    forms = {title: orders.column_dimensions[letter].number_format for title, letter in titles.items()}
    assert {forms[title] for title in ("Service", "Link", "Reference")} == {"@"}


def test_live_services_can_be_chosen(tmp_path: Path):
    """With a catalogue the workbook lists the services, and the service column has id and name in a drop-down."""
    path = tmp_path / "order-sheet.xlsx"
    write_template(path, SERVICES)
    book = openpyxl.load_workbook(path)
    assert [list(cells)[:10] for cells in book["Services"].values] == [
        ["Service", "Name", "Category", "Type", "Rate", "For", "Currency", "Min", "Max", "Refill"],
        ["1", "Facebook views", None, "Default", 2.5, "1,000", "VND", 200, 10_000, "yes"],
        ["9", "=Plays", "Music", "Default", 5400.125, "1,000", "VND", 1_000, 1_000_000, None],
    ]
    choices = [rule.formula1 for rule in book["Orders"].data_validations.dataValidation if "A3" in rule.sqref]
    assert choices == ["service_choices"]
    assert book.defined_names["service_choices"].attr_text == "Services!$K$2:$K$3"
    assert [cells[10].value for cells in book["Services"].iter_rows(min_row=2)] == [
        "1 – Facebook views",
        "9 – =Plays",
    ]
    assert all(book["Services"].column_dimensions[letter].hidden for letter in "K")


def test_quantities_are_held_against_the_services_limits(tmp_path: Path):
    """The rule of the quantity cells looks the limits of the row's service up, in at most 255 characters."""
    write_template(tmp_path / "a.xlsx", SERVICES)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    (rule,) = [each for each in book["Orders"].data_validations.dataValidation if "C3" in each.sqref]
    assert (rule.type, rule.operator, rule.errorStyle) == ("whole", None, "warning")
    assert "service_least" in rule.formula1
    assert "service_most" in rule.formula2
    assert max(len(rule.formula1), len(rule.formula2)) <= 255
    assert [[cell.value for cell in cells[11:15]] for cells in book["Services"].iter_rows(min_row=2)] == [
        [200, 10_000, 0.0025, formulas.BY_QUANTITY],
        [1_000, 1_000_000, 5.400125, formulas.BY_QUANTITY],
    ]


def test_a_package_is_one_piece(tmp_path: Path):
    """Where the type takes no quantity, the limits are one piece, and the rate is for one."""
    write_template(tmp_path / "a.xlsx", priced(Catalogue({"3": Service("3", "Pack", "Package")})))
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert [cell.value for cell in book["Services"][2][11:15]] == [1, 1, 12.5, formulas.ONE]


def test_estimates_stand_in_every_row_and_their_sum_above_the_header(tmp_path: Path):
    """Each prepared row reckons what it costs; the sum leaves the examples out and is in no order's row."""
    write_template(tmp_path / "a.xlsx", SERVICES)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    letter = titles_of(book)[f"{ESTIMATE} (VND)"]
    orders = book["Orders"]
    assert all(str(orders[f"{letter}{row}"].value).startswith(f'=IF($A{row}="",') for row in (3, 4, 5, 32))
    assert orders[f"{letter}1"].value == f'=SUMIFS(${letter}$3:${letter}$32,$B$3:$B$32,"<>{EXAMPLE_LINK}*")'
    guard = [rule for rule in orders.data_validations.dataValidation if f"{letter}3" in rule.sqref]
    assert [(rule.type, rule.formula1, rule.errorStyle) for rule in guard] == [("custom", "FALSE", None)]


def test_the_pages_that_are_read_are_protected_without_a_password(tmp_path: Path):
    """Services and Explanation can be filtered and not typed into; the orders are the user's own."""
    write_template(tmp_path / "a.xlsx", SERVICES)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert [book[name].protection.sheet for name in ("Orders", "Explanation", "Services")] == [
        False,
        True,
        True,
    ]
    assert (book["Services"].protection.password, book["Services"].protection.autoFilter) == (None, False)


def test_the_column_of_estimates_is_no_field(tmp_path: Path):
    """The column that reckons by itself is the user's own, and comes near to nothing that is missing."""
    match = columns.match(["Service", "Link", f"{ESTIMATE} (VND)"])
    assert (match.own, match.near, match.perhaps) == ((f"{ESTIMATE} (VND)",), (), ())


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
    templates.write_template(tmp_path / "order-sheet.xlsx")
    assert contents(tmp_path / "order-sheet.xlsx") == contents(ROOT / "templates" / "order-sheet.xlsx")
