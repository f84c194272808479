"""Every page is usable by everyone: no serious finding of axe, at both widths, light and dark, by keyboard alone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from bulkorders.sandbox.faults import Fault

SERIOUS = ("serious", "critical")
LOOKS = (("light", 1440), ("dark", 360), ("light", 360), ("dark", 1440))
"""Colours and widths; axe looks at the first two, which together have all colours and both shapes."""


def look_at(page, where, found):
    """Note what axe finds on a page, and whether it scrolls sideways, at both widths, in light and dark."""
    for place, (scheme, width) in enumerate(LOOKS):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        wide = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            found.append((where, width, "scrolls sideways", wide))
        for each in Axe().run(page).response["violations"] if place < 2 else ():
            if each["impact"] in SERIOUS:
                nodes = [node["html"][:120] for node in each["nodes"]][:3]
                found.append((where, scheme, width, each["id"], nodes))


@pytest.mark.timeout(300)
def test_no_page_keeps_anybody_out(page, door, samples, give, send):
    """No page of a whole campaign, doubts and errors included, has a serious finding or scrolls sideways."""
    found = []
    look_at(page, "start", found)
    door.desk.sandbox.faults.set([Fault(kind="reset", when="after", times=2)])
    give(page, samples / "campaign.xlsx")
    look_at(page, "checked", found)
    checked = page.url
    page.get_by_role("button", name="Review").click()
    expect(page.get_by_role("heading", name="Place these orders?")).to_be_visible()
    look_at(page, "review", found)
    page.get_by_role("button", name="Not now").click()
    expect(page.get_by_role("link", name="Start page")).to_be_visible()
    look_at(page, "declined", found)
    page.goto(checked)
    send(page)
    expect(page.get_by_role("heading", level=1, name="Results: campaign")).to_be_visible()
    look_at(page, "results", found)
    for path in (
        "/",
        "/history",
        "/orders",
        "/doubts",
        "/services?ask=1",
        "/balance?ask=1",
        "/exports",
        "/nowhere",
    ):
        page.goto(door.base + path)
        look_at(page, path, found)
    page.goto(checked + "/columns")
    look_at(page, "columns", found)
    page.goto(door.base + "/orders")
    page.locator("td a").first.click()
    expect(page.get_by_role("heading", name="What happened")).to_be_visible()
    look_at(page, "order", found)
    assert found == []


def test_a_campaign_can_be_sent_by_keyboard_alone(page, door, samples):
    """From the start page to the results with Tab, Enter and typing; the way to the content comes first."""
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "content"
    tab_to(page, "textarea")
    page.keyboard.type("1 | https://example.com/keyboard/1 | 500")
    tab_to(page, "button:has-text('Check these')")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Review")).to_be_visible()
    tab_to(page, "button:has-text('Review')")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Place these orders?")).to_be_visible()
    tab_to(page, "input[data-confirm]")
    page.keyboard.type(page.locator("input[data-confirm]").get_attribute("data-confirm"))
    tab_to(page, "button.needs-confirm")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Download the results workbook")).to_be_visible()
    assert [order["link"] for order in door.desk.sold()] == ["https://example.com/keyboard/1"]


def tab_to(page, selector):
    """Press Tab until this is what has the focus."""
    target = page.locator(selector).first
    expect(target).to_be_visible()
    for _ in range(80):
        if target.evaluate("each => each === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {selector}")


def test_what_changes_is_read_out(page, door, samples, give):
    """A search says how many it found to those who listen."""
    give(page, samples / "campaign.xlsx")
    page.get_by_role("searchbox").fill("harbour-cafe")
    expect(page.locator("#announce")).to_have_text("7 rows found")
