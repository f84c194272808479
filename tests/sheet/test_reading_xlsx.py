"""What stands in a workbook's cells, and where, as it was entered."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bulkorders.errors import SheetError
from bulkorders.model.orders import Cell, ErrorCell, Sheet
from bulkorders.sheet.reading import read_sheet

LINK = "https://example.com/a"
HEADER = ("Service", "Link", "Quantity")

MakeXlsx = Callable[..., Path]


def third(sheet: Sheet) -> list[Cell]:
    """Return the cells of the third column."""
    return [row.cells[2] for row in sheet.rows]


def test_a_plain_sheet_is_read(make_xlsx: MakeXlsx) -> None:
    """Header, columns, rows with their numbers, worksheet and header row are told."""
    path = make_xlsx(Orders=[("Client", *HEADER), ("Café", 1, LINK, 500), ("Bar", "2", LINK, 10)])
    sheet = read_sheet(path)
    assert sheet.header == ("Client", "Service", "Link", "Quantity")
    assert sheet.columns == {"client": 0, "service": 1, "link": 2, "quantity": 3}
    assert [(row.number, row.cells) for row in sheet.rows] == [
        (2, ("Café", 1, LINK, 500)),
        (3, ("Bar", "2", LINK, 10)),
    ]
    assert (sheet.worksheet, sheet.header_row, sheet.path, sheet.results) == ("Orders", 1, str(path), False)
    assert sheet.notes == ()


def test_a_workbook_with_macros_is_read_alike(make_xlsx: MakeXlsx) -> None:
    """An .xlsm is read as an .xlsx is, and a name in capitals is the same kind."""
    assert len(read_sheet(make_xlsx("A.XLSM", Orders=[HEADER, (1, LINK, 5)])).rows) == 1


def test_values_keep_their_types(make_xlsx: MakeXlsx) -> None:
    """Whole numbers are int, fractions float, text stays text; dates and booleans are what they are."""
    values = [
        500,
        2.5,
        "500",
        "00123",
        "NA",
        "None",
        "#N/A",
        True,
        date(2025, 3, 1),
        datetime(2025, 3, 1, 9, 30),  # noqa: DTZ001 - cells have no zone
    ]
    rows = [(1, LINK, value) for value in values]
    cells = third(read_sheet(make_xlsx(Orders=[HEADER, *rows, (1, LINK)])))
    assert cells == [*values, None]
    assert [type(cell) for cell in cells] == [type(value) for value in [*values, None]]


def test_text_is_kept_as_it_is(make_xlsx: MakeXlsx) -> None:
    """Outer blanks, line ends and odd letters of a text are carried through unchanged."""
    texts = ["  spaced ", "one\ntwo\n", "\u00a0x", "emoji 🙂", "=1+1", "_x000D_"]
    assert third(read_sheet(make_xlsx(Orders=[HEADER, *((1, LINK, text) for text in texts)]))) == texts


def test_numbers_beyond_fifteen_digits_are_whole_still(raw: Any) -> None:
    """A long id typed as a number is given in digits, as far as the spreadsheet kept them."""
    written = ("1.2345678901234568E+16", "1E3", "1E300", "-7", "0.1")
    cells = "".join(
        raw.row(row, f'<c r="C{row}"><v>{value}</v></c>') for row, value in enumerate(written, start=2)
    )
    found = third(read_sheet(raw.make(raw.header() + cells)))
    assert found == [12345678901234568, 1000, 1e300, -7, 0.1]
    assert [type(cell) for cell in found] == [int, int, float, int, float]


def test_times_and_spans_are_told_apart(raw: Any) -> None:
    """A date, a moment, a time of day and a span of hours are four things."""
    cells = "".join(
        raw.row(row, f'<c r="C{row}" s="{style}"><v>{value}</v></c>')
        for row, style, value in [(2, 1, 45000), (3, 2, 45000.5), (4, 3, 0.5), (5, 4, 1.5)]
    )
    assert third(read_sheet(raw.make(raw.header() + cells))) == [
        date(2023, 3, 15),
        datetime(2023, 3, 15, 12),  # noqa: DTZ001 - cells have no zone
        time(12),
        timedelta(hours=36),
    ]


def test_error_cells_are_errors_not_empty(raw: Any) -> None:
    """Each error value arrives by its name, with a formula or without; its neighbours are untouched."""
    cells = raw.row(2, '<c r="C2" t="e"><v>#N/A</v></c><c r="D2"><v>7</v></c>')
    cells += raw.row(3, '<c r="C3" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="D3"><f>3+4</f><v>7</v></c>')
    cells += raw.row(4, '<c r="D4"><v>8</v></c><c r="F4" t="e"><v>#REF!</v></c>')
    sheet = read_sheet(raw.make(raw.header(1, "Max rate") + cells))
    assert [row.cells[2:] for row in sheet.rows] == [
        (ErrorCell("#N/A"), 7, None, None),
        (ErrorCell("#DIV/0!"), 7, None, None),
        (None, 8, None, ErrorCell("#REF!")),
    ]


def test_a_formula_without_its_value_is_an_error(raw: Any) -> None:
    """A formula that was saved without a result is no empty cell; one whose result is an empty text is."""
    cells = raw.row(2, '<c r="C2"><f>A2*500</f></c>') + raw.row(3, '<c r="C3"><f>A3*500</f><v/></c>')
    cells += raw.row(4, '<c r="C4" t="str"><f>""</f><v></v></c>') + raw.row(
        5, '<c r="C5"><f>A5*500</f><v>500</v></c>'
    )
    missing = ErrorCell("formula without a value")
    assert third(read_sheet(raw.make(raw.header() + cells))) == [missing, missing, None, 500]


def test_formulas_written_by_another_library_have_no_value(tmp_path: Path) -> None:
    """A workbook from a program that computes nothing shows its formulas as errors, a row of them too."""
    workbook = openpyxl.Workbook()
    for row in [HEADER, (1, LINK, "=A2*500"), ("=A2", "=B2", "=C2")]:
        workbook.active.append(row)
    workbook.save(tmp_path / "orders.xlsx")
    missing = ErrorCell("formula without a value")
    rows = read_sheet(tmp_path / "orders.xlsx").rows
    assert [row.cells for row in rows] == [(1, LINK, missing), (missing, missing, missing)]


def test_row_numbers_are_those_the_spreadsheet_shows(raw: Any) -> None:
    """Leading blank rows, gaps and rows of white space count, and are no rows of the sheet."""
    blank = f'<row r="8">{raw.text("A8", "  ")}{raw.text("B8", " ")}</row>'
    sheet = read_sheet(raw.make(raw.header(4) + raw.row(6) + blank + raw.row(11)))
    assert (sheet.header_row, [row.number for row in sheet.rows]) == (4, [6, 11])


def test_leading_blank_columns_shift_nothing(make_xlsx: MakeXlsx) -> None:
    """A sheet that begins in column C keeps its columns where they are."""
    sheet = read_sheet(make_xlsx(Orders=[(), (), (None, None, *HEADER), (None, None, 1, LINK, 5)]))
    assert sheet.header == ("", "", *HEADER)
    assert (sheet.columns["service"], sheet.rows[0].number, sheet.rows[0].cells) == (
        2,
        4,
        (None, None, 1, LINK, 5),
    )


def test_title_rows_are_passed_over_and_told(make_xlsx: MakeXlsx) -> None:
    """Rows above the header are left out with a note; the numbers stay."""
    sheet = read_sheet(make_xlsx(Orders=[("Campaign of June",), (), ("Agency", "x"), HEADER, (1, LINK, 5)]))
    assert (sheet.header_row, sheet.rows[0].number) == (4, 5)
    assert sheet.notes == (("title_rows", {"count": 2, "header_row": 4}),)


def test_the_header_is_sought_in_fifty_rows(make_xlsx: MakeXlsx) -> None:
    """A header within the first fifty rows that are not blank is found, one below is not."""
    titles = [("title",)] * 49
    assert read_sheet(make_xlsx(Orders=[*titles, HEADER, (1, LINK, 5)])).header_row == 50
    with pytest.raises(SheetError) as caught:
        read_sheet(make_xlsx(Orders=[*titles, ("title",), HEADER, (1, LINK, 5)]))
    assert (caught.value.code, caught.value.facts["found"]) == ("sheet.columns_missing", ["title"])


def test_text_may_be_stored_in_any_way(raw: Any) -> None:
    """Shared, inline, rich and escaped texts are read alike, without the hints for pronunciation."""
    shared = (
        "<si><t>plain</t></si>"
        '<si><r><t>rich</t></r><r><rPr><b/></rPr><t xml:space="preserve"> text</t></r>'
        '<rPh sb="0" eb="1"><t>HINT</t></rPh></si>'
    )
    cells = raw.row(2, '<c r="C2" t="s"><v>0</v></c>') + raw.row(3, '<c r="C3" t="s"><v>1</v></c>')
    cells += raw.row(4, '<c r="C4" t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c>')
    cells += raw.row(5, '<c r="C5" t="str"><f>"x"</f><v>x</v></c>') + raw.row(
        6, raw.text("C6", "a_x000D_&#10;b")
    )
    cells += raw.row(7, raw.text("C7", "&lt;b&gt; &amp; <![CDATA[<i>]]>"))
    sheet = read_sheet(raw.make(raw.header() + cells, shared=shared))
    assert third(sheet) == ["plain", "rich text", "ab", "x", "a\r\nb", "<b> & <i>"]


@pytest.mark.parametrize("reference", ["A1", "A1:XFD1048576", "C3:D4"])
def test_a_wrong_dimension_is_not_believed(raw: Any, reference: str) -> None:
    """What the file says of its extent neither hides rows nor makes the sheet huge."""
    path = raw.make(raw.header() + raw.row(2) + raw.row(3), before=f'<dimension ref="{reference}"/>')
    assert [row.number for row in read_sheet(path).rows] == [2, 3]


def test_cells_and_rows_without_names_follow_each_other(raw: Any) -> None:
    """A file that names neither rows nor cells is read in its order, errors in their places."""

    def cell(text: str) -> str:
        return f'<c t="inlineStr"><is><t>{text}</t></is></c>'

    rows = f"<row>{''.join(map(cell, HEADER))}</row>"
    rows += f'<row><c><v>1</v></c>{cell(LINK)}<c t="e"><v>#N/A</v></c></row>'
    rows += f'<row><c><v>2</v></c>{cell(LINK)}<c/><c t="e"><v>#REF!</v></c></row>'
    sheet = read_sheet(raw.make(rows))
    assert [(row.number, row.cells) for row in sheet.rows] == [
        (2, (1, LINK, ErrorCell("#N/A"), None)),
        (3, (2, LINK, None, ErrorCell("#REF!"))),
    ]


def test_prefixed_names_are_understood(raw: Any) -> None:
    """XML that writes each element with a prefix is read alike, its errors and hidden rows too."""
    cells = raw.row(2, '<c r="C2" t="e"><v>#N/A</v></c>').replace('<row r="2"', '<row r="2" hidden="1"')
    plain = f"<worksheet><sheetData>{raw.header()}{cells}</sheetData></worksheet>"
    prefixed = plain.replace("</", "</x:").replace("<", "<x:").replace("<x:/x:", "</x:")
    name = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    prefixed = prefixed.replace("<x:worksheet>", f'<x:worksheet xmlns:x="{name}">')
    sheet = read_sheet(raw.make("", parts={"xl/worksheets/sheet1.xml": prefixed}))
    assert third(sheet) == [ErrorCell("#N/A")]
    assert sheet.notes == (("hidden_rows", {"count": 1, "rows": (2,)}),)


def test_hidden_rows_and_columns_are_read_and_told(make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    """Hidden rows are rows of the sheet, hidden columns count, and a note names both, but no blank ones."""
    path = make_xlsx(Orders=[("Note", *HEADER), ("a", 1, LINK, 5), ("b", 1, LINK, 6), ("c", 1, LINK, 7)])
    workbook = openpyxl.load_workbook(path)
    workbook.active.row_dimensions[3].hidden = True
    workbook.active.row_dimensions[9].hidden = True
    workbook.active.column_dimensions["D"].hidden = True
    workbook.save(tmp_path / "hidden.xlsx")
    sheet = read_sheet(tmp_path / "hidden.xlsx")
    assert [row.number for row in sheet.rows] == [2, 3, 4]
    assert sheet.notes == (
        ("hidden_rows", {"count": 1, "rows": (3,)}),
        ("hidden_columns", {"count": 1, "columns": ("Quantity",)}),
    )


def test_formatted_empty_cells_are_no_rows(raw: Any) -> None:
    """Trailing rows with formats alone, even in the sheet's last corner, are neither rows nor too far."""
    styled = "".join(
        f'<row r="{row}" s="1" customFormat="1"><c r="A{row}" s="1"/></row>' for row in range(3, 500)
    )
    path = raw.make(raw.header() + raw.row(2) + styled + '<row r="1048576"><c r="XFD1048576" s="1"/></row>')
    sheet = read_sheet(path)
    assert [row.number for row in sheet.rows] == [2]
    assert len(sheet.header) == 3


