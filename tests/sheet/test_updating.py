"""An existing results workbook brought up to date: results find their rows, and what its user did stays."""

import hashlib
import random
import re
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import replace
from datetime import UTC
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.workbook import Workbook
from openpyxl.worksheet.table import Table, TableFormula
from openpyxl.worksheet.worksheet import Worksheet

from bulkorders.errors import GuardError
from bulkorders.model.lifecycle import State
from bulkorders.model.orders import Row, Sheet, Submission
from bulkorders.model.problems import Problem
from bulkorders.model.report import Line, RunSummary
from bulkorders.sheet.reading import read_sheet
from bulkorders.sheet.saving import Saved, save_results

HEADER = ("Client", "Service", "Link", "Quantity")
COLUMNS = {"service": 1, "link": 2, "quantity": 3}
WHEN = "2026-05-04T02:09:00+00:00"
SUMMARY = RunSummary("r1", "submit", "spring", "j", "/orders/spring.xlsx", WHEN, WHEN, ())


def link(number: int) -> str:
    """Return the link of an order."""
    return f"https://example.com/post/{number}"


def placed(number: int, at: int | None = None, **further: Any) -> Line:
    """Return a placed order that stands in row `at` (0: in none)."""
    told: dict[str, Any] = {"order_ids": (f"ID{number}",), "charge": Decimal(number) / 4, "status": "Pending"}
    sent = Submission(
        key=f"{number:032x}", account="a", campaign="spring", fingerprint="f", service="1", link=link(number),
        quantity=100 + number, row=number, service_name="Views", estimate=Decimal(1), currency="VND",
        parameters={"service": "1", "link": link(number), "quantity": str(100 + number)}, state=State.PLACED,
        **(told | further),
    )  # fmt: skip
    row = Row(at or number, cells(number)) if at != 0 else None
    return Line(row, "placed", submission=sent, key=sent.key)


def cells(number: int, quantity: int | None = None) -> tuple[Any, ...]:
    """Return the user's cells of an order."""
    return (f"Client {number}", "1", link(number), 100 + number if quantity is None else quantity)


def invalid(number: int, at: int | None = None, quantity: int = 1) -> Line:
    """Return a row with a quantity that is too small."""
    place = at or number
    return Line(
        Row(place, cells(number, quantity)),
        "invalid",
        problems=(Problem(place, "quantity.below_min", "Quantity"),),
    )


def describe(problem: Problem) -> str:
    """Return the sentence of a problem."""
    return f"Row {problem.row}: {problem.code}."


class Desk:
    """A results workbook, saved again and again."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def save(
        self,
        *lines: Line,
        header: Sequence[str] = HEADER,
        summary: RunSummary = SUMMARY,
        given: Path | None = None,
    ) -> Saved:
        """Save lines read from another file, or from the workbook itself where it is `given` back."""
        rows = tuple(line.row for line in lines if line.row)
        read = given if given is not None else self.path.with_name("spring.csv")
        sheet = Sheet(str(read), tuple(header), COLUMNS, rows, results=given is not None, worksheet="Orders")
        digest = hashlib.sha256(given.read_bytes()).hexdigest() if given else ""
        return save_results(self.path, sheet, lines, summary, describe=describe, zone=UTC, read_digest=digest)

    def book(self) -> Workbook:
        """Return the workbook as openpyxl reads it."""
        return openpyxl.load_workbook(self.path)

    def edit(self, change: Callable[[Workbook], None]) -> None:
        """Change the workbook by another hand."""
        book = self.book()
        change(book)
        book.save(self.path)

    def rows(self, *titles: str) -> list[tuple[Any, ...]]:
        """Return the values below these headers in Orders, row by row."""
        orders = self.book()["Orders"]
        return [tuple(found[title] for title in titles) for found in records(orders)]


def records(sheet: Worksheet) -> list[dict[str, Any]]:
    """Return the rows below the header by title."""
    top = next(row for row in sheet.iter_rows() if any(cell.value == "bulkorders key" for cell in row))
    titles = [cell.value for cell in top]
    found = [
        dict(zip(titles, values, strict=True))
        for values in sheet.iter_rows(min_row=top[0].row + 1, values_only=True)
    ]
    return [each for each in found if any(value is not None for value in each.values())]


def at(sheet: Worksheet, title: str) -> int:
    """Return the column with this header."""
    return next(cell.column for cell in sheet[1] if cell.value == title)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Give a workbook with two placed orders and one row to fix."""
    found = Desk(tmp_path / "spring.results.xlsx")
    found.save(placed(2), placed(3), invalid(4))
    return found


def members(path: Path) -> dict[str, bytes]:
    """Return the parts of a workbook."""
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_only_what_changed_is_written(desk: Desk):
    """Saving the same again leaves Orders, its notes, the theme and the looks as they were, byte by byte."""
    before = members(desk.path)
    assert desk.save(placed(2), placed(3), invalid(4)) == Saved(desk.path)
    after = members(desk.path)
    assert after.keys() == before.keys()
    same = {name for name in after if after[name] == before[name]}
    assert {
        "xl/worksheets/sheet1.xml", "xl/worksheets/_rels/sheet1.xml.rels", "xl/comments1.xml", "xl/styles.xml",
        "xl/theme/theme1.xml", "docProps/core.xml", "xl/drawings/vmlDrawing1.vml",
    } <= same  # fmt: skip


