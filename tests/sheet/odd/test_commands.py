"""Whole commands over sheets of every kind, and over files that are none."""

import os
import shutil
import sys
import zipfile
from pathlib import Path

import pytest

MADE = Path(__file__).parent / "made"
LINK = "https://example.com/a"
ROWS = {1: ("Service", "Link", "Quantity"), 2: (1, LINK, 500), 3: (1, "https://example.com/b", 600)}


def test_an_order_placed_from_one_kind_is_known_in_every_other(desk, binary, opendocument, make_xlsx):
    """What was ordered from an .xls is not ordered again from the same rows as .xlsb, .ods, .xlsx or text."""
    rows = list(ROWS.values())
    table = "".join(
        opendocument.row(*(opendocument.number(str(cell)) if isinstance(cell, int) else cell for cell in row))
        for row in rows
    )
    text = desk.folder / "text.txt"
    text.write_text(f"1 | {LINK} | 500\n1 | https://example.com/b | 600\n", encoding="utf-8")
    first = desk.run("submit", binary.xls(ROWS), "--campaign", "june", "--yes", "--json")
    assert (first.code, first.states()) == (0, ["placed", "placed"])
    for path in (binary.xlsb(ROWS), opendocument.make(table), make_xlsx("x.xlsx", Orders=rows), text):
        again = desk.run("check", path, "--campaign", "june", "--json")
        assert (again.code, again.states()) == (0, ["placed", "placed"]), path
        assert [each["key"] for each in again.json["orders"]] == [
            each["key"] for each in first.json["orders"]
        ]
    assert len(desk.sold()) == 2


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.xlsx", b"PK\x03\x04 cut off", "sheet.damaged"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "sheet.damaged"),
        ("a.ods", b"%PDF-1.7", "sheet.not_workbook"),
        ("a.csv", b"Service,Link\n1,\x00\n", "sheet.zero_byte"),
        ("a.txt", b"1 | https://example.com/a | 5\nand so on\n", "sheet.mass_order_line"),
        ("a.xlsb", b"<html><table></table></html>", "sheet.not_workbook"),
    ],
)
def test_a_file_that_is_no_sheet_ends_with_2_and_one_sentence(desk, name, content, code):
    """Whatever lies under a sheet's name, the command says what is wrong and what to do, and shows no traceback."""
    (desk.folder / name).write_bytes(content)
    ended = desk.run("submit", name, "--yes", "--json")
    assert (ended.code, ended.json["error"]["code"]) == (2, code)
    assert ended.json["error"]["next"]
    assert "Traceback" not in ended.out + ended.err


def test_a_locked_workbook_is_told_on_the_terminal(desk):
    """A file with a password is told in a sentence for people too."""
    shutil.copy(MADE / "locked.ods", desk.folder / "locked.ods")
    ended = desk.run("check", "locked.ods")
    assert (ended.code, ended.out) == (2, "")
    assert "password" in ended.err


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such files")
def test_a_pipe_under_the_name_of_a_sheet_is_not_waited_for(desk):
    """A named pipe is refused at once."""
    os.mkfifo(desk.folder / "orders.xlsx")
    assert desk.run("check", "orders.xlsx", "--json").json["error"]["code"] == "sheet.unreadable"


def test_a_sheet_beyond_the_limit_is_read_once_the_setting_allows_it(desk, make_xlsx):
    """A worksheet that is too large is refused in a sentence that names the setting and the figure that will do."""
    rows = [("Service", "Link", "Quantity"), *((1, f"{LINK}/{n}{'x' * 400}", 500) for n in range(2_500))]
    path = make_xlsx("large.xlsx", Orders=rows)
    desk.changes["BULKORDERS_MAX_SHEET_MEGABYTES"] = "1"
    (desk.folder / "bulkorders.toml").write_text("max_sheet_megabytes = 1\n", encoding="utf-8")
    assert (
        desk.run("check", path, "--json").code == 0
    )  # the texts stand in a part of their own, 50 MB at most
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] += b" " * 2_000_000
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    refused = desk.run("check", path, "--json")
    assert (refused.code, refused.json["error"]["code"]) == (2, "sheet.too_large")
    wanted = refused.json["error"]["next"].partition("BULKORDERS_MAX_SHEET_MEGABYTES=")[2].rstrip(".")
    del desk.changes["BULKORDERS_MAX_SHEET_MEGABYTES"]
    (desk.folder / "bulkorders.toml").write_text(f"max_sheet_megabytes = {wanted}\n", encoding="utf-8")
    assert desk.run("check", path, "--json").json["counts"]["rows"] == 2_500
