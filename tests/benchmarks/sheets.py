"""Sheets read and checked, and results written, beside the bare reader and openpyxl's write-only writer."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import xlsxwriter
from measuring import Figure, Used, at_most, figure, load_panel, python

ROWS = 100_000


def wide_sheet(path: Path, count: int, *, wrong: bool = False) -> Path:
    """Write a sheet of ten columns; `wrong` gives every row a quantity its service does not take."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": count > ROWS, "strings_to_urls": False})
    page = book.add_worksheet("Orders")
    page.write_row(
        0,
        0,
        ("Service", "Link", "Quantity", "Reference", "Client", "Notes", "Owner", "Week", "Post", "Remark"),
    )
    for number in range(count):
        page.write_row(
            number + 1,
            0,
            (
                *(
                    number % 5000 + 1,
                    f"https://example.com/post/{number}",
                    3 if wrong else 500,
                    f"R-{number}",
                ),
                *("Harbour", f"note {number % 50}", "An", number % 52, number, "as agreed"),
            ),
        )
    book.close()
    return path


def told(used: Used) -> dict[str, float]:
    """Return what a script printed of itself."""
    return json.loads(used.output)


def reading(runs: int) -> Iterator[Figure]:
    """Yield reading and checking beside the bare reader, and every row wrong beside every row right."""
    ours, bare, wrong = [], [], []
    with tempfile.TemporaryDirectory() as name, load_panel(0) as panel:
        folder = Path(name)
        right_sheet = wide_sheet(folder / "right.xlsx", ROWS)
        wrong_sheet = wide_sheet(folder / "wrong.xlsx", ROWS, wrong=True)
        home = {"BULKORDERS_HOME": str(folder / "home")}
        for _ in range(runs):
            bare.append(told(python("peers/bare_read.py", right_sheet))["seconds"])
            for sheet, kept, ready in ((right_sheet, ours, ROWS), (wrong_sheet, wrong, 0)):
                found = told(python("ours/check_rows.py", sheet, panel.url, environment=home))
                assert (found["rows"], found["ready"]) == (ROWS, ready)
                kept.append(found["seconds"])
    what = "read and check 100,000 rows × 10 columns, 5,000 services"
    yield figure(what, "calamine's bare read", "s", ours, bare, at_most(3))
    yield figure("the same, every row wrong", "every row right", "s", wrong, ours, at_most(1.5))


def writing(runs: int) -> Iterator[Figure]:
    """Yield the results workbook beside openpyxl's write-only writer: seconds, and memory over the rows."""
    ours, theirs, memory = [], [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for _ in range(runs):
            theirs.append(told(python("peers/openpyxl_writer.py", str(ROWS), folder / "p.xlsx"))["seconds"])
            (folder / "o.xlsx").unlink(missing_ok=True)
            found = told(python("ours/write_rows.py", str(ROWS), folder / "o.xlsx"))
            ours.append(found["seconds"])
            memory.append(found["megabytes"])
    what = "results workbook of 100,000 orders, all worksheets"
    yield figure(what, "openpyxl write-only, one styled worksheet", "s", ours, theirs, at_most(0.65))
    allowed = [150.0] * runs
    yield figure("memory of the writing over its rows", "allowed", "MB", memory, allowed, at_most(1))


def measure(runs: int) -> Iterator[Figure]:
    """Yield all figures of sheets."""
    yield from reading(runs)
    yield from writing(runs)