def test_results_are_brought_up_to_date(desk: Desk):
    """New charges, statuses and messages stand in the rows of their orders."""
    desk.save(placed(2, status="Completed", charge=Decimal("9.5")), placed(3, message="Late"), invalid(4))
    assert desk.rows("Link", "Charge", "Status", "Delivered", "Message") == [
        (link(2), 9.5, "Completed", 1, None),
        (link(3), 0.75, "Pending", None, "Late"),
        (link(4), None, None, None, "Row 4: quantity.below_min."),
    ]


def test_what_the_user_did_stays(desk: Desk):
    """Colours, fonts, notes, widths, further columns and worksheets of the user's are there after an update."""

    def change(book: Workbook) -> None:
        orders = book["Orders"]
        orders["A2"].fill = PatternFill("solid", fgColor="FFFFFF00")
        orders.cell(2, at(orders, "Charge")).font = Font(bold=True)
        orders["C3"].comment = Comment("call first", "someone")
        orders.insert_cols(1)
        orders["A1"], orders["A3"] = "Priority", "high"
        orders.column_dimensions["B"].width = 61
        mine = book.create_sheet("Mine", 0)
        mine["A1"] = "=SUM(Orders!B:B)"

    desk.edit(change)
    desk.save(placed(2, charge=Decimal(7)), placed(3), invalid(4))
    book = desk.book()
    orders = book["Orders"]
    assert book.sheetnames[:2] == ["Mine", "Orders"]
    assert book["Mine"]["A1"].value == "=SUM(Orders!B:B)"
    assert orders["B2"].fill.fgColor.rgb == "FFFFFF00"
    charge = orders.cell(2, at(orders, "Charge"))
    assert (charge.value, charge.font.bold) == (7, True)
    assert [cell.value for cell in orders["A"]] == ["Priority", None, "high", None]
    assert orders.column_dimensions["B"].width == 61
    assert [cell.comment.text for cell in orders[3] if cell.comment] == ["call first"]


def test_sorted_rows_get_their_own_results(desk: Desk):
    """Rows that were sorted, with one inserted between them, get their results; the inserted one stays untouched."""

    def change(book: Workbook) -> None:
        orders = book["Orders"]
        shown = [[cell.value for cell in row] for row in orders.iter_rows(min_row=2)]
        for number, values in zip((5, 4, 2), shown, strict=True):
            for column, value in enumerate(values, start=1):
                orders.cell(number, column, value)
        for column in range(1, orders.max_column + 1):
            orders.cell(3, column).value = None
        orders["A3"] = "a remark"

    desk.edit(change)
    desk.save(placed(2, status="Completed"), placed(3, status="Partial"), invalid(4))
    assert desk.rows("Link", "Status", "State") == [
        (link(4), None, "Invalid"),
        (None, None, None),
        (link(3), "Partial", "Placed"),
        (link(2), "Completed", "Placed"),
    ]


def test_new_rows_come_behind_the_last(desk: Desk):
    """An order that is new in the sheet is put below the last row, and the filter reaches over it."""
    desk.save(placed(5, at=2), placed(2, at=3), placed(3, at=4), invalid(4, at=5))
    assert desk.rows("Client", "Order ID") == [
        ("Client 2", "ID2"),
        ("Client 3", "ID3"),
        ("Client 4", None),
        ("Client 5", "ID5"),
    ]
    orders = desk.book()["Orders"]
    assert orders.auto_filter.ref == "A1:R5"
    assert orders["E5"]._style == orders["E4"]._style  # noqa: SLF001 - the whole look


def with_table(*, foot: bool) -> Callable[[Workbook], None]:
    """Return a change that puts a table around Orders, with a calculated column and perhaps a row of totals."""

    def change(book: Workbook) -> None:
        orders = book["Orders"]
        width, last = orders.max_column + 1, orders.max_row
        orders.auto_filter.ref = None
        orders.cell(1, width, "Margin")
        for number in range(2, last + 1):
            orders.cell(number, width, "=Table1[[#This Row],[Charge]]*2")
        if foot:
            orders.cell(last + 1, 1, "Total")
            charge = at(orders, "Charge")
            letters = openpyxl.utils.get_column_letter(charge)
            orders.cell(last + 1, charge, f"=SUM({letters}2:{letters}{last})")
        end = f"{openpyxl.utils.get_column_letter(width)}{last + foot}"
        table = Table(displayName="Table1", ref=f"A1:{end}", totalsRowCount=int(foot) or None)
        table._initialise_columns()  # noqa: SLF001 - openpyxl's own way to name the columns
        titles = [str(cell.value) for cell in orders[1]]
        for column, title in zip(table.tableColumns, titles, strict=True):
            column.name = title if titles.count(title) == 1 else f"{title}{column.id}"
        table.autoFilter.ref = f"A1:{openpyxl.utils.get_column_letter(width)}{last}"
        table.tableColumns[-1].calculatedColumnFormula = TableFormula(
            attr_text="Table1[[#This Row],[Charge]]*2"
        )
        orders.add_table(table)

    return change


