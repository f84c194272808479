"""The pages beside the flow: history, placed orders, refills and cancels, doubts, services, balance, exports."""

import io
import re
import zipfile
from html import unescape

import openpyxl
import pytest

from bulkorders.sandbox.faults import Fault

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
SHEET = "\n".join(f"1 | https://example.com/post/{number} | {500 + number}" for number in range(1, 4))


def place(visitor, text=SHEET):
    """Place pasted orders by way of the page."""
    visitor.get("/")
    visitor.paste(text)
    visitor.send(f"/sheets/{visitor.path.split('/')[2]}/submit")
    visitor.settled()
    total = re.search(r'data-confirm="([^"]+)"', visitor.page.text)[1]
    visitor.send(f"{visitor.path}/answer", {"answer": "yes", "total-0": total})
    visitor.settled()


def errand(visitor):
    """Look at an errand until it is over."""
    while 'hx-trigger="every 1s"' in visitor.page.text:
        visitor.get(visitor.path)
    return visitor.text


def asked(visitor, kind, ids):
    """Tick these orders, look at the review, and say yes to it; return the review and what came of it."""
    visitor.get("/orders?show=all")
    data = {"csrf": visitor.hidden("/orders/ask/refill/review", ["order"])["csrf"], "order": ids}
    visitor.page = visitor.client.post(
        f"/orders/ask/{kind}/review", data=data, headers={"origin": visitor.base}
    )
    told = visitor.text
    form = visitor.page.text.partition(f'action="/orders/ask/{kind}"')[2]
    fields = {}
    for name, value in HIDDEN.findall(form):
        fields.setdefault(name, []).append(unescape(value))
    if fields:
        visitor.page = visitor.client.post(
            f"/orders/ask/{kind}", data=fields, headers={"origin": visitor.base}
        )
    return told, errand(visitor)


@pytest.fixture
def visitor(page):
    """Give a visitor whose three orders are placed."""
    made = page.visitor()
    place(made)
    return made


def test_the_history_has_each_run_and_its_workbook(visitor):
    """A run stands in the history with what it came to, and its workbook can be downloaded from there."""
    visitor.get("/history")
    assert "Orders placed" in visitor.text
    assert "3 placed" in visitor.text
    link = re.search(r'href="(/history/\w+/workbook)"', visitor.page.text)[1]
    book = openpyxl.load_workbook(io.BytesIO(visitor.get(link).content), read_only=True)
    assert "Orders" in book.sheetnames
    book.close()
    assert visitor.get("/history/unknown/workbook").status_code == 404


def test_placed_orders_are_searched_and_told_of(visitor):
    """Open orders are found by their link, and each has its whole story."""
    visitor.get("/orders?q=post/2")
    assert "1 orders found" in visitor.text
    visitor.get(re.search(r'href="(/orders/[0-9a-f]{32})"', visitor.page.text)[1])
    assert "https://example.com/post/2" in visitor.text
    assert "Sent to the panel" in visitor.text
    assert "Placed:" in visitor.text


def test_a_refresh_asks_about_open_orders(visitor, desk):
    """What was delivered meanwhile is known after a refresh, and nothing was bought by it."""
    desk.sandbox.shop.advance(10**6)
    visitor.get("/orders")
    visitor.send("/orders/refresh")
    assert re.search(r"Orders asked about 3 Changed 3", errand(visitor))
    visitor.get("/orders?show=completed")
    assert visitor.page.text.count('name="order"') == 3
    assert len(desk.sold()) == 3


def test_a_refill_is_asked_for_after_its_review(visitor, desk):
    """A refill of chosen orders is told in numbers first; the panel hears of it only after the yes."""
    place(visitor, "7 | https://example.com/refill | 500")
    desk.sandbox.shop.advance(10**6)
    visitor.get("/orders")
    visitor.send("/orders/refresh")
    errand(visitor)
    order = desk.sandbox.shop.orders[-1].id
    told, came = asked(visitor, "refill", [order])
    assert "Refill: 1 order will be asked for." in told
    assert "Nothing has been asked for yet" in told
    assert "Taken by the panel 1" in came
    assert desk.sandbox.shop.stats.requests["refill"] == 1


def test_a_cancel_is_asked_for_of_the_chosen_orders_alone(visitor, desk):
    """Only what was ticked is asked to be canceled; what may be paid back is told before."""
    place(visitor, "7 | https://example.com/cancel | 500\n7 | https://example.com/keep | 600")
    order = next(each.id for each in desk.sandbox.shop.orders if each.params["link"].endswith("/cancel"))
    told, came = asked(visitor, "cancel", [order])
    assert "Cancel: 1 order will be asked for." in told
    assert "may be paid back" in told
    assert "Taken by the panel 1" in came


def test_a_review_that_no_longer_holds_asks_for_nothing(visitor, desk):
    """Where the review would be another one now, nothing is asked for, and the page says so."""
    order = desk.sandbox.shop.orders[0].id
    visitor.get("/orders?show=all")
    data = {"csrf": visitor.hidden("/orders/ask/refill/review", ["order"])["csrf"], "order": [order]}
    visitor.page = visitor.client.post(
        "/orders/ask/cancel",
        data=data | {"line": ["Cancel: 9 orders will be asked for."]},
        headers={"origin": visitor.base},
    )
    assert "what would be asked has changed" in errand(visitor)
    assert desk.sandbox.shop.stats.requests["cancel"] == 0


