"""A full sheet, 1,048,575 orders: checked and its results written, and what a row costs beside a small sheet's."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from measuring import Figure, at_most, bulkorders, figure, load_panel, python
from sheets import told, wide_sheet

FULL, SMALL = 1_048_575, 10_000
ALLOWED = 2_500.0
"""MB."""


def measure(runs: int) -> Iterator[Figure]:
    """Yield time and memory of check and results at a full sheet, and per row beside a small one."""
    del runs  # a full sheet is measured once: it takes minutes
    seconds: dict[int, list[float]] = {FULL: [], SMALL: []}
    written: dict[int, list[float]] = {FULL: [], SMALL: []}
    memory = []
    with tempfile.TemporaryDirectory() as name, load_panel(0) as panel:
        folder = Path(name)
        environment = {
            "BULKORDERS_HOME": str(folder / "home"),
            "BULKORDERS_PANEL_URL": panel.url,
            "BULKORDERS_PANEL_KEY": "k",
            "BULKORDERS_MAX_SHEET_MEGABYTES": "900",
        }
        for count in (SMALL, FULL):
            sheet = wide_sheet(folder / f"{count}.xlsx", count)
            checked = bulkorders("check", sheet, environment=environment, folder=folder)
            found = told(python("ours/check_rows.py", sheet, panel.url, environment=environment))
            assert found["ready"] == count
            seconds[count].append(found["seconds"] / count * 1e6)
            wrote = told(python("ours/write_rows.py", str(count), folder / f"{count}.results.xlsx"))
            written[count].append(wrote["seconds"] / count * 1e6)
            memory.append(max(checked.megabytes, wrote["rows"] + wrote["megabytes"]))
    yield figure(
        "a row of a full sheet checked", "of 10,000 rows", "µs", seconds[FULL], seconds[SMALL], at_most(1.3)
    )
    yield figure(
        "a row of a full sheet's results", "of 10,000 rows", "µs", written[FULL], written[SMALL], at_most(1.3)
    )
    yield figure(
        "memory of a full sheet, the larger of both", "allowed", "MB", memory[-1:], [ALLOWED], at_most(1)
    )
