"""Workbooks as odd programs write them, and files that are not what they are called."""

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from bulkorders.model.orders import ErrorCell
from bulkorders.sheet.reading import read_sheet

MADE = Path(__file__).parent / "made"
LINK = "https://example.com/a"
HEADER = ("Service", "Link", "Quantity")
STRICT = {
    b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": b"http://purl.oclc.org/ooxml/officeDocument/relationships",
}

Refused = Callable[..., tuple[str, Mapping[str, Any]]]


def parts_of(path: Path) -> dict[str, bytes]:
    """Return the parts of a workbook by name."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def parts(raw: Any) -> dict[str, bytes]:
    """Give the parts of a workbook with shared text and a date, for tests to move about."""
    cells = raw.row(2, '<c r="C2" t="s"><v>0</v></c><c r="D2" s="1"><v>45000</v></c>')
    return parts_of(raw.make(raw.header(1, "Due") + cells, shared="<si><t>500</t></si>"))


def read_parts(raw: Any, parts: Mapping[str, bytes]) -> Any:
    """Return the cells of the only row of a workbook of these parts."""
    raw.write_zip(raw.folder / "odd.xlsx", parts)
    sheet = read_sheet(raw.folder / "odd.xlsx")
    assert (sheet.worksheet, len(sheet.rows)) == ("Orders", 1)
    return [str(cell) for cell in sheet.rows[0].cells]


AS_EVER = ["1", "https://example.com/2", "500", "2023-03-15"]


def test_strict_workbooks_are_read(raw: Any, parts: dict[str, bytes]) -> None:
    """A workbook in the strict form, with its own namespaces, is read alike."""
    for usual, strict in STRICT.items():
        parts = {name: content.replace(usual, strict) for name, content in parts.items()}
    assert read_parts(raw, parts) == AS_EVER


def test_parts_may_have_other_names(raw: Any, parts: dict[str, bytes]) -> None:
    """A workbook whose main part, texts and styles have names of their own is found by its relations."""
    moved = {
        "xl/workbook.xml": "book/main2.xml",
        "xl/_rels/workbook.xml.rels": "book/_rels/main2.xml.rels",
        "xl/sharedStrings.xml": "book/text/strings9.xml",
        "xl/styles.xml": "book/looks.xml",
        "xl/worksheets/sheet1.xml": "book/worksheets/data.xml",
    }
    renamed = {moved.get(name, name): content for name, content in parts.items()}
    for old, new in (
        (b'"xl/workbook.xml"', b'"/book/main2.xml"'),
        (b'"sharedStrings.xml"', b'"text/strings9.xml"'),
        (b'"styles.xml"', b'"./looks.xml"'),
        (b'"worksheets/sheet1.xml"', b'"\\book\\worksheets\\data.xml"'.replace(b"\\b", b"/b", 1)),
    ):
        renamed = {name: content.replace(old, new) for name, content in renamed.items()}
    assert read_parts(raw, renamed) == AS_EVER


@pytest.mark.parametrize(
    "change",
    [
        lambda name: name.upper() if name.startswith("xl/") else name,
        lambda name: name.replace("/", "\\"),
        lambda name: f"/{name}",
    ],
)
def test_names_of_parts_may_be_spelled_otherwise(
    raw: Any, parts: dict[str, bytes], change: Callable[[str], str]
) -> None:
    """Capitals, backslashes and leading slashes in the zip's directory change nothing."""
    assert read_parts(raw, {change(name): content for name, content in parts.items()}) == AS_EVER


def test_a_workbook_without_styles_has_numbers_for_dates(raw: Any, parts: dict[str, bytes]) -> None:
    """Where the styles are missing the rest is read."""
    del parts["xl/styles.xml"]
    assert read_parts(raw, parts)[:3] == AS_EVER[:3]


def test_dates_may_be_counted_from_1904(raw: Any, parts: dict[str, bytes]) -> None:
    """A workbook of old Macs has its days four years later, also where its parts have other names."""
    told = parts["xl/workbook.xml"].replace(b"<sheets>", b'<workbookPr date1904="1"/><sheets>')
    parts["xl/workbook.xml"] = told
    assert read_parts(raw, parts)[3] == "2027-03-16"
    strings = parts.pop("xl/sharedStrings.xml")
    related = parts["xl/_rels/workbook.xml.rels"].replace(b'"sharedStrings.xml"', b'"other.xml"')
    assert read_parts(raw, {**parts, "xl/other.xml": strings, "xl/_rels/workbook.xml.rels": related})[3] == (
        "2027-03-16"
    )


