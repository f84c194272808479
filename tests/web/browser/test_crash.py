"""The server is killed in the middle of a run, and the campaign goes on, in a browser."""

from playwright.sync_api import expect

from bulkorders.sandbox.latency import Latency


def wait_for(page, count):
    """Wait until a run has come so far."""
    bar = page.locator("progress[value]")
    expect(bar).to_be_visible()
    while int(bar.get_attribute("value")) < count:
        page.wait_for_timeout(20)


def test_a_run_that_was_killed_goes_on_and_buys_nothing_twice(
    page, door, context, complaints, samples, give, send, enter
):
    """Killed in mid-run and started again, the page says so, and going on places the rest, each row once."""
    door.desk.sandbox.exchange.latency = Latency.read("400-600ms")
    give(page, samples / "campaign.xlsx")
    send(page)
    wait_for(page, 8)
    door.kill()
    before = len(door.desk.sold())
    assert 8 <= before < 33

    expect(page.locator("#offline")).to_be_visible()
    complaints.clear()
    page.close()
    door.desk.sandbox.exchange.latency = Latency.read("0ms")
    page = enter(context.new_page(), door.open())
    expect(page.get_by_text("was broken off")).to_be_visible()
    page.get_by_role("link", name="Go on with campaign.xlsx").click()
    check = page.get_by_role("button", name="Check again")
    if check.is_visible():
        check.click()
    send(page)
    expect(page.get_by_role("heading", level=1, name="Results: campaign")).to_be_visible()
    sold = [(order["service"], order["link"]) for order in door.desk.sold()]
    assert len(sold) == len(set(sold))
    doubtful = page.locator("tbody tr").filter(has_text="in doubt").count()
    assert len(sold) >= 33 - doubtful


def test_a_closed_tab_changes_nothing(page, door, context, samples, give, send):
    """A run goes on with nobody looking, and another tab finds it on the start page, and its results in the history."""
    door.desk.sandbox.exchange.latency = Latency.read("200-300ms")
    give(page, samples / "campaign.xlsx")
    send(page)
    wait_for(page, 2)
    page.close()
    page = context.new_page()
    page.goto(door.base + "/")
    page.get_by_role("link", name="Look at it").first.click()
    expect(page.get_by_role("heading", level=1, name="Results: campaign")).to_be_visible()
    assert len(door.desk.sold()) == 33


def test_two_tabs_send_a_sheet_once(page, door, context, samples, give, send):
    """Two tabs that review the same sheet place its orders once: the second shows what the first did."""
    give(page, samples / "campaign.xlsx")
    other = context.new_page()
    other.goto(page.url)
    expect(other.get_by_role("button", name="Review")).to_be_visible()
    send(page)
    expect(page.get_by_role("heading", level=1, name="Results: campaign")).to_be_visible()
    other.get_by_role("button", name="Review").click()
    expect(other.get_by_role("heading", level=1, name="Results: campaign")).to_be_visible()
    assert len(door.desk.sold()) == 33