@pytest.mark.parametrize("foot", [False, True])
def test_a_table_around_orders_grows_with_its_rows(foot: bool, desk: Desk):
    """A table made of Orders, its filter and its calculated column reach over new rows; its totals stay below."""
    desk.edit(with_table(foot=foot))
    desk.save(placed(2), placed(3), invalid(4), placed(5), placed(6))
    orders = desk.book()["Orders"]
    end = orders.tables["Table1"].ref.partition(":")[2]
    assert end.endswith("7" if foot else "6")
    assert orders.tables["Table1"].autoFilter.ref.endswith("6")
    assert [cell.value for cell in orders["A"]][4:6] == ["Client 5", "Client 6"]
    assert orders.cell(6, orders.max_column).value == "=Table1[[#This Row],[Charge]]*2"
    assert orders.max_row == 6 + foot
    if foot:
        charge = openpyxl.utils.get_column_letter(at(orders, "Charge"))
        assert (orders["A7"].value, orders[f"{charge}7"].value) == ("Total", f"=SUM({charge}2:{charge}6)")


def test_a_table_that_ends_above_the_last_row_stays_as_it_is(desk: Desk):
    """A table that is not of all rows is the user's own matter: rows that are new do not change it."""

    def change(book: Workbook) -> None:
        with_table(foot=False)(book)
        book["Orders"].cell(6, 1, "a remark")

    desk.edit(change)
    before = desk.book()["Orders"].tables["Table1"].ref
    desk.save(placed(2), placed(3), invalid(4), placed(5))
    assert desk.book()["Orders"].tables["Table1"].ref == before


def test_a_row_that_was_put_right_in_the_sheet(desk: Desk):
    """A wrong row that was corrected in the sheet keeps its place and has its new cells and its order."""
    desk.save(placed(2), placed(3), placed(4))
    assert desk.rows("Quantity", "State", "Order ID")[2] == (104, "Placed", "ID4")
    assert len(desk.rows("Link")) == 3


def test_a_row_that_left_the_sheet(desk: Desk):
    """Its row stays and says so; an unsent one is never read as an order again."""
    desk.save(placed(2), placed(3, at=0))
    told = desk.rows("bulkorders key", "State", "Message")
    assert told[1][0] == f"gone:{3:032x}"
    assert "no longer in the sheet" in told[1][2]
    assert told[2] == (
        "gone:row:4",
        "Dropped",
        "This row is no longer in the sheet; nothing was sent for it.",
    )
    assert [row.number for row in read_sheet(desk.path).rows] == [2]


def test_a_copied_row_has_no_results(desk: Desk):
    """Of two rows with one key the upper one is the order; the other says it is a copy, and shows no charge."""

    def change(book: Workbook) -> None:
        orders = book["Orders"]
        for column in range(1, orders.max_column + 1):
            orders.cell(6, column, orders.cell(2, column).value)

    desk.edit(change)
    desk.save(placed(2, status="Completed"), placed(3), invalid(4))
    told = desk.rows("bulkorders key", "State", "Order ID", "Charge")
    assert told[0] == (f"{2:032x}", "Placed", "ID2", 0.5)
    assert told[-1] == (f"was:6:{2:032x}", "Duplicate", None, None)


def test_renamed_and_deleted_columns(desk: Desk, tmp_path: Path):
    """A result column that was renamed by a program that moves names along is filled; a deleted one stays away."""

    def change(book: Workbook) -> None:
        orders = book["Orders"]
        orders.cell(1, at(orders, "Status")).value = "Tình trạng"
        orders.delete_cols(at(orders, "Checked at"))

    desk.edit(change)
    desk.save(placed(2, status="Completed"), placed(3), invalid(4))
    assert desk.rows("Tình trạng")[0] == ("Completed",)
    titles = [cell.value for cell in desk.book()["Orders"][1]]
    assert "Status" not in titles
    assert "Checked at" not in titles


def test_a_renamed_worksheet_is_found(desk: Desk):
    """Orders is found by its hidden names and keys where it was renamed, and read again as well."""
    desk.edit(lambda book: setattr(book["Orders"], "title", "Khách A's"))
    book = desk.book()
    for name in list(book.defined_names):
        book.defined_names[name].attr_text = book.defined_names[name].attr_text.replace(
            "Orders", "Khách A''s"
        )
    book.save(desk.path)
    desk.save(placed(2, status="Completed"), placed(3), invalid(4))
    assert next(found["Status"] for found in records(desk.book()["Khách A's"])) == "Completed"
    assert [row.key for row in read_sheet(desk.path).rows][:2] == [f"{2:032x}", f"{3:032x}"]