def test_nothing_ticked_is_explained(visitor):
    """A review of no order at all is answered by a sentence."""
    visitor.get("/orders?show=all")
    data = {"csrf": visitor.hidden("/orders/ask/refill/review", ["order"])["csrf"]}
    visitor.page = visitor.client.post(
        "/orders/ask/refill/review", data=data, headers={"origin": visitor.base}
    )
    assert visitor.page.status_code == 400
    assert "No order is ticked." in visitor.text


def doubtful(page, desk):
    """Return a visitor with one order in doubt, and its key."""
    visitor = page.visitor()
    desk.sandbox.faults.set([Fault(kind="reset", when="after")])
    place(visitor, "1 | https://example.com/doubt | 700")
    visitor.get("/doubts")
    return visitor, re.search(r'action="/doubts/([0-9a-f]{32})"', visitor.page.text)[1]


def test_an_order_in_doubt_is_settled_with_the_id_the_panel_shows(page, desk):
    """With the right id it is placed; with one the panel does not know it stays in doubt, and the page says why."""
    visitor, key = doubtful(page, desk)
    assert "https://example.com/doubt" in visitor.text
    assert "1.75" in visitor.text
    visitor.send(f"/doubts/{key}", {"id": "424242"})
    assert visitor.page.status_code == 400
    assert "does not know the order id 424242" in visitor.text
    visitor.send(f"/doubts/{key}", {"id": desk.sandbox.shop.orders[0].id})
    assert "Recorded as placed." in visitor.text
    assert "Nothing is in doubt." in visitor.text
    assert len(desk.sold()) == 1


def test_not_placed_is_believed_only_when_no_answer_can_come(page, desk):
    """Before that time the word is refused though the sleeping button was sent; after it the order is ready again."""
    visitor, key = doubtful(page, desk)
    visitor.send(f"/doubts/{key}", {"reason": "not in its list"})
    assert visitor.page.status_code == 409
    assert "may still come until" in visitor.text
    desk.age_journal(seconds=3600)
    visitor.get("/doubts")
    visitor.send(f"/doubts/{key}", {"reason": "not in its list"})
    assert "Recorded as not placed." in visitor.text


def test_what_the_balance_proves_is_told(page, desk):
    """Asking the balance tells a verdict of each order, and settles none that it can't prove."""
    visitor, _ = doubtful(page, desk)
    visitor.send("/doubts/prove")
    told = errand(visitor)
    assert "By the balance" in told
    assert "1 orders are still in doubt." in told


def test_services_are_searched_and_the_blank_sheet_has_them(page):
    """The catalogue is found by words, and the order sheet to download lists it in a drop-down."""
    visitor = page.visitor()
    visitor.get("/services?ask=1&q=spotify")
    assert "Spotify plays" in visitor.text
    assert "Facebook views" not in visitor.text
    book = openpyxl.load_workbook(io.BytesIO(visitor.get("/template").content))
    assert "Services" in book.sheetnames
    book.close()


def test_a_panel_that_can_not_be_asked_is_explained(page, desk):
    """Balance and services say why a panel can't be asked, in place, and the page stays whole."""
    visitor = page.visitor()
    desk.sandbox.faults.set([Fault(kind="close", when="before", action="*", times=50)])
    visitor.get("/balance?ask=1")
    assert "gave no answer" in visitor.text
    visitor.get("/services?ask=1")
    assert "gave no answer" in visitor.text


def test_the_ledger_and_the_statement_are_downloaded(visitor):
    """A month's ledger comes in the chosen format, and its statement as a workbook."""
    visitor.get("/exports")
    month = re.search(r'<option value="(\d{4}-\d{2})" selected>', visitor.page.text)[1]
    ledger = visitor.send("/exports/ledger", {"month": month, "format": "csv", "campaign": ""})
    assert ledger.headers["content-disposition"].startswith("attachment")
    assert ledger.content.decode("utf-8-sig").count("charge") >= 3
    visitor.get("/exports")
    found = visitor.send("/exports/statement", {"month": month})
    assert zipfile.is_zipfile(io.BytesIO(found.content))
    visitor.get("/exports")
    visitor.send("/exports/ledger", {"month": "1999-13", "format": "csv", "campaign": ""})
    assert "There is no month 1999-13." in visitor.text


@pytest.mark.parametrize(
    ("header", "told"),
    [("vi", "Chiến dịch mới"), ("de, vi;q=0.8, en;q=0.5", "Chiến dịch mới"), ("fr", "New campaign")],
)
def test_the_page_speaks_what_the_browser_asks_for(page, header, told):
    """The language is the best one that is asked for and there is; a choice outlasts it."""
    visitor = page.visitor()
    visitor.get("/", **{"accept-language": header})
    assert told in visitor.text
    visitor.get("/language?to=vi&back=/history")
    assert visitor.path == "/history"
    assert "Lịch sử" in visitor.text
    visitor.get("/language?to=en&back=//example.com/")
    assert visitor.page.url.host == "127.0.0.1"
    assert "New campaign" in visitor.text


def test_assets_are_served_by_name_and_nothing_else_of_their_folder(page):
    """Style and scripts come with a lasting address; a template or a path elsewhere is not to be had."""
    visitor = page.visitor()
    style = re.search(r'href="(/assets/style\.css\?v=\w+)"', visitor.page.text)[1]
    assert "immutable" in visitor.get(style).headers["cache-control"]
    for path in ("/assets/base.html", "/assets/../app.py", "/assets/%2e%2e/app.py"):
        assert visitor.get(path).status_code == 404
