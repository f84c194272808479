"""What a results workbook says, read back by another hand (openpyxl) and by our own reader."""

import re
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from bulkorders.model.lifecycle import RequestKind, RequestState, State
from bulkorders.model.orders import Cell, ErrorCell, Order, Request, Row, Sheet, Submission
from bulkorders.model.problems import Problem, Severity
from bulkorders.model.report import AccountMoney, Line, RunSummary
from bulkorders.sheet.reading import read_sheet
from bulkorders.sheet.results import write_results

HEADER = ("Client", "Service", "Link", "Quantity", "Reference", "Due")
COLUMNS = {"client": 0, "service": 1, "link": 2, "quantity": 3, "reference": 4}
HANOI = timezone(timedelta(hours=7))
OURS = ["State", "Order ID", "Message", "Service name", "Estimate", "Charge", "Currency", "Status", "Start count",
        "Remains", "Placed at", "Checked at", "Refills and cancels"]  # fmt: skip

SUMMARY = RunSummary(
    run="2026-05-04-0910-7f3a",
    command="submit",
    campaign="Spring & summer",
    journal_id="0123456789abcdef",
    sheet="/orders/spring.xlsx",
    started_at="2026-05-04T02:09:00+00:00",
    finished_at="2026-05-04T02:12:00+00:00",
    money=(),
)

Write = Callable[..., Workbook]


def row(number: int, *cells: Cell, key: str | None = None) -> Row:
    """Return a row; cells not given are those of a plain order."""
    plain = ("Harbour Café", "1", f"https://example.com/post/{number}", 500, None, None)
    return Row(number, (*cells, *plain[len(cells) :]), key)


def submission(number: int, state: State = State.PLACED, **further: Any) -> Submission:
    """Return the record of the order in this row."""
    link = f"https://example.com/post/{number}"
    known: dict[str, Any] = {
        "key": f"{number:032x}", "account": "panel.example.com/api/v2", "campaign": "Spring", "fingerprint": "f",
        "service": "1", "link": link, "quantity": 500, "row": number, "service_name": "Facebook views",
        "parameters": {"service": "1", "link": link, "quantity": "500"}, "estimate": Decimal("1.25"),
        "currency": "VND", "sent_at": "2026-05-04T02:10:00+00:00",
    }  # fmt: skip
    return Submission(state=state, **(known | further))


def placed(number: int, **further: Any) -> Line:
    """Return a placed row."""
    told = {
        "order_ids": ("99999",), "charge": Decimal("1.25"), "status": "Completed", "start_count": 168,
        "remains": -2, "placed_at": "2026-05-04T02:10:00+00:00", "checked_at": "2026-05-04T02:11:30+00:00",
    }  # fmt: skip
    return Line(
        row(number), "placed", submission=submission(number, **(told | further)), key=f"{number:032x}"
    )


def in_doubt(number: int, **further: Any) -> Line:
    """Return a row in doubt."""
    record = submission(
        number, State.IN_DOUBT, answer="<html>502</html>", message="The panel answered 502.", **further
    )
    return Line(row(number), "in_doubt", submission=record, key=record.key)


def invalid(number: int, *columns: str) -> Line:
    """Return a row with a problem in each of these columns."""
    problems = tuple(Problem(number, "quantity.below_min", column) for column in columns)
    return Line(row(number), "invalid", problems=problems)


