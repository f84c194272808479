"""The flow of the page as a browser without a script walks it: upload, check, review, run, results."""

import io
import re
import signal
import threading
import time
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from bulkorders.journal.lock import JournalLock
from bulkorders.sandbox.faults import Fault
from bulkorders.web.confirming import is_amount
from bulkorders.web.front import PageFront

ROOT = Path(__file__).parents[2]


def csv_of(rows, header=("Service", "Link", "Quantity")):
    """Return a CSV sheet as bytes."""
    return "\n".join(",".join(map(str, each)) for each in (header, *rows)).encode()


def good(count, first=1):
    """Return so many valid rows."""
    return [
        ("1", f"https://example.com/post/{number}", 200 + number) for number in range(first, first + count)
    ]


def sheet_of(visitor):
    """Return the id of the sheet whose page is shown."""
    return visitor.path.split("/")[2]


def total_of(visitor):
    """Return what is to be typed on the review."""
    return re.search(r'data-confirm="([^"]+)"', visitor.page.text)[1]


def review(visitor):
    """Go from a checked sheet to its review."""
    visitor.send(f"/sheets/{sheet_of(visitor)}/submit")
    visitor.settled()


def confirm(visitor, answer="yes"):
    """Answer the review, with the total typed."""
    visitor.send(f"{visitor.path}/answer", {"answer": answer, "total-0": total_of(visitor)})
    visitor.settled()


def place(visitor):
    """Place the orders of a checked sheet."""
    review(visitor)
    confirm(visitor)


def test_a_sheet_goes_from_upload_to_its_results_workbook(page):
    """A sheet is checked, reviewed with its total, placed once, and its workbook holds the ids."""
    visitor = page.visitor()
    visitor.upload("orders.csv", csv_of(good(5)))
    assert "Review 5 orders" in visitor.text
    assert page.desk.sold() == []
    review(visitor)
    assert "This is what will happen. Nothing was sent yet." in visitor.text
    assert page.desk.sold() == []
    confirm(visitor)
    assert visitor.path.startswith("/runs/")
    assert len(page.desk.sold()) == 5
    content = visitor.client.get(f"{visitor.path}/results.xlsx").content
    rows = openpyxl.load_workbook(io.BytesIO(content))["Orders"]
    header = [cell.value for cell in rows[1]]
    ids = [row[header.index("Order ID")].value for row in rows.iter_rows(min_row=2)]
    assert len(set(ids)) == 5


def test_a_wrong_total_places_nothing(page):
    """Whoever types another total than the review's is asked again, and nothing is sent."""
    visitor = page.visitor()
    visitor.upload("orders.csv", csv_of(good(2)))
    review(visitor)
    for typed in ("", "1", "9999999", "yes"):
        visitor.send(f"{visitor.path.removesuffix('/answer')}/answer", {"answer": "yes", "total-0": typed})
        assert visitor.page.status_code == 400
        assert "That is not the total" in visitor.text
    assert page.desk.sold() == []


def test_not_now_sends_nothing_and_lets_others_in(page):
    """A review that is answered with no ends without an order, and the journal is free again."""
    visitor = page.visitor()
    visitor.upload("orders.csv", csv_of(good(2)))
    review(visitor)
    visitor.send(f"{visitor.path}/answer", {"answer": "no"})
    assert "Nothing was sent." in visitor.text
    ended = page.desk.run(
        "submit", page.desk.sheet([("1", "https://example.com/x/1", 300)], "other.csv"), "--yes"
    )
    assert ended.code == 0, ended.err
    assert len(page.desk.sold()) == 1


def test_rows_put_right_in_to_fix_are_placed_with_the_others(page):
    """The workbook to put rows right in may be given back: it is the same campaign, and every row goes once."""
    visitor = page.visitor()
    wrong = [("1", "https://example.com/post/8", 5), ("318", "https://example.com/post/9", 500)]
    visitor.upload("orders.csv", csv_of([*good(3), *wrong]))
    assert "Review 3 orders" in visitor.text
    content = visitor.client.get(f"{visitor.path}/to-fix.xlsx").content
    book = openpyxl.load_workbook(io.BytesIO(content))
    rows = book["To fix"]
    header = [cell.value for cell in rows[1]]
    for row in rows.iter_rows(min_row=2):
        row[header.index("Service")].value = 1
        row[header.index("Quantity")].value = 700
    saved = io.BytesIO()
    book.save(saved)
    visitor.upload("orders.to-fix.xlsx", saved.getvalue())
    assert "Review 5 orders" in visitor.text
    place(visitor)
    assert sorted(order["quantity"] for order in page.desk.sold()) == ["201", "202", "203", "700", "700"]


