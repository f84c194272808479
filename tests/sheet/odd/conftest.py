"""Files as programs other than ours write them: binary workbooks, containers, OpenDocument part by part."""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from struct import pack
from typing import Any

import pytest

from bulkorders.errors import SheetError
from bulkorders.sheet.reading import read_sheet

RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
ERRORS = {"#DIV/0!": 0x07, "#N/A": 0x2A, "#REF!": 0x17}
SECTOR = 512


class Shown(str):
    """A text that stands for an error cell."""

    __slots__ = ()


class Binary:
    """Workbooks of binary records: .xlsb, and .xls within its container."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.error = Shown

    def xlsb(
        self,
        rows: Mapping[int, Sequence[Any]],
        *,
        hidden: Sequence[int] = (),
        hidden_column: int | None = None,
        merged: Sequence[tuple[int, int, int, int]] = (),
        cut: int = 0,
        name: str = "orders.xlsb",
    ) -> Path:
        """Write a workbook with these rows by their number; columns and merged cells count from 0."""
        sheet = _record(129) + _record(148, pack("<IIII", min(rows) - 1, max(rows) - 1, 0, 9))
        if hidden_column is not None:
            column = pack("<IIIIH", hidden_column, hidden_column, 2000, 0, 1)
            sheet += _record(390) + _record(60, column) + _record(391)
        sheet += _record(145)
        for number, cells in rows.items():
            flags = 0x10 if number in hidden else 0
            sheet += _record(0, pack("<IIHBBBI", number - 1, 0, 300, 0, flags, 0, 0))
            sheet += b"".join(_cell12(column, cell) for column, cell in enumerate(cells) if cell is not None)
        sheet += _record(146)
        if merged:
            sheet += _record(177, pack("<I", len(merged)))
            sheet += b"".join(_record(176, pack("<IIII", *each)) for each in merged) + _record(178)
        sheet += _record(130)
        listed = pack("<II", 0, 1) + _wide("rId1") + _wide("Orders")
        book = _record(131) + _record(143) + _record(156, listed) + _record(144) + _record(132)
        related = f'<Relationship Id="rId1" Type="{RELATION}/worksheet" Target="worksheets/sheet1.bin"/>'
        root = f'<Relationship Id="rId1" Type="{RELATION}/officeDocument" Target="xl/workbook.bin"/>'
        kinds = "application/vnd.ms-excel."
        path = self.folder / name
        _zip(
            path,
            {
                "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
                '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
                f'<Override PartName="/xl/workbook.bin" ContentType="{kinds}sheet.binary.macroEnabled.main"/>'
                f'<Override PartName="/xl/worksheets/sheet1.bin" ContentType="{kinds}worksheet"/></Types>',
                "_rels/.rels": _relations(root),
                "xl/workbook.bin": book,
                "xl/_rels/workbook.bin.rels": _relations(related),
                "xl/worksheets/sheet1.bin": sheet[: len(sheet) - cut],
            },
        )
        return path

    def xls(
        self,
        rows: Mapping[int, Sequence[Any]],
        *,
        password: bool = False,
        hidden: Sequence[int] = (),
        stream: str = "Workbook",
        name: str = "orders.xls",
    ) -> Path:
        """Write a workbook with these rows by their number, in a container under this stream's name."""
        begin = _old(0x809, pack("<HHHHII", 0x600, 5, 0, 0, 0, 6))
        listed = _old(0x85, pack("<IBBBB", 0, 0, 0, 6, 0) + b"Orders")
        protected = _old(0x2F, pack("<HHH", 0, 1, 1)) if password else b""
        end = _old(0x0A)
        place = len(begin + protected + listed + end)
        listed = _old(0x85, pack("<IBBBB", place, 0, 0, 6, 0) + b"Orders")
        sheet = _old(0x809, pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 6))
        for number in rows:
            flags = 0x20 if number in hidden else 0
            sheet += _old(0x208, pack("<HHHHHHI", number - 1, 0, 256, 255, 0, 0, 0x100 | flags))
        for number, cells in rows.items():
            sheet += b"".join(
                _cell8(number - 1, column, cell) for column, cell in enumerate(cells) if cell is not None
            )
        path = self.folder / name
        path.write_bytes(container({stream: begin + protected + listed + end + sheet + end}))
        return path

    def container(self, name: str, streams: Mapping[str, bytes]) -> Path:
        """Write a container of these streams."""
        (self.folder / name).write_bytes(container(streams))
        return self.folder / name


