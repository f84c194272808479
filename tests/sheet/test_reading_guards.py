"""Files that are no order sheet, that are broken, or that would bring the machine down."""

import io
import os
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from bulkorders.errors import SheetError
from bulkorders.sheet.reading import read_sheet
from bulkorders.sheet.reading.limits import Limits

HEADER = ("Service", "Link", "Quantity")
LINK = "https://example.com/a"
ONE = "<v>1</v>"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000)

MakeXlsx = Callable[..., Path]
MakeText = Callable[..., Path]


def refusal(path: Path, **how: Any) -> tuple[str, Mapping[str, Any]]:
    """Return code and facts of the error that reading this file ends with; its path is always told."""
    with pytest.raises(SheetError) as caught:
        read_sheet(path, **how)
    assert caught.value.facts["path"] == str(path)
    return caught.value.code, caught.value.facts


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """A path where nothing is, or below a file, is not found or unreadable, never a crash."""
    assert refusal(tmp_path / "none.xlsx")[0] == "sheet.not_found"
    assert refusal(tmp_path / "none")[0] == "sheet.not_found"
    assert refusal(tmp_path / "a\0b.xlsx")[0] == "sheet.unreadable"


def test_a_folder_is_told(tmp_path: Path) -> None:
    """A folder is no sheet, even one with the name of a sheet."""
    (tmp_path / "orders.xlsx").mkdir()
    assert refusal(tmp_path / "orders.xlsx")[0] == refusal(tmp_path)[0] == "sheet.folder"


@pytest.mark.parametrize("name", ["orders.xlsx", "orders.csv"])
def test_an_empty_file_is_told(make_text: MakeText, name: str) -> None:
    """A file of no bytes is empty."""
    assert refusal(make_text("", name))[0] == "sheet.empty"


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such permissions")
def test_a_file_that_may_not_be_read_is_told(make_text: MakeText) -> None:
    """A file without permission is told as that."""
    path = make_text("Service,Link\n1,x\n")
    path.chmod(0)
    user = os.geteuid()
    if user == 0:  # the super-user may read everything, so the test is nobody for a moment
        os.seteuid(65534)
    try:
        assert refusal(path)[0] == "sheet.no_permission"
    finally:
        os.seteuid(user)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such files")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """A named pipe with the name of a sheet is refused at once."""
    os.mkfifo(tmp_path / "orders.csv")
    assert refusal(tmp_path / "orders.csv")[0] == "sheet.unreadable"


@pytest.mark.parametrize(
    ("name", "kind"), [("a.pdf", ".pdf"), ("a.xlt", ".xlt"), ("a.numbers", ".numbers"), ("orders", "")]
)
def test_other_kinds_are_named_beside_those_that_are_read(make_text: MakeText, name: str, kind: str) -> None:
    """A file of another kind is refused by its name, with the kinds that are read."""
    code, told = refusal(make_text("x", name))
    assert (code, told["kind"]) == ("sheet.kind", kind)
    kinds = {".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".csv", ".tsv", ".txt"}
    assert kinds == set(told["read"])


@pytest.mark.parametrize("name", ["~$orders.xlsx", ".~lock.orders.xlsx#"])
def test_the_lock_file_of_an_open_workbook_is_told(make_text: MakeText, name: str) -> None:
    """The small file beside an open workbook is known as that."""
    assert refusal(make_text("x", name))[0] == "sheet.lock_file"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"%PDF-1.7 ...", "pdf"),
        (b"\n <html><body><p>Service</p></body></html>", "html"),
        (b"\xef\xbb\xbf<TABLE border=1>", "html"),
        (b'<?xml version="1.0"?><Workbook/>', "xml"),
        (b"\x00\x01\x02", "binary"),
        (b"\x89PNG\r\n", "picture"),
    ],
)
def test_what_only_bears_the_name_of_a_workbook_is_told(
    make_text: MakeText, content: bytes, found: str
) -> None:
    """A renamed file of another kind is refused with what it seems to be."""
    code, told = refusal(make_text(content, "orders.xlsx"))
    assert (code, told["found"]) == ("sheet.not_workbook", found)


def test_old_and_encrypted_workbooks_are_told_apart(make_text: MakeText) -> None:
    """A workbook with a password asks for that; an empty container, and one of the first kind, are refused."""
    encrypted = OLE + "EncryptedPackage".encode("utf-16-le") + bytes(100)
    assert refusal(make_text(encrypted, "secret.xlsx"))[0] == "sheet.encrypted"
    assert refusal(make_text(OLE, "old.xls"))[0] == "sheet.damaged"
    code, told = refusal(make_text(b"\x09\x00\x04\x00\x07\x00\x10\x00" + bytes(50), "older.xls"))
    assert (code, told["kind"]) == ("sheet.kind", "Excel 2 to 5")


@pytest.mark.parametrize(
    ("member", "code", "fact"),
    [
        ("word/document.xml", "sheet.not_workbook", {"found": "document"}),
        ("holiday.jpg", "sheet.not_workbook", {"found": "archive"}),
        ("content.xml", "sheet.empty", {"worksheet": None}),
        ("xl/workbook.bin", "sheet.damaged", {}),
        ("encrypted-package", "sheet.encrypted", {}),
        ("Index/Document.iwa", "sheet.kind", {"kind": ".numbers"}),
    ],
)
def test_other_zips_are_no_workbooks(
    raw: Any, tmp_path: Path, member: str, code: str, fact: dict[str, str]
) -> None:
    """A zip of something else under a workbook's name is told as what it is."""
    raw.write_zip(tmp_path / "orders.xlsx", {member: "<x/>"})
    found, told = refusal(tmp_path / "orders.xlsx")
    assert (found, told | fact) == (code, told)