def test_rows_put_right_after_a_run_are_placed_and_no_other_again(page):
    """The results workbook of a run, put right and given back, places the repaired rows alone."""
    visitor = page.visitor()
    visitor.upload("orders.csv", csv_of([*good(3), ("1", "https://example.com/post/8", 5)]))
    place(visitor)
    content = visitor.client.get(f"{visitor.path}/results.xlsx").content
    book = openpyxl.load_workbook(io.BytesIO(content))
    rows = book["To fix"]
    header = [cell.value for cell in rows[1]]
    rows.cell(row=2, column=header.index("Quantity") + 1).value = 700
    saved = io.BytesIO()
    book.save(saved)
    visitor.get("/")
    visitor.upload("orders.results.xlsx", saved.getvalue())
    assert "Review 1 order" in visitor.text
    assert "Placed already 3" in visitor.text
    place(visitor)
    assert len(page.desk.sold()) == 4


def test_the_same_sheet_given_again_places_nothing_twice(page):
    """The same file is found again with its campaign, and says loudly that all of it is placed."""
    visitor = page.visitor()
    content = csv_of(good(3))
    visitor.upload("orders.csv", content)
    first = sheet_of(visitor)
    place(visitor)
    visitor.get("/")
    visitor.upload("orders.csv", content)
    assert sheet_of(visitor) == first
    assert "All 3 rows are placed already" in visitor.text
    assert f"/sheets/{first}/submit" not in visitor.page.text
    assert len(page.desk.sold()) == 3


def test_another_sheet_of_the_same_name_must_say_which_campaign_it_is(page):
    """A second file called the same is asked about: going on with the campaign, or a new one that is named."""
    visitor = page.visitor()
    visitor.upload("orders.csv", csv_of(good(2)))
    place(visitor)
    visitor.get("/")
    visitor.upload("orders.csv", csv_of(good(3)))
    sheet = sheet_of(visitor)
    assert "Which campaign is this?" in visitor.text
    assert f"/sheets/{sheet}/submit" not in visitor.page.text
    visitor.send(f"/sheets/{sheet}/check", {"meant": "known"})
    visitor.settled()
    assert "Review 1 order" in visitor.text
    place(visitor)
    assert len(page.desk.sold()) == 3


def test_a_new_campaign_of_a_known_name_can_be_named(page):
    """The answer that it is a new campaign takes the name that was typed."""
    visitor = page.visitor()
    visitor.upload("orders.csv", csv_of(good(2)))
    place(visitor)
    visitor.get("/")
    visitor.upload("orders.csv", csv_of(good(2, first=10)))
    sheet = sheet_of(visitor)
    visitor.send(f"/sheets/{sheet}/check", {"meant": "new", "campaign": "december"})
    visitor.settled()
    review(visitor)
    assert "Review: december" in visitor.text
    confirm(visitor)
    assert len(page.desk.sold()) == 4


def test_pasted_orders_are_taken(page):
    """Lines of service | link | quantity in the text box are a sheet like any other."""
    visitor = page.visitor()
    visitor.paste("1 | https://example.com/a | 500\n2 | https://example.com/b | 600\n")
    assert "Review 2 orders" in visitor.text
    place(visitor)
    assert sorted(order["quantity"] for order in page.desk.sold()) == ["500", "600"]


def test_columns_nobody_knows_are_asked_for_and_remembered(page):
    """Headers that say nothing lead to the page of columns; the answer holds for the next sheet as well."""
    visitor = page.visitor()
    header = ("Was", "Wohin", "Wieviel denn")
    visitor.upload("fremd.csv", csv_of(good(2), header))
    assert visitor.path.endswith("/columns")
    sheet = sheet_of(visitor)
    answers = {"means-0": "service", "means-1": "link", "means-2": "quantity"}
    visitor.send(f"/sheets/{sheet}/columns", answers)
    visitor.settled()
    assert "Review 2 orders" in visitor.text
    visitor.get("/")
    visitor.upload("fremd2.csv", csv_of(good(2, first=20), header))
    assert "Review 2 orders" in visitor.text