def test_errors_of_newer_programs_are_errors_by_their_names(raw: Any) -> None:
    """An error that few programs know is that error, and the rest of the sheet is read."""
    cells = raw.row(2, '<c r="C2" t="e"><f>A1:A9</f><v>#SPILL!</v></c><c r="D2"><v>7</v></c>')
    cells += raw.row(3, '<c r="C3" t="e"><v> #ERROR! </v></c>' + raw.text("D3", "#ERROR!"))
    sheet = read_sheet(raw.make(raw.header(1, "Note") + cells))
    assert [row.cells[2:] for row in sheet.rows] == [
        (ErrorCell("#SPILL!"), 7),
        (ErrorCell("#ERROR!"), "#ERROR!"),
    ]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "iso-8859-1", "utf-8-sig"])
def test_parts_may_be_encoded_otherwise(raw: Any, parts: dict[str, bytes], encoding: str) -> None:
    """XML in an encoding other than UTF-8, which says so, is read alike."""
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    for part in ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"):
        told = encoding.removesuffix("-be").removesuffix("-sig")
        text = f'{mark}<?xml version="1.0" encoding="{told}"?>' + parts[part].decode()
        parts[part] = text.encode(encoding)
    assert read_parts(raw, parts) == AS_EVER


def test_a_type_declared_in_another_encoding_is_refused(
    raw: Any, parts: dict[str, bytes], refusal: Refused
) -> None:
    """A document type does not get past by being written in two bytes a letter."""
    declared = '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x [<!ENTITY a "aaaa">]>'
    for part in ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"):
        changed = {**parts, part: (declared + parts[part].decode()).encode("utf-16")}
        raw.write_zip(raw.folder / "odd.xlsx", changed)
        assert refusal(raw.folder / "odd.xlsx")[0] == "sheet.forbidden_xml"


def test_xlsb_tells_errors_hidden_rows_and_merged_cells(binary: Any) -> None:
    """In an .xlsb an error is an error, hidden rows and columns are told, numbers of rows are kept."""
    rows = {3: HEADER, 4: (1, LINK, binary.error("#N/A")), 9: ("007", "é🙂", 5.5)}
    path = binary.xlsb(rows, hidden=[9], hidden_column=1, merged=[(3, 8, 0, 0), (0, 0, 0, 2)])
    sheet = read_sheet(path)
    assert [(row.number, row.cells) for row in sheet.rows] == [
        (4, (1, LINK, ErrorCell("#N/A"))),
        (9, ("007", "é🙂", 5.5)),
    ]
    assert dict(sheet.notes) == {
        "hidden_rows": {"count": 1, "rows": (9,)},
        "hidden_columns": {"count": 1, "columns": ("Link",)},
        "merged_cells": {"count": 1, "cells": ("A4:A9",)},
    }


def test_xls_tells_errors_and_hidden_rows(binary: Any) -> None:
    """In an .xls an error is an error and no empty cell, and a hidden row is told."""
    rows = {1: HEADER, 2: (1, LINK, binary.error("#DIV/0!")), 3: (2, LINK, 7)}
    sheet = read_sheet(binary.xls(rows, hidden=[3]))
    assert [row.cells for row in sheet.rows] == [(1, LINK, ErrorCell("#DIV/0!")), (2, LINK, 7)]
    assert sheet.notes == (("hidden_rows", {"count": 1, "rows": (3,)}),)


@pytest.mark.parametrize("name", ["locked.ods", "locked.xls"])
def test_what_libreoffice_locks_asks_for_its_password(refusal: Refused, name: str) -> None:
    """A file that LibreOffice saved with a password is told as that."""
    assert refusal(MADE / name)[0] == "sheet.encrypted"


def test_what_excel_locks_asks_for_its_password(binary: Any, refusal: Refused) -> None:
    """A workbook with a password, of the new kind in its container or of the old, is told as that."""
    streams = {"EncryptionInfo": bytes(5_000), "EncryptedPackage": bytes(9_000)}
    assert refusal(binary.container("new.xlsx", streams))[0] == "sheet.encrypted"
    assert refusal(binary.xls({1: HEADER}, password=True))[0] == "sheet.encrypted"


def test_other_documents_in_the_same_container_are_told(binary: Any, refusal: Refused) -> None:
    """A document of another program called .xls is no workbook."""
    code, told = refusal(binary.container("letter.xls", {"WordDocument": bytes(5_000)}))
    assert (code, told["found"]) == ("sheet.not_workbook", "document")


