"""Order sheets made on the fly: whole ones by XlsxWriter, and odd ones part by part."""

import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEADER = ("Service", "Link", "Quantity")

MakeXlsx = Callable[..., Path]
MakeText = Callable[..., Path]


@pytest.fixture
def make_xlsx(tmp_path: Path) -> MakeXlsx:
    """Give a maker of workbooks: worksheets by name, each a sequence of rows from row 1 on."""

    def make(name: str = "orders.xlsx", /, **worksheets: Sequence[Sequence[Any]]) -> Path:
        return make_workbook(tmp_path / name, worksheets)

    return make


def make_workbook(path: Path, worksheets: Mapping[str, Sequence[Sequence[Any]]]) -> Path:
    """Write rows into worksheets; names that begin with `_` are very hidden."""
    options = {"strings_to_urls": False, "strings_to_formulas": False, "default_date_format": "yyyy-mm-dd"}
    with xlsxwriter.Workbook(str(path), options) as workbook:
        for name, rows in worksheets.items():
            worksheet = workbook.add_worksheet(name)
            if name.startswith("_"):
                worksheet.very_hidden()
            for number, row in enumerate(rows):
                worksheet.write_row(number, 0, row)
    return path


class Raw:
    """Workbooks made from raw XML, as odd programs write them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.skeleton = skeleton
        self.write_zip = write_zip

    def make(
        self,
        rows: str,
        *,
        before: str = "",
        shared: str | None = None,
        parts: Mapping[str, str | bytes] | None = None,
        name: str = "raw.xlsx",
    ) -> Path:
        """Write a workbook with these rows of `sheetData`; `parts` are put in or replaced."""
        sheet = f'<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData></worksheet>'
        members = skeleton({"Orders": "visible"}) | {"xl/worksheets/sheet1.xml": sheet}
        if shared is not None:
            members["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{shared}</sst>'
        path = self.folder / name
        write_zip(path, members | dict(parts or {}))
        return path

    def text(self, place: str, text: str) -> str:
        """Return the XML of a cell that holds its text itself."""
        return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'

    def header(self, row: int = 1, *further: str) -> str:
        """Return the XML of a header row: Service, Link, Quantity and further titles."""
        titles = (*HEADER, *further)
        cells = "".join(self.text(f"{chr(65 + index)}{row}", title) for index, title in enumerate(titles))
        return f'<row r="{row}">{cells}</row>'

    def row(self, number: int, cells: str = "") -> str:
        """Return the XML of a row with a service and a link, and further cells from column C on."""
        link = self.text(f"B{number}", f"https://example.com/{number}")
        return f'<row r="{number}"><c r="A{number}"><v>1</v></c>{link}{cells}</row>'


@pytest.fixture
def raw(tmp_path: Path) -> Raw:
    """Give a maker of workbooks from raw XML."""
    return Raw(tmp_path)


def skeleton(worksheets: Mapping[str, str]) -> dict[str, str | bytes]:
    """Return all parts of a workbook but its worksheets, which are given by name with their state."""
    listed, related = "", ""
    for number, (name, state) in enumerate(worksheets.items(), start=1):
        listed += f'<sheet name="{name}" sheetId="{number}" state="{state}" r:id="rId{number}"/>'
        related += _relation(f"rId{number}", "worksheet", f"worksheets/sheet{number}.xml")
    related += _relation("rIdS", "sharedStrings", "sharedStrings.xml") + _relation(
        "rIdT", "styles", "styles.xml"
    )
    formats = "".join(f'<xf numFmtId="{number}"/>' for number in (0, 14, 22, 21, 46))
    top = f'<workbook xmlns="{MAIN}" xmlns:r="{RELATION}">'
    root = _relation("rId1", "officeDocument", "xl/workbook.xml")
    return {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": _relations(root),
        "xl/workbook.xml": f"{top}<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _relations(related),
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><cellXfs>{formats}</cellXfs></styleSheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}"/>',
    }


def _relations(inner: str) -> str:
    return f'<Relationships xmlns="{PACKAGE}/relationships">{inner}</Relationships>'


def _relation(name: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{name}" Type="{RELATION}/{kind}" Target="{target}"/>'


def write_zip(path: Path, members: Mapping[str, str | bytes]) -> None:
    """Write a zip of these members."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


@pytest.fixture
def make_text(tmp_path: Path) -> MakeText:
    """Give a maker of text files."""

    def make(content: str | bytes, name: str = "orders.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return make