def describe(problem: Problem) -> str:
    """Return the sentence of a problem."""
    return f"Row {problem.row}, {problem.column}: {problem.code}."


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Give a writer of results that returns the workbook as openpyxl reads it."""

    def written(*lines: Line, summary: RunSummary = SUMMARY, header: Sequence[str] = HEADER) -> Workbook:
        rows = tuple(line.row for line in lines if line.row)
        sheet = Sheet("/orders/spring.xlsx", tuple(header), COLUMNS, rows)
        path = write_results(
            tmp_path / "spring.results.xlsx", sheet, lines, summary, describe=describe, zone=HANOI
        )
        return openpyxl.load_workbook(path)

    return written


def column(sheet: Worksheet, title: str) -> list[Any]:
    """Return the values below the last header with this title."""
    index = max(cell.column for cell in sheet[1] if cell.value == title)
    return [sheet.cell(number, index).value for number in range(2, sheet.max_row + 1)]


def everything(sheet: Worksheet) -> list[Any]:
    """Return every value of a worksheet."""
    return [value for cells in sheet.iter_rows(values_only=True) for value in cells if value is not None]


def test_worksheets(write: Write):
    """A results workbook has Orders, To fix, In doubt and Summary, and a very hidden one that names its origin."""
    book = write(placed(2))
    assert book.sheetnames == ["Orders", "To fix", "In doubt", "Summary", "_bulkorders"]
    assert book["_bulkorders"].sheet_state == "veryHidden"
    assert dict(book["_bulkorders"].values) == {
        "schema": "1",
        "campaign": "Spring & summer",
        "journal": "0123456789abcdef",
        "sheet": "/orders/spring.xlsx",
    }


def test_user_cells_keep_their_type(write: Write):
    """Numbers, dates, times, yes and no, and digits kept as text come back as they were read."""
    cells: tuple[Cell, ...] = (True, "00123", 12.5, 500, Decimal("2.50"), date(2026, 5, 1))
    more: tuple[Cell, ...] = (
        time(8, 30),
        "12345678901234567890",
        None,
        10**20,
        Decimal("0.1234567890123456789"),
        7,
    )
    moment = row(4, datetime(2026, 5, 1, 8, 30), timedelta(hours=30), datetime(1890, 1, 1), float("inf"))  # noqa: DTZ001 - a spreadsheet's times have no zone
    book = write(Line(row(2, *cells), "ready"), Line(row(3, *more), "ready"), Line(moment, "ready"))
    shown = [[cell.value for cell in cells[:6]] for cells in book["Orders"].iter_rows(min_row=2)]
    assert shown[0] == [True, "00123", 12.5, 500, 2.5, datetime(2026, 5, 1)]  # noqa: DTZ001 - likewise
    assert shown[1] == [time(8, 30), "12345678901234567890", None, str(10**20), "0.1234567890123456789", 7]
    assert shown[2][:4] == [datetime(2026, 5, 1, 8, 30), timedelta(hours=30), "1890-01-01 00:00:00", "inf"]  # noqa: DTZ001 - likewise
    assert book["Orders"]["F2"].number_format == "yyyy-mm-dd"


def test_our_columns(write: Write):
    """Right of the user's columns stand ours: the order id as text, amounts as numbers, times in the zone given."""
    orders = write(placed(2))["Orders"]
    assert [cell.value for cell in orders[1]] == [*HEADER, *OURS, "bulkorders key"]
    moment = datetime(2026, 5, 4, 9, 10)  # noqa: DTZ001 - a spreadsheet's times have no zone
    assert [cell.value for cell in orders[2]][6:] == [
        "Placed", "99999", None, "Facebook views", 1.25, 1.25, "VND", "Completed", 168, -2, moment,
        moment + timedelta(minutes=1, seconds=30), None, f"{2:032x}",
    ]  # fmt: skip
    assert "UTC+07:00" in orders["Q1"].comment.text


def test_order_with_many_ids(write: Write):
    """An order that became several at the panel shows all their ids."""
    assert column(write(placed(2, order_ids=("7", "8")))["Orders"], "Order ID") == ["7, 8"]


def test_key_column_is_hidden(write: Write):
    """The column of keys is hidden, and a row without an order has its number there."""
    orders = write(placed(2), invalid(3, "Quantity"))["Orders"]
    assert orders.column_dimensions["T"].hidden
    assert column(orders, "bulkorders key") == [f"{2:032x}", "row:3"]


