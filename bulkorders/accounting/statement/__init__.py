"""A month's statement: a workbook fit to be shown to a client, and its lines as a CSV beside it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.workbook import Workbook

from bulkorders.accounting.closing import Closing
from bulkorders.accounting.statement.lines import HEADER, csv_rows, write_ledger
from bulkorders.accounting.statement.setting import HIDDEN, Setting
from bulkorders.accounting.statement.summary import write_summary
from bulkorders.accounting.statement.tables import write_campaigns, write_services, write_unexplained
from bulkorders.errors import GuardError
from bulkorders.sheet.results.replacing import Replacement, in_place_of, is_ours

__all__ = ["write_lines", "write_statement"]

BOM = b"\xef\xbb\xbf"


def write_statement(path: Path, closing: Closing) -> Path:
    """Write the statement and return where it is: beside `path` where that is open in another program.

    Raises GuardError `close.not_ours` where the file there is no statement of ours, and
    `close.not_writable` where it can't be written.
    """
    with _replacing(path, lambda place: is_ours(place, HIDDEN)) as replacement:
        try:
            with Workbook(replacement.file) as workbook:
                _fill(workbook, closing)
        except XlsxWriterException as error:
            raise GuardError("close.not_writable", path=str(path), reason=str(error)) from error
    return replacement.path


def write_lines(path: Path, closing: Closing) -> Path:
    """Write every line of the month's ledger as a CSV and return where it is. Raises GuardError likewise."""
    with _replacing(path, _is_our_csv) as replacement:
        replacement.file.write(BOM)
        for row in csv_rows(closing):
            replacement.file.write(row.encode("utf-8", "backslashreplace"))
    return replacement.path


def _is_our_csv(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(BOM) + len(HEADER)) == BOM + HEADER.encode()


@contextmanager
def _replacing(path: Path, ours: Callable[[Path], bool]) -> Iterator[Replacement]:
    """Give a file to write into that takes the place of another; its errors tell of a statement."""
    try:
        with in_place_of(path, ours=ours) as replacement:
            yield replacement
    except GuardError as error:
        if error.code == "results.foreign":
            raise GuardError("close.not_ours", path=str(path)) from error
        if error.code == "results.not_writable":
            reason = str(error.facts.get("reason", ""))
            raise GuardError("close.not_writable", path=str(path), reason=reason) from error
        raise


def _fill(workbook: Workbook, closing: Closing) -> None:
    """Write all worksheets: Summary first, as that is what is opened."""
    setting = Setting.of(workbook, closing)
    summary = workbook.add_worksheet("Summary")
    write_campaigns(workbook.add_worksheet("Campaigns"), setting)
    write_services(workbook.add_worksheet("Services"), setting)
    write_ledger(workbook.add_worksheet("Ledger"), setting)
    write_unexplained(workbook.add_worksheet("Unexplained"), setting)
    write_summary(workbook, summary, setting)
    hidden = workbook.add_worksheet(HIDDEN)
    hidden.write_string(0, 0, str(closing.month))
    hidden.very_hidden()
    workbook.set_properties({"title": f"Statement {closing.month}"})