def test_a_column_added_to_the_sheet_is_added(desk: Desk):
    """A column that the sheet has got since is put behind all others, with its cells."""
    lines = [placed(2), placed(3), invalid(4)]
    lines = [
        replace(line, row=replace(line.row, cells=(*line.row.cells, f"N{line.row.number}")))
        for line in lines
        if line.row
    ]
    desk.save(*lines, header=(*HEADER, "Region"))
    assert desk.rows("Region", "Quantity") == [("N2", 102), ("N3", 103), ("N4", 1)]
    desk.save(*lines, header=(*HEADER, "Region"))
    assert desk.rows("Region", "Quantity") == [("N2", 102), ("N3", 103), ("N4", 1)]


def test_the_users_own_cells_stay_while_the_sheet_is_the_same(desk: Desk):
    """A cell edited in Orders stays while the sheet's row is the same, and gives way where the sheet's changes."""
    desk.edit(lambda book: book["Orders"].__setitem__("A2", "Client two"))
    desk.save(placed(2), placed(3), invalid(4))
    assert desk.rows("Client")[0] == ("Client two",)
    renamed = placed(2)
    assert renamed.row is not None
    renamed = replace(renamed, row=replace(renamed.row, cells=("Client II", *renamed.row.cells[1:])))
    desk.save(renamed, placed(3), invalid(4))
    assert desk.rows("Client")[0] == ("Client II",)


def test_half_done_repairs_stay(desk: Desk):
    """What was put right in To fix and not yet given in is still there after a refresh."""
    desk.edit(lambda book: book["To fix"].__setitem__("D2", 900))
    desk.save(placed(2, status="Completed"), placed(3), invalid(4))
    assert desk.book()["To fix"]["D2"].value == 900
    desk.save(placed(2), placed(3), invalid(4, quantity=2))
    assert desk.book()["To fix"]["D2"].value == 2


def test_formulas_of_the_user_stay(desk: Desk):
    """A formula, also one in a column of ours, is never written over."""

    def change(book: Workbook) -> None:
        orders = book["Orders"]
        orders.cell(2, at(orders, "Message")).value = "=A2&B2"
        orders.cell(2, 30).value = "=SUM(D2:D4)"

    desk.edit(change)
    desk.save(placed(2, message="Changed"), placed(3, message="Changed"), invalid(4))
    assert b'fullCalcOnLoad="1"' in members(desk.path)["xl/workbook.xml"]
    orders = desk.book()["Orders"]
    assert orders.cell(2, at(orders, "Message")).value == "=A2&B2"
    assert orders.cell(3, at(orders, "Message")).value == "Changed"
    assert orders.cell(2, 30).value == "=SUM(D2:D4)"


def without_key(book: Workbook) -> None:
    """Delete the hidden column of keys."""
    orders = book["Orders"]
    orders.delete_cols(at(orders, "bulkorders key"))


def twice_charge(book: Workbook) -> None:
    """Call another column like one of ours."""
    orders = book["Orders"]
    orders.insert_cols(1)
    orders["A1"] = "Charge"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (without_key, "workbook.no_key"),
        (twice_charge, "workbook.unclear"),
        (lambda book: book.remove(book["Orders"]), "workbook.no_orders"),
    ],
)
def test_what_can_not_be_updated_is_left_alone(change: Callable[[Workbook], None], code: str, desk: Desk):
    """Where rows or columns can't be told, the workbook stays as it is and the results stand beside it, each time."""
    desk.edit(change)
    before = desk.path.read_bytes()
    other = desk.path.with_name("spring.results-2.xlsx")
    for status in ("Completed", "Partial"):
        saved = desk.save(placed(2, status=status), placed(3), invalid(4))
        assert (saved.path, saved.code) == (other, code)
        assert desk.path.read_bytes() == before
        assert Desk(other).rows("Status")[0] == (status,)
    assert sorted(path.name for path in desk.path.parent.iterdir()) == [
        "spring.results-2.xlsx",
        "spring.results.xlsx",
    ]


def test_another_campaigns_workbook_is_left_alone(desk: Desk):
    """Last month's results are not written over by this month's."""
    before = desk.path.read_bytes()
    saved = desk.save(placed(2), summary=replace(SUMMARY, campaign="summer"))
    assert (saved.path.name, saved.code) == ("spring.results-2.xlsx", "workbook.other_campaign")
    assert desk.path.read_bytes() == before