@pytest.mark.parametrize(
    "text",
    [
        '=cmd|"/c calc"!A1', "+1", "-1", "@SUM(1)", "\t=1", "{=1}", "<r><t>x</t></r>", "<r></c></r>", "a<b>&\"c'",
        "https://example.com/x", " padded ", "two\nlines", "#N/A", "None", "1e5", "=1\x00\x0b+1", "\ud800x",
    ],
)  # fmt: skip
def test_untrusted_text_stays_text(write: Write, text: str):
    """What a panel answers or a user types is a string cell: no formula, no link, no markup."""
    wanted = "".join(letter for letter in text if letter not in "\x00\x0b\ud800")
    line = replace(placed(2), row=row(2, text), message=text)
    doubtful = in_doubt(3)
    assert doubtful.submission is not None
    doubtful = replace(doubtful, submission=replace(doubtful.submission, answer=text))
    notice = replace(SUMMARY, notices=(text,), campaign=text)
    book = write(line, doubtful, summary=notice)
    places = [book["Orders"]["A2"], book["Orders"]["I2"], book["In doubt"]["L2"]]
    assert [(cell.value, cell.data_type, cell.hyperlink) for cell in places] == [(wanted, "s", None)] * 3
    assert everything(book["Summary"]).count(wanted) >= 2
    assert not any(cell.data_type == "f" for sheet in book for cells in sheet.iter_rows() for cell in cells)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(["_x0041_", "a\rb", "_x", "<r>=1</r>"])
@given(st.lists(st.text(min_size=1, max_size=40), min_size=1, max_size=8))
def test_any_text_comes_back(tmp_path: Path, texts: list[str]):
    """Whatever texts stand in a sheet, reading the results workbook gives them back, less what no cell can hold."""
    rows = tuple(row(number, text) for number, text in enumerate(texts, start=2))
    sheet = Sheet("spring.xlsx", HEADER, COLUMNS, rows)
    lines = [Line(each, "ready", key=f"{each.number:032x}") for each in rows]
    path = write_results(tmp_path / "any.results.xlsx", sheet, lines, SUMMARY, describe=describe)
    illegal = {*map(chr, range(32)), "\x7f", "\ufffe", "\uffff"} - {"\t", "\n", "\r"}
    kept = ["".join(letter for letter in text if letter not in illegal) for text in texts]
    assert [each.cells[0] or "" for each in read_sheet(path).rows] == kept


def test_error_cells_stay_errors(write: Write, tmp_path: Path):
    """An error of the spreadsheet is still one when the results workbook is read again, never a text or a blank."""
    write(Line(row(2, ErrorCell("#N/A"), ErrorCell("formula without a value")), "invalid"))
    again = read_sheet(tmp_path / "spring.results.xlsx")
    assert again.rows[0].cells[:2] == (ErrorCell("#N/A"), ErrorCell("#VALUE!"))


def test_long_text_is_cut_with_a_mark(write: Write):
    """A text longer than a cell takes is cut and says so."""
    book = write(replace(placed(2), message="😀" * 20_000))
    (message,) = column(book["Orders"], "Message")
    assert message.endswith(" […]")
    assert len(message.encode("utf-16-le")) // 2 <= 32_767


def test_amounts_show_all_their_decimals(write: Write):
    """A charge of 2.5 VND shows its half, thousands are separated, and an amount no double holds is text."""
    fine = Decimal("1234567890.12345678")
    orders = write(placed(2, charge=Decimal("2.5"), estimate=Decimal(45_000)), placed(3, charge=fine))[
        "Orders"
    ]
    assert orders["L2"].number_format.startswith("#,##0.0_0")
    assert orders["K2"].number_format.startswith("#,##0_.")
    assert (orders["L2"].value, orders["K2"].value, orders["L3"].value) == (2.5, 45_000, str(fine))


def test_two_decimals_where_the_currency_has_them(write: Write):
    """An amount in dollars shows cents even where they are zero."""
    book = write(placed(2, charge=Decimal("1.5"), estimate=Decimal("1.50"), currency="USD"))
    assert book["Orders"]["L2"].number_format == "#,##0.00"