def test_opendocument_cells_are_what_was_entered(opendocument: Any) -> None:
    """Yes and no, days, times, spans, errors, formulas without value, remarks: each is what it shows."""

    def cell(more: str, inner: str = "") -> str:
        return f"<table:table-cell {more}>{inner}</table:table-cell>"

    remark = "<office:annotation><text:p>remark</text:p></office:annotation>"
    cells = [
        cell('office:value-type="boolean" office:boolean-value="true"', "<text:p>TRUE</text:p>"),
        cell('office:value-type="date" office:date-value="2026-06-01T09:30:00.000000000"'),
        cell('office:value-type="time" office:time-value="PT09H30M00S"'),
        cell('office:value-type="time" office:time-value="PT36H00M00.5S"'),
        cell('office:value-type="percentage" office:value="0.5"', "<text:p>50%</text:p>"),
        cell(
            'office:value-type="float" office:value="0" table:formula="of:=1/0"', "<text:p>#DIV/0!</text:p>"
        ),
        cell('office:value-type="string" table:formula="of:=X"', "<text:p>Err:509</text:p>"),
        cell('table:formula="of:=A2*2"'),
        cell(
            'office:value-type="string"', f"{remark}<text:p>a<text:span>b</text:span>  c<text:tab/></text:p>"
        ),
        cell('office:value-type="string" office:string-value="kept"', "<text:p>shown</text:p>"),
        cell("", remark),
        cell('office:value-type="string"', "<text:p>#N/A</text:p>"),
    ]
    titles = [*HEADER, *(f"x{number}" for number in range(9))]
    path = opendocument.make(opendocument.row(*titles) + opendocument.row(*cells))
    assert [str(each) for each in read_sheet(path).rows[0].cells] == [
        *("True", "2026-06-01 09:30:00", "09:30:00", "1 day, 12:00:00.500000", "0.5"),
        *("ErrorCell(text='#DIV/0!')", "ErrorCell(text='Err:509')"),
        *("ErrorCell(text='formula without a value')", "ab c\t", "kept", "None", "#N/A"),
    ]


def test_repeated_rows_and_cells_of_opendocument_stand_as_often(opendocument: Any) -> None:
    """Rows and cells that are written once with a count are there so many times, blanks only counted."""
    blank = '<table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>'
    twice = ' table:number-rows-repeated="2"'
    rows = opendocument.row(*HEADER) + blank
    rows += opendocument.row("1", LINK, opendocument.number("5"), more=twice)
    rows += opendocument.row("2", '<table:table-cell table:number-columns-repeated="1"/>', "6")
    rows += '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
    sheet = read_sheet(opendocument.make(rows))
    assert [(row.number, row.cells) for row in sheet.rows] == [
        (5, ("1", LINK, 5)),
        (6, ("1", LINK, 5)),
        (7, ("2", None, "6")),
    ]


@pytest.mark.parametrize(
    ("cell", "again"),
    [
        (
            '<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="16384"/>',
            1,
        ),
        (
            '<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="900"/>',
            999_999,
        ),
        ('<table:table-cell office:value-type="float" office:value="1"/>', 2_000_000_000),
    ],
)
def test_an_opendocument_bomb_is_refused(opendocument: Any, refusal: Refused, cell: str, again: int) -> None:
    """A few bytes that stand for billions of values are refused by the place where they begin."""
    row = opendocument.row("1", LINK, cell, more=f' table:number-rows-repeated="{again}"')
    code, told = refusal(opendocument.make(opendocument.row(*HEADER) + row))
    assert (code, told["worksheet"]) == ("sheet.far_cell", "Orders")


def test_an_opendocument_may_not_declare_a_type(opendocument: Any, refusal: Refused) -> None:
    """A document type, and with it any entity, is refused."""
    rows = opendocument.row(*HEADER) + opendocument.row("1", LINK, "5")
    path = opendocument.make(rows, head='<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>')
    assert refusal(path) == ("sheet.forbidden_xml", {"path": str(path), "part": "content.xml"})


def test_hidden_worksheets_of_opendocument_are_no_choice(opendocument: Any) -> None:
    """A worksheet whose style hides it is passed over, and read when it is named."""
    style = '<style:style style:name="h"><style:table-properties table:display="false"/></style:style>'
    old = opendocument.row(*HEADER) + opendocument.row("9", LINK, "9")
    second = f'</table:table><table:table table:name="Old" table:style-name="h">{old}'
    rows = opendocument.row(*HEADER) + opendocument.row("1", LINK, "5") + second
    path = opendocument.make(rows, before=f"<office:automatic-styles>{style}</office:automatic-styles>")
    assert read_sheet(path).rows[0].cells[0] == "1"
    assert read_sheet(path, worksheet="old").rows[0].cells[0] == "9"