def test_signed_and_odd_workbooks_are_left_alone(desk: Desk):
    """A signed workbook, one with comments in its XML, and a strict one are not changed."""
    whole = members(desk.path)
    sheet, book = "xl/worksheets/sheet1.xml", "xl/workbook.xml"
    odd = [
        whole | {"_xmlsignatures/sig1.xml": b"<a/>"},
        whole | {sheet: whole[sheet].replace(b"<sheetData>", b"<sheetData><!-- hi -->")},
        whole | {sheet: whole[sheet].replace(b"<dimension", b"<!DOCTYPE x><dimension")},
        whole | {sheet: whole[sheet][: len(whole[sheet]) // 2]},
        whole
        | {book: whole[book].replace(b"schemas.openxmlformats.org/spread", b"purl.oclc.org/ooxml/spread")},
    ]
    codes = []
    for parts in odd:
        with zipfile.ZipFile(desk.path, "w") as archive:
            for name, content in parts.items():
                archive.writestr(name, content)
        before = desk.path.read_bytes()
        codes.append(desk.save(placed(2), placed(3), invalid(4)).code)
        assert desk.path.read_bytes() == before
    assert codes == ["workbook.signed", *["workbook.unread"] * 4]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "＝1", " =1", "＋1", "－1", "＠x"]
)
def test_untrusted_text_stays_text(desk: Desk, text: str):
    """What a panel answers is a text in a cell that is changed in place too."""
    desk.save(placed(2, message=text, status=text), placed(3), invalid(4))
    orders = desk.book()["Orders"]
    cell = orders.cell(2, at(orders, "Message"))
    shown = cell.value.replace("_x000D_", "\r")  # which openpyxl leaves as it is written
    assert (shown, cell.data_type, cell.hyperlink) == (text, "s", None)


def test_odd_characters_come_through(desk: Desk):
    """Control characters, lone surrogates and look-alikes of escapes are stored as any program reads them."""
    desk.save(placed(2, message="a\x0bb\ud800c _x0041_ <b> & 'x' 😀" + "y" * 40_000), placed(3), invalid(4))
    told = desk.rows("Message")[0][0]
    assert told.startswith("abc _x005F_x0041_ <b> & 'x' 😀yyy")  # which openpyxl leaves as it is written
    assert told.endswith("y […]")
    before = members(desk.path)["xl/worksheets/sheet1.xml"]
    desk.save(placed(2, message="a\x0bb\ud800c _x0041_ <b> & 'x' 😀" + "y" * 40_000), placed(3), invalid(4))
    assert members(desk.path)["xl/worksheets/sheet1.xml"] == before


