"""A results workbook given back with fields of some types and of the panel's own: the same orders, the same keys."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl

from bulkorders import wording
from bulkorders.model.catalogue import Catalogue, Service
from bulkorders.model.lifecycle import State
from bulkorders.model.orders import Sheet, Submission
from bulkorders.model.report import Line, RunSummary
from bulkorders.sheet.reading import read_sheet
from bulkorders.sheet.results import write_results
from bulkorders.validation import batch, parsing

HEADER = (
    *("Service", "Link", "Quantity", "Username", "Min", "Max", "Posts", "Delay", "Expiry", "Country"),
    *("Usernames", "param:reaction", "param:rate", "Status"),
)
LINK = "https://example.com/post/1"
ROWS = (
    ("1", LINK, 500, None, "1K", "10M", None, None, None, "Việt Nam", None, "love", 0.25, "mine"),
    ("2", None, None, "someone", 10, "20", 3, 0, date(2026, 12, 31), None, None, None, 5, None),
    ("2", None, None, "another", 10.0, 20, "3", 0, "2026-12-31", None, None, "a\nb", True, None),
    ("3", LINK, None, None, None, None, None, None, None, None, "one\ntwo", None, None, None),
    ("2", None, None, "nobody", "few", 20, 3, 0, None, None, None, None, None, None),
)
SERVICES = Catalogue(
    {
        "1": Service("1", "Likes", rate=Decimal(2)),
        "2": Service("2", "Likes on new posts", "Subscriptions", rate=Decimal(2)),
        "3": Service("3", "Mentions", "Mentions Custom List", rate=Decimal(2)),
    }
)
SUMMARY = RunSummary(
    run="r", command="submit", campaign="May", journal_id="j", sheet="/orders/may.xlsx",
    started_at="2026-05-04T02:09:00+00:00", finished_at="2026-05-04T02:12:00+00:00", money=(),
)  # fmt: skip


def checked(sheet: Sheet) -> list[batch.Checked]:
    """Return the answers for the rows of a sheet."""
    target = batch.Target("panel.example", "May", SERVICES, "VND")
    orders = (each.order for each in parsing.parse(sheet))
    identified = batch.identify((order, target) for order in orders if order is not None)
    return batch.check(sheet, identified, batch.Memory(), batch.Allowances())


def line(sheet: Sheet, at: int, answer: batch.Checked) -> Line:
    """Return what a run says of a row."""
    state = "ready" if answer.validated else "invalid"
    key = answer.identified.key
    return Line(sheet.rows[at], state, answer.identified.order, problems=answer.problems, key=key)


def first(folder: Path) -> tuple[Sheet, list[batch.Checked]]:
    """Return the sheet of these rows, and the answers."""
    book = openpyxl.Workbook()
    for cells in (HEADER, *ROWS):
        book.active.append(cells)
    book.save(folder / "may.xlsx")
    sheet = read_sheet(folder / "may.xlsx")
    return sheet, checked(sheet)


def returned(folder: Path, sheet: Sheet, lines: list[Line]) -> Sheet:
    """Return the results workbook of these lines as it is read when it is given back."""
    return read_sheet(
        write_results(folder / "may.results.xlsx", sheet, lines, SUMMARY, describe=wording.problem_text)
    )


def test_a_returned_workbook_gives_the_same_keys(tmp_path: Path):
    """Dates, numbers, lines and the panel's own parameters make the same orders, problems and hidden keys."""
    sheet, answers = first(tmp_path)
    back = returned(tmp_path, sheet, [line(sheet, at, each) for at, each in enumerate(answers)])
    again = checked(back)
    assert [each.validated is not None for each in answers] == [True, True, True, True, False]
    assert [each.identified.key for each in again] == [each.identified.key for each in answers]
    assert [each.key for each in back.rows] == [each.identified.key for each in answers]
    assert [each.identified.parameters for each in again] == [each.identified.parameters for each in answers]
    assert [each.problems for each in again] == [each.problems for each in answers]


def test_a_row_put_right_in_to_fix_becomes_its_order(tmp_path: Path):
    """A field of some types that is corrected in `To fix` is read from there."""
    sheet, answers = first(tmp_path)
    returned(tmp_path, sheet, [line(sheet, at, each) for at, each in enumerate(answers)])
    book = openpyxl.load_workbook(tmp_path / "may.results.xlsx")
    (fixing,) = (cells for cells in book["To fix"].iter_rows(min_row=2) if cells[3].value == "nobody")
    fixing[4].value = 10
    book.save(tmp_path / "may.results.xlsx")
    fixed = checked(read_sheet(tmp_path / "may.results.xlsx"))[4]
    assert fixed.validated is not None
    assert fixed.validated.parameters["min"] == "10"


def test_an_order_whose_row_has_left_shows_what_was_sent(tmp_path: Path):
    """Its parameters stand in the columns of their fields, those of the panel's own too."""
    sheet, _ = first(tmp_path)
    sent = {"service": "2", "username": "gone", "min": "10", "expiry": "31/12/2026", "reaction": "wow"}
    known = Submission(
        "k" * 32, "panel.example", "May", "f", "2", "", None, sent, State.PLACED, 9, order_ids=("7",),
        sent_at="2026-05-04T02:10:00+00:00",
    )  # fmt: skip
    gone = Line(None, "placed", submission=known, key=known.key)
    write_results(tmp_path / "may.results.xlsx", sheet, [gone], SUMMARY, describe=wording.problem_text)
    book = openpyxl.load_workbook(tmp_path / "may.results.xlsx")
    shown = dict(zip(HEADER, (cell.value for cell in book["Orders"][2]), strict=False))
    assert {name: value for name, value in shown.items() if value is not None and name != "Status"} == {
        "Service": "2", "Username": "gone", "Min": "10", "Expiry": "31/12/2026", "param:reaction": "wow",
    }  # fmt: skip