def test_values_right_of_the_header_are_kept_and_told(make_xlsx: MakeXlsx) -> None:
    """A value in a column without a title gets a place in every row, and a note names its row."""
    sheet = read_sheet(make_xlsx(Orders=[HEADER, (1, LINK, 5), (1, LINK, 6, None, "stray")]))
    assert sheet.header == (*HEADER, "", "")
    assert [row.cells for row in sheet.rows] == [(1, LINK, 5, None, None), (1, LINK, 6, None, "stray")]
    assert sheet.notes == (("cells_beyond_header", {"count": 1, "rows": (3,)}),)


def test_headers_of_a_plain_sheet_may_be_called_as_ours(make_xlsx: MakeXlsx) -> None:
    """In a sheet that isn't a results workbook Status, Message and our key's title are the user's own."""
    header = (*HEADER, "Status", "Message", "bulkorders key")
    sheet = read_sheet(make_xlsx(Orders=[header, (1, LINK, 5, "new", "hello", "k")]))
    assert (sheet.header, sheet.rows[0].cells[3:], sheet.rows[0].key) == (header, ("new", "hello", "k"), None)


def test_a_near_miss_among_the_headers_is_told(make_xlsx: MakeXlsx) -> None:
    """A header that nearly names a field is kept as a column of the user's, with a note."""
    sheet = read_sheet(make_xlsx(Orders=[("Service", "Link", "Quantty"), (1, LINK, 5)]))
    assert sheet.notes == (("column_near", {"header": "Quantty", "field": "Quantity"}),)