def test_charts_and_pictures_of_the_user_stay(tmp_path: Path, desk: Desk):
    """A package with a chart, a picture and settings that no other program knows keeps them byte by byte."""
    extra = tmp_path / "extra.xlsx"
    with xlsxwriter.Workbook(str(extra)) as book:
        sheet = book.add_worksheet("Mine")
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=Mine!$A$1:$A$3"})
        sheet.insert_chart("B2", chart)
    own, theirs = members(desk.path), members(extra)
    added = {
        "xl/worksheets/sheet90.xml": theirs["xl/worksheets/sheet1.xml"],
        "xl/worksheets/_rels/sheet90.xml.rels": theirs["xl/worksheets/_rels/sheet1.xml.rels"].replace(
            b"drawing1", b"drawing90"
        ),
        "xl/drawings/drawing90.xml": theirs["xl/drawings/drawing1.xml"],
        "xl/drawings/_rels/drawing90.xml.rels": theirs["xl/drawings/_rels/drawing1.xml.rels"].replace(
            b"chart1", b"chart90"
        ),
        "xl/charts/chart90.xml": theirs["xl/charts/chart1.xml"],
        "customXml/item1.xml": b"<mine/>",
    }
    types = own["[Content_Types].xml"]
    for part, kind in (
        ("xl/worksheets/sheet90.xml", "spreadsheetml.worksheet+xml"),
        ("xl/drawings/drawing90.xml", "drawing+xml"),
        ("xl/charts/chart90.xml", "drawingml.chart+xml"),
    ):
        whole_kind = f"application/vnd.openxmlformats-officedocument.{kind}"
        named = f'<Override PartName="/{part}" ContentType="{whole_kind}"/></Types>'
        types = types.replace(b"</Types>", named.encode())
    relation = (
        '<Relationship Id="rId90" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
        'worksheet" Target="worksheets/sheet90.xml"/></Relationships>'
    )
    whole = own | added | {
        "[Content_Types].xml": types,
        "xl/_rels/workbook.xml.rels": own["xl/_rels/workbook.xml.rels"].replace(b"</Relationships>", relation.encode()),
        "xl/workbook.xml": own["xl/workbook.xml"].replace(
            b"</sheets>", b'<sheet name="Mine" sheetId="90" r:id="rId90"/></sheets>'
        ),
    }  # fmt: skip
    with zipfile.ZipFile(desk.path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in whole.items():
            archive.writestr(name, content)
    assert desk.save(placed(2, status="Completed"), placed(3), invalid(4)) == Saved(desk.path)
    after = members(desk.path)
    assert {name: after[name] for name in added} == added
    book = desk.book()
    assert len(book["Mine"]._charts) == 1  # noqa: SLF001 - there is no other way to see them
    assert len(book["Summary"]._charts) >= 1  # noqa: SLF001 - likewise


def test_looks_do_not_pile_up(desk: Desk):
    """A hundred refreshes leave a table of looks no larger than the second."""
    sizes = []
    for turn in range(6):
        desk.save(placed(2, charge=Decimal(turn)), placed(3), invalid(4))
        sizes.append(len(members(desk.path)["xl/styles.xml"]))
    assert sizes[1:] == sizes[1:2] * 5


def test_given_back_each_row_is_known_by_its_number(desk: Desk):
    """Where the rows were read from the workbook itself, a copy beneath its original gets its own answer."""

    def change(book: Workbook) -> None:
        orders = book["Orders"]
        orders.insert_rows(2)
        for column, value in enumerate((*cells(9), None), start=1):
            orders.cell(2, column).value = value

    desk.edit(change)
    read = read_sheet(desk.path)
    assert [row.key for row in read.rows] == [None, f"{2:032x}", f"{3:032x}", None]
    lines = [
        placed(9, at=2), placed(2, at=3, status="Completed"), placed(3, at=4),
        replace(invalid(4, at=5), row=read.rows[3]),
    ]  # fmt: skip
    lines = [replace(line, row=row) for line, row in zip(lines, read.rows, strict=True)]
    assert desk.save(*lines, given=desk.path).path == desk.path
    assert desk.rows("Link", "Order ID", "bulkorders key") == [
        (link(9), "ID9", f"{9:032x}"),
        (link(2), "ID2", f"{2:032x}"),
        (link(3), "ID3", f"{3:032x}"),
        (link(4), None, "row:5"),
    ]


def test_changed_while_the_run_went_on(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    """Where the workbook was saved anew during the run, only rows with the key of an order get results."""
    read = read_sheet(desk.path)
    lines = [
        replace(line, row=row)
        for line, row in zip((placed(2), placed(3), invalid(4)), read.rows, strict=True)
    ]

    def change(book: Workbook) -> None:
        orders = book["Orders"]
        orders.insert_rows(2)
        orders["A2"], orders["D5"] = "new", 555

    desk.edit(change)
    sheet = Sheet(str(desk.path), HEADER, COLUMNS, read.rows, results=True, worksheet="Orders")
    lines[0] = replace(placed(2, status="Completed"), row=read.rows[0])
    save_results(desk.path, sheet, lines, SUMMARY, describe=describe, zone=UTC, read_digest="of before")
    assert desk.rows("Client", "Status", "Quantity") == [
        ("new", None, None),
        ("Client 2", "Completed", 102),
        ("Client 3", "Pending", 103),
        ("Client 4", None, 555),
    ]


def test_a_picture_on_the_summary_stays(desk: Desk, tmp_path: Path):
    """What its user drew on a worksheet that is written anew stays on it, and our charts are there once."""
    for _ in range(2):

        def change(book: Workbook) -> None:
            chart = BarChart()
            chart.add_data(Reference(book["Orders"], min_col=4, min_row=1, max_row=4), titles_from_data=True)
            book["Summary"].add_chart(chart, "B60")
            book["Runs"].add_chart(copy(chart), "B9")

        desk.edit(change)
        before = [len(desk.book()[name]._charts) for name in ("Summary", "Runs")]  # noqa: SLF001 - as above
        desk.save(placed(2, status="Completed"), placed(3), invalid(4))
        after = [len(desk.book()[name]._charts) for name in ("Summary", "Runs")]  # noqa: SLF001 - likewise
        assert after == before
    assert after == [5, 2]


FORMATS = "openxmlformats.org"
MAIN = f"http://schemas.{FORMATS}/spreadsheetml/2006/main"
SHARED = (
    (
        '<Override PartName="/xl/sharedStrings.xml" ContentType="application/'
        'vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
    ),
    (
        f'<Relationship Id="rIdX" Type="http://schemas.{FORMATS}/officeDocument/2006/relationships/sharedStrings" '
        'Target="/xl/sharedStrings.xml"/></Relationships>'
    ),
)


def prefixed(whole: dict[str, bytes]) -> dict[str, bytes]:
    """Return parts as a program writes them that prefixes every name."""
    names = ("xl/worksheets/", "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml")
    found = dict(whole)
    for name, content in whole.items():
        if name.startswith(names) and name.endswith(".xml"):
            plain = re.sub(rb"<(/?)(?=[A-Za-z])", rb"<\1x:", content)
            found[name] = plain.replace(f'xmlns="{MAIN}"'.encode(), f'xmlns:x="{MAIN}"'.encode(), 1)
    return found


def unnamed(whole: dict[str, bytes]) -> dict[str, bytes]:
    """Return parts as a program writes them that leaves the places of rows and cells to be counted."""
    sheet = "xl/worksheets/sheet1.xml"
    xml = re.sub(rb'<(row|c) r="[A-Z0-9]+"', rb"<\1", whole[sheet])
    return whole | {sheet: xml.replace(b"</row>", b"</row>\n ")}


def shared(whole: dict[str, bytes]) -> dict[str, bytes]:
    """Return parts as a program writes them that keeps all texts in one table."""
    texts: list[bytes] = []

    def take(found: re.Match[bytes]) -> bytes:
        texts.append(found[1])
        return b' t="s"><v>%d</v></c>' % (len(texts) - 1)

    sheet, kinds, relations = "xl/worksheets/sheet1.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels"
    xml = re.sub(rb' t="inlineStr"><is>(.*?)</is></c>', take, whole[sheet])
    listed = b"".join(b'<si>%b<rPh sb="0" eb="1"><t>x</t></rPh></si>' % text for text in texts)
    return whole | {
        sheet: xml,
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">'.encode() + listed + b"</sst>",
        kinds: whole[kinds].replace(b"</Types>", SHARED[0].encode()),
        relations: whole[relations].replace(b"</Relationships>", SHARED[1].encode()),
    }


@pytest.mark.parametrize("hand", [prefixed, unnamed, shared, lambda whole: prefixed(unnamed(shared(whole)))])
def test_other_programs_ways_of_writing(hand: Callable[[dict[str, bytes]], dict[str, bytes]], desk: Desk):
    """Prefixed names, cells without their places and shared texts are read and written as they are."""
    whole = hand(members(desk.path))
    with zipfile.ZipFile(desk.path, "w") as archive:
        for name, content in whole.items():
            archive.writestr(name, content)
    lines = (placed(2, status="Completed"), placed(3, message="Late & <slow>"), invalid(4), placed(7))
    assert desk.save(*lines) == Saved(desk.path)
    assert desk.rows("Link", "Status", "Message")[:2] == [
        (link(2), "Completed", None),
        (link(3), "Pending", "Late & <slow>"),
    ]
    assert desk.rows("Order ID")[-1] == ("ID7",)
    before = members(desk.path)["xl/worksheets/sheet1.xml"]
    desk.save(*lines)
    assert members(desk.path)["xl/worksheets/sheet1.xml"] == before
    assert [row.key for row in read_sheet(desk.path).rows][:2] == [f"{2:032x}", f"{3:032x}"]


def test_damaged_workbooks_cost_no_results(desk: Desk):
    """However the parts of a workbook are damaged, results are written: in place and readable, or beside it."""
    whole = members(desk.path)
    parts = ["xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"]
    for seed in range(24):
        chance = random.Random(seed)  # noqa: S311 - a test that can be run again
        name = chance.choice(parts)
        at = chance.randrange(len(whole[name]))
        damaged = whole[name][:at] + chance.choice([b"", b"<", b'"', b"&", b"\xff"]) + whole[name][at + 3 :]
        with zipfile.ZipFile(desk.path, "w") as archive:
            for each, content in (whole | {name: damaged}).items():
                archive.writestr(each, content)
        before = desk.path.read_bytes()
        saved = None
        with suppress(GuardError):  # where nobody can tell any more that it is ours
            saved = desk.save(placed(2, status="Completed"), placed(3), invalid(4))
        if saved is None or saved.path != desk.path:
            assert desk.path.read_bytes() == before
        if saved is not None and saved.path != desk.path:
            assert Desk(saved.path).rows("Status")[0] == ("Completed",)
            saved.path.unlink()


def test_what_is_written_beside_shows_each_order_once(desk: Desk):
    """A workbook written beside the one that was given back finds its own rows by key: no order stands in it twice."""
    desk.edit(lambda book: setattr(book["Orders"], "title", "Mine"))
    other = desk.save(placed(2), placed(3), invalid(4)).path
    assert other != desk.path
    read = placed(2)
    assert read.row is not None
    read = replace(read, row=replace(read.row, key=read.key))
    assert desk.save(read, placed(3, at=0), invalid(4), given=desk.path).path == other
    ids = [found["Order ID"] for found in records(openpyxl.load_workbook(other)["Orders"])]
    assert ids == ["ID2", "ID3", None]


def doubtful(number: int) -> Line:
    """Return an order that is in doubt."""
    found = placed(number)
    assert found.submission is not None
    sent = replace(found.submission, state=State.IN_DOUBT, order_ids=(), sent_at=WHEN)
    return replace(found, state="in_doubt", submission=sent)


def remark(book: Workbook) -> None:
    """Put a column and rows of one's own on In doubt, change a width, a zoom, and write on the Summary."""
    doubt = book["In doubt"]
    doubt["P1"], doubt["P2"], doubt["P3"] = "Asked", "Monday", "Tuesday"
    doubt["P3"].fill = PatternFill("solid", fgColor="FFFFFF00")
    doubt["Q3"] = "=F3*2"
    doubt["A6"], doubt["F6"] = "All", "=SUM(F2:F3)"
    doubt.column_dimensions["E"].width = 71
    doubt.sheet_view.zoomScale = 140
    summary = book["Summary"]
    summary["O3"] = "for the client"
    summary.cell(summary.max_row + 2, 2, "Thank you.")


def test_what_the_user_wrote_on_our_other_worksheets_stays(desk: Desk):
    """Columns beside In doubt follow their orders, rows below stay below, widths and zoom stay; so on the Summary."""
    desk.save(doubtful(2), doubtful(3), invalid(4))
    desk.edit(remark)
    for _ in range(2):
        desk.save(doubtful(5), doubtful(2), doubtful(3), invalid(4))
        doubt = desk.book()["In doubt"]
        shown = {
            doubt.cell(n, 5).value: (doubt.cell(n, 16).value, doubt.cell(n, 17).value) for n in (2, 3, 4)
        }
        assert shown[link(2)] == ("Monday", None)
        row = next(n for n in (2, 3, 4) if doubt.cell(n, 5).value == link(3))
        assert shown[link(3)] == ("Tuesday", f"=F{row}*2")
        assert doubt.cell(row, 16).fill.fgColor.rgb == "FFFFFF00"
        assert shown[link(5)] == (None, None)
        assert (doubt["P1"].value, doubt["A6"].value, doubt["F6"].value) == ("Asked", "All", "=SUM(F2:F4)")
        assert (doubt.column_dimensions["E"].width, doubt.sheet_view.zoomScale) == (71, 140)
        summary = desk.book()["Summary"]
        assert summary["O3"].value == "for the client"
        assert [cell.value for cell in summary["B"]][-1] == "Thank you."


def test_a_remark_on_an_order_that_is_settled_stays_below(desk: Desk):
    """What was noted beside an order in doubt stands below the others, with its key, once it is settled."""
    desk.save(doubtful(2), doubtful(3), invalid(4))
    desk.edit(remark)
    for _ in range(2):
        desk.save(placed(2), doubtful(3), invalid(4))
        rows = [[cell for cell in row if cell] for row in desk.book()["In doubt"].values]
        assert [row[-1] for row in rows if "Tuesday" in row] == ["=F2*2"]
        assert rows[-1] == ["Order", f"{2:032x}", "Monday"]
        assert ["All", "=SUM(F2:F2)"] in rows
    desk.save(doubtful(2), doubtful(3), invalid(4))
    rows = [[cell for cell in row if cell] for row in desk.book()["In doubt"].values]
    assert [row[2] for row in rows if "Monday" in row] == ["1"]


def test_rows_added_to_the_rows_to_fix_are_not_lost(desk: Desk):
    """An order written below To fix is there after a refresh, and the remarks beside rows to fix are too."""

    def change(book: Workbook) -> None:
        fix = book["To fix"]
        fix.cell(1, 11, "Who")
        fix.cell(2, 11, "Ann")
        for column, value in enumerate(cells(9), start=1):
            fix.cell(3, column, value)

    desk.edit(change)
    for _ in range(2):
        desk.save(invalid(5), placed(2), placed(3), invalid(4))
        found = records(desk.book()["To fix"])
        assert [(row["Client"], row["Who"]) for row in found] == [
            ("Client 5", None), ("Client 4", "Ann"), ("Client 9", None),
        ]  # fmt: skip
    assert [row.cells[0] for row in read_sheet(desk.path).rows][-1] == "Client 9"


def test_notes_pinned_to_our_other_worksheets_stay(desk: Desk):
    """A note on an order in doubt goes with its order; one on the Summary stays; ours are not doubled."""
    desk.save(doubtful(2), doubtful(3), invalid(4))

    def pin(book: Workbook) -> None:
        book["In doubt"]["E3"].comment = Comment("asked them", "Ann")
        book["Summary"]["B3"].comment = Comment("nice", "Ann")

    desk.edit(pin)
    for _ in range(2):
        desk.save(doubtful(5), doubtful(2), doubtful(3), invalid(4))
        book = desk.book()
        pinned = {
            (sheet.title, sheet.cell(cell.row, 5).value, cell.comment.text)
            for sheet in (book["In doubt"], book["Summary"])
            for row in sheet
            for cell in row
            if cell.comment
        }
        assert {text for _, _, text in pinned} == {"asked them", "nice", "Times are in UTC."}
        assert ("In doubt", link(3), "asked them") in pinned


@pytest.mark.parametrize("used", [False, True])
def test_a_table_made_of_another_worksheet_of_ours(used: bool, desk: Desk):
    """A table made of Services used goes when it is made anew; where a formula counts on it, nothing is touched."""

    def change(book: Workbook) -> None:
        services = book["Services used"]
        services.auto_filter.ref = None
        services.add_table(Table(displayName="Used", ref=f"A1:M{services.max_row}"))
        if used:
            book.create_sheet("Mine")["A1"] = "=SUM(Used[Charge])"

    desk.edit(change)
    before = desk.path.read_bytes()
    saved = desk.save(placed(2, status="Completed"), placed(3), invalid(4))
    if used:
        assert (saved.code, desk.path.read_bytes()) == ("workbook.unread", before)
    else:
        assert saved == Saved(desk.path)
        assert not [name for name in members(desk.path) if "table" in name]
        assert not [sheet.title for sheet in desk.book() if sheet.tables]