def test_message_tells_every_problem_once(write: Write):
    """The message has the sentences of all problems, those that block first, none of them twice."""
    said, mild = (Problem(2, "w", title, severity=Severity.WARNING) for title in ("Service", "Refill"))
    block = Problem(2, "quantity.below_min", "Quantity")
    line = Line(row(2), "invalid", problems=(said, mild, block), message=describe(said))
    (message,) = column(write(line)["Orders"], "Message")
    assert message == "Row 2, Service: w. Row 2, Quantity: quantity.below_min. Row 2, Refill: w."


def test_to_fix_has_what_can_be_put_right(write: Write):
    """To fix has the invalid, duplicate and rejected rows alone; what is in doubt never stands there."""
    rejected = Line(
        row(4), "rejected", submission=submission(4, State.REJECTED, message="Bad link"), key="k4"
    )
    duplicate = Line(row(5), "duplicate", key="k5")
    book = write(placed(2), invalid(3, "Quantity"), rejected, duplicate, in_doubt(6), Line(row(7), "ready"))
    fix = book["To fix"]
    assert [cell.value for cell in fix[1]] == [*HEADER, "State", "Message", "bulkorders key"]
    assert column(fix, "State") == ["Invalid", "Rejected", "Duplicate"]
    assert column(fix, "bulkorders key") == ["row:3", "k4", "k5"]
    assert "--retry-rejected" in column(fix, "Message")[1]


def test_bad_cells_are_marked(write: Write):
    """In To fix each wrong cell has a colour and a note of what is wrong; the others have neither."""
    fix = write(invalid(3, "Quantity", "Link", "No such column"))["To fix"]
    noted = [cell.column_letter for cell in fix[2] if cell.comment]
    marked = [cell.column_letter for cell in fix[2] if cell.fill.fgColor.rgb == "FFFFCBBD"]
    assert noted == marked == ["C", "D"]
    assert fix["D2"].comment.text == "Row 3, Quantity: quantity.below_min."


def test_in_doubt_has_the_evidence(write: Write):
    """In doubt shows what was sent, what came back, the money at risk, and the commands that settle it."""
    doubt = write(placed(2), in_doubt(3))["In doubt"]
    assert doubt.max_row == 2
    told = dict(zip((cell.value for cell in doubt[1]), (cell.value for cell in doubt[2]), strict=True))
    assert told["Row"] == 3
    assert told["Link"] == "https://example.com/post/3"
    assert (told["Money at risk"], told["Currency"]) == (1.25, "VND")
    assert told["Sent at"] == datetime(2026, 5, 4, 9, 10)  # noqa: DTZ001 - a spreadsheet's times have no zone
    assert told["What happened"] == "The panel answered 502."
    assert told["Answer as it came"] == "<html>502</html>"
    assert f"bulkorders resolve --placed {3:032x}=ORDER_ID" in told["Next step"]
    assert f"bulkorders resolve --not-placed {3:032x} --reason" in told["Next step"]


def test_requests_in_doubt_are_listed(write: Write):
    """A refill whose answer was lost stands in In doubt with its order id, and puts no money at risk."""
    asked = Request(
        "r1", "k", "99999", RequestKind.REFILL, RequestState.IN_DOUBT, "2026-05-05T00:00:00+00:00"
    )
    done = replace(asked, id="r2", order_id="88888", state=RequestState.DONE)
    doubt = write(placed(2, requests=(asked, done)))["In doubt"]
    told = dict(zip((cell.value for cell in doubt[1]), (cell.value for cell in doubt[2]), strict=True))
    assert doubt.max_row == 2
    assert (told["What"], told["Order ID"], told["Money at risk"]) == ("Refill", "99999", None)
    assert "bulkorders resolve --taken r1=REFILL_ID" in told["Next step"]
    assert "bulkorders resolve --not-taken r1 --reason" in told["Next step"]


