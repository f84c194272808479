"""Rows written into a results workbook, brought up to date there, and read again lose nothing."""

from datetime import UTC, date
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bulkorders.model.orders import Row, Sheet
from bulkorders.model.report import Line, RunSummary
from bulkorders.sheet.reading import read_sheet
from bulkorders.sheet.saving import save_results

HEADER = ("Service", "Link", "Quantity", "Mine", "Day")
COLUMNS = {"service": 0, "link": 1, "quantity": 2}
WHEN = "2026-05-04T02:09:00+00:00"
SUMMARY = RunSummary("r", "submit", "spring", "j", "spring.xlsx", WHEN, WHEN, ())
ILLEGAL = {*map(chr, range(32)), "\x7f", "\ufffe", "\uffff"} - {"\t", "\n", "\r"}

TEXTS = st.text(min_size=1, max_size=20).map(
    lambda text: "".join(each for each in text if each not in ILLEGAL)
)
CELLS = st.one_of(
    st.none(),
    TEXTS.filter(bool),
    st.sampled_from(
        ["=1+1", "+84", "-5", "@x", "\t=1", "\r=1", "＝1", "_x000D_", "_x0041_", "007", "1e5", "<b>&amp;"]
    ),
    st.integers(-(10**14), 10**14),
    st.booleans(),
    st.floats(-1e9, 1e9).map(lambda number: round(number, 4)).filter(lambda number: not number.is_integer()),
)
ROWS = st.lists(
    st.tuples(CELLS, st.dates(date(1901, 1, 1), date(2200, 1, 1)) | st.none()), min_size=1, max_size=6
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS, ROWS)
@example([(None, None)], [(False, None)])
@example([(None, None)], [(True, date(2026, 5, 4))])
def test_rows_come_back_as_they_were(tmp_path: Path, first: list[Any], second: list[Any]) -> None:
    """Whatever stands in the cells of a sheet, first or after a change, reading the workbook gives it back."""
    path = tmp_path / "spring.results.xlsx"
    path.unlink(missing_ok=True)
    for found in (first, second):
        rows = tuple(
            Row(number, ("1", f"https://example.com/{number}", number, *cells))
            for number, cells in enumerate(found, start=2)
        )
        lines = [Line(row, "ready", key=f"{row.number:032x}") for row in rows]
        sheet = Sheet("spring.xlsx", HEADER, COLUMNS, rows)
        saved = save_results(path, sheet, lines, SUMMARY, describe=lambda each: each.code, zone=UTC)
        assert saved.code is None
        assert [row.cells for row in read_sheet(path).rows] == [row.cells for row in rows]