def test_two_columns_for_one_field_are_refused_with_what_was_said(page):
    """A field has one column: the page says so, and keeps the other answers."""
    visitor = page.visitor()
    visitor.upload("fremd.csv", csv_of(good(2), ("Was", "Wohin", "Wieviel denn")))
    answers = {"means-0": "service", "means-1": "link", "means-2": "link"}
    visitor.send(f"{visitor.path}", answers)
    assert visitor.page.status_code == 400
    assert "Several columns are said to be Link" in visitor.text


def test_a_run_is_found_again_by_whoever_comes_later(page):
    """A review waits for its answer whatever becomes of the tab, and another browser can give it."""
    visitor, other = page.visitor(), page.visitor()
    visitor.upload("orders.csv", csv_of(good(2)))
    review(visitor)
    place_of_run = visitor.path
    visitor.close()
    other.get("/")
    assert "A run is under way." in other.text
    other.get(place_of_run)
    confirm(other)
    assert len(page.desk.sold()) == 2


def test_only_one_run_at_a_time_and_the_other_is_told_which(page):
    """A second run is refused while one is under way, with its name and who began it."""
    visitor, other = page.visitor(), page.visitor()
    visitor.upload("orders.csv", csv_of(good(2)))
    review(visitor)
    other.upload("more.csv", csv_of(good(2, first=10)))
    other.send(f"/sheets/{sheet_of(other)}/submit")
    assert other.page.status_code == 409
    assert "Orders of orders.csv is under way" in other.text


def test_a_lost_answer_is_in_doubt_on_the_results(page):
    """An order whose answer was lost is shown as in doubt, with the way to settle it."""
    page.desk.sandbox.faults.set([Fault(kind="none", times=2), Fault(kind="close", when="after")])
    visitor = page.visitor()
    visitor.upload("orders.csv", csv_of(good(4)))
    place(visitor)
    assert "1 order is in doubt" in visitor.text
    assert "/doubts" in visitor.page.text


def slow(page):
    """Let the panel take its time."""
    page.desk.sandbox.latency = "300ms"


def test_stopping_waits_for_what_is_in_flight_and_the_rest_goes_on_later(page):
    """Stop leaves no order in doubt; the sheet goes on with those that were not sent, each placed once."""
    slow(page)
    visitor = page.visitor()
    visitor.upload("orders.csv", csv_of(good(60)))
    sheet = sheet_of(visitor)
    review(visitor)
    visitor.send(f"{visitor.path}/answer", {"answer": "yes", "total-0": total_of(visitor)})
    until_sold(page, 3)
    visitor.get(visitor.path)
    visitor.send(f"{visitor.path}/stop")
    visitor.settled()
    assert "Interrupted" in visitor.text
    assert "in doubt" not in visitor.text.partition("Orders by state")[2][:200]
    placed = len(page.desk.sold())
    assert 3 <= placed < 60
    visitor.get(f"/sheets/{sheet}")
    visitor.settled()
    place(visitor)
    links = [order["link"] for order in page.desk.sold()]
    assert len(links) == len(set(links)) == 60


def until_sold(page, count):
    """Wait until the panel has sold so many."""
    while len(page.desk.sold()) < count:
        time.sleep(0.02)


def test_a_held_run_begins_nothing_until_it_is_let_go_on(page):
    """While it is held no order reaches the panel; then all of them do."""
    slow(page)
    visitor = page.visitor()
    visitor.upload("orders.csv", csv_of(good(40)))
    review(visitor)
    visitor.send(f"{visitor.path}/answer", {"answer": "yes", "total-0": total_of(visitor)})
    until_sold(page, 2)
    visitor.get(visitor.path)
    visitor.send(f"{visitor.path}/pause")
    time.sleep(1.2)
    held = len(page.desk.sold())
    time.sleep(1.2)
    assert len(page.desk.sold()) == held < 40
    visitor.get(visitor.path)
    visitor.send(f"{visitor.path}/go-on")
    visitor.settled()
    assert len(page.desk.sold()) == 40


def test_a_server_that_is_stopped_drains_first(process):
    """SIGTERM in mid-run waits for what is in flight: nothing is in doubt, and the exit code says interrupted."""
    slow(process)
    visitor = process.visitor()
    visitor.upload("orders.csv", csv_of(good(60)))
    review(visitor)
    visitor.send(f"{visitor.path}/answer", {"answer": "yes", "total-0": total_of(visitor)})
    until_sold(process, 3)
    assert process.stop() == 130
    found = process.desk.run("resolve", "--json")
    assert found.json["in_doubt"] == []