def test_an_order_shows_its_refills_and_cancels(write: Write):
    """Each in a line of its own: when it was asked for, its id, where it stands and what the panel said."""
    asked = Request("r1", "k", "99999", RequestKind.REFILL, RequestState.DONE, "2026-05-05T00:10:00+00:00")
    refill = replace(asked, request_id="12", status="Completed")
    cancel = replace(asked, id="r2", kind=RequestKind.CANCEL, state=RequestState.REFUSED, message="too late")
    assert column(write(placed(2, requests=(refill, cancel)))["Orders"], "Refills and cancels") == [
        "2026-05-05 00:10 UTC refill 12: done (Completed)\n2026-05-05 00:10 UTC cancel: refused (too late)"
    ]


def test_orders_whose_row_has_left_the_sheet(write: Write, tmp_path: Path):
    """They stand below the sheet's rows in the columns of their fields, and are not read as rows again."""
    gone = replace(placed(9, reference="R-9"), row=None)
    orders = write(gone, placed(2))["Orders"]
    assert column(orders, "bulkorders key") == [f"{2:032x}", f"gone:{9:032x}"]
    assert [cell.value for cell in orders[3]][:6] == [
        None,
        "1",
        "https://example.com/post/9",
        500,
        "R-9",
        None,
    ]
    assert "no longer in the sheet" in column(orders, "Message")[1]
    assert [each.number for each in read_sheet(tmp_path / "spring.results.xlsx").rows] == [2]


def test_dropped_orders_are_only_counted(write: Write):
    """An order dropped unsent is in no list, and in the Summary's count."""
    dropped = Line(None, "dropped", submission=submission(9, State.DROPPED), key="k9")
    book = write(placed(2), dropped)
    assert book["Orders"].max_row == 2
    assert "Dropped" in everything(book["Summary"])


def table(sheet: Worksheet, title: str) -> list[list[Any]]:
    """Return the rows of the table with this title in the Summary, header first, blanks left out."""
    start = next(cell.row for cell in sheet["B"] if cell.value == title)
    found = []
    for cells in sheet.iter_rows(min_row=start + 1, values_only=True):
        shown = [value for value in cells if value is not None]
        if not shown:
            break
        found.append(shown)
    return found


def test_summary_counts_by_state(write: Write):
    """The Summary counts the rows by state, and placed ones by the panel's status."""
    lines = (placed(2), placed(3, status="Completed"), placed(4, status=None), placed(5, status="Odd word"))
    summary = write(*lines, in_doubt(6), invalid(7, "Link"))["Summary"]
    assert [shown[-3:-1] for shown in table(summary, "Where the rows stand")[1:-1]] == [
        ["Completed", 2], ["No status yet", 1], ["Odd word", 1], ["In doubt", 1], ["Invalid", 1],
    ]  # fmt: skip
    assert table(summary, "Where the rows stand")[-1] == ["All", 6]


def test_summary_sums_by_service(write: Write):
    """Orders that are sent, in doubt or to be sent are summed by service and currency; others are not."""
    other = placed(
        4, service="7", service_name="Followers", charge=None, status="Pending", estimate=Decimal(9)
    )
    summary = write(placed(2), placed(3, charge=Decimal("1.05")), other, in_doubt(5), invalid(6, "Link"))[
        "Summary"
    ]
    assert table(summary, "By service") == [
        ["Service", "Name", "Orders", "Completed", "Quantity", "Currency", "Estimate", "Charge"],
        ["7", "Followers", 1, 0, 500, "VND", 9],
        ["1", "Facebook views", 3, 2, 1500, "VND", 3.75, 2.3],
        ["Total", 4, 2, 2000, "VND", 12.75, 2.3],
    ]