@pytest.mark.parametrize(
    ("kind", "name"),
    [(".csv", "orders.xlsx"), (".csv", "orders.xls"), (".csv", "orders.ods"), (".xlsx", "orders.xls"),
     (".xlsx", "orders.csv"), (".xls", "orders.xlsx"), (".ods", "orders.xlsx"), (".xlsb", "orders.xlsx")],
)  # fmt: skip
def test_a_file_is_read_as_what_it_is(
    make_xlsx: Any, opendocument: Any, binary: Any, tmp_path: Path, kind: str, name: str
) -> None:
    """A file under the name of another kind is read by its contents, and that is told."""
    rows = {1: HEADER, 2: (1, LINK, 5)}
    content = {
        ".csv": lambda: ",".join(HEADER).encode() + f"\n1,{LINK},5\n".encode(),
        ".xlsx": lambda: make_xlsx(Orders=list(rows.values())).read_bytes(),
        ".xls": lambda: binary.xls(rows).read_bytes(),
        ".xlsb": lambda: binary.xlsb(rows).read_bytes(),
        ".ods": lambda: opendocument.make(
            opendocument.row(*HEADER) + opendocument.row("1", LINK, "5")
        ).read_bytes(),
    }[kind]()
    (tmp_path / name).write_bytes(content)
    sheet = read_sheet(tmp_path / name)
    assert [str(cell) for cell in sheet.rows[0].cells] == ["1", LINK, "5"]
    assert sheet.notes == (("read_as", {"kind": kind}),)


def test_merged_titles_are_no_news(make_xlsx: Any, raw: Any) -> None:
    """Cells merged above the header, along one row, or right of the table are not told."""
    sheet = f"{raw.header(3)}{raw.row(4)}{raw.row(5)}"
    merged = "".join(f'<mergeCell ref="{place}"/>' for place in ("A1:C2", "A4:B4", "H4:H5"))
    after = f"</sheetData><mergeCells>{merged}</mergeCells>"
    path = raw.make(sheet)
    content = parts_of(path)
    worksheet = content["xl/worksheets/sheet1.xml"].replace(b"</sheetData>", after.encode())
    raw.write_zip(path, content | {"xl/worksheets/sheet1.xml": worksheet})
    assert read_sheet(path).notes == ()


def test_a_large_sheet_with_marks_is_gone_over_whole(raw: Any) -> None:
    """In a worksheet of megabytes an error, a formula without value and a hidden row are found all the same."""
    plain = "".join(raw.row(number, f'<c r="C{number}"><v>5</v></c>') for number in range(2, 9_000))
    marked = raw.row(9_000, '<c r="C9000" t="e"><v>#N/A</v></c>') + raw.row(
        9_001, '<c r="C9001"><f>A1</f></c>'
    )
    hidden = raw.row(9_002, '<c r="C9002"><v>5</v></c>').replace("<row ", '<row hidden="1" ')
    for rows, expected in (
        (plain + marked + hidden, [ErrorCell("#N/A"), ErrorCell("formula without a value"), 5]),
        (plain, [5, 5, 5]),
    ):
        sheet = read_sheet(raw.make(raw.header() + rows))
        assert [row.cells[2] for row in sheet.rows[-3:]] == expected
    assert sheet.rows[-1].number == 8_999
    columns = '<cols><col min="1" max="1" width="9"/><col min="2" max="3" hidden="1"/></cols>'
    assert read_sheet(raw.make(raw.header() + plain, before=columns)).notes == (
        ("hidden_columns", {"count": 2, "columns": ("Link", "Quantity")}),
    )


@pytest.mark.parametrize("cell", ["XFD1048576", "B1048576", "XFD3", "AB9000000"])
def test_a_large_sheet_with_a_far_cell_is_refused(raw: Any, refusal: Refused, cell: str) -> None:
    """Among thousands of rows a value far out is found, whatever its row and column."""
    plain = "".join(raw.row(number) for number in range(2, 9_000))
    number = cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    far = f'<row r="{number}"><c r="{cell}"><v>1</v></c></row>'
    wide = "".join(f'<c r="{column}9000"><v>1</v></c>' for column in ("AA", "AB"))
    path = raw.make(raw.header() + plain + f'<row r="9000">{wide}</row>' + far)
    code, told = refusal(path)
    assert (code, told.get("cell")) == ("sheet.far_cell", cell)