def test_a_killed_server_is_gone_on_with_by_the_next(process, serve):
    """After a kill in mid-run the next start shows what is in doubt, and the sheet goes on; nothing is sold twice."""
    slow(process)
    visitor = process.visitor()
    visitor.upload("orders.csv", csv_of(good(60)))
    sheet = sheet_of(visitor)
    review(visitor)
    visitor.send(f"{visitor.path}/answer", {"answer": "yes", "total-0": total_of(visitor)})
    until_sold(process, 3)
    process.kill()
    again = serve()
    visitor = again.visitor()
    assert "was broken off" in visitor.text
    visitor.get("/doubts")
    assert "https://example.com/post/" in visitor.text
    visitor.get(f"/sheets/{sheet}")
    visitor.settled()
    assert re.search(r"In doubt \d+ not sent again", visitor.text)
    place(visitor)
    links = [order["link"] for order in process.desk.sold()]
    assert len(links) == len(set(links))
    assert len(links) >= 52


def test_the_last_page_of_a_long_table_has_the_last_rows(page):
    """Rows are shown by the page, found by text, state and kind of problem; bad cells are marked."""
    visitor = page.visitor()
    visitor.upload("orders.csv", csv_of([*good(120), ("1", "https://example.com/post/999", 5)]))
    sheet = sheet_of(visitor)
    visitor.get(f"/sheets/{sheet}?page=3")
    assert "https://example.com/post/120" in visitor.page.text
    assert "https://example.com/post/20<" not in visitor.page.text
    visitor.get(f"/sheets/{sheet}?state=invalid")
    assert 'data-label="Quantity" class="marked bad"' in visitor.page.text
    assert "1 rows" in visitor.text
    visitor.get(f"/sheets/{sheet}?q=post/999")
    assert "1 rows" in visitor.text


def test_a_second_signal_waits_for_nothing(process):
    """Told twice to end, the server ends at once; what was in flight is in doubt, durably, and nothing else is."""
    visitor = process.visitor()
    visitor.upload("orders.csv", csv_of(good(20)))
    review(visitor)
    process.desk.sandbox.faults.set([Fault(kind="none", action="add", times=100, seconds=30)])
    visitor.send(f"{visitor.path}/answer", {"answer": "yes", "total-0": total_of(visitor)})
    visitor.get("/")
    process.process.send_signal(signal.SIGTERM)
    time.sleep(1)
    assert process.process.poll() is None
    assert process.stop() == 130
    found = process.desk.run("resolve", "--json")
    assert 1 <= len(found.json["in_doubt"]) <= 8


def test_a_question_nobody_answers_ends_by_itself():
    """A run that asks and hears nothing takes that for a no, and tells whoever looks that it moved on."""
    front = PageFront(patience=0.05)
    before = front.version
    assert front.agree("Is this right?") is False
    assert front.choose("Which?", ["a", "b"]) is None
    assert front.question is None
    assert front.version > before


def test_the_first_answer_counts():
    """Two tabs that answer one question: the first is taken, the second is told that it came too late."""
    front = PageFront()
    asked = threading.Thread(target=lambda: answers.append(front.agree("Go on?")))
    answers: list[bool] = []
    asked.start()
    while front.question is None:
        time.sleep(0.01)
    question = front.question.id
    assert front.answer(question, answer=True)
    assert not front.answer(question, answer=False)
    asked.join()
    assert answers == [True]
    assert not front.answer("another", answer=True)


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("1250.5", True),
        ("1,250.50", True),
        ("1.250,5", True),
        ("1 250,5", True),
        ("1250.5 VND", True),
        ("1250", False),
        ("12505", False),
        ("125.05", False),
        ("-1250.5", False),
        ("", False),
        ("1250.5 USD", False),
        ("NaN", False),
        ("1e3", False),
    ],
)
def test_a_total_is_the_same_however_it_is_marked(typed, right):
    """Thousands and decimals as any country writes them are the amount; another amount or currency is not."""
    assert is_amount(typed, Decimal("1250.5"), "VND") is right