def test_summary_of_a_check(write: Write):
    """Before anything is sent the Summary reckons what would be, from the orders as parsed."""
    order = Order(2, "1", "https://example.com/post/2", 800)
    line = Line(row(2), "ready", order, service_name="Facebook views", estimate=Decimal(2), currency="VND")
    summary = write(line)["Summary"]
    assert table(summary, "By service")[1] == ["1", "Facebook views", 1, 0, 800, "VND", 2]
    assert "Estimated, VND" in everything(summary)


def test_summary_closes_the_books(write: Write):
    """The Summary shows each account's money; what isn't known says so, and what is unexplained is marked."""
    amounts = [Decimal(text) for text in ("10", "9.5", "0.5", "100", "85", "5")]
    known = AccountMoney("a.example.com", "VND", *amounts, refunded=Decimal("1.5"))
    unknown = AccountMoney("b.example.com", "USD", Decimal(1), Decimal(0), Decimal(0))
    sheet = write(placed(2), summary=replace(SUMMARY, money=(known, unknown)))["Summary"]
    shown = table(sheet, "Money")
    assert shown[1] == ["a.example.com", "VND", 10, 9.5, 0.5, 100, 85, 1.5, 5]
    assert shown[2] == ["b.example.com", "USD", 1, 0, 0, *["not known"] * 4]
    marked = next(cell for cells in sheet.iter_rows() for cell in cells if cell.value == 5)
    assert marked.fill.fgColor.rgb == "FFFFE2AE"


def test_summary_says_what_stopped_the_run(write: Write):
    """What stopped a run, and what there is to know, stands over the tables."""
    told = replace(SUMMARY, stopped="No funds.", notices=("Row 4 is hidden.",))
    shown = everything(write(placed(2), summary=told)["Summary"])
    assert "Stopped: No funds." in shown
    assert "Row 4 is hidden." in shown


def test_summary_has_a_chart_of_its_own_figures(write: Write, tmp_path: Path):
    """The chart draws the table beside it, and carries the figures for programs that don't look them up."""
    summary = write(placed(2), in_doubt(3))["Summary"]
    with zipfile.ZipFile(tmp_path / "spring.results.xlsx") as archive:
        chart = archive.read("xl/charts/chart1.xml").decode()
    places = re.findall(r"<c:f>Summary!([^<]*)</c:f>", chart)
    drawn = [[cell.value for cells in summary[place.replace("$", "")] for cell in cells] for place in places]
    assert drawn == [["Completed", "In doubt"], [1, 1]]
    assert re.findall(r"<c:pt idx=\"\d\"><c:v>([^<]*)", chart) == ["Completed", "In doubt", "1", "1"]


def test_an_empty_run_can_be_written(write: Write):
    """A run without a single row has a workbook too."""
    book = write()
    assert book["Orders"].max_row == 1
    assert book["In doubt"]["A2"].value == "Nothing is in doubt."


def test_orders_is_fit_to_work_with_and_to_print(write: Write):
    """The header is frozen, has a filter and repeats on each page, which is as wide as one sheet of paper."""
    orders = write(placed(2), placed(3))["Orders"]
    assert orders.freeze_panes == "A2"
    assert orders.auto_filter.ref == "A1:S3"
    assert orders.print_title_rows == "$1:$1"
    assert (orders.page_setup.orientation, orders.page_setup.fitToHeight) == ("landscape", 0)
    assert orders.sheet_properties.pageSetUpPr.fitToPage


def test_states_differ_by_word_and_colour(write: Write):
    """Each state has a colour of its own; rows that need a person are tinted all along, the others not."""
    lines = [
        placed(2),
        Line(row(3), "ready"),
        in_doubt(4),
        invalid(5),
        Line(row(6), "duplicate"),
        Line(row(7), "rejected"),
    ]
    orders = write(*lines)["Orders"]
    colours = [orders.cell(number, 7).fill.fgColor.rgb for number in range(2, 8)]
    assert len(set(colours)) == 6
    tinted = [orders.cell(number, 1).fill.patternType == "solid" for number in range(2, 8)]
    assert tinted == [False, False, True, True, True, True]


