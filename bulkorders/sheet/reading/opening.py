"""The file of an order sheet, loaded once: what kind it is by its name and by its first bytes."""

import stat
from pathlib import Path

from bulkorders.errors import SheetError
from bulkorders.sheet.reading.limits import Limits

WORKBOOKS = (".xlsx", ".xlsm")
DELIMITED = (".csv", ".tsv", ".txt")
KINDS = (*WORKBOOKS, *DELIMITED)
"""The kinds of file that are read, by the end of their names."""

LOCKS = ("~$", ".~lock.")
"""What the names of the small files begin with that Excel and LibreOffice lay beside an open workbook."""

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
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
)
PAGE = (b"<!doctype html", b"<html", b"<head", b"<table", b"<body", b"<meta")


def load(path: Path, limits: Limits) -> bytes:
    """Return the bytes of an order sheet.

    Raises SheetError `sheet.not_found`, `sheet.folder`, `sheet.lock_file`, `sheet.kind` (facts `kind`,
    `read`), `sheet.no_permission`, `sheet.unreadable` (`reason`), `sheet.too_large` (`size`, `limit`, in
    bytes) or `sheet.empty`, each with `path`.
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
            raise SheetError("sheet.too_large", path=told, part=None, size=about.st_size, limit=limits.total)
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


def check_workbook(path: Path, content: bytes) -> None:
    """Make sure that these bytes are a zip, as every workbook is.

    Raises SheetError `sheet.encrypted`, `sheet.kind` (a workbook of the old binary kind) or
    `sheet.not_workbook` (fact `found`: "pdf", "html", "xml", "text", "binary", …).
    """
    if content.startswith(ZIP):
        return
    if content.startswith(OLE):
        if ENCRYPTED in content:
            raise SheetError("sheet.encrypted", path=str(path))
        raise SheetError("sheet.kind", path=str(path), kind=".xls", read=KINDS)
    raise SheetError("sheet.not_workbook", path=str(path), found=seen(content))


def check_delimited(path: Path, content: bytes) -> None:
    """Make sure that these bytes are no other kind of file; raise SheetError `sheet.not_text` (`found`)."""
    found = "workbook" if content.startswith((ZIP, OLE)) else seen(content)
    if found not in ("text", "binary"):  # whether the rest is text, decoding it will show
        raise SheetError("sheet.not_text", path=str(path), found=found)


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
    return "binary" if b"\x00" in content[:8192] else "text"
