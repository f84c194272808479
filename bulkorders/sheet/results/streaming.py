"""A workbook whose rows go to the disk as they are written, and that leaves nothing behind when it fails."""

import contextlib
import tempfile
import traceback
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from xlsxwriter.workbook import Workbook


@contextmanager
def streaming(file: BinaryIO) -> Iterator[Workbook]:
    """Give a workbook whose rows go to temporary files at once; none of these is ever left behind."""
    with tempfile.TemporaryDirectory(prefix="bulkorders-", ignore_cleanup_errors=True) as folder:
        workbook = Workbook(file, {"constant_memory": True, "tmpdir": folder})
        try:
            yield workbook
            workbook.close()
        except BaseException as error:
            _let_go(workbook, error)
            raise


def _let_go(workbook: Workbook, error: BaseException) -> None:
    """Close what a failure left open: XlsxWriter closes its files, and ends its zip, only when all goes well."""
    for worksheet in workbook.worksheets():
        for opened in (worksheet.row_data_fh, worksheet.fh):
            with contextlib.suppress(AttributeError, OSError):
                opened.close()
    for cause in (error, error.__context__):
        for frame, _ in traceback.walk_tb(cause.__traceback__ if cause else None):
            for left in frame.f_locals.values():
                if isinstance(left, zipfile.ZipFile):
                    # A zip without its file no longer tries to end itself when it is thrown away.
                    left.fp = None