def test_a_file_cut_anywhere_is_damaged(make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    """Wherever a workbook is cut off, reading ends with one clear error."""
    content = make_xlsx(Orders=[HEADER, (1, LINK, 5)]).read_bytes()
    for length in range(4, len(content), 211):
        (tmp_path / "cut.xlsx").write_bytes(content[:length])
        assert refusal(tmp_path / "cut.xlsx")[0] == "sheet.damaged"


def test_flipped_bytes_never_crash(make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    """A workbook with any one byte wrong is read as before or refused, never anything else."""
    path = make_xlsx(Orders=[HEADER, (1, LINK, 5)])
    content, before = path.read_bytes(), read_sheet(path).rows
    for at in range(0, len(content), 53):
        (tmp_path / "bad.xlsx").write_bytes(content[:at] + bytes([content[at] ^ 0x55]) + content[at + 1 :])
        try:
            rows = read_sheet(tmp_path / "bad.xlsx").rows
        except SheetError:
            continue
        assert rows == before


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="A1"><v>1</v></row>',
        '<row r="x"><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="1A"><v>1</v></c></row>',
        '<row r="1"><v>1</v></row>',
        '<row r="1"><c r="A1" t="s"><v>99</v></c></row>',
        "</sheetData><sheetData>&unknown;",
    ],
)
def test_broken_worksheets_are_damaged(raw: Any, rows: str) -> None:
    """XML that no spreadsheet program writes is refused as damaged."""
    assert refusal(raw.make(rows))[0] in {"sheet.damaged", "sheet.columns_missing"}


def test_a_part_that_stands_twice_is_damaged(raw: Any) -> None:
    """A zip in which two readers might see two different worksheets is refused."""
    path = raw.make(raw.header() + raw.row(2))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("XL/worksheets/sheet1.xml", "<worksheet/>")
    assert refusal(path)[0] == "sheet.damaged"


def test_a_bomb_is_refused_unopened(raw: Any) -> None:
    """A part packed tighter than spreadsheets ever are is refused by the zip's directory."""
    code, told = refusal(raw.make(raw.header(), parts={"xl/media/image1.png": bytes(40_000_000)}))
    assert (code, told["part"], told["limit"]) == ("sheet.bomb", "xl/media/image1.png", 200)


