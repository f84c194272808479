"""A full sheet, 1,048,575 orders: checked and its results written, and what a row costs beside a small sheet's."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from measuring import Figure, at_most, bulkorders, figure, load_panel, python
from sheets import told, wide_sheet

FULL, MIDDLE, SMALL = 1_048_575, 100_000, 10_000
ALLOWED = 2_500.0
"""MB."""


def measure(runs: int) -> Iterator[Figure]:
    """Yield time and memory of check and results at a full sheet, and per row beside a small one."""
    del runs  # a full sheet is measured once: it takes minutes
    with tempfile.TemporaryDirectory() as name, load_panel(0) as panel:
        found = {count: _measured(Path(name), panel.url, count) for count in (SMALL, MIDDLE, FULL)}
    for what, at in (("checked", "check"), ("results", "write")):
        full, small = ([found[count][f"{at}_seconds"] / count * 1e6] for count in (FULL, SMALL))
        yield figure(f"a row of a full sheet: {what}", "of 10,000 rows", "µs", full, small, at_most(1.3))
    # Not of the process that reads: the system counts what it was started from, more than a small sheet takes.
    for what in ("check", "write"):
        large, little = ([_slope(found, what, *ends)] for ends in ((MIDDLE, FULL), (SMALL, MIDDLE)))
        yield figure(
            f"memory a further row takes: {what}", "up to 100,000", "kB", large, little, at_most(1.3)
        )
    peaks = found[FULL]
    for what, used in (
        ("check", peaks["check"]),
        ("the process that reads for it", peaks["reader"]),
        ("both together, as if at once", peaks["check"] + peaks["reader"]),
        ("the whole command check", peaks["command"]),
        ("results, their rows included", peaks["write"]),
    ):
        yield figure(f"memory of a full sheet: {what}", "allowed", "MB", [used], [ALLOWED], at_most(1))


def _measured(folder: Path, url: str, count: int) -> dict[str, float]:
    """Return seconds, and the largest memory in MB, of so many rows checked and written."""
    environment = {
        "BULKORDERS_HOME": str(folder / "home"),
        "BULKORDERS_PANEL_URL": url,
        "BULKORDERS_PANEL_KEY": "k",
        "BULKORDERS_MAX_SHEET_MEGABYTES": "900",
    }
    sheet = wide_sheet(folder / f"{count}.xlsx", count)
    command = bulkorders("check", sheet, environment=environment, folder=folder)
    checked = told(python("ours/check_rows.py", sheet, url, environment=environment))
    assert checked["ready"] == count
    wrote = told(python("ours/write_rows.py", str(count), folder / f"{count}.results.xlsx"))
    return {
        "check_seconds": checked["seconds"],
        "write_seconds": wrote["seconds"],
        "check": checked["megabytes"],
        "reader": checked["reader_megabytes"],
        "command": command.megabytes,
        "write": wrote["rows"] + wrote["megabytes"],
    }


def _slope(found: Mapping[int, Mapping[str, float]], what: str, first: int, last: int) -> float:
    """Return the kB that each row beyond `first` takes, up to `last`: what is fixed is not in it."""
    return (found[last][what] - found[first][what]) * 1024 / (last - first)