def test_a_file_that_is_no_sheet_says_what_it_is(page):
    """A picture, an empty file and nothing at all each get a page with what to do, and the next sheet goes on."""
    visitor = page.visitor()
    visitor.upload("picture.xlsx", b"\x89PNG\r\n\x1a\n" + b"\x00" * 500)
    assert "could not be checked" in visitor.text
    assert "failed in a way" not in visitor.text
    visitor.get("/")
    visitor.upload("empty.csv", b"")
    assert visitor.page.status_code == 400
    assert "empty.csv is empty" in visitor.text
    visitor.get("/")
    visitor.paste("   ")
    assert "nothing was pasted" in visitor.text
    visitor.get("/")
    visitor.upload("orders.csv", csv_of(good(1)))
    assert "Review 1 order" in visitor.text


def test_a_panel_that_does_not_answer_is_said_and_asked_again(page):
    """While the panel is away the sheet's page says so; checked again later, it goes on."""
    page.desk.sandbox.faults.set([Fault(kind="close", action="*", when="before", times=50)])
    visitor = page.visitor()
    visitor.upload("orders.csv", csv_of(good(1)))
    assert "could not be checked" in visitor.text
    page.desk.sandbox.faults.set([])
    visitor.send(f"/sheets/{sheet_of(visitor)}/check")
    visitor.settled()
    assert "Review 1 order" in visitor.text


def test_what_was_chosen_for_a_sheet_is_kept(page):
    """Further settings of a sheet hold when it is looked at again, and a cap stops the run with what to do."""
    visitor = page.visitor()
    visitor.upload("orders.csv", csv_of(good(3)))
    sheet = sheet_of(visitor)
    visitor.send(f"/sheets/{sheet}/check", {"chosen": "yes", "max_total": "0.1", "canary": "yes"})
    visitor.settled()
    assert re.search(r'name="canary" value="yes" checked', visitor.page.text)
    review(visitor)
    assert "above the 0.1 VND allowed" in visitor.text
    assert "--" not in visitor.text
    assert page.desk.sold() == []


def test_a_run_of_the_command_line_is_named_where_it_holds_the_journal(page):
    """While another process holds the journal the page says which, sends nothing, and goes on afterwards."""
    visitor = page.visitor()
    visitor.upload("orders.csv", csv_of(good(2)))
    sheet = sheet_of(visitor)
    held = JournalLock(page.desk.folder / "home" / "journal.sqlite")
    held.take("bulkorders daily")
    visitor.send(f"/sheets/{sheet}/submit")
    visitor.settled()
    assert "Another run is under way: bulkorders daily (process" in visitor.text
    assert page.desk.sold() == []
    held.release()
    visitor.send(f"/sheets/{sheet}/check")
    visitor.settled()
    place(visitor)
    assert len(page.desk.sold()) == 2


def test_what_a_run_asks_is_a_page_with_yes_and_no(serve, desk):
    """A new API key is asked about: a no sends nothing, a yes goes on to the review."""
    first = serve()
    visitor = first.visitor()
    visitor.upload("orders.csv", csv_of(good(1)))
    place(visitor)
    first.stop()
    desk.sandbox.shop.key = desk.changes["BULKORDERS_PANEL_KEY"] = "another-key-8f2c51d0e7"
    visitor = serve().visitor()
    visitor.upload("more.csv", csv_of(good(1, first=10)))
    for answer, told in (("no", "was not confirmed"), ("yes", "This is what will happen")):
        sheet = sheet_of(visitor)
        review(visitor)
        assert "Is it a new key of the same account?" in visitor.text
        visitor.send(f"{visitor.path}/answer", {"answer": answer})
        visitor.settled()
        assert told in visitor.text
        if answer == "no":
            visitor.send(f"/sheets/{sheet}/check")
            visitor.settled()
    assert len(desk.sold()) == 1


def test_those_who_watch_a_run_are_told_how_far_it_is(page):
    """The live line tells counts and money while orders are placed, and when the page is another one."""
    slow(page)
    visitor = page.visitor()
    visitor.upload("orders.csv", csv_of(good(30)))
    review(visitor)
    visitor.send(f"{visitor.path}/answer", {"answer": "yes", "total-0": total_of(visitor)})
    until_sold(page, 1)
    heard = ""
    place_of_run = visitor.path
    with visitor.client.stream("GET", f"{place_of_run}/events?stand=working") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        for text in stream.iter_text():
            heard += text
    assert heard.count("event: gauge") > 2
    assert "Placing orders" in heard
    assert "VND" in heard
    assert heard.rstrip().endswith("event: moved\ndata: .")
    visitor.get(place_of_run)
    visitor.settled()
    assert visitor.path.startswith("/runs/")
