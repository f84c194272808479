"""The file of an order sheet, loaded once: what kind it is by its first bytes, whatever its name says."""

import stat
import zipfile
from io import BytesIO
from pathlib import Path

from bulkorders.errors import SheetError
from bulkorders.sheet.reading.archive import BROKEN
from bulkorders.sheet.reading.limits import Limits

WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
DELIMITED = (".csv", ".tsv", ".txt")
KINDS = (*WORKBOOKS, *DELIMITED)
"""The kinds of file that are read, by the end of their names."""

ALIKE = {".xlsm": ".xlsx", ".tsv": ".csv", ".txt": ".csv"}
"""Kinds that differ in nothing that matters here."""

LOCKS = ("~$", ".~lock.")
"""What the names of the small files begin with that Excel and LibreOffice lay beside an open workbook."""

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLDER = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00")
"""How workbooks begin that Excel wrote before 1993, without a container."""

ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
SIGNATURES = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"SQLite format 3\x00", "database"),
    (b"\x1f\x8b", "archive"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"PAR1", "parquet"),
    (b"{\\rtf", "document"),
)
XML_2003 = b"urn:schemas-microsoft-com:office:spreadsheet"
PAGE = (b"<!doctype html", b"<html", b"<head", b"<table", b"<body", b"<meta", b"<style")

PARTS = (("xl/workbook.bin", ".xlsb"), ("content.xml", ".ods"), ("word/document.xml", "document"))
"""Parts by which a zip is known that is no .xlsx."""


def load(path: Path, limits: Limits) -> bytes:
    """Return the bytes of an order sheet.

    Raises SheetError `sheet.not_found`, `sheet.folder`, `sheet.lock_file`, `sheet.kind` (facts `kind`,
    `read`), `sheet.no_permission`, `sheet.unreadable` (`reason`), `sheet.too_large` (`size`, `limit`, in
    bytes; `wanted`, megabytes) or `sheet.empty`, each with `path`.
    """
    told = str(path)
    try:
        about = path.stat()
        if stat.S_ISDIR(about.st_mode):
            raise SheetError("sheet.folder", path=told)
        _check_name(path)
        if not stat.S_ISREG(about.st_mode):
            raise SheetError("sheet.unreadable", path=told, reason="not a file")
        if about.st_size > limits.total:
            size, wanted = about.st_size, limits.wanted(about.st_size, limits.total)
            raise SheetError(
                "sheet.too_large", path=told, part=None, size=size, limit=limits.total, wanted=wanted
            )
        content = path.read_bytes()
    except FileNotFoundError:
        raise SheetError("sheet.not_found", path=told) from None
    except PermissionError:
        raise SheetError("sheet.no_permission", path=told) from None
    except (OSError, ValueError) as error:
        raise SheetError("sheet.unreadable", path=told, reason=str(error)) from error
    if not content:
        raise SheetError("sheet.empty", path=told, worksheet=None)
    return content


def _check_name(path: Path) -> None:
    """Raise SheetError where the name already says that this is no order sheet."""
    if path.name.startswith(LOCKS):
        raise SheetError("sheet.lock_file", path=str(path))
    if path.suffix.lower() not in KINDS:
        raise SheetError("sheet.kind", path=str(path), kind=path.suffix.lower(), read=KINDS)


def kind_of(path: Path, content: bytes) -> str:
    """Return what these bytes are: ".xlsx", ".xlsb", ".xls", ".ods" or, for text, ".csv".

    Under a workbook's name there may also be tables of a web page (".html"), or Excel's XML of 2003 (".xml").

    Raises SheetError `sheet.encrypted`, `sheet.kind` (a workbook older than Excel 97),
    `sheet.not_workbook` or `sheet.not_text` (by the name; fact `found`: "pdf", "html", "xml", …).
    """
    if content.startswith(ZIP):
        return _zipped(path, content)
    if content.startswith(OLE):
        if ENCRYPTED in content:
            raise SheetError("sheet.encrypted", path=str(path))
        return ".xls"
    found = seen(content)
    if content.startswith(OLDER):
        raise SheetError("sheet.kind", path=str(path), kind="Excel 2 to 5", read=KINDS)
    if found == "html" and b"<td" in content.lower():
        return ".html"
    if found == "xml" and XML_2003 in content[:4096]:
        return ".xml"
    # Whether all of it is text, decoding it will show; a workbook's name is told as what it isn't.
    if found == "text" or (found == "binary" and path.suffix.lower() in DELIMITED):
        return ".csv"
    raise _other(path, found)


def _zipped(path: Path, content: bytes) -> str:
    """Return which kind of workbook a zip is, by its directory alone."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = {name.replace("\\", "/").lstrip("/").lower() for name in archive.namelist()}
    except BROKEN:
        suffix = path.suffix.lower()  # what exactly is broken, its reader will tell
        return ".xlsx" if suffix in DELIMITED else ALIKE.get(suffix, suffix)
    for part, kind in PARTS:
        if part in names:
            if kind in WORKBOOKS:
                return kind
            raise _other(path, kind)
    if "encrypted-package" in names:  # how LibreOffice protects a whole document
        raise SheetError("sheet.encrypted", path=str(path))
    if any(name.endswith(".iwa") or name == "index.zip" for name in names):
        raise SheetError("sheet.kind", path=str(path), kind=".numbers", read=KINDS)
    if "_rels/.rels" in names or "xl/workbook.xml" in names:
        return ".xlsx"
    raise _other(path, "archive")


def _other(path: Path, found: str) -> SheetError:
    """Return the error for a file that is neither a workbook nor text, whatever it is called."""
    named_text = path.suffix.lower() in DELIMITED
    return SheetError("sheet.not_text" if named_text else "sheet.not_workbook", path=str(path), found=found)


def misnamed(path: Path, kind: str) -> bool:
    """Return whether a file's name says another kind than its bytes."""
    suffix = path.suffix.lower()
    return ALIKE.get(suffix, suffix) != kind


def seen(content: bytes) -> str:
    """Return what a file's first bytes say it is."""
    for signature, kind in SIGNATURES:
        if content.startswith(signature):
            return kind
    start = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(PAGE) or (start.startswith(b"<") and b"<html" in start):
        return "html"
    if start.startswith(b"<?xml"):
        return "xml"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "text"
    return "binary" if b"\x00" in content[:8192] else "text"