def _record(kind: int, data: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, sizes = len(data), b""
    while True:
        size, low = size >> 7, size & 0x7F
        sizes += bytes([low | (0x80 if size else 0)])
        if not size:
            return head + sizes + data


def _wide(text: str) -> bytes:
    return pack("<I", len(text.encode("utf-16-le")) // 2) + text.encode("utf-16-le")


def _cell12(column: int, cell: Any) -> bytes:
    place = pack("<II", column, 0)
    if isinstance(cell, Shown):
        return _record(3, place + bytes([ERRORS[cell]]))
    if isinstance(cell, bool):
        return _record(4, place + bytes([cell]))
    if isinstance(cell, str):
        return _record(6, place + _wide(cell))
    return _record(5, place + pack("<d", cell))


def _old(kind: int, data: bytes = b"") -> bytes:
    return pack("<HH", kind, len(data)) + data


def _cell8(row: int, column: int, cell: Any) -> bytes:
    place = pack("<HHH", row, column, 0)
    if isinstance(cell, Shown):
        return _old(0x205, place + bytes([ERRORS[cell], 1]))
    if isinstance(cell, bool):
        return _old(0x205, place + bytes([cell, 0]))
    if isinstance(cell, str):
        return _old(
            0x204, place + pack("<HB", len(cell.encode("utf-16-le")) // 2, 1) + cell.encode("utf-16-le")
        )
    return _old(0x203, place + pack("<d", cell))


def container(streams: Mapping[str, bytes]) -> bytes:
    """Return the container of these streams, each padded to the size from which on it has sectors of its own."""
    sectors: list[bytes] = []
    follows: list[int] = []
    entries = _entry("Root Entry", 5, 0xFFFFFFFE, 0, child=1)
    for number, (name, content) in enumerate(streams.items(), start=1):
        padded = content.ljust(max(4096, -(-len(content) // SECTOR) * SECTOR), b"\0")
        first, count = len(sectors), len(padded) // SECTOR
        sectors += [padded[at : at + SECTOR] for at in range(0, len(padded), SECTOR)]
        follows += [*range(first + 1, first + count), 0xFFFFFFFE]
        right = number + 1 if number < len(streams) else 0xFFFFFFFF
        entries += _entry(name, 2, first, len(padded), right=right)
    entries = entries.ljust(-(-len(entries) // SECTOR) * SECTOR, b"\0")
    directory, count = len(sectors), len(entries) // SECTOR
    sectors += [entries[at : at + SECTOR] for at in range(0, len(entries), SECTOR)]
    follows += [*range(directory + 1, directory + count), 0xFFFFFFFE]
    tables = -(-(len(follows) + 4) // (SECTOR // 4))
    table = len(sectors)
    follows += [0xFFFFFFFD] * tables
    follows += [0xFFFFFFFF] * (tables * SECTOR // 4 - len(follows))
    sectors += [pack("<128I", *follows[at : at + SECTOR // 4]) for at in range(0, len(follows), SECTOR // 4)]
    listed = [*range(table, table + tables), *[0xFFFFFFFF] * (109 - tables)]
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += pack("<IIIIIIIIII", 0, tables, directory, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, listed[0])
    return head + pack("<108I", *listed[1:]) + b"".join(sectors)


def _entry(name: str, kind: int, first: int, size: int, *, child: int = -1, right: int = 0xFFFFFFFF) -> bytes:
    wide = name.encode("utf-16-le")
    lead = wide.ljust(64, b"\0") + pack("<HBB", len(wide) + 2, kind, 1)
    below = 0xFFFFFFFF if child < 0 else child
    return lead + pack("<III", 0xFFFFFFFF, right, below) + bytes(36) + pack("<IQ", first, size)


def _relations(inner: str) -> str:
    return f'<Relationships xmlns="{PACKAGE}/relationships">{inner}</Relationships>'


def _zip(path: Path, parts: Mapping[str, str | bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "table", "text", "style")
)


class OpenDocuments:
    """OpenDocument sheets from the XML of their rows."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def make(
        self,
        rows: str,
        *,
        before: str = "",
        head: str = "",
        parts: Mapping[str, str] | None = None,
        name: str = "orders.ods",
    ) -> Path:
        """Write a sheet with these rows; `before` stands before the table, `head` before the document."""
        table = f'<table:table table:name="Orders">{rows}</table:table>'
        body = f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body>"
        content = f"{head}<office:document-content {SPACES}>{before}{body}</office:document-content>"
        kind = "application/vnd.oasis.opendocument.spreadsheet"
        _zip(self.folder / name, {"mimetype": kind, "content.xml": content, **(parts or {})})
        return self.folder / name

    def row(self, *cells: str, more: str = "") -> str:
        """Return the XML of a row; a text is a cell of text, XML of a cell stays what it is."""
        made = [each if each.startswith("<") else self.text(each) for each in cells]
        return f"<table:table-row{more}>{''.join(made)}</table:table-row>"

    def text(self, text: str) -> str:
        """Return the XML of a cell of text."""
        return f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'

    def number(self, value: str, more: str = "") -> str:
        """Return the XML of a cell of a number."""
        shown = f"<text:p>{value}</text:p>"
        return f'<table:table-cell office:value-type="float" office:value="{value}"{more}>{shown}</table:table-cell>'


@pytest.fixture
def binary(tmp_path: Path) -> Binary:
    """Give a maker of binary workbooks."""
    return Binary(tmp_path)


@pytest.fixture
def opendocument(tmp_path: Path) -> OpenDocuments:
    """Give a maker of OpenDocument sheets."""
    return OpenDocuments(tmp_path)


@pytest.fixture
def refusal() -> Any:
    """Give what reads a file that is refused, and returns code and facts of the error."""

    def refused(path: Path, **how: Any) -> tuple[str, Mapping[str, Any]]:
        with pytest.raises(SheetError) as caught:
            read_sheet(path, **how)
        return caught.value.code, caught.value.facts

    return refused