def test_a_mapping_names_columns_by_hand(make_xlsx: MakeXlsx) -> None:
    """Headers nobody knows are read by a mapping, below title rows as well."""
    path = make_xlsx(Orders=[("June",), ("What", "Where", "How much"), (1, LINK, 5)])
    sheet = read_sheet(path, mapping={"What": "service", "Where": "link", "How much": "quantity"})
    assert (sheet.columns, sheet.header_row) == ({"service": 0, "link": 1, "quantity": 2}, 2)


def test_the_only_fitting_worksheet_is_chosen(make_xlsx: MakeXlsx) -> None:
    """Among several worksheets the visible one with an order sheet's header is read."""
    path = make_xlsx(Notes=[("hello",)], List=[("x",), HEADER, (1, LINK, 5)], _old=[HEADER, (9, LINK, 9)])
    assert read_sheet(path).worksheet == "List"


def test_a_hidden_worksheet_is_read_when_it_is_named(make_xlsx: MakeXlsx) -> None:
    """A name, in any case, chooses a worksheet even if it is hidden."""
    path = make_xlsx(List=[HEADER, (1, LINK, 5)], _old=[HEADER, (9, LINK, 9)])
    assert read_sheet(path, worksheet="_OLD ").rows[0].cells[0] == 9


def test_where_several_worksheets_fit_none_is_guessed(make_xlsx: MakeXlsx) -> None:
    """Several fitting worksheets are named in an error; naming one settles it."""
    path = make_xlsx(May=[HEADER, (1, LINK, 5)], Notes=[("x",)], June=[HEADER, (2, LINK, 5)])
    with pytest.raises(SheetError) as caught:
        read_sheet(path)
    assert (caught.value.code, caught.value.facts["worksheets"]) == ("sheet.which_worksheet", ["May", "June"])
    assert read_sheet(path, worksheet="June").rows[0].cells[0] == 2


def test_chart_sheets_hold_no_rows(make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    """A workbook with a chart sheet before the orders is read all the same, and the chart is no choice."""
    workbook = openpyxl.load_workbook(make_xlsx(Orders=[HEADER, (1, LINK, 5)]))
    workbook.create_chartsheet("Chart", 0)
    workbook.save(tmp_path / "chart.xlsx")
    assert read_sheet(tmp_path / "chart.xlsx").worksheet == "Orders"
    with pytest.raises(SheetError) as caught:
        read_sheet(tmp_path / "chart.xlsx", worksheet="Chart")
    assert caught.value.code == "sheet.no_worksheet"


def test_a_large_sheet_passes_the_guards(make_xlsx: MakeXlsx) -> None:
    """Twenty thousand rows that are much alike are no bomb, and come in order."""
    rows = [(1, f"https://example.com/{number}", 500, "same text", "same text") for number in range(20_000)]
    sheet = read_sheet(make_xlsx(Orders=[(*HEADER, "A", "B"), *rows]))
    assert [row.number for row in sheet.rows] == list(range(2, 20_002))
    assert all(row.cells == cells for row, cells in zip(sheet.rows, rows, strict=True))