def test_a_part_that_says_less_than_it_unpacks_to_is_damaged(raw: Any) -> None:
    """A zip that lies about its sizes is found out before the fast reader unpacks it."""
    path = raw.make(raw.header() + raw.row(2), shared=f"<si><t>{'x' * 3_000_000}</t></si>")
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo("xl/sharedStrings.xml").file_size
    content = path.read_bytes()
    assert content.count(size.to_bytes(4, "little")) == 2
    path.write_bytes(content.replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little")))
    assert refusal(path)[0] == "sheet.damaged"


def test_limits_hold_for_each_part_and_for_all(raw: Any) -> None:
    """A part, all parts together or the file itself may be too large; the limits can be raised."""
    path = raw.make(
        raw.header() + raw.row(2), parts={"xl/a.bin": os.urandom(30_000), "xl/b.txt": "b" * 40_000}
    )
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(info.file_size for info in archive.infolist())
    code, told = refusal(path, limits=Limits(member=20_000))
    assert (code, told["part"], told["size"], told["limit"]) == (
        "sheet.too_large",
        "xl/a.bin",
        30_000,
        20_000,
    )
    code, told = refusal(path, limits=Limits(worksheet=300))
    assert (code, told["part"], told["limit"]) == ("sheet.too_large", "xl/worksheets/sheet1.xml", 300)
    code, told = refusal(path, limits=Limits(total=unpacked - 1))
    assert (code, told["part"], told["size"]) == ("sheet.too_large", None, unpacked)
    code, told = refusal(path, limits=Limits(total=20_000))
    assert (code, told["size"]) == ("sheet.too_large", path.stat().st_size)
    assert len(read_sheet(path, limits=Limits(member=40_000, total=unpacked)).rows) == 1


def test_a_cell_far_out_is_named(raw: Any) -> None:
    """One value in the last corner, which aborts the fast reader's process, is refused by its name."""
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    code, told = refusal(raw.make(raw.header() + raw.row(2) + far))
    assert (code, told["cell"], told["worksheet"]) == ("sheet.far_cell", "XFD1048576", "Orders")


@pytest.mark.parametrize(
    ("rows", "cell"),
    [
        ('<row r="1048576"><c r="ZZ1048576"><v>1</v></c></row>', "ZZ1048576"),
        (
            '<row r="3"><c r="ZZ3"><v>1</v></c></row><row r="1000000"><c r="A1000000"><v>1</v></c></row>',
            "A1000000",
        ),
        ('<row r="3"><c r="ZZ1000000"><v>1</v></c><c r="A3"><v>1</v></c></row>', "ZZ1000000"),
        (
            f'<row r="3"><c r="ZZ3">{ONE}</c></row><row r="4"><c r="A1000000">{ONE}</c><c r="A4">{ONE}</c></row>',
            "A1000000",
        ),
        ('<row r="3"><c r="AMA3"><v>1</v></c></row>', "AMA3"),
        ('<row r="1048577"><c r="A1048577"><v>1</v></c></row>', "A1048577"),
    ],
)
def test_few_values_over_a_vast_area_are_refused(raw: Any, rows: str, cell: str) -> None:
    """A nearly empty sheet of millions of places is refused, however its cells are hidden among others."""
    code, told = refusal(raw.make(raw.header() + raw.row(2) + rows))
    assert (code, told["cell"]) == ("sheet.far_cell", cell)


def test_a_long_sheet_of_few_columns_is_not_far(raw: Any) -> None:
    """A value in the last row is read, since the sheet is narrow."""
    assert read_sheet(raw.make(raw.header() + raw.row(1_048_576))).rows[0].number == 1_048_576


DECLARATIONS = (
    b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>',
    b'<!DOCTYPE x SYSTEM "x.dtd">',
)


@pytest.mark.parametrize(
    "part",
    [
        "xl/worksheets/sheet1.xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/sharedStrings.xml",
        "xl/styles.xml",
    ],
)
@pytest.mark.parametrize("declaration", DECLARATIONS)
def test_no_part_may_declare_a_type(raw: Any, part: str, declaration: bytes) -> None:
    """A document type, and with it any entity, is refused in each part that is read."""
    path = raw.make(raw.header() + raw.row(2))
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    raw.write_zip(path, members | {part: declaration + members[part]})
    code, told = refusal(path)
    assert (code, told["part"]) == ("sheet.forbidden_xml", part)


def test_a_zip_with_a_password_is_encrypted(raw: Any) -> None:
    """A workbook whose parts are marked as encrypted is told as that."""
    path = raw.make(raw.header() + raw.row(2))
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        start = archive.start_dir
    content[start + 8] |= 1
    path.write_bytes(content)
    assert refusal(path)[0] == "sheet.encrypted"


def test_a_sheet_without_rows_is_told(make_xlsx: MakeXlsx, make_text: MakeText) -> None:
    """A header alone is no order sheet, in a workbook and in a text file."""
    code, told = refusal(make_xlsx(Orders=[(), HEADER, (" ",)]))
    assert (code, told["worksheet"], told["header_row"]) == ("sheet.no_rows", "Orders", 2)
    assert refusal(make_text("Service,Link\n\n , \n"))[0] == "sheet.no_rows"


def test_blank_sheets_are_empty(make_xlsx: MakeXlsx, make_text: MakeText) -> None:
    """A workbook or text file of blanks alone is empty."""
    assert refusal(make_xlsx(Orders=[(), (" ",)]))[0] == "sheet.empty"
    assert refusal(make_text(" \n\n"))[0] == "sheet.empty"


def test_only_hidden_worksheets_are_empty(raw: Any) -> None:
    """A workbook that shows no worksheet has nothing to read, unless one is named."""
    listed = raw.skeleton({"Orders": "hidden"})["xl/workbook.xml"]
    path = raw.make(raw.header() + raw.row(2), parts={"xl/workbook.xml": listed})
    assert refusal(path)[0] == "sheet.empty"
    assert len(read_sheet(path, worksheet="Orders").rows) == 1


def test_an_unknown_worksheet_is_told_with_those_there_are(make_xlsx: MakeXlsx, make_text: MakeText) -> None:
    """A name no worksheet has is answered with the names; a text file has none."""
    code, told = refusal(make_xlsx(May=[HEADER], June=[HEADER]), worksheet="July")
    assert (code, told["wanted"], told["found"]) == ("sheet.no_worksheet", "July", ["May", "June"])
    assert refusal(make_text("Service,Link\n1,x\n"), worksheet="May")[1]["found"] == []


def test_where_no_row_is_a_header_the_first_is_spoken_of(make_xlsx: MakeXlsx) -> None:
    """Without a header the error names the first row that isn't blank, its worksheet and what is near."""
    code, told = refusal(make_xlsx(Notes=[()], Orders=[(), ("Srvice", "Link", "Quantity"), (1, LINK, 5)]))
    assert (code, told["worksheet"], told["header_row"]) == ("sheet.columns_missing", "Orders", 2)
    assert (told["missing"], told["near"]) == (["Service"], [("Srvice", "Service")])


@pytest.mark.parametrize("megabytes", [1, 200, 1_000])
def test_what_is_wanted_is_what_lets_a_file_pass(megabytes: int) -> None:
    """The megabytes that a refusal names are enough for that size, and no less would be, whatever was set."""
    limits = Limits.sized(megabytes)
    for name in ("worksheet", "member", "total"):
        limit = getattr(limits, name)
        for size in (limit + 1, limit * 3, limit * 7 + 123_456_789):
            wanted = limits.wanted(size, limit)
            assert getattr(Limits.sized(wanted), name) >= size > getattr(Limits.sized(wanted - 1), name)