def test_given_back_it_is_the_same_sheet(write: Write, tmp_path: Path):
    """A results workbook read again has the user's rows, cells, columns and keys, and the campaign's name."""
    lines = [
        replace(placed(2), row=row(2, "Café", "00123", "https://example.com/a", 500, "R-1", date(2026, 5, 1))),
        invalid(3, "Quantity"), in_doubt(4), Line(row(5), "ready", key="k5"),
    ]  # fmt: skip
    write(*lines)
    again = read_sheet(tmp_path / "spring.results.xlsx")
    assert (again.header, again.columns, again.results) == (HEADER, COLUMNS, True)
    assert (again.campaign_id, again.journal_id) == ("Spring & summer", "0123456789abcdef")
    assert [each.key for each in again.rows] == [f"{2:032x}", None, f"{4:032x}", "k5"]
    assert [each.cells for each in again.rows] == [line.row.cells for line in lines if line.row]
    assert again.notes == ()


def test_users_own_status_column_survives(write: Write, tmp_path: Path):
    """A column of the user's that is called like one of ours is kept, and read as theirs again."""
    write(replace(placed(2), row=row(2, "waiting")), header=("Status", *HEADER[1:]))
    again = read_sheet(tmp_path / "spring.results.xlsx")
    assert again.header[0] == "Status"
    assert again.rows[0].cells[0] == "waiting"


def test_row_put_right_in_to_fix_comes_back(write: Write, tmp_path: Path):
    """A cell put right in To fix replaces the one in Orders, under the row's own number."""
    book = write(placed(2), invalid(3, "Quantity"))
    book["To fix"]["D2"] = 250
    book.save(tmp_path / "given.xlsx")
    again = read_sheet(tmp_path / "given.xlsx")
    assert [(each.number, each.cells[3]) for each in again.rows] == [(2, 500), (3, 250)]


def test_fixing_a_repeated_reference_touches_no_other_row(write: Write, tmp_path: Path):
    """Where two rows have one reference, putting the second right leaves the first, which is placed, alone."""
    first = placed(2)
    second = replace(invalid(3, "Reference"), key=first.key)
    book = write(first, second)
    book["To fix"]["E2"] = "R-2"
    book.save(tmp_path / "given.xlsx")
    again = read_sheet(tmp_path / "given.xlsx")
    assert [(each.key, each.cells[4]) for each in again.rows] == [(first.key, None), (None, "R-2")]


def test_writing_holds_no_more_than_a_row(tmp_path: Path):
    """Memory for writing does not grow with the rows: four times the rows, the same peak within a megabyte or two."""
    import pandas as pd  # noqa: PLC0415 - loaded before measuring

    assert pd.__version__
    peaks = []
    for count in (500, 500, 2_500):
        lines = [
            invalid(number, "Quantity") if number % 9 == 0 else placed(number) for number in range(2, count)
        ]
        sheet = Sheet("spring.xlsx", HEADER, COLUMNS, ())
        tracemalloc.start()
        write_results(tmp_path / "many.results.xlsx", sheet, lines, SUMMARY, describe=describe)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[2] - peaks[1] < 2_000 * 600


def test_pandas_waits_until_it_is_needed():
    """Importing the writer loads no pandas: that takes most of a second."""
    code = "import sys, bulkorders.sheet.results; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_times_without_a_zone_given_are_the_machines(tmp_path: Path):
    """Without a zone, times are those of the machine's clock, and the Summary says how far it is from UTC."""
    sheet = Sheet("spring.xlsx", HEADER, COLUMNS, ())
    path = write_results(tmp_path / "local.results.xlsx", sheet, [placed(2)], SUMMARY, describe=describe)
    local = datetime(2026, 5, 4, 2, 10, tzinfo=UTC).astimezone().replace(tzinfo=None)
    book = openpyxl.load_workbook(path)
    assert column(book["Orders"], "Placed at") == [local]
    assert any(str(value).startswith("UTC") for value in everything(book["Summary"]))
