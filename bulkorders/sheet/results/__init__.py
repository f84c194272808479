"""The results workbook: every row of the sheet with what became of it, written whole or not at all."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from pathlib import Path

from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.workbook import Workbook

from bulkorders.errors import GuardError
from bulkorders.model.orders import Sheet
from bulkorders.model.report import Line, RunSummary
from bulkorders.sheet.columns import (
    HIDDEN_NAMES,
    HIDDEN_SHEET,
    IN_DOUBT_SHEET,
    ORDERS_SHEET,
    SUMMARY_SHEET,
    TO_FIX_SHEET,
)
from bulkorders.sheet.results.doubts import write_in_doubt
from bulkorders.sheet.results.replacing import in_place_of, is_ours, results_path, room_for, writable
from bulkorders.sheet.results.row_xml import RowWorksheet
from bulkorders.sheet.results.rows import Setting, write_orders, write_to_fix
from bulkorders.sheet.results.streaming import streaming
from bulkorders.sheet.results.styles import ACCENT, TONES, Styles
from bulkorders.sheet.results.summary import write_summary
from bulkorders.sheet.results.values import Describe, finest, listed, shared_keys
from bulkorders.sheet.results.writing import clean, put_text

__all__ = ["SCHEMA", "is_ours", "results_path", "writable", "write_results"]

SCHEMA = "1"
"""The number of this arrangement of worksheets, in the hidden one."""


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
    with in_place_of(path) as replacement:
        try:
            with streaming(replacement.file) as workbook:
                setting = _setting(workbook, sheet, lines, summary, describe=describe, zone=zone)
                _fill(workbook, setting, lines, summary)
        except XlsxWriterException as error:
            cause = next((each for each in error.args if isinstance(each, OSError)), None)
            raise cause or GuardError("results.not_writable", path=str(path), reason=str(error)) from error
    return replacement.path


def _setting(
    workbook: Workbook,
    sheet: Sheet,
    lines: Sequence[Line],
    summary: RunSummary,
    *,
    describe: Describe,
    zone: tzinfo | None,
) -> Setting:
    """Return what all worksheets share."""
    return Setting(
        sheet=sheet,
        describe=describe,
        zone=zone,
        zone_name=_zone_name(summary.finished_at or summary.started_at, zone),
        decimals=finest(lines),
        shared_keys=shared_keys(lines),
        styles=Styles(workbook),
        footer=f"&L&9{_footer(summary.campaign)}&C&9&A&R&9&P / &N",
    )


def _fill(workbook: Workbook, setting: Setting, lines: Sequence[Line], summary: RunSummary) -> None:
    """Write all worksheets."""
    orders, fix, doubt, result = (
        workbook.add_worksheet(name, RowWorksheet)
        for name in (ORDERS_SHEET, TO_FIX_SHEET, IN_DOUBT_SHEET, SUMMARY_SHEET)
    )
    write_orders(orders, setting, lines)
    if write_to_fix(fix, setting, lines):
        fix.set_tab_color(TONES["invalid"].bar)
    if write_in_doubt(doubt, setting, lines):
        doubt.set_tab_color(TONES["in_doubt"].bar)
    write_summary(workbook, result, setting, lines, summary)
    result.set_tab_color(ACCENT)
    _write_hidden(workbook, summary)
    workbook.set_properties({"title": clean(summary.campaign), "comments": clean(f"Run {summary.run}")})


def _write_hidden(workbook: Workbook, summary: RunSummary) -> None:
    """Write the very hidden worksheet by which the workbook is known when it is given back."""
    hidden = workbook.add_worksheet(HIDDEN_SHEET)
    told = {
        "schema": SCHEMA,
        "campaign": summary.campaign,
        "journal": summary.journal_id,
        "sheet": summary.sheet,
    }
    for row, name in enumerate(HIDDEN_NAMES):
        put_text(hidden, row, 0, name)
        put_text(hidden, row, 1, told[name])
    hidden.very_hidden()


def _zone_name(iso: str, zone: tzinfo | None) -> str:
    """Return how far the clock of this zone was from UTC at that time, as `UTC+07:00`."""
    offset = f"{datetime.fromisoformat(iso).astimezone(zone):%z}"
    return f"UTC{offset[:3]}:{offset[3:5]}" if offset.strip("+-0") else "UTC"


def _footer(campaign: str) -> str:
    """Return the campaign's name for the foot of a printed page, where & begins an instruction."""
    return clean(campaign[:100]).replace("&", "&&")
