"""The results workbook: every row of the sheet with what became of it, written whole or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import BinaryIO

from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.workbook import Workbook

from bulkorders.errors import GuardError
from bulkorders.model.orders import Cell, Sheet
from bulkorders.model.report import Line, RunSummary
from bulkorders.sheet import markers
from bulkorders.sheet.columns import (
    HIDDEN_NAMES,
    HIDDEN_SHEET,
    IN_DOUBT_SHEET,
    ORDERS_SHEET,
    RUNS_SHEET,
    SERVICES_SHEET,
    SUMMARY_SHEET,
    TO_FIX_SHEET,
)
from bulkorders.sheet.reading import uncollected
from bulkorders.sheet.results.doubts import write_in_doubt
from bulkorders.sheet.results.replacing import in_place_of, is_ours, results_path, room_for, writable
from bulkorders.sheet.results.row_xml import RowWorksheet
from bulkorders.sheet.results.rows import Setting, write_orders, write_to_fix
from bulkorders.sheet.results.runs import write_runs
from bulkorders.sheet.results.services import write_services
from bulkorders.sheet.results.showing import Showing
from bulkorders.sheet.results.streaming import streaming
from bulkorders.sheet.results.styles import ACCENT, TONES, Styles
from bulkorders.sheet.results.summary import write_summary
from bulkorders.sheet.results.values import Describe, finest, listed, shared_keys
from bulkorders.sheet.results.writing import clean, put_text

__all__ = ["SCHEMA", "is_ours", "results_path", "writable", "write_results", "write_whole"]

SCHEMA = "2"
"""The number of this arrangement of worksheets, in the hidden one."""


AUTHOR = "bulkorders"
"""Who says what our notes say."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A note of the user's: its row and column (from 0), who wrote it, and what."""

    row: int
    column: int
    author: str
    text: str


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a workbook that is there already: its columns, and edited cells of To fix by key cell.

    `remarks` are notes of its user's by worksheet.
    """

    columns: Sequence[tuple[str, str]]
    edited: Mapping[str, Sequence[Cell]]
    remarks: Mapping[str, Sequence[Remark]] = field(default_factory=dict)


def write_results(
    path: Path,
    sheet: Sheet,
    lines: Sequence[Line],
    summary: RunSummary,
    *,
    describe: Describe,
    zone: tzinfo | None = None,
) -> Path:
    """Write the results workbook of a run and return where it is.

    `describe` gives the sentence of a row's problem, `zone` is whose clock the times show (None: the
    machine's). The workbook takes the place of the one before, whole; where that is open elsewhere it is
    saved beside it under another name, and that path is returned. Rows go to the disk as they are
    written. Raises GuardError `results.foreign` (fact: path) where `path` is a file but not a results
    workbook of ours, and `results.not_writable` (facts: path, reason).
    """
    room_for(path, sum(1 for _ in listed(lines)))
    with in_place_of(path) as replacement, uncollected():
        write_whole(replacement.file, path, sheet, lines, summary, describe=describe, zone=zone)
    return replacement.path


def write_whole(
    file: BinaryIO,
    path: Path,
    sheet: Sheet,
    lines: Sequence[Line],
    summary: RunSummary,
    *,
    describe: Describe,
    zone: tzinfo | None = None,
    told: Told | None = None,
) -> None:
    """Write the whole workbook into a file; `path` is what errors call it.

    With `told` all but the rows of Orders is written, to be put into a workbook that is there already.
    """
    try:
        with streaming(file) as workbook:
            setting = _setting(
                workbook,
                sheet,
                lines,
                summary,
                describe=describe,
                zone=zone,
                edited=told.edited if told else {},
            )
            _fill(workbook, setting, lines, summary, told)
    except XlsxWriterException as error:
        cause = next((each for each in error.args if isinstance(each, OSError)), None)
        raise cause or GuardError("results.not_writable", path=str(path), reason=str(error)) from error


def _setting(
    workbook: Workbook,
    sheet: Sheet,
    lines: Sequence[Line],
    summary: RunSummary,
    *,
    describe: Describe,
    zone: tzinfo | None,
    edited: Mapping[str, Sequence[Cell]],
) -> Setting:
    """Return what all worksheets share."""
    decimals = finest(lines)
    return Setting(
        sheet=sheet,
        describe=describe,
        zone=zone,
        zone_name=_zone_name(summary.finished_at or summary.started_at, zone),
        decimals=decimals,
        shared_keys=shared_keys(lines),
        styles=Styles(workbook),
        footer=f"&L&9{_footer(summary.campaign)}&C&9&A&R&9&P / &N",
        showing=Showing(describe, zone, decimals),
        edited=edited,
    )


def _fill(
    workbook: Workbook, setting: Setting, lines: Sequence[Line], summary: RunSummary, told: Told | None
) -> None:
    """Write all worksheets."""
    orders, fix, doubt, result, used, runs = (
        workbook.add_worksheet(name, RowWorksheet)
        for name in (ORDERS_SHEET, TO_FIX_SHEET, IN_DOUBT_SHEET, SUMMARY_SHEET, SERVICES_SHEET, RUNS_SHEET)
    )
    for worksheet in workbook.worksheets():
        # Before the rows: notes on rows that are written are not taken.
        worksheet.set_comments_author(AUTHOR)
        for remark in told.remarks.get(worksheet.get_name(), ()) if told else ():
            about = {"author": clean(remark.author)[:50], "x_scale": 2}
            worksheet.write_comment(remark.row, remark.column, clean(remark.text), about)
    write_orders(orders, setting, () if told else lines)
    if write_to_fix(fix, setting, lines):
        fix.set_tab_color(TONES["invalid"].bar)
    if write_in_doubt(doubt, setting, lines):
        doubt.set_tab_color(TONES["in_doubt"].bar)
    write_summary(workbook, result, setting, lines, summary)
    result.set_tab_color(ACCENT)
    write_services(used, setting, lines, summary)
    write_runs(runs, setting, lines, summary)
    columns = told.columns if told else _columns(setting.sheet)
    _write_hidden(workbook, summary, columns)
    if told is None:
        for name, reference in markers.names(ORDERS_SHEET, dict(enumerate(range(len(columns)))), 0).items():
            workbook.define_name(name, f"={reference}")
            workbook.defined_names[-1][3] = True  # hidden; there is no argument for it
    client = clean(summary.campaign)
    workbook.set_properties(
        {
            "title": client,
            "subject": "Order report",
            "comments": clean(f"Run {summary.run}"),
            "created": _made(summary),
        }
    )


def _made(summary: RunSummary) -> datetime:
    """Return when the workbook was made, for its properties."""
    return (
        datetime.fromisoformat(summary.finished_at or summary.started_at).astimezone(UTC).replace(tzinfo=None)
    )


def _columns(sheet: Sheet) -> list[tuple[str, str]]:
    """Return name and header of each column of Orders, in their order."""
    users = [(markers.USER, title) for title in sheet.header]
    return [*users, *markers.OURS.items()]


def _write_hidden(workbook: Workbook, summary: RunSummary, columns: Sequence[tuple[str, str]]) -> None:
    """Write the very hidden worksheet by which the workbook is known when it is given back."""
    hidden = workbook.add_worksheet(HIDDEN_SHEET)
    told = {
        "schema": SCHEMA,
        "campaign": summary.campaign,
        "journal": summary.journal_id,
        "sheet": summary.sheet,
    }
    for row in range(max(len(HIDDEN_NAMES), len(columns))):
        if row < len(HIDDEN_NAMES):
            put_text(hidden, row, 0, HIDDEN_NAMES[row])
            put_text(hidden, row, 1, told[HIDDEN_NAMES[row]])
        if row < len(columns):
            put_text(hidden, row, 3, columns[row][0])
            put_text(hidden, row, 4, columns[row][1])
    hidden.very_hidden()


def _zone_name(iso: str, zone: tzinfo | None) -> str:
    """Return how far the clock of this zone was from UTC at that time, as `UTC+07:00`."""
    offset = f"{datetime.fromisoformat(iso).astimezone(zone):%z}"
    return f"UTC{offset[:3]}:{offset[3:5]}" if offset.strip("+-0") else "UTC"


def _footer(campaign: str) -> str:
    """Return the campaign's name for the foot of a printed page, where & begins an instruction."""
    return clean(campaign[:100]).replace("&", "&&")
